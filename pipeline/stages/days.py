"""What several stages read of a day."""

from pipeline.io.rows import from_row
from pipeline.io.tables import ArticleRow, FeedRow, SourceRow
from pipeline.records import Article, Feed, Source
from pipeline.run import Run


def articles(run: Run) -> list[Article]:
    """The day's article versions, in the order of their capture."""
    return run.store.day(Article, ArticleRow, run.day, order=("captured_at",))


def sources(run: Run) -> dict[str, Source]:
    """All sources ever declared, by id."""
    feeds: dict[str, list[Feed]] = {}
    for feed in run.store.records(Feed, FeedRow):
        feeds.setdefault(feed.source_id, []).append(feed)
    rows = run.store.rows(SourceRow)
    return {row["source_id"]: from_row(Source, row | {"feeds": feeds.get(row["source_id"], [])}) for row in rows}
