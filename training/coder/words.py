"""Learn what words tell. Annotation names sentences, not words: which word tells an event is found by turns.

A first assignment follows the lexicon; then a model is fitted, its out-of-fold opinion assigns anew, and so on
(hard expectation maximisation). Words that may as well have told an event of their sentence are left out of fitting.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from pipeline.coder.linear import Linear
from pipeline.coder.parties import find_parties
from pipeline.coder.reading import read
from pipeline.coder.tellings import find_all_candidates
from pipeline.coder.triggers import NONE, Candidate, find_candidates
from training.coder.corpus import Example, by_outlet, marked_sentences, read_sentence
from training.coder.lines import fit_linear

ROUNDS = 2
LIST_WEIGHT, PATTERN_WEIGHT, LENGTH_WEIGHT = 1.0, 1.0, 0.3
TRUST = 0.8  #: of the lexicon against the model's log-probability
DOUBT = 0.3  #: probability from which a word that was not assigned is left out

Scores = list[dict[str, float]]


@dataclass(slots=True)
class Words:
    """The candidates of one article with what was found out about them."""

    example: Example
    candidates: list[Candidate]
    labels: list[str]
    events: list[int | None]  #: the annotated event that a candidate tells
    weights: list[float]


def collect(examples: Sequence[Example]) -> list[Words]:
    """Return the candidates of *examples*, nothing assigned."""
    found = [find_all_candidates(example.reading, example.parties) for example in examples]
    return [
        Words(example, some, [NONE] * len(some), [None] * len(some), [1.0] * len(some))
        for example, some in zip(examples, found, strict=True)
    ]


def learn(words: Sequence[Words]) -> list[Scores]:
    """Assign the annotated events to words, and return the out-of-fold scores of all candidates."""
    scores: list[Scores] | None = None
    for _ in range(ROUNDS):
        for at, some in enumerate(words):
            _assign(some, scores[at] if scores else None)
        scores = out_of_fold(words)
    for at, some in enumerate(words):
        _assign(some, (scores or [])[at])
    return out_of_fold(words)


def out_of_fold(words: Sequence[Words]) -> list[Scores]:
    """Return the scores of each article's candidates by a model that has not seen its outlet."""
    scores: list[Scores] = [[] for _ in words]
    for fold in by_outlet([some.example for some in words]):
        held = set(fold)
        model = fit([some for at, some in enumerate(words) if at not in held])
        for at in fold:
            scores[at] = [model.scores(candidate.features) for candidate in words[at].candidates]
    return scores


def fit(words: Sequence[Words]) -> Linear:
    """Fit the model of words to what was assigned, and to the marked sentences."""
    cases = [
        (candidate.features, label, weight)
        for some in words
        for candidate, label, weight in zip(some.candidates, some.labels, some.weights, strict=True)
        if weight
    ]
    cases += _marked_cases()
    features, labels, weights = zip(*cases, strict=True)
    return fit_linear(features, labels, weights)


_marked: list[tuple[tuple[str, ...], str, float]] = []


def _marked_cases() -> list[tuple[tuple[str, ...], str, float]]:
    if not _marked:
        for text, marks in marked_sentences():
            reading = read(read_sentence(text))
            parties = find_parties(reading)
            for sentence in reading.sentences[1:]:
                told = {
                    token.i: kind
                    for token in sentence.doc
                    for at, kind in marks
                    if token.idx <= at - sentence.start < token.idx + len(token)
                }
                found = find_candidates(sentence, parties[sentence.number])
                _marked.extend((c.features, told.get(c.token, NONE), 1.0) for c in found)
    return _marked


def _assign(words: Words, scores: Scores | None) -> None:
    """Give each event of each sentence the word that tells it most likely, no word to two events."""
    example = words.example
    count = len(words.candidates)
    words.labels, words.events, words.weights = [NONE] * count, [None] * count, [1.0] * count
    by_sentence: dict[int, list[int]] = {}
    for at, candidate in enumerate(words.candidates):
        for number in example.theirs[candidate.sentence]:
            by_sentence.setdefault(number, []).append(at)
    for number, indexes in by_sentence.items():
        told = [event for event in example.events if number in event["mentions"]]
        if told:
            _assign_sentence(words, number, indexes, told, scores)


def _assign_sentence(
    words: Words, number: int, indexes: list[int], told: Sequence[dict], scores: Scores | None
) -> None:  # type: ignore[type-arg]
    fits = np.array([[_fit(words, at, number, event, scores) for at in indexes] for event in told])
    for row, column in zip(*linear_sum_assignment(-fits), strict=True):
        at, event = indexes[column], told[row]
        if fits[row, column] > _FLOOR and _is_plausible(words.candidates[at], event["type"], scores and scores[at]):
            words.labels[at], words.events[at] = event["type"], event["eid"]
    kinds = {event["type"] for event in told}
    for at in indexes:
        if words.labels[at] == NONE and any(
            _may_tell(words.candidates[at], kind, scores and scores[at]) for kind in kinds
        ):
            words.weights[at] = 0.0


_FLOOR = -20.0
_GIVEN = 50.0  #: for a word that the annotation names


def _fit(words: Words, at: int, number: int, event: dict, scores: Scores | None) -> float:  # type: ignore[type-arg]
    candidate = words.candidates[at]
    given = event.get("triggers", {}).get(str(number))
    if given:
        token = words.example.reading.sentences[candidate.sentence].doc[candidate.token]
        return _GIVEN if token.lower_ == given.lower() or given.lower() in token.lower_ else -_GIVEN
    prior = TRUST * _in_lexicon(candidate, event["type"])
    if scores is None:
        return prior + 0.5 * ("pos=VERB" in candidate.features)
    return prior + float(np.log(scores[at].get(event["type"], 0.0) + 1e-4))


def _in_lexicon(candidate: Candidate, kind: str) -> float:
    found = [
        PATTERN_WEIGHT * match.rule.weight + LENGTH_WEIGHT * match.length
        for match in candidate.matches
        if match.rule.type_code == kind
    ]
    return max([*found, LIST_WEIGHT * (f"list={kind}" in candidate.features)])


def _is_plausible(candidate: Candidate, kind: str, scores: dict[str, float] | None) -> bool:
    if _in_lexicon(candidate, kind):
        return True
    return scores.get(kind, 0.0) > 0.03 if scores else "pos=VERB" in candidate.features


def _may_tell(candidate: Candidate, kind: str, scores: dict[str, float] | None) -> bool:
    return bool(_in_lexicon(candidate, kind)) or bool(scores and scores.get(kind, 0.0) > DOUBT)
