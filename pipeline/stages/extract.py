"""Extract: archived pages → versions of articles.

Reads the day's pages from the archive, never from the network, so a backfill is this stage run again
over an old day. Of several captures of one version the first stands; every version seen is sighted.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from pipeline.articles.extract import extract_article
from pipeline.articles.revisions import revisions
from pipeline.batch import each_in, page_workers
from pipeline.io.store import chunks
from pipeline.io.tables import ArticleRow, EntryRow, PageRow, RevisionRow, SightingRow
from pipeline.io.versions import history, replace_versions
from pipeline.records import Article, Capture, Page, Rejection, Sighting, make_id
from pipeline.run import Report, Run, split
from pipeline.stages.days import sources

PAGES_EACH = 25  # for which the start of one more process is worth its time


def extract(run: Run) -> Report:
    """Turn every page of the day into one article version or one rejection."""
    pages = run.store.day(Page, PageRow, run.day, order=("captured_at",))
    articles, rejected = split(outcomes(run, pages))
    run.refuse_unexpected("extract", rejected, len(pages))
    versions = list({article.version_id: article for article in reversed(articles)}.values())[::-1]
    ids = {article.article_id for article in versions}
    changes = revisions(articles, *history(run.store, run.day, ids))
    rows = {
        ArticleRow: run.rows(versions),
        SightingRow: run.rows(sightings(articles)),
        RevisionRow: run.rows(changes),
    }
    changed, outdated = replace_versions(run.store, run.day, rows, run.rejection_rows("extract", rejected))
    return Report(
        stage="extract",
        day=run.day,
        in_count=len(pages),
        out_count=len(versions),
        rejected_count=len(rejected),
        changed_count=changed,
        note=_note(pages, versions, outdated),
    )


def outcomes(run: Run, pages: Sequence[Page]) -> Iterator[Article | Rejection]:
    """Extract in worker processes: no page can hang or end the stage. In the order of the pages."""
    with page_workers(run.settings, len(pages) // PAGES_EACH + 1) as workers:
        yield from each_in(workers, extract_article, captures(run, pages))


def captures(run: Run, pages: Sequence[Page]) -> Iterator[Capture]:
    """Read the pages' bodies back from the archive, one at a time."""
    outlets = sources(run)
    summaries = {
        row["entry_id"]: row["summary"]
        for some in chunks({page.entry_id for page in pages})
        for row in run.store.rows(EntryRow, EntryRow.entry_id.in_(some))
    }
    for page in pages:
        yield Capture(
            page=page,
            body=run.archive.read(page.archive_file, page.archive_offset),
            time_zone=outlets[page.source_id].time_zone,
            feed_summary=summaries.get(page.entry_id, ""),
        )


def sightings(articles: Iterable[Article]) -> list[Sighting]:
    """When each version was seen last on the day."""
    last = {article.version_id: article for article in articles}
    return [
        Sighting(
            sighting_id=make_id(article.day, article.version_id),
            day=article.day,
            article_id=article.article_id,
            version_id=article.version_id,
            captured_at=article.captured_at,
        )
        for article in last.values()
    ]


def _note(pages: Sequence[Page], articles: Sequence[Article], outdated: Sequence[date]) -> str:
    if not pages:
        return "no pages captured on this day"
    notes = []
    if foreign := sum(article.language_code != "en" for article in articles):
        notes.append(f"{foreign} not in English")
    if outdated:
        notes.append(f"run nightly for {', '.join(map(str, outdated))} again: other versions stood before them")
    return "; ".join(notes)
