"""How two extractions of one page differ: what another version of the extractor gains, loses and reads differently."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

from rapidfuzz.distance import Indel

from pipeline.articles.revisions import COMPARISONS_MAX
from pipeline.records import Article, Rejection

COMPARED = (
    "canonical_url", "title", "standfirst", "authors", "section", "language_code", "published_at", "published_source",
    "published_precision", "modified_at", "modified_source", "modified_precision", "dateline_place", "agency",
    "correction", "is_paywalled", "is_truncated",
)  # fmt: skip
State = Literal["same", "changed", "gained", "lost"]
BANDS = (1.0, 0.99, 0.95, 0.8, 0.5, 0.0)  #: lower ends, by which similarities of texts are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What became of one page."""

    url: str
    state: State
    similarity: float | None = None  #: 0–1, of the texts; none where there are not two
    words_before: int = 0
    words_after: int = 0
    changes: dict[str, tuple[Any, Any]]  #: fields that differ: before, after
    reason: str = ""  #: for which it was or is rejected


def compare(url: str, before: Article | Rejection, after: Article | Rejection) -> Difference | None:
    """Hold two outcomes of one page against each other; None when both are rejections."""
    if isinstance(before, Rejection) or isinstance(after, Rejection):
        return _gained_or_lost(url, before, after)
    changes = {
        name: (getattr(before, name), getattr(after, name))
        for name in COMPARED
        if getattr(before, name) != getattr(after, name)
    }
    return Difference(
        url=url,
        state="changed" if changes or before.text != after.text else "same",
        similarity=similarity(before.text, after.text),
        words_before=before.word_count,
        words_after=after.word_count,
        changes=changes,
    )


def similarity(one: str, other: str) -> float:
    """Share of the words of two texts that stand in both in the same order, 0–1: twice the longest common subsequence
    over the sum of their lengths. Of texts too long for that, of the words that stand in both in any order."""
    words, others = one.split(), other.split()
    if len(words) * len(others) <= COMPARISONS_MAX:
        return Indel.normalized_similarity(words, others)
    return 2 * (Counter(words) & Counter(others)).total() / (len(words) + len(others))


def band(similarity: float) -> float:
    """The lower end of the band that a similarity is counted in."""
    return max(low for low in BANDS if low <= similarity)


def _gained_or_lost(url: str, before: Article | Rejection, after: Article | Rejection) -> Difference | None:
    if isinstance(before, Article):
        reason = after.message if isinstance(after, Rejection) else ""
        return Difference(url=url, state="lost", words_before=before.word_count, changes={}, reason=reason)
    if isinstance(after, Article):
        return Difference(url=url, state="gained", words_after=after.word_count, changes={}, reason=before.message)
    return None
