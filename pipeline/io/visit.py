"""Visit one address of an article: the exchange, and whether it brought a page that is new."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.errors import StageError
from pipeline.io.addresses import Wanted
from pipeline.io.archive import Location, Response
from pipeline.io.failures import check_status
from pipeline.io.network import Network
from pipeline.records import make_id
from pipeline.urls import canonical_url

NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What came of visiting one address."""

    item: Wanted
    captures: Sequence[Location]
    response: Response | None = None
    alias_of: str | None = None  #: the address that it leads to, whose page is there already
    error: Exception | None = None

    @property
    def answer(self) -> Response:
        assert self.response
        return self.response

    @property
    def is_unchanged(self) -> bool:
        """The body is the one that was captured before."""
        return self.captures[-1].record_type == "revisit"


class LeadsTo(Exception):
    """A redirect led to an address whose page is there already."""

    def __init__(self, address_id: str) -> None:
        self.address_id = address_id


async def visit(network: Network, item: Wanted, is_fetched: Callable[[str], bool]) -> Visit:
    """Visit one address. What goes wrong there is in the answer; StageError is raised for our own troubles.

    An article's first visit ends where a redirect leads to an address that *is_fetched*.
    """
    captures = list[Location]()
    visited = Visit(item=item, captures=captures)

    async def allow(url: str) -> None:
        await network.robots.check(url)
        address_id = make_id(item.entry.source_id, canonical_url(url))
        if item.earlier is None and address_id != item.address_id and is_fetched(address_id):
            raise LeadsTo(address_id)

    try:
        response = await network.get(item.entry.url, item.conditions(), item.earlier, captures, allow)
        if not (response.status_code == NOT_MODIFIED and captures[-1].record_type == "revisit"):
            check_status(response)
        return replace(visited, response=response)
    except StageError:
        raise
    except LeadsTo as other:
        return replace(visited, alias_of=other.address_id)
    except Exception as error:
        return replace(visited, error=error)
