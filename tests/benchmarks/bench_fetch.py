"""Fetch: pages of 100 KB over 500 hosts, fetched and archived; the polls that list them are not measured."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks.lab import Home, Measurement, Result, Server, home, middle, sizes

HOSTS = 500
GZIP, PLAIN = "pages sent with gzip", "pages sent as they are"


def bench(server: Server, pages: int, repeat: int, tell: Callable[[str], None]) -> Result:
    measurements: list[Measurement] = []
    for count in sizes(pages)[:-1]:
        tell(f"fetch: {count} pages")
        with _listed(server, count, "story") as made:
            measurements.append(_fetch(made, GZIP, count))
    tell(f"fetch: {pages} pages")
    with _listed(server, pages, "story") as made:
        measurements.append(middle([_fetch(made, GZIP, pages) for _ in range(repeat)]))
        tell("fetch: whose code takes the time")
        _poll(made, pages)
        shares = made.shares("fetch", GZIP, pages)
    tell(f"fetch: {pages} pages, {PLAIN}")
    with _listed(server, pages, "plain") as made:
        measurements.append(middle([_fetch(made, PLAIN, pages) for _ in range(repeat)]))
    return Result(stage="fetch", one="page", measurements=measurements, shares=shares)


@contextmanager
def _listed(server: Server, pages: int, kind: str) -> Iterator[Home]:
    """A home whose feeds list that many pages in all, new ones at each poll."""
    hosts = min(HOSTS, pages)
    each, more = divmod(pages, hosts)
    addresses = [f"http://h{number}.example/feed/{kind}/{each + (number < more)}" for number in range(hosts)]
    with home(server, addresses) as made:
        yield made


def _poll(made: Home, pages: int) -> None:
    made.run("poll", "", min(HOSTS, pages))


def _fetch(made: Home, what: str, pages: int) -> Measurement:
    _poll(made, pages)
    return made.run("fetch", what, pages)
