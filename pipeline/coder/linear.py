"""A linear classifier over named features: what the coder has learned is data, read here and fitted elsewhere.

Multinomial logistic regression; a feature is a name with a weight of 1. Unknown features count nothing, so that a
model decides on any text. The recipe is training/coder.
"""

import gzip
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights by feature and label."""

    labels: tuple[str, ...]
    rows: Mapping[str, int]
    weights: Floats  #: features × labels
    bias: Floats

    def scores(self, features: Iterable[str]) -> dict[str, float]:
        """Return the probability of each label; they sum to 1."""
        row_of = self.rows.get
        known = sorted({row for name in features if (row := row_of(name)) is not None})
        logits = self.bias + self.weights.take(known, axis=0).sum(axis=0)
        powers = np.exp(logits - logits.max())
        return dict(zip(self.labels, (powers / powers.sum()).tolist(), strict=True))

    def reasons(self, features: Iterable[str], label: str, count: int = 5) -> list[tuple[str, float]]:
        """Return the features that spoke most for *label*, the strongest first."""
        column = self.labels.index(label)
        named = {name: float(self.weights[self.rows[name], column]) for name in features if name in self.rows}
        return sorted(named.items(), key=lambda item: (-item[1], item[0]))[:count]


_in_place: dict[str, Linear] = {}


def load(name: str) -> Linear:
    """Return the model *name*: the packaged one, the same on every call of this process, or what stands in for it."""
    return _in_place.get(name) or _packaged(name)


@contextmanager
def in_place_of_packaged(models: Mapping[str, Linear]) -> Iterator[None]:
    """Let *models* stand in for the packaged ones of their names, as cross-validation does."""
    before = dict(_in_place)
    _in_place.update(models)
    try:
        yield
    finally:
        _in_place.clear()
        _in_place.update(before)


@cache
def _packaged(name: str) -> Linear:
    return unpack(files(__package__).joinpath(f"data/{name}.npz.gz").read_bytes())


def pack(model: Linear) -> bytes:
    """Return *model* as bytes, its weights in half precision; the same model gives the same bytes."""
    names = sorted(model.rows, key=lambda name: model.rows[name])
    whole = io.BytesIO()
    np.savez(
        whole,
        labels=np.array(model.labels),
        names=np.frombuffer("\n".join(names).encode(), dtype=np.uint8),
        weights=model.weights.astype(np.float16),
        bias=model.bias,
    )
    return gzip.compress(whole.getvalue(), mtime=0)


def unpack(blob: bytes) -> Linear:
    """Return the model that :func:`pack` made *blob* of."""
    with np.load(io.BytesIO(gzip.decompress(blob)), allow_pickle=False) as stored:
        names = stored["names"].tobytes().decode().split("\n")
        return Linear(
            labels=tuple(stored["labels"].tolist()),
            rows={name: row for row, name in enumerate(names)},
            weights=stored["weights"].astype(np.float32),
            bias=stored["bias"].astype(np.float32),
        )
