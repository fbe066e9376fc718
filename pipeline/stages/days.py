"""What several stages read of a day."""

from collections.abc import Collection

from pipeline.io.rows import from_row
from pipeline.io.store import chunks
from pipeline.io.tables import ArticleRow, FeedRow, SourceRow
from pipeline.records import Article, Feed, Source
from pipeline.run import Run


def articles(run: Run) -> list[Article]:
    """The day's article versions, in the order of their capture."""
    return run.store.day(Article, ArticleRow, run.day, order=("captured_at",))


def versions(run: Run, version_ids: Collection[str]) -> list[Article]:
    """These article versions, of whatever day, in the order of their capture."""
    found = [
        article
        for some in chunks(version_ids)
        for article in run.store.records(Article, ArticleRow, ArticleRow.version_id.in_(some))
    ]
    return sorted(found, key=lambda article: (article.captured_at, article.version_id))


def sources(run: Run) -> dict[str, Source]:
    """All sources ever declared, by id."""
    feeds: dict[str, list[Feed]] = {}
    for feed in run.store.records(Feed, FeedRow):
        feeds.setdefault(feed.source_id, []).append(feed)
    rows = run.store.rows(SourceRow)
    return {row["source_id"]: from_row(Source, row | {"feeds": feeds.get(row["source_id"], [])}) for row in rows}
