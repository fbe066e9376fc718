"""All that a harvest stage needs of the world outside: a polite client whose every answer is archived."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pipeline.io.archive import Archive, ArchiveWriter, Earlier, Location, Response, prepare
from pipeline.io.hosts import Hosts
from pipeline.io.http import Client
from pipeline.io.manners import Manners
from pipeline.io.robots import Robots, origin_of
from pipeline.io.store import Store
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One run's client, with what it knows of hosts, and the archive that it writes to."""

    hosts: Hosts
    robots: Robots
    client: Client
    archive: ArchiveWriter

    async def get(
        self,
        url: str,
        conditions: Mapping[str, str],
        earlier: Earlier | None,
        captures: list[Location],
        allow: Callable[[str], Awaitable[None]] | None = None,
    ) -> Response:
        """Fetch one address and archive what came back, whatever its status; add where it is to *captures*.

        Raises FetchError when nothing usable came back, StageError when it cannot be archived.
        """
        response = await self.client.get(url, conditions, allow)
        prepared = await asyncio.to_thread(prepare, response, earlier)  # compression lets others go on
        captures += self.archive.append(prepared)
        return response


@asynccontextmanager
async def network(
    settings: Settings, store: Store, archive: Archive, day: date, urls: Iterable[str] = ()
) -> AsyncIterator[Network]:
    """Open the network for one run; *urls* are the pages whose hosts' robots.txt will be asked for.

    What hosts asked of us is kept for the next run, however this one ends.
    """
    manners = Manners(store)
    with archive.writer(day) as writer:
        hosts = Hosts(settings, manners.blocks(datetime.now(UTC)))
        async with Client(settings, hosts) as client:
            robots = Robots(client, settings, manners.robots(map(origin_of, urls)))
            try:
                yield Network(hosts=hosts, robots=robots, client=client, archive=writer)
            finally:
                manners.save(hosts.blocks(), robots.learned())
