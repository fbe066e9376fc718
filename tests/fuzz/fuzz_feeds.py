"""Fuzz the parsing of feeds: mutated feeds in; out come storable items or a RecordError, in time, and nothing else.

python tests/fuzz/fuzz_feeds.py --seconds 60 [--seed 1] [--only 1234]

An input depends on nothing but its seed and number: --only repeats one. What breaks a rule is written to a file.
"""

import gzip
import json
import pickle
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from pipeline.errors import RecordError
from pipeline.feeds.discover import feed_links, robots_sitemaps
from pipeline.feeds.entries import to_entries
from pipeline.feeds.hints import WAIT_MAX
from pipeline.feeds.parse import ParsedFeed, choose_parts, parse_feed
from pipeline.records import Feed
from pipeline.urls import has_credentials

sys.path.append(str(Path(__file__).parents[1]))  # for a run as a script

from fuzz.runner import Fuzzer, RuleBroken, delete, rule, span, truncate

URL = "https://post.example/feeds/news"
FEED = Feed(feed_id="feed-1", source_id="post", url=URL)
NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
ZONES = (UTC, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"))
SECONDS_MAX = 20.0  #: CPU time for one input
REPEATED_MAX = 400_000  #: bytes
BODY_MAX = 1_000_000
ZIPPED_SHARE = 0.05

NS = "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'"
SEEDS = tuple(
    seed.encode()
    for seed in (
        f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" {NS} xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>The Post</title><link>https://post.example/</link><description>News</description><ttl>15</ttl>
<atom:link href="https://post.example/rss" rel="self" type="application/rss+xml"/><sy:updatePeriod>hourly</sy:updatePeriod>
<item><title>Nine dead &amp; more — at dawn</title><link>https://post.example/1</link><guid isPermaLink="false">tag:1</guid>
<pubDate>Mon, 16 Nov 2026 09:00:00 EST</pubDate><category>World</category><dc:creator>A. Writer</dc:creator>
<description>&lt;p&gt;At dawn&amp;#8217;s &lt;b&gt;light&lt;/b&gt;.&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>At <i>dawn</i> &nbsp; <img src="/i.jpg"/></p>]]></content:encoded></item>
<item><title><![CDATA[Two & three]]></title><guid>https://post.example/2</guid><pubDate>16 Nov 26 24:00</pubDate></item>
</channel></rss>""",
        f"""<?xml version="1.0" encoding="iso-8859-1"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" {NS}>
<channel rdf:about="https://post.example/"><title>The Post</title><sy:updateFrequency>2</sy:updateFrequency></channel>
<item rdf:about="https://post.example/1"><title>Nine dead</title><link>/1</link><dc:date>2026-11-16T10:00:00+01:00</dc:date></item>
</rdf:RDF>""",
        """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://post.example/" xml:lang="en"><title>The Post</title><id>x</id>
<link rel="self" href="/atom"/><updated>2026-11-16T09:00:00Z</updated>
<entry><title type="html">Nine &amp;lt;b&amp;gt;dead&amp;lt;/b&amp;gt;</title><id>tag:post.example,2026:1</id>
<link rel="enclosure" href="1.mp3"/><link hreflang="en" href="1"/><published>2026-11-16T09:00:00.123Z</published>
<updated>2026-11-16T12:30:00+02:00</updated><summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">At <b>dawn</b></div></summary></entry>
<entry><title>Two</title><id>https://post.example/2</id><content type="text/plain">x</content></entry></feed>""",
        json.dumps({
            "version": "https://jsonfeed.org/version/1.1", "title": "The Post", "home_page_url": "https://post.example/",
            "items": [{"id": "tag:1", "url": "/1", "title": "Nine dead", "summary": "At dawn.", "date_published": "2026-11-16T09:00:00Z"},
                      {"id": 2, "external_url": "https://other.example/", "content_text": "x\ud800", "date_modified": "2026-11-16"}],
        }),
        """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://post.example/1</loc><news:news><news:publication><news:name>The Post</news:name></news:publication>
<news:publication_date>2026-11-16T09:00:00Z</news:publication_date><news:title>Nine dead</news:title></news:news></url>
<url><loc>https://post.example/?a=1&amp;b=2</loc><lastmod>2026-11-15</lastmod></url></urlset>""",
        """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://post.example/news.xml</loc><lastmod>2026-11-16T09:00:00Z</lastmod></sitemap>
<sitemap><loc>https://post.example/2026-11.xml.gz</loc></sitemap></sitemapindex>""",
        """<!DOCTYPE html><html><head><base href="/en/"><link rel="alternate" type="application/rss+xml" title="News" href="../rss"></head>
<body><a href="feed://post.example/rss">RSS</a> Sitemap: https://post.example/sitemap.xml</body></html>""",
    )
)  # fmt: skip
TOKENS = (
    b"<", b">", b"&", b"'", b'"', b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?", b"?>", b"&#0;", b"&#x1F;", b"&#55357;", b"&#x110000;",
    b"&lt;", b"&amp;amp;", b"&nbsp;", b"&bogus;", b"\x00", b"\x0b", b"\x85", b"\xa0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
    b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbf\xbe", b"\\ud800", b"\\u0000", b"1e999", b"-1", b"9" * 400, b"NaN", b"null", b"[]", b"{", b"[" * 500,
    b"http://[::1", b"//", b"https://a:b@post.example/", b"javascript:alert(1)", b"data:,x", b"http://post.example:99999/", b"../" * 50, b" ", b"\t\r\n",
    b"Mon, 31 Feb 2026 25:61:61 XYZ", b"0000-00-00T24:00:00Z", b"9999-12-31T23:59:59-14:00", b"0001-01-01", b"<ttl>-1</ttl>", b"<item>", b"</item>",
    b"<entry>", b"<link>", b"<guid>", b"<title>", b"<author>a@b.c</author>", b"<category>c</category>", b"<gml:pos>1 2</gml:pos>", b"<where/>", b"<source>",
    b"<image>", b"<textinput>", b"<div>", b"<svg>", b"<xhtml:body>", b"<content type='application/octet-stream'>AAAA</content>", b"<content mode='base64'>",
    b" xml:base='x:'", b" xml:base='http://['", b" xmlns:a='b'", b"<loc>", b"<url>", b"<sitemap>", b"<a href=/rss>", b"<base href='//'>", b"rel=alternate",
)  # fmt: skip
CHARSETS = (
    "utf-8", "utf-16", "utf-16-le", "utf-32", "iso-8859-1", "windows-1252", "windows-1251", "koi8-r", "shift_jis", "gb2312", "gb18030", "euc-kr",
    "iso-2022-jp", "utf-7", "punycode", "idna", "unicode_escape", "undefined", "rot13", "hex", "cp037", "none such",
)  # fmt: skip
TYPES = (
    "",
    "application/xml",
    "text/xml",
    "text/html",
    "application/json",
    "application/rss+xml; charset=",
    "a;charset=\xff\udc80",
    ";;==",
)
BOMB = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(
    b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)


# ── mutations ────────────────────────────────────────────────────────────────────────────────


def flip(random: Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(random.randint(1, 8)):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def insert(random: Random, body: bytes) -> bytes:
    start, _ = span(random, body)
    return body[:start] + random.choice(TOKENS) + body[start:]


def overwrite(random: Random, body: bytes) -> bytes:
    start, end = span(random, body)
    return body[:start] + random.choice(TOKENS) + body[end:]


def splice(random: Random, body: bytes) -> bytes:
    other = random.choice(SEEDS)
    start, end = span(random, other)
    at, _ = span(random, body)
    return body[:at] + other[start:end] + body[at:]


def repeat(random: Random, body: bytes) -> bytes:
    start, end = span(random, body)
    chunk = random.choice([body[start:end], random.choice(TOKENS)]) or b"x"
    times = int(REPEATED_MAX ** random.random()) // len(chunk) + 1
    return body[:start] + chunk * times + body[start:]


def element(random: Random, body: bytes) -> bytes:
    """Repeat one element whole, or swap two."""
    elements = body.split(b"<")
    one, other = random.randrange(len(elements)), random.randrange(len(elements))
    if random.random() < 0.5:
        elements[one], elements[other] = elements[other], elements[one]
    else:
        elements[one:one] = [elements[other]] * min(
            random.choice([1, 2, 50, 3_000]), BODY_MAX // (len(elements[other]) + 1)
        )
    return b"<".join(elements)


def recode(random: Random, body: bytes) -> bytes:
    declared, real = random.choice(CHARSETS).encode(), random.choice(CHARSETS)
    body = body.replace(b"UTF-8", declared).replace(b"utf-8", declared).replace(b"iso-8859-1", declared)
    try:
        return body.decode("utf-8", "replace").encode(real, "replace")
    except (LookupError, UnicodeError, AssertionError):
        return body


def bomb(random: Random, body: bytes) -> bytes:
    reference = random.choice([b"&j;", b"&f;", b"&p;"])
    more = b"<!ENTITY f SYSTEM 'file:///etc/passwd'><!ENTITY %% p SYSTEM 'http://127.0.0.1:9/'>%%p;]>%s"
    head, close, rest = body.partition(b"?>")
    return head + close + BOMB + more % rest.replace(b"Nine", reference)


def zipped(random: Random, body: bytes) -> bytes:
    whole = gzip.compress(body, 1)
    return random.choice(
        [whole, whole * 2, whole + body[:50], truncate(random, whole), flip(random, whole), gzip.compress(whole)]
    )


MUTATIONS: tuple[Callable[[Random, bytes], bytes], ...] = (
    flip, truncate, delete, insert, insert, overwrite, overwrite, splice, repeat, element, element, recode, bomb,
)  # fmt: skip


def an_input(seed: int, number: int) -> tuple[bytes, str]:
    """Return the body and content type that seed and number stand for."""
    random = Random(f"{seed}/{number}")
    body = random.choice(SEEDS)
    for _ in range(random.randint(0, 4)):
        body = random.choice(MUTATIONS)(random, body[:BODY_MAX])
    if random.random() < ZIPPED_SHARE:
        body = zipped(random, body[:BODY_MAX])
    kind = random.choice(TYPES)
    return body, kind + random.choice(CHARSETS) if kind.endswith("=") else kind


# ── rules ────────────────────────────────────────────────────────────────────────────────────


def check(body: bytes, content_type: str) -> ParsedFeed | None:
    """Parse, and return the feed, None when it was refused; raise RuleBroken or whatever else was wrong."""
    for link in feed_links(body, URL):
        check_address(link.url)
        check_text(link.title)
    for address in robots_sitemaps(body.decode("utf-8", "replace")):
        rule(address.startswith("http"), f"a sitemap at {address!r}")
    try:
        feed = parse_feed(body, content_type, URL, ZONES[len(body) % len(ZONES)])
    except RecordError as error:
        rule(str(error).startswith(f"{URL}: ") and len(str(error)) < 1_000, f"the message {str(error)[:200]!r}")
        return None
    check_feed(feed)
    return feed


def check_feed(feed: ParsedFeed) -> None:
    rule(pickle.loads(pickle.dumps(feed)) == feed, "a feed that does not travel between processes")
    rule(feed.wait is None or timedelta() < feed.wait <= WAIT_MAX, f"wait {feed.wait}")
    rule(len(feed.problems) <= 21, f"{len(feed.problems)} problems")
    for text in (feed.title, *feed.problems):
        check_text(text)
    for part in choose_parts(feed.parts, NOW):
        check_address(part.url)
        check_instant(part.modified_at)
    for item in feed.items:
        check_address(item.url)
        for text in (item.guid, item.url, item.title, item.summary):
            check_text(text)
        rule(bool(item.guid) and "\n" not in item.title + item.summary, f"an item {item}")
        check_instant(item.published_at)
        check_instant(item.updated_at)
    addresses = [item.url for item in feed.items]
    rule(len(addresses) == len(set(addresses)), "an address twice")
    for entry in to_entries(FEED, feed.items, date(2026, 11, 16), NOW):
        rule(
            not entry.published_at or entry.published_at <= NOW + timedelta(days=1),
            f"published at {entry.published_at}",
        )
        rule(len(entry.address_id) == len(entry.entry_id) == 16, f"ids of {entry}")


def check_address(url: str) -> None:
    rule(url.lower().startswith(("http://", "https://")) and not has_credentials(url), f"the address {url!r}")


def check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RuleBroken(f"half a pair in {text[:100]!r}") from None
    rule("\0" not in text, f"NUL in {text[:100]!r}")


def check_instant(at: datetime | None) -> None:
    rule(at is None or (at.tzinfo is UTC and at.year >= 1600), f"the instant {at!r}")


def outcome(given: tuple[bytes, str]) -> list[str]:
    """Return what kind of feed it was, or that it was refused."""
    feed = check(*given)
    return [feed.kind if feed else "refused"]


FUZZER = Fuzzer("feeds", an_input, outcome, lambda given: given[0], ".bin", "bytes", SECONDS_MAX)
run = FUZZER.run


if __name__ == "__main__":
    sys.exit(FUZZER.main(__doc__ or ""))
