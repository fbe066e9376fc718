"""Fetch: entries → pages in the archive.

An address that several pending entries of a source name is asked for once; what fails for a passing reason
is tried again by later runs, up to a number of attempts.
"""

import asyncio
from collections.abc import Sequence
from datetime import date

from pipeline.batch import rejection
from pipeline.errors import StageError
from pipeline.io.archive import ArchiveWriter, Location, Response
from pipeline.io.harvest import Harvest, Pending
from pipeline.io.http import Client, check_status
from pipeline.records import Page, Rejection, make_id
from pipeline.run import Report, Run


def fetch(run: Run) -> Report:
    """Fetch the page of every pending entry."""
    harvest = Harvest(run.store, run.day)
    pending = harvest.pending()
    rejected = asyncio.run(_fetch_all(run, harvest, pending)) if pending else []
    error = run.too_many_unexpected("fetch", rejected, len(pending))
    if error:
        raise error
    return Report(
        stage="fetch",
        day=run.day,
        in_count=len(pending),
        out_count=len(pending) - len(rejected),
        rejected_count=len(rejected),
        changed_count=len(pending),
        note="" if pending else "nothing pending",
    )


async def _fetch_all(run: Run, harvest: Harvest, pending: Sequence[Pending]) -> list[Rejection]:
    rejected = []
    with run.archive.writer(run.day) as archive:
        async with Client(run.settings) as client:
            waiting = [_fetch_one(run, harvest, client, archive, item) for item in pending]
            for answered in asyncio.as_completed(waiting):
                outcome = await answered
                if outcome:
                    rejected.append(outcome)
    return rejected


async def _fetch_one(
    run: Run, harvest: Harvest, client: Client, archive: ArchiveWriter, item: Pending
) -> Rejection | None:
    """Archive one page and record it; return the rejection when there is none to record."""
    try:
        response = await client.get(item.entry.url)
        location = archive.write(response)
        check_status(response)
    except StageError:
        raise
    except Exception as error:
        attempts_left = run.settings.fetch_attempts - item.attempts - 1 if getattr(error, "is_passing", False) else 0
        refused = rejection(item.entry.url, error, item.entry.source_id)
        harvest.record_fetch_failure(item, refused, attempts_left)
        return refused
    harvest.record_page(item, to_page(run.day, item, response, location))
    return None


def to_page(day: date, item: Pending, response: Response, location: Location) -> Page:
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
