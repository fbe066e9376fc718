"""Poll: feeds → entries.

Asks every feed of the catalogue whether it has changed (conditional GET) and files what is new.
A feed that fails is one rejection and a row in its health; only when none answers does the stage fail.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.batch import rejection
from pipeline.errors import StageError
from pipeline.feeds.entries import to_entries
from pipeline.feeds.parse import parse_feed
from pipeline.io.archive import ArchiveWriter, Response
from pipeline.io.harvest import Harvest, Health
from pipeline.io.http import Client, check_status
from pipeline.records import Entry, Feed, Rejection
from pipeline.run import Report, Run
from pipeline.sources import find_catalogue, load_catalogue

NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one poll of one feed gave."""

    feed: Feed
    checked_at: datetime
    response: Response | None = None
    entries: Sequence[Entry] = ()
    rejected: Rejection | None = None

    @property
    def outcome(self) -> str:
        if self.rejected:
            return "failed"
        return "unchanged" if self.response and self.response.status_code == NOT_MODIFIED else "parsed"


def poll(run: Run) -> Report:
    """Poll every feed once and file its new entries."""
    sources = load_catalogue(find_catalogue(run.settings.catalogue))
    harvest = Harvest(run.store, run.day)
    harvest.declare(sources)
    feeds = [feed for source in sources for feed in source.feeds]
    polls, new = asyncio.run(_poll_all(run, harvest, feeds))
    failed = [poll.rejected for poll in polls if poll.rejected]
    error = run.too_many_unexpected("poll", failed, len(feeds))
    if error:
        raise error
    if len(failed) == len(feeds):
        raise StageError(
            f"poll {run.day}: none of {len(feeds)} feeds answered, the first said: {failed[0].message}; "
            "check the network and EVENTWIRE_ALLOW_NETWORKS"
        )
    unchanged = sum(poll.outcome == "unchanged" for poll in polls)
    return Report(
        stage="poll",
        day=run.day,
        in_count=len(feeds),
        out_count=new,
        rejected_count=len(failed),
        changed_count=new,
        note=f"{unchanged} of {len(feeds)} feeds unchanged" if new else "no new entries",
    )


async def _poll_all(run: Run, harvest: Harvest, feeds: Sequence[Feed]) -> tuple[list[Poll], int]:
    """Poll the feeds at once; each is recorded as soon as it has answered."""
    health = harvest.health()
    polls, new = [], 0
    with run.archive.writer(run.day) as archive:
        async with Client(run.settings) as client:
            waiting = [_poll_one(run, client, archive, feed, health[feed.feed_id]) for feed in feeds]
            for answered in asyncio.as_completed(waiting):
                polls.append(await answered)
                new += _record(harvest, polls[-1])
    return polls, new


async def _poll_one(run: Run, client: Client, archive: ArchiveWriter, feed: Feed, health: Health) -> Poll:
    checked_at = datetime.now(UTC)
    try:
        response = await client.get(feed.url, health.conditions())
        archive.write(response)
        if response.status_code == NOT_MODIFIED:
            return Poll(feed=feed, checked_at=checked_at, response=response)
        check_status(response)
        kind = response.header("content-type")
        items = await asyncio.to_thread(parse_feed, response.body, kind, response.final_url)  # a slow one holds up none
        entries = to_entries(feed, items, run.day, checked_at)
        return Poll(feed=feed, checked_at=checked_at, response=response, entries=entries)
    except StageError:
        raise
    except Exception as error:
        return Poll(feed=feed, checked_at=checked_at, rejected=rejection(feed.url, error, feed.source_id))


def _record(harvest: Harvest, poll: Poll) -> int:
    if poll.rejected:
        harvest.record_failure(poll.feed, poll.checked_at, poll.rejected)
        return 0
    assert poll.response
    return harvest.record_poll(poll.feed, poll.checked_at, poll.outcome, poll.response, poll.entries)
