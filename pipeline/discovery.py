"""Discovery: the address of a site in, its feeds out, each of them fetched and read."""

import asyncio
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from urllib.parse import urljoin

from pipeline.errors import RecordError
from pipeline.feeds.charset import decode
from pipeline.feeds.discover import Candidate, How, feed_links, robots_sitemaps, well_known
from pipeline.feeds.parse import Kind, ParsedFeed, Part, choose_parts, parse_feed
from pipeline.io.archive import Response
from pipeline.io.failures import FetchError, check_status
from pipeline.io.http import Client
from pipeline.sources import write_toml
from pipeline.sources.entry import Entry
from pipeline.urls import canonical_url, host_key

REQUESTS_MAX = 20
LINKS_MAX = 12  #: so that some requests are left for the sitemaps
SITEMAPS_MAX = 3
ITEMS_COMPARED = 10
STALE = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed that answered and could be read."""

    url: str  #: where it was found at last
    kind: Kind
    title: str
    item_count: int
    newest_at: datetime | None
    per_day: float | None  #: items a day, by the newer half of those that say when
    how: How


async def discover(client: Client, url: str) -> list[Found]:
    """Return the feeds of a site, or the feed that is at the address itself; the most useful for news first.

    *url* may lack its scheme. At most 20 requests are made. A candidate that fails is none; nothing found is an empty
    list. Raises FetchError when the address itself does not answer and nothing else is found.
    """
    search = _Search(client)
    error = await search.run(url)
    if error and not search.found:
        raise error
    return sorted(search.found, key=_usefulness)


def catalogue_entry(found: Sequence[Found]) -> str:
    """Return a [[source]] table for a catalogue, with these feeds; empty without any."""
    if not found:
        return ""
    host = host_key(found[0].url)
    name = next((feed.title for feed in found if feed.title), host)
    entry = Entry(id=_source_id(host), name=name, feeds=[feed.url for feed in found])
    return write_toml([entry.source()])


class _Search:
    """One search: what was asked, what is left to ask, and what was found."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._left = REQUESTS_MAX
        self._asked: set[str] = set()
        self._known: set[object] = set()
        self.found: list[Found] = []

    async def run(self, url: str) -> FetchError | None:
        """Fill `found`; return why the address itself did not answer, if so."""
        page, error = await self._first(url)
        site = page.final_url if page else _addresses(url)[-1]
        if page:
            self._asked.add(site)
            if feed := await _feed(page):
                await self._take(feed, site, "itself")
                return None
            await self._try(feed_links(page.body, site), LINKS_MAX)
        await self._try(await self._sitemaps(site), REQUESTS_MAX)
        if all(found.kind == "sitemap" for found in self.found):
            await self._try(well_known(site), REQUESTS_MAX)
        return error

    async def _first(self, url: str) -> tuple[Response | None, FetchError | None]:
        error = None
        for address in _addresses(url):
            self._reserve([address])
            try:
                return await self._get(address), None
            except FetchError as failure:
                error = error or failure
        return None, error

    async def _sitemaps(self, site: str) -> list[Candidate]:
        robots = urljoin(site, "/robots.txt")
        self._reserve([robots])
        try:
            text = decode((await self._get(robots)).body, "")
        except FetchError:
            return []
        return _candidates([Part(url=url, modified_at=None) for url in robots_sitemaps(text)], "robots")

    async def _try(self, candidates: Iterable[Candidate], most: int, *, follow: bool = True) -> None:
        """Ask so many candidates at once; *follow* also asks, for what is left, what a page about feeds links to."""
        new = {candidate.url: candidate for candidate in candidates if candidate.url not in self._asked}
        chosen = list(new.values())[: min(most, self._left)]
        self._reserve([candidate.url for candidate in chosen])
        further = await asyncio.gather(*(self._verify(candidate) for candidate in chosen))
        if follow:
            await self._try(chain.from_iterable(further), most - len(chosen), follow=False)

    async def _verify(self, candidate: Candidate) -> list[Candidate]:
        try:
            response = await self._get(candidate.url)
        except FetchError:
            return []
        if feed := await _feed(response):
            await self._take(feed, response.final_url, candidate.how)
            return []
        links = feed_links(response.body, response.final_url) if candidate.how in ("anchor", "well-known") else []
        return [replace(link, how=candidate.how) for link in links]

    async def _take(self, feed: ParsedFeed, url: str, how: How) -> None:
        """Keep a feed that is new to us; of an index of sitemaps, look into the most useful."""
        if feed.kind == "sitemap-index":
            await self._try(_candidates(feed.parts, how), SITEMAPS_MAX, follow=False)
            return
        items = tuple(canonical_url(item.url) for item in feed.items[:ITEMS_COMPARED])
        if (items or how in ("itself", "link")) and not self._known & {url, items}:
            self.found.append(_found(feed, url, how))
            self._known |= {url, items} if items else {url}

    def _reserve(self, urls: Collection[str]) -> None:
        """Count requests before they are made: several may be about to be."""
        self._left -= len(urls)
        self._asked.update(urls)

    async def _get(self, url: str) -> Response:
        response = await self._client.get(url)
        check_status(response)
        return response


async def _feed(response: Response) -> ParsedFeed | None:
    try:
        return await asyncio.to_thread(parse_feed, response.body, response.header("content-type"), response.final_url)
    except RecordError:
        return None


def _candidates(parts: Sequence[Part], how: How) -> list[Candidate]:
    return [Candidate(url=part.url, title="", how=how) for part in choose_parts(parts, None, SITEMAPS_MAX)]


def _addresses(url: str) -> list[str]:
    return [url] if "://" in url else [f"https://{url}", f"http://{url}"]


def _found(feed: ParsedFeed, url: str, how: How) -> Found:
    instants = sorted(filter(None, (item.published_at or item.updated_at for item in feed.items)), reverse=True)
    return Found(
        url=url, kind=feed.kind, title=feed.title, item_count=len(feed.items), newest_at=next(iter(instants), None),
        per_day=_per_day(instants), how=how,
    )  # fmt: skip


def _per_day(instants: Sequence[datetime]) -> float | None:
    """The rate of the newer half: feeds keep some old items on top of the new."""
    half = len(instants) // 2
    span = instants[0] - instants[half] if half else timedelta()
    return half / (span / timedelta(days=1)) if span else None


def _usefulness(found: Found) -> tuple[bool, bool, float, int]:
    is_stale = found.newest_at is None or found.newest_at < datetime.now(UTC) - STALE
    return found.kind == "sitemap", is_stale, -(found.per_day or 0.0), -found.item_count


def _source_id(host: str) -> str:
    """www.harbour-times.co.uk → harbour-times."""
    site = re.sub(r"^www\.|\.(?:(?:ac|co|com|edu|gov|net|org)\.)?[a-z0-9-]+$", "", host)
    return re.sub(r"[^a-z0-9]+", "-", site).strip("-") or "source"
