"""What a party says about a happening: counts, accusations, denials, admissions, attributed occurrences."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from pipeline.events.attribution import is_confirming, source_of
from pipeline.events.counts import Toll, find_tolls
from pipeline.events.merge import Happening, Report
from pipeline.events.reading import Sentence
from pipeline.records import CodedClaim, Entity

#: Types that a claim can be about: things that happen, not things that are said.
PHYSICAL = frozenset(["ASSAULT", "COERCE", "MOBILIZE", "PROTEST", "RETREAT", "SANCTION", "AID", "COOPERATE"])
_HARM = frozenset(["ASSAULT"])
_ABOUT_KIND = {"detained": frozenset(["COERCE", "ASSAULT"]), "displaced": frozenset(["ASSAULT", "COERCE"])}
_ADMIT = (
    ("claimed", "responsibility"), ("claim", "responsibility"), ("claims", "responsibility"),
    ("claiming", "responsibility"), ("admitted", "responsibility"), ("took", "responsibility"),
)  # fmt: skip
_REACH_BACK = 12  #: sentences back to the happening that a claim is about


def find_claims(sentences: Sequence[Sentence], happenings: Sequence[Happening]) -> tuple[CodedClaim, ...]:
    """Return the claims of a document in the order of its sentences.

    *happenings* are numbered from 1 in their order; claims refer to them by that number.
    """
    by_sentence = _by_sentence(happenings)
    accusations: list[CodedClaim] = []
    found: list[CodedClaim] = []
    is_tally = False
    for sentence in sentences:
        source = source_of(sentence)
        tolls = find_tolls(sentence)
        is_tally = any(toll.is_total for toll in tolls) or (is_tally and _goes_on(sentence, tolls))
        made = [
            *_count_claims(sentence, source, tolls, by_sentence, is_tally),
            *_accusations(sentence, by_sentence),
            *_admissions(sentence, by_sentence),
            *_denials(sentence, by_sentence, accusations),
        ]
        accusations += [claim for claim in made if claim.stance == "accuses"]
        found += made or _occurrences(sentence, source, by_sentence)
    return tuple(dict.fromkeys(found))


Numbered = Mapping[int, list[tuple[int, Report]]]


def _by_sentence(happenings: Sequence[Happening]) -> Numbered:
    index: dict[int, list[tuple[int, Report]]] = {}
    for number, happening in enumerate(happenings, 1):
        for report in happening.reports:
            index.setdefault(report.sentence.number, []).append((number, report))
    return index


def _nearest(by_sentence: Numbered, sentence: Sentence, types: frozenset[str], at: int = 0) -> int | None:
    """The happening of one of *types* in the sentence nearest to word *at*, else in the last sentence that has one."""
    here = [(n, r) for n, r in by_sentence.get(sentence.number, ()) if r.type_code in types]
    if here:
        return min(here, key=lambda item: (abs(item[1].trigger.first - at), item[0]))[0]
    for back in range(sentence.number - 1, max(sentence.number - _REACH_BACK, -1), -1):
        there = [(n, r) for n, r in by_sentence.get(back, ()) if r.type_code in types]
        if there:
            return min(there, key=lambda item: (item[1].trigger.rule.frame == "mutual", -item[1].trigger.first))[0]
    return None


def _goes_on(sentence: Sentence, tolls: Sequence[Toll]) -> bool:
    """After the toll of a war, one in the present perfect is the other side's ("24 have been killed")."""
    return bool(tolls) and any(word.lower in ("have", "has") for word in sentence.words)


def _count_claims(
    sentence: Sentence, source: Entity | None, tolls: Sequence[Toll], by_sentence: Numbered, is_tally: bool
) -> Iterator[CodedClaim]:
    if sentence.number == 0:
        return
    for toll in tolls:
        about = _nearest(by_sentence, sentence, _ABOUT_KIND.get(toll.kind, _HARM), toll.at)
        if about is not None:
            is_total = toll.is_total or (is_tally and toll.kind != "detained")
            yield _count_claim(sentence, source, toll, None if is_total else about)


def _count_claim(sentence: Sentence, source: Entity | None, toll: Toll, about: int | None) -> CodedClaim:
    return CodedClaim(
        about=about,
        kind=toll.kind,
        stance="confirms" if source and is_confirming(sentence) else "asserts",
        span=sentence.span,
        source=source,
        count_min=toll.minimum,
        count_max=toll.maximum,
        counted=toll.counted,
        is_cumulative=about is None,
        rule=f"count/{toll.kind}",
    )


def _accusations(sentence: Sentence, by_sentence: Numbered) -> Iterator[CodedClaim]:
    """An accusation that names who did it is a claim about the nearest violent or coercive act."""
    for number, report in by_sentence.get(sentence.number, ()):
        if report.trigger.rule.name != "accuse" or not report.frame.recipients or sentence.number == 0:
            continue
        about = _nearest(by_sentence, sentence, PHYSICAL, report.trigger.last)
        yield CodedClaim(
            about=about if about is not None else number,
            kind="actor",
            stance="accuses",
            span=sentence.span,
            source=report.frame.actors[0] if report.frame.actors else None,
            accused=report.frame.recipients[0],
            rule="actor/accuses",
        )


def _admissions(sentence: Sentence, by_sentence: Numbered) -> Iterator[CodedClaim]:
    lower = [word.lower for word in sentence.words]
    pairs = list(pairwise(lower))
    at = next((n for n, pair in enumerate(pairs) if pair in _ADMIT), None)
    passive = "responsibility" in lower and "claimed" in lower and "by" in lower
    if at is None and not passive:
        return
    who = _claimant(sentence, lower.index("by") if at is None else at, is_after=at is None)
    about = _nearest(by_sentence, sentence, _HARM, at or 0)
    if who is not None and about is not None:
        yield CodedClaim(
            about=about,
            kind="actor",
            stance="admits",
            span=sentence.span,
            source=who,
            accused=who,
            rule="actor/admits",
        )


def _claimant(sentence: Sentence, at: int, *, is_after: bool) -> Entity | None:
    parties = [p for p in sentence.parties if p.kind not in ("place", "modifier")]
    if is_after:
        return next((p.entity for p in parties if p.first > at), None)
    return next((p.entity for p in reversed(parties) if p.last <= at), None)


def _denials(sentence: Sentence, by_sentence: Numbered, accusations: Sequence[CodedClaim]) -> Iterator[CodedClaim]:
    """A denial answers the last accusation of the denier's side, or denies a happening."""
    for _, report in by_sentence.get(sentence.number, ()):
        if report.trigger.rule.name != "deny" or not report.frame.actors or sentence.number == 0:
            continue
        who = report.frame.actors[0]
        answered = next((a for a in reversed(accusations) if a.accused and _one_side(a.accused, who)), None)
        about = answered.about if answered else _nearest(by_sentence, sentence, PHYSICAL)
        if about is not None:
            yield CodedClaim(
                about=about,
                kind="actor",
                stance="denies",
                span=sentence.span,
                source=who,
                accused=answered.accused if answered else who,
                rule="actor/denies",
            )


def _one_side(a: Entity, b: Entity) -> bool:
    return a.country_code == b.country_code if a.country_code else a.text == b.text


def _occurrences(sentence: Sentence, source: Entity | None, by_sentence: Numbered) -> list[CodedClaim]:
    """A party reports a physical act of another: the occurrence stands on its word."""
    if source is None or sentence.number == 0:
        return []
    for number, report in by_sentence.get(sentence.number, ()):
        if report.type_code in PHYSICAL and report.status == "occurred":
            return [_reported(sentence, source, number, report)]
    return []


def _reported(sentence: Sentence, source: Entity, number: int, report: Report) -> CodedClaim:
    """Who tells of violence by another side says who did it; else only that it happened."""
    accused = next(iter(report.frame.actors), None) if report.type_code in _HARM else None
    if accused is not None and not _one_side(accused, source):
        return CodedClaim(
            about=number,
            kind="actor",
            stance="accuses",
            span=sentence.span,
            source=source,
            accused=accused,
            rule="actor/reported",
        )
    return CodedClaim(
        about=number,
        kind="occurrence",
        stance="confirms" if is_confirming(sentence) else "asserts",
        span=sentence.span,
        source=source,
        rule="occurrence/attributed",
    )
