"""Decide which items of a feed are entries that we have not seen. Pure: time is an argument."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from pipeline.feeds.parsed import Item
from pipeline.records import Entry, Feed, make_id
from pipeline.urls import canonical_url

AHEAD_MAX = timedelta(days=1)  #: a clock or a zone may be that wrong; what is later was never true


def to_entries(feed: Feed, items: Sequence[Item], day: date, now: datetime) -> list[Entry]:
    """Return one entry for each address, the first, in the feed's order; an item that was updated has a new id.

    Spellings of one address are one address. Instants that lie more than a day after *now* are left out.
    """
    entries: dict[str, Entry] = {}
    for item in items:
        address = canonical_url(item.url)
        if address not in entries:
            entries[address] = _entry(feed, item, address, day, now)
    return list(entries.values())


def _entry(feed: Feed, item: Item, address: str, day: date, now: datetime) -> Entry:
    revision = item.updated_at.isoformat() if item.updated_at else item.title
    return Entry(
        entry_id=make_id(feed.source_id, address, revision),
        day=day,
        source_id=feed.source_id,
        feed_id=feed.feed_id,
        address_id=make_id(feed.source_id, address),
        guid=item.guid,
        url=item.url,
        title=item.title,
        summary=item.summary,
        published_at=_past(item.published_at, now),
        updated_at=_past(item.updated_at, now),
        seen_at=now,
    )


def _past(instant: datetime | None, now: datetime) -> datetime | None:
    return instant if instant and instant - now <= AHEAD_MAX else None
