"""Connections: to public addresses only, and kept for the next exchange with the same origin.

The guard sits where connections are made, so it holds for redirects and for names that change their
address between check and use: what was checked is what is connected to.

A connection serves one exchange at a time, in HTTP/2 too. An exchange that is broken off closes its connection
and disturbs no other; few exchanges with one host run at once, so nothing is lost by it.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import h2.exceptions
import httpcore
import httpx

from pipeline.settings import Settings

LAST_32_BITS_ARE_IPV4 = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))  # NAT64 (RFC 6052), IPv4-compatible
LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")  # RFC 8215: private, which not every Python knows
NAME, LINE_END = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"), re.compile(r"[\0\r\n]")  # RFC 9110, sections 5.1 and 5.5
CONNECT_SECONDS_MAX = 10.0  # to one of a host's addresses, then the next is tried
KEPT_SECONDS = 15.0

#: what may go wrong on a connection
BROKEN = (
    httpcore.ConnectionNotAvailable,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    h2.exceptions.H2Error,
)


class RefusedError(ValueError):
    """A host that is not connected to: a private address, a name that is none, a certificate that is not valid."""


# ── the pool ─────────────────────────────────────────────────────────────────────────────────


class Pool:
    """Connections that pass the guard."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tls = httpx.create_ssl_context()  # the authorities of SSL_CERT_FILE, or those of certifi
        self._resolvers = ThreadPoolExecutor(settings.connections, "resolver")  # a slow name server stops no other
        self._kept: list[Connection] = []

    async def ask(self, request: httpcore.Request) -> "Exchange":
        """Send a request; the answer's body is still to be read, and the exchange to be closed.

        Raises RefusedError, OSError, and what is in BROKEN.
        """
        origin = request.url.origin
        while kept := await self._take(origin):
            try:
                return await kept.ask(request)
            except BROKEN:  # closed by the server meanwhile: that is no answer (RFC 9112, section 9.3.1)
                continue
        return await Connection(origin, self._tls, Guard(self._settings, self._resolvers), self).ask(request)

    async def keep(self, connection: "Connection") -> None:
        """Keep a connection whose exchange is over, instead of the oldest if there are many."""
        self._kept.append(connection)
        if len(self._kept) > self._settings.connections:
            await self._kept.pop(0).aclose()

    async def aclose(self) -> None:
        while self._kept:
            await self._kept.pop().aclose()
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    async def _take(self, origin: httpcore.Origin) -> "Connection | None":
        """The youngest kept connection to the origin that may still be open."""
        for connection in reversed(self._kept):
            if connection.origin == origin:
                self._kept.remove(connection)
                if connection.is_usable():
                    return connection
                await connection.aclose()
                return await self._take(origin)
        return None


class Connection:
    """A connection to one origin, made at its first request."""

    def __init__(self, origin: httpcore.Origin, tls: ssl.SSLContext, guard: "Guard", pool: Pool) -> None:
        self.origin = origin
        self._guard, self._pool = guard, pool
        self._http = httpcore.AsyncHTTPConnection(
            origin, tls, keepalive_expiry=KEPT_SECONDS, http2=True, network_backend=guard
        )

    async def ask(self, request: httpcore.Request) -> "Exchange":
        try:
            return Exchange(await self._http.handle_async_request(request), self)
        except BaseException as error:
            await self.aclose()
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                host, reason = self.origin.host.decode(), error.__cause__.verify_message.rstrip(".")
                raise RefusedError(f"the certificate of {host} is not valid: {reason}") from error
            raise

    def is_usable(self) -> bool:
        return self._http.is_idle() and self._http.is_available() and not self._http.has_expired()

    async def release(self) -> None:
        """Keep the connection for the next exchange, if the server keeps it too."""
        if self.is_usable() and not self._has_more():
            await self._pool.keep(self)
        else:
            await self.aclose()

    def _has_more(self) -> bool:
        """Whether more came than was asked for, which must not be taken for the next answer (RFC 9112, section 9.2)."""
        parser = getattr(self._http._connection, "_h11_state", None)  # httpcore tells it nowhere else
        return parser is not None and bool(parser.trailing_data[0])

    async def aclose(self) -> None:
        await self._http.aclose()
        await self._guard.aclose()


class Exchange:
    """An answer, of which status and headers are there and the body is to be read."""

    def __init__(self, answer: httpcore.Response, connection: Connection) -> None:
        self._answer, self._connection = answer, connection
        self._is_whole = False
        if not 100 <= answer.status <= 999:
            raise ValueError(f"{answer.status} is no status")
        self.status_code = answer.status
        self.headers = _headers(answer.headers)
        self.http_version = str(answer.extensions["http_version"], "ascii")

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives, in its content coding; raises what is in BROKEN."""
        async for chunk in self._answer.aiter_stream():
            yield chunk
        self._is_whole = True

    async def aclose(self) -> None:
        """Hand the connection back if the body was read to its end, close it if not."""
        if self._is_whole:
            await self._answer.aclose()
            await self._connection.release()
        else:
            await self._connection.aclose()


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """The headers as text; raise ValueError for one that no line of a header can be (HTTP/2 could carry it)."""
    headers = tuple((name.decode("ascii"), _text(value)) for name, value in raw)
    for name, value in headers:
        if not NAME.fullmatch(name) or LINE_END.search(value):
            raise ValueError(f"malformed header {name[:100]!r}")
    return headers


def _text(value: bytes) -> str:
    """A header's value, in the coding that it most likely has."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


# ── the guard ────────────────────────────────────────────────────────────────────────────────


class Guard(httpcore.AsyncNetworkBackend):
    """Connects once, to a public address, or to a private one that the settings allow."""

    def __init__(self, settings: Settings, resolvers: ThreadPoolExecutor) -> None:
        self._inner = httpcore.AnyIOBackend()
        self._settings, self._resolvers = settings, resolvers
        self._stream: httpcore.AsyncNetworkStream | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        name, port = self._target(host, port)
        *others, last = await self._checked(name)
        for address in others:
            try:
                self._stream = await self._inner.connect_tcp(address, port, CONNECT_SECONDS_MAX)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            return self._stream
        self._stream = await self._inner.connect_tcp(last, port)
        return self._stream

    async def aclose(self) -> None:
        """Close the connection, also one that was given up before it could be used."""
        if self._stream:
            await self._stream.aclose()

    def _target(self, host: str, port: int) -> tuple[str, int]:
        for pattern, target in self._settings.connect_to.items():
            if fnmatch(host, pattern):
                name, _, fixed_port = target.rpartition(":")
                return name.strip("[]"), int(fixed_port)
        return host, port

    async def _checked(self, host: str) -> list[str]:
        """The host's addresses, each of which may be connected to."""
        addresses = await self._addresses(host)
        for address in addresses:
            if not self._is_allowed(ip_address(address.partition("%")[0])):
                raise RefusedError(
                    f"{host} is at {address}, a private address; allow it with EVENTWIRE_ALLOW_NETWORKS if it is yours"
                )
        return addresses

    async def _addresses(self, host: str) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._resolvers, socket.getaddrinfo, host, None, 0, socket.SOCK_STREAM)
        except UnicodeError as error:
            raise RefusedError(f"{host[:100]} is not the name of a host ({error})") from error
        except socket.gaierror as error:
            raise ConnectionError(f"no address of {host} was found ({error.strerror})") from error
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

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
