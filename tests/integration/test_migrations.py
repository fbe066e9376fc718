"""Migrations bring an empty database to the shape of the tables, and back to nothing, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from pipeline.errors import ConfigError
from pipeline.io.schema import migrate
from pipeline.io.store import Store
from pipeline.io.tables import Base


@pytest.fixture(params=["sqlite", "postgresql"])
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database without tables."""
    if request.param == "sqlite":
        yield Store(f"sqlite:///{tmp_path / 'blank.db'}")
        return
    url: str = request.getfixturevalue("postgresql_server")
    server = Store(url)
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("drop database if exists blank with (force)"))
        connection.execute(text("create database blank"))
    store = Store(url.replace("/postgres?", "/blank?"))
    yield store
    store.engine.dispose()
    server.engine.dispose()


def url_of(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def names(store: Store) -> set[str]:
    return set(inspect(store.engine).get_table_names())


def test_up_makes_every_table_and_down_removes_them(blank: Store) -> None:
    migrate(url_of(blank))
    assert names(blank) == {*Base.metadata.tables, "alembic_version"}
    blank.require_schema()
    migrate(url_of(blank), "base")
    assert names(blank) == {"alembic_version"}


def test_up_and_down_and_up_again_can_be_repeated(blank: Store) -> None:
    for revision in ("head", "head", "base", "base", "head", "-1", "0001"):
        migrate(url_of(blank), revision)
    blank.require_schema()


def test_the_migrated_database_is_what_the_models_say(blank: Store) -> None:
    migrate(url_of(blank))
    with blank.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_revision_that_does_not_exist_is_named(blank: Store) -> None:
    with pytest.raises(ConfigError, match=r"migrate .*: Can't locate revision identified by 'nonsense'"):
        migrate(url_of(blank), "nonsense")


def test_migrating_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("These are notes.\n" * 100)
    with pytest.raises(
        ConfigError, match=r"^migrate sqlite:.*notes.db: file is not a database; EVENTWIRE_DATABASE_URL"
    ):
        migrate(f"sqlite:///{path}")
