"""Recorded pages with their truth, beside the project: real pages of outlets, read by nobody but the benchmarks."""

import gzip
import json
import os
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trafilatura

from benchmarks.lab import TESTS, BenchmarkError
from pipeline.articles.extract import extract_article
from pipeline.errors import RecordError
from pipeline.records import Article, Capture, Page

PAGES = TESTS.parents[1] / "shared" / "pages"
SAME = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a reader says of a recorded page."""

    file: Path
    url: str
    language: str
    captured_at: datetime
    title: str
    authors: tuple[str, ...]
    published_at: datetime | None  #: without a zone where the page states none
    paragraphs: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.file.name.removesuffix(".html.gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How far an extracted article is right."""

    name: str
    language: str  #: the true one
    f1: float  #: of the body's tokens
    is_day_right: bool
    is_instant_right: bool
    are_authors_right: bool
    is_title_right: bool
    is_language_right: bool


def read_truth(folder: Path) -> list[Truth]:
    """The pages of a folder with a table truth.jsonl; raise BenchmarkError when it has none."""
    table = folder / "truth.jsonl"
    if not table.exists():
        raise BenchmarkError(
            f"{table} is missing: recorded pages are no part of the project, name a folder with --pages"
        )
    return [_truth(folder, json.loads(line)) for line in table.read_text(encoding="utf-8").splitlines()]


def _truth(folder: Path, row: dict[str, str | list[str] | None]) -> Truth:
    published = row["published_at"]
    return Truth(
        file=folder / str(row["file"]),
        url=str(row["url"]),
        language=str(row["language"]),
        captured_at=datetime.fromisoformat(str(row["captured_at"])).replace(tzinfo=UTC),
        title=" ".join(str(row["title"]).split()),
        authors=tuple(row["authors"] or ()),
        published_at=datetime.fromisoformat(str(published)) if published else None,
        paragraphs=tuple(row["paragraphs"] or ()),
    )


def capture(truth: Truth) -> Capture:
    """The page as the archive would give it back: read and decompressed now."""
    page = Page(
        page_id=truth.name, day=truth.captured_at.date(), source_id="recorded", entry_id=truth.name, url=truth.url,
        final_url=truth.url, status_code=200, content_type="text/html", captured_at=truth.captured_at, archive_file="",
        archive_offset=0, payload_digest="", payload_bytes=0, feed_title="", feed_published_at=None,
    )  # fmt: skip
    return Capture(page=page, body=gzip.decompress(truth.file.read_bytes()))


def score(truth: Truth, article: Article | None) -> Score:
    """Compare; a page that is refused has nothing right."""
    at, true_at = (article.published_at if article else None), truth.published_at
    is_day_right = bool(at and true_at and at.astimezone(true_at.tzinfo or at.tzinfo).date() == true_at.date())
    knows_instant = bool(true_at and true_at.tzinfo)  # what has no zone may be off by hours: it knows the day
    return Score(
        name=truth.name,
        language=truth.language,
        f1=f1(article.text if article else "", " ".join(truth.paragraphs)),
        is_day_right=is_day_right,
        is_instant_right=is_day_right and not (at and true_at and knows_instant and abs(at - true_at) >= SAME),
        are_authors_right=bool(article) and article.authors == truth.authors,
        is_title_right=bool(article) and " ".join(article.title.split()) == truth.title,
        is_language_right=bool(article) and article.language_code == truth.language,
    )


def f1(found: str, true: str) -> float:
    """Harmonic mean of precision and recall over the multisets of lower-case words."""
    ours, theirs = (Counter(re.findall(r"\w+", text.lower())) for text in (found, true))
    common = (ours & theirs).total()
    return 2 * common / (ours.total() + theirs.total()) if common else 0.0


# ── what is measured ─────────────────────────────────────────────────────────────────────────


def extract(given: Capture) -> Article | None:
    """One extraction as the stage has it; None when the page is refused."""
    try:
        return extract_article(given)
    except RecordError:
        return None


def yardstick(given: Capture) -> str | None:
    """Trafilatura alone, with its own metadata."""
    return trafilatura.extract(given.body, url=given.page.url, with_metadata=True, include_comments=False)


def extract_and_weigh(given: Capture) -> int:
    """Extract; return what memory this process has, bytes."""
    extract(given)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
