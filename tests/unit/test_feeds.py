"""Feeds: every format gives the same plain items, and no bytes give anything but items or a RecordError."""

import gzip
import json
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from feedparser.api import StrictFeedParser
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.make import DAY, FEED, NEXT, NOON

from pipeline.errors import RecordError
from pipeline.feeds.charset import decode
from pipeline.feeds.dates import instant
from pipeline.feeds.entries import to_entries
from pipeline.feeds.keep import ITEMS_MAX
from pipeline.feeds.parse import Item, ParsedFeed, parse_feed
from pipeline.feeds.xml import CHARACTERS_MAX
from pipeline.io.rows import to_row
from pipeline.language.markup import plain
from pipeline.records import make_id

URL = "http://post.example/feeds/news"
XML = "application/xml"
NINE = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
TEN = datetime(2026, 11, 16, 10, 30, tzinfo=UTC)

RSS2 = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>The Post</title><link>http://post.example/</link>
<item><title>Nine dead &amp; more</title><link>http://post.example/1</link><guid isPermaLink="false">tag:post.example,2026:1</guid>
<pubDate>Mon, 16 Nov 2026 09:00:00 GMT</pubDate><description>At dawn.</description></item>
</channel></rss>"""
RDF = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="http://post.example/"><title>The Post</title></channel>
<item rdf:about="tag:post.example,2026:1"><title>Nine dead &amp; more</title><link>http://post.example/1</link>
<dc:date>2026-11-16T10:00:00+01:00</dc:date><description>At dawn.</description></item></rdf:RDF>"""
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>The Post</title><id>x</id><updated>2026-11-16T09:00:00Z</updated>
<entry><title>Nine dead &amp; more</title><id>tag:post.example,2026:1</id><link href="http://post.example/1"/>
<published>2026-11-16T09:00:00Z</published><updated>2026-11-16T12:30:00+02:00</updated><summary>At dawn.</summary></entry>
</feed>"""
JSON_FEED = json.dumps({
    "version": "https://jsonfeed.org/version/1.1", "title": "The Post",
    "items": [{"id": "tag:post.example,2026:1", "url": "http://post.example/1", "title": "Nine dead & more", "summary": "At dawn.",
               "date_published": "2026-11-16T09:00:00Z", "date_modified": "2026-11-16T12:30:00+02:00"}],
})  # fmt: skip


def rss(*items: str, first: str = "<?xml version='1.0'?>") -> str:
    return f"{first}<rss version='2.0'><channel><title>T</title>{''.join(items)}</channel></rss>"


def item(link: str = "/1", extra: str = "") -> str:
    return f"<item><title>T</title><link>{link}</link>{extra}</item>"


def json_feed(*items: Any) -> bytes:
    return json.dumps({"items": list(items)}).encode()


def feed(body: str | bytes, content_type: str = XML, url: str = URL) -> ParsedFeed:
    return parse_feed(body.encode() if isinstance(body, str) else body, content_type, url)


def parsed(body: str | bytes, content_type: str = XML) -> list[Item]:
    return list(feed(body, content_type).items)


def one(body: str | bytes, content_type: str = XML) -> Item:
    (found,) = parsed(body, content_type)
    return found


# ── formats ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "kind", "updated_at"),
    [(RSS2, "rss", None), (RDF, "rdf", None), (ATOM, "atom", TEN), (JSON_FEED, "json", TEN)],
    ids=["rss", "rdf", "atom", "json"],
)
def test_every_format_gives_the_same_item(body: str, kind: str, updated_at: datetime | None) -> None:
    found = feed(body)
    assert (found.kind, found.title, found.problems) == (kind, "The Post", ())
    assert found.items == (
        Item(
            guid="tag:post.example,2026:1", url="http://post.example/1", title="Nine dead & more", summary="At dawn.",
            published_at=NINE, updated_at=updated_at,
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://my.netscape.com/rdf/simple/0.9/'>"
         "<item><title>T</title><link>http://post.example/1</link></item></rdf:RDF>", "rdf"),
        ("<!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' 'http://my.netscape.com/publish/formats/rss-0.91.dtd'>"
         "<rss version='0.91'><channel><item><title>T</title><link>http://post.example/1</link></item></channel></rss>", "rss"),
        ("<rss version='0.92'><channel><item><title>T</title><link>http://post.example/1</link></item></channel></rss>", "rss"),
        ("<rss><channel><item><title>T</title><link>http://post.example/1</link></item></channel></rss>", "rss"),
        ("<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>T</title><link rel='alternate' type='text/html' "
         "href='http://post.example/1'/></entry></feed>", "atom"),
        ("<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:title>T</a:title><a:link href='http://post.example/1'/>"
         "</a:entry></a:feed>", "atom"),
        ('{"version": "https://jsonfeed.org/version/1", "items": [{"id": 1, "url": "http://post.example/1", "title": "T"}]}', "json"),
    ],
)  # fmt: skip
def test_old_and_odd_versions_are_read(body: str, kind: str) -> None:
    found = feed(body)
    assert (found.kind, found.items[0].url, found.items[0].title) == (kind, "http://post.example/1", "T")


def test_a_gzip_file_is_unpacked() -> None:
    assert one(gzip.compress(RSS2.encode())).title == "Nine dead & more"
    assert one(gzip.compress(JSON_FEED.encode()), "application/gzip").title == "Nine dead & more"
    with pytest.raises(RecordError, match="not a feed but"):
        parsed(gzip.compress(RSS2.encode())[:30])


@pytest.mark.parametrize(
    "preface", ["\n\n", "<!-- a <rss> and an <html> -->\n", "<b>Warning</b>: no cache in x.php\n", "\x1f\n"]
)
def test_what_a_server_says_before_the_feed_does_not_count(preface: str) -> None:
    assert feed(preface + RSS2).items == feed(RSS2).items


def test_the_type_in_the_header_does_not_decide() -> None:
    for content_type in ("", "text/html", "text/plain; charset=utf-8", "application/json", "nonsense"):
        assert [one(body, content_type).title for body in (RSS2, ATOM, JSON_FEED)] == ["Nine dead & more"] * 3


def test_items_keep_the_order_of_the_feed() -> None:
    assert [found.url[-1] for found in parsed(rss(item("/2"), item("/1"), item("/3")))] == ["2", "1", "3"]


@pytest.mark.parametrize(
    "body",
    [
        rss(),
        RSS2[: RSS2.index("<item>")] + "</channel></rss>",
        '{"items": []}',
        "<feed xmlns='http://www.w3.org/2005/Atom'></feed>",
    ],
)
def test_an_empty_feed_is_a_feed(body: str) -> None:
    assert parsed(body) == parsed(body, "text/html") == []


def test_a_byte_order_mark_does_not_hide_a_json_feed() -> None:
    assert one(b"\xef\xbb\xbf\n" + JSON_FEED.encode()).guid == "tag:post.example,2026:1"


# ── how long to wait ─────────────────────────────────────────────────────────────────────────


def hinted(inside: str) -> timedelta | None:
    return feed(
        f"<rss version='2.0' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel>{inside}</channel></rss>"
    ).wait


@pytest.mark.parametrize(
    ("inside", "minutes"),
    [
        ("<ttl>15</ttl>", 15), ("<ttl> 60\n</ttl>", 60), ("<ttl>15</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 60),
        ("<sy:updatePeriod>\nhourly\t</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 30),
        ("<sy:updatePeriod>Daily</sy:updatePeriod>", 1440),
        ("<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>7</sy:updateFrequency>", 1440),
    ],
)  # fmt: skip
def test_a_feed_says_how_long_to_wait(inside: str, minutes: int) -> None:
    assert hinted(inside) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "inside",
    [
        "", "<ttl/>", "<ttl>0</ttl>", "<ttl>-5</ttl>", "<ttl>soon</ttl>", "<ttl>1e3</ttl>", "<ttl>9999999999999</ttl>",
        "<ttl>9999999</ttl>", "<ttl x='1'>5</ttl>", "<sy:updatePeriod>never</sy:updatePeriod>", "<ttl>١٥</ttl>",
        "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
        "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>often</sy:updateFrequency>",
        "<sy:updateFrequency>2</sy:updateFrequency>",
    ],
)  # fmt: skip
def test_nonsense_about_waiting_is_no_wish(inside: str) -> None:
    assert hinted(inside) is None


# ── items that lack something ────────────────────────────────────────────────────────────────


def test_an_item_without_an_address_is_left_out_with_a_reason() -> None:
    found = feed(rss("<item><title>Lost</title></item>", item("/1"), "<item/>"))
    assert [entry.url for entry in found.items] == ["http://post.example/1"]
    assert found.problems == ("item 1 'Lost' has no link", "item 3 has no link")
    found = feed(json_feed({"title": "T"}, {"url": None}, {"url": ""}, {"url": ["/1"]}, "x", 1))
    assert (found.items, len(found.problems)) == ((), 6)


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("javascript:alert(1)", "links to javascript:alert(1), which is no http(s) address"),
        ("ftp://me:secret@post.example/1", "links to ftp://…@post.example/1, which is no http(s) address"),
        ("mailto:a@post.example", "links to mailto:a@post.example, which is no http(s) address"),
        ("http://[::1/x", "links to http://[::1/x, which is no http(s) address"),
        ("https://me:secret@post.example/1", "links to an address with a user name or password"),
        ("http:/\\post.example:99999/1", "links to http:/\\post.example:99999/1, which is no http(s) address"),
    ],
)
def test_an_address_that_is_of_no_use_is_told(link: str, reason: str) -> None:
    for found in (feed(rss(item("/1"), item(link))), feed(json_feed({"url": "/1"}, {"url": link, "title": "T"}))):
        assert [entry.url for entry in found.items] == ["http://post.example/1"]
        assert found.problems == (f"item 2 'T' {reason}",)


def test_twenty_problems_are_told_and_the_rest_counted() -> None:
    found = feed(rss(*["<item><title>T</title></item>"] * 1_234))
    assert (len(found.problems), found.problems[-1]) == (21, "and 1,214 more")


def test_of_one_address_the_first_item_counts_and_a_guid_does_not() -> None:
    twice = [f"<guid isPermaLink='false'>g</guid><description>{word}</description>" for word in ("first", "second")]
    found = feed(rss(item("/1", twice[0]), item("/1", twice[1]), item("/2", twice[0])))
    assert [(entry.url[-1], entry.guid, entry.summary) for entry in found.items] == [
        ("1", "g", "first"),
        ("2", "g", "first"),
    ]
    assert found.problems == ()


def test_an_item_needs_neither_title_nor_date_nor_guid() -> None:
    for body in (rss("<item><link>http://post.example/1</link></item>"), json_feed({"url": "http://post.example/1"})):
        assert one(body) == Item(
            guid="http://post.example/1", url="http://post.example/1", title="", summary="", published_at=None,
            updated_at=None,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/a", "http://post.example/a"), ("a", "http://post.example/feeds/a"), ("?p=1", f"{URL}?p=1"),
        ("//other.example/a", "http://other.example/a"), ("https://other.example/a", "https://other.example/a"),
        ("\n http://post.example/a b \t", "http://post.example/a b"),
    ],
)  # fmt: skip
def test_relative_addresses_are_made_absolute(link: str, url: str) -> None:
    assert one(rss(item(link))).url == url
    assert one(json_feed({"url": link})).url == url


def test_the_feed_s_site_is_the_base_of_relative_addresses_unless_xml_base_is() -> None:
    site = "<link>https://www.post.example/en/</link>"
    assert one(rss(site, item("a"))).url == "https://www.post.example/en/a"
    assert one(rss("<link>/en/</link>", item("a"))).url == "http://post.example/en/a"
    assert one(rss("<link>javascript:x</link>", item("a"))).url == "http://post.example/feeds/a"
    assert (
        one(rss(site, item("a")).replace("<rss", "<rss xml:base='https://cdn.example/x/'")).url
        == "https://cdn.example/x/a"
    )
    assert one(rss(site, item("a")).replace("<item", "<item xml:base='sub/'")).url == "http://post.example/feeds/sub/a"
    assert (
        one('{"home_page_url": "https://www.post.example/en/", "items": [{"url": "a"}]}').url
        == "https://www.post.example/en/a"
    )


def test_an_atom_feed_s_own_address_is_the_base_whatever_it_links_to() -> None:
    body = "<feed xmlns='http://www.w3.org/2005/Atom'><link href='https://www.post.example/en/'/><entry><link href='a'/></entry></feed>"
    assert one(body).url == "http://post.example/feeds/a"


def atom(inside: str) -> str:
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>T</title>{inside}</entry></feed>"


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ("<link rel='enclosure' href='/a.mp3'/><link rel='self' href='/a.atom'/><link href='/a'/>", "/a"),
        ("<link rel='alternate' type='application/json' href='/a.json'/><link rel='alternate' type='text/html' href='/a'/>", "/a"),
        ("<link rel='alternate' type='application/json' href='/a.json'/>", "/a.json"),
        ("<link hreflang='en' href='/a'/><link hreflang='fr' href='/b'/>", "/a"),
        ("<link rel='http://www.iana.org/assignments/relation/alternate' href='/a'/><link rel='replies' href='/b'/>", "/a"),
        ("<link rel='self' type='text/html' href='/a'/>", "/a"),
        ("<id>http://post.example/a</id>", "/a"),
        ("<id>http://post.example/b</id><link href='/a'/>", "/a"),
    ],
)  # fmt: skip
def test_the_address_of_an_atom_entry_is_its_page(inside: str, url: str) -> None:
    assert one(atom(inside)).url == f"http://post.example{url}"


@pytest.mark.parametrize(
    "inside",
    [
        "<id>tag:post.example,2026:1</id>",
        "<id>urn:x</id><link rel='enclosure' href='/a.mp3'/>",
        "<link rel='self' href='/a.atom'/>",
    ],
)
def test_a_sound_file_is_not_the_page_of_an_entry(inside: str) -> None:
    assert feed(atom(inside)).problems == ("item 1 'T' has no link",)


@pytest.mark.parametrize(
    ("guid", "url"),
    [
        ("<guid>http://post.example/1</guid>", "http://post.example/1"),
        ("<guid isPermaLink='true'>https://post.example/1</guid>", "https://post.example/1"),
        ("<guid isPermaLink='false'>http://post.example/1</guid>", None),
        ("<guid>12345</guid>", None),
        ("<guid>tag:post.example,2026:1</guid>", None),
    ],
)
def test_a_guid_is_the_address_where_it_is_a_permalink(guid: str, url: str | None) -> None:
    assert [entry.url for entry in parsed(rss(f"<item><title>T</title>{guid}</item>"))] == ([url] if url else [])


def test_an_item_of_rdf_without_a_link_is_at_its_own_name() -> None:
    body = RDF.replace("<link>http://post.example/1</link>", "").replace(
        "tag:post.example,2026:1", "http://post.example/1"
    )
    assert one(body).url == "http://post.example/1"


def test_a_json_item_may_link_elsewhere_or_be_named_by_its_address() -> None:
    assert one(json_feed({"external_url": "http://other.example/1"})).url == "http://other.example/1"
    assert one(json_feed({"id": "http://post.example/1"})).url == "http://post.example/1"
    assert one(json_feed({"id": "http://post.example/1", "url": "/2"})).url == "http://post.example/2"


# ── text ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("It&amp;#8217;s &quot;war&quot;", 'It’s "war"'), ("A &amp;amp; B", "A & B"), ("A & B, AT&T", "A & B, AT&T"),
        ("<b>Nine</b> d<i>ea</i>d<br/>at&nbsp;dawn", "Nine dead at dawn"), ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;", "One two"),
        ("5 < 6, x > y and <unknown>", "5 < 6, x > y and <unknown>"), ("R&region &notit", "R&region &notit"),
        ("a<script>alert('<b>')</script>b<style>p {}</style><!-- c -->", "a b"), ("a<script>b", "a"), ("&#146;x&#0;", "’x\ufffd"),
        (" a\n\tb\u00a0 c ", "a b c"), ("<img alt='x' src=y", "<img alt='x' src=y"), ("<a href='x' title='1 > 0'>b</a>", "0'>b"),
    ],
)  # fmt: skip
def test_markup_becomes_what_a_reader_would_see(markup: str, text: str) -> None:
    assert plain(markup) == text


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("<>&;/ab#x0918!- \n\0\ud800"), max_size=60))
def test_text_is_plain_when_it_is_plain(markup: str) -> None:
    once = plain(markup)
    once.encode()
    assert "\0" not in once
    assert once == " ".join(once.split())


def test_titles_and_summaries_are_plain_in_every_format() -> None:
    title = "<![CDATA[<b>Nine</b> dead &amp;amp; more]]>"
    for body in (
        rss(f"<item><title>{title}</title><link>/1</link><description>{title}</description></item>"),
        atom(f"<title type='html'>{title}</title><link href='/1'/><summary type='html'>{title}</summary>").replace("<title>T</title>", ""),
        atom("<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><b>Nine</b> dead &amp;amp; more</div></title><link href='/1'/>"
             f"<summary>{title}</summary>").replace("<title>T</title>", ""),
        json_feed({"url": "/1", "title": "<b>Nine</b> dead &amp;amp; more", "summary": "<b>Nine</b> dead &amp; more"}),
    ):  # fmt: skip
        found = one(body)
        assert (found.title, found.summary) == ("Nine dead & more", "Nine dead & more")


def test_a_whole_article_in_a_feed_is_a_short_summary() -> None:
    assert len(one(rss(item("/1", f"<description>{'word ' * 100_000}</description>"))).summary) <= 2_000


# ── dates ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 16 Nov 2026 09:00:00 GMT", "Mon, 16 Nov 2026 10:00:00 +0100", "Mon,16 Nov 2026 09:00 UT", "16 Nov 26 09:00:00 Z",
        "Monday, 16-Nov-26 04:00:00 EST", "Mon, 16 November 2026 09:00:00", "Sun, 16 Nov 2026 09:00:00 +0000 (wrong day)",
        "lun., 16 nov. 2026 11:00:00 GMT+02:00", "Mon, 16 Nov 2026 09:00:00 -0000", "Mon, 16 Nov 2026 10:00:00 CET",
        "2026-11-16T09:00:00Z", "2026-11-16T10:00:00+01:00", "2026-11-16T10:00:00.123456789+0100", "2026-11-16 09:00:00",
        "2026/11/16 04:00 -05:00", "2026-11-16T09:00:00 Etc/GMT", "2026-11-16T14:30:00 IST", "2026-11-16 09:00:00,5 UTC",
        "Mon Nov 16 09:00:00 2026", "Mon Nov 16 10:00:00 CET 2026", "November 16, 2026 9:00 am", "Nov 16, 2026, 09:00:00 A.M. GMT",
        "Mon, 16 Nov 2026 09:00:00 XYZ",
    ],
)  # fmt: skip
def test_nine_o_clock_is_read_however_it_is_written(date: str) -> None:
    assert instant(date) == NINE


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Sun, 15 Nov 2026 24:00:00 GMT", datetime(2026, 11, 16, tzinfo=UTC)),
        ("2026-12-31T24:00:00Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("Thu, 31 Dec 2026 23:59:60 GMT", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("16 Nov 99 09:00 GMT", datetime(1999, 11, 16, 9, tzinfo=UTC)),
        ("12 Nov 2026 12:30 PM", datetime(2026, 11, 12, 12, 30, tzinfo=UTC)),
        ("12 Nov 2026 12:30 AM", datetime(2026, 11, 12, 0, 30, tzinfo=UTC)),
        ("2026-11-16", datetime(2026, 11, 16, tzinfo=UTC)),
        ("2026-11", datetime(2026, 11, 1, tzinfo=UTC)),
    ],
)
def test_the_edges_of_a_day_are_instants(date: str, at: datetime) -> None:
    assert instant(date) == at


@pytest.mark.parametrize(
    "date",
    [
        "", "soon", "9" * 500, "Mon, 99 Nov 2026 25:61:61 GMT", "0000-00-00", "-1", "Mon, 01 Jan 999999 00:00:00 GMT", "1e99",
        "31 Nov 2026 09:00:00 GMT", "0001-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT", "9999-12-31T23:59:59-12:00",
        "16 Nov 2026 09:00 +9900", "16/11/2026 09:00", "Mon, 16 Xyz 2026 09:00:00", "--11-16", "16", "2026",
    ],
)  # fmt: skip
def test_a_date_that_is_none_is_left_out(date: str) -> None:
    assert instant(date) is None
    assert one(rss(item(extra=f"<pubDate>{date}</pubDate>"))).published_at is None
    assert one(json_feed({"url": "/1", "date_published": date, "date_modified": date})).published_at is None


@pytest.mark.parametrize(
    ("date", "zone", "hour"),
    [
        ("2026-07-14T09:00:00", "America/New_York", 13), ("Tue, 14 Jul 2026 09:00:00", "Asia/Kolkata", 3),
        ("Tue, 14 Jul 2026 09:00:00 EST", "America/New_York", 13), ("Tue, 14 Jul 2026 09:00:00 EST", "Europe/Paris", 14),
        ("Tue, 14 Jul 2026 09:00:00 IST", "Asia/Jerusalem", 6), ("Tue, 14 Jul 2026 09:00:00 IST", "Europe/Dublin", 8),
        ("Tue, 14 Jul 2026 09:00:00 CST", "Asia/Shanghai", 1), ("Tue, 14 Jul 2026 09:00:00 BST", "Europe/London", 8),
        ("Tue, 14 Jul 2026 09:00:00 GMT", "Europe/London", 9), ("Tue, 14 Jul 2026 09:00:00 BST", "UTC", 8),
        ("Tue, 14 Jul 2026 09:00:00 AEST", "UTC", -1),
    ],
)  # fmt: skip
def test_the_outlet_s_zone_decides_what_the_feed_leaves_open(date: str, zone: str, hour: int) -> None:
    at = datetime(2026, 7, 14, tzinfo=UTC) + timedelta(hours=hour)
    assert abs(instant(date, ZoneInfo(zone)) - at) <= timedelta(minutes=30)  # type: ignore[operator]
    assert (
        parse_feed(rss(item(extra=f"<pubDate>{date}</pubDate>")).encode(), XML, URL, ZoneInfo(zone))
        .items[0]
        .published_at
    )


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("0123456789:-+ TZnovGMTmon,.\n/"), max_size=40) | st.datetimes().map(str))
def test_no_text_gives_anything_but_an_instant_in_utc_or_none(date: str) -> None:
    at = instant(date)
    assert at is None or (at.tzinfo is UTC and at.year >= 1600)


def test_the_only_date_of_an_rss_item_is_that_of_its_publication() -> None:
    modified = "<dcterms:modified xmlns:dcterms='http://purl.org/dc/terms/'>2026-11-16T10:30:00Z</dcterms:modified>"
    found = one(rss(item(extra=f"<pubDate>Mon, 16 Nov 2026 09:00:00 GMT</pubDate>{modified}")))
    assert (found.published_at, found.updated_at) == (NINE, TEN)
    found = one(rss(item(extra="<dc:date xmlns:dc='http://purl.org/dc/elements/1.1/'>2026-11-16</dc:date>")))
    assert (found.published_at, found.updated_at) == (NINE.replace(hour=0), None)


@pytest.mark.parametrize("wrong", [None, True, [], {}, [[]], {"a": 1}, [1, "x"], 1.5, -1, 10**400, "x" * 9_999])
def test_a_json_feed_may_have_wrong_types_everywhere(wrong: Any) -> None:
    names = ("id", "title", "summary", "date_published", "date_modified")
    found = one(json_feed({"url": "/1"} | dict.fromkeys(names, wrong)))
    assert found.url == "http://post.example/1"
    assert "{" not in found.title + found.summary
    assert parsed(json_feed(wrong, {"url": wrong if not isinstance(wrong, str | int | float) else None})) == []


# ── charsets ─────────────────────────────────────────────────────────────────────────────────


RSS_TYPE, CYRILLIC, WESTERN = "application/rss+xml", "Новости дня, сводка", "café — “naïve”"


def declared(text: str, charset: str) -> str:
    return rss(
        f"<item><title>{text}</title><link>/1</link></item>", first=f"<?xml version='1.0' encoding='{charset}'?>"
    )


@pytest.mark.parametrize(
    ("text", "charset", "real", "header"),
    [
        (WESTERN, "utf-8", "utf-8", "text/xml"),
        (WESTERN, "utf-8", "cp1252", f"{RSS_TYPE}; charset=utf-8"),
        (WESTERN, "iso-8859-1", "cp1252", RSS_TYPE),
        (WESTERN, "windows-1252", "cp1252", "text/xml"),
        (WESTERN, "utf-16", "utf-16", XML),
        (WESTERN, "utf-16", "utf-8", XML),
        (WESTERN, "utf-16", "utf-16-le", XML),
        (WESTERN, "utf-16", "utf-16-be", XML),
        (WESTERN, "utf-32", "utf-32", XML),
        (WESTERN, "utf-8", "utf-8", f"{XML}; charset=iso-8859-1x"),
        (WESTERN, "utf-8", "utf-8", f"{XML}; charset=windows-1252"),
        (WESTERN, "iso-8859-1", "utf-8", f"{XML}; charset=iso-8859-1"),
        (WESTERN, "utf-8", "utf-8-sig", f"{XML}; charset=windows-1251"),
        (CYRILLIC, "windows-1251", "windows-1251", f"{XML}; charset=iso-8859-1"),
        (CYRILLIC, "windows-1251", "windows-1251", f"{XML}; charset=utf-8"),
        (CYRILLIC, "utf-8", "windows-1251", f"{XML}; charset=windows-1251"),
        (CYRILLIC, "koi8-r", "koi8-r", XML),
        (CYRILLIC, "windows-1251", "utf-8", XML),
        ("今日のニュース", "Shift_JIS", "cp932", XML),
        ("今日のニュース", "iso-2022-jp", "iso2022_jp", "text/xml"),
        ("今日のニュース", "EUC-JP", "euc_jp", XML),
        ("今天的新闻", "gb2312", "gb18030", XML),
        ("오늘의 뉴스", "euc-kr", "cp949", XML),
    ],
)
def test_text_is_read_whatever_the_charset_and_what_is_said_of_it(
    text: str, charset: str, real: str, header: str
) -> None:
    assert one(declared(text, charset).encode(real), header).title == text


def test_one_broken_byte_does_not_cost_the_rest() -> None:
    body = declared(f"{CYRILLIC} | caf\0 | {CYRILLIC}", "windows-1251").encode().replace(b"\0", b"\xe9")
    assert one(body, f"{XML}; charset=windows-1251").title == f"{CYRILLIC} | café | {CYRILLIC}"
    assert (
        one(declared(CYRILLIC, "utf-8").encode().replace(b"\xd0\xb0</title>", b"\xd0</title>")).title[:-1]
        == CYRILLIC[:-1]
    )


@pytest.mark.parametrize(
    "codec",
    ["undefined", "punycode", "PUNYCODE", "idna", "unicode_escape", "utf-7", "hex", "rot13", "mbcs", "\0", "utf_16_le"],
)
def test_a_charset_that_is_none_is_not_used(codec: str) -> None:
    body = declared("+2AA-é", codec).encode()
    for header in (XML, f"{XML}; charset={codec}"):
        assert one(body, header).title == "+2AA-é"
    assert decode(b"caf\xe9", f"a; charset={codec}") == "café"


def test_a_charset_that_would_take_days_to_decode_is_not_used() -> None:
    with pytest.raises(RecordError, match="not a feed"):
        parsed(b"<?xml version='1.0' encoding='punycode'?>-" + b"\xe9a" * 1_000_000)


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "text/xml; charset=gb2312", "a; charset=iso-2022-jp", "a; charset=big5"]),
)
def test_any_bytes_are_some_text(body: bytes, header: str) -> None:
    decode(body, header).encode()


def test_what_no_database_can_store_is_taken_out() -> None:
    found = one(b'{"items": [{"url": "/a\\u0000b", "title": "x\\u0000\\ud800\\u0085y\\tz", "id": "\\udfff\\u0001g"}]}')
    assert (found.url, found.title, found.guid) == ("http://post.example/ab", "xy z", "g")
    found = one(rss("<item><title>a&#1;b\0c</title><link>/1</link><description>\x0bd</description></item>"))
    assert (found.title, found.summary) == ("abc", "d")
    assert one(b'{"items": [{"url": "/1", "id": 9007199254740993, "title": 1.5}]}').guid == "9007199254740993"


# ── what is no feed ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not a feed but 0 bytes"),
        (b"  \n", "not a feed but 3 bytes"),
        (b"<html><body>We are moving</body></html>", "not a feed but an HTML page"),
        (b"<!DOCTYPE html><HTML><body>x", "not a feed but an HTML page"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not a feed"),
        (b"{", "neither XML nor JSON"),
        (b'{"items": {}}', "JSON, but not a JSON Feed"),
        (b'{"error": "no"}', "JSON, but not a JSON Feed"),
        (b'{"items": ' + b"[" * 100_000, "neither XML nor JSON"),
        (b"<rss version='2.0'><channel><item><tit", "broken feed without a readable entry"),
    ],
)
def test_what_is_no_feed_is_told_by_its_address(body: bytes, reason: str) -> None:
    with pytest.raises(RecordError) as caught:
        parsed(body)
    assert str(caught.value).startswith(f"{URL}: ")
    assert reason in str(caught.value)


def test_a_feed_cut_short_keeps_its_whole_items() -> None:
    body = rss(item("/1"), item("/2"))
    assert [found.url[-1] for found in parsed(body[: body.rindex("<link>")])][:1] == ["1"]


@pytest.mark.parametrize(
    "broken",
    ["<title>AT&T & more</title>", "<title>caf&eacute;&nbsp;AT&T & more</title>", "<media:title>x</media:title><title>AT&T & more</title>",
     "<title>AT&T & more</title><p>one<br>two", "<title>AT&T & more</title><a b=c>"],
)  # fmt: skip
def test_broken_xml_is_read_as_it_is_meant(broken: str) -> None:
    items = parsed(rss(f"<item><link>/1</link>{broken}</item>", item("/2")))
    assert (items[0].url, items[0].title[-11:]) == ("http://post.example/1", "AT&T & more")
    assert items[-1].url == "http://post.example/2"


def test_entities_of_html_are_read_and_no_others() -> None:
    first = "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY post 'The Post'>]>"
    assert (
        one(rss("<item><title>&post;&nbsp;caf&eacute;&lang;</title><link>/1</link></item>", first=first)).title
        == "&post; café⟨"
    )
    assert one(rss(item("/?a=1&b=2&AMP;c=3", "<description>&LT;&nvlt;&#x20ac;&#55357;&#0;&#x110000;&#99999999;x</description>"))) == Item(
        guid="http://post.example/?a=1&b=2&c=3", url="http://post.example/?a=1&b=2&c=3", title="T", summary="<<\u20d2€&#99999999;x",
        published_at=None, updated_at=None,
    )  # fmt: skip


NAMESPACES = "".join(f" xmlns:{prefix}='{uri}'" for uri, prefix in StrictFeedParser.namespaces.items() if prefix)
KNOWN = sorted(
    {name.split("_", 2)[2] for name in dir(StrictFeedParser) if name.startswith(("_start_", "_end_"))}
    - {"item", "entry"}
)
NAMES = [
    name.replace("_", ":", 1) if name.partition("_")[0] in StrictFeedParser.namespaces.values() else name
    for name in KNOWN
]


@pytest.mark.parametrize("name", [*NAMES, "links", "entries", "feed_detail", "title_detail", "published_parsed"])
def test_no_element_that_feedparser_knows_costs_an_item(name: str) -> None:
    odd = f"<x><{name}>a@b.c</{name}><{name} href='/9' term='t'/></x>"
    items = parsed(rss(item("/1"), item("/2", odd), item("/3")).replace("<rss", f"<rss{NAMESPACES}"))
    assert {"http://post.example/1", "http://post.example/3"} <= {found.url for found in items}


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param("".join(f"<{name}>{'a' * 25_000}</{name}>" for name in NAMES), id="long"),
        pytest.param("".join(f"<{name} a='1'>{n}</{name}>" for name in NAMES for n in range(150)), id="all-of-them"),
        pytest.param("".join(f"<category>{number}</category>" for number in range(30_000)), id="many"),
    ],
)
def test_no_element_that_feedparser_knows_takes_more_than_its_share_of_time(elements: str) -> None:
    start = time.process_time()
    with suppress(RecordError):
        parsed(rss(f"<item>{elements}</item>").replace("<rss", f"<rss{NAMESPACES}"))
    assert time.process_time() - start < 8  # feedparser by itself takes longer for "long" and "many"


@pytest.mark.parametrize(
    ("attributes", "filling", "reason"),
    [
        (" ".join(f"xmlns:a{n}='{n}'" for n in range(50_000)), "<a7:x/>" * 200_000, "declares 50,000 namespaces"),
        ("", "<a xml:base='b/'>" * 200_000, "has 400,000 characters of xml:base"),
        ("", "<a BASE=b/>" * 200_000, "has 400,000 characters of xml:base"),
        (f"xml:base='http://post.example/{'x' * 400_000}'", "<a/>" * 200_000, "has 400,020 characters of xml:base"),
    ],
)
def test_what_feedparser_would_look_at_again_and_again_is_refused(attributes: str, filling: str, reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        parsed(rss(item("/1"), filling).replace("<rss", f"<rss {attributes}"))


def test_an_xml_base_for_each_item_is_read() -> None:
    bases = [f"<item xml:base='{n:02}/'><link>a</link></item>" for n in range(ITEMS_MAX)]
    assert [found.url for found in parsed(rss(*bases))][::999] == [
        f"http://post.example/feeds/{n:02}/a" for n in (0, 999, 1998)
    ]


@pytest.mark.parametrize("end", ["", ">"])
@pytest.mark.parametrize(
    "filling",
    ["<", "<si<", "<a b='", "<a b='c'", "<a/>", "<![CDATA[", "<!--", "&", "&#1;", "<title>", "<item>", "<link ", "<content type='xhtml'><b>", "</a>",
     "<category>", "<dc:creator>a", "x"],
)  # fmt: skip
def test_no_filling_takes_long(filling: str, end: str) -> None:
    start = time.process_time()
    with suppress(RecordError):
        parsed(rss(item("/1"), filling * (100_000 // len(filling)), end))
    assert time.process_time() - start < 8


def test_a_feed_of_years_is_read_up_to_a_limit() -> None:
    for body in (rss(*(item(f"/{number}") for number in range(ITEMS_MAX + 5))), "<a:feed xmlns:a='http://www.w3.org/2005/Atom'>"
                 + "".join(f"<a:entry><a:link href='/{number}'/></a:entry>" for number in range(ITEMS_MAX + 5)) + "</a:feed>"):  # fmt: skip
        found = feed(body)
        assert [int(entry.url.rpartition("/")[2]) for entry in found.items] == list(range(ITEMS_MAX))
        assert found.problems == ("the items after the first 2,000 were not read",)
    found = feed(json_feed(*({"url": f"/{number}"} for number in range(ITEMS_MAX + 5))))
    assert (len(found.items), found.problems) == (ITEMS_MAX, ("the items after the first 2,000 were not read",))
    huge = item("/1", f"<description>{'x' * (CHARACTERS_MAX // 3)}</description>")
    assert (
        feed(rss(huge, huge.replace("/1", "/2"), *[huge] * 3)).problems[-1]
        == "the items after the first 2 were not read"
    )
    with pytest.raises(RecordError, match="hardly an item"):
        parsed(rss(item("/1", "x" * CHARACTERS_MAX)))


def test_a_body_that_names_a_file_is_not_that_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text(RSS2)
    with pytest.raises(RecordError, match="not a feed but"):
        parsed(str(secret))


def test_entities_do_not_grow_or_read_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("SECRET")
    laughs = "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
    first = f"<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a '{'l' * 100}'>{laughs}<!ENTITY f SYSTEM '{(tmp_path / 'secret').as_uri()}'>]>"
    found = one(rss("<item><title>&j; &f;</title><link>/1</link></item>", first=first))
    assert len(found.title) < 10_000
    assert "SECRET" not in found.title


BODIES = [RSS2.encode(), RDF.encode(), ATOM.encode(), JSON_FEED.encode()]
TYPES = st.sampled_from(
    ["", XML, "text/xml", "text/html", "application/json", f"{XML}; charset=koi8-r", "a;charset=\xff"]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    body = draw(st.sampled_from(BODIES))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 30)))
        body = (
            body[:start] + draw(st.binary(max_size=12) | st.sampled_from([b"<", b"]]>", b"&#0;", b"\x00"])) + body[end:]
        )
    return body


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400) | mutated(), TYPES)
@example(b"{" + b'"items":[' * 3, XML)
def test_no_bytes_give_anything_but_storable_items_or_a_record_error(body: bytes, content_type: str) -> None:
    try:
        items = parsed(body, content_type)
    except RecordError as error:
        assert URL in str(error)
        return
    for entry in to_entries(FEED, items, DAY, NOON):
        to_row(entry)
        for text in (entry.url, entry.title, entry.summary, entry.guid):
            assert "\0" not in text
            text.encode()


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(["url", "id", "title", "summary", "date_published", "date_modified", "x"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.dictionaries(FIELDS, JSON_VALUES) | JSON_VALUES, max_size=4))
def test_no_json_gives_anything_but_storable_items(items: list[Any]) -> None:
    for entry in to_entries(FEED, parsed(json_feed(*items)), DAY, NOON):
        to_row(entry)
        assert entry.url


# ── entries ──────────────────────────────────────────────────────────────────────────────────


def an_item(**changes: Any) -> Item:
    values = {"guid": "g", "url": "http://post.example/1", "title": "T", "summary": "", "published_at": NINE,
              "updated_at": None}  # fmt: skip
    return Item(**values | changes)


def ids(*items: Item, now: datetime = NOON) -> list[str]:
    return [entry.entry_id for entry in to_entries(FEED, items, DAY, now)]


def test_an_item_twice_is_one_entry_the_first() -> None:
    first, second = an_item(summary="first"), an_item(summary="second")
    (entry,) = to_entries(FEED, [first, second], DAY, NOON)
    assert entry.summary == "first"


def test_entries_keep_the_order_of_the_items() -> None:
    items = [an_item(url=f"http://post.example/{number}") for number in (3, 1, 2, 1)]
    assert [entry.url[-1] for entry in to_entries(FEED, items, DAY, NOON)] == ["3", "1", "2"]


def test_the_same_item_has_the_same_id_at_any_time() -> None:
    assert ids(an_item()) == ids(an_item(summary="other", published_at=TEN), now=NOON + timedelta(days=9))
    assert to_entries(FEED, [an_item()], NEXT, NOON)[0].day == NEXT


def test_a_revision_is_a_new_entry() -> None:
    updated = [ids(an_item(updated_at=instant)) for instant in (NINE, TEN)]
    assert updated[0] != updated[1]
    assert ids(an_item(title="T")) != ids(an_item(title="Corrected: T"))


def test_a_new_title_at_the_same_update_is_the_same_entry() -> None:
    assert ids(an_item(updated_at=NINE, title="A")) == ids(an_item(updated_at=NINE, title="B"))


def test_spellings_of_one_address_are_one_entry_with_one_address_id() -> None:
    spellings = ["http://post.example/1", "https://www.post.example/1?utm_source=rss", "https://post.example/1#top"]
    (entry,) = to_entries(FEED, [an_item(url=url) for url in spellings], DAY, NOON)
    assert (entry.url, entry.address_id) == (spellings[0], make_id("post", "https://post.example/1"))
    assert ids(an_item(url=spellings[0])) == ids(an_item(url=spellings[1])) == ids(an_item(url=spellings[2]))


def test_a_revision_keeps_the_id_of_its_address() -> None:
    first, second = (to_entries(FEED, [an_item(updated_at=at)], DAY, NOON)[0] for at in (NINE, TEN))
    assert first.address_id == second.address_id


def test_an_instant_in_the_future_is_left_out_and_changes_no_id() -> None:
    late = NOON + timedelta(days=1, seconds=1)
    (entry,) = to_entries(FEED, [an_item(published_at=late, updated_at=late)], DAY, NOON)
    assert (entry.published_at, entry.updated_at) == (None, None)
    assert [entry.entry_id] == ids(an_item(updated_at=late), now=late)
    (entry,) = to_entries(FEED, [an_item(published_at=late - timedelta(seconds=1))], DAY, NOON)
    assert entry.published_at == NOON + timedelta(days=1)
