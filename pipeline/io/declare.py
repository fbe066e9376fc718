"""Make the store's sources and feeds be those of the catalogue."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, delete, select, update

from pipeline.feeds.health import FeedHealth
from pipeline.io.rows import to_row
from pipeline.io.store import Store, chunks, insert_new, table_of
from pipeline.io.tables import FeedRow, PollRow, SourceDayRow, SourceRow
from pipeline.records import Feed, Source, make_id

SOURCE, FEED = table_of(SourceRow), table_of(FeedRow)
POLL, SOURCE_DAY = table_of(PollRow), table_of(SourceDayRow)


def declare(store: Store, day: date, sources: Sequence[Source]) -> None:
    """Take over the catalogue; sources and feeds that it no longer has stay, inactive."""
    with store.transaction() as connection:
        _declare_sources(connection, sources)
        _declare_feeds(connection, [feed for source in sources for feed in source.feeds])
        _account(connection, day, sources)


def _declare_sources(connection: Connection, sources: Sequence[Source]) -> None:
    known = {row["source_id"]: dict(row) for row in connection.execute(select(SOURCE)).mappings()}
    rows = [
        {name: value for name, value in to_row(source).items() if name in SOURCE.c} | {"is_active": True}
        for source in sources
    ]
    gone = known.keys() - {row["source_id"] for row in rows}
    for some in chunks(gone):
        connection.execute(update(SOURCE).where(SOURCE.c.source_id.in_(some)).values(is_active=False))
    insert_new(connection, SourceRow, [row for row in rows if row["source_id"] not in known])
    for row in rows:
        if row["source_id"] in known and row != known[row["source_id"]]:
            values = {name: value for name, value in row.items() if name != "source_id"}  # a key that is set is checked
            connection.execute(update(SOURCE).where(SOURCE.c.source_id == row["source_id"]).values(values))


def _declare_feeds(connection: Connection, feeds: Sequence[Feed]) -> None:
    """New feeds join; of the others, only those change that left the catalogue or came back."""
    was_active = {row.feed_id: row.is_active for row in connection.execute(select(FEED.c.feed_id, FEED.c.is_active))}
    named = {feed.feed_id for feed in feeds}
    new = [
        to_row(FeedHealth(feed_id=feed.feed_id, url=feed.url)) | {"source_id": feed.source_id, "is_active": True}
        for feed in feeds
        if feed.feed_id not in was_active
    ]
    insert_new(connection, FeedRow, new)
    changed = {feed_id for feed_id, is_active in was_active.items() if is_active != (feed_id in named)}
    for some in chunks(changed):
        connection.execute(update(FEED).where(FEED.c.feed_id.in_(some)).values(is_active=~FEED.c.is_active))


def _account(connection: Connection, day: date, sources: Sequence[Source]) -> None:
    """Keep what the catalogue says of its sources on this day; later catalogues do not change it.

    A source that leaves the catalogue within the day, after it was polled, stays in the account of that day.
    """
    rows = [
        {
            "source_day_id": make_id(day, source.source_id),
            "day": day,
            "source_id": source.source_id,
            "feed_count": len(source.feeds),
            "articles_min": source.articles_min,
            "articles_max": source.articles_max,
        }
        for source in sources
    ]
    polled = select(POLL.c.source_id).where(POLL.c.day == day)
    connection.execute(delete(SOURCE_DAY).where(SOURCE_DAY.c.day == day, SOURCE_DAY.c.source_id.not_in(polled)))
    for some in chunks(str(row["source_day_id"]) for row in rows):
        connection.execute(delete(SOURCE_DAY).where(SOURCE_DAY.c.source_day_id.in_(some)))
    insert_new(connection, SourceDayRow, rows)
