"""Link mentions to events: which reports are of one happening. Pure and deterministic.

A mention joins the event of the most alike earlier mention when they agree well enough on when, where,
who and in words; else it opens an event of its own. Only mentions of one type and status are compared,
and of those only the ones that share a country, a place or a story with it (blocking).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from pipeline.records import Event, Link, Mention, make_id

THRESHOLD = 0.55
WHEN, WHERE, WHO, WORDS = 0.25, 0.3, 0.25, 0.2  # weights
UNKNOWN = 0.5  # one of the two does not say
DAYS_APART_MAX = 1
PLACED_TYPES = frozenset({"ASSAULT", "PROTEST", "COERCE", "MOBILIZE"})  # two places are two happenings


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A mention with the event that it reports."""

    mention: Mention
    event_id: str


def link_mentions(mentions: Iterable[Mention], earlier: Iterable[Linked]) -> tuple[list[Event], list[Link]]:
    """Link the day's mentions to the events of *earlier* ones or to new events."""
    index = _Index()
    for linked in sorted(earlier, key=lambda linked: _order(linked.mention)):
        index.add(linked)
    events, links = [], []
    for mention in sorted(mentions, key=_order):
        score, best = index.best(mention)
        if best is None:
            event = _open(mention)
            events.append(event)
            link = _link(mention, event.event_id, 1.0, "opens")
        else:
            link = _link(mention, best.event_id, score, f"like {best.mention.mention_id}")
        links.append(link)
        index.add(Linked(mention=mention, event_id=link.event_id))
    return events, links


def similarity(a: Mention, b: Mention) -> float:
    """How alike two mentions are, 0 to 1; 0 when something they say rules one happening out."""
    when, where = _when(a, b), _where(a, b)
    if not when or not where:
        return 0.0
    who = _who(a, b)
    if not who and not (a.type_code in PLACED_TYPES and when == where == 1.0):
        return 0.0
    if a.story_id == b.story_id and a.sentence == b.sentence:
        return 1.0  # wire copy
    return WHEN * when + WHERE * where + WHO * who + WORDS * _words(a, b)


def _when(a: Mention, b: Mention) -> float:
    if a.event_date and b.event_date:
        apart = max(0, *(_days(late, early) for late, early in
                         ((a.event_date, b.event_end_date or b.event_date),
                          (b.event_date, a.event_end_date or a.event_date))))  # fmt: skip
        return max(0.0, 1 - 0.4 * apart) if apart <= DAYS_APART_MAX else 0.0
    known = a.event_date or b.event_date
    other = b.reported_date if a.event_date else a.reported_date
    if known:
        return UNKNOWN if -7 <= _days(known, other) <= 0 else 0.0
    return UNKNOWN if abs(_days(a.reported_date, b.reported_date)) <= 2 else 0.0


def _where(a: Mention, b: Mention) -> float:
    if not a.place or not b.place:
        return UNKNOWN
    if a.place.country_code and b.place.country_code and a.place.country_code != b.place.country_code:
        return 0.0
    if a.place.name == b.place.name or (a.place.geonames_id and a.place.geonames_id == b.place.geonames_id):
        return 1.0
    if "country" in {a.place.precision, b.place.precision}:
        return 0.6
    return 0.0 if a.type_code in PLACED_TYPES else 0.3


def _who(a: Mention, b: Mention) -> float:
    scores = [
        _overlap(_codes(a.actors), _codes(b.actors)),
        _overlap(_codes(a.recipients), _codes(b.recipients)),
    ]
    if a.type_code not in PLACED_TYPES and 0.0 in scores:
        return 0.0  # two parties that accuse, or are accused, are two happenings
    mean = sum(scores) / 2
    return mean if mean or _overlap(_parties(a), _parties(b)) else 0.0


def _words(a: Mention, b: Mention) -> float:
    ours, theirs = _content(a.sentence), _content(b.sentence)
    return min(1.0, 2 * len(ours & theirs) / len(ours | theirs)) if ours and theirs else 0.0


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a and b else UNKNOWN


def _codes(entities: Sequence[object]) -> frozenset[str]:
    return frozenset(filter(None, (getattr(entity, "country_code", None) for entity in entities)))


def _parties(mention: Mention) -> frozenset[str]:
    return _codes(mention.actors) | _codes(mention.recipients)


@lru_cache(maxsize=100_000)
def _content(sentence: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w+", sentence.lower()) if len(word) > 3)


def _days(later: date, earlier: date) -> int:
    return (later - earlier).days


def _order(mention: Mention) -> tuple[date, date, str]:
    return mention.day, mention.reported_date, mention.mention_id


def _open(mention: Mention) -> Event:
    return Event(
        event_id=make_id("event", mention.mention_id),
        day=mention.day,
        type_code=mention.type_code,
        event_date=mention.event_date,
        reported_date=mention.reported_date,
        place_name=mention.place.name if mention.place else None,
        country_code=mention.place.country_code if mention.place else None,
        actor_codes=tuple(sorted(_codes(mention.actors))),
        recipient_codes=tuple(sorted(_codes(mention.recipients))),
    )


def _link(mention: Mention, event_id: str, score: float, rule: str) -> Link:
    return Link(mention_id=mention.mention_id, day=mention.day, event_id=event_id, score=round(score, 3), rule=rule)


class _Index:
    """Mentions by what two reports of one happening share."""

    def __init__(self) -> None:
        self._by_block: dict[tuple[str, ...], list[Linked]] = defaultdict(list)

    def add(self, linked: Linked) -> None:
        for block in _blocks(linked.mention):
            self._by_block[block].append(linked)

    def best(self, mention: Mention) -> tuple[float, Linked | None]:
        """The most alike mention, the earliest of equals; None below the threshold."""
        best_score, best = THRESHOLD, None
        seen: set[str] = set()
        for block in _blocks(mention):
            for other in self._by_block.get(block, ()):
                if other.mention.mention_id in seen or _told_apart(mention, other.mention):
                    continue
                seen.add(other.mention.mention_id)
                score = similarity(mention, other.mention)
                if score > best_score or (
                    best and score == best_score and _order(other.mention) < _order(best.mention)
                ):
                    best_score, best = score, other
        return best_score, best


def _told_apart(a: Mention, b: Mention) -> bool:
    """Whether one article tells of both in sentences of their own: then its coder found two happenings."""
    return a.version_id == b.version_id and a.sentence != b.sentence


def _blocks(mention: Mention) -> Iterator[tuple[str, ...]]:
    kind = (mention.type_code, mention.status)
    countries = _parties(mention) | (
        {mention.place.country_code} if mention.place and mention.place.country_code else set()
    )
    yield (*kind, "story", mention.story_id)
    for country in sorted(countries):
        yield (*kind, "country", country)
    if mention.place:
        yield (*kind, "place", mention.place.name)
