"""What the words of each sentence tell: a linear model's view of the word, weighed with a network's of the sentence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc

from pipeline.coder.models import Models
from pipeline.coder.parties import Party
from pipeline.coder.reading import Reading
from pipeline.coder.trees import UNKNOWN, Row
from pipeline.coder.triggers import NONE, Candidate, find_candidates
from pipeline.coder.views import Views, log_odds, odds_at
from pipeline.events.ontology import event_types

LEAST = 0.05  #: of the linear model, below which a word is looked at no further, if the network says no more
LEAST_SEEN = -2.5  #: log-odds of the network, above which it is


@dataclass(frozen=True, slots=True)
class Telling:
    """One word that tells an event of a type, and how sure that is."""

    sentence: int
    token: int
    type_code: str
    score: float  #: probability that its sentence tells an event of the type
    word_score: float  #: the linear model's
    rival: float  #: the best score of another type for the word
    candidate: Candidate


def find_all_candidates(reading: Reading, parties: Sequence[tuple[Party, ...]]) -> list[Candidate]:
    """Return the candidates of all sentences, in order."""
    return [found for sentence in reading.sentences for found in find_candidates(sentence, parties[sentence.number])]


def word_scores(candidates: Sequence[Candidate], models: Models) -> list[dict[str, float]]:
    """Return the linear model's probability of each type, for each candidate."""
    return [models.words.scores(candidate.features) for candidate in candidates]


def promising(candidates: Sequence[Candidate], scores: Sequence[Mapping[str, float]]) -> list[int]:
    """Return the sentences that may tell an event at all: those worth the sentence classifier's time."""
    return sorted({c.sentence for c, known in zip(candidates, scores, strict=True) if 1 - known[NONE] > LEAST})


def find_tellings(
    candidates: Sequence[Candidate],
    scores: Sequence[Mapping[str, float]],
    views: Views,
    length: int,
    models: Models,
    threshold: float,
) -> list[Telling]:
    """Return the words that tell an event with at least *threshold*, each of its likeliest type, in order."""
    cases = list(telling_cases(candidates, scores, views, length))
    chances = models.tellings.chances([row for _, _, row in cases])
    by_candidate: dict[int, list[tuple[float, str]]] = {}
    for (at, type_code, _), chance in zip(cases, chances, strict=True):
        by_candidate.setdefault(at, []).append((chance, type_code))
    return [
        _telling(candidates[at], scores[at], sorted(ranked, reverse=True))
        for at, ranked in sorted(by_candidate.items())
        if max(ranked)[0] >= threshold
    ]


def _telling(candidate: Candidate, scores: Mapping[str, float], ranked: Sequence[tuple[float, str]]) -> Telling:
    (score, type_code), *others = ranked
    return Telling(
        candidate.sentence,
        candidate.token,
        type_code,
        score,
        scores[type_code],
        others[0][0] if others else 0.0,
        candidate,
    )


def telling_cases(
    candidates: Sequence[Candidate], scores: Sequence[Mapping[str, float]], views: Views, length: int
) -> Iterator[tuple[int, str, Row]]:
    """Yield each plausible reading of a candidate: its index, a type, and what is known of both as numbers.

    *length* is the number of sentences, the title included.
    """
    seen = [odds_at(views, candidate.sentence, *candidate.span) for candidate in candidates]
    around = _Around(candidates, scores, seen, length)
    for at, (candidate, known) in enumerate(zip(candidates, scores, strict=True)):
        for type_code in event_types():
            if known[type_code] >= LEAST or seen[at].get(f"word:{type_code}", LEAST_SEEN) > LEAST_SEEN:
                yield at, type_code, _row(candidate, known, seen[at], type_code, views, around)


class _Around:
    """The best score of each type in each sentence, and in the article at large, of both models."""

    def __init__(
        self, candidates: Sequence[Candidate], scores: Sequence[Mapping[str, float]], seen: Sequence[Row], length: int
    ) -> None:
        self.types = list(event_types())
        self.best = np.zeros((length, len(self.types)))
        for candidate, known in zip(candidates, scores, strict=True):
            own = [known[type_code] for type_code in self.types]
            self.best[candidate.sentence] = np.maximum(self.best[candidate.sentence], own)
        self.mean = self.best.mean(axis=0)
        self.seen: dict[tuple[int, str], list[float]] = {}
        for candidate, odds in zip(candidates, seen, strict=True):
            for type_code in self.types if odds else ():
                self.seen.setdefault((candidate.sentence, type_code), []).append(odds[f"word:{type_code}"])
        for found in self.seen.values():
            found.sort(reverse=True)

    def of(self, sentence: int, type_code: str) -> float:
        """Return the best score in a sentence, 0 outside the article."""
        inside = 0 <= sentence < len(self.best)
        return float(self.best[sentence, self.types.index(type_code)]) if inside else 0.0

    def lead(self, sentence: int, type_code: str, odds: float) -> float:
        """Return by how much the network's *odds* for a word exceed those of the best other word of its sentence."""
        best, *others = self.seen[sentence, type_code]
        return odds - (best if odds < best else others[0] if others else best)

    def in_article(self, type_code: str) -> float:
        return float(self.mean[self.types.index(type_code)])


def _row(
    candidate: Candidate, known: Mapping[str, float], odds: Row, type_code: str, views: Views, around: _Around
) -> Row:
    own, sentence, seen = known[type_code], candidate.sentence, odds.get(f"word:{type_code}", UNKNOWN)
    view = views[sentence]
    others = [known[other] for other in around.types if other != type_code]
    row = {
        "word": log_odds(own),
        "rival": log_odds(max(others)) - log_odds(own),
        "nothing": log_odds(known[NONE]),
        "sentence": log_odds(around.of(sentence, type_code)) - log_odds(own),
        "before": log_odds(around.of(sentence - 1, type_code)),
        "after": log_odds(around.of(sentence + 1, type_code)),
        "article": log_odds(around.in_article(type_code)),
        "article:all": log_odds(float(around.mean.sum()) / 3),
        "title": float(sentence == 0),
        "position": float(sentence),
        "rules": float(
            max((match.rule.weight for match in candidate.matches if match.rule.type_code == type_code), default=0)
        ),
        "quoted": float("quoted" in candidate.features),
        "view": log_odds(view[type_code]) if view else UNKNOWN,
        "view:event": log_odds(view["event"]) if view else UNKNOWN,
        "view:rival": log_odds(max(view[other] for other in around.types)) - log_odds(view[type_code])
        if view
        else UNKNOWN,
        "view:title": log_odds(views[0][type_code]) if views[0] else UNKNOWN,
        "view:word": seen,
        "view:lead": around.lead(sentence, type_code, seen) if odds else UNKNOWN,
        "view:other": max((odds[f"word:{other}"] for other in around.types if other != type_code), default=UNKNOWN)
        if odds
        else UNKNOWN,
        "view:planned": log_odds(view["planned"]) if view else UNKNOWN,
    }
    return row | {f"type={other}": float(other == type_code) for other in around.types}


def determiner_of(doc: Doc, token: int) -> str:
    """Return the determiner of a token in lower case, or ""."""
    return next((child.lower_ for child in doc[token].children if child.dep_ == "det"), "")
