"""A forest of boosted trees over named numbers: what weighs several judgements against each other.

Histogram gradient boosting for a binary outcome (Ke et al., LightGBM, 2017), fitted elsewhere (training/coder) and
read here, so that coding needs no machine-learning library. A number that is not known is NaN and takes the branch
that fitting found best for it.
"""

import gzip
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

UNKNOWN = float("nan")
BATCH = 2_048  #: rows judged at once, so that memory does not grow with their number
Row = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Forest:
    """Nodes of all trees in one table; a leaf points to itself."""

    names: tuple[str, ...]  #: of the features, by column
    roots: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    unknown_left: NDArray[np.bool_]
    value: NDArray[np.float32]  #: of leaves, in log-odds
    baseline: float
    depth: int  #: steps from a root to its deepest leaf

    def chances(self, rows: Iterable[Row]) -> list[float]:
        """Return the probability of the outcome for each row."""
        waiting, found = iter(rows), list[float]()
        while batch := list(islice(waiting, BATCH)):
            found += self._chances(batch)
        return found

    def _chances(self, rows: Sequence[Row]) -> list[float]:
        table = np.array([[row[name] for name in self.names] for row in rows], dtype=np.float32)
        nodes = np.tile(self.roots, (len(rows), 1))
        at = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            known = table[at, self.feature[nodes]]
            goes_left = np.where(np.isnan(known), self.unknown_left[nodes], known <= self.threshold[nodes])
            nodes = np.where(goes_left, self.left[nodes], self.right[nodes])
        odds = self.baseline + self.value[nodes].astype(np.float64).sum(axis=1)
        return [float(chance) for chance in 1 / (1 + np.exp(-odds))]


def pack(forest: Forest) -> bytes:
    """Return *forest* as bytes; the same forest gives the same bytes."""
    whole = io.BytesIO()
    arrays = {name: getattr(forest, name) for name in _ARRAYS}
    np.savez(whole, names=np.array(forest.names), scalars=np.array([forest.baseline, forest.depth]), **arrays)
    return gzip.compress(whole.getvalue(), mtime=0)


def unpack(blob: bytes) -> Forest:
    """Return the forest that :func:`pack` made *blob* of."""
    with np.load(io.BytesIO(gzip.decompress(blob)), allow_pickle=False) as stored:
        baseline, depth = stored["scalars"].tolist()
        return Forest(
            names=tuple(stored["names"].tolist()),
            baseline=baseline,
            depth=int(depth),
            **{name: stored[name] for name in _ARRAYS},
        )


_ARRAYS = ("roots", "feature", "threshold", "left", "right", "unknown_left", "value")
