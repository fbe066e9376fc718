"""Visit one address of an article: the exchange, and whether it brought a page that is new."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import ParamSpec, TypeVar

from pipeline.errors import StageError
from pipeline.io.addresses import Addresses, Wanted
from pipeline.io.archive import Location, Response
from pipeline.io.failures import NOT_MODIFIED, check_status
from pipeline.io.network import Network
from pipeline.records import Page, make_id
from pipeline.urls import canonical_url

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What came of visiting one address."""

    item: Wanted
    captures: Sequence[Location] = ()
    response: Response | None = None
    alias_of: str | None = None  #: the address that it leads to, whose page is there already
    error: Exception | None = None

    @property
    def is_needless(self) -> bool:
        """Nothing was asked: another run took the address, or another address led to its page."""
        return not (self.response or self.alias_of or self.error)

    @property
    def answer(self) -> Response:
        assert self.response
        return self.response

    @property
    def is_unchanged(self) -> bool:
        """The body is the one that was captured before."""
        return self.captures[-1].record_type == "revisit"

    def page(self, day: date) -> Page:
        """The page that was had. It is named by its capture, as a body may come back after others."""
        location, entry = self.captures[-1], self.item.entry
        return Page(
            page_id=make_id(location.file, location.offset),
            day=day,
            source_id=entry.source_id,
            entry_id=entry.entry_id,
            url=entry.url,
            final_url=self.answer.final_url,
            status_code=self.answer.status_code,
            content_type=self.answer.header("content-type"),
            captured_at=self.answer.captured_at,
            archive_file=location.file,
            archive_offset=location.offset,
            payload_digest=location.payload_digest,
            payload_bytes=len(self.answer.body),
            feed_title=entry.title,
            feed_published_at=entry.published_at,
        )


class Visitor:
    """Visits addresses. What is asked of the store waits in a thread, so that exchanges go on meanwhile."""

    def __init__(self, network: Network, addresses: Addresses) -> None:
        self._network, self._addresses = network, addresses
        self._turn = asyncio.Lock()  # one thread at most: names are looked up in threads too

    async def visit(self, item: Wanted) -> Visit:
        """Visit one address. What goes wrong there is in the answer; StageError is raised for our own troubles."""
        if not await self.store(self._addresses.claim, item, datetime.now(UTC)):
            return Visit(item=item)
        captures = list[Location]()
        visited = Visit(item=item, captures=captures)
        try:
            return replace(visited, response=await self._answer(item, captures))
        except StageError:
            raise
        except _LeadsTo as other:
            return replace(visited, alias_of=other.address_id)
        except Exception as error:
            return replace(visited, error=error)

    async def store(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What a call to the store returns."""
        async with self._turn:
            return await asyncio.to_thread(call, *args, **kwargs)

    async def _answer(self, item: Wanted, captures: list[Location]) -> Response:
        """A good answer. The first visit to an article ends where a redirect leads to a page that is there."""

        async def allow(url: str) -> None:
            await self._network.robots.check(url)
            address_id = make_id(item.entry.source_id, canonical_url(url))
            if item.earlier is None and address_id != item.address_id:
                there = await self.store(self._addresses.page_of, address_id)
                if there and there != item.address_id:
                    raise _LeadsTo(there)

        response = await self._network.get(item.entry.url, item.conditions(), item.earlier, captures, allow)
        if not (response.status_code == NOT_MODIFIED and captures[-1].record_type == "revisit"):
            check_status(response)
        return response


class _LeadsTo(Exception):
    """A redirect led to an address whose page is there already."""

    def __init__(self, address_id: str) -> None:
        self.address_id = address_id
