"""Do two texts that have many words in common state the same facts? Numbers and names, passage by passage.

Between the runs of words that both have, each has short passages of its own. A desk that edits copy leaves the numbers
and names in them as they are, or spells them otherwise; a template (weather, markets, earthquakes) has others there.
"""

from collections.abc import Iterator, Set

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import ratio

from pipeline.articles.stories.shingles import Mask, Shingled

LEAD_WORDS = 40
PASSAGE_MAX = 20  #: words; a longer passage is a text's own and stands in place of nothing
CORRECTED_MAX = 1  #: so many other facts are a correction
SPELLED_ALIKE = 65.0  #: of 100; Kiev and Kyiv have 75, Gaddafi and Qaddafi 86

Where = slice | NDArray[np.intp]
Pairs = set[tuple[str, str]]


def agreement(one: Shingled, ours: Mask, other: Shingled, theirs: Mask) -> float:
    """Share of the facts that are the same, 0 to 1, where the texts run in parallel.

    It is the least of three: that of all facts, of the numbers, and of the numbers at the beginning, since the names
    and the background of a template may be the same as ever. *ours* and *theirs* tell which words stand in common runs.
    """
    numbers, names, leading = _replaced(one, ours, other, theirs)
    same = _facts(one, np.flatnonzero(ours))
    same_leading = _facts(one, np.flatnonzero(_lead(one, ours))) | _facts(other, np.flatnonzero(_lead(other, theirs)))
    return min(
        _kept(same, numbers | names),
        _kept(_numbers(same), numbers),
        _kept(_numbers(same_leading), leading),
    )


def _kept(same: Set[str], replaced: Pairs) -> float:
    return len(same) / (len(same) + len(replaced)) if len(replaced) > CORRECTED_MAX else 1.0


def _lead(text: Shingled, common: Mask) -> Mask:
    return common[: LEAD_WORDS * text.scale]


def _replaced(one: Shingled, ours: Mask, other: Shingled, theirs: Mask) -> tuple[Pairs, Pairs, Pairs]:
    """Numbers, names, and numbers at the beginning of a text in whose place the other text has others."""
    numbers, names, leading = Pairs(), Pairs(), Pairs()
    for mine, its in _parallel(one, ours, other, theirs):
        lost, found = _without_spellings(_facts(one, mine), _facts(other, its))
        pairs = set(zip(sorted(_numbers(lost)), sorted(_numbers(found)), strict=False))
        numbers |= pairs
        names |= set(zip(sorted(lost - _numbers(lost)), sorted(found - _numbers(found)), strict=False))
        if mine.start < LEAD_WORDS * one.scale or its.start < LEAD_WORDS * other.scale:
            leading |= pairs
    return numbers, names, leading


def _parallel(one: Shingled, ours: Mask, other: Shingled, theirs: Mask) -> Iterator[tuple[slice, slice]]:
    """Short passages of the two texts that follow the same words, or precede them."""
    places = {shingle: place for place, shingle in enumerate(other.shingles.tolist())}
    passages = _passages(other, theirs)
    after = {passage.start: passage for passage in passages}
    before = {passage.stop: passage for passage in passages}
    for mine in _passages(one, ours):
        its = None
        if mine.start:
            its = after.get(places[int(one.shingles[mine.start - one.width])] + other.width)
        elif mine.stop < len(ours):
            its = before.get(places[int(one.shingles[mine.stop])])
        if its is not None:
            yield mine, its


def _passages(text: Shingled, common: Mask) -> list[slice]:
    """What stands between the common runs, but for what is too long."""
    edges = np.flatnonzero(np.diff(common, prepend=True, append=True)).reshape(-1, 2)
    return [slice(start, end) for start, end in edges.tolist() if end - start <= PASSAGE_MAX * text.scale]


def _facts(text: Shingled, where: Where) -> set[str]:
    return {text.facts[word] for word in text.words[where][text.is_fact[where]].tolist()}


def _numbers(facts: Set[str]) -> set[str]:
    return {fact for fact in facts if fact[0].isdigit()}


def _without_spellings(ours: set[str], theirs: set[str]) -> tuple[set[str], set[str]]:
    """What only one of the two has, without names that are spelled otherwise in the other."""
    lost, found = ours - theirs, theirs - ours
    pairs = [(one, other) for one in lost for other in found if _is_spelled_alike(one, other)]
    return lost - {one for one, _ in pairs}, found - {other for _, other in pairs}


def _is_spelled_alike(one: str, other: str) -> bool:
    return one.isalpha() and other.isalpha() and ratio(one, other) >= SPELLED_ALIKE
