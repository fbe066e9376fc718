"""Working on many addresses: what is handed out when, in a time of the test's own and against real servers."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hostile import Hostile, drip, response

from pipeline.io.crawl import Frontier, crawl
from pipeline.io.failures import FetchError, HostBlocked
from pipeline.io.hosts import Hosts, Pause
from pipeline.io.http import Client
from pipeline.settings import Settings
from pipeline.urls import host_key

Item = tuple[str, int]  # a host and a number


def host_of(item: Item) -> str:
    return item[0]


def hosts_for(delay: float = 0, connections: int = 2) -> Hosts:
    return Hosts(Settings(host_delay_seconds=delay, host_connections=connections))


def paused(host: str, until: datetime) -> Pause:
    return Pause(host=host, blocked_until=until, pause_seconds=60)


# ── the frontier, in a time of its own ───────────────────────────────────────────────────────


def run(
    frontier: Frontier[Item], hosts: Hosts, workers: int, took: Callable[[Item], float], until: float = 1e9
) -> list[tuple[Item, float, float]]:
    """Work on all items as a crawl would; return each with its start and end."""
    now, busy, ticket, done = 0.0, list[tuple[float, int, Item]](), count(), list[tuple[Item, float, float]]()
    while now <= until:
        while len(busy) < workers and (item := frontier.take(now)) is not None:
            hosts.touched(host_of(item), now)
            heappush(busy, (now + took(item), next(ticket), item))
            done.append((item, now, now + took(item)))
        next_end = busy[0][0] if busy else float("inf")
        if not busy and frontier.next_at(now) == float("inf"):
            break
        is_full = len(busy) == workers
        now = next_end if is_full else min(next_end, max(frontier.next_at(now), now))
        while busy and busy[0][0] <= now:
            _, _, item = heappop(busy)
            hosts.touched(host_of(item), now)
            frontier.done(item, now)
    return done


CRAWLS = st.fixed_dictionaries({
    "sizes": st.lists(st.integers(1, 12), min_size=1, max_size=6),
    "workers": st.integers(1, 6),
    "connections": st.integers(1, 3),
    "delay": st.sampled_from([0.0, 1.0, 2.5]),
    "crawl_delays": st.lists(st.sampled_from([0.0, 5.0]), min_size=6, max_size=6),
    "blocked": st.lists(st.sampled_from([0.0, 0.0, 17.0]), min_size=6, max_size=6),
    "seconds": st.lists(st.sampled_from([0.0, 0.5, 1.0, 7.0]), min_size=1, max_size=9),
})  # fmt: skip


@given(CRAWLS)
def test_every_item_is_worked_on_once_politely_and_without_idling(given: dict) -> None:  # type: ignore[type-arg]
    hosts = hosts_for(given["delay"], given["connections"])
    items = [(f"h{host}", number) for host, size in enumerate(given["sizes"]) for number in range(size)]
    for host, size in enumerate(given["sizes"]):
        if size:
            hosts.slow_down(f"h{host}", given["crawl_delays"][host])
            if given["blocked"][host]:
                hosts.answered(f"h{host}", 429, timedelta(seconds=given["blocked"][host]), now=0.0)
    seconds = given["seconds"]

    done = run(Frontier(items, host_of, hosts), hosts, given["workers"], lambda item: seconds[item[1] % len(seconds)])

    assert Counter(item for item, _, _ in done) == Counter(items)
    by_host: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for (host, _), start, end in done:
        by_host[host].append((start, end))
    for host, times in by_host.items():
        distance = hosts.delay(host)
        assert times[0][0] >= given["blocked"][int(host[1:])]
        assert all(later - earlier >= distance for (earlier, _), (later, _) in pairwise(times))
        for start, _ in times:
            assert all(start - end >= distance for _, end in times if end < start)
            assert sum(begin <= start < end for begin, end in times) <= given["connections"]
    assert_no_idling(done, hosts, given)


def assert_no_idling(done: Sequence[tuple[Item, float, float]], hosts: Hosts, given: dict) -> None:  # type: ignore[type-arg]
    """Nobody waited while a worker was free and its host was ready."""
    for (host, _), start, _ in done:
        mine = [(begin, end) for (other, _), begin, end in done if other == host and begin < start]
        ends = sorted(end for _, end in mine)
        room = ends[-given["connections"]] if len(ends) >= given["connections"] else 0.0
        touched = [at + hosts.delay(host) for begin, end in mine for at in (begin, end) if at <= start]
        ready = max([room, given["blocked"][int(host[1:])], *touched])
        if start > ready:
            for at in {end for _, _, end in done if ready <= end < start} | {ready}:
                at_work = sum(begin <= at < end for _, begin, end in done)
                assert at_work >= given["workers"] or any(begin == at for _, begin, _ in done)


def test_the_host_that_has_been_ready_longest_comes_first() -> None:
    hosts = hosts_for(delay=10)
    hosts.touched("late", 5)
    hosts.touched("early", 0)
    frontier = Frontier([("late", 1), ("early", 1), ("never", 1)], host_of, hosts)
    assert [frontier.take(100) for _ in range(4)] == [("never", 1), ("early", 1), ("late", 1), None]


def test_items_of_one_host_keep_their_order_and_hosts_take_turns() -> None:
    frontier = Frontier([("a", 1), ("a", 2), ("b", 1), ("b", 2)], host_of, hosts_for())
    assert [frontier.take(0) for _ in range(5)] == [("a", 1), ("b", 1), ("a", 2), ("b", 2), None]


def test_a_pause_that_begins_meanwhile_holds_back_what_is_left() -> None:
    hosts = hosts_for()
    frontier = Frontier([("a", 1), ("a", 2)], host_of, hosts)
    first = frontier.take(0)
    assert first
    hosts.answered("a", 503, timedelta(seconds=30), now=1)
    frontier.done(first, 1)
    assert frontier.take(2) is None
    assert frontier.next_at(2) == 31
    assert frontier.take(31) == ("a", 2)


def test_a_hundred_thousand_items_are_handed_out_in_little_time() -> None:
    hosts = hosts_for(delay=1)
    frontier = Frontier([(f"h{number % 2000}", number) for number in range(100_000)], host_of, hosts)
    begin = time.process_time()
    assert len(run(frontier, hosts, 50, lambda item: 0.01)) == 100_000
    assert time.process_time() - begin < 10


# ── the crawl ────────────────────────────────────────────────────────────────────────────────


async def crawled(
    items: Iterable[Item],
    work: Callable[[Item], Awaitable[object]],
    hosts: Hosts | None = None,
    connections: int = 4,
    seconds_max: float | None = None,
) -> list[object]:
    return [each async for each in crawl(items, host_of, work, hosts or hosts_for(), connections, seconds_max)]


async def named(item: Item) -> Item:
    await asyncio.sleep(0.001)
    return item


def test_every_item_has_its_outcome() -> None:
    items = [(f"h{number % 7}", number) for number in range(100)]
    assert sorted(asyncio.run(crawled(items, named))) == sorted(items)  # type: ignore[type-var]


def test_no_items_are_no_work() -> None:
    assert asyncio.run(crawled([], named)) == []


def test_no_more_are_worked_on_at_once_than_there_are_connections_and_there_is_no_task_for_each() -> None:
    at_once = list[int]()
    working = 0

    async def counted(item: Item) -> None:
        nonlocal working
        working += 1
        at_once.append(working)
        assert len(asyncio.all_tasks()) <= 4 + 1
        await asyncio.sleep(0.001)
        working -= 1

    asyncio.run(crawled([(f"h{number}", number) for number in range(50)], counted))
    assert max(at_once) == 4


def test_what_work_raises_ends_the_crawl_and_stops_the_rest() -> None:
    stopped = list[Item]()

    async def failing(item: Item) -> None:
        if item[1] == 3:
            raise RuntimeError("the disk is full")
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            stopped.append(item)
            raise

    with pytest.raises(RuntimeError, match="the disk is full"):
        asyncio.run(asyncio.wait_for(crawled([(f"h{number}", number) for number in range(9)], failing), 5))
    assert len(stopped) == 3


def test_a_reader_that_stops_stops_the_work() -> None:
    async def first_only() -> int:
        async with aclosing(crawl([("a", 1), ("b", 2)], host_of, named, hosts_for(), 2)) as outcomes:
            async for _ in outcomes:
                break
        return len(asyncio.all_tasks())

    assert asyncio.run(first_only()) == 1


def test_a_slow_reader_slows_the_work_down() -> None:
    begun = list[Item]()

    async def noted(item: Item) -> Item:
        begun.append(item)
        return item

    async def read_one() -> int:
        async with aclosing(crawl([(f"h{n}", n) for n in range(1000)], host_of, noted, hosts_for(), 5)) as outcomes:
            await anext(outcomes)
            await asyncio.sleep(0.05)
            return len(begun)

    assert asyncio.run(read_one()) < 15


def test_after_its_time_nothing_more_is_handed_out_and_what_is_going_on_ends() -> None:
    async def slow(item: Item) -> Item:
        await asyncio.sleep(0.3)
        return item

    begin = time.monotonic()
    outcomes = asyncio.run(crawled([("a", number) for number in range(50)], slow, seconds_max=0.5))
    assert len(outcomes) == 4  # two at once, twice
    assert 0.5 < time.monotonic() - begin < 5


def test_items_of_a_host_that_is_left_alone_longer_than_there_is_time_are_left_at_once() -> None:
    hosts = Hosts(Settings(host_delay_seconds=0), [paused("a", datetime.now(UTC) + timedelta(minutes=5))])
    begin = time.monotonic()
    assert asyncio.run(crawled([("a", 1), ("b", 2)], named, hosts, seconds_max=30)) == [("b", 2)]
    assert time.monotonic() - begin < 5


def test_a_pause_of_minutes_is_not_waited_for_though_there_is_time() -> None:
    hosts = hosts_for()

    async def busy(item: Item) -> Item:
        hosts.answered("a", 503, None, time.monotonic())
        return item

    begin = time.monotonic()
    outcomes = asyncio.run(crawled([("a", 1), ("a", 2), ("a", 3)], busy, hosts, connections=1, seconds_max=300))
    assert outcomes == [("a", 1)]
    assert time.monotonic() - begin < 5


def test_without_a_limit_a_host_that_is_left_alone_for_hours_is_left() -> None:
    hosts = Hosts(Settings(), [paused("a", datetime.now(UTC) + timedelta(hours=5))])
    assert asyncio.run(asyncio.wait_for(crawled([("a", 1)], named, hosts), 5)) == []


def test_a_short_pause_is_waited_for() -> None:
    hosts = Hosts(Settings(), [paused("a", datetime.now(UTC) + timedelta(seconds=0.3))])
    begin = time.monotonic()
    assert asyncio.run(crawled([("a", 1)], named, hosts)) == [("a", 1)]
    assert time.monotonic() - begin >= 0.25


# ── the crawl and the client ─────────────────────────────────────────────────────────────────


def fetched(urls: Sequence[str], settings: Settings, seconds_max: float | None = None) -> dict[str, object]:
    """What came of each address: a status, or an error."""

    async def all_of_them() -> dict[str, object]:
        async with Client(settings) as client:

            async def one(url: str) -> tuple[str, object]:
                try:
                    return url, (await client.get(url)).status_code
                except FetchError as error:
                    return url, error

            outcomes = crawl(urls, host_key, one, client.hosts, settings.connections, seconds_max)
            return dict([outcome async for outcome in outcomes])

    return asyncio.run(all_of_them())


def changed(settings: Settings, server: Hostile, **values: object) -> Settings:
    return Settings(**(settings.model_dump() | {"connect_to": {"*.example": server.address}} | values))


def test_good_hosts_are_served_in_time_after_a_hundred_that_hang(server: Hostile, settings: Settings) -> None:
    server.answers |= {"/hang": drip(b"", b"x", pause=5), "/page": response(b"page")}
    hanging = [f"http://hang{number}.example/hang" for number in range(100)]
    good = [f"http://good{number}.example/page" for number in range(100)]
    begin = time.monotonic()
    outcomes = fetched(hanging + good, changed(settings, server, deadline_seconds=1, connections=40))
    assert time.monotonic() - begin < 20
    assert [outcomes[url] for url in good] == [200] * 100
    assert all(isinstance(outcomes[url], FetchError) for url in hanging)


def test_a_slow_host_with_many_addresses_does_not_hold_up_the_others(server: Hostile, settings: Settings) -> None:
    server.answers["/page"] = response(b"page")
    slow = [f"http://slow.example/page?{number}" for number in range(30)]
    server.answers |= {f"/page?{number}": drip(b"", response(b"page")[:1], pause=5) for number in range(30)}
    good = [f"http://good{number}.example/page" for number in range(20)]
    outcomes = fetched(slow + good, changed(settings, server, deadline_seconds=0.5, connections=4), seconds_max=2)
    assert [outcomes[url] for url in good] == [200] * 20
    assert server.requests[-1].host == "slow.example"
    assert max(i for i, request in enumerate(server.requests) if request.host != "slow.example") < 26


def test_a_host_that_wants_a_pause_keeps_its_other_pages_for_the_next_run(server: Hostile, settings: Settings) -> None:
    server.answers["post.example/1"] = response(b"", "Retry-After: 600", status="429 Too Many Requests")
    urls = [f"http://post.example/{number}" for number in range(1, 20)]
    begin = time.monotonic()
    outcomes = fetched(urls, changed(settings, server, host_connections=1), seconds_max=30)
    assert outcomes == {urls[0]: 429}
    assert len(server.requests) == 1
    assert time.monotonic() - begin < 5


def test_a_host_that_gives_no_answers_is_not_asked_for_all_its_pages(settings: Settings, server: Hostile) -> None:
    nowhere = changed(settings, server, connect_to={"*.example": "127.0.0.1:9"})
    outcomes = fetched([f"http://post.example/{number}" for number in range(50)], nowhere, seconds_max=30)
    assert 3 <= len(outcomes) <= 4
    assert all(isinstance(error, FetchError) and not isinstance(error, HostBlocked) for error in outcomes.values())


def test_pages_of_a_host_keep_their_distance(server: Hostile, settings: Settings) -> None:
    server.answers["/page"] = response(b"page")
    urls = [f"http://{host}.example/page" for host in ("one", "two") for _ in range(4)]
    fetched([f"{url}?{number}" for number, url in enumerate(urls)], changed(settings, server, host_delay_seconds=0.1))
    for host in ("one.example", "two.example"):
        starts = [request.at for request in server.requests if request.host == host]
        assert len(starts) == 4
        assert all(later - earlier >= 0.09 for earlier, later in pairwise(starts))
