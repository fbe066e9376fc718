"""Records with sensible values, of which a test names only what matters to it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from pipeline.io.declare import declare
from pipeline.io.rows import to_row
from pipeline.io.store import Store
from pipeline.io.tables import EntryRow, PageRow
from pipeline.records import Article, Capture, Entry, Feed, Page, Paragraph, Source

DAY = date(2026, 11, 16)
NEXT = date(2026, 11, 17)
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
FEED = Feed(feed_id="feed-1", source_id="post", url="http://post.example/rss")
SOURCE = Source(
    source_id="post", name="The Post", country_code="GBR", language_code="en", time_zone="UTC", feeds=(FEED,),
    terms="", articles_min=None, articles_max=None,
)  # fmt: skip


def entry(entry_id: str = "entry-1", **changes: Any) -> Entry:
    made = Entry(
        entry_id=entry_id, day=DAY, source_id="post", feed_id="feed-1", address_id=f"address-{entry_id}"[:16],
        guid=entry_id,
        url=f"http://post.example/{entry_id}", title="Nine dead", summary="", published_at=NOON, updated_at=None,
        seen_at=NOON,
    )  # fmt: skip
    return replace(made, **changes)


def page(page_id: str = "page-1", **changes: Any) -> Page:
    made = Page(
        page_id=page_id, day=DAY, source_id="post", entry_id="entry-1", url="http://post.example/1",
        final_url="http://post.example/1", status_code=200, content_type="text/html; charset=utf-8",
        captured_at=NOON, archive_file="f.warc.gz", archive_offset=0, payload_digest="sha256:0", payload_bytes=1,
        feed_title="", feed_published_at=None,
    )  # fmt: skip
    return replace(made, **changes)


def article(version_id: str = "version-1", **changes: Any) -> Article:
    made = Article(
        version_id=version_id, article_id="article-1", day=DAY, source_id="post", page_id="page-1",
        canonical_url="http://post.example/1", title="Nine dead", standfirst=None, authors=("A. Writer",), section=None,
        language_code="en", language_confidence=0.9, published_at=NOON, published_source="json-ld",
        published_precision="instant", modified_at=None, modified_source=None, modified_precision=None,
        dateline_place=None, agency=None, correction=None, is_paywalled=False, is_truncated=False,
        text="Nine people died.", paragraphs=(Paragraph(start=0, end=17),), word_count=3, notes=(), extractor="x",
        captured_at=NOON,
    )  # fmt: skip
    return replace(made, **changes)


def capture(body: str | bytes, content_type: str = "text/html", **changes: Any) -> Capture:
    raw = body.encode() if isinstance(body, str) else body
    return Capture(page=page(content_type=content_type, **changes), body=raw)


def fill(store: Store) -> None:
    """Put a source, an entry and a page where articles can refer to them."""
    declare(store, DAY, [SOURCE])
    store.append(EntryRow, [to_row(entry())])
    store.append(PageRow, [to_row(page())])
