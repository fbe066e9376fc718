"""Hosts: when each may be asked again.

Hosts decides without waiting and every instant is given to it; Turns waits. Instants are seconds of the
monotonic clock; what outlives a run is told in UTC.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from weakref import WeakValueDictionary

from pipeline.io.failures import HostBlocked
from pipeline.settings import Settings

LONG_AGO = float("-inf")
PAUSE_STATUS = frozenset({429, 503})
PAUSE_SECONDS, PAUSE_SECONDS_MAX = 60.0, 3600.0  # without Retry-After: doubled each time, up to an hour
PAUSE_SECONDS_WAITED = 30.0  # a longer one is left to later, rather than waited for
LOST_MAX = 3  # exchanges in a row without an answer; then the host is given a pause too
DELAY_SECONDS_MAX = 60.0  # of a crawl-delay


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The last pause that a host was given, also one that has ended."""

    host: str
    blocked_until: datetime
    pause_seconds: float  #: the next one without Retry-After is twice as long


@dataclass(slots=True)
class _Host:
    delay: float
    free_at: float = LONG_AGO
    blocked_until: float = LONG_AGO
    pause: float = 0.0  # the last one, if the host has not answered well since
    lost: int = 0  # in a row


class Hosts:
    """What is known of each host; *pauses* are those of earlier runs.

    *utc_at_zero* is the time of day when the monotonic clock was at zero.
    """

    def __init__(self, settings: Settings, pauses: Iterable[Pause] = (), utc_at_zero: datetime | None = None) -> None:
        self._utc_at_zero = utc_at_zero or datetime.now(UTC) - timedelta(seconds=monotonic())
        self._hosts = defaultdict[str, _Host](lambda: _Host(settings.host_delay_seconds))
        self.connections = settings.host_connections  #: exchanges at once with one host
        self.patience = max(DELAY_SECONDS_MAX, settings.host_delay_seconds)  #: seconds that a turn is waited for
        self._changed = set[str]()
        for pause in pauses:
            known = self._hosts[pause.host]
            known.pause = pause.pause_seconds
            known.blocked_until = (pause.blocked_until - self._utc_at_zero).total_seconds()

    def delay(self, host: str) -> float:
        """Seconds between an exchange's start or end and the next start."""
        return self._hosts[host].delay

    def slow_down(self, host: str, seconds: float) -> None:
        """Keep a larger distance than the settings say, up to a minute: a crawl-delay."""
        known = self._hosts[host]
        known.delay = max(known.delay, min(seconds, DELAY_SECONDS_MAX))

    def ready_at(self, host: str) -> float:
        """When the host may be asked next, if few enough exchanges with it are going on."""
        known = self._hosts[host]
        return max(known.free_at, known.blocked_until)

    def touched(self, host: str, now: float) -> None:
        """An exchange starts or ends; both ask for the same distance to the next start."""
        known = self._hosts[host]
        known.free_at = max(known.free_at, now + known.delay)

    def answered(self, host: str, status_code: int, retry_after: timedelta | None, now: float) -> None:
        """The host answered: with 429 or 503 it asks for a pause, which *retry_after* may tell the length of."""
        known = self._hosts[host]
        known.lost = 0
        if status_code in PAUSE_STATUS:
            self._pause(host, retry_after.total_seconds() if retry_after else 0.0, now)
        elif LONG_AGO < known.blocked_until <= now:
            known.pause, known.blocked_until = 0.0, LONG_AGO
            self._changed.add(host)

    def lost(self, host: str, now: float) -> None:
        """No answer came; the third time in a row the host is given a pause."""
        known = self._hosts[host]
        known.lost += 1
        if known.lost >= LOST_MAX:
            self._pause(host, 0.0, now)

    def _pause(self, host: str, seconds: float, now: float) -> None:
        known = self._hosts[host]
        if known.blocked_until <= now:  # what was on its way when a pause began does not double it
            known.pause = min(known.pause * 2 or PAUSE_SECONDS, PAUSE_SECONDS_MAX)
        known.blocked_until = max(known.blocked_until, now + (seconds or known.pause or PAUSE_SECONDS))
        self._changed.add(host)

    def pause(self, host: str, now: float) -> float:
        """How many more seconds the host is to be left alone."""
        return max(0.0, self._hosts[host].blocked_until - now)

    def is_put_off(self, host: str, now: float) -> bool:
        """Whether the host's pause is too long to be waited for."""
        return self.pause(host, now) > PAUSE_SECONDS_WAITED

    def last_pause(self, host: str) -> Pause | None:
        """The last pause that the host was given; none if it answered well since it ended."""
        known = self._hosts[host]
        if known.blocked_until == LONG_AGO:
            return None
        return Pause(host=host, blocked_until=self.utc(known.blocked_until), pause_seconds=known.pause)

    def changes(self) -> Mapping[str, Pause | None]:
        """What last_pause says of each host of which it says something else than when this was last asked."""
        changed, self._changed = self._changed, set()
        return {host: self.last_pause(host) for host in changed}

    def utc(self, at: float) -> datetime:
        """The time of day of an instant."""
        return self._utc_at_zero + timedelta(seconds=at)


class Turns:
    """Waits for a host's turn, first come, first served."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._gates = WeakValueDictionary[str, _Gate]()

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Hold one of the host's exchanges; raise HostBlocked when its turn is too far away to wait for."""
        gate = self._gates.setdefault(host, _Gate(self._hosts.connections))
        try:
            async with asyncio.timeout(self._hosts.patience):
                await self._enter(gate, host)
        except TimeoutError as error:
            raise HostBlocked(host, self._hosts.utc(max(self._hosts.ready_at(host), monotonic()))) from error
        try:
            yield
        finally:
            self._hosts.touched(host, monotonic())
            gate.exchanges.release()

    async def _enter(self, gate: "_Gate", host: str) -> None:
        await gate.exchanges.acquire()
        try:
            async with gate.first:
                while (wait := self._hosts.ready_at(host) - monotonic()) > 0:
                    if self._hosts.is_put_off(host, monotonic()):
                        raise HostBlocked(host, self._hosts.utc(self._hosts.ready_at(host)))
                    await asyncio.sleep(wait)
                self._hosts.touched(host, monotonic())
        except BaseException:
            gate.exchanges.release()
            raise


class _Gate:
    def __init__(self, connections: int) -> None:
        self.exchanges = asyncio.Semaphore(connections)
        self.first = asyncio.Lock()
