"""Poll: feeds → entries.

Asks every feed that is due whether it has changed, files what is new, and decides when to ask again. A feed that
fails is one rejection and a row in its health; the stage fails only when it is not the feeds' doing.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pipeline.errors import StageError
from pipeline.feeds.health import FeedHealth, is_due
from pipeline.io.ask import Asked, ask
from pipeline.io.crawl import crawl
from pipeline.io.declare import declare
from pipeline.io.network import network
from pipeline.io.polls import Polls
from pipeline.polling import Tally, polled_from
from pipeline.records import Feed
from pipeline.run import Report, Run
from pipeline.sources import find_catalogue, load_catalogue
from pipeline.urls import host_key
from pipeline.workers import Workers

LONG_AGO = datetime.min.replace(tzinfo=UTC)
PARSERS, PARSE_SECONDS_MAX, PARSE_BYTES_MAX = 2, 20, 500_000_000


def poll(run: Run) -> Report:
    """Poll every feed that is due and file its new entries."""
    sources = load_catalogue(find_catalogue(run.settings.catalogue))
    declare(run.store, run.day, sources)
    polls, now = Polls(run.store, run.day), datetime.now(UTC)
    feeds = {feed.feed_id: feed for source in sources for feed in source.feeds}
    health = polls.health()
    polls.record_gone([feeds[key] for key, known in health.items() if known.state == "gone"], now)
    due = [feeds[key] for key in in_turn(health) if is_due(health[key], now, eager=run.settings.eager)]
    zones = {source.source_id: ZoneInfo(source.time_zone) for source in sources}
    tally = asyncio.run(_poll_all(run, polls, due, health, zones)) if due else Tally()
    _refuse(run, polls, tally, len(feeds))
    return Report(
        stage="poll",
        day=run.day,
        in_count=len(due),
        out_count=tally.new,
        rejected_count=len(tally.failed) + tally.left_out,
        changed_count=tally.new,
        note=tally.note(len(due), len(feeds)),
    )


def in_turn(health: Mapping[str, FeedHealth]) -> list[str]:
    """Those first that have been due longest, so that none is left out twice when time is short."""
    return sorted(health, key=lambda key: (health[key].next_poll_at or LONG_AGO, key))


async def _poll_all(
    run: Run, polls: Polls, due: Sequence[Feed], health: Mapping[str, FeedHealth], zones: Mapping[str, ZoneInfo]
) -> Tally:
    """Ask the feeds, many at once; each is recorded as soon as it has answered."""
    tally = Tally()
    with Workers(PARSERS, seconds_max=PARSE_SECONDS_MAX, memory_bytes_max=PARSE_BYTES_MAX) as workers:
        async with network(run.settings, run.store, run.archive, run.day) as net:

            async def one(feed: Feed) -> Asked:
                return await ask(net, workers, feed, health[feed.feed_id], run.day, zones[feed.source_id])

            def host(feed: Feed) -> str:
                return host_key(health[feed.feed_id].address)

            seconds = run.settings.harvest_minutes_max * 60
            async for asked in crawl(due, host, one, net.hosts, run.settings.connections, seconds):
                if asked.is_put_off:
                    tally.put_off += 1
                else:
                    polled = polled_from(asked)
                    tally.add(asked, polled, await asyncio.to_thread(polls.record, polled))
    return tally


def _refuse(run: Run, polls: Polls, tally: Tally, feed_count: int) -> None:
    """Raise StageError when nothing answered, or what failed is our own doing.

    In the latter case the feeds are as they were before, so that a retry asks them again.
    """
    error = run.too_many_unexpected("poll", tally.failed, tally.asked)
    if error or tally.is_outage(feed_count):
        polls.save(*tally.before)
    if not error and tally.is_nothing(feed_count):
        error = StageError(
            f"poll {run.day}: none of {tally.asked} feeds of catalogue {run.settings.catalogue} answered, "
            f"the first said: {tally.failed[0].message}; "
            "check the network and EVENTWIRE_ALLOW_NETWORKS"
        )
    if error:
        raise error
