"""The HTTP client against a server that behaves badly in every way we could think of."""

import asyncio
import gzip
import socket as sockets
import time
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from socket import socket
from typing import Any

import brotli
import httpcore
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from support.hostile import Hostile, drip, endless, head, kept, one_by_one, redirect, reset, response
from support.make import NOON

from pipeline.errors import RecordError
from pipeline.io.archive import Hop, Response
from pipeline.io.coding import zstd
from pipeline.io.failures import FetchError, HostBlocked, TooManyRedirects, check_status
from pipeline.io.guard import Pool
from pipeline.io.hosts import Hosts, Pause
from pipeline.io.http import Client, user_agent
from pipeline.settings import Settings
from pipeline.version import VERSION

LIMIT = 100_000


@pytest.fixture(scope="module")
def server() -> Iterator[Hostile]:
    with Hostile() as hostile:
        yield hostile


@pytest.fixture(autouse=True)
def quiet(server: Hostile) -> None:
    server.answers.clear()
    server.requests.clear()
    server.ended.clear()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"deadline_seconds": 2.0, "body_bytes_max": LIMIT})


def get(
    settings: Settings,
    *urls: str,
    headers: Mapping[str, str] | None = None,
    allow: Callable[[str], Awaitable[None]] | None = None,
) -> list[Response]:
    async def all_of_them() -> list[Response]:
        async with Client(settings) as client:
            return [await client.get(url, (lambda _: headers) if headers else None, allow) for url in urls]

    return asyncio.run(all_of_them())


def failure(settings: Settings, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(settings, url)
    return caught.value


def changed(settings: Settings, **values: Any) -> Settings:
    return Settings(**(settings.model_dump() | values))


# ── the ordinary ─────────────────────────────────────────────────────────────────────────────


def test_an_answer_comes_back_with_its_headers_and_body(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = response(b"page", "ETag: x", "X-Two: 1", "X-Two: 2")
    (answer,) = get(settings, server.url("/a"))
    assert (answer.status_code, answer.body, answer.header("etag")) == (200, b"page", "x")
    assert answer.url == answer.final_url == server.url("/a")


def test_every_request_says_who_asks(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = redirect("/b")
    get(changed(settings, contact="desk@example.org"), server.url("/a"), server.url("/c"))
    assert {request.headers["user-agent"] for request in server.requests} == {user_agent("desk@example.org")}
    assert user_agent("desk@example.org") == f"eventwire/{VERSION} (+desk@example.org)"
    assert len(server.requests) == 3


def test_conditions_are_sent_and_304_is_an_answer(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = head("HTTP/1.1 304 Not Modified", 'ETag: "1"')
    (answer,) = get(settings, server.url("/a"), headers={"If-None-Match": '"1"'})
    assert (answer.status_code, answer.body) == (304, b"")
    assert server.requests[0].headers["if-none-match"] == '"1"'


def test_an_answer_tells_what_was_sent_for_it(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = response(b"page")
    (answer,) = get(settings, server.url("/a"), headers={"If-None-Match": '"1"'})
    assert {name.lower(): value for name, value in answer.request_headers} == server.requests[0].headers
    assert answer.request_headers[0] == ("Host", server.address)
    assert answer.http_version == "HTTP/1.1"
    assert answer.hops == ()
    assert timedelta() < datetime.now(UTC) - answer.captured_at < timedelta(seconds=5)


def test_headers_that_are_not_ascii_are_read_as_what_they_most_likely_are(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = head("HTTP/1.1 200 OK", "X-New: caf\xc3\xa9", "X-Old: caf\xe9")
    (answer,) = get(settings, server.url("/a"))
    assert (answer.header("x-new"), answer.header("x-old")) == ("café", "café")


def test_a_page_that_says_it_will_be_changed_next_year_is_a_page(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = response(b"page", "Last-Modified: Fri, 31 Dec 9999 23:59:59 GMT")
    assert get(settings, server.url("/a"))[0].header("last-modified") == "Fri, 31 Dec 9999 23:59:59 GMT"


def test_only_the_first_bytes_are_read_where_no_more_are_wanted(server: Hostile, settings: Settings) -> None:
    server.answers |= {
        "/endless": endless(head("HTTP/1.1 200 OK"), b"x" * 65536),
        "/short": response(b"page"),
        "/packed": response(gzip.compress(bytes(5_000_000)), "Content-Encoding: gzip"),
    }

    async def lengths() -> list[int]:
        async with Client(settings) as client:
            return [len((await client.get(server.url(path), first_bytes=1000)).body) for path in server.answers]

    assert asyncio.run(lengths()) == [1000, 4, 1000]


@pytest.mark.parametrize("status", [200, 204, 206])
def test_success_passes_the_check(status: int) -> None:
    check_status(made(status))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 523, 530])
def test_a_status_that_may_pass_is_tried_again_later(status: int) -> None:
    with pytest.raises(FetchError, match=f"http://a/: the server answered {status}") as caught:
        check_status(made(status))
    assert (caught.value.failure, caught.value.status_code) == ("temporary", status)
    assert caught.value.is_passing


@pytest.mark.parametrize("status", [302, 304, 401, 403, 404, 410, 451, 501, 999])
def test_a_status_that_will_not_pass_is_not(status: int) -> None:
    with pytest.raises(FetchError) as caught:
        check_status(made(status))
    assert (caught.value.failure, caught.value.status_code) == ("hard", status)
    assert not caught.value.is_passing


def test_a_status_carries_how_long_to_wait() -> None:
    with pytest.raises(FetchError) as caught:
        check_status(made(503, ("Retry-After", "Mon, 16 Nov 2026 12:02:00 GMT")))
    assert caught.value.retry_after == timedelta(minutes=2)


def made(status: int, *headers: tuple[str, str]) -> Response:
    return Response(
        url="http://a/", final_url="http://a/", status_code=status, headers=headers, body=b"", captured_at=NOON
    )


# ── redirects ────────────────────────────────────────────────────────────────────────────────


def chain(server: Hostile, length: int) -> str:
    for number in range(length):
        server.answers[f"/{number}"] = redirect(f"/{number + 1}")
    server.answers[f"/{length}"] = response(b"the end")
    return server.url("/0")


def test_five_redirects_are_followed(server: Hostile, settings: Settings) -> None:
    (answer,) = get(settings, chain(server, 5))
    assert (answer.body, answer.final_url) == (b"the end", server.url("/5"))


def test_six_redirects_are_not(server: Hostile, settings: Settings) -> None:
    error = failure(settings, chain(server, 6))
    assert isinstance(error, TooManyRedirects)
    assert str(error) == f"{server.url('/0')}: more than 5 redirects"
    assert not error.is_passing
    assert server.asked("/6") == 0


def test_the_way_to_an_answer_is_told(server: Hostile, settings: Settings) -> None:
    server.answers |= {
        "/old": response(b"moved", "Location: /new", status="301 Moved Permanently"),
        "/new": redirect("http://post.example/page"),
        "post.example/page": response(b"page"),
    }
    fixed = changed(settings, connect_to={"*.example": server.address})
    (answer,) = get(fixed, server.url("/old"))
    assert (answer.url, answer.final_url, answer.body) == (server.url("/old"), "http://post.example/page", b"page")
    first, second = answer.hops
    assert (first.url, first.status_code, second.url, second.status_code) == (
        server.url("/old"), 301, server.url("/new"), 302,
    )  # fmt: skip
    assert isinstance(first, Hop) and ("Location", "/new") in first.headers
    assert [dict(each.request_headers)["Host"] for each in (first, second, answer)] == [
        server.address, server.address, "post.example",
    ]  # fmt: skip
    assert answer.moved_to == server.url("/new")


def test_redirects_are_told_also_when_no_answer_comes(server: Hostile, settings: Settings) -> None:
    server.answers |= {"/a": redirect("/b"), "/b": redirect("/c"), "/c": b"garbage"}

    async def ask() -> list[str]:
        hops = list[Hop]()
        async with Client(settings) as client:
            with pytest.raises(FetchError):
                await client.get(server.url("/a"), hops=hops)
        return [hop.url for hop in hops]

    assert asyncio.run(ask()) == [server.url("/a"), server.url("/b")]


def test_a_redirect_without_a_target_is_an_answer(server: Hostile, settings: Settings) -> None:
    server.answers |= {"/a": head("HTTP/1.1 302 Found"), "/b": redirect("")}
    assert [answer.status_code for answer in get(settings, server.url("/a"), server.url("/b"))] == [302, 302]


def test_a_redirect_keeps_the_fragment_unless_it_has_its_own(server: Hostile, settings: Settings) -> None:
    server.answers |= {"/a": redirect("/c"), "/b": redirect("/c#own"), "/c": response(b"page")}
    answers = get(settings, server.url("/a#mine"), server.url("/b#mine"))
    assert [answer.final_url for answer in answers] == [server.url("/c#mine"), server.url("/c#own")]


def test_a_site_that_wants_its_cookie_back_gets_it_and_no_other_does(server: Hostile, settings: Settings) -> None:
    server.answers |= {
        "post.example/a": redirect("/b", "Set-Cookie: gate=open; Path=/"),
        "post.example/b": redirect("http://other.example/c"),
        "other.example/c": response(b"page"),
    }
    fixed = changed(settings, connect_to={"*.example": server.address})
    get(fixed, "http://post.example/a", "http://post.example/b")
    sent = [(request.path, request.headers.get("cookie")) for request in server.requests]
    assert sent == [("/a", None), ("/b", "gate=open"), ("/c", None), ("/b", None), ("/c", None)]


def test_each_address_is_allowed_before_it_is_asked_for(server: Hostile, settings: Settings) -> None:
    server.answers |= {"/a": redirect("/b"), "/b": response(b"page")}
    asked = list[tuple[str, int]]()

    async def allow(url: str) -> None:
        asked.append((url, len(server.requests)))

    get(settings, server.url("/a"), allow=allow)
    assert asked == [(server.url("/a"), 0), (server.url("/b"), 1)]


@pytest.mark.parametrize("kind", [FetchError, KeyError])
def test_what_is_not_allowed_is_not_asked_for(server: Hostile, settings: Settings, kind: type[Exception]) -> None:
    server.answers |= {"/a": redirect("/b"), "/b": response(b"page")}

    async def allow(url: str) -> None:
        if url.endswith("/b"):
            raise kind("we know that page")

    with pytest.raises(kind, match="we know that page"):
        get(settings, server.url("/a"), allow=allow)
    assert (server.asked("/a"), server.asked("/b")) == (1, 0)


def test_a_chain_of_redirects_has_one_deadline(server: Hostile, settings: Settings) -> None:
    for number in range(5):
        server.answers[f"/{number}"] = late(redirect(f"/{number + 1}"), 0.5)
    begin = time.monotonic()
    error = failure(changed(settings, deadline_seconds=1.3), server.url("/0"))
    assert "no full answer within 1.3 s" in str(error)
    assert str(error).startswith(f"{server.url('/0')} → {server.url('/2')}: ")
    assert time.monotonic() - begin < 2.4


def late(answer: bytes, seconds: float) -> Callable[[socket], None]:
    def send(connection: socket) -> None:
        time.sleep(seconds)
        connection.sendall(answer)

    return send


def test_a_redirect_to_itself_ends(server: Hostile, settings: Settings) -> None:
    server.answers["/loop"] = redirect("/loop")
    assert "more than 5 redirects" in str(failure(settings, server.url("/loop")))
    assert server.asked("/loop") == 6


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://post.example/x", "javascript:alert(1)", "data:,x"])
def test_a_redirect_off_the_web_is_refused(server: Hostile, settings: Settings, to: str) -> None:
    server.answers["/a"] = redirect(to)
    assert not failure(settings, server.url("/a")).is_passing


@pytest.mark.parametrize("to", ["http://[::1", "http://a:99999/", "http://\x7f/", "//", "http://", "http://é\xff/"])
def test_a_redirect_to_no_address_is_a_fetch_error(server: Hostile, settings: Settings, to: str) -> None:
    server.answers["/a"] = redirect(to)
    failure(settings, server.url("/a"))


def test_a_redirect_to_a_private_address_is_refused(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = redirect("http://10.1.2.3/latest/meta-data")
    error = failure(settings, server.url("/a"))
    assert "10.1.2.3 is at 10.1.2.3, a private address; allow it with EVENTWIRE_ALLOW_NETWORKS" in str(error)
    assert not error.is_passing


@pytest.mark.parametrize("first", [True, False])
def test_credentials_in_an_address_are_refused_and_not_told(server: Hostile, settings: Settings, first: bool) -> None:
    address = f"http://me:secret@{server.address}/b"
    server.answers |= {"/a": redirect(address), "/b": response(b"page")}
    error = failure(settings, address if first else server.url("/a"))
    assert "the address carried credentials, which are never sent" in str(error)
    assert "secret" not in str(error)
    assert error.failure == "hard"
    assert server.asked("/b") == 0


def test_the_body_of_a_redirect_is_not_read(server: Hostile, settings: Settings) -> None:
    first = head("HTTP/1.1 302 Found", "Location: /b")
    server.answers |= {"/a": endless(first, b"x" * 65536), "/b": response(b"the end")}
    (answer,) = get(settings, server.url("/a"))
    assert answer.body == b"the end"


# ── the guard ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost", "0.0.0.0", "10.0.0.1", "172.16.0.1",
        "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[fe80::1]", "[fc00::1]", "[ff02::1]",
        "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[::127.0.0.1]",
        "[2001:db8::1]",
    ],
)  # fmt: skip
def test_private_addresses_are_not_connected_to(settings: Settings, host: str) -> None:
    error = failure(changed(settings, allow_networks=[]), f"http://{host}:9/")
    assert "a private address; allow it with EVENTWIRE_ALLOW_NETWORKS" in str(error)
    assert not error.is_passing


@pytest.mark.parametrize(
    ("host", "networks"),
    [
        ("127.0.0.1", ["127.0.0.0/8"]),
        ("[::ffff:127.0.0.1]", ["127.0.0.0/8"]),
        ("[::1]", ["::1/128"]),
        ("[::1]", ["10.0.0.0/8", "::/0"]),
    ],
)
def test_an_allowed_network_is_connected_to(settings: Settings, host: str, networks: list[str]) -> None:
    error = failure(changed(settings, allow_networks=networks), f"http://{host}:9/")
    assert "ConnectError" in str(error)
    assert error.is_passing


def test_hosts_are_sent_to_fixed_addresses_and_keep_their_name(server: Hostile, settings: Settings) -> None:
    server.answers["post.example/a"] = response(b"page")
    fixed = changed(settings, connect_to={"*.example": server.address})
    (answer,) = get(fixed, "http://POST.example/a")
    assert answer.body == b"page"
    assert server.requests[0].host == "post.example"


def test_a_fixed_address_is_guarded_too(server: Hostile, settings: Settings) -> None:
    fixed = changed(settings, connect_to={"*.example": server.address}, allow_networks=[])
    assert "private address" in str(failure(fixed, "http://post.example/a"))
    assert server.requests == []


# ── addresses that are none ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "url",
    [
        "", "nonsense", "/path", "//host/path", "http://", "http:///path", "http://[::1/", "http://a:b/",
        "http://a:99999/", "http://a b/", "file:///etc/passwd", "ftp://a/", "gopher://a/", "javascript:x",
        f"http://{'a.' * 200}example/",
        "http://exa\x00mple/", "http://\ud800/", "http://a/\ud800", "http://xn--/", "http://é\u0301\u200b.ex ample/",
        "http://a/" + "x" * 70_000, "http://999.999.999.999/", "http://a/\r\nX: y",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_a_fetch_error(settings: Settings, url: str) -> None:
    failure(changed(settings, connect_to={"*": "127.0.0.1:9"}), url)  # no name leaves this machine


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example", ".example"])
def test_a_name_that_no_host_can_have_is_a_fetch_error(settings: Settings, host: str) -> None:
    error = failure(settings, f"http://{host}/")
    assert f"{host} is not the name of a host" in str(error)
    assert not error.is_passing


@examples(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30), st.sampled_from(["", "http://", "http://127.0.0.1:9/", "http://[", "https://u@", "//"]))
def test_no_text_taken_for_an_address_breaks_the_client(settings: Settings, text: str, before: str) -> None:
    with pytest.raises(FetchError):
        get(changed(settings, connect_to={"*": "127.0.0.1:9"}), before + text)


def test_a_header_that_cannot_be_sent_is_a_fetch_error(settings: Settings, server: Hostile) -> None:
    with pytest.raises(FetchError):
        get(settings, server.url("/a"), headers={"If-None-Match": "é\ud800"})


# ── slow, long and broken answers ────────────────────────────────────────────────────────────


def test_a_slow_drip_ends_at_the_deadline(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = drip(head("HTTP/1.1 200 OK", "Content-Length: 1000"), b"x" * 1000, pause=0.05)
    error = failure(changed(settings, deadline_seconds=0.5), server.url("/a"))
    assert str(error) == f"{server.url('/a')}: no full answer within 0.5 s"
    assert error.is_passing


def test_headers_that_drip_end_at_the_deadline_too(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = drip(b"HTTP/1.1 200 OK\r\n", b"X: " + b"x" * 1000, pause=0.05)
    assert "no full answer within 0.5 s" in str(failure(changed(settings, deadline_seconds=0.5), server.url("/a")))


def test_endless_provisional_answers_end_at_the_deadline(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n")
    assert failure(changed(settings, deadline_seconds=0.5), server.url("/a")).is_passing


def test_a_server_that_never_answers_is_left(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = drip(b"", b"x", pause=2)
    assert "no full answer within 0.3 s" in str(failure(changed(settings, deadline_seconds=0.3), server.url("/a")))


def test_an_endless_body_is_not_kept(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = endless(head("HTTP/1.1 200 OK"), b"x" * 65536)
    error = failure(settings, server.url("/a"))
    assert "body is larger than 100,000 bytes (setting EVENTWIRE_BODY_BYTES_MAX); not kept" in str(error)
    assert not error.is_passing


def test_a_body_of_just_the_limit_is_kept(server: Hostile, settings: Settings) -> None:
    server.answers |= {"/a": response(b"x" * LIMIT), "/b": response(b"x" * (LIMIT + 1))}
    assert len(get(settings, server.url("/a"))[0].body) == LIMIT
    assert "larger" in str(failure(settings, server.url("/b")))


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda body: brotli.compress(body, quality=5),
    "zstd": zstd.compress,
}


@pytest.mark.parametrize("coding", [*PACKED, "gzip, gzip"])
def test_a_bomb_does_not_fill_the_memory(server: Hostile, settings: Settings, coding: str) -> None:
    bomb = b"\0" * 50_000_000
    body = PACKED[coding.partition(",")[0]](bomb)
    server.answers["/a"] = response(gzip.compress(body) if "," in coding else body, f"Content-Encoding: {coding}")
    del bomb
    tracemalloc.start()
    error = failure(settings, server.url("/a"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not error.is_passing
    assert peak < 5_000_000


def test_codings_are_undone(server: Hostile, settings: Settings) -> None:
    page = b"page " * 1000
    bare = zlib.compressobj(wbits=-15)
    server.answers |= {
        "/gzip": response(gzip.compress(page), "Content-Encoding: GZIP"),
        "/members": response(gzip.compress(page[:999]) + gzip.compress(page[999:]), "Content-Encoding: x-gzip"),
        "/deflate": response(zlib.compress(page), "Content-Encoding: deflate"),
        "/bare": response(bare.compress(page) + bare.flush(), "Content-Encoding: deflate"),
        "/br": response(brotli.compress(page), "Content-Encoding: br"),
        "/zstd": response(zstd.compress(page), "Content-Encoding: zstd"),
        "/identity": response(page, "Content-Encoding: identity"),
        "/empty": response(b"", "Content-Encoding: gzip"),
    }
    answers = get(settings, *(server.url(path) for path in server.answers))
    assert [answer.body for answer in answers] == [page] * 7 + [b""]
    assert {request.headers["accept-encoding"] for request in server.requests} == {"gzip, deflate, br, zstd"}


@pytest.mark.parametrize("coding", PACKED)
def test_a_body_cut_within_its_coding_is_no_page_and_may_be_whole_next_time(
    server: Hostile, settings: Settings, coding: str
) -> None:
    server.answers["/a"] = response(PACKED[coding](b"page " * 1000)[:-3], f"Content-Encoding: {coding}")
    error = failure(settings, server.url("/a"))
    assert f"body ends before its coding, {coding}, does" in str(error)
    assert error.is_passing


def test_codings_without_end_that_hold_nothing_are_not_read_for_ever(server: Hostile, settings: Settings) -> None:
    first = head("HTTP/1.1 200 OK", "Content-Encoding: gzip")
    server.answers |= {
        "/members": endless(first, gzip.compress(b"") * 100),
        "/rest": endless(first + gzip.compress(b"page"), b"\0" * 65536),
    }
    for path in server.answers:
        assert "body is larger" in str(failure(settings, server.url(path)))


@pytest.mark.parametrize(
    ("body", "coding"),
    [(b"plain", "gzip"), (b"\xff" * 50, "deflate"), (b"x", "br"), (b"x", "gzip, br"), (b"x", "zstd")],
)
def test_a_body_not_in_its_coding_is_a_fetch_error(
    server: Hostile, settings: Settings, body: bytes, coding: str
) -> None:
    server.answers["/a"] = response(body, f"Content-Encoding: {coding}")
    assert coding.split(",")[0] in str(failure(settings, server.url("/a")))


LINE = b"HTTP/1.1 200 OK\r\n"
BROKEN: dict[str, bytes | Callable[[socket], None]] = {
    "nothing at all": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "HTTP/0.9": b"<html>hello</html>",
    "a status of letters": b"HTTP/1.1 abc OK\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "a status below all": b"HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n",
    "an upgrade nobody wanted": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx",
    "headers cut short": LINE + b"Content-Type: text/h",
    "a header without a colon": LINE + b"Content-Type text/html\r\n\r\nbody",
    "a header with NUL": LINE + b"X: a\0b\r\n\r\nbody",
    "a header without a name": LINE + b": x\r\n\r\nbody",
    "headers without end": endless(LINE, b"X: " + b"y" * 1000 + b"\r\n"),
    "one header without end": endless(LINE + b"X: ", b"y" * 65536),
    "a length that is none": LINE + b"Content-Length: many\r\n\r\nbody",
    "a negative length": LINE + b"Content-Length: -5\r\n\r\nbody",
    "two lengths": LINE + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody",
    "a body shorter than its length": LINE + b"Content-Length: 500\r\n\r\nbody",
    "an astronomic length": LINE + b"Content-Length: " + b"9" * 30 + b"\r\n\r\nbody",
    "a chunk whose size is none": LINE + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nbody\r\n0\r\n\r\n",
    "a chunk cut short": LINE + b"Transfer-Encoding: chunked\r\n\r\nff\r\nbody",
    "a chunk of negative size": LINE + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nbody\r\n0\r\n\r\n",
    "chunks without end": LINE + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n",
    "a chunk extension without end": endless(LINE + b"Transfer-Encoding: chunked\r\n\r\n4;", b"x" * 65536),
    "another transfer encoding": LINE + b"Transfer-Encoding: gzip\r\n\r\nbody",
    "a reset before the answer": reset(b""),
    "a reset in the headers": reset(LINE + b"X: "),
    "a reset in the body": reset(LINE + b"Content-Length: 500\r\n\r\nbody"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_a_fetch_error(server: Hostile, settings: Settings, name: str) -> None:
    server.answers["/a"] = BROKEN[name]
    assert server.url("/a") in str(failure(settings, server.url("/a")))


def test_the_client_goes_on_after_broken_answers(server: Hostile, settings: Settings) -> None:
    server.answers |= {f"/{number}": answer for number, answer in enumerate(BROKEN.values())}
    server.answers["/good"] = response(b"page")

    async def all_at_once() -> list[Response | BaseException]:
        async with Client(changed(settings, connections=3, deadline_seconds=5)) as client:
            return await asyncio.gather(
                *(client.get(server.url(path)) for path in server.answers), return_exceptions=True
            )

    *broken, good = asyncio.run(all_at_once())
    assert all(isinstance(error, FetchError) for error in broken)
    assert isinstance(good, Response) and good.body == b"page"


@examples(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200)
    | st.builds(
        lambda status, headers, body: b"HTTP/1.1 " + status + b"\r\n" + b"\r\n".join(headers) + b"\r\n\r\n" + body,
        st.sampled_from([b"200 OK", b"301 Moved", b"204 No", b"304 Not", b"500 \xff", b"100 Go", b"200"]),
        st.lists(
            st.sampled_from(
                [b"Location: ", b"Content-Length: ", b"Transfer-Encoding: ", b"Content-Encoding: ", b"Set-Cookie: ",
                 b"Content-Type: ", b"ETag: "]
            ).flatmap(
                lambda name: (
                    st.binary(max_size=12) | st.sampled_from([b"chunked", b"gzip", b"0", b"3", b"http://127.0.0.1:9/"])
                ).map(lambda value: name + value)
            ),
            max_size=4,
        ),
        st.binary(max_size=20),
    )
)  # fmt: skip
def test_no_answer_raises_anything_but_a_fetch_error(server: Hostile, settings: Settings, raw: bytes) -> None:
    server.answers["/a"] = raw
    fenced = changed(settings, connect_to={"[!1]*": "127.0.0.1:9"})  # redirects to names stay on this machine
    try:
        (answer,) = get(fenced, server.url("/a"))
    except FetchError as error:
        assert isinstance(error, RecordError)
    else:
        assert 200 <= answer.status_code <= 999


# ── politeness ───────────────────────────────────────────────────────────────────────────────


def test_requests_to_one_host_keep_their_distance_however_they_are_spelled(server: Hostile, settings: Settings) -> None:
    polite = changed(settings, host_delay_seconds=0.15, connect_to={"post.example*": server.address})
    urls = ["http://post.example/1", "http://POST.example:80/2", "http://post.example./3"]

    async def all_at_once() -> None:
        async with Client(polite) as client:
            await asyncio.gather(*(client.get(url) for url in urls))

    asyncio.run(all_at_once())
    starts = [request.at for request in server.requests]
    assert len(starts) == 3
    assert all(later - earlier >= 0.14 for earlier, later in zip(server.ended, starts[1:], strict=False))


def test_other_hosts_do_not_wait(server: Hostile, settings: Settings) -> None:
    polite = changed(settings, host_delay_seconds=30, connect_to={"*.example": server.address})

    async def all_at_once() -> None:
        async with Client(polite) as client:
            await asyncio.gather(*(client.get(f"http://host{number}.example/") for number in range(5)))

    asyncio.run(asyncio.wait_for(all_at_once(), 10))
    assert len({request.host for request in server.requests}) == 5


def test_no_more_exchanges_at_once_than_the_settings_say(server: Hostile, settings: Settings) -> None:
    now, most = 0, 0

    def counted(connection: socket) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        drip(b"", response(b"")[:1], pause=0.05)(connection)
        now -= 1
        connection.sendall(response(b"")[1:])

    server.answers["/a"] = counted
    few = changed(settings, connections=3, connect_to={"*.example": server.address})

    async def all_at_once() -> None:
        async with Client(few) as client:
            await asyncio.gather(*(client.get(f"http://host{number}.example/a") for number in range(12)))

    asyncio.run(all_at_once())
    assert 1 <= most <= 3


def test_redirects_wait_for_the_turn_of_the_host_they_lead_to(server: Hostile, settings: Settings) -> None:
    server.answers |= {"/a": redirect("/b"), "/b": redirect("http://other.example/c"), "/c": response(b"page")}
    polite = changed(settings, host_delay_seconds=1, deadline_seconds=0.9, connect_to={"*.example": server.address})
    get(polite, "http://post.example/a")  # its waiting does not count
    first, second, third = (request.at for request in server.requests)
    assert second - first >= 0.99
    assert third - second < 0.9


def test_no_more_exchanges_at_once_with_one_host_than_the_settings_say(server: Hostile, settings: Settings) -> None:
    begun = list[float]()

    def slow(connection: socket) -> None:
        begun.append(time.monotonic())
        late(response(b"page"), 0.6)(connection)

    server.answers |= {f"/{number}": slow for number in range(4)}

    async def all_at_once() -> None:
        async with Client(changed(settings, host_connections=2)) as client:
            await asyncio.gather(*(client.get(server.url(path)) for path in server.answers))

    asyncio.run(all_at_once())
    assert begun[1] - begun[0] < 0.5
    assert begun[2] - begun[0] >= 0.59


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize("in_words", [True, False])
def test_a_host_that_asks_for_a_pause_gets_it(server: Hostile, settings: Settings, status: str, in_words: bool) -> None:
    until = datetime.now(UTC) + timedelta(minutes=10)
    wait = format_datetime(until, usegmt=True) if in_words else "600"
    server.answers |= {"post.example/a": response(b"", f"Retry-After: {wait}", status=status), "/b": response(b"page")}
    fixed = changed(settings, connect_to={"*.example": server.address})

    async def ask() -> tuple[Response, HostBlocked, Response]:
        async with Client(fixed) as client:
            answer = await client.get("http://post.example/a")
            with pytest.raises(HostBlocked) as blocked:
                await asyncio.wait_for(client.get("http://post.example/b"), 1)
            return answer, blocked.value, await client.get("http://other.example/b")

    answer, blocked, other = asyncio.run(ask())
    with pytest.raises(FetchError) as caught:
        check_status(answer)
    assert caught.value.retry_after and abs(caught.value.retry_after - timedelta(minutes=10)) < timedelta(seconds=3)
    assert abs(blocked.until - until) < timedelta(seconds=3)
    assert str(blocked).startswith(f"post.example is left alone until {blocked.until:%Y-%m-%d %H:%M:%S} UTC")
    assert (blocked.failure, other.body, server.asked("/b")) == ("temporary", b"page", 1)


def test_a_short_pause_is_waited_for(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = one_by_one([response(b"", "Retry-After: 1", status="429 Slow"), response(b"page")])
    begin = time.monotonic()
    assert [answer.status_code for answer in get(settings, server.url("/a"), server.url("/a"))] == [429, 200]
    assert time.monotonic() - begin >= 1


def test_what_earlier_runs_were_asked_for_holds(server: Hostile, settings: Settings) -> None:
    pause = Pause(host="127.0.0.1", blocked_until=datetime.now(UTC) + timedelta(hours=1), pause_seconds=60)

    async def ask() -> None:
        async with Client(settings, Hosts(settings, [pause])) as client:
            with pytest.raises(HostBlocked):
                await client.get(server.url("/a"))
            assert client.hosts.last_pause("127.0.0.1") == pause

    asyncio.run(ask())
    assert server.requests == []


def test_a_host_that_cannot_be_connected_to_is_left_alone_after_three_tries(settings: Settings) -> None:
    async def ask() -> list[type[FetchError]]:
        async with Client(settings) as client:
            outcomes = [await asyncio.gather(client.get("http://127.0.0.1:9/"), return_exceptions=True) for _ in "1234"]
            return [type(error) for [error] in outcomes]

    assert asyncio.run(ask()) == [FetchError, FetchError, FetchError, HostBlocked]


# ── connections ──────────────────────────────────────────────────────────────────────────────

OPEN = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage"


def test_a_connection_is_used_again(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = kept(server, OPEN, OPEN, OPEN)
    get(settings, *[server.url("/a")] * 3)
    assert len({request.port for request in server.requests}) == 1


def test_a_short_redirect_does_not_cost_the_connection(server: Hostile, settings: Settings) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 5\r\n\r\nmoved"
    server.answers["/a"] = kept(server, moved, OPEN)
    (answer,) = get(settings, server.url("/a"))
    assert answer.body == b"page"
    assert len({request.port for request in server.requests}) == 1


def test_no_more_connections_are_kept_than_there_are_exchanges_at_once(server: Hostile, settings: Settings) -> None:
    server.answers["/a"] = kept(server, OPEN, OPEN)
    fixed = changed(settings, connections=2, connect_to={"*.example": server.address})

    async def open_files() -> int:
        async with Client(fixed) as client:
            before = len(list(Path("/proc/self/fd").iterdir()))
            for number in range(10):
                await client.get(f"http://host{number}.example/a")
            await asyncio.sleep(0.1)  # the server closes its ends
            return len(list(Path("/proc/self/fd").iterdir())) - before

    assert asyncio.run(open_files()) <= 2 * 2  # both ends of each


@pytest.mark.parametrize("last", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"garbage\r\n\r\n"])
def test_a_kept_connection_that_fails_is_replaced(server: Hostile, settings: Settings, last: bytes) -> None:
    server.answers |= {"/a": kept(server, OPEN, last), "/b": response(b"the end")}
    answers = get(settings, server.url("/a"), server.url("/b"))
    assert [answer.body for answer in answers] == [b"page", b"the end"]


def test_an_answer_longer_than_its_length_does_not_run_into_the_next(server: Hostile, settings: Settings) -> None:
    server.answers |= {"/a": kept(server, OPEN + OPEN.replace(b"page", b"evil"), OPEN), "/b": response(b"the end")}
    first, second = get(settings, server.url("/a"), server.url("/b"))
    assert (first.body, second.body) == (b"page", b"the end")


def test_bytes_after_an_answer_are_seen(server: Hostile, settings: Settings) -> None:
    """They are to be had only from an inner part of httpcore; this fails when a new one has it elsewhere."""
    server.answers |= {"/clean": kept(server, OPEN, OPEN), "/more": kept(server, OPEN + b"HTTP/1.1 200", OPEN)}

    async def has_more(path: str) -> bool:
        pool = Pool(settings)
        exchange = await pool.ask(httpcore.Request("GET", server.url(path), headers={"Host": server.address}))
        async for _ in exchange.chunks():
            pass
        await asyncio.sleep(0.05)
        connection = exchange._connection
        assert connection._http._connection._h11_state.trailing_data[1] is False  # type: ignore[union-attr]
        await exchange._answer.aclose()
        found = connection._has_more()
        await connection.aclose()
        await pool.aclose()
        return found

    assert not asyncio.run(has_more("/clean"))
    assert asyncio.run(has_more("/more"))


def test_a_name_is_connected_to_at_the_address_that_was_checked(
    server: Hostile, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: a name that is public when it is checked and private when it is used."""
    port = int(server.address.rpartition(":")[2])
    found = iter(["127.0.0.1", "10.0.0.1"])  # the first stands for a public one
    server.answers["/a"] = response(b"page")
    monkeypatch.setattr(sockets, "getaddrinfo", lambda *_: [(2, 1, 6, "", (next(found), 0))])

    async def twice() -> tuple[Response, str]:
        async with Client(settings) as client:
            answer = await client.get(f"http://rebind.test:{port}/a")
            with pytest.raises(FetchError) as caught:
                await client.get(f"http://rebind.test:{port}/a")
            return answer, str(caught.value)

    answer, error = asyncio.run(twice())
    assert answer.body == b"page"
    assert "rebind.test is at 10.0.0.1, a private address" in error


def test_a_name_with_one_private_address_among_others_is_refused(
    server: Hostile, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [(2, 1, 6, "", ("127.0.0.1", 0)), (2, 1, 6, "", ("10.0.0.1", 0))]
    monkeypatch.setattr(sockets, "getaddrinfo", lambda *_: both)
    assert "rebind.test is at 10.0.0.1" in str(failure(settings, f"http://rebind.test:{server.address[10:]}/"))
    assert server.requests == []


def test_the_next_address_of_a_host_is_tried_when_one_is_dead(
    server: Hostile, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers["/a"] = response(b"page")
    both = [(2, 1, 6, "", (address, 0)) for address in ("127.0.0.9", "127.0.0.1")]  # it listens at the second only
    monkeypatch.setattr(sockets, "getaddrinfo", lambda *_: both)
    (answer,) = get(settings, f"http://two.test:{server.address.rpartition(':')[2]}/a")
    assert answer.body == b"page"


def test_a_name_that_is_not_found_may_be_found_later(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_found(*_: object) -> None:
        raise sockets.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(sockets, "getaddrinfo", not_found)
    error = failure(settings, "http://post.example/a")
    assert "no address of post.example was found (Name or service not known)" in str(error)
    assert error.is_passing


def test_slow_name_servers_do_not_hold_up_other_names(
    server: Hostile, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(host: str, *_: object) -> list[object]:
        time.sleep(1.5 if host.startswith("slow") else 0)
        return [(2, 1, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr(sockets, "getaddrinfo", slow)
    server.answers["/a"] = response(b"page")
    port = server.address.rpartition(":")[2]

    async def last_one_first() -> float:
        async with Client(changed(settings, connections=50)) as client:
            slow_ones = [asyncio.create_task(client.get(f"http://slow{number}.test:{port}/a")) for number in range(40)]
            await asyncio.sleep(0.1)
            begin = time.monotonic()
            await client.get(f"http://fast.test:{port}/a")
            took = time.monotonic() - begin
            for task in slow_ones:
                task.cancel()
            await asyncio.gather(*slow_ones, return_exceptions=True)
            return took

    assert asyncio.run(last_one_first()) < 1.2


def test_nothing_is_left_open(server: Hostile, settings: Settings, tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    server.answers["/a"] = endless(head("HTTP/1.1 200 OK"), b"x" * 65536)
    for _ in range(5):
        failure(settings, server.url("/a"))
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 6  # the server's own threads may still close
