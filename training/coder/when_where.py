"""Fit the models that date and place an event.

Every annotated event is a group of candidates, of which the right one wins, or none: conditional logistic regression
with an L2 penalty, fitted by L-BFGS from zero, hence the same for the same input. The score of a candidate is that of
"yes" against "no" in pipeline.coder.linear.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from pipeline.coder.linear import Linear
from pipeline.coder.views import Views
from pipeline.coder.when import Time
from pipeline.coder.when_features import time_candidates
from pipeline.coder.where import Location
from pipeline.coder.where_features import location_candidates
from training.coder.corpus import Example, Gold

PENALTY = 8.0
MIN_COUNT = 2  #: groups that a feature must occur in
INVENTED = 0.1  #: weight of an event of an invented article, which names more times and places than a real one

Choice = tuple[object, frozenset[str]]


@dataclass(frozen=True)
class Group:
    """One gold event with its candidates; *right* are the indexes of those that are right, none if none is stated."""

    choices: list[Choice]
    right: frozenset[int]
    is_stated: bool
    weight: float


def fit_both(told: Iterable[tuple[Example, Gold, Sequence[tuple[int, int]], Views]]) -> dict[str, Linear]:
    """Fit both models to annotated events, each with the words that tell it: sentence and token."""
    times: list[Group] = []
    places: list[Group] = []
    for example, event, tellings, views in told:
        when = time_candidates(example.reading, tellings, example.times, event["type"], views)
        where = location_candidates(example.reading, tellings, example.places, event["type"], views)
        weight = 1.0 if example.is_real else INVENTED
        times.append(_group(when, event["date"], is_time, weight))
        places.append(_group(where, event["place"], is_place, weight))
    return {"when": fit(times), "where": fit(places)}


def _group(choices: Sequence[Choice], gold: Any, is_right: Callable[..., bool], weight: float) -> Group:
    right = {number for number, (found, _) in enumerate(choices) if gold and is_right(found, gold)}
    return Group(list(choices), frozenset(right), gold is not None, weight)


def is_time(time: Time, gold: dict[str, Any]) -> bool:
    """Return whether a time has the days of the gold one."""
    return (time.first.isoformat(), time.last.isoformat()) == (gold["start"], gold.get("end"))


def is_place(place: Location, gold: dict[str, Any]) -> bool:
    """Return whether a place has the gold one's country, and its name or a part of it."""
    one, other = _plain(place.text), _plain(gold["text"])
    return (
        place.country == gold.get("country")
        and bool(one)
        and (f" {one} " in f" {other} " or f" {other} " in f" {one} ")
    )


def _plain(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9 ]+", " ", re.sub(r"^(the|a|an) ", "", ascii_only)).strip()


def fit(groups: Sequence[Group]) -> Linear:
    """Return the model of *groups*; those whose right answer is not among the candidates are left out."""
    usable = [group for group in groups if group.choices and (group.right or not group.is_stated)]
    counts = Counter(name for group in usable for name in {name for _, names in group.choices for name in names})
    rows = {name: row for row, name in enumerate(sorted(name for name, n in counts.items() if n >= MIN_COUNT))}
    matrix, owner, right = _matrix(usable, rows)
    shares = np.array([group.weight for group in usable])
    weights = minimize(
        _loss, np.zeros(len(rows) + 1), (matrix, owner, right, shares), "L-BFGS-B", jac=True, options={"maxiter": 300}
    ).x
    both = np.stack([np.zeros(len(rows)), weights[:-1]], axis=1).astype(np.float32)
    return Linear(("no", "yes"), rows, both, np.array([0, weights[-1]], dtype=np.float32))


def _matrix(groups: Sequence[Group], rows: dict[str, int]) -> tuple[csr_matrix, NDArray[np.int64], NDArray[np.bool_]]:
    pairs = [(group, number) for group in groups for number in range(len(group.choices))]
    columns = [[rows[name] for name in sorted(group.choices[number][1]) if name in rows] for group, number in pairs]
    ends = np.cumsum([0, *map(len, columns)])
    indexes = np.concatenate([np.array(found, dtype=np.int32) for found in columns])
    matrix = csr_matrix((np.ones(len(indexes)), indexes, ends), shape=(len(pairs), len(rows)))
    owner = np.repeat(np.arange(len(groups)), [len(group.choices) for group in groups])
    return matrix, owner, np.array([number in group.right for group, number in pairs])


def _loss(
    weights: NDArray[np.float64],
    matrix: csr_matrix,
    owner: NDArray[np.int64],
    right: NDArray[np.bool_],
    shares: NDArray[np.float64],
) -> tuple[float, NDArray[np.float64]]:
    """Minus the log-likelihood of the right candidates, "none" having the score 0, with the penalty; and its slope.

    *shares* are the weights of the groups.
    """
    scores = matrix @ weights[:-1] + weights[-1]
    count = int(owner[-1]) + 1
    top = np.zeros(count)
    np.maximum.at(top, owner, scores)
    powers, none = np.exp(scores - top[owner]), np.exp(-top)
    total = none + np.bincount(owner, powers, count)
    is_stated = np.bincount(owner, right, count) > 0
    won = np.where(is_stated, np.bincount(owner, powers * right, count), none)
    slope = shares[owner] * (np.where(right, powers / won[owner], 0) - powers / total[owner])
    gradient = np.append(matrix.T @ slope - PENALTY * weights[:-1], slope.sum())
    return float(PENALTY / 2 * weights[:-1] @ weights[:-1] - shares @ np.log(won / total)), -gradient
