"""Extract: archived pages → articles.

Reads the day's pages from the archive, never from the network, so a backfill is this stage run again
over an old day. Of several captures of one version the first stands; every version seen is sighted.
"""

from collections.abc import Iterable, Iterator, Sequence

from pipeline.articles.extract import extract_article
from pipeline.batch import each
from pipeline.io.tables import ArticleRow, PageRow, SightingRow
from pipeline.records import Article, Capture, Page, Sighting, make_id
from pipeline.run import Report, Run, split
from pipeline.stages.days import sources


def extract(run: Run) -> Report:
    """Turn every page of the day into one article version or one rejection."""
    pages = run.store.day(Page, PageRow, run.day, order=("captured_at",))
    articles, rejected = split(each(extract_article, captures(run, pages)))
    run.refuse_unexpected("extract", rejected, len(pages))
    versions = list({article.version_id: article for article in reversed(articles)}.values())[::-1]
    changed = run.replace_rows("extract", {ArticleRow: versions, SightingRow: sightings(articles)}, rejected)
    return Report(
        stage="extract",
        day=run.day,
        in_count=len(pages),
        out_count=len(versions),
        rejected_count=len(rejected),
        changed_count=changed,
        note=_note(pages, versions),
    )


def captures(run: Run, pages: Iterable[Page]) -> Iterator[Capture]:
    """Read the pages' bodies back from the archive, one at a time."""
    outlets = sources(run)
    for page in pages:
        yield Capture(
            page=page,
            body=run.archive.read(page.archive_file, page.archive_offset),
            time_zone=outlets[page.source_id].time_zone,
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


def _note(pages: Sequence[Page], articles: Sequence[Article]) -> str:
    if not pages:
        return "no pages captured on this day"
    foreign = sum(article.language_code != "en" for article in articles)
    return f"{foreign} not in English" if foreign else ""
