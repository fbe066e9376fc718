"""What a feed says, whatever its format."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Kind = Literal["rss", "atom", "rdf", "json", "sitemap", "sitemap-index"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a feed: texts are plain, the address is absolute and http(s), instants are UTC."""

    guid: str
    url: str
    title: str
    summary: str
    published_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sitemap that a sitemap index names."""

    url: str
    modified_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed as it was read; it may have no items."""

    kind: Kind
    title: str
    items: tuple[Item, ...] = ()
    problems: tuple[str, ...] = ()  #: a sentence for what was left out, and why
    wait: timedelta | None = None  #: how long the feed asks to be left alone
    parts: tuple[Part, ...] = ()  #: of a sitemap index
