"""Extract days again from the archive and hold what comes out against what is there, before anything is switched."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from pipeline.articles.compare import Difference, compare
from pipeline.io.tables import ArticleRow, PageRow, RejectionRow, SightingRow
from pipeline.language.clean import clean
from pipeline.records import Article, Page, Rejection
from pipeline.run import Run
from pipeline.stages.extract import outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What became of one page of one day."""

    day: date
    page: Page
    difference: Difference

    @property
    def row(self) -> dict[str, Any]:
        return {"day": self.day, "page_id": self.page.page_id, **asdict(self.difference)}


def compare_day(run: Run) -> Iterator[Compared]:
    """Extract every page of the day and compare with what is stored; nothing is changed.

    A page that was rejected and still is gives no row, nor does a later capture of a version that is there.
    """
    pages = run.store.day(Page, PageRow, run.day, order=("captured_at",))
    stored = _Stored(run, pages)
    for page, after in zip(pages, outcomes(run, pages), strict=True):
        before = stored.outcome(page, after)
        if before and (difference := compare(page.url, before, after)):
            yield Compared(day=run.day, page=page, difference=difference)


class _Stored:
    """The outcomes that the store has of a day's pages."""

    def __init__(self, run: Run, pages: Sequence[Page]) -> None:
        articles = run.store.day(Article, ArticleRow, run.day, order=("captured_at",))
        is_mine = (RejectionRow.day == run.day, RejectionRow.stage == "extract")
        urls = {page.page_id: page.url for page in pages}
        self._by_page = {article.page_id: article for article in articles}
        self._by_url = {urls[article.page_id]: article for article in articles if article.page_id in urls}
        self._rejected = {row.key: row for row in run.store.records(Rejection, RejectionRow, *is_mine)}
        self._sighted = {row["version_id"] for row in run.store.rows(SightingRow, SightingRow.day == run.day)}

    def outcome(self, page: Page, after: Article | Rejection) -> Article | Rejection | None:
        """What became of the page then.

        A capture of a version that has its row by another one is known by its outcome now; None when that is the same.
        """
        if own := self._by_page.get(page.page_id):
            return own
        if isinstance(after, Article) and after.version_id in self._sighted:
            return None
        rejected, article = self._rejected.get(clean(page.url)), self._by_url.get(page.url)
        return (rejected or article) if isinstance(after, Rejection) else (article or rejected)
