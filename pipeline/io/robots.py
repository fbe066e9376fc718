"""What a site's robots.txt lets us ask for (RFC 9309).

Each file is fetched once a day, and tried once in a run. The matcher is given only the rules that are meant for us,
so a hostile file costs no more than its length.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from itertools import count
from weakref import WeakValueDictionary

import httpx
from protego import Protego

from pipeline.io.failures import FetchError, HostBlocked, TooManyRedirects, retry_after
from pipeline.io.http import Client
from pipeline.settings import Settings
from pipeline.urls import host_key

PRODUCT = "eventwire"
BYTES_MAX = 500 * 1024  # section 2.5
FRESH, STALE_MAX = timedelta(hours=24), timedelta(days=30)  # sections 2.4 and 2.3.1.4
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500
WILDCARDS_MAX = 2000
PARSED_MAX = 256  # files whose rules are in memory

LINE_END = re.compile(r"\r\n?|\n")
LINE = re.compile(
    r"\s*(user[ -]?agent|allow|dis{1,2}al{1,2}ow|diasllow|disallaw|crawl[ -]delay)(?:\s*:|\s)([^#]*)", re.IGNORECASE
)
TOKEN = re.compile(r"\*|[a-z_-]+", re.IGNORECASE)  # section 2.2.1


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """A site's robots.txt as it was had; its text is empty where there was none."""

    origin: str  #: scheme and authority
    fetched_at: datetime
    status_code: int | None  #: none when redirects had no end
    text: str


class RobotsRefused(FetchError):
    """A site's robots.txt does not allow a request, or cannot be had."""


class Robots:
    """Answers for the addresses of one run; *cached* are the files of earlier runs by origin, however old."""

    def __init__(
        self,
        client: Client,
        settings: Settings,
        cached: Mapping[str, RobotsFile] | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client, self._clock = client, clock
        self._bytes_max = min(BYTES_MAX, settings.body_bytes_max)
        self._files = dict(cached or {})
        self._learned: dict[str, RobotsFile] = {}
        self._failed: dict[str, Callable[[], RobotsRefused]] = {}  # anew for each who asks
        self._locks = WeakValueDictionary[str, asyncio.Lock]()

    def learned(self) -> Mapping[str, RobotsFile]:
        """The files that this run fetched, by origin."""
        return self._learned

    async def check(self, url: str) -> None:
        """Return when the address may be asked for; its host gets the distance that it asks for (crawl-delay).

        Raises RobotsRefused when it may not, and HostBlocked when that cannot be found out yet.
        """
        host, file = host_key(url), await self._file(origin_of(url))
        rules = _rules(file.text)
        self._client.hosts.slow_down(host, rules.crawl_delay(PRODUCT) or 0.0)
        if not rules.can_fetch(url, PRODUCT):
            raise RobotsRefused(f"robots.txt of {host} does not allow {url}")

    async def _file(self, origin: str) -> RobotsFile:
        """The file as it is, or an older copy while it is out of reach (section 2.3.1.4)."""
        async with self._locks.setdefault(origin, asyncio.Lock()):  # those who ask meanwhile wait for the answer
            known = self._files.get(origin)
            if known and self._clock() - known.fetched_at < FRESH:
                return known
            if origin not in self._failed:
                try:
                    return await self._fetch(origin)
                except HostBlocked:
                    raise
                except FetchError as error:
                    said = f"nothing is asked of a site whose robots.txt is out of reach: {error}"
                    self._failed[origin] = partial(RobotsRefused, said, error.failure, retry_after=error.retry_after)
            if known and self._clock() - known.fetched_at < STALE_MAX:
                return known
            raise self._failed[origin]()

    async def _fetch(self, origin: str) -> RobotsFile:
        file = await self._ask(origin)
        self._files[origin] = self._learned[origin] = file
        return file

    async def _ask(self, origin: str) -> RobotsFile:
        """Ask the site; raise FetchError for a file that is out of reach.

        Without a file all is allowed (section 2.3.1.3); but "too many requests" does not say that there is none.
        """
        at, text, status_code = self._clock(), "", None
        with suppress(TooManyRedirects):  # section 2.3.1.2
            response = await self._client.get(f"{origin}/robots.txt", first_bytes=self._bytes_max)
            status_code = response.status_code
            if status_code == TOO_MANY_REQUESTS or status_code >= SERVER_ERROR:
                raise FetchError(
                    f"{response.url}: the server answered {status_code}",
                    "temporary",
                    status_code=status_code,
                    retry_after=retry_after(response.header("retry-after"), response.captured_at),
                )
            if 200 <= status_code < 300:
                text = response.body.decode("utf-8-sig", errors="replace").replace("\0", "")
        return RobotsFile(origin=origin, fetched_at=at, status_code=status_code, text=text)


def origin_of(url: str) -> str:
    """The scheme and authority of an address, whose robots.txt speaks for it; empty for what is no address."""
    try:
        address = httpx.URL(url)
        return f"{address.scheme}://{address.netloc.decode()}"
    except (httpx.InvalidURL, ValueError):
        return ""


@lru_cache(maxsize=PARSED_MAX)
def _rules(text: str) -> Protego:
    return Protego.parse("\n".join(["User-agent: *", *_lines_for_us(text)]))


def _lines_for_us(text: str) -> list[str]:
    """The rules of all groups that name us; where none does, of those for everyone (section 2.2.1)."""
    groups: dict[str, list[str]] = {PRODUCT: [], "*": []}
    named, current, is_head = set[str](), set[str](), False
    for field, value in _fields(text):
        if field.startswith("user"):
            current = current if is_head else set()
            current |= {token.group().lower() for token in [TOKEN.match(value)] if token} & groups.keys()
            named |= current
        else:
            for name in current:
                groups[name].append(f"{field}: {value}")
        is_head = field.startswith("user")
    return _bounded(groups[PRODUCT if PRODUCT in named else "*"])


def _bounded(rules: Iterable[str]) -> list[str]:
    """All rules but wildcards beyond reason: each of these costs a search in every address."""
    wildcards = count()
    return [rule for rule in rules if "*" not in rule or next(wildcards) < WILDCARDS_MAX]


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for line in LINE_END.split(text):
        if found := LINE.match(line):
            yield found[1].lower(), " ".join(found[2].split())
