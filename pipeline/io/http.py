"""HTTP: one polite client. Every exchange has a deadline, a cap on its body, and a guard on its address.

Each exchange waits for its host's turn: hosts.py decides when that is, guard.py what may be connected to.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from types import TracebackType
from typing import Self

import httpcore
import httpx

from pipeline.io.archive import Hop, Response
from pipeline.io.coding import ACCEPTED, Decoder
from pipeline.io.failures import FetchError, TooManyRedirects, retry_after
from pipeline.io.guard import BROKEN, Exchange, Pool
from pipeline.io.hosts import Hosts, Turns
from pipeline.settings import Settings
from pipeline.urls import LENGTH_MAX, host_key
from pipeline.version import VERSION

REDIRECTS_MAX = 5
REDIRECT_STATUS = frozenset({301, 302, 303, 307, 308})
REDIRECT_BODY_MAX = 4096  # bytes: so much is read, that the connection may be used again
SCHEMES = frozenset({"http", "https"})
CONTROL = re.compile(r"[\0-\x1f\x7f]")


class Client:
    """Fetches addresses, politely; an asynchronous context manager."""

    def __init__(self, settings: Settings, hosts: Hosts | None = None) -> None:
        self.hosts = hosts or Hosts(settings)
        self._settings = settings
        self._turns = Turns(self.hosts)
        self._slots = asyncio.Semaphore(settings.connections)
        self._pool = Pool(settings)
        self._headers = {"User-Agent": user_agent(settings.contact), "Accept": "*/*", "Accept-Encoding": ACCEPTED}

    async def get(
        self,
        url: str,
        headers: Callable[[str], Mapping[str, str]] | None = None,
        allow: Callable[[str], Awaitable[None]] | None = None,
        first_bytes: int | None = None,
        hops: list[Hop] | None = None,
    ) -> Response:
        """Fetch one address and return what came back, whatever its status.

        *headers* says what else to send to an address. *allow* is awaited with the address of each request before
        it is made, and may raise to stop there. Of a body longer than *first_bytes* only these are read.
        *hops* gets each redirect as it is followed, so that it is known also when no answer comes.
        The exchanges of a chain of redirects have deadline_seconds together; waiting for turns does not count.
        Cookies live as long as the chain.

        Raises FetchError with what, where and why when nothing usable came back.
        """
        address, cookies = _address(url, url), httpx.Cookies()
        hops = [] if hops is None else hops
        seconds_left = self._settings.deadline_seconds
        for _ in range(REDIRECTS_MAX + 1):
            if allow:
                await allow(str(address))
            errand = _Errand(
                where=f"{url} → {address}" if hops else url,
                host=host_key(str(address)),
                address=address,
                headers={
                    "Host": address.netloc.decode(),
                    **self._headers,
                    **(headers(str(address)) if headers else {}),
                    **_sent(cookies, address),
                },
                first_bytes=first_bytes,
            )
            async with self._turns.turn(errand.host), self._slots:
                begin = monotonic()
                response = await self._run(errand, seconds_left)
                seconds_left -= monotonic() - begin
            if not _is_redirect(response):
                return replace(response, url=url, hops=tuple(hops))
            hops.append(_hop(response))
            _keep(cookies, address, response)
            address = _target(errand.where, address, response.header("location"))
        raise TooManyRedirects(f"{url}: more than {REDIRECTS_MAX} redirects")

    async def _run(self, errand: "_Errand", seconds: float) -> Response:
        """One exchange; whatever goes wrong is a FetchError."""
        where, host = errand.where, errand.host
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(errand)
        except TimeoutError as error:
            self.hosts.lost(host, monotonic())
            limit = self._settings.deadline_seconds
            raise FetchError(f"{where}: no full answer within {limit:g} s", "temporary") from error
        except (*BROKEN, OSError) as error:
            if isinstance(error, httpcore.ConnectError | httpcore.ConnectTimeout | OSError):
                self.hosts.lost(host, monotonic())
            said = f"{type(error).__name__}: {error}".removesuffix(": ")
            raise FetchError(f"{where}: {said}", "temporary") from error
        except ValueError as error:  # refused by the guard, malformed, or not in its coding
            raise FetchError(f"{where}: {error}") from error

    async def _exchange(self, errand: "_Errand") -> Response:
        begin = datetime.now(UTC)
        exchange = await self._pool.ask(_request(errand))
        try:
            response = Response(
                url=str(errand.address),
                final_url=str(errand.address),
                status_code=exchange.status_code,
                headers=exchange.headers,
                body=b"",
                captured_at=begin,
                request_headers=tuple(errand.headers.items()),
                http_version=exchange.http_version,
            )
            wait = retry_after(response.header("retry-after"), begin)
            self.hosts.answered(errand.host, response.status_code, wait, monotonic())
            if _is_redirect(response):
                await _skip_short(response, exchange)
                return response
            body, is_cut = await self._body(errand, response, exchange)
            return replace(response, body=body, is_cut=is_cut)
        finally:
            await exchange.aclose()

    async def _body(self, errand: "_Errand", response: Response, exchange: Exchange) -> tuple[bytes, bool]:
        """The decoded body, and whether only its beginning was read, since no more was wanted."""
        body, raw_count, limit = bytearray(), 0, self._settings.body_bytes_max
        wanted = None if errand.first_bytes is None else min(errand.first_bytes, limit)
        decoder = Decoder(response.header("content-encoding"))
        async for chunk in exchange.chunks():
            raw_count += len(chunk)
            for piece in decoder.pieces(chunk):
                body += piece
                if wanted is not None and len(body) >= wanted:
                    return bytes(body[:wanted]), True
                if len(body) > limit:
                    break
            if max(len(body), raw_count) > limit:
                raise FetchError(
                    f"{errand.where}: body is larger than {limit:,} bytes (setting EVENTWIRE_BODY_BYTES_MAX); not kept"
                )
        if not decoder.is_whole:
            raise FetchError(f"{errand.where}: body ends before its coding, {decoder.name}, does", "temporary")
        return bytes(body), False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.aclose()


def user_agent(contact: str) -> str:
    """One identity for every request, with a way to reach who runs it."""
    return f"eventwire/{VERSION} (+{contact})" if contact else f"eventwire/{VERSION}"


# ── requests ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class _Errand:
    """One exchange that is to be had."""

    where: str  #: for messages
    host: str
    address: httpx.URL
    headers: Mapping[str, str]
    first_bytes: int | None


def _address(where: str, text: str) -> httpx.URL:
    """Parse what is to be asked; raise FetchError for what is not, or carries credentials."""
    try:
        address = httpx.URL(text.strip())
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(f"{where[:LENGTH_MAX]}: not an address ({error})") from error
    if address.scheme not in SCHEMES or not address.raw_host:
        raise FetchError(f"{where}: not an address of the web (http or https, and a host)")
    if address.userinfo:
        bare = address.copy_with(userinfo=b"")
        raise FetchError(f"{bare}: the address carried credentials, which are never sent; remove them")
    if len(str(address)) > LENGTH_MAX:
        raise FetchError(f"{where[:LENGTH_MAX]}: longer than {LENGTH_MAX:,} characters")
    if not host_key(str(address)):
        raise FetchError(f"{where}: {address.raw_host.decode()} is not the name of a host")
    return address


def _request(errand: _Errand) -> httpcore.Request:
    """Raise ValueError for a header that cannot be sent."""
    for name, value in errand.headers.items():
        if CONTROL.search(value):
            raise ValueError(f"header {name} cannot be sent: {value!r}")
    address = errand.address
    target = httpcore.URL(
        scheme=address.raw_scheme, host=address.raw_host, port=address.port, target=address.raw_path
    )  # fmt: skip
    headers = [(name.encode(), value.encode()) for name, value in errand.headers.items()]
    return httpcore.Request("GET", target, headers=headers)


# ── redirects ────────────────────────────────────────────────────────────────────────────────


def _is_redirect(response: Response) -> bool:
    return response.status_code in REDIRECT_STATUS and bool(response.header("location"))


async def _skip_short(response: Response, exchange: Exchange) -> None:
    length = response.header("content-length")
    if length.isascii() and length.isdecimal() and len(length) < 5 and int(length) <= REDIRECT_BODY_MAX:
        async for _ in exchange.chunks():
            pass


def _hop(response: Response) -> Hop:
    return Hop(
        url=response.url,
        status_code=response.status_code,
        request_headers=response.request_headers,
        headers=response.headers,
        captured_at=response.captured_at,
        http_version=response.http_version,
    )


def _target(where: str, address: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads (RFC 9110, section 10.2.2); raise FetchError when that is no address."""
    where = f"{where} → {location[:LENGTH_MAX]}"
    try:
        target = address.join(location)
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(f"{where}: not an address ({error})") from error
    if address.fragment and not target.fragment:
        target = target.copy_with(fragment=address.fragment)
    return _address(where, str(target))


def _keep(cookies: httpx.Cookies, address: httpx.URL, response: Response) -> None:
    if response.header("set-cookie"):
        answer = httpx.Response(response.status_code, headers=response.headers, request=httpx.Request("GET", address))
        cookies.extract_cookies(answer)


def _sent(cookies: httpx.Cookies, address: httpx.URL) -> dict[str, str]:
    if not cookies:
        return {}
    request = httpx.Request("GET", address)
    cookies.set_cookie_header(request)
    return {"Cookie": request.headers["cookie"]} if "cookie" in request.headers else {}
