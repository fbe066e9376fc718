"""A feed: bytes in, items out, whatever the format; what the bytes are decides, not what the server says."""

import re
from datetime import UTC, tzinfo
from itertools import chain

from pipeline.errors import RecordError
from pipeline.feeds.charset import decode, decoded
from pipeline.feeds.jsonfeed import read_json
from pipeline.feeds.parsed import Item, Kind, ParsedFeed, Part
from pipeline.feeds.parts import choose_parts
from pipeline.feeds.sitemap import read_sitemap
from pipeline.feeds.unzip import pieces, unzipped
from pipeline.feeds.xml import read_xml

__all__ = ["Item", "Kind", "ParsedFeed", "Part", "choose_parts", "parse_feed"]

_ROOT = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<name>!doctype html|(?:[\w.-]+:)?(?:rss|rdf|feed|urlset|sitemapindex|html))(?=[\s/>])",
    re.IGNORECASE | re.DOTALL,
)


def parse_feed(body: bytes, content_type: str, url: str, zone: tzinfo = UTC) -> ParsedFeed:
    """Return what the feed at *url* says: RSS, RDF, Atom, JSON Feed, a sitemap or an index of sitemaps; also gzip.

    *zone* is the outlet's, for instants that name none. Items without a usable address are left out, with a sentence
    in `problems`. A feed may be empty. Raises RecordError when the bytes are not a feed.
    """
    stream = decoded(pieces(body, url))
    head = next(stream)
    if head.lstrip()[:1] == "{":
        return read_json(decode(unzipped(body, url), content_type), url, zone)
    start, name = _root(head)
    kind = name.lower().rpartition(":")[2]
    if kind in ("urlset", "sitemapindex"):
        return read_sitemap(chain([head[start:]], stream), kind, url, zone)
    if kind in ("rss", "rdf", "feed"):
        text = decode(unzipped(body, url), content_type)
        return read_xml(text[_root(text)[0] :], name, url, zone)
    found = "an HTML page" if kind else f"{len(body):,} bytes of something else"
    raise RecordError(f"{url}: not a feed but {found}; check the address in the catalogue")


def _root(text: str) -> tuple[int, str]:
    """Where the outermost element starts, and its name.

    What stands before is not read: the DOCTYPE with its entities, comments, notices of a broken server.
    """
    found = next((found for found in _ROOT.finditer(text) if found["name"]), None)
    return (found.start(), found["name"]) if found else (0, "")
