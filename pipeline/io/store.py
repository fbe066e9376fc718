"""The operational store: read a day, replace a day. One transaction a call."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic_core import to_json
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from pipeline.errors import ConfigError, PipelineError, StageError
from pipeline.io.rows import from_row
from pipeline.io.tables import Base, RejectionRow

R = TypeVar("R")
Row = dict[str, Any]
CHUNK = 500  # bound parameters of one IN list; SQLite's own limit is far above


class Store:
    """Typed access to the operational store."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction; database trouble comes out as `trouble` says."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise trouble(f"operational store {self.where}", error) from error

    @property
    def where(self) -> str:
        return self.engine.url.render_as_string(hide_password=True)

    def require_schema(self) -> None:
        """Raise ConfigError when the tables are not there."""
        with self.transaction() as connection:
            has_tables = inspect(connection).has_table("stage_run")
        if not has_tables:
            raise ConfigError(f"operational store {self.where} has no tables: run `eventwire migrate` first")

    # ── reading ──

    def rows(self, model: type[Base], *where: ColumnElement[bool], order: Sequence[str] = ()) -> list[Row]:
        table = table_of(model)
        query = select(table).where(*where).order_by(*(table.c[name] for name in (*order, *_key(table))))
        with self.transaction() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def records(
        self, record_type: type[R], model: type[Base], *where: ColumnElement[bool], order: Sequence[str] = ()
    ) -> list[R]:
        return [from_row(record_type, row) for row in self.rows(model, *where, order=order)]

    def day(self, record_type: type[R], model: type[Base], day: date, order: Sequence[str] = ()) -> list[R]:
        return self.records(record_type, model, table_of(model).c.day == day, order=order)

    # ── writing ──

    def replace_day(
        self, day: date, stage: str, tables: Mapping[type[Base], Sequence[Row]], rejections: Sequence[Row]
    ) -> int:
        """Make each table's rows of *day* and the stage's rejections be exactly the given ones.

        Returns how many rows are not as they were.
        """
        with self.transaction() as connection:
            changed = sum(replace_rows(connection, model, day, rows) for model, rows in tables.items())
            return changed + replace_rejections(connection, day, stage, rejections)

    def append(self, model: type[Base], rows: Sequence[Row]) -> int:
        """Insert the rows whose key is new; return how many."""
        with self.transaction() as connection:
            return append_rows(connection, model, rows)


def days_with(store: Store, model: type[Base], first: date, last: date) -> list[date]:
    """The days from *first* to *last* of which the table has rows, in order."""
    day = table_of(model).c.day
    with store.transaction() as connection:
        return list(connection.scalars(select(day).where(day >= first, day <= last).distinct().order_by(day)))


def table_of(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def known_keys(connection: Connection, model: type[Base], keys: Iterable[str]) -> set[str]:
    """Those of the primary keys that the table has."""
    table = table_of(model)
    column = table.c[_key(table)[0]]
    return {key for some in chunks(keys) for key in connection.scalars(select(column).where(column.in_(some)))}


def append_rows(connection: Connection, model: type[Base], rows: Sequence[Row]) -> int:
    table = table_of(model)
    (key,) = _key(table)
    known = known_keys(connection, model, [row[key] for row in rows])
    new = list({row[key]: row for row in rows if row[key] not in known}.values())
    insert_new(connection, model, new)
    return len(new)


def insert_new(connection: Connection, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert the rows whose key is new; another run may have been quicker with some."""
    if rows:
        insert_into = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(insert_into(table_of(model)).on_conflict_do_nothing(), rows)


def replace_rows(connection: Connection, model: type[Base], day: date, rows: Sequence[Row]) -> int:
    """Replace the day's slice of one table.

    A key belongs to the earliest day that has it: rows that an earlier day owns are left out, and
    the same keys under later days give way. So days may be filled in any order.
    """
    table = table_of(model)
    (key,) = _key(table)
    incoming = {row[key]: row for row in rows}
    elsewhere = [row for row in _with_keys(connection, table, list(incoming)) if row["day"] != day]
    for row in elsewhere:
        if row["day"] < day:
            del incoming[row[key]]
    later = [row[key] for row in elsewhere if row["day"] > day]
    old = {row[key]: row for row in map(dict, connection.execute(select(table).where(table.c.day == day)).mappings())}
    changed = changed_rows(old, incoming)
    if changed or later:
        connection.execute(delete(table).where(table.c.day == day))
        for some in chunks(later):
            connection.execute(delete(table).where(table.c[key].in_(some)))
        _insert(connection, table, list(incoming.values()))
    return changed


def replace_rejections(connection: Connection, day: date, stage: str, rows: Sequence[Row]) -> int:
    table = table_of(RejectionRow)
    mine = (table.c.day == day) & (table.c.stage == stage)
    old = {row["rejection_id"]: row for row in map(dict, connection.execute(select(table).where(mine)).mappings())}
    new = {row["rejection_id"]: row for row in rows}
    changed = changed_rows(old, new)
    if changed:
        connection.execute(delete(table).where(mine))
        _insert(connection, table, list(new.values()))
    return changed


def changed_rows(old: Mapping[str, Row], new: Mapping[str, Row]) -> int:
    """Count keys that were added, removed, or whose row differs (as it would be stored)."""
    same = sum(key in new and _stored(row) == _stored(_ordered(new[key], row)) for key, row in old.items())
    return len(old.keys() | new.keys()) - same


def _stored(row: Row) -> bytes:
    return to_json(row, bytes_mode="hex")


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """Cut into lists that fit one IN."""
    values = list(values)
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def _ordered(row: Row, like: Row) -> Row:
    return {name: row.get(name) for name in like}


def _with_keys(connection: Connection, table: Table, keys: Iterable[str]) -> Iterator[Row]:
    (key,) = _key(table)
    for some in chunks(keys):
        yield from map(dict, connection.execute(select(table).where(table.c[key].in_(some))).mappings())


def _insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _key(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns]


# ── engines ──────────────────────────────────────────────────────────────────────────────────


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and not (parsed.database or "").startswith("file:"):
            _make_folder(parsed.database)
        engine = create_engine(parsed, json_serializer=lambda value: to_json(value).decode())
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError) as error:
        raise ConfigError(
            f"EVENTWIRE_DATABASE_URL: {error}; give a SQLAlchemy address such as sqlite:///var/eventwire.db "
            "or postgresql+psycopg://user@host/name (the latter needs `pip install eventwire[postgres]`)"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_pragmas)
    return engine


def _make_folder(database: str | None) -> None:
    if database and database != ":memory:":
        folder = Path(database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"cannot make the folder {folder} for the operational store: {error.strerror}; "
                "set EVENTWIRE_HOME to a folder that can be written"
            ) from error


def _sqlite_pragmas(connection: Any, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=30000", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


# The driver's sign of a trouble, what to do about it, and who should: a retry helps, or it cannot.
TROUBLES: tuple[tuple[str, str, type[PipelineError]], ...] = (
    ("unable to open database file", "the folder cannot be read or written", ConfigError),
    ("readonly database", "the file cannot be written: check its owner and mode", ConfigError),
    ("not a database", "EVENTWIRE_DATABASE_URL names a file of another kind", ConfigError),
    ("no such table", "run `eventwire migrate` first", ConfigError),
    ("no such column", "run `eventwire migrate` first", ConfigError),
    ("authentication failed", "correct the user or password in EVENTWIRE_DATABASE_URL", ConfigError),
    ('database "', "create it, or correct its name in EVENTWIRE_DATABASE_URL", ConfigError),
    ("does not exist", "run `eventwire migrate` first", ConfigError),
    ("database is locked", "another process holds it: wait for that to end", StageError),
    ("disk is full", "free some space", StageError),
    ("malformed", "restore it from a backup; nothing was changed", StageError),
)


def trouble(what: str, error: DBAPIError) -> PipelineError:
    """One sentence with the driver's own words, and what to do where we know it."""
    text = next(iter(str(error.orig).strip().splitlines()), type(error.orig).__name__)
    for sign, hint, kind in TROUBLES:
        if sign in text:
            return kind(f"{what}: {text}; {hint}")
    return StageError(f"{what}: {text}")
