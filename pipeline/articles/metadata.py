"""Read a page's own statements about itself: JSON-LD (schema.org), meta elements, link and time elements."""

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from lxml.html import HtmlElement

from pipeline.language.clean import clean
from pipeline.records import InstantPrecision

ARTICLE_TYPES = frozenset(
    {"Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BlogPosting", "LiveBlogPosting",
     "OpinionNewsArticle", "BackgroundNewsArticle", "ReviewNewsArticle", "ScholarlyArticle", "Report"}
)  # fmt: skip
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """An instant with where the page states it, and whether it states more than the day."""

    instant: datetime
    source: str
    precision: InstantPrecision


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says of itself; None or empty where it says nothing."""

    title: str | None
    heading: str | None  #: what a reader sees in place of a title
    authors: tuple[str, ...]
    language: str | None
    published: Dated | None
    modified: Dated | None
    canonical_url: str | None
    is_paywalled: bool


def read_metadata(tree: HtmlElement, not_after: datetime, zone: tzinfo = UTC) -> Metadata:
    """Collect the page's metadata; instants before 1990 or later than *not_after* are not believed.

    An instant that states no zone is one of *zone*, the outlet's.
    """
    article = _json_ld_article(tree)
    meta = _meta(tree)
    return Metadata(
        title=_text(article.get("headline")) or meta.get("og:title"),
        heading=_heading(tree),
        authors=tuple(_authors(article.get("author"))) or tuple(filter(None, [meta.get("author")])),
        language=_text(article.get("inLanguage")) or tree.get("lang") or meta.get("og:locale"),
        published=_first_date(_published(article, meta, tree), not_after, zone),
        modified=_first_date(_modified(article, meta), not_after, zone),
        canonical_url=_canonical(tree) or meta.get("og:url"),
        is_paywalled=str(article.get("isAccessibleForFree")).lower() == "false",
    )


def parse_instant(text: object, zone: tzinfo = UTC) -> tuple[datetime, InstantPrecision] | None:
    """Parse an ISO 8601 date or instant; one without a zone is one of *zone*. None when it is neither.

    A mere day is its midnight in UTC: only its date may be used.
    """
    try:
        instant = datetime.fromisoformat(str(text).strip())
    except ValueError:
        return None
    if len(str(text).strip()) <= len("2026-11-16"):
        return instant.replace(tzinfo=UTC), "day"
    return (instant if instant.tzinfo else instant.replace(tzinfo=zone)), "instant"


def _heading(tree: HtmlElement) -> str | None:
    """The only h1, else the page's title."""
    headings = [" ".join(element.text_content().split()) for element in tree.iter("h1")]
    title = tree.findtext(".//title")
    return (headings[0] if len(headings) == 1 else None) or _text(title)


def _published(article: dict[str, Any], meta: dict[str, str], tree: HtmlElement) -> Iterator[tuple[str, object]]:
    yield "json-ld", article.get("datePublished")
    for name in ("article:published_time", "og:article:published_time", "datePublished", "date", "dc.date"):
        yield "meta", meta.get(name)
    for element in tree.iter("time"):
        yield "time", element.get("datetime")


def _modified(article: dict[str, Any], meta: dict[str, str]) -> Iterator[tuple[str, object]]:
    yield "json-ld", article.get("dateModified")
    yield "meta", meta.get("article:modified_time")


def _first_date(candidates: Iterator[tuple[str, object]], not_after: datetime, zone: tzinfo) -> Dated | None:
    for source, text in candidates:
        parsed = parse_instant(text, zone) if text else None
        if parsed and EARLIEST <= parsed[0] <= not_after:
            return Dated(instant=parsed[0], source=source, precision=parsed[1])
    return None


def _json_ld_article(tree: HtmlElement) -> dict[str, Any]:
    objects = [item for block in tree.iterfind(".//script[@type='application/ld+json']")
               for item in _objects(_loads(block.text or ""))]  # fmt: skip
    return next((item for item in objects if ARTICLE_TYPES & set(_types(item))), {})


def _loads(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in document order; no recursion, since a page may nest as deep as it likes."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += reversed(value)
        elif isinstance(value, dict):
            yield value
            waiting.append(value.get("@graph"))


def _types(item: dict[str, Any]) -> list[str]:
    kinds = item.get("@type")
    return [str(kind) for kind in kinds] if isinstance(kinds, list) else [str(kinds)]


def _authors(value: Any) -> Iterator[str]:
    for author in value if isinstance(value, list) else [value]:
        name = _text(author.get("name") if isinstance(author, dict) else author)
        if name:
            yield name


def _text(value: Any) -> str | None:
    return clean(html.unescape(value)).strip() or None if isinstance(value, str) else None


def _meta(tree: HtmlElement) -> dict[str, str]:
    """First content of each meta element by its name or property."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = clean(element.get("content") or "").strip()
        if name and content:
            found.setdefault(name, content)
    return found


def _canonical(tree: HtmlElement) -> str | None:
    return next((_text(link.get("href")) for link in tree.iter("link") if link.get("rel") == "canonical"), None)
