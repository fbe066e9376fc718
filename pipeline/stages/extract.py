"""Extract: archived pages → articles.

Reads the day's pages from the archive, never from the network, so a backfill is this stage run again
over an old day. Of several captures of one version the first stands.
"""

from collections.abc import Iterable, Iterator

from pipeline.articles.extract import extract_article
from pipeline.batch import each
from pipeline.io.tables import ArticleRow, PageRow
from pipeline.records import Article, Capture, Page, Rejection
from pipeline.run import Report, Run


def extract(run: Run) -> Report:
    """Turn every page of the day into one article version or one rejection."""
    pages = run.store.day(Page, PageRow, run.day, order=("captured_at",))
    outcomes = list(each(extract_article, captures(run, pages)))
    foreign = sum(isinstance(article, Article) and article.language_code != "en" for article in outcomes)
    note = f"{foreign} not in English" if foreign else "" if pages else "no pages captured on this day"
    return run.replace("extract", ArticleRow, first_of_each_version(outcomes), note)


def captures(run: Run, pages: Iterable[Page]) -> Iterator[Capture]:
    """Read the pages' bodies back from the archive, one at a time."""
    for page in pages:
        yield Capture(page=page, body=run.archive.read(page.archive_file, page.archive_offset))


def first_of_each_version(outcomes: Iterable[Article | Rejection]) -> Iterator[Article | Rejection]:
    """Leave out articles whose version has been seen."""
    seen: set[str] = set()
    for outcome in outcomes:
        if isinstance(outcome, Article):
            if outcome.version_id in seen:
                continue
            seen.add(outcome.version_id)
        yield outcome
