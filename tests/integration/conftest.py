"""A hostile server, and a run over two outlets that it plays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.hostile import Hostile
from support.outlets import a_run, catalogue

from pipeline.io.store import Store
from pipeline.run import Run
from pipeline.settings import Settings


@pytest.fixture
def server() -> Iterator[Hostile]:
    with Hostile() as hostile:
        yield hostile


@pytest.fixture
def run(sqlite_url: str, settings: Settings, server: Hostile, tmp_path: Path) -> Iterator[Run]:
    """A run over two sources that say what the test wants."""
    feeds = catalogue(tmp_path, "http://a.example/rss", "http://b.example/rss")
    store = Store(sqlite_url)
    yield a_run(store, settings, catalogue=feeds, connect_to={"*.example": server.address})
    store.engine.dispose()
