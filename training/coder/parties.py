"""Fit the choice of a country for a party whose words leave it open (pipeline/coder/sides.py).

    python -m training.coder.parties BENCH [OUT.npz.gz]

BENCH is a benchmark folder (SET/docs, SET/gold); the articles of training/coder/articles are learnt from too. An
example is one such party that the annotation names in that sentence, with each country of the article (and none) as a
candidate; logistic regression says how likely each is. Five-fold cross-validation by publisher prints the share of
right choices on the benchmark; OUT is fitted on everything. The same articles and the same registry of actors give
the same file. Fit again after either has changed.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeline.coder.linear import Linear, pack
from pipeline.coder.parties import Party, find_parties
from pipeline.coder.sides import Open, Scene, choose_by, features
from training.coder import corpus
from training.coder.names import same_name

STRENGTH = 0.3  #: inverse of regularisation
ROUNDS = 2  #: the second learns from what the first would have said of earlier parties
EMPTY = Linear(("no", "yes"), {}, np.zeros((0, 2), dtype=np.float32), np.zeros(2, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Example:
    """One open party: the features of each candidate, and which candidate is right (-1 when none of them)."""

    features: tuple[tuple[str, ...], ...]
    right: int


@dataclass(slots=True)
class Recorder:
    """Chooses as *model* does and keeps what it was asked."""

    model: Linear
    asked: dict[tuple[int, int], tuple[tuple[str | None, ...], tuple[tuple[str, ...], ...]]]

    def __call__(self, scene: Scene, party: Open) -> str | None:
        """Return the choice of the model."""
        candidates = scene.candidates
        told = tuple(tuple(features(scene, party, country)) for country in candidates)
        self.asked[party.sentence, party.head] = candidates, told
        return choose_by(self.model, scene, party)


def examples(article: corpus.Example, model: Linear) -> Iterator[Example]:
    """Yield the open parties of one article whose country its annotation gives."""
    recorder = Recorder(model, {})
    found = find_parties(article.reading, recorder)
    truth = _truth(article)
    mentions: dict[int, list[Party]] = defaultdict(list)
    for party in (party for inside in found for party in inside):
        mentions[party.chain].append(party)
    for (sentence, head), (candidates, told) in recorder.asked.items():
        party = next((one for one in found[sentence] if one.head == head), None)
        if party is None:
            continue
        together = mentions[party.chain] if party.kind == "person" else [party]
        right = {
            country
            for one in together
            for number in sorted(article.theirs[one.sentence])
            for text, country in truth[number]
            if same_name(text, one.text)
        }
        if len(right) == 1:
            country = right.pop()
            yield Example(told, candidates.index(country) if country in candidates else -1)


def _truth(article: corpus.Example) -> dict[int, list[tuple[str, str | None]]]:
    """Names and countries of the gold by sentence."""
    found: dict[int, list[tuple[str, str | None]]] = defaultdict(list)
    for event in article.events:
        for entity in (*event.get("actors", ()), *event.get("recipients", ())):
            for number in event["mentions"]:
                found[number].append((entity["text"], entity["country"]))
    for claim in article.claims:
        for entity in filter(None, (claim.get(name) for name in ("source", "accused", "of"))):
            found[claim["sentence"]].append((entity["text"], entity["country"]))
    return found


def fit(found: Sequence[Example]) -> Linear:
    """Return the model of *found*."""
    pairs = [(told, place == one.right) for one in found for place, told in enumerate(one.features)]
    names = sorted({name for told, _ in pairs for name in told})
    rows = {name: row for row, name in enumerate(names)}
    indices = [rows[name] for told, _ in pairs for name in sorted(set(told))]
    ends = np.cumsum([0, *(len(set(told)) for told, _ in pairs)])
    matrix = csr_matrix((np.ones(len(indices)), indices, ends), shape=(len(pairs), len(names)))
    learner = LogisticRegression(C=STRENGTH, max_iter=2000, random_state=0)
    learner.fit(matrix, np.array([is_right for _, is_right in pairs]))
    half = learner.coef_[0].astype(np.float32) / 2
    bias = float(learner.intercept_[0]) / 2
    return Linear(("no", "yes"), rows, np.stack([-half, half], axis=1), np.array([-bias, bias], dtype=np.float32))


def accuracy(model: Linear, found: Sequence[Example]) -> list[bool]:
    """Return of each example whether the model chooses right."""
    return [int(np.argmax([model.scores(told)["yes"] for told in one.features])) == one.right for one in found]


def main(bench: Path, out: Path | None) -> None:
    """Cross-validate on the articles of *bench*, then fit on everything and write the model."""
    real, ours = corpus.benchmark(bench), corpus.invented()
    right: list[bool] = []
    for held in corpus.by_outlet(real):
        model = learn([*(article for at, article in enumerate(real) if at not in set(held)), *ours])
        right += accuracy(model, [one for at in held for one in examples(real[at], model)])
    print(f"{len(right)} open parties, right country by cross-validation: {np.mean(right):.3f}")
    if out is not None:
        out.write_bytes(pack(learn([*real, *ours])))


def learn(articles: Sequence[corpus.Example]) -> Linear:
    """Return the model of *articles*."""
    model = EMPTY
    for _ in range(ROUNDS):
        model = fit([one for article in articles for one in examples(article, model)])
    return model


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
