"""Where a site's feeds may be: what its page links to, what its robots.txt names, and where feeds usually are. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin, urlsplit

from lxml import etree

from pipeline.feeds.charset import decode
from pipeline.feeds.mend import without_controls
from pipeline.feeds.text import shortened
from pipeline.language.markup import plain
from pipeline.urls import absolute, has_credentials, host_key

How = Literal["itself", "link", "anchor", "robots", "well-known"]

BYTES_MAX = 2_000_000  #: of a page that are looked at
ANCHORS_MAX = 50
COLLECTED_MAX = 1_000  #: before we look closer
SITEMAPS_MAX = 20
TITLE_LENGTH = 80
WELL_KNOWN = (
    "/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds", "/arc/outboundfeeds/rss/",
    "/feed.json", "/?feed=rss2", "/feeds/posts/default", "/news-sitemap.xml", "/sitemap_index.xml", "/sitemap.xml",
)  # fmt: skip

_FEED_TYPES = frozenset({
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/xml",
    "text/xml",
})  # fmt: skip
_FEED_WORD = re.compile(r"(?<![a-z0-9])(?:rss2?|feeds?|atom|rdf)(?![a-z0-9])|\.xml(?:$|\?)", re.IGNORECASE)
_FEED_HOST = re.compile(r"(?:feeds?|rss)\d?\.|feedburner\.")
_FEED_HINT = re.compile(r"feed|rss|atom|rdf|xml", re.IGNORECASE)
_FEED_SCHEME = re.compile(r"feed:(?=https?:)", re.IGNORECASE)
_COMMENTS = re.compile(r"/comments?/|[?&]feed=comments", re.IGNORECASE)
_SITEMAP = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address that may be a feed, and what made us think so."""

    url: str
    title: str
    how: How


def feed_links(html: bytes, url: str) -> list[Candidate]:
    """Return what a page says its feeds are (<link rel=alternate>), then what it links to that looks like one.

    Feeds of comments are left out, and so are anchors to other sites, which are mostly buttons of feed readers.
    """
    page = _Page()
    parser = etree.HTMLParser(target=page, encoding="utf-8", no_network=True, huge_tree=False)
    parser.feed(without_controls(decode(html[:BYTES_MAX], "")).encode())
    base = absolute(url, page.base) or url
    found: dict[str, Candidate] = {}
    for candidate in _candidates(page, base):
        if candidate.url and not has_credentials(candidate.url) and not _COMMENTS.search(candidate.url):
            found.setdefault(candidate.url, candidate)
    return list(found.values())


def well_known(url: str) -> list[Candidate]:
    """Return where feeds usually are on the site of an address."""
    return [Candidate(url=urljoin(url, path), title="", how="well-known") for path in WELL_KNOWN]


def robots_sitemaps(text: str) -> list[str]:
    """Return the addresses of the Sitemap lines of a robots.txt (sitemaps.org), at most 20."""
    addresses = (absolute("", link) for link in _SITEMAP.findall(text))
    return list(dict.fromkeys(filter(None, addresses)))[:SITEMAPS_MAX]


def _candidates(page: "_Page", base: str) -> Iterator[Candidate]:
    for href, title in page.links:
        yield _candidate(href, title, base, "link")
    anchors = [_candidate(href, text, base, "anchor") for href, text in page.anchors]
    yield from [anchor for anchor in anchors if _may_be_feed(anchor.url, base)][:ANCHORS_MAX]


def _candidate(href: str, title: str, base: str, how: How) -> Candidate:
    link = re.sub(r"^feed://", "https://", _FEED_SCHEME.sub("", href.strip()))
    return Candidate(url=absolute(base, link), title=shortened(plain(title), TITLE_LENGTH), how=how)


def _may_be_feed(url: str, base: str) -> bool:
    host = host_key(url)
    if _FEED_HOST.match(host):
        return True
    parts = urlsplit(url)
    return _site(host) == _site(host_key(base)) and bool(_FEED_WORD.search(f"{parts.path}?{parts.query}"))


def _site(host: str) -> str:
    return ".".join(host.split(".")[-2:])


class _Page:
    """Collects what matters of a page while it is parsed; no tree is built, so memory stays flat."""

    def __init__(self) -> None:
        self.base = ""
        self.links: list[tuple[str, str]] = []
        self.anchors: list[tuple[str, str]] = []
        self._href = ""
        self._texts: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "base":
            self.base = self.base or attributes.get("href", "")
        elif tag == "link" and len(self.links) < COLLECTED_MAX and _is_feed_link(attributes):
            self.links.append((attributes["href"], attributes.get("title", "")))
        elif tag == "a":
            href = attributes.get("href", "")
            self._href = href if len(self.anchors) < COLLECTED_MAX and _FEED_HINT.search(href) else ""
            self._texts = [attributes.get("title", "")]

    def data(self, text: str) -> None:
        if self._href and len(self._texts) < 10:
            self._texts.append(text[:TITLE_LENGTH])

    def end(self, tag: str) -> None:
        if tag == "a" and self._href:
            self.anchors.append((self._href, " ".join(self._texts)))
            self._href = ""


def _is_feed_link(attributes: Mapping[str, str]) -> bool:
    kind = attributes.get("type", "").partition(";")[0].strip().lower()
    is_json = kind == "application/json" and bool(_FEED_WORD.search(attributes.get("href", "")))
    relations = attributes.get("rel", "").lower().split()
    return (
        "href" in attributes and ("alternate" in relations or "feed" in relations) and (kind in _FEED_TYPES or is_json)
    )
