"""Parse RSS, Atom, RDF (feedparser) and JSON Feed 1.1 into plain items; feedparser's dicts stay in here."""

import io
import json
import re
from calendar import timegm
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import struct_time
from typing import Any
from urllib.parse import urljoin

import feedparser

from pipeline.errors import RecordError
from pipeline.language.clean import clean

HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)
BOM_AND_SPACE = b"\xef\xbb\xbf \t\r\n"
PUNYCODE = re.compile(rb"(?:encoding|charset)\s*=\s*[\"']?\s*punycode", re.IGNORECASE)  # no charset, and takes days


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
    text = body.lstrip(BOM_AND_SPACE)
    if text[:1] == b"{":
        return list(_json_items(_json(text, url), url))
    parsed = _parsed(body, content_type, url)
    if not parsed.get("version"):
        reason = parsed.get("bozo_exception") or "no RSS, Atom or JSON Feed in it"
        found = "an HTML page" if b"<html" in body[:2000].lower() else f"{len(body)} bytes"
        raise RecordError(f"{url}: not a feed but {found} ({reason}); check the address in the catalogue")
    items = [item for item in (_xml_item(entry, url) for entry in parsed.entries) if item.url]
    if parsed.bozo and not items and not isinstance(parsed.bozo_exception, HARMLESS):
        raise RecordError(f"{url}: broken feed without a readable entry ({parsed.bozo_exception})")
    return items


def _parsed(body: bytes, content_type: str, url: str) -> Any:
    if PUNYCODE.search(content_type.encode() + b" " + body.partition(b"\n")[0]):
        raise RecordError(f"{url}: declares a charset that is none (punycode)")
    try:
        return feedparser.parse(
            io.BytesIO(body),  # bare bytes may be taken for the name of a file, which is then read
            response_headers={"content-type": content_type, "content-location": url},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # hostile bytes make it raise all sorts of things
        raise RecordError(f"{url}: not a feed that can be read ({type(error).__name__}: {error})") from error


def _xml_item(entry: Any, base: str) -> Item:
    link = _string(entry.get("link"))
    return Item(
        guid=_string(entry.get("id")) or link,
        url=_absolute(base, link),
        title=_string(entry.get("title")),
        summary=_string(entry.get("summary")),
        published_at=_instant(entry.get("published_parsed")),
        updated_at=_instant(entry.get("updated_parsed") if "updated" in entry else None),
    )


def _string(value: object) -> str:
    """Text that can be stored; empty for what is neither a text nor a number."""
    return clean(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _absolute(base: str, link: str) -> str:
    """The link against its feed's address; empty for one that is no address."""
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return ""


def _instant(parsed: struct_time | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (OverflowError, ValueError, OSError):
        return None


def _json(body: bytes, url: str) -> dict[str, Any]:
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{url}: neither XML nor JSON ({error})") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise RecordError(f"{url}: JSON, but not a JSON Feed (no list of items)")
    return feed


def _json_items(feed: dict[str, Any], base: str) -> Iterator[Item]:
    for item in feed["items"]:
        link = clean(item["url"]) if isinstance(item, dict) and isinstance(item.get("url"), str) else ""
        if url := _absolute(base, link):
            yield Item(
                guid=_string(item.get("id")) or link,
                url=url,
                title=_string(item.get("title")),
                summary=_string(item.get("summary")),
                published_at=_iso(item.get("date_published")),
                updated_at=_iso(item.get("date_modified")),
            )


def _iso(text: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(str(text))
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
