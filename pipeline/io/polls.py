"""What harvest knows of feeds: their health, their polls, their entries.

Each answer is one transaction, so that a killed run loses at most the exchanges in flight.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Update, bindparam, insert, select, update

from pipeline.feeds.health import FeedHealth, Gap
from pipeline.io.accounts import forgive, index, reject
from pipeline.io.archive import Location
from pipeline.io.rows import from_row, to_row
from pipeline.io.store import Row, Store, chunks, insert_new, known_keys, table_of
from pipeline.io.tables import AddressRow, EntryRow, FeedRow, GapRow, PollRow
from pipeline.records import Entry, Feed, Rejection, make_id
from pipeline.urls import canonical_url

FETCHES_PER_DAY = 6  # of one address; some feeds call every item updated at every poll

FEED, ENTRY, ADDRESS = table_of(FeedRow), table_of(EntryRow), table_of(AddressRow)
POLL, GAP = table_of(PollRow), table_of(GapRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """One poll of one feed, with all that is to be kept of it."""

    feed: Feed
    checked_at: datetime
    outcome: str  #: parsed, unchanged, failed or gone
    health: FeedHealth  #: after it
    entries: Sequence[Entry] = ()
    captures: Sequence[Location] = ()
    gap: Gap | None = None
    failure_kind: str | None = None
    rejected: Rejection | None = None  #: why the feed gave nothing
    left_out: Rejection | None = None  #: why it gave less than it listed


def items_key(feed: Feed) -> str:
    """The key of the rejection that tells which items of a feed were left out."""
    return f"{feed.url}#items"


class Polls:
    """The feeds' part of the operational store, for one day."""

    def __init__(self, store: Store, day: date) -> None:
        self._store, self._day = store, day

    # ── health ──

    def health(self) -> dict[str, FeedHealth]:
        """The health of every active feed, by its id."""
        rows = self._store.rows(FeedRow, FeedRow.is_active.is_(True))
        return {row["feed_id"]: from_row(FeedHealth, row) for row in rows}

    def save(self, health: FeedHealth) -> None:
        with self._store.transaction() as connection:
            self._save(connection, health)

    def _save(self, connection: Connection, health: FeedHealth) -> None:
        values = to_row(health)
        key = values.pop("feed_id")  # setting it, even to itself, makes SQLite look for all rows that refer to it
        connection.execute(update(FEED).where(FEED.c.feed_id == key).values(values))

    # ── polls ──

    def known(self, entries: Sequence[Entry]) -> int:
        """How many of the entries name an address that was known already."""
        with self._store.transaction() as connection:
            return len(known_keys(connection, AddressRow, {entry.address_id for entry in entries}))

    def record(self, poll: Polled) -> int:
        """File one poll and its new entries, and want their pages; return how many entries are new."""
        with self._store.transaction() as connection:
            named = self._named(connection, poll)
            new = self._append(connection, poll.entries)
            self._want(connection, new, named)
            self._save(connection, poll.health)
            index(connection, self._day, poll.captures)
            connection.execute(insert(POLL).values(self._poll_row(poll, len(new))))
            if poll.gap:
                connection.execute(insert(GAP).values(self._gap_row(poll.feed, poll.gap)))
            for key, rejected in ((poll.feed.url, poll.rejected), (items_key(poll.feed), poll.left_out)):
                if rejected:
                    reject(connection, self._day, "poll", rejected)
                else:
                    forgive(connection, self._day, "poll", key)
            return len(new)

    def record_gone(self, feeds: Sequence[Feed], checked_at: datetime) -> None:
        """Note once a day that feeds which are gone were not asked, so that coverage counts them."""
        rows = [
            {
                "poll_id": make_id(feed.feed_id, self._day, "gone"),
                "day": self._day,
                "feed_id": feed.feed_id,
                "source_id": feed.source_id,
                "checked_at": checked_at,
                "outcome": "gone",
                "state": "gone",
                "failure_kind": "hard",
                "entry_count": 0,
                "new_count": 0,
                "error": f"{feed.url}: gone (status 410); not asked any more",
            }
            for feed in feeds
        ]
        self._store.append(PollRow, rows)

    def _named(self, connection: Connection, poll: Polled) -> set[str]:
        """The addresses of these entries that this very feed has named before."""
        return {
            address_id
            for some in chunks({entry.address_id for entry in poll.entries})
            for address_id in connection.scalars(
                select(ENTRY.c.address_id).where(ENTRY.c.address_id.in_(some), ENTRY.c.feed_id == poll.feed.feed_id)
            )
        }

    def _append(self, connection: Connection, entries: Sequence[Entry]) -> list[Entry]:
        known = known_keys(connection, EntryRow, [entry.entry_id for entry in entries])
        new = [entry for entry in entries if entry.entry_id not in known]
        insert_new(connection, EntryRow, [to_row(entry) for entry in new])
        return new

    def _want(self, connection: Connection, entries: Sequence[Entry], named: Set[str]) -> None:
        """Want the pages of new entries, one for each address.

        An address that is known is wanted again where its own feed tells of a revision. Another feed's entry for it
        is none: feeds word titles and dates differently.
        """
        wanted = {entry.address_id: entry for entry in reversed(entries)}
        known = known_keys(connection, AddressRow, wanted)
        new = [self._address_row(entry) for address_id, entry in wanted.items() if address_id not in known]
        insert_new(connection, AddressRow, new)
        if known & named:
            again = [
                {"key": key, "by": wanted[key].entry_id, "at": wanted[key].seen_at} for key in sorted(known & named)
            ]
            connection.execute(self._wanted_again(), again)

    def _wanted_again(self) -> Update:
        is_sated = (ADDRESS.c.fetch_day == self._day) & (ADDRESS.c.fetch_day_count >= FETCHES_PER_DAY)
        return (
            update(ADDRESS)
            .where(ADDRESS.c.address_id == bindparam("key"), ADDRESS.c.fetch_day.is_(None) | ~is_sated)
            .values(state="pending", attempts=0, day=self._day, entry_id=bindparam("by"), next_fetch_at=bindparam("at"))
        )

    def _address_row(self, entry: Entry) -> Row:
        return {
            "address_id": entry.address_id,
            "day": self._day,
            "source_id": entry.source_id,
            "entry_id": entry.entry_id,
            "canonical_url": canonical_url(entry.url),
            "state": "pending",
            "attempts": 0,
            "next_fetch_at": entry.seen_at,
            "fetch_day_count": 0,
        }

    def _gap_row(self, feed: Feed, gap: Gap) -> Row:
        return to_row(gap) | {
            "gap_id": make_id(feed.feed_id, gap.until_at.isoformat()),
            "day": self._day,
            "feed_id": feed.feed_id,
            "source_id": feed.source_id,
        }

    def _poll_row(self, poll: Polled, new_count: int) -> Row:
        return {
            "poll_id": make_id(poll.feed.feed_id, poll.checked_at.isoformat()),
            "day": self._day,
            "feed_id": poll.feed.feed_id,
            "source_id": poll.feed.source_id,
            "checked_at": poll.checked_at,
            "outcome": poll.outcome,
            "state": poll.health.state,
            "failure_kind": poll.failure_kind,
            "entry_count": len(poll.entries),
            "new_count": new_count,
            "error": poll.rejected.message if poll.rejected else None,
        }
