"""How tellings became happenings, and what was weighed for the parties, time, place and status of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from pipeline.coder import linear, when, where
from pipeline.coder.casting import Standing, census, side_rows, sides, standings
from pipeline.coder.coder import Analysis, Happening, draft_of, rule_of
from pipeline.coder.conventions import is_only_alleged, without_deniers
from pipeline.coder.explanation import (
    BEST,
    Choice,
    HappeningSeen,
    Joined,
    PartyWeighed,
    Side,
    TellingSeen,
    cite,
    likeliest,
)
from pipeline.coder.linear import Linear
from pipeline.coder.manner import status_features
from pipeline.coder.models import Models
from pipeline.coder.parties import Party
from pipeline.coder.settings import KEEP
from pipeline.coder.when import Time
from pipeline.coder.when_features import time_candidates
from pipeline.coder.where import Location
from pipeline.coder.where_features import location_candidates
from pipeline.records import CodedClaim

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class _Case:
    """What all decisions look at."""

    analysis: Analysis
    models: Models
    times: Sequence[Sequence[Time]]
    places: Sequence[Sequence[Location]]
    claims: Sequence[CodedClaim]


def happenings_seen(
    analysis: Analysis,
    models: Models,
    times: Sequence[Sequence[Time]],
    places: Sequence[Sequence[Location]],
    claims: Sequence[CodedClaim],
) -> Iterator[HappeningSeen]:
    """Yield the happenings that were kept, in order of their number, and then those that were dropped."""
    case = _Case(analysis, models, times, places, claims)
    rivals = _rivals(analysis)
    joined = [_joined(analysis, *group, rivals.get(at)) for at, group in enumerate(analysis.groups)]
    kept = [seen for seen in joined if seen.chance >= KEEP]
    for seen, happening in zip(kept, analysis.happenings, strict=True):
        yield _decided(case, seen, happening)
    yield from (seen for seen in joined if seen.chance < KEEP)


# ── joining ──────────────────────────────────────────────────────────────────────────────────


def _joined(analysis: Analysis, chance: float, group: Sequence[int], rival: float | None) -> HappeningSeen:
    best = max((analysis.tellings[member] for member in group), key=lambda telling: telling.score)
    return HappeningSeen(
        number=None,
        type_code=best.type_code,
        chance=chance,
        rule=rule_of(analysis.reading, best),
        tellings=tuple(_telling(analysis, member, group) for member in group),
        rival=rival,
    )


def _telling(analysis: Analysis, member: int, group: Sequence[int]) -> TellingSeen:
    telling = analysis.tellings[member]
    span, word = cite(analysis.reading, telling.sentence, telling.token, telling.token + 1)
    joined = [_partner(analysis, other, member) for other in group if (other, member) in analysis.pairs]
    ranked = sorted(joined, key=lambda one: (-one.chance, one.sentence))
    return TellingSeen(telling.sentence, span, word, telling.score, tuple(ranked))


def _partner(analysis: Analysis, other: int, member: int) -> Joined:
    telling = analysis.tellings[other]
    _, word = cite(analysis.reading, telling.sentence, telling.token, telling.token + 1)
    return Joined(telling.sentence, word, analysis.pairs[other, member])


def _rivals(analysis: Analysis) -> dict[int, float]:
    """Return for each group, by index, the best chance of a telling of its own to be one with another group's."""
    group_of = {member: at for at, (_, group) in enumerate(analysis.groups) for member in group}
    best: dict[int, float] = {}
    for pair, chance in analysis.pairs.items():
        first, second = (group_of[member] for member in pair)
        if first != second:
            best.update((at, max(chance, best.get(at, 0.0))) for at in (first, second))
    return best


# ── parties, time, place, status ─────────────────────────────────────────────────────────────


def _decided(case: _Case, seen: HappeningSeen, happening: Happening) -> HappeningSeen:
    reading, lead = case.analysis.reading, happening.lead
    doc, view = reading.sentences[lead.sentence].doc, case.analysis.views[lead.sentence]
    actors = without_deniers(draft_of(happening), case.claims)
    statuses = case.models.status.scores(status_features(doc, lead.token, lead.type_code, view))
    return replace(
        seen,
        number=happening.number,
        rule=rule_of(reading, lead),
        sides=tuple(_sides(case, happening, actors)),
        times=tuple(_times(case, happening)),
        places=tuple(_places(case, happening)),
        is_only_alleged=is_only_alleged(reading, happening.tellings),
        deniers=tuple(party.text for party in happening.actors if party not in actors),
        status=happening.status,
        statuses=likeliest(statuses),
    )


def _sides(case: _Case, happening: Happening, actors: Sequence[Party]) -> list[Side]:
    tellings, parties = happening.tellings, case.analysis.parties
    counted = census(parties)
    by_side = sides(
        standings(case.analysis.reading, tellings, parties, counted, case.models.arguments, case.analysis.views)
    )
    rows = side_rows(by_side, tellings, counted) if by_side else []
    found = [
        Side(name, _parties(some), actor, recipient, _among(actors, some), _among(happening.recipients, some))
        for (name, some), actor, recipient in zip(
            by_side.items(), case.models.actors.chances(rows), case.models.recipients.chances(rows), strict=True
        )
    ]
    return sorted(found, key=lambda side: (-max(side.actor, side.recipient), side.name))


def _parties(some: Sequence[Standing]) -> tuple[PartyWeighed, ...]:
    """Each party once: several words may tell of the happening in its sentence."""
    best: dict[tuple[int, str], PartyWeighed] = {}
    for standing in sorted(some, key=lambda s: -max(s.actor, s.recipient)):
        party = standing.party
        weighed = PartyWeighed(party.sentence, party.text, standing.actor, standing.recipient)
        best.setdefault((party.sentence, party.text), weighed)
    return tuple(best.values())


def _among(chosen: Sequence[Party], some: Sequence[Standing]) -> str | None:
    """The one of *chosen* that is of a side; casting may have given it another role."""
    mentions = {(s.party.sentence, s.party.start, s.party.chain) for s in some}
    return next((party.text for party in chosen if (party.sentence, party.start, party.chain) in mentions), None)


def _times(case: _Case, happening: Happening) -> Iterator[Choice]:
    reading = case.analysis.reading
    found = time_candidates(reading, _where(happening), case.times, happening.type_code, case.analysis.views)
    for chance, time in _ranked(linear.load("when"), found):
        span, text = cite(reading, time.sentence, time.start, time.end)
        yield Choice(span, text, days(time.first, time.last), chance, when.SURE, time == happening.time)


def _places(case: _Case, happening: Happening) -> Iterator[Choice]:
    reading = case.analysis.reading
    found = location_candidates(reading, _where(happening), case.places, happening.type_code, case.analysis.views)
    for chance, place in _ranked(linear.load("where"), found):
        span, _ = cite(reading, place.sentence, place.start, place.end)
        means = ", ".join(filter(None, [place.admin1, place.country]))
        yield Choice(span, place.text, means, chance, where.SURE, place == happening.place)


def days(first: date, last: date) -> str:
    """Return a day, or the first and last of several."""
    return str(first) if first == last else f"{first} to {last}"


def _where(happening: Happening) -> list[tuple[int, int]]:
    return [(telling.sentence, telling.token) for telling in happening.tellings]


def _ranked(model: Linear, found: Sequence[tuple[Found, frozenset[str]]]) -> list[tuple[float, Found]]:
    """The likeliest of *found*; of equals the first, as the coder chooses."""
    scored = [(model.scores(features)["yes"], one) for one, features in found]
    return sorted(scored, key=lambda item: -item[0])[:BEST]
