"""The HTTP client over TLS: certificates, and HTTP/2 with a server that keeps to it and one that does not."""

import asyncio
import socket as sockets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import socket
from typing import Any

import h2.config
import h2.connection
import h2.errors
import h2.events
import pytest
import trustme
from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from support.hostile import Hostile, drip, kept, response

from pipeline.io.archive import Response
from pipeline.io.failures import FetchError
from pipeline.io.http import Client
from pipeline.settings import Settings

LIMIT = 100_000


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(autouse=True)
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority is one that this machine was told to trust, as in a company with its own."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return changed(settings, deadline_seconds=2.0, body_bytes_max=LIMIT)


def changed(settings: Settings, **values: Any) -> Settings:
    return Settings(**(settings.model_dump() | values))


def context(leaf: trustme.LeafCert, *protocols: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(made)
    made.set_alpn_protocols(protocols)
    return made


def get(settings: Settings, *urls: str) -> list[Response]:
    async def all_of_them() -> list[Response]:
        async with Client(settings) as client:
            return [await client.get(url) for url in urls]

    return asyncio.run(all_of_them())


def failure(settings: Settings, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(settings, url)
    return caught.value


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


# ── certificates ─────────────────────────────────────────────────────────────────────────────


def test_a_certificate_of_a_trusted_authority_is_accepted(authority: trustme.CA, settings: Settings) -> None:
    with Hostile(tls=context(authority.issue_cert("127.0.0.1"))) as server:
        server.answers["/a"] = response(b"page")
        (answer,) = get(settings, server.url("/a"))
    assert (answer.body, answer.http_version) == (b"page", "HTTP/1.1")


def test_a_name_keeps_its_certificate_when_it_is_sent_to_a_fixed_address(
    authority: trustme.CA, settings: Settings
) -> None:
    with Hostile(tls=context(authority.issue_cert("post.example"))) as server:
        server.answers["/a"] = response(b"page")
        (answer,) = get(changed(settings, connect_to={"*.example": server.address}), "https://post.example/a")
    assert answer.body == b"page"


def expired(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) - timedelta(days=1))


def self_signed(_: trustme.CA) -> trustme.LeafCert:
    return trustme.CA().issue_cert("127.0.0.1")


def for_another_host(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("other.example")


@pytest.mark.parametrize(
    ("leaf", "reason"),
    [
        (expired, "certificate has expired"),
        (self_signed, "unable to get local issuer certificate"),
        (for_another_host, "IP address mismatch, certificate is not valid for '127.0.0.1'"),
    ],
)
def test_a_bad_certificate_is_refused_in_plain_words(
    authority: trustme.CA, settings: Settings, leaf: Callable[[trustme.CA], trustme.LeafCert], reason: str
) -> None:
    with Hostile(tls=context(leaf(authority))) as server:
        server.answers["/a"] = response(b"page")
        error = failure(settings, server.url("/a"))
    assert str(error).startswith(f"{server.url('/a')}: the certificate of 127.0.0.1 is not valid: ")
    assert reason in str(error)
    assert error.failure == "hard"
    assert server.requests == []


def test_without_the_setting_a_private_authority_is_not_trusted(
    authority: trustme.CA, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with Hostile(tls=context(authority.issue_cert("127.0.0.1"))) as server:
        assert "is not valid" in str(failure(settings, server.url("/a")))


def test_a_server_that_speaks_no_tls_may_do_so_later(settings: Settings) -> None:
    with Hostile() as server:
        server.answers["/a"] = response(b"page")
        error = failure(changed(settings, deadline_seconds=0.3), server.url("/a").replace("http:", "https:"))
    assert error.is_passing


def test_a_server_that_never_greets_is_left_and_nothing_stays_open(settings: Settings) -> None:
    silent = sockets.create_server(("127.0.0.1", 0))
    before = open_files()

    async def five_times() -> int:
        async with Client(changed(settings, deadline_seconds=0.1, host_connections=5)) as client:
            url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
            errors = await asyncio.gather(*(client.get(url) for _ in range(5)), return_exceptions=True)
            assert all("no full answer within 0.1 s" in str(error) for error in errors)
            await asyncio.sleep(0.05)
            return open_files()

    with silent:
        assert asyncio.run(five_times()) <= before + 4  # the loop's own


def test_a_drip_through_tls_ends_at_the_deadline(authority: trustme.CA, settings: Settings) -> None:
    with Hostile(tls=context(authority.issue_cert("127.0.0.1"))) as server:
        server.answers["/a"] = drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x" * 1000, pause=0.05)
        error = failure(changed(settings, deadline_seconds=0.4), server.url("/a"))
    assert "no full answer within 0.4 s" in str(error)


def test_a_connection_through_tls_is_used_again(authority: trustme.CA, settings: Settings) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage"
    with Hostile(tls=context(authority.issue_cert("127.0.0.1"))) as server:
        server.answers["/a"] = kept(server, page, page, page)
        get(settings, *[server.url("/a")] * 3)
        assert len({request.port for request in server.requests}) == 1


# ── HTTP/2 ───────────────────────────────────────────────────────────────────────────────────

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Any]


class Newsroom:
    """A real server of HTTP/2, in a thread of its own; remembers who asked for what."""

    def __init__(self, authority: trustme.CA, folder: Path) -> None:
        self.asked: list[tuple[str, int, str]] = []  #: path, the client's port, version
        leaf = authority.issue_cert("127.0.0.1")
        leaf.private_key_pem.write_to_path(folder / "key.pem")
        leaf.cert_chain_pems[0].write_to_path(folder / "cert.pem")
        with sockets.create_server(("127.0.0.1", 0)) as free:
            self._address = f"127.0.0.1:{free.getsockname()[1]}"
        self._config = Config.from_mapping(
            bind=[self._address], certfile=str(folder / "cert.pem"), keyfile=str(folder / "key.pem"),
            loglevel="CRITICAL", graceful_timeout=0.1, shutdown_timeout=0.2,
        )  # fmt: skip
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def url(self, path: str) -> str:
        return f"https://{self._address}{path}"

    def ports(self) -> set[int]:
        return {port for _, port, _ in self.asked}

    def __enter__(self) -> "Newsroom":
        self._thread.start()
        host, port = self._address.split(":")
        for _ in range(200):
            with suppress(OSError), sockets.create_connection((host, int(port))):
                return self
            time.sleep(0.02)
        raise AssertionError("the server does not start")

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join(10)

    def _run(self) -> None:
        async def over() -> None:
            while not self._over.is_set():
                await asyncio.sleep(0.02)

        asyncio.run(serve(self._answer, self._config, shutdown_trigger=over))  # type: ignore[arg-type]

    async def _answer(self, scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.asked.append((scope["path"], scope["client"][1], scope["http_version"]))
        kind = scope["path"].strip("/")
        headers = [(b"location", b"/page")] if kind == "moved" else []
        headers += [(b"x-echo", dict(scope["headers"]).get(b"user-agent", b""))]
        await send({"type": "http.response.start", "status": 302 if kind == "moved" else 200, "headers": headers})
        pieces = {"endless": 10_000, "drip": 100, "large": 6, "slow": 4}.get(kind, 1)
        for _ in range(pieces):
            await send({"type": "http.response.body", "body": b"x" * (16_000 if kind in {"endless", "large"} else 10),
                        "more_body": True})  # fmt: skip
            await asyncio.sleep({"drip": 0.1, "slow": 0.1}.get(kind, 0))
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture(scope="module")
def running(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with Newsroom(authority, tmp_path_factory.mktemp("tls")) as newsroom:
        yield newsroom


@pytest.fixture
def newsroom(running: Newsroom) -> Newsroom:
    running.asked.clear()
    return running


def test_http2_is_spoken_where_it_is_offered(newsroom: Newsroom, settings: Settings) -> None:
    (answer,) = get(settings, newsroom.url("/large"))
    assert (answer.http_version, answer.status_code, len(answer.body)) == ("HTTP/2", 200, 96_000)
    assert answer.header("x-echo") == dict(answer.request_headers)["User-Agent"]
    assert dict(answer.request_headers)["Host"] == newsroom.url("")[8:]
    assert [version for _, _, version in newsroom.asked] == ["2"]


def test_an_http2_connection_is_used_again_also_after_a_redirect(newsroom: Newsroom, settings: Settings) -> None:
    first, *_, last = get(settings, *[newsroom.url("/page")] * 5, newsroom.url("/moved"))
    assert first.hops == ()
    assert [(hop.status_code, hop.http_version) for hop in last.hops] == [(302, "HTTP/2")]
    assert len(newsroom.asked) == 7
    assert len(newsroom.ports()) <= 2  # the body of the redirect has no length, so its connection may be closed


def test_two_exchanges_at_once_have_a_connection_each(newsroom: Newsroom, settings: Settings) -> None:
    async def both() -> None:
        async with Client(settings) as client:
            await asyncio.gather(client.get(newsroom.url("/slow")), client.get(newsroom.url("/slow")))
            await client.get(newsroom.url("/page"))

    asyncio.run(both())
    assert len(newsroom.ports()) == 2


def test_an_exchange_cut_at_its_deadline_disturbs_no_other(newsroom: Newsroom, settings: Settings) -> None:
    async def both() -> list[Any]:
        async with Client(changed(settings, deadline_seconds=0.6)) as client:
            at_once = await asyncio.gather(
                client.get(newsroom.url("/drip")), client.get(newsroom.url("/slow")), return_exceptions=True
            )
            return [*at_once, await client.get(newsroom.url("/page")), await client.get(newsroom.url("/page"))]

    cut, slow, *pages = asyncio.run(both())
    assert "no full answer within 0.6 s" in str(cut)
    assert slow.body == b"x" * 40
    assert [page.body for page in pages] == [b"x" * 10] * 2
    assert len(newsroom.ports()) == 2  # the pages came through what was left


def test_many_bodies_that_are_too_large_do_not_use_up_the_connection(newsroom: Newsroom, settings: Settings) -> None:
    """Each leaves more behind than a window of HTTP/2 holds, if it were left on a shared connection."""

    async def many() -> Response:
        async with Client(changed(settings, body_bytes_max=4_000_000)) as client:
            for _ in range(6):
                with pytest.raises(FetchError, match="body is larger"):
                    await client.get(newsroom.url("/endless"))
            return await client.get(newsroom.url("/page"))

    assert asyncio.run(many()).body == b"x" * 10


def test_no_connection_stays_open_after_the_client(newsroom: Newsroom, settings: Settings) -> None:
    get(settings, newsroom.url("/page"))
    before = open_files()
    get(settings, newsroom.url("/page"), newsroom.url("/page"))
    time.sleep(0.1)
    assert open_files() <= before


# ── HTTP/2 as it should not be ───────────────────────────────────────────────────────────────

Script = Callable[[h2.connection.H2Connection, socket, int], None]
OK = [(":status", "200"), ("content-type", "text/html")]


class HostileH2(Hostile):
    """Follows a script for each path, on an HTTP/2 connection of its own."""

    scripts: dict[str, Script]

    def __init__(self, authority: trustme.CA, **scripts: Script) -> None:
        super().__init__(tls=context(authority.issue_cert("127.0.0.1"), "h2"))
        self.scripts = {f"/{name}": script for name, script in scripts.items()}
        self.connections = 0

    def _serve(self, connection: socket) -> None:
        assert self.tls
        self.connections += 1
        with self.tls.wrap_socket(connection, server_side=True) as stream:
            config = h2.config.H2Configuration(
                client_side=False, header_encoding="utf-8", validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )  # fmt: skip
            h2_connection = h2.connection.H2Connection(config)
            h2_connection.initiate_connection()
            stream.sendall(h2_connection.data_to_send())
            while data := stream.recv(65536):
                for event in h2_connection.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        self.scripts[dict(event.headers)[":path"]](h2_connection, stream, event.stream_id)
                stream.sendall(h2_connection.data_to_send())


def good(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    connection.send_headers(number, OK)
    connection.send_data(number, b"page", end_stream=True)


def go_away(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    connection.close_connection(h2.errors.ErrorCodes.ENHANCE_YOUR_CALM)


def refuse(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    connection.reset_stream(number, h2.errors.ErrorCodes.REFUSED_STREAM)


def reset_in_the_body(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    connection.send_headers(number, OK)
    connection.send_data(number, b"pa")
    connection.reset_stream(number, h2.errors.ErrorCodes.INTERNAL_ERROR)


def go_away_in_the_body(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    connection.send_headers(number, OK)
    connection.send_data(number, b"pa")
    stream.sendall(connection.data_to_send())
    time.sleep(0.05)
    connection.close_connection(last_stream_id=number)


def hang_up_in_the_body(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    connection.send_headers(number, OK)
    connection.send_data(number, b"pa")
    stream.sendall(connection.data_to_send())
    stream.shutdown(sockets.SHUT_RDWR)


def other_length(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    connection.send_headers(number, [*OK, ("content-length", "500")])
    connection.send_data(number, b"page", end_stream=True)


def split_header(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    connection.send_headers(number, [*OK, ("x-a", "b\r\nset-cookie: c")])
    connection.send_data(number, b"page", end_stream=True)


def odd_name(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    connection.send_headers(number, [*OK, ("x a: b", "c")])
    connection.send_data(number, b"page", end_stream=True)


def odd_status(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    connection.send_headers(number, [(":status", "many")])
    connection.send_data(number, b"page", end_stream=True)


def status_beyond_all(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    connection.send_headers(number, [(":status", "99999")])
    connection.send_data(number, b"page", end_stream=True)


def headers_without_end(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    connection.send_headers(number, [*OK, *[(f"x-{i}", "y" * 1000) for i in range(1000)]])


def data_before_headers(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    stream.sendall(b"\x00\x00\x04\x00\x01\x00\x00\x00\x01page")


def garbage(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage" * 1000)


def pings(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    while True:
        stream.sendall(b"\x00\x00\x08\x06\x00\x00\x00\x00\x00pingping" * 50)


def empty_pieces(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    connection.send_headers(number, OK)
    stream.sendall(connection.data_to_send())
    while True:
        stream.sendall(b"\x00\x00\x00\x00\x00" + number.to_bytes(4) + b"")


def hints(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
    connection.send_headers(number, [(":status", "103"), ("link", "</a>")])
    good(connection, stream, number)


PASSING = [go_away, refuse, reset_in_the_body, go_away_in_the_body, hang_up_in_the_body, other_length, garbage, pings,
           empty_pieces, headers_without_end, data_before_headers]  # fmt: skip
LASTING = [split_header, odd_name, odd_status, status_beyond_all]


@pytest.mark.parametrize("script", PASSING + LASTING, ids=lambda script: script.__name__)
def test_a_broken_http2_answer_is_a_fetch_error_and_the_client_goes_on(
    authority: trustme.CA, settings: Settings, script: Script
) -> None:
    async def bad_then_good(server: HostileH2) -> tuple[FetchError, Response]:
        async with Client(changed(settings, deadline_seconds=1)) as client:
            with pytest.raises(FetchError) as caught:
                await client.get(server.url("/bad"))
            return caught.value, await client.get(server.url("/good"))

    with HostileH2(authority, bad=script, good=good) as server:
        error, answer = asyncio.run(bad_then_good(server))
    assert error.is_passing == (script in PASSING)
    assert str(error).startswith(server.url("/bad"))
    assert answer.body == b"page"


FRAMES = st.lists(
    st.builds(
        lambda kind, flags, number, body: len(body).to_bytes(3) + bytes([kind, flags]) + number.to_bytes(4) + body,
        st.integers(0, 10),
        st.integers(0, 255),
        st.sampled_from([0, 1, 2, 3, 2**31 - 1]),
        st.binary(max_size=12) | st.sampled_from([b"\x88", b"\x88\x5f\x04page", b"\0" * 4, b"\0" * 8, b"\xff" * 5]),
    ),
    max_size=6,
).map(b"".join)


@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FRAMES | st.binary(max_size=60))
def test_no_frames_raise_anything_but_a_fetch_error(authority: trustme.CA, settings: Settings, frames: bytes) -> None:
    def send(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
        stream.sendall(frames)
        stream.shutdown(sockets.SHUT_RDWR)

    with HostileH2(authority, any=send) as server, suppress(FetchError):
        (answer,) = get(settings, server.url("/any"))
        assert 100 <= answer.status_code <= 999


def test_provisional_answers_are_passed_over(authority: trustme.CA, settings: Settings) -> None:
    with HostileH2(authority, hints=hints) as server:
        assert get(settings, server.url("/hints"))[0].body == b"page"


def test_a_kept_http2_connection_that_goes_away_is_replaced(authority: trustme.CA, settings: Settings) -> None:
    def good_once(connection: h2.connection.H2Connection, stream: socket, number: int) -> None:
        good(connection, stream, number) if number == 1 else go_away(connection, stream, number)

    with HostileH2(authority, page=good_once) as server:
        answers = get(settings, *[server.url("/page")] * 3)
        assert [answer.body for answer in answers] == [b"page"] * 3
        assert server.connections == 3
