"""Which parts of an index of sitemaps to read. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from pipeline.feeds.parsed import Part

PARTS_MAX = 5

_NEVER = datetime.min.replace(tzinfo=UTC)
_NEWS = re.compile(r"(?<![a-z])(?:google[-_]?)?news(?![a-z])|newssitemap|sitemapnews", re.IGNORECASE)
_NO_ARTICLES = re.compile(
    r"(?<![a-z])(?:author|categor(?:y|ies)|image|page|product|static|tag|taxonom(?:y|ies)|topic|user|video)s?(?![a-z])",
    re.IGNORECASE,
)
_MONTH = re.compile(r"(?<!\d)(20\d\d)[-_/]?(0[1-9]|1[0-2])(?!\d{3})")


def choose_parts(parts: Sequence[Part], since: datetime | None, limit: int = PARTS_MAX) -> tuple[Part, ...]:
    """Return which parts of an index to fetch, the most useful first.

    Those that changed since the last good poll, or do not say: news sitemaps before others, those of sections and
    images last; the newest first, by what the index says, else by a month in the address (sitemap-2026-11.xml).
    """
    fresh = [part for part in parts if not (since and part.modified_at and part.modified_at < since)]
    return tuple(sorted(fresh, key=_usefulness, reverse=True)[:limit])


def _usefulness(part: Part) -> tuple[int, datetime]:
    address = part.url.partition("://")[2].partition("/")[2]
    rank = 2 if _NEWS.search(address) else 0 if _NO_ARTICLES.search(address) else 1
    return rank, part.modified_at or _month(address)


def _month(address: str) -> datetime:
    months = [datetime(int(year), int(month), 1, tzinfo=UTC) for year, month in _MONTH.findall(address)]
    return max(months, default=_NEVER)
