"""The network of a run: what it archives of every exchange, and what it keeps of hosts for later runs."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import update
from support.hostile import Hostile, endless, head, one_by_one, redirect, response
from support.make import DAY

from pipeline.io.archive import Archive, Earlier, Location, Response
from pipeline.io.failures import FetchError, HostBlocked, TooManyRedirects
from pipeline.io.hosts import Pause
from pipeline.io.manners import Manners
from pipeline.io.network import Network, network
from pipeline.io.robots import BYTES_MAX, RobotsFile, RobotsRefused
from pipeline.io.store import Row, Store, table_of
from pipeline.io.tables import CaptureRow, HostRow, RobotsRow
from pipeline.settings import Settings

T = TypeVar("T")
HOST, ROBOTS = table_of(HostRow), table_of(RobotsRow)
HOUR = timedelta(hours=1)


@pytest.fixture
def settings(settings: Settings, server: Hostile) -> Settings:
    return Settings(**(settings.model_dump() | {"connect_to": {"*.example": server.address}, "deadline_seconds": 2}))


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Store]:
    store = Store(sqlite_url)
    yield store
    store.engine.dispose()


def with_network(settings: Settings, store: Store, work: Callable[[Network], Awaitable[T]]) -> T:
    """What one run does."""

    async def run() -> T:
        async with network(settings, store, archive(settings), DAY) as net:
            return await work(net)

    return asyncio.run(run())


def archive(settings: Settings) -> Archive:
    return Archive(settings.archive_root, settings.archive_spool)


def fetched(
    settings: Settings,
    store: Store,
    *urls: str,
    conditions: Mapping[str, str] | None = None,
    earlier: Earlier | None = None,
    check: bool = False,
) -> tuple[list[Response | Exception], list[Location]]:
    """What came of each address, one after another, and all captures; with *check*, robots.txt is obeyed."""
    captures = list[Location]()

    async def each(net: Network) -> list[Response | Exception]:
        return [await outcome(net, url) for url in urls]

    async def outcome(net: Network, url: str) -> Response | Exception:
        try:
            return await net.get(url, conditions or {}, earlier, captures, net.robots.check if check else None)
        except FetchError as error:
            return error

    return with_network(settings, store, each), captures


def busy(*headers: str) -> bytes:
    return response(b"", *headers, status="503 Busy")


def robots_txt(text: str) -> bytes:
    return response(text.encode(), content_type="text/plain")


def shown(captures: list[Location]) -> list[tuple[str, int]]:
    return [(capture.url, capture.status_code) for capture in captures]


# ── the archive ──────────────────────────────────────────────────────────────────────────────


def test_redirects_are_archived_also_when_they_end_in_no_answer(
    server: Hostile, settings: Settings, sqlite: Store
) -> None:
    server.answers |= {"/a": redirect("/b"), "/b": redirect("/c"), "/c": b"garbage"}
    [error], captures = fetched(settings, sqlite, "http://post.example/a")
    assert isinstance(error, FetchError)
    assert shown(captures) == [("http://post.example/a", 302), ("http://post.example/b", 302)]
    assert [archive(settings).read(capture.file, capture.offset) for capture in captures] == [b"", b""]


def test_redirects_without_an_end_are_archived(server: Hostile, settings: Settings, sqlite: Store) -> None:
    server.answers["/a"] = redirect("/a")
    [error], captures = fetched(settings, sqlite, "http://post.example/a")
    assert isinstance(error, TooManyRedirects)
    assert shown(captures) == [("http://post.example/a", 302)] * 6


def test_a_redirect_to_what_is_not_allowed_is_archived(server: Hostile, settings: Settings, sqlite: Store) -> None:
    server.answers |= {
        "post.example/a": redirect("http://other.example/b"),
        "other.example/robots.txt": robots_txt("User-agent: *\nDisallow: /"),
    }
    [error], captures = fetched(settings, sqlite, "http://post.example/a", check=True)
    assert isinstance(error, RobotsRefused)
    assert shown(captures) == [("http://post.example/a", 302)]


def test_a_redirect_to_a_host_that_wants_a_pause_is_archived(
    server: Hostile, settings: Settings, sqlite: Store
) -> None:
    server.answers |= {"/a": redirect("http://other.example/b"), "other.example/b": busy("Retry-After: 600")}
    [answer, error], captures = fetched(settings, sqlite, *["http://post.example/a"] * 2)
    assert isinstance(answer, Response)
    assert isinstance(error, HostBlocked)
    assert [capture.status_code for capture in captures] == [302, 503, 302]


def test_an_error_of_our_own_on_the_way_leaves_the_redirects_in_the_archive(
    server: Hostile, settings: Settings, sqlite: Store
) -> None:
    server.answers["/a"] = redirect("/b")
    captures = list[Location]()

    async def stopped(net: Network) -> None:
        async def allow(url: str) -> None:
            if url.endswith("/b"):
                raise LookupError("there already")

        with pytest.raises(LookupError):
            await net.get("http://post.example/a", {}, None, captures, allow)

    with_network(settings, sqlite, stopped)
    assert shown(captures) == [("http://post.example/a", 302)]


def test_robots_txt_is_archived_and_in_the_index(server: Hostile, settings: Settings, store: Store) -> None:
    server.answers |= {
        "post.example/robots.txt": redirect("http://www.post.example/robots.txt"),
        "www.post.example/robots.txt": robots_txt("User-agent: *\nDisallow: /a\n"),
        "other.example/robots.txt": busy(),
    }
    fetched(settings, store, "http://post.example/1", "http://other.example/1", check=True)
    rows = {row["url"]: row for row in store.rows(CaptureRow)}
    assert {url: row["status_code"] for url, row in rows.items()} == {
        "http://post.example/robots.txt": 302,
        "http://www.post.example/robots.txt": 200,
        "http://other.example/robots.txt": 503,
    }
    there = rows["http://www.post.example/robots.txt"]
    body = archive(settings).read(there["archive_file"], there["archive_offset"])
    assert body == b"User-agent: *\nDisallow: /a\n"


def test_of_a_robots_txt_without_end_the_beginning_is_archived(
    server: Hostile, settings: Settings, sqlite: Store
) -> None:
    server.answers["/robots.txt"] = endless(head("HTTP/1.1 200 OK"), b"# all welcome\n" * 1000)
    fetched(settings, sqlite, "http://post.example/1", check=True)
    (row,) = sqlite.rows(CaptureRow)
    assert len(archive(settings).read(row["archive_file"], row["archive_offset"])) == BYTES_MAX


def test_exchanges_at_once_each_find_their_own_captures(server: Hostile, settings: Settings, sqlite: Store) -> None:
    numbers = range(40)
    for number in numbers:
        server.answers |= {f"/{number}": redirect(f"/to{number}"), f"/to{number}": response(b"%d" % number)}
        server.answers[f"/lost{number}"] = redirect("http://post.example:port/")
    found = {url: list[Location]() for number in numbers for url in (f"/{number}", f"/lost{number}")}

    async def all_at_once(net: Network) -> None:
        hosts = {url: f"http://h{number % 9}.example{url}" for number, url in enumerate(found)}
        gets = (net.get(hosts[url], {}, None, found[url]) for url in found)
        await asyncio.gather(*gets, return_exceptions=True)

    with_network(settings, sqlite, all_at_once)
    for number in numbers:
        hop, answer = found[f"/{number}"]
        assert hop.url.endswith(f".example/{number}")
        assert archive(settings).read(answer.file, answer.offset) == b"%d" % number
        (lost,) = found[f"/lost{number}"]
        assert lost.url.endswith(f"/lost{number}")


# ── conditions ───────────────────────────────────────────────────────────────────────────────

VALIDATORS = {"If-None-Match": '"1"', "If-Modified-Since": "Mon, 16 Nov 2026 12:00:00 GMT"}


def told(server: Hostile) -> dict[str, bool]:
    """Which addresses were asked with the conditions."""
    return {request.host + request.path: "if-none-match" in request.headers for request in server.requests}


def earlier(url: str) -> Earlier:
    return Earlier(url=url, captured_at=datetime.now(UTC) - HOUR, payload_digest="sha256:0")


def test_conditions_go_only_to_the_address_whose_capture_they_are_of(
    server: Hostile, settings: Settings, sqlite: Store
) -> None:
    server.answers |= {
        "post.example/a": redirect("http://www.post.example/b?é#top"),
        "www.post.example/b?%C3%A9": redirect("http://other.example/c"),
        "other.example/c": response(b"page"),
    }
    before = earlier("http://www.post.example/b?%C3%A9")
    fetched(settings, sqlite, "http://post.example/a", conditions=VALIDATORS, earlier=before)
    assert told(server) == {"post.example/a": False, "www.post.example/b?%C3%A9": True, "other.example/c": False}


def test_conditions_of_an_address_that_is_not_known_stay_on_its_site(
    server: Hostile, settings: Settings, sqlite: Store
) -> None:
    server.answers |= {"/a": redirect("/b"), "/b": redirect("http://other.example/c"), "/c": response(b"page")}
    fetched(settings, sqlite, "http://post.example/a", conditions=VALIDATORS)
    assert told(server) == {"post.example/a": True, "post.example/b": True, "other.example/c": False}


def test_an_answer_that_has_not_changed_is_a_revisit_of_the_capture_that_was_asked_about(
    server: Hostile, settings: Settings, sqlite: Store
) -> None:
    server.answers |= {"/a": redirect("/b"), "/b": head("HTTP/1.1 304 Not Modified")}
    _, captures = fetched(
        settings, sqlite, "http://post.example/a", conditions=VALIDATORS, earlier=earlier("http://post.example/b")
    )
    assert [(capture.url[-2:], capture.record_type) for capture in captures] == [("/a", "response"), ("/b", "revisit")]


# ── robots.txt in later runs ─────────────────────────────────────────────────────────────────


def robots_asked(server: Hostile) -> dict[str, int]:
    return Counter(request.host for request in server.requests if request.path == "/robots.txt")


def test_robots_txt_of_where_redirects_lead_is_asked_for_once_a_day(
    server: Hostile, settings: Settings, store: Store
) -> None:
    server.answers |= {"post.example/a": redirect("http://other.example/b"), "other.example/b": response(b"page")}
    for _ in range(3):
        [answer], _ = fetched(settings, store, "http://post.example/a", check=True)
        assert isinstance(answer, Response)
    assert robots_asked(server) == {"post.example": 1, "other.example": 1}


def test_only_rules_for_us_are_in_the_store(server: Hostile, settings: Settings, store: Store) -> None:
    server.answers["/robots.txt"] = robots_txt(
        "User-agent: x\nDisallow: /\n\nUser-agent: *\nDisallow: /a\n" + "#" * 9999
    )
    fetched(settings, store, "http://post.example/1", check=True)
    (row,) = store.rows(RobotsRow)
    assert (row["origin"], row["text"]) == ("http://post.example", "User-agent: *\ndisallow: /a")


def test_rules_from_the_future_are_asked_for_again_and_replaced(
    server: Hostile, settings: Settings, store: Store
) -> None:
    ahead = datetime.now(UTC) + timedelta(days=900)
    Manners(store, DAY).keep_robots(
        RobotsFile(origin="http://post.example", fetched_at=ahead, status_code=200, text="User-agent: *\nAllow: /")
    )
    server.answers["/robots.txt"] = robots_txt("User-agent: *\nDisallow: /")
    for _ in range(2):
        [error], _ = fetched(settings, store, "http://post.example/1", check=True)
        assert isinstance(error, RobotsRefused)
    assert robots_asked(server) == {"post.example": 1}


def test_rules_that_are_a_month_old_are_forgotten(settings: Settings, store: Store) -> None:
    manners, now = Manners(store, DAY), datetime.now(UTC)
    for days in (29, 31):
        at = now - timedelta(days=days)
        manners.keep_robots(RobotsFile(origin=f"http://{days}.example", fetched_at=at, status_code=404, text=""))
    fetched(settings, store)
    assert [row["origin"] for row in store.rows(RobotsRow)] == ["http://29.example"]


# ── pauses in later runs ─────────────────────────────────────────────────────────────────────


def hosts(store: Store) -> dict[str, Row]:
    return {row["host"]: row for row in store.rows(HostRow)}


def seconds_left(row: Row) -> int:
    return round((row["blocked_until"] - datetime.now(UTC)).total_seconds(), -1)


def let_pauses_end(store: Store) -> None:
    with store.transaction() as connection:
        connection.execute(update(HOST).values(blocked_until=datetime.now(UTC) - timedelta(seconds=1)))


def pause(host: str, until: datetime, seconds: float = 60) -> Pause:
    return Pause(host=host, blocked_until=until, pause_seconds=seconds)


def test_a_pause_is_twice_as_long_as_that_of_the_run_before(server: Hostile, settings: Settings, store: Store) -> None:
    server.answers["/a"] = busy()
    lengths = list[int]()
    for _ in range(4):
        fetched(settings, store, "http://post.example/a")
        lengths.append(seconds_left(hosts(store)["post.example"]))
        let_pauses_end(store)
    assert lengths == [60, 120, 240, 480]


def test_a_good_answer_ends_the_doubling_in_later_runs(server: Hostile, settings: Settings, store: Store) -> None:
    server.answers["/a"] = one_by_one([busy(), response(b"page"), busy()])
    fetched(settings, store, "http://post.example/a")
    let_pauses_end(store)
    fetched(settings, store, "http://post.example/a")
    assert hosts(store) == {}
    fetched(settings, store, "http://post.example/a")
    assert seconds_left(hosts(store)["post.example"]) == 60


def test_a_pause_that_ended_long_ago_and_one_that_no_host_can_ask_for_are_forgotten(
    settings: Settings, store: Store
) -> None:
    now = datetime.now(UTC)
    ends = {"old": -25 * HOUR, "recent": -23 * HOUR, "running": 23 * HOUR, "absurd": 25 * HOUR}
    Manners(store, DAY).keep_pauses({name: pause(name, now + end) for name, end in ends.items()}, now)
    fetched(settings, store)
    assert set(hosts(store)) == {"recent", "running"}


def test_runs_at_the_same_time_keep_each_other_s_pauses(server: Hostile, settings: Settings, store: Store) -> None:
    server.answers |= {"/long": busy("Retry-After: 7200"), "/short": busy("Retry-After: 60")}

    async def both(first: Network) -> None:
        async with network(settings, store, archive(settings), DAY) as second:
            await first.get("http://post.example/long", {}, None, [])
            await second.get("http://post.example/short", {}, None, [])
            await second.get("http://other.example/short", {}, None, [])

    with_network(settings, store, both)
    assert {host: seconds_left(row) for host, row in hosts(store).items()} == {
        "post.example": 7200,
        "other.example": 60,
    }


def test_a_good_answer_in_one_run_does_not_end_the_pause_that_another_was_asked_for(store: Store) -> None:
    manners, now = Manners(store, DAY), datetime.now(UTC)
    manners.keep_pauses({"post.example": pause("post.example", now + HOUR)}, now)
    manners.keep_pauses({"post.example": None}, now)
    assert manners.pauses() == [pause("post.example", now + HOUR)]


def test_many_threads_may_keep_the_same_things(store: Store) -> None:
    manners, now, errors = Manners(store, DAY), datetime.now(UTC), list[Exception]()

    def keep(number: int) -> None:
        try:
            for step in range(5):
                until = now + timedelta(minutes=number + step)
                manners.keep_pauses({"post.example": pause("post.example", until), "other.example": None}, now)
                manners.keep_robots(RobotsFile(origin="http://post.example", fetched_at=now, status_code=404, text=""))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert manners.pauses() == [pause("post.example", now + timedelta(minutes=7))]


KILLED = """
    import asyncio, os, signal, sys
    from datetime import date
    from pipeline.io.archive import Archive
    from pipeline.io.network import network
    from pipeline.io.store import Store
    from pipeline.settings import Settings

    home, database, address = sys.argv[1:]
    settings = Settings(home=home, allow_networks=["127.0.0.0/8"], host_delay_seconds=0,
                        connect_to={"*.example": address})

    async def main():
        async with network(settings, Store(database), Archive(settings.archive_root), date(2026, 11, 16)) as net:
            await net.robots.check("http://post.example/a")
            await net.get("http://post.example/a", {}, None, [])
            os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(main())
"""


def test_a_run_that_is_killed_has_kept_what_hosts_asked_for(
    server: Hostile, settings: Settings, sqlite: Store, sqlite_url: str, tmp_path: Path
) -> None:
    server.answers["/a"] = busy("Retry-After: 600")
    arguments = [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path), sqlite_url, server.address]
    environment: dict[str, Any] = dict(os.environ)
    child = subprocess.run(arguments, capture_output=True, text=True, timeout=60, env=environment)
    assert child.returncode == -signal.SIGKILL, child.stderr
    assert seconds_left(hosts(sqlite)["post.example"]) == 600
    assert [row["origin"] for row in sqlite.rows(RobotsRow)] == ["http://post.example"]
    [error], _ = fetched(settings, sqlite, "http://post.example/a", check=True)
    assert isinstance(error, HostBlocked)
    assert robots_asked(server) == {"post.example": 1}
