"""Decide which items of a feed are entries that we have not seen. Pure: time is an argument."""

from collections.abc import Sequence
from datetime import date, datetime

from pipeline.feeds.parse import Item
from pipeline.records import Entry, Feed, make_id


def to_entries(feed: Feed, items: Sequence[Item], day: date, now: datetime) -> list[Entry]:
    """Return one entry per item, the first of each id, in the feed's order; an item that was updated has a new id."""
    entries: dict[str, Entry] = {}
    for item in items:
        entry = _entry(feed, item, day, now)
        entries.setdefault(entry.entry_id, entry)
    return list(entries.values())


def _entry(feed: Feed, item: Item, day: date, now: datetime) -> Entry:
    revision = item.updated_at.isoformat() if item.updated_at else item.title
    return Entry(
        entry_id=make_id(feed.source_id, item.url, revision),
        day=day,
        source_id=feed.source_id,
        feed_id=feed.feed_id,
        guid=item.guid,
        url=item.url,
        title=item.title,
        summary=item.summary,
        published_at=item.published_at,
        updated_at=item.updated_at,
        seen_at=now,
    )
