"""Sitemaps (sitemaps.org, protocol 0.9; Google's news sitemaps) and their indexes.

Who polls a sitemap wants the news, not an archive of twenty years. So only addresses that say when they were
published or changed are items: the newest, newest first, and no more than may be new since the last poll. One
that is silent about its time cannot be told from what is old.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import islice

from pipeline.feeds.dates import instant
from pipeline.feeds.keep import capped, keep
from pipeline.feeds.parsed import Item, ParsedFeed, Part
from pipeline.feeds.rows import Row, rows
from pipeline.language.markup import plain

URLS_MAX = 50_000  #: by the protocol
NEWS_ITEMS_MAX = 1_000  #: by Google's rules: a news sitemap lists two days
ITEMS_MAX = 200  #: of others, which list all there ever was

_NEVER = datetime.min.replace(tzinfo=UTC)


def read_sitemap(pieces: Iterable[str], root: str, url: str, zone: tzinfo) -> ParsedFeed:
    """Return a sitemap's newest items, newest first, or the parts of an index.

    *pieces*: its text from the outermost element on, which is called *root*: without a DOCTYPE there are no
    entities. Raises RecordError when it is broken and has no address that can be read.
    """
    if root.lower().endswith("sitemapindex"):
        items, problems = keep((_item(row, zone) for row in islice(rows(pieces, "sitemap", url), URLS_MAX)), url)
        parts = tuple(Part(url=item.url, modified_at=item.updated_at) for item in items)
        return ParsedFeed(kind="sitemap-index", title="", problems=capped(problems), parts=parts)
    return _newest(islice(rows(pieces, "url", url), URLS_MAX), url, zone)


def _newest(found: Iterable[Row], url: str, zone: tzinfo) -> ParsedFeed:
    seen = _Seen()
    newest = heapq.nlargest(NEWS_ITEMS_MAX, _dated(found, zone, seen), key=_time)
    if not seen.news:
        del newest[ITEMS_MAX:]
    items, problems = keep(newest, url)
    return ParsedFeed(kind="sitemap", title=seen.name, items=items, problems=capped(seen.problems() + problems))


@dataclass
class _Seen:
    """What there was beside the newest."""

    name: str = ""
    total: int = 0
    undated: int = 0
    news: int = 0

    def problems(self) -> list[str]:
        return [f"{self.undated:,} of {self.total:,} addresses have no date"] if self.undated else []


def _dated(found: Iterable[Row], zone: tzinfo, seen: _Seen) -> Iterator[Item]:
    for row in found:
        item = _item(row, zone)
        seen.total += 1
        seen.news += item.published_at is not None
        seen.name = seen.name or plain(row.get("name", ""))
        if _time(item) is _NEVER:
            seen.undated += 1
        else:
            yield item


def _time(item: Item) -> datetime:
    return item.published_at or item.updated_at or _NEVER


def _item(row: Row, zone: tzinfo) -> Item:
    return Item(
        guid="",
        url=row.get("loc", "").replace("&amp;", "&").strip(),
        title=plain(row.get("title", "")),
        summary="",
        published_at=instant(row.get("publication_date", ""), zone),
        updated_at=instant(row.get("lastmod", ""), zone),
    )
