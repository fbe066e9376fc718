"""Sketches: which of many texts may be alike, told from 262 bytes of each. MinHash with banding (LSH). Pure.

The share of equal minima estimates the resemblance of two sets of shingles (Broder 1997), also when only the low
bits of the minima are kept (Li and König 2010). Two texts are compared when both minima of one of 64 bands are equal:
that finds texts of resemblance 0.2 with probability 0.93, of 0.3 with 0.998, and leaves out nearly all others.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.articles.stories.shingles import Hashes, mixed

MINIMA = 128
FORMAT = 1  #: of the stored bytes; sketches of another format are alike to none
BUCKET_MAX = 32  #: of the texts that share a band, the latest so many are compared
CONTAINED_MIN = 0.25  #: least share of the smaller set that is in the larger one, by the estimate
CHUNK = 20_000

SKETCH = np.dtype([("format", "<u2"), ("count", "<u4"), ("minima", "<u2", MINIMA)])
Indexes = NDArray[np.int64]

_FACTORS = mixed(np.arange(1, MINIMA + 1, dtype=np.uint64)) | np.uint64(1)
_TERMS = mixed(np.arange(MINIMA + 1, 2 * MINIMA + 1, dtype=np.uint64))


def sketch(shingles: Hashes) -> bytes:
    """Return the sketch of a set of shingles; empty for an empty set."""
    distinct = np.unique(shingles)
    if not len(distinct):
        return b""
    minima = np.full(MINIMA, np.iinfo(np.uint64).max)
    for start in range(0, len(distinct), CHUNK):
        hashed = distinct[start : start + CHUNK, np.newaxis] * _FACTORS + _TERMS
        minima = np.minimum(minima, hashed.min(axis=0))
    return np.array((FORMAT, len(distinct), minima.astype("<u2")), SKETCH).tobytes()


def most_alike(sketches: Sequence[bytes], start: int, most: int) -> list[list[int]]:
    """For each of sketches[start:] the indexes of earlier ones that may be alike, at most *most*, likest first."""
    known, rows = _rows(sketches)
    later, earlier = _sharing_a_band(rows["minima"], int(np.searchsorted(known, start)))
    resemblance = _resemblance(rows["minima"], later, earlier)
    is_alike = _containment(resemblance, rows["count"][later], rows["count"][earlier]) >= CONTAINED_MIN
    later, earlier, resemblance = known[later[is_alike]], known[earlier[is_alike]], resemblance[is_alike]
    found: list[list[int]] = [[] for _ in sketches[start:]]
    for at in np.lexsort((earlier, -resemblance)):
        some = found[later[at] - start]
        if len(some) < most:
            some.append(int(earlier[at]))
    return found


def _rows(sketches: Sequence[bytes]) -> tuple[Indexes, NDArray[np.void]]:
    """The sketches of this format, with their indexes."""
    known = [at for at, one in enumerate(sketches) if len(one) == SKETCH.itemsize and _format(one) == FORMAT]
    return np.array(known, np.int64), np.frombuffer(b"".join(sketches[at] for at in known), SKETCH)


def _format(one: bytes) -> int:
    return int.from_bytes(one[:2], "little")


def _sharing_a_band(minima: NDArray[np.uint16], start: int) -> tuple[Indexes, Indexes]:
    """Pairs (later, earlier) of rows that share a band, where the later one is not before *start*."""
    bands = np.ascontiguousarray(minima).view("<u4").T
    pairs = np.unique(
        np.concatenate([np.empty(0, np.int64), *(some for band in bands for some in _pairs(band, start))])
    )
    return np.divmod(pairs, max(1, len(minima)))


def _pairs(band: NDArray[np.uint32], start: int) -> Iterator[Indexes]:
    """Each pair as one number: later * rows + earlier."""
    order = np.argsort(band, kind="stable")
    ordered = band[order]
    places = np.flatnonzero(order >= start)
    for step in range(1, BUCKET_MAX + 1):
        places = places[places >= step]
        places = places[ordered[places] == ordered[places - step]]
        yield order[places] * len(band) + order[places - step]


def _resemblance(minima: NDArray[np.uint16], later: Indexes, earlier: Indexes) -> NDArray[np.float64]:
    """Estimate of shared shingles / all shingles for each pair."""
    chunks = (slice(start, start + CHUNK) for start in range(0, len(later), CHUNK))
    equal = [(minima[later[chunk]] == minima[earlier[chunk]]).mean(axis=1) for chunk in chunks]
    return np.concatenate([np.empty(0), *equal])


def _containment(
    resemblance: NDArray[np.float64], one: NDArray[np.uint32], other: NDArray[np.uint32]
) -> NDArray[np.float64]:
    """Shared shingles / shingles of the smaller set, from the resemblance and the sizes of the sets."""
    shared = resemblance / (1 + resemblance) * (one.astype(np.float64) + other)
    return shared / np.minimum(one, other)
