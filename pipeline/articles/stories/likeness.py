"""Are two texts one story? Decided on the texts themselves, by the words that stand in both in runs of four or more.

Copies keep such runs, whatever the order of their paragraphs. Templates (weather, markets, earthquakes) keep runs as
well, but say other numbers and names between them; follow-ups, and texts that share a notice, begin differently.
Words count as those of English do: where each character is a word, two of them are one.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.articles.stories.facts import LEAD_WORDS, agreement
from pipeline.articles.stories.shingles import Mask, Shingled

WORDS_MIN = 25  #: a shorter text may be all notice and no news
NEAR_WORDS_MIN = 50  #: the same where the texts differ

CONTAINED = 0.8  #: share of the shorter text that makes it a copy
CONTAINED_WITH_LEADS = 0.65  #: the same when both texts begin alike
LEAD_CONTAINED = 0.5
SIMILAR = 0.45  #: what a digest of many items does not reach with one of them
AGREEING = 0.7  #: share of numbers and names without which the texts are one template
RELATED = 0.4  #: share of the shorter text that a copy of a copy has in common with the first one


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How alike two texts are; shares of 0 to 1."""

    word_count: int  #: of the shorter text
    similarity: float  #: of the words of both texts, those that stand in common runs
    containment: float  #: the same of the shorter text
    leads: tuple[float, float]  #: the same of the beginning of each text
    agreement: float  #: of the numbers and names where the texts run in parallel, those that are the same

    @property
    def is_near_copy(self) -> bool:
        """Has the shorter text too little of its own to be another report?"""
        if self.word_count < NEAR_WORDS_MIN or self.similarity < SIMILAR or self.agreement < AGREEING:
            return False
        is_contained = [lead >= LEAD_CONTAINED for lead in self.leads]
        return (self.containment >= CONTAINED and any(is_contained)) or (
            self.containment >= CONTAINED_WITH_LEADS and all(is_contained)
        )

    @property
    def is_related(self) -> bool:
        """Has the shorter text much of the longer, as copies of one original have?"""
        return self.containment >= RELATED


def is_comparable(text: Shingled) -> bool:
    """Is it long enough to be a copy of another one?"""
    return len(text.words) >= WORDS_MIN * text.scale


def is_copy(one: Shingled, other: Shingled) -> bool:
    """Are they the same, word for word?"""
    return is_comparable(one) and np.array_equal(one.words, other.words)


def likeness(one: Shingled, other: Shingled) -> Likeness:
    """Compare two texts."""
    ours, theirs = _common(one, other), _common(other, one)
    shorter, scale = min((ours, one.scale), (theirs, other.scale), key=lambda some: len(some[0]))
    return Likeness(
        word_count=len(shorter) // scale,
        similarity=_share(np.concatenate([ours, theirs])),
        containment=_share(shorter),
        leads=(_share(ours[: LEAD_WORDS * one.scale]), _share(theirs[: LEAD_WORDS * other.scale])),
        agreement=agreement(one, ours, other, theirs),
    )


def _common(one: Shingled, other: Shingled) -> Mask:
    """Which words of *one* stand in runs that *other* has too."""
    common = np.zeros(len(one.words), np.bool_)
    starts = np.flatnonzero(np.isin(one.shingles, other.shingles))
    for offset in range(one.width):
        common[starts + offset] = True
    return common


def _share(mask: Mask) -> float:
    return float(mask.mean()) if len(mask) else 0.0
