"""Decide which items of a feed are entries that we have not seen. Pure: time is an argument."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from pipeline.feeds.parsed import Item
from pipeline.records import Entry, Feed, make_id
from pipeline.urls import canonical_url

AHEAD_MAX = timedelta(days=1)  #: a clock or a zone may be that wrong; what is later was never true
STAMPED = timedelta(minutes=2)  #: an update so close to the answer is rather the instant at which the feed was made
STAMPED_ITEMS_MIN = 3


def to_entries(feed: Feed, items: Sequence[Item], day: date, now: datetime) -> list[Entry]:
    """Return one entry for each address, the first, in the feed's order; an item that was revised has a new id.

    Spellings of one address are one address. Instants that lie more than a day after *now* are left out, and
    updates that are but the instant at which the feed was made.
    """
    is_stamped = _are_at_once(items)
    entries: dict[str, Entry] = {}
    for item in items:
        address = canonical_url(item.url)
        if address not in entries:
            entries[address] = _entry(feed, item, address, day, now, is_stamped=is_stamped)
    return list(entries.values())


def revision_of(entry: Entry) -> str:
    """What differs between two revisions of an entry: its update, else its title."""
    return entry.updated_at.isoformat() if entry.updated_at else entry.title


def _entry(feed: Feed, item: Item, address: str, day: date, now: datetime, *, is_stamped: bool) -> Entry:
    updated_at = None if is_stamped else _updated(item, now)
    address_id = make_id(feed.source_id, address)
    return Entry(
        entry_id=make_id(feed.feed_id, address_id, updated_at.isoformat() if updated_at else item.title),
        day=day,
        source_id=feed.source_id,
        feed_id=feed.feed_id,
        address_id=address_id,
        guid=item.guid,
        url=item.url,
        title=item.title,
        summary=item.summary,
        published_at=_past(item.published_at, now),
        updated_at=updated_at,
        seen_at=now,
    )


def _updated(item: Item, now: datetime) -> datetime | None:
    """The update, once it is old enough to be one of the article and not of the feed."""
    updated_at = _past(item.updated_at, now)
    return updated_at if updated_at and updated_at < now - STAMPED else None


def _are_at_once(items: Sequence[Item]) -> bool:
    """Whether all items claim to have been updated at one instant."""
    updates = [item.updated_at for item in items if item.updated_at]
    return len(updates) >= STAMPED_ITEMS_MIN and max(updates) - min(updates) <= STAMPED


def _past(instant: datetime | None, now: datetime) -> datetime | None:
    return instant if instant and instant - now <= AHEAD_MAX else None
