"""What harvest remembers: sources, feed health, entries and which of them still want a page.

Harvest appends as it goes, one transaction an answer, so that a killed run loses at most the exchange
in flight. All other stages replace whole days (pipeline.io.store).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from pipeline.io.archive import Response
from pipeline.io.rows import from_row, to_row
from pipeline.io.store import Store, append_rows, table_of
from pipeline.io.tables import EntryRow, FeedRow, PageRow, PollRow, RejectionRow, SourceDayRow, SourceRow
from pipeline.records import Entry, Feed, Page, Rejection, Source, make_id

FETCHES_PER_DAY = 6  # of one address; some feeds call every item updated at every poll
PENDING_DAYS = 2  # an entry that could not be fetched is tried this many days more

SOURCE, FEED, ENTRY = table_of(SourceRow), table_of(FeedRow), table_of(EntryRow)
POLL, REJECTION, SOURCE_DAY = table_of(PollRow), table_of(RejectionRow), table_of(SourceDayRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the last good answer of a feed allows to ask."""

    etag: str | None
    last_modified: str | None

    def conditions(self) -> dict[str, str]:
        """The headers of a conditional GET (RFC 9110, section 13)."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in pairs.items() if value and value.isascii()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An entry whose page is wanted, with the other entries that name the same address."""

    entry: Entry
    entry_ids: tuple[str, ...]
    attempts: int


class Harvest:
    """The harvest's part of the operational store, for one day."""

    def __init__(self, store: Store, day: date) -> None:
        self._store, self._day = store, day

    def declare(self, sources: Sequence[Source]) -> None:
        """Make the store's sources and feeds be those of the catalogue; others stay, inactive."""
        with self._store.transaction() as connection:
            known_sources = set(connection.scalars(select(SOURCE.c.source_id)))
            known_feeds = set(connection.scalars(select(FEED.c.feed_id)))
            connection.execute(update(SOURCE).values(is_active=False))
            connection.execute(update(FEED).values(is_active=False))
            for source in sources:
                row = {name: value for name, value in to_row(source).items() if name in SOURCE.c} | {"is_active": True}
                if source.source_id in known_sources:
                    connection.execute(update(SOURCE).where(SOURCE.c.source_id == source.source_id).values(row))
                else:
                    connection.execute(insert(SOURCE).values(row))
            for feed in (feed for source in sources for feed in source.feeds):
                if feed.feed_id in known_feeds:
                    connection.execute(update(FEED).where(FEED.c.feed_id == feed.feed_id).values(is_active=True))
                else:
                    connection.execute(insert(FEED).values(to_row(feed) | {"is_active": True}))
            self._account(connection, sources)

    def _account(self, connection: Connection, sources: Sequence[Source]) -> None:
        """Keep what the catalogue says of its sources on this day; later catalogues do not change it."""
        rows = [
            {
                "source_day_id": make_id(self._day, source.source_id),
                "day": self._day,
                "source_id": source.source_id,
                "feed_count": len(source.feeds),
                "articles_min": source.articles_min,
                "articles_max": source.articles_max,
            }
            for source in sources
        ]
        connection.execute(delete(SOURCE_DAY).where(SOURCE_DAY.c.day == self._day))
        connection.execute(insert(SOURCE_DAY), rows)

    def health(self) -> dict[str, Health]:
        with self._store.transaction() as connection:
            rows = connection.execute(select(FEED.c.feed_id, FEED.c.etag, FEED.c.last_modified))
            return {row.feed_id: Health(etag=row.etag, last_modified=row.last_modified) for row in rows}

    def record_poll(
        self, feed: Feed, checked_at: datetime, outcome: str, response: Response, entries: Sequence[Entry]
    ) -> int:
        """File a feed's answer and its new entries; return how many are new."""
        with self._store.transaction() as connection:
            new = append_rows(connection, EntryRow, [to_row(entry) | FRESH for entry in entries])
            values: dict[str, object] = {"checked_at": checked_at, "last_error": None, "failure_count": 0}
            if outcome == "parsed":
                values |= {"etag": response.header("etag") or None,
                           "last_modified": response.header("last-modified") or None}  # fmt: skip
            connection.execute(update(FEED).where(FEED.c.feed_id == feed.feed_id).values(values))
            connection.execute(insert(POLL).values(self._poll_row(feed, checked_at, outcome, len(entries), new, None)))
            self._forgive(connection, "poll", feed.url)
            return new

    def record_failure(self, feed: Feed, checked_at: datetime, rejection: Rejection) -> None:
        with self._store.transaction() as connection:
            values = {"checked_at": checked_at, "last_error": rejection.message,
                      "failure_count": FEED.c.failure_count + 1}  # fmt: skip
            connection.execute(update(FEED).where(FEED.c.feed_id == feed.feed_id).values(values))
            row = self._poll_row(feed, checked_at, "failed", 0, 0, rejection.message)
            connection.execute(insert(POLL).values(row))
            self._reject(connection, "poll", rejection)

    def pending(self) -> list[Pending]:
        """Entries that want a page, one for each address of a source, oldest first."""
        wanted = (ENTRY.c.fetch_state == "pending") & (ENTRY.c.day >= self._day - timedelta(days=PENDING_DAYS))
        wanted &= ENTRY.c.day <= self._day
        sated = self._fetched_often()
        by_url: dict[tuple[str, str], list[dict[str, object]]] = {}
        for row in self._store.rows(EntryRow, wanted, order=("seen_at",)):
            by_url.setdefault((row["source_id"], row["url"]), []).append(row)
        return [
            Pending(
                entry=from_row(Entry, rows[0]),
                entry_ids=tuple(str(row["entry_id"]) for row in rows),
                attempts=int(str(rows[0]["fetch_attempts"])),
            )
            for address, rows in by_url.items()
            if address not in sated
        ]

    def _fetched_often(self) -> set[tuple[str, str]]:
        """Addresses fetched so often today that their feed's "updated" means nothing."""
        query = (
            select(ENTRY.c.source_id, ENTRY.c.url)
            .where(ENTRY.c.day == self._day, ENTRY.c.fetch_state == "fetched")
            .group_by(ENTRY.c.source_id, ENTRY.c.url)
            .having(func.count() >= FETCHES_PER_DAY)
        )
        with self._store.transaction() as connection:
            return {(row.source_id, row.url) for row in connection.execute(query)}

    def record_page(self, item: Pending, page: Page) -> None:
        with self._store.transaction() as connection:
            append_rows(connection, PageRow, [to_row(page)])
            connection.execute(self._entries(item).values(fetch_state="fetched", fetch_attempts=item.attempts + 1))
            self._forgive(connection, "fetch", page.url)

    def record_fetch_failure(self, item: Pending, rejection: Rejection, attempts_left: int) -> None:
        state = "pending" if attempts_left > 0 else "failed"
        with self._store.transaction() as connection:
            connection.execute(self._entries(item).values(fetch_state=state, fetch_attempts=item.attempts + 1))
            self._reject(connection, "fetch", rejection)

    def _entries(self, item: Pending):  # type: ignore[no-untyped-def]
        return update(ENTRY).where(ENTRY.c.entry_id.in_(item.entry_ids))

    def _poll_row(
        self,
        feed: Feed,
        checked_at: datetime,
        outcome: str,
        entry_count: int,
        new_count: int,
        error: str | None,
    ) -> dict[str, object]:
        return {
            "poll_id": make_id(feed.feed_id, checked_at.isoformat()),
            "day": self._day,
            "feed_id": feed.feed_id,
            "source_id": feed.source_id,
            "checked_at": checked_at,
            "outcome": outcome,
            "entry_count": entry_count,
            "new_count": new_count,
            "error": error,
        }

    def _reject(self, connection: Connection, stage: str, rejection: Rejection) -> None:
        """File why the last try failed, in place of why an earlier one did."""
        self._forgive(connection, stage, rejection.key)
        row = {"rejection_id": self._rejection_id(stage, rejection.key), "day": self._day}
        connection.execute(insert(REJECTION).values(to_row(rejection) | row | {"stage": stage, "table_name": ""}))

    def _forgive(self, connection: Connection, stage: str, key: str) -> None:
        connection.execute(delete(REJECTION).where(REJECTION.c.rejection_id == self._rejection_id(stage, key)))

    def _rejection_id(self, stage: str, key: str) -> str:
        return make_id(self._day, stage, "", key)


FRESH = {"fetch_state": "pending", "fetch_attempts": 0}
