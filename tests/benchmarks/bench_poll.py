"""Poll: a first round in which every feed is new, then one in which half answer 304 and half have 30 new items."""

from collections.abc import Callable

from benchmarks.lab import Measurement, Result, Server, home, middle, sizes

ITEMS = 30
FIRST, SECOND = "first poll, all new", "next poll, half answer 304"


def bench(server: Server, feeds: int, repeat: int, tell: Callable[[str], None]) -> Result:
    measurements: list[Measurement] = []
    for count in sizes(feeds):
        tell(f"poll: {count} feeds")
        with home(server, [f"http://h{number}.example/feed/mixed/{ITEMS}" for number in range(count)]) as made:
            measurements.append(made.run("poll", FIRST, count))
            times = repeat if count == feeds else 1
            measurements.append(middle([made.run("poll", SECOND, count) for _ in range(times)]))
            if count == feeds:
                tell("poll: whose code takes the time")
                shares = made.shares("poll", SECOND, count)
    return Result(stage="poll", one="feed", measurements=measurements, shares=shares)
