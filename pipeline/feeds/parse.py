"""Parse RSS, Atom, RDF (feedparser) and JSON Feed 1.1 into plain items; feedparser's dicts stay in here."""

import json
from calendar import timegm
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import struct_time
from typing import Any
from urllib.parse import urljoin

import feedparser

from pipeline.errors import RecordError


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a feed, as the feed has it; the address is absolute."""

    guid: str
    url: str
    title: str
    summary: str
    published_at: datetime | None
    updated_at: datetime | None


def parse_feed(body: bytes, content_type: str, url: str) -> list[Item]:
    """Return the feed's items that have an address, in its order; a feed may be empty.

    Raises RecordError when the bytes are not a feed.
    """
    if body.lstrip()[:1] == b"{":
        return list(_json_items(_json(body, url), url))
    parsed = feedparser.parse(
        body,
        response_headers={"content-type": content_type, "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.version:
        reason = parsed.get("bozo_exception") or "no RSS, Atom or JSON Feed in it"
        found = "an HTML page" if b"<html" in body[:2000].lower() else f"{len(body)} bytes"
        raise RecordError(f"{url}: not a feed but {found} ({reason}); check the address in the catalogue")
    if (
        parsed.bozo
        and not parsed.entries
        and not isinstance(parsed.bozo_exception, feedparser.CharacterEncodingOverride)
    ):
        raise RecordError(f"{url}: broken feed without a readable entry ({parsed.bozo_exception})")
    return [item for item in (_xml_item(entry, url) for entry in parsed.entries) if item.url]


def _xml_item(entry: Any, base: str) -> Item:
    link = str(entry.get("link") or "")
    return Item(
        guid=str(entry.get("id") or link),
        url=urljoin(base, link) if link else "",
        title=str(entry.get("title") or ""),
        summary=str(entry.get("summary") or ""),
        published_at=_instant(entry.get("published_parsed")),
        updated_at=_instant(entry.get("updated_parsed") if "updated" in entry else None),
    )


def _instant(parsed: struct_time | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (OverflowError, ValueError, OSError):
        return None


def _json(body: bytes, url: str) -> dict[str, Any]:
    try:
        feed = json.loads(body)
    except ValueError as error:
        raise RecordError(f"{url}: neither XML nor JSON ({error})") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise RecordError(f"{url}: JSON, but not a JSON Feed (no list of items)")
    return feed


def _json_items(feed: dict[str, Any], base: str) -> Iterator[Item]:
    for item in feed["items"]:
        if isinstance(item, dict) and isinstance(item.get("url"), str) and item["url"]:
            yield Item(
                guid=str(item.get("id") or item["url"]),
                url=urljoin(base, item["url"]),
                title=str(item.get("title") or ""),
                summary=str(item.get("summary") or ""),
                published_at=_iso(item.get("date_published")),
                updated_at=_iso(item.get("date_modified")),
            )


def _iso(text: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
