"""Stories: which article versions are near-identical texts, such as copy of an agency. Pure and deterministic.

A version joins the story of the likest earlier version when the texts bear it out, or opens a story of its own. To
join, it must also be related to the first version of that story in the window, so that copies of copies do not drift.
What was grouped before stays as it is: stories are never merged. All versions of an article are of one story.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from pipeline.articles.stories.likeness import is_comparable, is_copy, likeness
from pipeline.articles.stories.shingles import Shingled, shingled
from pipeline.articles.stories.sketch import most_alike, sketch
from pipeline.records import Article, StoryMember, StoryRule, make_id

GROUPER = "eventwire/1"
CANDIDATES_MAX = 8  #: earlier versions whose texts a new one is compared with, the likest by their sketches
SLICE = 1000  #: articles for which texts of the window are in memory at once

Texts = Callable[[Sequence[str]], Mapping[str, str]]
Read = Callable[[str], Shingled | None]
Match = tuple[StoryMember | None, StoryRule, float]

_ALONE: Match = (None, "first", 1.0)


def group(articles: Iterable[Article], window: Iterable[StoryMember], texts: Texts) -> list[StoryMember]:
    """Return a member for each of the day's article versions, in the order of captured_at and version_id.

    *window* has the members of the days before. *texts* gives their texts by version id; it is asked once for each
    thousand articles, and may leave out those that are gone. The order of the input does not matter.
    """
    known = sorted(window, key=lambda member: (member.day, member.version_id))
    new = sorted(articles, key=lambda article: (article.captured_at, article.version_id))
    made = [signature(article.text) for article in new]
    alike = most_alike([*(member.signature for member in known), *made], len(known), CANDIDATES_MAX)
    own = {article.version_id: article.text for article in new}
    members = _Members(known)
    for start in range(0, len(new), SLICE):
        some = slice(start, start + SLICE)
        asked = members.compared_with(new[some], alike[some]) - own.keys()
        read = _reader({**(texts(sorted(asked)) if asked else {}), **own})
        for article, signed, candidates in zip(new[some], made[some], alike[some], strict=True):
            members.add(_member(article, signed, members.match(article, candidates, read)))
    return members.all[len(known) :]


def signature(text: str) -> bytes:
    """What finds texts that are alike; empty for a text that is too short to be compared."""
    words = shingled(text)
    return sketch(words.shingles) if is_comparable(words) else b""


def _reader(texts: Mapping[str, str]) -> Read:
    """How to get a version's text in shingles; None when it is gone."""

    @lru_cache(SLICE)
    def read(version_id: str) -> Shingled | None:
        return shingled(texts[version_id]) if version_id in texts else None

    return read


def _member(article: Article, signed: bytes, match: Match) -> StoryMember:
    matched, rule, similarity = match
    return StoryMember(
        version_id=article.version_id,
        day=article.day,
        article_id=article.article_id,
        source_id=article.source_id,
        story_id=matched.story_id if matched else make_id("story", article.version_id),
        similarity=round(similarity, 3),
        matched_version_id=matched.version_id if matched else None,
        rule=rule,
        signature=signed,
        grouper=GROUPER,
    )


class _Members:
    """The members of the window, and then the new ones as they are made."""

    def __init__(self, known: Iterable[StoryMember]) -> None:
        self.all: list[StoryMember] = []
        self._first: dict[str, StoryMember] = {}  #: of a story
        self._last: dict[str, StoryMember] = {}  #: of an article
        for member in known:
            self.add(member)

    def add(self, member: StoryMember) -> None:
        self.all.append(member)
        self._first.setdefault(member.story_id, member)
        self._last[member.article_id] = member

    def compared_with(self, articles: Iterable[Article], alike: Iterable[Iterable[int]]) -> set[str]:
        """The versions, of those that are members by now, whose texts decide about the articles."""
        last = [self._last[article.article_id] for article in articles if article.article_id in self._last]
        candidates = [self.all[at] for some in alike for at in some if at < len(self.all)]
        firsts = [self._first[member.story_id] for member in (*last, *candidates)]
        return {member.version_id for member in (*last, *candidates, *firsts)}

    def match(self, article: Article, alike: Iterable[int], read: Read) -> Match:
        """The member whose story the article joins, why, and how similar the two are."""
        if previous := self._last.get(article.article_id):
            text, other = read(article.version_id), read(previous.version_id)
            return previous, "version", likeness(text, other).similarity if text and other else 0.0
        found = (self._compared(article, self.all[at], read) for at in alike)
        return next((match for match in found if match), _ALONE)

    def _compared(self, article: Article, candidate: StoryMember, read: Read) -> Match | None:
        text, other = read(article.version_id), read(candidate.version_id)
        if not text or not other:
            return None
        if is_copy(text, other):
            return candidate, "copy", 1.0
        found = likeness(text, other)
        if found.is_near_copy and self._is_related(text, read(self._first[candidate.story_id].version_id)):
            return candidate, "near-copy", found.similarity
        return None

    @staticmethod
    def _is_related(text: Shingled, first: Shingled | None) -> bool:
        return first is None or likeness(text, first).is_related
