"""What harvest knows of feeds: their health, their polls, their entries.

Each answer is one transaction, so that a killed run loses at most the exchanges in flight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from pipeline.feeds.health import FeedHealth, Gap
from pipeline.io.accounts import forgive, index, reject
from pipeline.io.archive import Location
from pipeline.io.rows import from_row, to_row
from pipeline.io.store import Row, Store, insert_new, known_keys, table_of
from pipeline.io.tables import EntryRow, FeedRow, GapRow, PollRow
from pipeline.io.wanting import named_before, want
from pipeline.records import Entry, Feed, Rejection, make_id

FEED = table_of(FeedRow)
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

    def save(self, *some: FeedHealth) -> None:
        with self._store.transaction() as connection:
            for health in some:
                self._save(connection, health)

    def _save(self, connection: Connection, health: FeedHealth) -> None:
        values = to_row(health)
        key = values.pop("feed_id")  # setting it, even to itself, makes SQLite look for all rows that refer to it
        connection.execute(update(FEED).where(FEED.c.feed_id == key).values(values))

    # ── polls ──

    def record(self, poll: Polled) -> int:
        """File one poll and its new entries, and want their pages; return how many entries are new."""
        with self._store.transaction() as connection:
            named = named_before(connection, poll.feed, poll.entries)
            new = self._append(connection, poll.entries)
            want(connection, self._day, new, named)
            self._save(connection, poll.health)
            index(connection, self._day, poll.captures)
            connection.execute(insert(POLL).values(self._poll_row(poll, len(new))))
            if poll.gap:
                connection.execute(insert(GAP).values(self._gap_row(poll.feed, poll.gap)))
            for key, rejected in ((poll.feed.url, poll.rejected), (items_key(poll.feed), poll.left_out)):
                if rejected:
                    reject(connection, self._day, "poll", rejected)
                else:
                    forgive(connection, self._day, "poll", poll.feed.source_id, key)
            return len(new)

    def record_gone(self, feeds: Sequence[Feed], checked_at: datetime) -> None:
        """Note once a day that feeds which are gone were not asked, so that coverage counts them."""
        with self._store.transaction() as connection:
            polled = set(connection.scalars(select(POLL.c.feed_id).where(POLL.c.day == self._day).distinct()))
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
            if feed.feed_id not in polled
        ]
        self._store.append(PollRow, rows)

    def _append(self, connection: Connection, entries: Sequence[Entry]) -> list[Entry]:
        known = known_keys(connection, EntryRow, [entry.entry_id for entry in entries])
        new = [entry for entry in entries if entry.entry_id not in known]
        insert_new(connection, EntryRow, [to_row(entry) for entry in new])
        return new

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
