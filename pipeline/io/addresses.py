"""What harvest knows of addresses: which pages are wanted, and what became of them.

Each page is one transaction, so that a killed run loses at most the exchanges in flight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Connection, Select, case, func, select, update

from pipeline.feeds.refetch import next_fetch_at
from pipeline.io.accounts import forgive, index, reject
from pipeline.io.archive import Earlier, Location, Response
from pipeline.io.failures import NOT_MODIFIED
from pipeline.io.rows import from_row, to_row
from pipeline.io.store import Row, Store, append_rows, table_of
from pipeline.io.tables import AddressRow, EntryRow, PageRow, SourceRow
from pipeline.records import Entry, Page, Rejection, make_id
from pipeline.urls import canonical_url

PENDING_DAYS = 2  # a page that could not be fetched is tried this many days more
RETRY_FIRST, RETRY_FACTOR = timedelta(minutes=10), 6  # then after an hour, after six …
CLAIM = timedelta(minutes=5)  # longer than a visit takes; those of a killed run are free again after it

ENTRY, ADDRESS, SOURCE = table_of(EntryRow), table_of(AddressRow), table_of(SourceRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An address whose page is wanted, with the entry that named it last and what was had of it before."""

    address_id: str
    entry: Entry
    state: Literal["pending", "fetched"]
    attempts: int
    next_fetch_at: datetime
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
        """Pages of new entries, oldest first; *eager* does not wait between the tries of those that failed."""
        is_due = ADDRESS.c.next_fetch_at <= now
        is_pending = (ADDRESS.c.state == "pending") & (ADDRESS.c.day >= self._oldest_day) & self._is_mine
        query = self._query(is_pending, is_due | (ADDRESS.c.attempts > 0) if eager else is_due)
        return self._wanted(query.order_by(ENTRY.c.seen_at, ADDRESS.c.address_id))

    def corrections(self, now: datetime) -> list[Wanted]:
        """Pages to be looked at again, those first that are due longest."""
        query = self._query(ADDRESS.c.state == "fetched", ADDRESS.c.next_fetch_at <= now, self._is_mine)
        return self._wanted(query.order_by(ADDRESS.c.next_fetch_at, ADDRESS.c.address_id))

    def page_of(self, address_id: str) -> str | None:
        """The address under which the page of this one was had: itself, or what it is an alias of."""
        query = select(func.coalesce(ADDRESS.c.alias_of, ADDRESS.c.address_id)).where(
            ADDRESS.c.address_id == address_id, ADDRESS.c.captured_at.is_not(None) | (ADDRESS.c.state == "alias")
        )
        with self._store.transaction() as connection:
            found: str | None = connection.scalar(query)
        return found

    @property
    def _oldest_day(self) -> date:
        return self._day - timedelta(days=PENDING_DAYS)

    @property
    def _is_mine(self) -> ColumnElement[bool]:
        return ADDRESS.c.day <= self._day

    def _query(self, *where: ColumnElement[bool]) -> Select[tuple[object, ...]]:
        """Addresses of sources that are in the catalogue."""
        known = (column for column in ADDRESS.c if column.name not in ENTRY.c)
        return (
            select(*ENTRY.c, *known)
            .join(ENTRY, ENTRY.c.entry_id == ADDRESS.c.entry_id)
            .join(SOURCE, SOURCE.c.source_id == ADDRESS.c.source_id)
            .where(SOURCE.c.is_active, *where)
        )

    def _wanted(self, query: Select[tuple[object, ...]]) -> list[Wanted]:
        with self._store.transaction() as connection:
            return [_wanted(dict(row)) for row in connection.execute(query).mappings()]

    # ── writing ──

    def give_up(self) -> list[Rejection]:
        """Reject the pages that have been pending too long; return why."""
        query = self._query(ADDRESS.c.state == "pending", ADDRESS.c.day < self._oldest_day)
        late = self._wanted(query.order_by(ADDRESS.c.address_id))
        return [rejected for item in late if (rejected := self._give_up(item))]

    def _give_up(self, item: Wanted) -> Rejection | None:
        rejected = Rejection(
            key=item.entry.url,
            error="NotReached",
            message=f"{item.entry.url}: not reached within {PENDING_DAYS} days",
            source_id=item.entry.source_id,
        )
        with self._store.transaction() as connection:
            if not self._settle(connection, item, {"state": "failed", "next_fetch_at": None}):
                return None
            reject(connection, self._day, "fetch", rejected, item.address_id)
        return rejected

    def claim(self, item: Wanted, now: datetime) -> bool:
        """Take an address for a visit, which counts as one of the day; false when it is no longer to be visited.

        Another run may have been quicker, or another address has led to its page.
        """
        today = (ADDRESS.c.fetch_day == self._day, ADDRESS.c.fetch_day_count + 1)
        values: Row = {
            "next_fetch_at": now + CLAIM, "fetch_day": self._day, "fetch_day_count": case(today, else_=1),
        }  # fmt: skip
        with self._store.transaction() as connection:
            return self._settle(connection, item, values, ADDRESS.c.next_fetch_at == item.next_fetch_at)

    def record_page(self, item: Wanted, page: Page, response: Response, captures: Sequence[Location]) -> bool:
        """File a page that is new or has changed; false when another run has filed it meanwhile."""
        with self._store.transaction() as connection:
            is_settled = self._fetched(connection, item, response, captures)
            if is_settled:
                append_rows(connection, PageRow, [to_row(page)])
            return is_settled

    def record_unchanged(self, item: Wanted, response: Response, captures: Sequence[Location]) -> None:
        """Note that the page is as it was."""
        with self._store.transaction() as connection:
            self._fetched(connection, item, response, captures)

    def record_alias(self, item: Wanted, address_id: str, captures: Sequence[Location]) -> None:
        """Note that the address leads to another, whose page is there."""
        with self._store.transaction() as connection:
            index(connection, self._day, captures)
            if self._settle(connection, item, {"state": "alias", "alias_of": address_id, "next_fetch_at": None}):
                forgive(connection, self._day, "fetch", item.entry.source_id, item.address_id)

    def record_pause(self, item: Wanted, until: datetime, captures: Sequence[Location]) -> None:
        """Leave the address alone until a host on the way to its page may be asked; that uses up no try."""
        with self._store.transaction() as connection:
            index(connection, self._day, captures)
            self._settle(connection, item, {"next_fetch_at": until})

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
            index(connection, self._day, captures)
            if self._settle(connection, item, values) and not item.is_again:
                reject(connection, self._day, "fetch", rejection, item.address_id)

    def _fetched(self, connection: Connection, item: Wanted, response: Response, captures: Sequence[Location]) -> bool:
        index(connection, self._day, captures)
        again_at = next_fetch_at(item.entry.published_at, item.entry.seen_at, response.captured_at)
        values: Row = {"state": "fetched", "attempts": 0, "next_fetch_at": again_at}
        values |= _validators(response)
        if captures[-1].record_type == "response":
            values |= {
                "captured_at": response.captured_at,
                "captured_url": captures[-1].url,
                "payload_digest": captures[-1].payload_digest,
            }
        if not self._settle(connection, item, values):
            return False
        forgive(connection, self._day, "fetch", item.entry.source_id, item.address_id)
        self._absorb(connection, item, response.final_url)
        return True

    def _absorb(self, connection: Connection, item: Wanted, final_url: str) -> None:
        """Make an address whose page was just had by way of another one an alias of that."""
        source_id = item.entry.source_id
        address_id = make_id(source_id, canonical_url(final_url))
        if address_id == item.address_id:
            return
        is_unread = (ADDRESS.c.state == "pending") & ADDRESS.c.captured_at.is_(None)
        connection.execute(
            update(ADDRESS)
            .where(ADDRESS.c.address_id == address_id, is_unread)
            .values(state="alias", alias_of=item.address_id, next_fetch_at=None)
        )
        forgive(connection, self._day, "fetch", source_id, address_id)

    def _settle(self, connection: Connection, item: Wanted, values: Row, *where: ColumnElement[bool]) -> bool:
        """Change the address, unless another run, or a feed, has changed its state meanwhile."""
        is_same = (ADDRESS.c.address_id == item.address_id) & (ADDRESS.c.state == item.state)
        return connection.execute(update(ADDRESS).where(is_same, *where).values(values)).rowcount > 0


def _validators(response: Response) -> Row:
    """What the next look may be conditional on; a 304 leaves out what has not changed (RFC 9110, section 15.4.5)."""
    given = {"etag": response.header("etag") or None, "last_modified": response.header("last-modified") or None}
    is_partial = response.status_code == NOT_MODIFIED
    return {name: value for name, value in given.items() if value or not is_partial}


def _wanted(row: Row) -> Wanted:
    has_earlier = row["captured_at"] is not None
    return Wanted(
        address_id=row["address_id"],
        entry=from_row(Entry, row),
        state=row["state"],
        attempts=row["attempts"],
        next_fetch_at=row["next_fetch_at"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        earlier=Earlier(
            url=row["captured_url"], captured_at=row["captured_at"], payload_digest=row["payload_digest"]
        ) if has_earlier else None,
    )  # fmt: skip
