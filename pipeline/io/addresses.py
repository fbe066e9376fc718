"""What harvest knows of addresses: which pages are wanted, and what became of them.

Each page is one transaction, so that a killed run loses at most the exchanges in flight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, Select, case, select, update

from pipeline.feeds.refetch import next_fetch_at
from pipeline.io.accounts import forgive, index, reject
from pipeline.io.archive import Earlier, Location, Response
from pipeline.io.rows import from_row, to_row
from pipeline.io.store import Row, Store, append_rows, table_of
from pipeline.io.tables import AddressRow, EntryRow, PageRow
from pipeline.records import Entry, Page, Rejection

PENDING_DAYS = 2  # a page that could not be fetched is tried this many days more
RETRY_FIRST, RETRY_FACTOR = timedelta(minutes=10), 6  # then after an hour, after six …

ENTRY, ADDRESS = table_of(EntryRow), table_of(AddressRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An address whose page is wanted, with the entry that named it last and what was had of it before."""

    address_id: str
    entry: Entry
    state: Literal["pending", "fetched", "failed", "alias"]
    attempts: int
    etag: str | None
    last_modified: str | None
    earlier: Earlier | None

    @property
    def is_again(self) -> bool:
        """Fetched before, and now looked at for corrections."""
        return self.state == "fetched"

    def conditions(self) -> dict[str, str]:
        """The headers of a conditional GET; none where the feed told of a change."""
        if not self.is_again:
            return {}
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in pairs.items() if value and value.isascii()}


class Addresses:
    """The pages' part of the operational store, for one day."""

    def __init__(self, store: Store, day: date) -> None:
        self._store, self._day = store, day

    # ── reading ──

    def pending(self, now: datetime, *, eager: bool = False) -> list[Wanted]:
        """Pages of new entries, oldest first; those that failed wait for their time unless *eager*."""
        is_pending = (ADDRESS.c.state == "pending") & (ADDRESS.c.day >= self._day - timedelta(days=PENDING_DAYS))
        is_pending &= ADDRESS.c.day <= self._day
        query = self._query().where(is_pending).order_by(ENTRY.c.seen_at, ADDRESS.c.address_id)
        return self._wanted(query if eager else query.where(ADDRESS.c.next_fetch_at <= now))

    def corrections(self, now: datetime) -> list[Wanted]:
        """Pages to be looked at again, those first that are due longest."""
        is_due = (ADDRESS.c.state == "fetched") & (ADDRESS.c.next_fetch_at <= now) & (ADDRESS.c.day <= self._day)
        return self._wanted(self._query().where(is_due).order_by(ADDRESS.c.next_fetch_at, ADDRESS.c.address_id))

    def is_fetched(self, address_id: str) -> bool:
        query = select(ADDRESS.c.state).where(ADDRESS.c.address_id == address_id)
        with self._store.transaction() as connection:
            return connection.scalar(query) == "fetched"

    def _query(self) -> Select[tuple[object, ...]]:
        known = (column for column in ADDRESS.c if column.name not in ENTRY.c)
        return select(*ENTRY.c, *known).join(ENTRY, ENTRY.c.entry_id == ADDRESS.c.entry_id)

    def _wanted(self, query: Select[tuple[object, ...]]) -> list[Wanted]:
        with self._store.transaction() as connection:
            return [_wanted(dict(row)) for row in connection.execute(query).mappings()]

    # ── writing ──

    def record_page(self, item: Wanted, page: Page, response: Response, captures: Sequence[Location]) -> None:
        """File a page that is new or has changed."""
        with self._store.transaction() as connection:
            append_rows(connection, PageRow, [to_row(page)])
            self._fetched(connection, item, response, captures)

    def record_unchanged(self, item: Wanted, response: Response, captures: Sequence[Location]) -> None:
        """Note that the page is as it was."""
        with self._store.transaction() as connection:
            self._fetched(connection, item, response, captures)

    def record_alias(self, item: Wanted, address_id: str, captures: Sequence[Location]) -> None:
        """Note that the address leads to another, whose page is there or on its way."""
        with self._store.transaction() as connection:
            values = {"state": "alias", "alias_of": address_id, "next_fetch_at": None}
            self._update(connection, item, values, captures)

    def record_failure(
        self, item: Wanted, rejection: Rejection, now: datetime, attempts_left: int, captures: Sequence[Location]
    ) -> None:
        """File why there is no page; try again later, if attempts are left. A page that was had before stands."""
        attempts = item.attempts + 1
        values: Row = {"attempts": attempts, "next_fetch_at": None}
        if attempts_left > 0:
            values["next_fetch_at"] = now + RETRY_FIRST * RETRY_FACTOR ** (attempts - 1)
        elif not item.is_again:
            values["state"] = "failed"
        with self._store.transaction() as connection:
            self._update(connection, item, values, captures)
            if not item.is_again:
                reject(connection, self._day, "fetch", rejection)

    def _fetched(self, connection: Connection, item: Wanted, response: Response, captures: Sequence[Location]) -> None:
        again_at = next_fetch_at(item.entry.published_at, item.entry.seen_at, response.captured_at)
        today = (ADDRESS.c.fetch_day == self._day, ADDRESS.c.fetch_day_count + 1)
        values: Row = {
            "state": "fetched", "alias_of": None, "attempts": 0, "next_fetch_at": again_at,
            "fetch_day": self._day, "fetch_day_count": case(today, else_=1),
        }  # fmt: skip
        if captures[-1].record_type == "response":
            values |= {
                "etag": response.header("etag") or None,
                "last_modified": response.header("last-modified") or None,
                "captured_at": response.captured_at,
                "captured_url": captures[-1].url,
                "payload_digest": captures[-1].payload_digest,
            }
        self._update(connection, item, values, captures)
        forgive(connection, self._day, "fetch", item.entry.url)

    def _update(self, connection: Connection, item: Wanted, values: Row, captures: Sequence[Location]) -> None:
        connection.execute(update(ADDRESS).where(ADDRESS.c.address_id == item.address_id).values(values))
        index(connection, self._day, captures)


def _wanted(row: Row) -> Wanted:
    has_earlier = row["captured_at"] is not None
    return Wanted(
        address_id=row["address_id"],
        entry=from_row(Entry, row),
        state=row["state"],
        attempts=row["attempts"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        earlier=Earlier(
            url=row["captured_url"], captured_at=row["captured_at"], payload_digest=row["payload_digest"]
        ) if has_earlier else None,
    )  # fmt: skip
