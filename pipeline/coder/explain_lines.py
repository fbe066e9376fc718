"""An explanation as lines of text for a terminal, and its events as rows of a table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.coder.explain_happenings import days
from pipeline.coder.explanation import (
    Choice,
    ClaimWeighed,
    Explanation,
    HappeningSeen,
    Joined,
    PartySeen,
    Reason,
    SentenceSeen,
    Side,
    TypeWeighed,
    WordWeighed,
)
from pipeline.coder.settings import ACTORS, KEEP, MERGE, RECIPIENTS, TELL
from pipeline.records import CodedClaim, CodedMention, Entity, PlaceName, Span

Style = Literal["plain", "heading", "taken", "dropped"]
_LABEL = 9  #: characters for the name of what a line tells
_BOUNDS = (("actors", ACTORS), ("recipients", RECIPIENTS))
_SHOWN = 3  #: of many: tellings that one was joined with, sides, parties of a side


@dataclass(frozen=True, slots=True)
class Line:
    """One line; its text is what a terminal may be given: no control characters, no marks of direction."""

    text: str
    style: Style = "plain"


def lines(explanation: Explanation) -> Iterator[Line]:
    """Yield *explanation* line by line, without the table of its events."""
    document, coding = explanation.document, explanation.coding
    published = f"published {document.published_on}" if document.published_on else "no day of publication"
    yield Line(printable(f"{document.document_id}  ({coding.coder}, {published})"), "heading")
    yield from (Line(printable(f"note: {note}")) for note in coding.notes)
    told, mentions = _told(explanation.happenings), {mention.number: mention for mention in coding.mentions}
    for sentence in explanation.sentences:
        yield Line("")
        yield from _sentence(sentence, told.get(sentence.number, []))
    if explanation.silent:
        numbers = " ".join(f"[{number}]" for number in explanation.silent)
        yield Line("")
        yield Line(f"Not shown, for they tell nothing: {numbers}; --all shows them.")
    for happening in explanation.happenings:
        yield Line("")
        yield from _happening(happening, mentions.get(happening.number or 0))
    if coding.claims:
        at = {sentence.span: sentence.number for sentence in explanation.sentences}
        yield Line("")
        yield Line("claims", "heading")
        yield from (_line(f"[{at[claim.span]}]", _claim(claim)) for claim in coding.claims)
    if not coding.mentions:
        yield Line("")
        yield Line(_nothing(explanation), "heading")


def rows(explanation: Explanation) -> list[dict[str, str]]:
    """Return the coded events as rows of a table."""
    sentences = {happening.number: _sentences(happening) for happening in explanation.happenings}
    return [
        {
            "event": str(mention.number),
            "type": mention.type_code,
            "status": mention.status,
            "first day": str(mention.start_date or ""),
            "last day": str(mention.end_date or ""),
            "place": _place_name(mention.place),
            "actors": _entities(mention.actors),
            "recipients": _entities(mention.recipients),
            "evidence": sentences.get(mention.number, ""),
        }
        for mention in explanation.coding.mentions
    ]


def printable(text: str) -> str:
    """Return *text* on one line, with a mark for every character that a terminal would act upon."""
    return "".join(one if one.isprintable() else " " if one.isspace() else "\N{REPLACEMENT CHARACTER}" for one in text)


def _line(label: str, text: str, style: Style = "plain") -> Line:
    return Line(printable(f"  {label:<{_LABEL}} {text}"), style)


def _told(happenings: Iterable[HappeningSeen]) -> dict[int, list[str]]:
    """Return for each sentence the numbers of the events that it tells."""
    told: dict[int, list[str]] = {}
    for happening in happenings:
        for number in sorted({telling.sentence for telling in happening.tellings}):
            told.setdefault(number, []).append(str(happening.number) if happening.number else "one that was dropped")
    return told


# ── sentences ────────────────────────────────────────────────────────────────────────────────


def _sentence(sentence: SentenceSeen, told: Sequence[str]) -> Iterator[Line]:
    yield Line(printable(f"[{sentence.number}] {sentence.text}"), "heading")
    yield _line("evidence", _span(sentence.span) + (f", tells event {', '.join(dict.fromkeys(told))}" if told else ""))
    yield from _block("parse", _parse(sentence))
    yield from _block("party", map(_party, sentence.parties))
    yield from _block("time", (f"{t.text}: {days(t.first, t.last)} ({t.rule or t.precision})" for t in sentence.times))
    yield from _block("place", (_place(p.text, p.country, p.admin1, p.geonames_id) for p in sentence.places))
    if sentence.labels:
        yield _line("network", ", ".join(f"{label} {chance:.2f}" for label, chance in sentence.labels.items()))
    for word in sentence.candidates:
        yield from _word(word)
    for claim in sentence.claims:
        yield from _claim_weighed(claim)


def _block(label: str, texts: Iterable[str]) -> Iterator[Line]:
    """Lines of which only the first has the label."""
    for at, text in enumerate(texts):
        yield _line("" if at else label, text)


def _parse(sentence: SentenceSeen) -> Iterator[str]:
    width = max((min(len(word.text), 20) for word in sentence.words), default=0)
    for word in sentence.words:
        governor = "" if word.governor == word.number else f"← {word.governor} {sentence.words[word.governor].text}"
        yield f"{word.number:>3} {word.text:<{width}}  {word.part_of_speech:<5} {word.relation:<10} {governor}".rstrip()


def _party(party: PartySeen) -> str:
    means = f" = {party.means}" if party.means != party.text else ""
    return f"{party.text}{means}: {party.country or 'no country'} {party.role}, {party.kind}, chain {party.chain}"


def _place(text: str, country: str | None, admin1: str | None, geonames_id: int | None) -> str:
    number = f"GeoNames {geonames_id}" if geonames_id else ""
    return f"{text}: " + (", ".join(filter(None, [admin1, country, number])) or "not known")


def _word(word: WordWeighed) -> Iterator[Line]:
    types = ", ".join(map(_type, word.types))
    verdict, style = _verdict(
        word.is_taken, f"not taken, {word.convention}" if word.convention else f"below {TELL:.2f}"
    )
    yield _line("word", f"{word.text}: {types}: {verdict}", style)
    if word.patterns:
        yield _line("", f"  patterns {', '.join(word.patterns)}")
    if word.reasons:
        yield _line("", f"  for {word.types[0].type_code}: {_reasons(word.reasons)}")


def _verdict(is_taken: bool, otherwise: str) -> tuple[str, Style]:
    return ("taken", "taken") if is_taken else (otherwise, "dropped")


def _type(one: TypeWeighed) -> str:
    if one.chance is None:
        return f"{one.type_code} not weighed (the word alone {one.alone:.2f})"
    return f"{one.type_code} {one.chance:.2f} (the word alone {one.alone:.2f})"


def _reasons(reasons: Iterable[Reason]) -> str:
    return ", ".join(f"{reason.feature} {reason.weight:+.1f}" for reason in reasons)


def _claim_weighed(claim: ClaimWeighed) -> Iterator[Line]:
    what = [claim.kind, claim.stance, _count(claim.count_min, claim.count_max), claim.source and f"by {claim.source}"]
    verdict, style = _verdict(claim.is_taken, "not taken")
    yield _line(
        "claim", f"{claim.text}: {' '.join(filter(None, what))} “{claim.word}” {claim.chance:.2f}: {verdict}", style
    )
    if claim.reasons:
        yield _line("", f"  for it: {_reasons(claim.reasons)}")


# ── happenings and claims ────────────────────────────────────────────────────────────────────


def _happening(seen: HappeningSeen, mention: CodedMention | None) -> Iterator[Line]:
    bound = f"chance {seen.chance:.2f}"
    if seen.number is None:
        yield Line(f"dropped: {seen.type_code}, {bound}, below {KEEP:.2f}", "heading")
    else:
        yield Line(f"event {seen.number}: {seen.type_code}, {bound}, kept from {KEEP:.2f}", "heading")
    yield from _block("told by", (_telling(t.sentence, t.word, t.chance, t.joined) for t in seen.tellings))
    if seen.rival is not None:
        yield _line("apart", f"at most {seen.rival:.2f} that it is one with another happening of its type")
    yield from _block("sides", _bounds(seen.sides))
    yield from map(_side, seen.sides[:_SHOWN])
    if seen.is_only_alleged:
        yield _line("", "no actor, for every word that tells it stands inside an accusation")
    if seen.deniers:
        yield _line("", f"no actor: {', '.join(seen.deniers)}, accused of it and denying it")
    yield from _choices("time", seen.times)
    yield from _choices("place", seen.places)
    if seen.statuses:
        weighed = ", ".join(f"{label} {chance:.2f}" for label, chance in seen.statuses.items())
        yield _line("status", f"{seen.status}; weighed {weighed}")
    if mention:
        kind = " ".join([mention.salience, *mention.mode_codes])
        spans = ", ".join(_span(span) for span in mention.spans)
        yield _line(
            "row",
            f"{kind}; rule {mention.rule}; evidence {spans}; stated most fully at {_span(mention.anchor)}",
        )


def _telling(sentence: int, word: str, chance: float, joined: Sequence[Joined]) -> str:
    partners = ", ".join(f"[{one.sentence}] {one.word} {one.chance:.2f}" for one in joined[:_SHOWN])
    return f"[{sentence}] {word} {chance:.2f}" + (f", one with {partners} (from {MERGE:.2f})" if partners else "")


def _side(side: Side) -> Line:
    is_taken = side.actor_as is not None or side.recipient_as is not None
    shown = side.parties[:_SHOWN]
    parties = ", ".join(f"[{one.sentence}] {one.text} {one.actor:.2f}/{one.recipient:.2f}" for one in shown)
    text = (
        f"{side.name}: actor {_part(side.actor, side.actor_as)}, recipient {_part(side.recipient, side.recipient_as)}"
    )
    return _line("", f"{text}; {parties}", "taken" if is_taken else "dropped")


def _bounds(sides: Sequence[Side]) -> Iterator[str]:
    if not sides:
        yield "nobody is named"
        return
    parts = (f"{name} from {least[0]:.2f}, further ones from {least[1]:.2f}" for name, least in _BOUNDS)
    yield "; ".join(parts)


def _part(chance: float, taken_as: str | None) -> str:
    return f"{chance:.2f}" + (f" taken as “{taken_as}”" if taken_as else "")


def _choices(label: str, choices: Sequence[Choice]) -> Iterator[Line]:
    if not choices:
        yield _line(label, "none is named")
    for choice in choices:
        means = f" = {choice.means}" if choice.means else ""
        below = choice.chance < choice.bound
        verdict, style = _verdict(choice.is_taken, f"below {choice.bound:.2f}" if below else "less likely")
        yield _line(label, f"{choice.text}{means} ({_span(choice.span)}) {choice.chance:.2f}: {verdict}", style)


def _claim(claim: CodedClaim) -> str:
    about = f"event {claim.about}" if claim.about else "no event"
    parts = [
        f"about {about}: {claim.kind} {_count(claim.count_min, claim.count_max)}".rstrip(),
        "cumulative" if claim.is_cumulative else "",
        claim.stance,
        f"source {_entity(claim.source)}" if claim.source else "in the outlet's own voice",
        f"accused {_entity(claim.accused)}" if claim.accused else "",
        f"counted {_entity(claim.counted)}" if claim.counted else "",
        f"rule {claim.rule}",
        f"evidence {_span(claim.span)}",
    ]
    return "; ".join(filter(None, parts))


def _place_name(place: PlaceName | None) -> str:
    return printable(", ".join(filter(None, [place.text, place.country_code]))) if place else ""


def _nothing(explanation: Explanation) -> str:
    seen = len(explanation.happenings)
    if seen:
        return f"Nothing here is coded as an event: {seen} seen, none with a chance of {KEEP:.2f}."
    if any(word.convention for sentence in explanation.sentences for word in sentence.candidates):
        return "Nothing here is coded as an event: no likely word is meant as one."
    return f"Nothing here is coded as an event: no word tells one with a chance of {TELL:.2f}."


def _sentences(happening: HappeningSeen) -> str:
    return " ".join(f"[{number}]" for number in sorted({telling.sentence for telling in happening.tellings}))


def _count(minimum: int | None, maximum: int | None) -> str:
    if minimum == maximum:
        return "" if minimum is None else str(minimum)
    return f"{'?' if minimum is None else minimum}–{'?' if maximum is None else maximum}"


def _entities(entities: Iterable[Entity]) -> str:
    return printable("; ".join(map(_entity, entities)))


def _entity(entity: Entity) -> str:
    return f"{entity.text} ({' '.join(filter(None, [entity.country_code, entity.role_code]))})"


def _span(span: Span) -> str:
    return f"{span.part} {span.start}–{span.end}"
