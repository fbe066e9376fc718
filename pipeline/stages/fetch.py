"""Fetch: addresses → pages in the archive.

The pages of new entries come first; then, for a quarter of the time at most, pages that are looked at again for
corrections. What fails for a passing reason is tried again by later runs; what time does not allow waits for them.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from time import monotonic

from pipeline.batch import rejection
from pipeline.io.addresses import Addresses, Wanted
from pipeline.io.archive import Location, Response
from pipeline.io.crawl import crawl
from pipeline.io.failures import HostBlocked
from pipeline.io.network import Network, network
from pipeline.io.visit import Visit, visit
from pipeline.records import Page, Rejection, make_id
from pipeline.run import Report, Run
from pipeline.urls import host_key

CORRECTIONS_SHARE = 0.25  # of the time that a run has


@dataclass(slots=True)
class Tally:
    """What the fetches of one run gave."""

    pages: int = 0
    aliases: int = 0
    again: int = 0  #: pages looked at again
    corrected: int = 0
    answered: int = 0
    rejected: list[Rejection] = field(default_factory=list)


def fetch(run: Run) -> Report:
    """Fetch the page of every new entry, and look again at pages that may have been corrected."""
    addresses, now = Addresses(run.store, run.day), datetime.now(UTC)
    pending = addresses.pending(now, eager=run.settings.eager)
    corrections = addresses.corrections(now)
    tally = asyncio.run(_fetch_all(run, addresses, pending, corrections)) if pending or corrections else Tally()
    error = run.too_many_unexpected("fetch", tally.rejected, len(pending))
    if error:
        raise error
    return Report(
        stage="fetch",
        day=run.day,
        in_count=len(pending) + tally.again,
        out_count=tally.pages + tally.corrected,
        rejected_count=len(tally.rejected),
        changed_count=tally.pages + tally.aliases + tally.corrected + len(tally.rejected),
        note=_note(tally, len(pending)),
    )


async def _fetch_all(run: Run, addresses: Addresses, pending: Sequence[Wanted], corrections: Sequence[Wanted]) -> Tally:
    tally, budget, start = Tally(), run.settings.harvest_minutes_max * 60, monotonic()
    urls = (item.entry.url for item in (*pending, *corrections))
    async with network(run.settings, run.store, run.archive, run.day, urls) as net:
        await _fetch_some(run, addresses, net, pending, tally, budget)
        left = min(budget * CORRECTIONS_SHARE, budget - (monotonic() - start))
        await _fetch_some(run, addresses, net, corrections, tally, left)
    return tally


async def _fetch_some(
    run: Run, addresses: Addresses, net: Network, items: Sequence[Wanted], tally: Tally, seconds: float
) -> None:
    """Visit the addresses, many at once; each is recorded as soon as it has answered."""

    async def one(item: Wanted) -> Visit:
        return await visit(net, item, addresses.is_fetched)

    def host(item: Wanted) -> str:
        return host_key(item.entry.url)

    async for visited in crawl(items, host, one, net.hosts, run.settings.connections, seconds):
        _record(run, addresses, visited, tally)


def _record(run: Run, addresses: Addresses, visited: Visit, tally: Tally) -> None:
    item = visited.item
    if isinstance(visited.error, HostBlocked):
        return
    tally.answered += not item.is_again
    tally.again += item.is_again
    if visited.error:
        _record_failure(run, addresses, visited, visited.error, tally)
    elif visited.alias_of:
        addresses.record_alias(item, visited.alias_of, visited.captures)
        tally.aliases += 1
    elif visited.is_unchanged:
        addresses.record_unchanged(item, visited.answer, visited.captures)
    else:
        addresses.record_page(
            item, to_page(run.day, item, visited.answer, visited.captures[-1]), visited.answer, visited.captures
        )
        tally.pages += not item.is_again
        tally.corrected += item.is_again


def _record_failure(run: Run, addresses: Addresses, visited: Visit, error: Exception, tally: Tally) -> None:
    item = visited.item
    refused = rejection(item.entry.url, error, item.entry.source_id)
    attempts_left = run.settings.fetch_attempts - item.attempts - 1 if getattr(error, "is_passing", False) else 0
    addresses.record_failure(item, refused, datetime.now(UTC), attempts_left, visited.captures)
    if not item.is_again:
        tally.rejected.append(refused)


def to_page(day: date, item: Wanted, response: Response, location: Location) -> Page:
    """Describe an archived response."""
    return Page(
        page_id=make_id(day, item.entry.source_id, item.entry.url, location.payload_digest),
        day=day,
        source_id=item.entry.source_id,
        entry_id=item.entry.entry_id,
        url=item.entry.url,
        final_url=response.final_url,
        status_code=response.status_code,
        content_type=response.header("content-type"),
        captured_at=response.captured_at,
        archive_file=location.file,
        archive_offset=location.offset,
        payload_digest=location.payload_digest,
        payload_bytes=len(response.body),
        feed_title=item.entry.title,
        feed_published_at=item.entry.published_at,
    )


def _note(tally: Tally, pending_count: int) -> str:
    parts = [
        "" if pending_count else "nothing pending",
        f"{pending_count - tally.answered} wait for the next run" if pending_count > tally.answered else "",
        f"{tally.aliases} lead to pages that are there" if tally.aliases else "",
        f"{tally.corrected} of {tally.again} looked at again have changed" if tally.again else "",
    ]
    return ", ".join(part for part in parts if part)
