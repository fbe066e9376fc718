"""What the codebook takes from or leaves out of what was found, without weighing."""

from datetime import date

from pipeline.coder.conventions import meant
from pipeline.coder.reading import read
from pipeline.records import CodedClaim, Document, Entity, Span, Stance

ARMY = Entity(text="army", country_code="MLI", role_code="MIL")
READING = read(
    Document(document_id="d", title="", text="Shells hit Gao. The army denied it.", published_on=date(2026, 11, 18))
)


def claim(stance: Stance, source: Entity | None) -> CodedClaim:
    span = Span(part="text", start=0, end=15)
    return CodedClaim(about=1, kind="actor", stance=stance, span=span, source=source, rule="test")


def test_an_outlet_in_its_own_voice_neither_denies_nor_admits() -> None:
    kept = claim("denies", ARMY), claim("accuses", None)
    assert meant(READING, [claim("denies", None), *kept, claim("admits", None)]) == kept
