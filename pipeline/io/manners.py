"""What hosts asked of us, kept for later runs: their robots.txt, and until when they want to be left alone.

Kept as it is learned, so that a run that is killed loses nothing. Several runs may do so at the same time.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.io.accounts import index
from pipeline.io.archive import Location
from pipeline.io.failures import RETRY_AFTER_MAX
from pipeline.io.hosts import Pause
from pipeline.io.robots import STALE_MAX, RobotsFile
from pipeline.io.rows import to_row
from pipeline.io.store import Store, table_of
from pipeline.io.tables import HostRow, RobotsRow

HOST, ROBOTS = table_of(HostRow), table_of(RobotsRow)
ENDED_KEPT = timedelta(days=1)  # so that the next pause is longer than the last


class Manners:
    """The hosts' part of the operational store, for the run of a day; for any thread."""

    def __init__(self, store: Store, day: date) -> None:
        self._store, self._day = store, day
        dialect = store.engine.dialect.name
        self._insert_into = postgresql.insert if dialect == "postgresql" else sqlite.insert

    def forget(self, now: datetime) -> None:
        """Remove what counts no more, and pauses longer than there are: the clock was wrong then."""
        with self._store.transaction() as connection:
            connection.execute(delete(HOST).where(HOST.c.blocked_until < now - ENDED_KEPT))
            connection.execute(delete(HOST).where(HOST.c.blocked_until > now + RETRY_AFTER_MAX))
            connection.execute(delete(ROBOTS).where(ROBOTS.c.fetched_at < now - STALE_MAX))

    def pauses(self) -> list[Pause]:
        """The last pause of each host that had one lately."""
        return self._store.records(Pause, HostRow)

    def keep_pauses(self, changes: Mapping[str, Pause | None], now: datetime) -> None:
        """Keep each host's last pause, or that it has none; a longer one that another run was asked for stays."""
        ended = [host for host, pause in changes.items() if pause is None]
        with self._store.transaction() as connection:
            for host in ended:
                connection.execute(delete(HOST).where(HOST.c.host == host, HOST.c.blocked_until <= now))
            for pause in filter(None, changes.values()):
                row = self._insert_into(HOST).values(to_row(pause))
                new = {"blocked_until": row.excluded.blocked_until, "pause_seconds": row.excluded.pause_seconds}
                is_longer = HOST.c.blocked_until < row.excluded.blocked_until
                connection.execute(row.on_conflict_do_update(index_elements=["host"], set_=new, where=is_longer))

    def robots(self, origin: str) -> RobotsFile | None:
        """The robots.txt of an origin (scheme and authority) that was had last."""
        return next(iter(self._store.records(RobotsFile, RobotsRow, ROBOTS.c.origin == origin)), None)

    def keep_robots(self, file: RobotsFile) -> None:
        """Keep the file in place of an earlier one."""
        values = to_row(file)
        row = self._insert_into(ROBOTS).values(values)
        with self._store.transaction() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=["origin"], set_=values))

    def index(self, captures: Iterable[Location]) -> None:
        """Add captures that belong to no feed and no page to the archive's index."""
        with self._store.transaction() as connection:
            index(connection, self._day, captures)
