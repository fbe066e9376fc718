"""What a site's robots.txt lets us ask for (RFC 9309).

Each file is fetched once a day, and tried once in a run. Of a file only the rules that are meant for us are kept,
and of a run's files only the last ones are held in memory: the shelf has the others.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate, count
from typing import Protocol
from weakref import WeakValueDictionary

import httpx
from protego import Protego

from pipeline.io.archive import Response
from pipeline.io.failures import FetchError, HostBlocked, TooManyRedirects, retry_after
from pipeline.io.hosts import Hosts
from pipeline.urls import host_key

PRODUCT = "eventwire"
BYTES_MAX = 500 * 1024  # section 2.5
FRESH, STALE_MAX = timedelta(hours=24), timedelta(days=30)  # sections 2.4 and 2.3.1.4
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500
RULES_CHARACTERS_MAX, WILDCARDS_MAX = 100_000, 2000  # of one file
HELD_CHARACTERS_MAX = 2_000_000  # of all files in memory; their parsed rules take 20 to 70 times as much

LINE_END = re.compile(r"\r\n?|\n")
LINE = re.compile(
    r"\s*(user[ -]?agent|allow|dis{1,2}al{1,2}ow|diasllow|disallaw|crawl[ -]delay)(?:\s*:|\s)([^#]*)", re.IGNORECASE
)
TOKEN = re.compile(r"\*|[a-z_-]+", re.IGNORECASE)  # section 2.2.1


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """What a site's robots.txt says to us, as a file of its own; empty where there was none, or nothing for us."""

    origin: str  #: scheme and authority
    fetched_at: datetime
    status_code: int | None  #: none when redirects had no end
    text: str


class RobotsRefused(FetchError):
    """A site's robots.txt does not allow a request, or cannot be had."""


class Shelf(Protocol):
    """Where files outlive a run; its methods are called in threads."""

    def robots(self, origin: str) -> RobotsFile | None:
        """The file that was had last, however old."""

    def keep_robots(self, file: RobotsFile) -> None:
        """Put the file in place of an earlier one."""


class Robots:
    """Answers for the addresses of one run; *get* fetches an address, of whose body BYTES_MAX are wanted at most."""

    def __init__(
        self,
        get: Callable[[str], Awaitable[Response]],
        hosts: Hosts,
        shelf: Shelf,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._get, self._hosts, self._shelf, self._clock = get, hosts, shelf, clock
        self._held = _Held()
        self._failed: dict[str, Callable[[], RobotsRefused]] = {}  # anew for each who asks
        self._locks = WeakValueDictionary[str, asyncio.Lock]()

    async def check(self, url: str) -> None:
        """Return when the address may be asked for; its host gets the distance that it asks for (crawl-delay).

        Raises RobotsRefused when it may not, and HostBlocked when that cannot be found out yet.
        """
        host, rules = host_key(url), (await self._known(origin_of(url))).rules
        self._hosts.slow_down(host, rules.crawl_delay(PRODUCT) or 0.0)
        if not rules.can_fetch(url, PRODUCT):
            raise RobotsRefused(f"robots.txt of {host} does not allow {url}")

    async def _known(self, origin: str) -> "_Known":
        """The file as it is, or an older copy while it is out of reach (section 2.3.1.4)."""
        async with self._locks.setdefault(origin, asyncio.Lock()):  # those who ask meanwhile wait for the answer
            known = self._held.get(origin) or await self._load(origin)
            if known and self._is_younger(known, FRESH):
                return known
            if origin not in self._failed:
                try:
                    return await self._fetch(origin)
                except HostBlocked:
                    raise
                except FetchError as error:
                    said = f"nothing is asked of a site whose robots.txt is out of reach: {error}"
                    self._failed[origin] = partial(RobotsRefused, said, error.failure, retry_after=error.retry_after)
            if known and self._is_younger(known, STALE_MAX):
                return known
            raise self._failed[origin]()

    def _is_younger(self, known: "_Known", age: timedelta) -> bool:
        """Whether the file is younger than that; one from the future, by a clock that was wrong, is not."""
        return timedelta() <= self._clock() - known.file.fetched_at < age

    async def _load(self, origin: str) -> "_Known | None":
        file = await asyncio.to_thread(self._shelf.robots, origin)
        return self._held.put(file) if file else None

    async def _fetch(self, origin: str) -> "_Known":
        file = await self._ask(origin)
        await asyncio.to_thread(self._shelf.keep_robots, file)
        return self._held.put(file)

    async def _ask(self, origin: str) -> RobotsFile:
        """Ask the site; raise FetchError for a file that is out of reach.

        Without a file all is allowed (section 2.3.1.3); but "too many requests" does not say that there is none.
        """
        at, text, status_code = self._clock(), "", None
        with suppress(TooManyRedirects):  # section 2.3.1.2
            response = await self._get(f"{origin}/robots.txt")
            status_code = response.status_code
            if status_code == TOO_MANY_REQUESTS or status_code >= SERVER_ERROR:
                raise FetchError(
                    f"{response.url}: the server answered {status_code}",
                    "temporary",
                    status_code=status_code,
                    retry_after=retry_after(response.header("retry-after"), response.captured_at),
                )
            if 200 <= status_code < 300:
                text = for_us(response.body.decode("utf-8-sig", errors="replace").replace("\0", ""))
        return RobotsFile(origin=origin, fetched_at=at, status_code=status_code, text=text)


# ── memory ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Known:
    file: RobotsFile
    rules: Protego


class _Held:
    """The files that were used last."""

    def __init__(self) -> None:
        self._known = OrderedDict[str, _Known]()
        self._characters = 0

    def get(self, origin: str) -> _Known | None:
        if origin in self._known:
            self._known.move_to_end(origin)
        return self._known.get(origin)

    def put(self, file: RobotsFile) -> _Known:
        if earlier := self._known.pop(file.origin, None):
            self._characters -= _size(earlier.file)
        known = self._known[file.origin] = _Known(file, Protego.parse(file.text))
        self._characters += _size(file)
        while self._characters > HELD_CHARACTERS_MAX:
            self._characters -= _size(self._known.popitem(last=False)[1].file)
        return known


def _size(file: RobotsFile) -> int:
    """What a file counts for: an empty one takes memory too."""
    return len(file.text) + 200


# ── rules ────────────────────────────────────────────────────────────────────────────────────


def origin_of(url: str) -> str:
    """The scheme and authority of an address, whose robots.txt speaks for it; empty for what is no address."""
    try:
        address = httpx.URL(url)
        return f"{address.scheme}://{address.netloc.decode()}"
    except (httpx.InvalidURL, ValueError):
        return ""


def for_us(text: str) -> str:
    """The file without what is not meant for us, with one group for everyone."""
    rules = _rules_for_us(text)
    return "\n".join(["User-agent: *", *rules]) if rules else ""


def _rules_for_us(text: str) -> list[str]:
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
    """Each rule once, up to a length that is beyond reason; few wildcards: each costs a search in every address."""
    wildcards = count()
    few = [rule for rule in dict.fromkeys(rules) if "*" not in rule or next(wildcards) < WILDCARDS_MAX]
    lengths = accumulate(len(rule) + 1 for rule in few)
    return [rule for rule, length in zip(few, lengths, strict=True) if length <= RULES_CHARACTERS_MAX]


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for line in LINE_END.split(text):
        if found := LINE.match(line):
            yield found[1].lower(), " ".join(found[2].split())
