"""A short run of the fuzzer over metadata, and proof that it would notice."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fuzz.fuzz_jsonld import BODY, HEADS, an_input, check, check_metadata, run
from fuzz.runner import RuleBroken

from pipeline.articles.metadata.instants import Dated
from pipeline.articles.metadata.read import Metadata

NINE = datetime(2026, 11, 16, 9, tzinfo=UTC)


def test_five_hundred_hostile_pages_break_no_rule() -> None:
    figures = run(20261116, iter(range(500)), seconds=60)
    assert figures.broken == []
    assert figures.inputs == 500
    assert {"title", "authors", "published", "modified", "notes", "no page"} <= set(figures.outcomes)


def test_the_seeds_are_sound_and_an_input_is_always_the_same() -> None:
    for head in HEADS:
        metadata = check(f'<html><head><script type="application/ld+json">{head}</script>{BODY}')
        assert metadata and metadata.published and metadata.authors
    assert an_input(1, 7) == an_input(1, 7) != an_input(2, 7)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "a\0"}, {"heading": "\ud800"}, {"section": ""}, {"authors": ("Anna", "ANNA")}, {"notes": ("x",) * 21}, {"site_name": "x" * 20_000},
        {"published": Dated(instant=datetime(2026, 11, 16), source="meta", precision="instant")},
        {"published": Dated(instant=NINE, source="meta", precision="day")},
        {"published": Dated(instant=NINE.replace(year=2027), source="meta", precision="instant")},
        {"modified": Dated(instant=NINE.replace(day=1), source="meta", precision="instant")},
    ],
)  # fmt: skip
def test_the_fuzzer_notices_what_may_not_come_out(change: dict[str, object]) -> None:
    metadata = check(f"<html><head>{BODY}")
    assert isinstance(metadata, Metadata)
    with pytest.raises(RuleBroken):
        check_metadata(replace(metadata, **change))  # type: ignore[arg-type]
