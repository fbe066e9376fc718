"""JSON Feed 1 and 1.1 (jsonfeed.org)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo

from pipeline.errors import RecordError
from pipeline.feeds.dates import instant
from pipeline.feeds.keep import ITEMS_MAX, capped, keep, not_read
from pipeline.feeds.parsed import Item, ParsedFeed
from pipeline.feeds.text import summary
from pipeline.language.clean import clean
from pipeline.language.markup import plain
from pipeline.urls import absolute


def read_json(text: str, url: str, zone: tzinfo) -> ParsedFeed:
    """Return the feed; raise RecordError when it is no JSON, or has no list of items."""
    feed = _loaded(text, url)
    base = absolute(url, _string(feed.get("home_page_url"))) or url
    items, problems = keep(_items(feed["items"][:ITEMS_MAX], zone), base)
    if len(feed["items"]) > ITEMS_MAX:
        problems.append(not_read(ITEMS_MAX))
    return ParsedFeed(kind="json", title=plain(_string(feed.get("title"))), items=items, problems=capped(problems))


def _loaded(text: str, url: str) -> dict[str, list[object]]:
    try:
        feed = json.loads(text, parse_int=str)  # as an int, 5,000 digits cost the whole feed
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{url}: neither XML nor JSON ({error})") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise RecordError(f"{url}: JSON, but not a JSON Feed (no list of items)")
    return feed


def _items(items: Iterable[object], zone: tzinfo) -> Iterator[Item]:
    for item in items:
        yield _item(item if isinstance(item, dict) else {}, zone)


def _item(item: Mapping[str, object], zone: tzinfo) -> Item:
    guid = _string(item.get("id"))
    link = _string(item.get("url")) or (guid if guid.lower().startswith(("http://", "https://")) else "")
    return Item(
        guid=guid,
        url=link or _string(item.get("external_url")),
        title=plain(_string(item.get("title"))),
        summary=summary(_string(item.get("summary")) or _string(item.get("content_text"))),
        published_at=_instant(item.get("date_published"), zone),
        updated_at=_instant(item.get("date_modified"), zone),
    )


def _instant(value: object, zone: tzinfo) -> datetime | None:
    return instant(value, zone) if isinstance(value, str) else None


def _string(value: object) -> str:
    """Text that can be stored; empty for what is neither a text nor a number."""
    return clean(str(value)).strip() if isinstance(value, str | float) else ""
