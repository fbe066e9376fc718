"""A hostile server, and a run over two outlets that it plays."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from ssl import SSLContext

import httpx
import pytest
from support.hostile import Hostile
from support.outlets import a_run, catalogue

from pipeline.io.store import Store
from pipeline.run import Run
from pipeline.settings import Settings


@pytest.fixture(scope="session", autouse=True)
def kept_authorities() -> Iterator[None]:
    """A file of authorities is read once: that takes longer than most tests of a client."""
    make = httpx.create_ssl_context

    @cache
    def kept(authorities: str | None) -> SSLContext:
        return make()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx, "create_ssl_context", lambda: kept(os.environ.get("SSL_CERT_FILE")))
        yield


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
