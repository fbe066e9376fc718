"""Work on many addresses politely: no host is asked too often, and no host that must wait holds up another."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from time import monotonic
from typing import Generic, TypeVar

from pipeline.io.hosts import LONG_AGO, Hosts

T = TypeVar("T")
S = TypeVar("S")


async def crawl(
    items: Iterable[T],
    host_of: Callable[[T], str],
    work: Callable[[T], Awaitable[S]],
    hosts: Hosts,
    connections: int,
    seconds_max: float | None = None,
) -> AsyncIterator[S]:
    """Yield what *work* returns for each item, as it comes; at most *connections* items are worked on at once.

    An item is handed out when its host is ready, the host that has been ready longest first. After *seconds_max*
    no more are; without it, those are left whose host is not ready within its patience when all else is done. Those of
    a host that is put off are left in any case.
    The items that were left are those without an outcome.

    What *work* raises is raised here, and stops the rest.
    """
    frontier = Frontier(items, host_of, hosts)
    crew = _Crew(frontier, work, hosts.patience, seconds_max)
    workers = [asyncio.create_task(crew.work_on()) for _ in range(min(connections, frontier.waiting))]
    try:
        for _ in workers:
            while not isinstance(outcome := await crew.outcomes.get(), _End):
                yield outcome
            if outcome.error:
                raise outcome.error
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


class Frontier(Generic[T]):
    """The items that wait, by host. Decides without waiting; every instant is given to it."""

    def __init__(self, items: Iterable[T], host_of: Callable[[T], str], hosts: Hosts) -> None:
        self.waiting = self.busy = 0  #: items
        self._host_of, self._hosts = host_of, hosts
        self._queues: dict[str, _Queue[T]] = {}
        self._line: list[tuple[float, int, str]] = []  # a heap: hosts by when they are ready, or at worst too early
        self._tickets = count()
        for item in items:
            self._queues.setdefault(host_of(item), _Queue()).items.append(item)
            self.waiting += 1
        for host, queue in self._queues.items():
            self._line_up(host, queue)

    def take(self, now: float) -> T | None:
        """Hand out an item of the host that has been ready longest; none when no host is ready."""
        while self._line and self._line[0][0] <= now:
            host = heappop(self._line)[2]
            queue = self._queues[host]
            queue.is_lined_up = False
            is_ready = self._ready_at(host, queue) <= now
            item = self._hand_out(host, queue, now) if is_ready else None
            self._line_up(host, queue)
            if item is not None:
                return item
        return None

    def done(self, item: T, now: float) -> None:
        """An item that was handed out has been worked on."""
        host = self._host_of(item)
        queue = self._queues[host]
        queue.busy -= 1
        queue.free_at = now + self._hosts.delay(host)
        self.busy -= 1
        self._line_up(host, queue)
        if not queue.items and not queue.busy:
            del self._queues[host]

    def next_at(self, now: float) -> float:
        """When to ask again; infinity when only the end of work can make a host ready.

        When all that is left waits for hosts that are put off, these are given up for this crawl.
        """
        while self._line and self._hosts.is_put_off(self._line[0][2], now):
            heappop(self._line)
        return self._line[0][0] if self._line else float("inf")

    def _hand_out(self, host: str, queue: "_Queue[T]", now: float) -> T:
        queue.busy += 1
        queue.free_at = now + self._hosts.delay(host)
        self.busy += 1
        self.waiting -= 1
        return queue.items.popleft()

    def _line_up(self, host: str, queue: "_Queue[T]") -> None:
        if queue.items and queue.busy < self._hosts.connections and not queue.is_lined_up:
            queue.is_lined_up = True
            heappush(self._line, (self._ready_at(host, queue), next(self._tickets), host))

    def _ready_at(self, host: str, queue: "_Queue[T]") -> float:
        return max(queue.free_at, self._hosts.ready_at(host))


@dataclass(slots=True)
class _Queue(Generic[T]):
    items: deque[T] = field(default_factory=deque)
    busy: int = 0
    free_at: float = LONG_AGO
    is_lined_up: bool = False


@dataclass(frozen=True, slots=True)
class _End:
    """A worker has stopped."""

    error: Exception | None = None


class _Crew(Generic[T, S]):
    """The workers of one crawl."""

    def __init__(
        self, frontier: Frontier[T], work: Callable[[T], Awaitable[S]], patience: float, seconds_max: float | None
    ) -> None:
        self.outcomes = asyncio.Queue[S | _End](maxsize=1)  # who reads slowly slows the work down
        self._frontier, self._work, self._patience = frontier, work, patience
        self._end = float("inf") if seconds_max is None else monotonic() + seconds_max
        self._choosing = asyncio.Lock()  # one worker waits for the next item, the others for that one
        self._freed = asyncio.Event()

    async def work_on(self) -> None:
        error = None
        try:
            while (item := await self._next()) is not None:
                await self.outcomes.put(await self._done(item))
        except Exception as failed:
            error = failed
        await self.outcomes.put(_End(error))

    async def _done(self, item: T) -> S:
        try:
            return await self._work(item)
        finally:
            self._frontier.done(item, monotonic())
            self._freed.set()

    async def _next(self) -> T | None:
        async with self._choosing:
            while (until := self._wait_until(monotonic())) is not None:
                self._freed.clear()
                if (item := self._frontier.take(monotonic())) is not None:
                    return item
                with suppress(TimeoutError):
                    async with asyncio.timeout(until - monotonic()):
                        await self._freed.wait()
            return None

    def _wait_until(self, now: float) -> float | None:
        """How long a next item is worth waiting for; none when no more is to come."""
        if not self._frontier.waiting or now >= self._end:
            return None
        at = self._frontier.next_at(now)
        if at < (self._end if self._end < float("inf") else now + self._patience):
            return at
        return self._end if self._frontier.busy else None
