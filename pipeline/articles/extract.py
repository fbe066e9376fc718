"""Extract an article from an archived page. One parse; what reads the page's structure comes before its text."""

from datetime import timedelta
from importlib.metadata import version
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from pipeline.articles.agencies import credit_agency
from pipeline.articles.body.read import Body, read_body
from pipeline.articles.completeness import judge, read_walls
from pipeline.articles.corrections import read_correction
from pipeline.articles.dateline import read_dateline
from pipeline.articles.metadata.read import Metadata, read_metadata
from pipeline.articles.names import Names
from pipeline.articles.page import parse_page
from pipeline.articles.refusals import read_signs, refuse_non_article
from pipeline.articles.tongue import read_language
from pipeline.articles.versions import version_id
from pipeline.errors import RecordError
from pipeline.records import Article, Capture, Page, make_id
from pipeline.urls import canonical_url

EXTRACTOR = f"eventwire/2 trafilatura/{version('trafilatura')}"
CLOCK_SKEW = timedelta(days=1)


def extract_article(capture: Capture) -> Article:
    """Turn one page into an article.

    Raises RecordError when the page is not HTML, or has no article in it; by another class where it is known what it
    is instead, see `refusals`.
    """
    page = capture.page
    tree = parse_page(capture.body, page.content_type, page.url)
    metadata = read_metadata(
        tree,
        page.captured_at + CLOCK_SKEW,
        ZoneInfo(capture.time_zone),
        url=page.final_url,
        feed_published_at=page.feed_published_at,
    )
    title = metadata.title or page.feed_title or metadata.heading or ""
    names = Names(tree)
    walls, correction = read_walls(tree, names), read_correction(tree, names)
    body = _article_body(tree, page, title, metadata)  # takes the tree apart, so it comes last
    whole = judge(
        body.text, is_free=metadata.is_free, feed_summary=capture.feed_summary, prompts=body.prompts, walls=walls
    )
    tongue = read_language(body.text, metadata.language)
    dateline = read_dateline(body.text)
    url = stated_url(metadata.canonical_url, page.final_url)
    article_id = make_id(page.source_id, canonical_url(url))  # no outlet can claim another's article
    published, modified = metadata.published, metadata.modified
    return Article(
        version_id=version_id(article_id, title, body.text),
        article_id=article_id,
        day=page.day,
        source_id=page.source_id,
        page_id=page.page_id,
        canonical_url=url,
        title=title,
        standfirst=metadata.standfirst,
        authors=metadata.authors,
        section=metadata.section,
        language_code=tongue.code,
        language_confidence=tongue.confidence,
        published_at=published.instant if published else None,
        published_source=published.source if published else None,
        published_precision=published.precision if published else None,
        modified_at=modified.instant if modified else None,
        modified_source=modified.source if modified else None,
        modified_precision=modified.precision if modified else None,
        dateline_place=dateline.place if dateline else None,
        agency=(dateline.agency if dateline else None) or credit_agency(body.text, metadata.authors),
        correction=correction,
        is_paywalled=whole.is_paywalled,
        is_truncated=whole.is_truncated,
        text=body.text,
        paragraphs=body.paragraphs,
        word_count=len(body.text.split()),
        notes=(*metadata.notes, *whole.reasons),
        extractor=EXTRACTOR,
        captured_at=page.captured_at,
    )


def stated_url(stated: str | None, final_url: str) -> str:
    """The address the page states for itself when it is one of an article, else where it was found."""
    try:
        parts = urlsplit(urljoin(final_url, (stated or "").strip()))
    except ValueError:
        return final_url
    is_article = parts.scheme in {"http", "https"} and bool(parts.netloc) and parts.path not in {"", "/"}
    return parts._replace(fragment="").geturl() if is_article else final_url


def _article_body(tree: HtmlElement, page: Page, title: str, metadata: Metadata) -> Body:
    """The page's text; raise what says best why it is none of an article."""
    signs = read_signs(tree)

    def refuse(text: str) -> None:
        refuse_non_article(signs, text, url=page.url, final_url=page.final_url, types=metadata.types)

    try:
        body = read_body(tree, url=page.url, title=title, standfirst=metadata.standfirst)
    except RecordError:
        refuse("")
        raise
    refuse(body.text)
    return body
