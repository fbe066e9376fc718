"""What robots.txt lets us ask for, of servers that have one, have none, or have something else there."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from socket import socket
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from support.hostile import Answer, Hostile, drip, endless, head, one_by_one, redirect, response

from pipeline.io.failures import FetchError, HostBlocked
from pipeline.io.http import Client
from pipeline.io.robots import (
    BYTES_MAX,
    HELD_CHARACTERS_MAX,
    RULES_CHARACTERS_MAX,
    Robots,
    RobotsFile,
    RobotsRefused,
    for_us,
    origin_of,
)
from pipeline.settings import Settings

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
POST, OTHER = "http://post.example", "http://other.example"


@pytest.fixture
def settings(settings: Settings, server: Hostile) -> Settings:
    return changed(settings, connect_to={"*.example": server.address}, deadline_seconds=2)


def changed(settings: Settings, **values: Any) -> Settings:
    return Settings(**(settings.model_dump() | values))


def robots_txt(text: str | bytes, *headers: str, status: str = "200 OK") -> bytes:
    body = text.encode() if isinstance(text, str) else text
    return response(body, *headers, status=status, content_type="text/plain")


@dataclass
class Shelf:
    """Files in memory: those of earlier runs, and what a run learned."""

    files: dict[str, RobotsFile] = field(default_factory=dict)
    learned: dict[str, RobotsFile] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def robots(self, origin: str) -> RobotsFile | None:
        self.asked.append(origin)
        return self.files.get(origin)

    def keep_robots(self, file: RobotsFile) -> None:
        self.files[file.origin] = self.learned[file.origin] = file


def robots_of(client: Client, shelf: Shelf | None = None, clock: Callable[[], datetime] = lambda: NOW) -> Robots:
    return Robots(partial(client.get, first_bytes=BYTES_MAX), client.hosts, shelf or Shelf(), clock=clock)


def asked(
    settings: Settings,
    *urls: str,
    cached: Mapping[str, RobotsFile] | None = None,
    clock: Callable[[], datetime] = lambda: NOW,
) -> tuple[list[FetchError | None], Shelf, Client]:
    """What came of each check, one after another."""

    async def check_all() -> tuple[list[FetchError | None], Shelf, Client]:
        shelf = Shelf(dict(cached or {}))
        async with Client(settings) as client:
            robots = robots_of(client, shelf, clock)
            return [await outcome(robots, url) for url in urls], shelf, client

    return asyncio.run(check_all())


async def outcome(robots: Robots, url: str) -> FetchError | None:
    try:
        await robots.check(url)
    except FetchError as error:
        return error
    return None


def allows(settings: Settings, server: Hostile, text: str | bytes, path: str) -> bool:
    server.answers["/robots.txt"] = robots_txt(text)
    ([refused], _, _) = asked(settings, f"{POST}{path}")
    assert refused is None or isinstance(refused, RobotsRefused)
    return refused is None


# ── rules ────────────────────────────────────────────────────────────────────────────────────


def test_what_is_not_allowed_is_refused_in_plain_words(server: Hostile, settings: Settings) -> None:
    server.answers["/robots.txt"] = robots_txt("User-agent: *\nDisallow: /private/\n")
    [public, private], _, _ = asked(settings, f"{POST}/news/1", f"{POST}/private/1")
    assert public is None
    assert isinstance(private, RobotsRefused)
    assert str(private) == "robots.txt of post.example does not allow http://post.example/private/1"
    assert private.failure == "hard"
    assert server.asked("/robots.txt") == 1


@pytest.mark.parametrize(
    ("text", "path", "is_allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("user-agent: EventWire\ndisallow: /a", "/a", False),
        ("User-agent: eventwire/2.0\nDisallow: /a", "/a", False),
        ("User-agent: event\nDisallow: /a", "/a", True),
        ("User-agent: eventwirebot\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: eventwire\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /a\n\nUser-agent: eventwire\nDisallow: /b", "/a", True),
        ("User-agent: eventwire\nUser-agent: other\nDisallow: /a", "/a", False),
        ("User-agent: other\n\nUser-agent: eventwire\nDisallow: /a", "/a", False),
        ("User-agent: eventwire\nDisallow: /a\nUser-agent: x\nDisallow: /b\nUser-agent: eventwire\nDisallow: /c", "/c", False),
        ("User-agent: other\nDisallow: /a", "/a", True),
        ("Disallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /a%20b", "/a b", False),
        ("User-agent: *\nDisallow: /é", "/%C3%A9", False),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", False),
        ("User-agent: *\rDisallow: /a\rAllow: /b", "/a", False),
        ("User-agent: * # all\r\nDisallow: /a # secret", "/a", False),
        ("User-agent : *\n  Disallow : /a", "/a", False),
        ("User-agent *\nDisalow: /a", "/a", False),
        ("User-agent: *\nSitemap: /s\nNonsense\nDisallow: /a", "/a", False),
        ("User-agent: *\n\n\nCrawl-delay: 5\nDisallow: /a", "/a", False),
    ],
)  # fmt: skip
def test_rules_are_read_as_the_standard_has_them(
    server: Hostile, settings: Settings, text: str, path: str, is_allowed: bool
) -> None:
    assert allows(settings, server, text, path) == is_allowed


def test_sites_are_told_apart_by_scheme_and_port() -> None:
    assert origin_of("https://Post.Example:443/a?b#c") == "https://post.example"
    assert origin_of("http://post.example:8080/a") == "http://post.example:8080"
    assert origin_of("http://münchen.example/") == "http://xn--mnchen-3ya.example"
    assert origin_of("http://post.example:port/") == ""


def test_what_is_no_address_is_no_question_for_a_site(settings: Settings) -> None:
    [error], _, _ = asked(settings, "http://post.example:port/")
    assert error and error.failure == "hard"


# ── crawl-delay ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 7", 7),
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nCrawl-delay: 86400", 60),
        ("User-agent: *\nCrawl-delay: 7\nUser-agent: eventwire\nCrawl-delay: 3", 3),
        ("User-agent: other\nCrawl-delay: 7", 1),
        ("User-agent: *\nCrawl-delay: 0.1", 1),
        ("User-agent: *\nCrawl-delay: soon", 1),
        ("User-agent: *\nCrawl-delay: -5", 1),
        ("User-agent: *\nCrawl-delay: nan", 1),
        ("User-agent: *\nCrawl-delay: inf", 1),
    ],
)
def test_a_crawl_delay_is_the_host_s_distance(server: Hostile, settings: Settings, text: str, seconds: float) -> None:
    server.answers["/robots.txt"] = robots_txt(text)
    _, _, client = asked(changed(settings, host_delay_seconds=1), f"{POST}/a")
    assert client.hosts.delay("post.example") == seconds
    assert client.hosts.delay("other.example") == 1


# ── no rules to be had ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["400 Bad", "401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone"])
def test_a_site_without_the_file_allows_all(server: Hostile, settings: Settings, status: str) -> None:
    server.answers["/robots.txt"] = robots_txt("User-agent: *\nDisallow: /", status=status)
    [error], shelf, _ = asked(settings, f"{POST}/a")
    assert error is None
    assert shelf.learned[POST] == RobotsFile(origin=POST, fetched_at=NOW, status_code=int(status[:3]), text="")


def test_a_page_in_place_of_the_file_has_no_rules(server: Hostile, settings: Settings) -> None:
    server.answers["/robots.txt"] = response(b"<!doctype html>\n<html>Page not found: allow us to help</html>")
    assert asked(settings, f"{POST}/a")[0] == [None]


def test_the_file_may_be_elsewhere(server: Hostile, settings: Settings) -> None:
    server.answers |= {
        "post.example/robots.txt": redirect(f"{OTHER}/rules"),
        "other.example/rules": robots_txt("User-agent: *\nDisallow: /a"),
    }
    [error], shelf, _ = asked(settings, f"{POST}/a")
    assert isinstance(error, RobotsRefused)
    assert list(shelf.learned) == [POST]


def test_redirects_without_an_end_are_no_file(server: Hostile, settings: Settings) -> None:
    server.answers["/robots.txt"] = redirect("/robots.txt")
    [error], shelf, _ = asked(settings, f"{POST}/a")
    assert error is None
    assert shelf.learned[POST].status_code is None


@pytest.mark.parametrize("answer", [
    robots_txt("", status="500 Oops"), robots_txt("", status="501 What"), robots_txt("", status="503 Busy"),
    robots_txt("", "Retry-After: 20", status="429 Slow"), b"garbage", drip(b"", b"x", pause=1),
])  # fmt: skip
def test_nothing_is_asked_of_a_site_whose_file_is_out_of_reach(
    server: Hostile, settings: Settings, answer: Answer
) -> None:
    server.answers["/robots.txt"] = answer
    impatient = changed(settings, deadline_seconds=0.3)
    [first, second], shelf, _ = asked(impatient, f"{POST}/a", f"{POST}/b")
    assert isinstance(first, RobotsRefused)
    assert str(first).startswith(
        "nothing is asked of a site whose robots.txt is out of reach: http://post.example/robots.txt: "
    )
    assert first.failure == "temporary"
    assert second and second.failure == "temporary"
    assert server.asked("/robots.txt") == 1
    assert shelf.learned == {}


def test_a_site_that_wants_a_pause_is_told_apart_from_one_that_refuses(server: Hostile, settings: Settings) -> None:
    server.answers["/robots.txt"] = robots_txt("", "Retry-After: 600", status="429 Slow")

    async def check() -> tuple[FetchError | None, FetchError | None]:
        async with Client(settings) as client:
            first = await outcome(robots_of(client), f"{POST}/a")
            return first, await outcome(robots_of(client), f"{POST}/a")

    first, second = asyncio.run(check())
    assert isinstance(first, RobotsRefused) and first.retry_after == timedelta(seconds=600)
    assert isinstance(second, HostBlocked)


def test_a_private_site_stays_refused(settings: Settings) -> None:
    [error], _, _ = asked(changed(settings, allow_networks=[]), f"{POST}/a")
    assert error and error.failure == "hard"
    assert "private address" in str(error)


# ── the cache ────────────────────────────────────────────────────────────────────────────────


def known(age: timedelta, text: str = "User-agent: *\nDisallow: /old") -> dict[str, RobotsFile]:
    return {POST: RobotsFile(origin=POST, fetched_at=NOW - age, status_code=200, text=text)}


def test_a_file_of_today_is_not_asked_for(server: Hostile, settings: Settings) -> None:
    [error], shelf, _ = asked(settings, f"{POST}/old", cached=known(timedelta(hours=23)))
    assert isinstance(error, RobotsRefused)
    assert server.requests == []
    assert shelf.learned == {}


def test_a_file_of_yesterday_is_asked_for_again(server: Hostile, settings: Settings) -> None:
    server.answers["/robots.txt"] = robots_txt("User-agent: *\nDisallow: /new")
    [old, new], shelf, _ = asked(settings, f"{POST}/old", f"{POST}/new", cached=known(timedelta(hours=25)))
    assert old is None
    assert isinstance(new, RobotsRefused)
    assert shelf.learned[POST].text == "User-agent: *\ndisallow: /new"


def test_an_older_copy_stands_in_for_a_file_out_of_reach_for_a_month(server: Hostile, settings: Settings) -> None:
    server.answers["/robots.txt"] = robots_txt("", status="500 Oops")
    urls = (f"{POST}/old", f"{POST}/new")
    [old, new], shelf, _ = asked(settings, *urls, cached=known(timedelta(days=29)))
    assert isinstance(old, RobotsRefused) and "does not allow" in str(old)
    assert new is None
    assert shelf.learned == {}
    assert server.asked("/robots.txt") == 1
    [old, new], _, _ = asked(settings, *urls, cached=known(timedelta(days=31)))
    assert old and new and "out of reach" in str(new)


def test_a_run_that_lasts_longer_than_a_day_asks_again(server: Hostile, settings: Settings) -> None:
    server.answers["/robots.txt"] = one_by_one([robots_txt(""), robots_txt("User-agent: *\nDisallow: /")])
    times = iter([NOW, NOW + timedelta(hours=23), NOW + timedelta(hours=25), NOW + timedelta(hours=25)])
    errors, _, _ = asked(settings, *[f"{POST}/a"] * 3, clock=lambda: next(times))
    assert [error is None for error in errors] == [True, True, False]


def test_a_file_from_the_future_is_not_believed(server: Hostile, settings: Settings) -> None:
    server.answers["/robots.txt"] = one_by_one(
        [robots_txt("User-agent: *\nDisallow: /new"), robots_txt("", status="500")]
    )
    ahead = known(timedelta(days=-900))
    [old, new], _, _ = asked(settings, f"{POST}/old", f"{POST}/new", cached=ahead)
    assert old is None
    assert isinstance(new, RobotsRefused)
    [out_of_reach], _, _ = asked(settings, f"{POST}/new", cached=ahead)
    assert out_of_reach and "out of reach" in str(out_of_reach)


def test_a_file_is_looked_up_once_for_many_pages(server: Hostile, settings: Settings) -> None:
    _, shelf, _ = asked(settings, *(f"{POST}/{number}" for number in range(9)), f"{OTHER}/1")
    assert shelf.asked == [POST, OTHER]


def test_what_a_run_keeps_in_memory_has_a_limit_and_the_shelf_gives_back_the_rest(
    server: Hostile, settings: Settings
) -> None:
    rules = "\n".join(["User-agent: *", *(f"Disallow: /{'x' * 1000}{number}" for number in range(90))])
    server.answers["/robots.txt"] = robots_txt(rules)
    sites = [f"http://{number}.example" for number in range(HELD_CHARACTERS_MAX // 90_000 + 5)]
    _, shelf, _ = asked(settings, *(f"{site}/a" for site in (*sites, sites[0], sites[-1])))
    assert shelf.asked == [*sites, sites[0]]
    assert server.asked("/robots.txt") == len(sites)


def test_many_who_ask_at_once_ask_the_site_once(server: Hostile, settings: Settings) -> None:
    def slow(connection: socket) -> None:
        time.sleep(0.1)
        connection.sendall(robots_txt("User-agent: *\nDisallow: /7"))

    server.answers["/robots.txt"] = slow

    async def at_once() -> list[FetchError | None]:
        async with Client(settings) as client:
            robots = robots_of(client)
            return await asyncio.gather(*(outcome(robots, f"{POST}/{number}") for number in range(10)))

    errors = asyncio.run(at_once())
    assert [error is None for error in errors] == [number != 7 for number in range(10)]
    assert server.asked("/robots.txt") == 1


def test_one_who_gives_up_does_not_leave_the_others_without_an_answer(server: Hostile, settings: Settings) -> None:
    server.answers["/robots.txt"] = one_by_one([drip(b"", b"xxx", pause=0.5), robots_txt("")])

    async def at_once() -> FetchError | None:
        async with Client(settings) as client:
            robots = robots_of(client)
            first = asyncio.create_task(robots.check(f"{POST}/a"))
            await asyncio.sleep(0.1)
            second = asyncio.create_task(outcome(robots, f"{POST}/b"))
            first.cancel()
            return await second

    assert asyncio.run(at_once()) is None


# ── what is kept of a file ───────────────────────────────────────────────────────────────────


def test_only_what_is_meant_for_us_is_kept() -> None:
    file = "User-agent: other\nDisallow: /\n# a remark\nUser-agent: *\nDisallow: /a # why\nDisallow: /a\nSitemap: /s\n"
    assert for_us(file) == "User-agent: *\ndisallow: /a"
    assert for_us("User-agent: other\nDisallow: /") == ""
    assert for_us(for_us(file)) == for_us(file)


def test_of_rules_beyond_reason_the_first_are_kept() -> None:
    text = for_us("User-agent: *\n" + "\n".join(f"Disallow: /{number}" for number in range(20_000)))
    assert 0.99 * RULES_CHARACTERS_MAX < len(text) <= RULES_CHARACTERS_MAX + len("User-agent: *")
    assert text.startswith("User-agent: *\ndisallow: /0\ndisallow: /1\n")


# ── hostile files ────────────────────────────────────────────────────────────────────────────

SIZE = BYTES_MAX
FILES: dict[str, bytes] = {
    "one line": b"x" * SIZE,
    "spaces": b" " * SIZE,
    "NULs": b"User-agent: *\nDisallow: /a\n" + b"\0" * SIZE,
    "agents and rules": b"User-agent: a\n" * 18_000 + b"Allow: /a\n" * 25_000,
    "agents that are all different": b"".join(b"User-agent: a%d\n" % n for n in range(15_000))
    + b"Allow: /a\n" * 20_000,
    "us again and again": b"User-agent: eventwire\n" * 10_000 + b"Disallow: /b\n" * 20_000,
    "a wildcard bomb": b"User-agent: *\nDisallow: /" + b"*a" * 200_000 + b"b$",
    "wildcard bombs": b"User-agent: *\n" + b"Disallow: /*a*a*a*a*a*ab$\n" * 18_000,
    "dollars": b"User-agent: *\nDisallow: /" + b"$" * 400_000,
    "escapes": b"User-agent: *\nDisallow: /" + b"%41" * 150_000,
    "a delay of digits": b"User-agent: *\nCrawl-delay: " + b"9" * 400_000,
    "half a character": b"User-agent: *\nDisallow: /" + b"\xc3" * 400_000,
    "separators": "User-agent: *\nDisallow: /a\u2028User-agent: x\u0085\x0b\x1cAllow: /a".encode() * 10_000,
    "brackets": b"User-agent: *\n" + b"Disallow: http://[::1\n" * 20_000,
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_costs_little(server: Hostile, settings: Settings, name: str) -> None:
    server.answers["/robots.txt"] = robots_txt(FILES[name])
    urls = [f"{POST}/{'a' * 2000}{number}" for number in range(5)]
    begin = time.process_time()
    errors, shelf, _ = asked(settings, *urls)
    assert time.process_time() - begin < 3
    assert all(error is None or isinstance(error, RobotsRefused) for error in errors)
    assert len(shelf.learned[POST].text) <= RULES_CHARACTERS_MAX + len("User-agent: *")
    assert "\0" not in shelf.learned[POST].text


def test_a_smaller_limit_on_bodies_holds_for_the_file_too(server: Hostile, settings: Settings) -> None:
    server.answers["/robots.txt"] = robots_txt("User-agent: *\nDisallow: /a\n" + "#" * 5000 + "\nDisallow: /b")
    [a, b], _, _ = asked(changed(settings, body_bytes_max=1000), f"{POST}/a", f"{POST}/b")
    assert isinstance(a, RobotsRefused)
    assert b is None


def test_of_a_file_without_end_the_beginning_counts(server: Hostile, settings: Settings) -> None:
    server.answers["/robots.txt"] = endless(head("HTTP/1.1 200 OK"), b"User-agent: *\nDisallow: /a\n" * 1000)
    [a, b], shelf, _ = asked(settings, f"{POST}/a", f"{POST}/b")
    assert isinstance(a, RobotsRefused)
    assert b is None
    assert shelf.learned[POST].text == "User-agent: *\ndisallow: /a"


@examples(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=300)
    | st.lists(
        st.tuples(
            st.sampled_from(["User-agent", "Disallow", "Allow", "Crawl-delay", "Sitemap", "\ufeff", "Request-rate"]),
            st.sampled_from([":", " ", ": ", "=", "::"]),
            st.text(max_size=12) | st.text("/*$%a?#[]:", max_size=12) | st.sampled_from(["*", "eventwire", "1/5"]),
        ).map("".join),
        max_size=12,
    ).map(lambda lines: "\n".join(lines).encode(errors="surrogatepass")),
    st.text("/*$%aé?#[]:@ ", max_size=12),
)
def test_no_file_breaks_the_client(server: Hostile, settings: Settings, body: bytes, path: str) -> None:
    server.answers["/robots.txt"] = robots_txt(body)
    [error], _, _ = asked(settings, f"{POST}/{path}")
    assert error is None or isinstance(error, RobotsRefused)
