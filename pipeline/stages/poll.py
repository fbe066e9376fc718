"""Poll: feeds → entries.

Asks every feed that is due whether it has changed, files what is new, and decides when to ask again. A feed that
fails is one rejection and a row in its health; only when none of many answers does the stage fail.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pipeline.batch import rejection
from pipeline.errors import RecordError, StageError
from pipeline.feeds.health import FeedHealth, after_answer, after_failure, find_gap, is_due
from pipeline.io.ask import Asked, ask
from pipeline.io.crawl import crawl
from pipeline.io.declare import declare
from pipeline.io.failures import HostBlocked
from pipeline.io.network import network
from pipeline.io.polls import Polled, Polls, items_key
from pipeline.records import Feed, Rejection
from pipeline.run import Report, Run
from pipeline.sources import find_catalogue, load_catalogue
from pipeline.urls import host_key
from pipeline.workers import Workers

LONG_AGO = datetime.min.replace(tzinfo=UTC)
PARSERS = 2
PARSE_SECONDS_MAX, PARSE_BYTES_MAX = 20, 500_000_000


@dataclass(slots=True)
class Tally:
    """What the polls of one run gave."""

    asked: int = 0
    new: int = 0
    unchanged: int = 0
    gaps: int = 0
    failed: list[Rejection] = field(default_factory=list)
    left_out: int = 0  #: feeds with items that cannot be used


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
    _refuse(run, tally, len(due), len(feeds))
    return Report(
        stage="poll",
        day=run.day,
        in_count=len(due),
        out_count=tally.new,
        rejected_count=len(tally.failed) + tally.left_out,
        changed_count=tally.new,
        note=_note(tally, len(due), len(feeds)),
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
                tally.asked += 1
                _record(polls, asked, tally)
    return tally


def _record(polls: Polls, asked: Asked, tally: Tally) -> None:
    if isinstance(asked.error, HostBlocked):
        tally.asked -= 1  # its host wants to be left alone
    elif asked.error:
        rejected = rejection(asked.feed.url, asked.error, asked.feed.source_id)
        tally.failed.append(rejected)
        polls.record(_failed(asked, rejected))
    else:
        polled = _answered(asked, polls.known(asked.entries))
        tally.new += polls.record(polled)
        tally.unchanged += polled.outcome == "unchanged"
        tally.gaps += polled.gap is not None
        tally.left_out += polled.left_out is not None


def _failed(asked: Asked, rejected: Rejection) -> Polled:
    failure = asked.failure()
    return Polled(
        feed=asked.feed,
        checked_at=asked.at,
        outcome="failed",
        health=after_failure(asked.health, failure),
        captures=asked.captures,
        failure_kind=failure.kind,
        rejected=rejected,
    )


def _answered(asked: Asked, known_count: int) -> Polled:
    answer = asked.answer(known_count)
    return Polled(
        feed=asked.feed,
        checked_at=asked.at,
        outcome="parsed" if asked.parsed else "unchanged",
        health=after_answer(asked.health, answer),
        entries=asked.entries,
        captures=asked.captures,
        gap=find_gap(asked.health, answer),
        left_out=_left_out(asked),
    )


def _left_out(asked: Asked) -> Rejection | None:
    problems = asked.parsed.problems if asked.parsed else ()
    if not problems:
        return None
    error = RecordError(f"{asked.feed.url}: {'; '.join(problems)}")
    return rejection(items_key(asked.feed), error, asked.feed.source_id)


def _refuse(run: Run, tally: Tally, due_count: int, feed_count: int) -> None:
    """Raise StageError when too much failed for single feeds to be the cause."""
    error = run.too_many_unexpected("poll", tally.failed, due_count)
    if error:
        raise error
    if len(tally.failed) == tally.asked >= max(1, feed_count / 2):
        raise StageError(
            f"poll {run.day}: none of {due_count} feeds answered, the first said: {tally.failed[0].message}; "
            "check the network and EVENTWIRE_ALLOW_NETWORKS"
        )


def _note(tally: Tally, due_count: int, feed_count: int) -> str:
    if not due_count:
        return f"none of {feed_count} feeds is due yet"
    parts = [
        f"{due_count} of {feed_count} feeds due" if due_count < feed_count else "",
        f"{tally.unchanged} of {due_count} feeds unchanged" if tally.new else "no new entries",
        f"{tally.gaps} gap{'s' * (tally.gaps > 1)}" if tally.gaps else "",
        f"{due_count - tally.asked} wait for the next run" if due_count > tally.asked else "",
    ]
    return ", ".join(part for part in parts if part)
