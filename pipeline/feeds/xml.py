"""RSS 0.90 to 2.0, RDF and Atom, read by feedparser, whose dictionaries stay in here.

What it gets is text that this package has decoded, without what makes it slow, fail or guess.
"""

import io
import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any

import feedparser

from pipeline.errors import RecordError
from pipeline.feeds.dates import instant
from pipeline.feeds.hints import wait
from pipeline.feeds.keep import ITEMS_MAX, capped, keep, not_read
from pipeline.feeds.mend import REFERENCE, mended, without_controls
from pipeline.feeds.parsed import Item, Kind, ParsedFeed
from pipeline.feeds.text import summary
from pipeline.language.clean import clean
from pipeline.language.markup import plain
from pipeline.urls import absolute

CHARACTERS_MAX = 4_000_000
NAMESPACES_MAX = 500
BASES_MAX = 20_000  #: characters of xml:base that add up
BASE_MAX = 2_000

_SLOW = "author|category|creator|keywords|managingEditor|publisher|subject|tags|webMaster"  # take it quadratic time
_FAILING = "box|exterior|geom|line|linearRing|lineString|links|point|polygon|pos|posList|where"  # GeoRSS, for the most
#: What feedparser stumbles over: what breaks XML (but in CDATA it may stand), and those elements; none is read here.
_STUMBLES = re.compile(
    r"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>|\Z)"
    rf"|(?P<tag></?)(?:[\w.-]+:)?(?:{_SLOW}|{_FAILING})(?![\w:.-])|{REFERENCE}",
    re.IGNORECASE,
)
_NAMESPACE = re.compile(r"xmlns:([\w.-]+)")
_BASE = re.compile(r"""base\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]*)""")
_ROOTED = ("http://", "https://", "/")
_ITEM = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_PAGES = frozenset({"text/html", "application/xhtml+xml", "html", "xhtml"})


def read_xml(text: str, root: str, url: str, zone: tzinfo) -> ParsedFeed:
    """Return the feed; *root* is the name of its outermost element, as it stands there.

    Raises RecordError when it is no feed, or is broken and has no item that can be read.
    """
    text, cut = _cut(without_controls(text), root, url)
    bases = [base.strip("\"'") for base in _BASE.findall(text.lower())]
    _refuse_excess(text, bases, url)
    parsed = _parsed(_STUMBLES.sub(_readable, text), url, has_bases=bool(bases))
    version = str(parsed.get("version") or "")
    if not version:
        raise RecordError(f"{url}: not a feed that we know, but <{root}>; check the address in the catalogue")
    kind = _kind(version)
    items, problems = keep((_item(entry, kind, zone) for entry in parsed.entries), _base(parsed.feed, kind, url))
    if parsed.bozo and not items:
        raise RecordError(f"{url}: broken feed without a readable entry ({parsed.bozo_exception})")
    return ParsedFeed(
        kind=kind, title=plain(_string(parsed.feed, "title")), items=items, problems=capped(problems + cut),
        wait=wait(*(_string(parsed.feed, name) for name in ("ttl", "sy_updateperiod", "sy_updatefrequency"))),
    )  # fmt: skip


def _cut(text: str, root: str, url: str) -> tuple[str, list[str]]:
    """The text with no more items than can be read in time, and closed again; and what to say of it."""
    starts = [found.start() for found in islice(_ITEM.finditer(text), ITEMS_MAX + 1)]
    if len(starts) <= ITEMS_MAX and len(text) <= CHARACTERS_MAX:
        return text, []
    count = max((n for n, start in enumerate(starts) if start <= CHARACTERS_MAX), default=0)
    if not count:
        raise RecordError(f"{url}: {len(text):,} characters and hardly an item in them; no feed is so long")
    end = "</channel>" if root.lower() == "rss" else ""
    return f"{text[: starts[count]]}{end}</{root}>", [not_read(count)]


def _refuse_excess(text: str, bases: Sequence[str], url: str) -> None:
    """Refuse what makes feedparser look at all of it again for each element."""
    namespaces = len(set(_NAMESPACE.findall(text)))
    length = sum(len(base) for base in bases if len(base) > BASE_MAX or not base.startswith(_ROOTED))
    if namespaces > NAMESPACES_MAX:
        raise RecordError(f"{url}: declares {namespaces:,} namespaces, more than any feed needs")
    if length > BASES_MAX:
        raise RecordError(f"{url}: has {length:,} characters of xml:base, more than any feed needs")


def _readable(found: re.Match[str]) -> str:
    if found["tag"]:
        return f"{found['tag']}unread"
    return mended(found) if found[0].startswith("&") else found[0]


def _parsed(text: str, url: str, *, has_bases: bool) -> Any:
    """What feedparser makes of it; it gets the feed's address only where xml:base needs it: we know a better base."""
    location = {"content-location": url} if has_bases else {}
    try:
        return feedparser.parse(
            io.BytesIO(text.encode()),  # bare bytes may be taken for the name of a file, which is then read
            response_headers={"content-type": "application/xml; charset=utf-8", **location},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # hostile text makes it raise all sorts of things
        raise RecordError(f"{url}: not a feed that can be read ({type(error).__name__}: {error})") from error


def _kind(version: str) -> Kind:
    if version.startswith("atom"):
        return "atom"
    return "rdf" if version in ("rss10", "rss090") else "rss"


def _base(feed: Any, kind: Kind, url: str) -> str:
    """What relative addresses stand against in a feed without xml:base.

    RFC 4287 has the feed's own address for Atom. RSS has no rule; readers take the channel's link, for feeds are
    often served from elsewhere.
    """
    return (absolute(url, _link(feed)) if kind != "atom" else "") or url


def _item(entry: Any, kind: Kind, zone: tzinfo) -> Item:
    guid = _string(entry, "id")
    link = _link(entry) or (_permalink(guid) if kind == "rdf" else "")
    published = _instant(entry, "published", zone) or _instant(entry, "created", zone)
    updated = _instant(entry, "updated", zone)
    if kind != "atom" and published is None:
        published, updated = updated, None  # dc:date, alone
    return Item(
        guid=guid,
        url=link,
        title=plain(_string(entry, "title")),
        summary=summary(_string(entry, "summary")),
        published_at=published,
        updated_at=updated,
    )


def _link(entry: Any) -> str:
    """The address of the page: of alternates the first that is HTML; without any, the GUID if it is a permalink."""
    links = [link for link in entry.get("links", ()) if isinstance(link, dict)]
    ranked = [(rank, link["href"]) for link in links if (rank := _rank(link)) is not None]
    if ranked:
        return clean(min(ranked, key=lambda pair: pair[0])[1]).strip()
    return _permalink(_string(entry, "link"))


def _permalink(guid: str) -> str:
    return guid if guid.lower().startswith(("http://", "https://")) else ""


def _rank(link: Any) -> int | None:
    relation, kind = str(link.get("rel", "")).rpartition("/")[2], link.get("type")
    if not isinstance(link.get("href"), str):
        return None
    if relation == "alternate":
        return 0 if kind in _PAGES else 1
    return 2 if relation in ("self", "via") and kind in _PAGES else None


def _instant(entry: Any, name: str, zone: tzinfo) -> datetime | None:
    return instant(_string(entry, name), zone)


def _string(values: Any, name: str) -> str:
    """Text that can be stored; feedparser takes "published" for "updated" unless asked in this way."""
    if name not in values:
        return ""
    value = values[name]
    return clean(value).strip() if isinstance(value, str) else ""
