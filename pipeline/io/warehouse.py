"""The analysis warehouse: one DuckDB file, built aside from ordered SQL files and published by atomic replace.

Readers keep the file that they opened; the next one to open it sees the new. Loads wait for each other.
"""

import fcntl
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.errors import ConfigError, StageError
from pipeline.events.ontology import QUAD_NAMES, event_types
from pipeline.io.publication import Publication
from pipeline.io.store import Row
from pipeline.marts import scripts
from pipeline.places.gazetteer import countries
from pipeline.version import VERSION

LOG = "load_log"
DAMAGE = (duckdb.SerializationException, duckdb.FatalException, duckdb.InternalException)


class Warehouse:
    """The published file and how to replace it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    # ── reading ──

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection; raise StageError saying why there is none."""
        if not self.file.exists():
            raise StageError(f"warehouse {self.file} is not there yet: run the pipeline over a day first")
        try:
            connection = duckdb.connect(str(self.file), read_only=True, config={"enable_external_access": "false"})
        except duckdb.Error as error:
            raise StageError(f"warehouse {self.file} cannot be opened: {_advice(error)}") from error
        try:
            yield connection
        finally:
            connection.close()

    def loaded(self) -> dict[date, str]:
        """Digest of the batch that the file holds for each day; empty when it must be built anew."""
        if not self.file.exists():
            return {}
        try:
            if self._ask("select digest from schema_digest") != [{"digest": schema_digest()}]:
                return {}
            return {row["day"]: row["batch_digest"] for row in self._ask(f"select day, batch_digest from {LOG}")}
        except duckdb.CatalogException:
            return {}

    def query(self, sql: str) -> list[Row]:
        """The rows of one statement as dicts; raise ConfigError when DuckDB refuses it."""
        try:
            return self._ask(sql)
        except duckdb.Error as error:
            raise ConfigError(f"sql: {error}") from error

    def _ask(self, sql: str) -> list[Row]:
        """Raise StageError for a file that cannot be read, duckdb.Error for a statement that is wrong."""
        with self.read() as connection:
            try:
                if len(connection.extract_statements(sql)) != 1:
                    raise ConfigError('sql: give one statement, as in "select * from mart_contested"')
                answer = connection.execute(sql)
                names = [name for name, *_ in answer.description or ()]
                return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
            except (duckdb.IOException, *DAMAGE) as error:
                raise StageError(f"warehouse {self.file} cannot be read: {_advice(error)}") from error

    # ── writing ──

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the right to replace the file; others wait."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            stream = self.file.with_name(f".{self.file.name}.lock").open("w")
        except OSError as error:
            raise StageError(
                f"warehouse {self.file}: {error.strerror}; set EVENTWIRE_WAREHOUSE to a place that can be written"
            ) from error
        with stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    def publish(self, batches: Iterable[Publication], dimensions: Mapping[str, Sequence[Row]], *, anew: bool) -> None:
        """Replace the slices of the batches' days, the given dimensions, and build all that is derived.

        *anew* starts from an empty file. The published file changes at the end, at once, or not at all.
        """
        aside = self.file.with_name(f".{self.file.name}.building")
        try:
            _remove(aside)  # a killed build left it, and its log would be replayed into this one
            if not anew:
                shutil.copyfile(self.file, aside)
            with duckdb.connect(str(aside)) as connection:
                _build(connection, batches, dimensions)
            aside.replace(self.file)
        except duckdb.Error as error:
            raise StageError(f"warehouse {self.file} was not changed: {_advice(error)}") from error
        except OSError as error:
            raise StageError(
                f"warehouse {self.file} was not changed: {error.strerror}; free space or check its folder"
            ) from error
        finally:
            _remove(aside)


def _remove(database: Path) -> None:
    for file in (database, database.with_name(f"{database.name}.wal")):
        file.unlink(missing_ok=True)


def schema_digest() -> str:
    """Changes when any SQL file does: then the warehouse is built anew from the operational store."""
    return blake2b(b"\0".join(path.read_bytes() for path in scripts()), digest_size=8).hexdigest()


def _build(
    connection: duckdb.DuckDBPyConnection, batches: Iterable[Publication], dimensions: Mapping[str, Sequence[Row]]
) -> None:
    connection.execute("set TimeZone = 'UTC'")
    tables, derived = _split_scripts()
    for script in tables:
        connection.execute(script)
    _replace_dimensions(connection, dimensions)
    for batch in batches:
        facts = {f"fact_{name}": rows for name, rows in batch.tables.items()}
        facts[LOG] = [{"day": batch.day, "batch_digest": batch.digest, "version": VERSION}]
        _take_over(connection, batch.tables)
        for table, rows in facts.items():
            connection.execute(f"delete from {table} where day = ?", [batch.day])
            _insert(connection, table, rows)
    for script in derived:
        connection.execute(script)
    connection.execute("create or replace table schema_digest as select ? as digest", [schema_digest()])
    connection.execute("checkpoint")


KEYS = {
    "article": "version_id", "revision": "version_id", "mention": "mention_id", "participant": "mention_id",
    "claim": "claim_id",
}  # fmt: skip


def _take_over(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Sequence[Row]]) -> None:
    """Remove a batch's rows from whichever day has them: days may be filled in any order."""
    for table, key in KEYS.items():
        keys = list({row[key] for row in tables.get(table, ())})
        connection.execute(f"delete from fact_{table} where {key} in (select unnest(?::varchar[]))", [keys])


def _split_scripts() -> tuple[list[str], list[str]]:
    """The SQL that makes tables, and the SQL that derives from them."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in scripts()}
    return (
        [text for name, text in texts.items() if name < "1"],
        [text for name, text in texts.items() if name >= "1"],
    )


def _replace_dimensions(connection: duckdb.DuckDBPyConnection, dimensions: Mapping[str, Sequence[Row]]) -> None:
    types = [
        {"type_code": kind.code, "quad_code": kind.quad, "quad_class": QUAD_NAMES[kind.quad], "score": kind.score,
         "cameo_codes": list(kind.cameo_codes)}
        for kind in event_types().values()
    ]  # fmt: skip
    lands = [{"country_code": code, **asdict(country)} for code, country in countries().items()]
    for table, rows in {**dimensions, "dim_type": types, "dim_country": lands}.items():
        connection.execute(f"delete from {table}")
        _insert(connection, table, rows)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows through Arrow, by the table's own columns and types."""
    if not rows:
        return
    columns = [name for name, *_ in connection.execute(f"describe {table}").fetchall()]
    arrow = pa.table({name: pa.array([row[name] for row in rows]) for name in columns})
    connection.register("incoming", arrow)
    connection.execute(f"insert into {table} select * from incoming")
    connection.unregister("incoming")


def _advice(error: duckdb.Error) -> str:
    text = str(error).splitlines()[0]
    if "No space left" in text or "Could not write" in text:
        return f"{text}; free some space, then run load again"
    if "lock" in text.lower():
        return f"{text}; another program has it open for writing: close that, then run load again"
    if isinstance(error, DAMAGE) or "valid DuckDB" in text or "enough bytes" in text:
        return f"{text}; `eventwire rebuild` makes it anew from the operational store"
    return text
