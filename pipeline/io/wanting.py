"""Which pages the new entries of a feed want."""

from collections.abc import Mapping, Sequence, Set
from datetime import date, timedelta

from sqlalchemy import Connection, Update, case, literal, or_, select, update

from pipeline.feeds.entries import revision_of
from pipeline.io.store import Row, chunks, insert_new, table_of
from pipeline.io.tables import AddressRow, EntryRow
from pipeline.records import Entry, Feed
from pipeline.urls import canonical_url

FETCHES_PER_DAY = 6  # of one address; some feeds call every item updated at every poll

ENTRY, ADDRESS = table_of(EntryRow), table_of(AddressRow)


def named_before(connection: Connection, feed: Feed, entries: Sequence[Entry]) -> set[str]:
    """The addresses of these entries that this very feed has named before."""
    return {
        address_id
        for some in chunks({entry.address_id for entry in entries})
        for address_id in connection.scalars(
            select(ENTRY.c.address_id).where(ENTRY.c.address_id.in_(some), ENTRY.c.feed_id == feed.feed_id)
        )
    }


def want(connection: Connection, day: date, entries: Sequence[Entry], named: Set[str]) -> None:
    """Want the pages of new entries, one for each address.

    An address that is known is wanted again where a feed that *named* it before tells of a revision, the first to do
    so. Another feed's first entry for it is none: feeds word titles and dates differently.
    """
    wanted = {entry.address_id: entry for entry in reversed(entries)}
    known = _known(connection, wanted)
    insert_new(connection, AddressRow, [_address_row(day, entry) for key, entry in wanted.items() if key not in known])
    for key in sorted(known.keys() & named):
        connection.execute(_wanted_again(day, wanted[key], known[key]))


def _known(connection: Connection, wanted: Mapping[str, Entry]) -> dict[str, str | None]:
    """The addresses that are known, each with the one that it leads to, if any."""
    return {
        address_id: alias_of
        for some in chunks(wanted)
        for address_id, alias_of in connection.execute(
            select(ADDRESS.c.address_id, ADDRESS.c.alias_of).where(ADDRESS.c.address_id.in_(some))
        )
    }


def _wanted_again(day: date, entry: Entry, alias_of: str | None) -> Update:
    """A page that waits for a better moment goes on waiting; one that was had often today waits for the next day."""
    is_waiting = or_(ADDRESS.c.state == "pending", ADDRESS.c.attempts > 0) & ADDRESS.c.next_fetch_at.is_not(None)
    is_sated = (ADDRESS.c.fetch_day == day) & (ADDRESS.c.fetch_day_count >= FETCHES_PER_DAY)
    earliest = case((is_sated, day + timedelta(days=1)), else_=day)
    now = literal(entry.seen_at, ADDRESS.c.next_fetch_at.type)
    values: Row = {
        "state": "pending",
        "attempts": case((is_waiting, ADDRESS.c.attempts), else_=0),
        "next_fetch_at": case((is_waiting, ADDRESS.c.next_fetch_at), else_=now),
        "day": case((ADDRESS.c.day > earliest, ADDRESS.c.day), else_=earliest),
        "revision": revision_of(entry),
    }
    if alias_of is None:  # an alias is but another way to its page
        values["entry_id"] = entry.entry_id
    return (
        update(ADDRESS)
        .where(ADDRESS.c.address_id == (alias_of or entry.address_id), ADDRESS.c.revision != revision_of(entry))
        .values(values)
    )


def _address_row(day: date, entry: Entry) -> Row:
    return {
        "address_id": entry.address_id,
        "day": day,
        "source_id": entry.source_id,
        "entry_id": entry.entry_id,
        "canonical_url": canonical_url(entry.url),
        "state": "pending",
        "attempts": 0,
        "next_fetch_at": entry.seen_at,
        "revision": revision_of(entry),
        "fetch_day_count": 0,
    }
