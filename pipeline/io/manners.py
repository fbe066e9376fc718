"""What hosts asked of us in earlier runs: their robots.txt, and until when they want to be left alone."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select

from pipeline.io.robots import RobotsFile
from pipeline.io.rows import from_row, to_row
from pipeline.io.store import Store, chunks, insert_new, table_of
from pipeline.io.tables import HostRow, RobotsRow

HOST, ROBOTS = table_of(HostRow), table_of(RobotsRow)


class Manners:
    """The hosts' part of the operational store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def blocks(self, now: datetime) -> dict[str, datetime]:
        """Until when each host wants to be left alone, if that is still to come."""
        rows = self._store.rows(HostRow, HOST.c.blocked_until > now)
        return {row["host"]: row["blocked_until"] for row in rows}

    def robots(self, origins: Iterable[str]) -> dict[str, RobotsFile]:
        """The robots.txt of each origin (scheme and authority) that was had before."""
        with self._store.transaction() as connection:
            return {
                row["origin"]: from_row(RobotsFile, dict(row))
                for some in chunks(set(origins))
                for row in connection.execute(select(ROBOTS).where(ROBOTS.c.origin.in_(some))).mappings()
            }

    def save(self, blocks: Mapping[str, datetime], robots: Mapping[str, RobotsFile]) -> None:
        """Keep the blocks in place of all earlier ones, and the files in place of those of the same origins."""
        with self._store.transaction() as connection:
            connection.execute(delete(HOST))
            insert_new(connection, HostRow, [{"host": host, "blocked_until": at} for host, at in blocks.items()])
            for some in chunks(robots):
                connection.execute(delete(ROBOTS).where(ROBOTS.c.origin.in_(some)))
            insert_new(connection, RobotsRow, [to_row(file) for file in robots.values()])
