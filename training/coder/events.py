"""Fit what the coder knows of events: words, tellings, merging, keeping, arguments, actors, recipients, status.

Each step learns from what the steps before it say of articles that they have not seen (stacking, Wolpert 1992), so
that it meets the mistakes that it will meet when coding.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.coder.arguments import (
    ACTOR,
    NEITHER,
    RECIPIENT,
    argument_features,
    prominences,
    scene_of,
    vacancy_features,
)
from pipeline.coder.casting import Standing, census, side_rows, sides, standings
from pipeline.coder.conventions import literal
from pipeline.coder.events import EventDraft
from pipeline.coder.happenings import Identity, identify, judge, merge, pair_row, pairs, survey
from pipeline.coder.linear import Linear
from pipeline.coder.manner import status_features
from pipeline.coder.models import Models
from pipeline.coder.selection import group_rows
from pipeline.coder.settings import MERGE, TELL
from pipeline.coder.tellings import Telling, find_tellings, telling_cases
from pipeline.coder.trees import Forest, Row
from pipeline.coder.views import Views
from training.coder import claims as claim_learning
from training.coder import when_where
from training.coder import words as word_learning
from training.coder.corpus import Example, Gold, by_outlet
from training.coder.forests import fit_forest
from training.coder.lines import fit_linear
from training.coder.names import same_name
from training.coder.words import Scores, Words

ViewsOf = Callable[[Example], Views]
_NOTHING: Any = None
INVENTED = 0.1  #: weight of a side of an event of an invented article in choosing actors and recipients


@dataclass(slots=True)
class State:
    """An article on its way through the steps."""

    words: Words
    scores: Scores
    views: Views
    tellings: list[Telling]
    identities: list[Identity]

    @property
    def example(self) -> Example:
        return self.words.example


@dataclass(frozen=True, slots=True)
class Fitted:
    """All that is fitted to annotated articles but the choice of countries (training/coder/parties.py)."""

    models: Models
    lines: Mapping[str, Linear]  #: of times, places and claims, by file name


def fit(examples: Sequence[Example], views_of: ViewsOf) -> Fitted:
    """Fit all models to *examples*."""
    collected = word_learning.collect(examples)
    scores = word_learning.learn(collected)
    states = [
        State(words, known, views_of(words.example), [], []) for words, known in zip(collected, scores, strict=True)
    ]
    real = [state for state in states if state.example.is_real]
    tellings = _fit_tellings(real, [state for state in states if not state.example.is_real])
    merging = _of_all(states, _pair_cases, trees=150, leaves=12)
    judged = _held_out(states, _pair_cases, trees=150, leaves=12)
    groups = [case for state, forest in judged if state.example.is_real for case in _group_cases(state, forest)]
    keeping = _forest(groups, trees=100, leaves=8)
    arguments, actors, recipients = _casts(states)
    models = Models(
        words=word_learning.fit(collected),
        tellings=tellings,
        merging=merging,
        keeping=keeping,
        arguments=arguments,
        actors=actors,
        recipients=recipients,
        status=_status(states),
    )
    told = [
        (state.example, event, _places(tellings), state.views)
        for state in states
        for event, tellings in _gold_tellings(state)
    ]
    claims = claim_learning.fit_all((state.example, _drafts(state), state.views) for state in states)
    return Fitted(models, claims | when_where.fit_both(told))


def _places(tellings: Sequence[Telling]) -> tuple[tuple[int, int], ...]:
    return tuple((telling.sentence, telling.token) for telling in tellings)


def _drafts(state: State) -> list[EventDraft]:
    return [
        EventDraft(event["eid"], event["type"], event["status"], _places(tellings))
        for event, tellings in _gold_tellings(state)
    ]


# ── stacking ─────────────────────────────────────────────────────────────────────────────────

Case = tuple[Row, bool]


def _forest(cases: Sequence[Case], weights: Sequence[float] | None = None, *, trees: int, leaves: int) -> Forest:
    rows, outcomes = zip(*cases, strict=True)
    return fit_forest(rows, outcomes, weights, trees=trees, leaves=leaves)


def _of_all(states: Sequence[State], cases: Callable[[State], Iterator[Case]], *, trees: int, leaves: int) -> Forest:
    return _forest([case for state in states for case in cases(state)], trees=trees, leaves=leaves)


def _held_out(
    states: Sequence[State], cases: Callable[[State], Iterator[Case]], *, trees: int, leaves: int
) -> list[tuple[State, Forest]]:
    """Return each state with a forest that has not seen its outlet."""
    known = [list(cases(state)) for state in states]
    found: list[tuple[State, Forest]] = []
    for fold in by_outlet([state.example for state in states]):
        held = set(fold)
        forest = _forest(
            [case for at, some in enumerate(known) if at not in held for case in some], trees=trees, leaves=leaves
        )
        found += [(states[at], forest) for at in fold]
    return found


# ── tellings ─────────────────────────────────────────────────────────────────────────────────


def _fit_tellings(real: Sequence[State], invented: Sequence[State]) -> Forest:
    """Fit the forest to *real* articles, and give every state the tellings that one finds that has not seen it."""
    for state, forest in _held_out(real, _telling_cases, trees=120, leaves=8):
        _tell(state, forest)
    fitted = _of_all(real, _telling_cases, trees=120, leaves=8)
    for state in invented:
        _tell(state, fitted)
    return fitted


def _telling_cases(state: State) -> Iterator[Case]:
    length = len(state.example.reading.sentences)
    for at, kind, row in telling_cases(state.words.candidates, state.scores, state.views, length):
        yield row, bool(_told(state.example, state.words.candidates[at].sentence, kind))


def _told(example: Example, sentence: int, kind: str) -> list[Gold]:
    return [e for e in example.events if e["type"] == kind and example.theirs[sentence] & set(e["mentions"])]


def _tell(state: State, forest: Forest) -> None:
    example = state.example
    length = len(example.reading.sentences)
    models = Models(*([_NOTHING] * 8))
    models = _with(models, tellings=forest)
    found = find_tellings(state.words.candidates, state.scores, state.views, length, models, TELL)
    state.tellings = literal(example.reading, found)
    state.identities = identify(
        example.reading, state.tellings, example.parties, example.places, example.times, state.views
    )


def _with(models: Models, **parts: Any) -> Models:
    known = {name: getattr(models, name) for name in Models.__dataclass_fields__}
    return Models(**(known | parts))


# ── merging and keeping ──────────────────────────────────────────────────────────────────────


def _event_of(state: State, telling: Telling) -> int | None:
    """The annotated event that a telling tells: -1 when there is none, None when several may be meant."""
    told = [event["eid"] for event in _told(state.example, telling.sentence, telling.type_code)]
    if not told:
        return -1
    assigned = state.words.events[state.words.candidates.index(telling.candidate)]
    return assigned if assigned in told else told[0] if len(told) == 1 else None


def _pair_cases(state: State) -> Iterator[Case]:
    article = survey(state.identities, len(state.example.reading.sentences))
    events = [_event_of(state, identity.telling) for identity in state.identities]
    for first, second in pairs(state.identities):
        one, two = events[first], events[second]
        if one is None or two is None or one == two == -1:
            continue
        yield pair_row(state.example.reading, state.identities[first], state.identities[second], article), one == two


def _group_cases(state: State, merging: Forest) -> Iterator[Case]:
    chances = judge(state.example.reading, state.identities, _with(Models(*([_NOTHING] * 8)), merging=merging))
    groups = merge(state.identities, chances, MERGE)
    hits = _hits(state, groups)
    for number, row in enumerate(group_rows(groups, state.identities, chances, state.views)) if groups else ():
        yield row, number in hits


def _hits(state: State, groups: Sequence[Sequence[int]]) -> set[int]:
    """The groups that match an annotated event of their type one to one, at least half of their sentences its own."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    events = state.example.events
    if not groups or not events:
        return set()
    fits = np.array([[_likeness(state, group, event) for event in events] for group in groups])
    return {int(row) for row, column in zip(*linear_sum_assignment(-fits), strict=True) if fits[row, column] > 0}


def _likeness(state: State, group: Sequence[int], event: Gold) -> float:
    tellings = [state.identities[at].telling for at in group]
    own = {n for telling in tellings for n in state.example.theirs[telling.sentence]}
    common = own & set(event["mentions"])
    if tellings[0].type_code != event["type"] or 2 * len(common) < len(own) or not common:
        return 0.0
    return 1.0 + len(common) / len(own | set(event["mentions"]))


# ── parties ──────────────────────────────────────────────────────────────────────────────────


def _casts(states: Sequence[State]) -> tuple[Linear, Forest, Forest]:
    told = [(state, event, tellings) for state in states for event, tellings in _gold_tellings(state)]
    by_state = {
        id(state): [case for s, event, tellings in told if s is state for case in _argument_cases(s, event, tellings)]
        for state in states
    }
    rows: list[tuple[Row, bool, bool]] = []
    weights: list[float] = []
    for fold in by_outlet([state.example for state in states]):
        held = {id(states[at]) for at in fold}
        model = _arguments([case for key, some in by_state.items() if key not in held for case in some])
        for s, event, tellings in told:
            cases = list(_side_cases(s, event, tellings, model)) if id(s) in held else []
            rows += cases
            weights += [1.0 if s.example.is_real else INVENTED] * len(cases)
    actors = _forest([(row, acts) for row, acts, _ in rows], weights, trees=120, leaves=12)
    recipients = _forest([(row, undergoes) for row, _, undergoes in rows], weights, trees=120, leaves=12)
    return _arguments([case for some in by_state.values() for case in some]), actors, recipients


def _gold_tellings(state: State) -> Iterator[tuple[Gold, list[Telling]]]:
    """Each annotated event with the words that were found to tell it."""
    for event in state.example.events:
        found = [
            Telling(candidate.sentence, candidate.token, event["type"], 1.0, 1.0, 0.0, candidate)
            for candidate, own in zip(state.words.candidates, state.words.events, strict=True)
            if own == event["eid"]
        ]
        if found:
            yield event, found


def _argument_cases(state: State, event: Gold, tellings: Sequence[Telling]) -> Iterator[tuple[tuple[str, ...], str]]:
    example = state.example
    prominence = prominences(example.parties)
    for telling in tellings:
        present = example.parties[telling.sentence]
        scene = scene_of(example.reading.sentences[telling.sentence].doc, telling, present, prominence, state.views)
        for part, side in ((ACTOR, "actors"), (RECIPIENT, "recipients")):
            yield vacancy_features(scene, part), part if event[side] else NEITHER
        named = [_part_by_name(party.text, event) for party in present]
        for party, known in zip(present, named, strict=True):
            found = known or _part_by_code(party.country, party.role, event, set(named))
            yield argument_features(scene, party), found or NEITHER


def _part_by_name(text: str, event: Gold) -> str | None:
    for part, side in ((ACTOR, "actors"), (RECIPIENT, "recipients")):
        if any(same_name(text, entity["text"]) for entity in event[side]):
            return part
    return None


def _part_by_code(country: str | None, role: str, event: Gold, named: set[str | None]) -> str | None:
    """A party of the same country and role stands for one that the sentence does not name."""
    for part, side in ((ACTOR, "actors"), (RECIPIENT, "recipients")):
        alike = any(country and country == e.get("country") and role == e.get("role") for e in event[side])
        if part not in named and alike:
            return part
    return None


def _arguments(cases: Sequence[tuple[tuple[str, ...], str]]) -> Linear:
    features, labels = zip(*cases, strict=True)
    return fit_linear(features, labels, penalty=20.0, least=2, steps=80)


def _side_cases(
    state: State, event: Gold, tellings: Sequence[Telling], arguments: Linear
) -> Iterator[tuple[Row, bool, bool]]:
    counted = census(state.example.parties)
    found: list[Standing] = standings(
        state.example.reading, tellings, state.example.parties, counted, arguments, state.views
    )
    by_side = sides(found)
    if not by_side:
        return
    acting, undergoing = ({_key(entity) for entity in event[side]} for side in ("actors", "recipients"))
    for side, row in zip(by_side, side_rows(by_side, tellings, counted), strict=True):
        yield row, side in acting, side in undergoing


def _key(entity: Mapping[str, Any]) -> str:
    return entity.get("country") or f"?{entity.get('role')}"


# ── status ───────────────────────────────────────────────────────────────────────────────────


def _status(states: Sequence[State]) -> Linear:
    cases = [
        (
            status_features(
                state.example.reading.sentences[t.sentence].doc, t.token, t.type_code, state.views[t.sentence]
            ),
            event["status"],
        )
        for state in states
        for event, tellings in _gold_tellings(state)
        for t in tellings
    ]
    features, labels = zip(*cases, strict=True)
    return fit_linear(features, labels, penalty=2.0, least=3)
