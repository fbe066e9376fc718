"""What a version of an article changed of the one before it, as a compact diff of words."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Literal

from rapidfuzz.distance import LCSseq

from pipeline.articles.versions import normalised
from pipeline.language.scripts import UNSPACED
from pipeline.records import Article, Change, Revision

COMPARISONS_MAX = 400_000_000  # pairs of words, 50 MB; beyond that all between the first and last change is one change
ISLAND_MAX = 2  #: as few equal words between two changes make them one

_WORDS = re.compile(rf"\s*(?:[{UNSPACED}]|[^\s{UNSPACED}]+)|\s+\Z")
_WORD = re.compile(r"\w+")

Difference = tuple[slice, slice]  #: of the older and the newer sequence


def revisions(articles: Iterable[Article], stands: Mapping[str, Article], known: Collection[str]) -> list[Revision]:
    """What each new version changed of the one that was seen before it.

    *articles* are in the order of their capture, and may come back to a version; *stands* has the version of each
    article that was seen last before them, *known* the ids of all versions of before.
    """
    stands, known, found = dict(stands), set(known), []
    for article in articles:
        previous = stands.get(article.article_id)
        if previous and article.version_id not in known:
            found.append(revise(previous, article))
        stands[article.article_id] = article
        known.add(article.version_id)
    return found


def revise(previous: Article, article: Article) -> Revision:
    """What *article* changed of *previous*, the version before it."""
    changes = (
        *_changes("title", previous.title, article.title),
        *_changes("text", previous.text, article.text),
    )
    return Revision(
        version_id=article.version_id,
        day=article.day,
        article_id=article.article_id,
        previous_version_id=previous.version_id,
        words_removed=sum(len(_WORD.findall(change.removed)) for change in changes),
        words_added=sum(len(_WORD.findall(change.added)) for change in changes),
        changes=changes,
    )


def undo(text: str, changes: Sequence[Change]) -> str:
    """The text as it was before the changes, all of them of this one part, but for its typography."""
    for change in reversed(changes):
        text = text[: change.start] + change.removed + text[change.start + len(change.added) :]
    return text


def _changes(part: Literal["title", "text"], old: str, new: str) -> Iterator[Change]:
    """The changes in the order of the text, as few as read well."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    starts = [0, *accumulate(map(len, after))]
    for removed, added in _differences([*map(normalised, before)], [*map(normalised, after)]):
        less, more = "".join(before[removed]), "".join(after[added])
        if removed.stop < len(before) and not _space(after[added.stop]):  # as at the beginning of the new text
            less += _space(before[removed.stop])
        same = less[: _common(less, more)]
        space = len(_space(same))
        yield Change(part=part, start=starts[added.start] + space, removed=less[space:], added=more[space:])


def _differences(old: Sequence[str], new: Sequence[str]) -> Iterable[Difference]:
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old_end, new_end = len(old) - tail, len(new) - tail
    if head == old_end and head == new_end:
        return []
    if (old_end - head) * (new_end - head) > COMPARISONS_MAX:
        return [(slice(head, old_end), slice(head, new_end))]
    found = LCSseq.opcodes(old[head:old_end], new[head:new_end])
    return _joined(
        (slice(head + code.src_start, head + code.src_end), slice(head + code.dest_start, head + code.dest_end))
        for code in found
        if code.tag != "equal"
    )


def _joined(differences: Iterable[Difference]) -> Iterator[Difference]:
    """Take differences as one that are parted by a few words only: those stand in both texts by chance."""
    last: Difference | None = None
    for removed, added in differences:
        if last and removed.start - last[0].stop <= ISLAND_MAX:
            last = slice(last[0].start, removed.stop), slice(last[1].start, added.stop)
            continue
        if last:
            yield last
        last = removed, added
    if last:
        yield last


def _space(word: str) -> str:
    return word[: len(word) - len(word.lstrip())]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the common beginning."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
