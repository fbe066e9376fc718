"""Extract an article from an archived page: text by trafilatura, the rest from the page's own metadata."""

import re
from datetime import datetime, timedelta
from importlib.metadata import version
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import py3langid
import trafilatura
from lxml import etree
from lxml.html import HtmlElement

from pipeline.articles.metadata import Dated, Metadata, read_metadata
from pipeline.articles.page import parse_page
from pipeline.errors import RecordError
from pipeline.language.clean import clean
from pipeline.records import Article, Capture, make_id
from pipeline.urls import canonical_url

EXTRACTOR = f"eventwire/1 trafilatura/{version('trafilatura')}"
CLOCK_SKEW = timedelta(days=1)
WORDS_TO_TELL_LANGUAGE = 8
CHARACTERS_MIN = 60  # a byline or a caption is shorter, one sentence of news is not


def extract_article(capture: Capture) -> Article:
    """Turn one page into an article.

    Raises RecordError when the page is not HTML, or has no text of an article in it.
    """
    page = capture.page
    tree = parse_page(capture.body, page.content_type, page.url)
    metadata = read_metadata(tree, page.captured_at + CLOCK_SKEW, ZoneInfo(capture.time_zone))
    title = metadata.title or page.feed_title or metadata.heading or ""
    text = _text(tree, page.url, title)  # changes the tree, so it comes last
    url = stated_url(metadata.canonical_url, page.final_url)
    published = metadata.published or _from_feed(page.feed_published_at)
    article_id = make_id(page.source_id, canonical_url(url))  # no outlet can claim another's article
    return Article(
        version_id=make_id(article_id, title, text),
        article_id=article_id,
        day=page.day,
        source_id=page.source_id,
        page_id=page.page_id,
        canonical_url=url,
        title=title,
        authors=metadata.authors,
        language_code=_language(text, metadata),
        published_at=published.instant if published else None,
        published_source=published.source if published else None,
        published_precision=published.precision if published else None,
        modified_at=metadata.modified.instant if metadata.modified else None,
        is_paywalled=metadata.is_paywalled,
        text=text,
        word_count=len(text.split()),
        story_id=story_id(text),
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


def story_id(text: str) -> str:
    """Equal for texts that are the same word for word, whatever their spaces, case and punctuation."""
    return make_id(*re.findall(r"\w+", text.lower()))


def _text(tree: HtmlElement, url: str, title: str) -> str:
    """Paragraphs parted by an empty line, without the headline above them."""
    try:
        text = trafilatura.extract(tree, include_comments=False, include_tables=False)
    except (etree.LxmlError, RecursionError) as error:
        raise RecordError(f"{url}: the page cannot be read ({error})") from error
    below = clean(text or "").strip().removeprefix(title)
    body = "\n\n".join(line.strip() for line in below.splitlines() if line.strip())
    if len(body) < CHARACTERS_MIN:
        raise RecordError(f"{url}: no text of an article on the page ({len(body)} characters beside the title)")
    return body


def _from_feed(published_at: datetime | None) -> Dated | None:
    return Dated(instant=published_at, source="feed", precision="instant") if published_at else None


def _language(text: str, metadata: Metadata) -> str:
    """Two-letter code of the body's language; what the page states decides for a body too short to tell."""
    stated = re.match(r"[a-z]{2,3}(?![a-z])", (metadata.language or "").strip().lower())
    if len(text.split()) < WORDS_TO_TELL_LANGUAGE and stated:
        return stated.group()
    return str(py3langid.classify(text)[0])
