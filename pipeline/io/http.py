"""HTTP: one polite client. Every exchange has a deadline, a cap on its body, and a guard on its address.

The guard sits where connections are made, so it holds for redirects and for names that change their
address between check and use: what was checked is what is connected to.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from fnmatch import fnmatch
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import SOCK_STREAM
from time import monotonic
from types import TracebackType
from typing import Any, Self

import httpcore
import httpx

from pipeline.errors import RecordError
from pipeline.io.archive import Response
from pipeline.io.coding import Decoder
from pipeline.settings import Settings

REDIRECTS_MAX = 5
LAST_32_BITS_ARE_IPV4 = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))  # NAT64 (RFC 6052), IPv4-compatible
LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")  # RFC 8215: private, which not every Python knows
PASSING_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})


class FetchError(RecordError):
    """An exchange that gave nothing usable."""

    is_passing = False  #: a later try may succeed


class PassingFetchError(FetchError):
    """An exchange that failed for a reason that may pass."""

    is_passing = True


class Client:
    """Fetches addresses, politely; an asynchronous context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.connections)
        self._hosts: dict[str, _Turn] = defaultdict(_Turn)
        self._http = httpx.AsyncClient(
            transport=_Transport(settings),
            timeout=settings.deadline_seconds,
            headers={"User-Agent": user_agent(settings.contact), "Accept-Encoding": "gzip, deflate"},
        )

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """Fetch one address and return what came back, whatever its status.

        Raises FetchError with what, where and why when nothing usable came back.
        """
        try:
            request = self._http.build_request("GET", url, headers=headers)
        except (httpx.InvalidURL, ValueError) as error:
            raise FetchError(f"{url}: not an address ({error})") from error
        async with self._turn_at(request.url.host), self._slots:
            try:
                async with asyncio.timeout(self._settings.deadline_seconds):
                    return await self._exchange(url, request)
            except TimeoutError as error:
                raise PassingFetchError(
                    f"{url}: no full answer within {self._settings.deadline_seconds:g} s"
                ) from error
            except (httpx.HTTPError, OSError) as error:
                kind = FetchError if isinstance(error, httpx.UnsupportedProtocol) else PassingFetchError
                raise kind(f"{url}: {type(error).__name__}: {error or 'connection lost'}") from error
            except (httpx.InvalidURL, ValueError) as error:  # a name that is none, bytes not in their coding
                raise FetchError(f"{url}: {error}") from error

    async def _exchange(self, url: str, request: httpx.Request) -> Response:
        """Follow redirects ourselves: httpx would read the body of each into memory, however long."""
        for _ in range(REDIRECTS_MAX + 1):
            answer = await self._http.send(request, stream=True)
            try:
                if answer.next_request is None:
                    return await self._response(url, answer)
                request = answer.next_request
            finally:
                await answer.aclose()
        raise FetchError(f"{url}: more than {REDIRECTS_MAX} redirects")

    async def _response(self, url: str, answer: httpx.Response) -> Response:
        return Response(
            url=url,
            final_url=str(answer.url),
            status_code=answer.status_code,
            headers=tuple(answer.headers.multi_items()),
            body=await self._capped(url, answer),
            captured_at=datetime.now(UTC),
        )

    async def _capped(self, url: str, answer: httpx.Response) -> bytes:
        body, decoder = bytearray(), Decoder(answer.headers.get("content-encoding", ""))
        async for chunk in answer.aiter_raw():
            for piece in decoder.pieces(chunk):
                body += piece
                if len(body) > self._settings.body_bytes_max:
                    raise FetchError(
                        f"{url}: body is larger than {self._settings.body_bytes_max:,} bytes "
                        "(setting EVENTWIRE_BODY_BYTES_MAX); not kept"
                    )
        return bytes(body)

    def _turn_at(self, host: str) -> "_TurnAt":
        return _TurnAt(self._hosts[host], self._settings.host_delay_seconds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()


def user_agent(contact: str) -> str:
    """One identity for every request, with a way to reach who runs it."""
    return f"eventwire/0.1 (+{contact})" if contact else "eventwire/0.1"


def check_status(response: Response) -> None:
    """Raise FetchError for an answer that is not a success."""
    if 200 <= response.status_code < 300:
        return
    kind = PassingFetchError if response.status_code in PASSING_STATUS else FetchError
    raise kind(f"{response.url}: the server answered {response.status_code}")


# ── politeness ───────────────────────────────────────────────────────────────────────────────


class _Turn:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.free_at = 0.0


class _TurnAt:
    """One request at a time to a host, with a pause between the end of one and the start of the next."""

    def __init__(self, turn: _Turn, delay: float) -> None:
        self._turn, self._delay = turn, delay

    async def __aenter__(self) -> None:
        await self._turn.lock.acquire()
        try:
            await asyncio.sleep(max(0.0, self._turn.free_at - monotonic()))
        except BaseException:
            self._turn.lock.release()
            raise

    async def __aexit__(self, *_error: object) -> None:
        self._turn.free_at = monotonic() + self._delay
        self._turn.lock.release()


# ── the guard ────────────────────────────────────────────────────────────────────────────────


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to public addresses, and to those private ones that the settings allow."""

    def __init__(self, settings: Settings) -> None:
        self._inner = httpcore.AnyIOBackend()
        self._settings = settings

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        target, port = self._target(host, port)
        address = await self._checked(target)
        return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)

    def _target(self, host: str, port: int) -> tuple[str, int]:
        for pattern, target in self._settings.connect_to.items():
            if fnmatch(host, pattern):
                name, _, fixed_port = target.rpartition(":")
                return name.strip("[]"), int(fixed_port)
        return host, port

    async def _checked(self, host: str) -> str:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=SOCK_STREAM)
        except UnicodeError as error:
            raise FetchError(f"{host[:100]} is not the name of a host ({error})") from error
        for *_, (address, *_rest) in found:
            if not self._is_allowed(ip_address(str(address).partition("%")[0])):
                raise FetchError(
                    f"{host} is at {address}, a private address; allow it with EVENTWIRE_ALLOW_NETWORKS if it is yours"
                )
        return str(found[0][4][0])

    def _is_allowed(self, address: IPv4Address | IPv6Address) -> bool:
        inner = _inner(address)
        is_public = inner.is_global and not inner.is_multicast and address not in LOCAL_NAT64
        return is_public or any(address in network or inner in network for network in self._settings.allow_networks)


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, where it does: a gateway would connect to that."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in network for network in LAST_32_BITS_ARE_IPV4):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


class _Transport(httpx.AsyncBaseTransport):
    """httpx on an httpcore pool whose connections pass the guard (httpx itself has no hook for that)."""

    def __init__(self, settings: Settings) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=settings.connections,
            keepalive_expiry=15,
            network_backend=_GuardedBackend(settings),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            answer = await self._pool.handle_async_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=b"",
                    extensions=request.extensions,
                )
            )
        except httpcore.UnsupportedProtocol as error:
            raise httpx.UnsupportedProtocol(str(error)) from error
        except _CORE_ERRORS as error:
            raise httpx.TransportError(f"{type(error).__name__} {error}".strip()) from error
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Stream(answer.aiter_stream(), answer.aclose),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


_CORE_ERRORS = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.ProxyError)


class _Stream(httpx.AsyncByteStream):
    def __init__(self, chunks: AsyncIterator[bytes], close: Any) -> None:
        self._chunks, self._close = chunks, close

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._chunks:
                yield chunk
        except _CORE_ERRORS as error:
            raise httpx.ReadError(f"{type(error).__name__} {error}".strip()) from error

    async def aclose(self) -> None:
        await self._close()
