"""Feeds: every format gives the same plain items, and no bytes give anything but items or a RecordError."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.make import DAY, FEED, NEXT, NOON

from pipeline.errors import RecordError
from pipeline.feeds.entries import to_entries
from pipeline.feeds.parse import Item, parse_feed
from pipeline.io.rows import to_row

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


def parsed(body: str | bytes, content_type: str = XML) -> list[Item]:
    return parse_feed(body.encode() if isinstance(body, str) else body, content_type, URL)


def one(body: str | bytes, content_type: str = XML) -> Item:
    (found,) = parsed(body, content_type)
    return found


# ── formats ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "updated_at"),
    [(RSS2, None), (RDF, NINE), (ATOM, TEN), (JSON_FEED, TEN)],
    ids=["rss", "rdf", "atom", "json"],
)
def test_every_format_gives_the_same_item(body: str, updated_at: datetime | None) -> None:
    expected = Item(
        guid="tag:post.example,2026:1", url="http://post.example/1", title="Nine dead & more", summary="At dawn.", published_at=NINE,
        updated_at=updated_at,
    )  # fmt: skip
    found = one(body)
    if body is RDF:  # dc:date may be read as either
        found = Item(**{name: getattr(found, name) for name in Item.__dataclass_fields__} | {
            "published_at": found.published_at or found.updated_at, "updated_at": NINE})  # fmt: skip
    assert found == expected


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


# ── items that lack something ────────────────────────────────────────────────────────────────


def test_an_item_without_an_address_is_left_out() -> None:
    assert parsed(rss("<item><title>T</title></item>", item("/1")))[0].url == "http://post.example/1"
    assert parsed(json_feed({"title": "T"}, {"url": None}, {"url": ""}, {"url": ["/1"]}, "x", 1)) == []


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
    ],
)  # fmt: skip
def test_relative_addresses_are_made_absolute(link: str, url: str) -> None:
    assert one(rss(item(link))).url == url
    assert one(json_feed({"url": link})).url == url


def test_one_address_that_is_none_does_not_cost_the_others() -> None:
    assert [found.url for found in parsed(json_feed({"url": "http://[::1/x"}, {"url": "/1"}))] == [
        "http://post.example/1"
    ]
    assert [found.url for found in parsed(rss(item("http://[::1/x"), item("/1")))][-1] == "http://post.example/1"


@pytest.mark.parametrize(
    "date",
    [
        "",
        "soon",
        "9" * 500,
        "Mon, 99 Nov 2026 25:61:61 GMT",
        "0000-00-00",
        "-1",
        "Mon, 01 Jan 999999 00:00:00 GMT",
        "1e99",
    ],
)
def test_a_date_that_is_none_is_left_out_or_at_least_storable(date: str) -> None:
    found = one(rss(item(extra=f"<pubDate>{date}</pubDate>")))
    assert found.published_at is None or found.published_at.year <= 9999
    assert one(json_feed({"url": "/1", "date_published": date})).published_at is None


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_an_instant_outside_the_calendar_of_utc_is_left_out(date: str) -> None:
    assert one(json_feed({"url": "/1", "date_published": date, "date_modified": date})).published_at is None
    assert one(rss(item(extra=f"<pubDate>{date}</pubDate>"))).published_at is None


def test_a_date_without_a_zone_is_taken_as_utc() -> None:
    assert one(json_feed({"url": "/1", "date_published": "2026-11-16T09:00:00"})).published_at == NINE


@pytest.mark.parametrize("wrong", [None, True, [], {}, [[]], {"a": 1}, [1, "x"], 1.5, -1, 10**400, "x" * 10_000])
def test_a_json_feed_may_have_wrong_types_everywhere(wrong: Any) -> None:
    names = ("id", "title", "summary", "date_published", "date_modified")
    found = one(json_feed({"url": "/1"} | dict.fromkeys(names, wrong)))
    assert found.url == "http://post.example/1"
    assert "{" not in found.title + found.summary
    assert parsed(json_feed(wrong, {"url": wrong if not isinstance(wrong, str | int | float) else None})) == []


# ── charsets ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("declared", "real", "header"),
    [
        ("utf-8", "utf-8", "text/xml"),
        ("utf-8", "cp1252", "application/rss+xml; charset=utf-8"),
        ("iso-8859-1", "cp1252", "application/rss+xml"),
        ("windows-1252", "cp1252", "text/xml"),
        ("utf-16", "utf-16", "application/xml"),
        ("utf-8", "utf-8", "application/xml; charset=iso-8859-1x"),
    ],
)
def test_text_is_read_whatever_the_charset_and_what_is_said_of_it(declared: str, real: str, header: str) -> None:
    body = rss("<item><title>café</title><link>/1</link></item>", first=f"<?xml version='1.0' encoding='{declared}'?>")
    assert one(body.encode(real), header).title == "café"


@pytest.mark.parametrize(
    "codec", ["undefined", "punycode", "PUNYCODE", "idna", "unicode_escape", "utf-7", "hex", "rot13"]
)
def test_a_charset_that_is_none_gives_items_or_a_record_error(codec: str) -> None:
    body = rss(item("/x+2AA-\\ud800"), first=f"<?xml version='1.0' encoding='{codec}'?>").encode()
    for header in (XML, f"{XML}; charset={codec}"):
        with suppress(RecordError):
            parsed(body, header)


def test_a_charset_that_takes_days_to_decode_is_refused() -> None:
    body = b"<?xml version='1.0' encoding='punycode'?>-" + b"a" * 2_000_000
    with pytest.raises(RecordError, match="declares a charset that is none"):
        parsed(body)


def test_what_no_database_can_store_is_taken_out() -> None:
    found = one(b'{"items": [{"url": "/a\\u0000b", "title": "x\\u0000\\ud800\\u0085y\\tz", "id": "\\udfff\\u0001g"}]}')
    assert (found.url, found.title, found.guid) == ("http://post.example/ab", "xy\tz", "g")
    found = one(rss("<item><title>a&#1;b\0c</title><link>/1</link><description>\x0bd</description></item>"))
    assert (found.title, found.summary) == ("abc", "d")


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
        items = parse_feed(body, content_type, URL)
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
