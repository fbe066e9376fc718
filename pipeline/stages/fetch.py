"""Fetch: addresses → pages in the archive.

The pages of new entries come first; then, for a quarter of the time at most, pages that are looked at again for
corrections. What fails for a passing reason is tried again by later runs; what time does not allow waits for them.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic

from pipeline.fetching import Tally, record
from pipeline.io.addresses import Addresses, Wanted
from pipeline.io.crawl import crawl
from pipeline.io.network import Network, network
from pipeline.io.visit import Visitor
from pipeline.run import Report, Run
from pipeline.urls import host_key

CORRECTIONS_SHARE = 0.25  # of the time that a run has


def fetch(run: Run) -> Report:
    """Fetch the page of every new entry, and look again at pages that may have been corrected."""
    addresses, now = Addresses(run.store, run.day), datetime.now(UTC)
    tally = Tally(rejected=addresses.give_up())
    late_count = len(tally.rejected)
    pending, corrections = addresses.pending(now, eager=run.settings.eager), addresses.corrections(now)
    if pending or corrections:
        asyncio.run(_fetch_all(run, addresses, pending, corrections, tally))
    error = run.too_many_unexpected("fetch", tally.rejected, late_count + len(pending))
    if error:
        raise error
    return Report(
        stage="fetch",
        day=run.day,
        in_count=late_count + len(pending) + tally.again,
        out_count=tally.pages + tally.corrected,
        rejected_count=len(tally.rejected),
        changed_count=tally.changed,
        note=tally.note(len(pending)),
    )


async def _fetch_all(
    run: Run, addresses: Addresses, pending: Sequence[Wanted], corrections: Sequence[Wanted], tally: Tally
) -> None:
    budget, start = run.settings.harvest_minutes_max * 60, monotonic()
    async with network(run.settings, run.store, run.archive, run.day) as net:
        await _fetch_some(run, addresses, net, pending, tally, budget)
        left = min(budget * CORRECTIONS_SHARE, budget - (monotonic() - start))
        await _fetch_some(run, addresses, net, corrections, tally, left)


async def _fetch_some(
    run: Run, addresses: Addresses, net: Network, items: Sequence[Wanted], tally: Tally, seconds: float
) -> None:
    """Visit the addresses, many at once; each is recorded before its worker takes another."""
    visitor = Visitor(net, addresses)

    async def one(item: Wanted) -> None:
        visited = await visitor.visit(item)
        await visitor.store(record, run, addresses, visited, tally)

    def host(item: Wanted) -> str:
        return host_key(item.entry.url)

    async for _ in crawl(items, host, one, net.hosts, run.settings.connections, seconds):
        pass
