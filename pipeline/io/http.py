"""HTTP: one polite client. Every exchange has a deadline, a cap on its body, and a guard on its address.

The guard sits where connections are made, so it holds for redirects and for names that change their
address between check and use: what was checked is what is connected to.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from fnmatch import fnmatch
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import SOCK_STREAM
from time import monotonic
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpcore
import httpx

from pipeline.errors import RecordError
from pipeline.io.archive import Response
from pipeline.settings import Settings

REDIRECTS_MAX = 5
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
            follow_redirects=True,
            max_redirects=REDIRECTS_MAX,
            timeout=settings.deadline_seconds,
            headers={"User-Agent": user_agent(settings.contact), "Accept-Encoding": "gzip, deflate"},
        )

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """Fetch one address and return what came back, whatever its status.

        Raises FetchError with what, where and why when nothing usable came back.
        """
        async with self._turn_at(urlsplit(url).netloc), self._slots:
            try:
                async with asyncio.timeout(self._settings.deadline_seconds):
                    return await self._exchange(url, headers or {})
            except TimeoutError as error:
                raise PassingFetchError(
                    f"{url}: no full answer within {self._settings.deadline_seconds:g} s"
                ) from error
            except httpx.TooManyRedirects as error:
                raise FetchError(f"{url}: more than {REDIRECTS_MAX} redirects") from error
            except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
                raise FetchError(f"{url}: {error}") from error
            except (httpx.HTTPError, httpcore.ConnectError, OSError) as error:
                raise PassingFetchError(f"{url}: {type(error).__name__}: {error or 'connection lost'}") from error

    async def _exchange(self, url: str, headers: Mapping[str, str]) -> Response:
        async with self._http.stream("GET", url, headers=dict(headers)) as answer:
            body = await self._capped(url, answer)
            return Response(
                url=url,
                final_url=str(answer.url),
                status_code=answer.status_code,
                headers=tuple(answer.headers.items()),
                body=body,
                captured_at=datetime.now(UTC),
            )

    async def _capped(self, url: str, answer: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in answer.aiter_bytes(chunk_size=1 << 16):
            body += chunk
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
                return name, int(fixed_port)
        return host, port

    async def _checked(self, host: str) -> str:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=SOCK_STREAM)
        for *_, (address, *_rest) in found:
            if not self._is_allowed(ip_address(str(address).partition("%")[0])):
                raise FetchError(
                    f"{host} is at {address}, a private address; allow it with EVENTWIRE_ALLOW_NETWORKS if it is yours"
                )
        return str(found[0][4][0])

    def _is_allowed(self, address: IPv4Address | IPv6Address) -> bool:
        address = getattr(address, "ipv4_mapped", None) or address
        return (address.is_global and not address.is_multicast) or any(
            address in network for network in self._settings.allow_networks
        )


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
