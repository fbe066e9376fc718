"""All that a harvest stage needs of the world outside: a polite client whose every answer is archived."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial

from pipeline.io.archive import (
    Archive,
    ArchiveWriter,
    Earlier,
    Hop,
    Location,
    Prepared,
    Response,
    prepare,
    prepare_redirects,
    target_uri,
)
from pipeline.io.hosts import Hosts
from pipeline.io.http import Client
from pipeline.io.manners import Manners
from pipeline.io.robots import BYTES_MAX, Robots, origin_of
from pipeline.io.store import Store
from pipeline.settings import Settings

Allow = Callable[[str], Awaitable[None]]


class Network:
    """One run's client, with what it knows of hosts, and the archive that it writes to."""

    def __init__(self, client: Client, archive: ArchiveWriter, manners: Manners) -> None:
        self._client, self._archive, self._manners = client, archive, manners
        self.hosts = client.hosts
        self.robots = Robots(self._robots_txt, client.hosts, manners)

    async def get(
        self,
        url: str,
        conditions: Mapping[str, str],
        earlier: Earlier | None,
        captures: list[Location],
        allow: Allow | None = None,
    ) -> Response:
        """Fetch one address and archive what came back, whatever its status; add where it is to *captures*.

        These are there also when an error is raised: the redirects that were followed until then.
        *conditions* (If-None-Match and the like) are sent only to the address that *earlier* was captured at.

        Raises FetchError when nothing usable came back, StageError when it cannot be archived.
        """
        headers = partial(_headers, conditions, earlier.url if earlier else None, origin_of(url))
        return await self._exchange(url, earlier, captures, headers=headers, allow=allow)

    async def _robots_txt(self, url: str) -> Response:
        captures = list[Location]()
        try:
            return await self._exchange(url, None, captures, first_bytes=BYTES_MAX)
        finally:
            if captures:
                await asyncio.to_thread(self._manners.index, captures)

    async def _exchange(
        self,
        url: str,
        earlier: Earlier | None,
        captures: list[Location],
        headers: Callable[[str], Mapping[str, str]] | None = None,
        allow: Allow | None = None,
        first_bytes: int | None = None,
    ) -> Response:
        hops = list[Hop]()
        try:
            response = await self._client.get(url, headers, allow, first_bytes, hops)
        except Exception:
            captures += await self._archived(partial(prepare_redirects, hops)) if hops else ()
            raise
        finally:
            await self._keep_pauses()
        captures += await self._archived(partial(prepare, response, earlier))
        return response

    async def _archived(self, prepared: Callable[[], Prepared]) -> tuple[Location, ...]:
        return self._archive.append(await asyncio.to_thread(prepared))  # compression lets others go on

    async def _keep_pauses(self) -> None:
        if changes := self.hosts.changes():
            await asyncio.to_thread(self._manners.keep_pauses, changes, datetime.now(UTC))


def _headers(conditions: Mapping[str, str], held_at: str | None, origin: str, address: str) -> Mapping[str, str]:
    """What validators hold for is what was captured; where that is not known, they stay on the site they are of."""
    is_for_it = target_uri(address) == held_at if held_at else origin_of(address) == origin
    return conditions if is_for_it else {}


@asynccontextmanager
async def network(settings: Settings, store: Store, archive: Archive, day: date) -> AsyncIterator[Network]:
    """Open the network for one run."""
    manners = Manners(store, day)
    manners.forget(datetime.now(UTC))
    with archive.writer(day) as writer:
        async with Client(settings, Hosts(settings, manners.pauses())) as client:
            yield Network(client, writer, manners)
