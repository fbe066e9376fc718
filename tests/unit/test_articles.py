"""Articles: text, metadata and identity from a page's bytes, whatever state the page is in."""

import json
import subprocess
import sys
import textwrap
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.make import NOON, capture

from pipeline.articles.extract import extract_article, stated_url
from pipeline.articles.page import CHARACTERS_MAX, ELEMENTS_MAX, parse_page
from pipeline.errors import RecordError
from pipeline.io.rows import to_row
from pipeline.records import Article

TESTS = Path(__file__).parents[1]
URL = "http://post.example/1"
TEXT = "Rebels shelled the town’s market on Monday, killing nine people at a café and wounding twelve, officials said."


def html(head: str = "", body: str = f"<p>{TEXT}</p>", root: str = "<html>") -> str:
    return f"<!doctype html>{root}<head>{head}</head><body><article><h1>News</h1>{body}</article></body></html>"


def ld(*values: Any) -> str:
    return "".join(
        f'<script type="application/ld+json">{value if isinstance(value, str) else json.dumps(value)}</script>'
        for value in values
    )


def extracted(page: str | bytes, content_type: str = "text/html", **changes: Any) -> Article:
    return extract_article(capture(page, content_type, **changes))


def article_ld(**values: Any) -> dict[str, Any]:
    return {"@type": "NewsArticle", **values}


# ── dates ────────────────────────────────────────────────────────────────────────────────────


def test_without_a_date_of_its_own_an_article_has_the_feeds() -> None:
    assert extracted(html()).published_at is None
    article = extracted(html(), feed_published_at=NOON)
    assert (article.published_at, article.published_source) == (NOON, "feed")


# ── addresses ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("stated", "canonical"),
    [
        (None, "http://post.example/found?x=1"),
        ("", "http://post.example/found?x=1"),
        ("http://post.example/1", "http://post.example/1"),
        ("  /1  ", "http://post.example/1"),
        ("//www.post.example/1#top", "http://www.post.example/1"),
        ("https://other.example/1?id=2", "https://other.example/1?id=2"),
        ("http://post.example/", "http://post.example/found?x=1"),
        ("http://post.example", "http://post.example/found?x=1"),
        ("javascript:void(0)", "http://post.example/found?x=1"),
        ("file:///etc/passwd", "http://post.example/found?x=1"),
        ("http:///path", "http://post.example/path"),
        ("http://[::1/x", "http://post.example/found?x=1"),
        ("http://a]b/", "http://post.example/found?x=1"),
        ("\u2100.example/\u2100", None),
        ("http://\u2100.example/x", "http://post.example/found?x=1"),
    ],
)
def test_the_stated_address_counts_where_it_is_one_of_an_article(stated: str | None, canonical: str | None) -> None:
    found = stated_url(stated, "http://post.example/found?x=1")
    assert found == (canonical or found)
    assert found.startswith("http")


@given(st.text(max_size=40), st.sampled_from(["", "http://", "//", "http://[", "/"]))
def test_no_stated_address_breaks_the_canonical_one(text: str, before: str) -> None:
    assert stated_url(before + text, URL).startswith("http")


def test_the_link_element_comes_before_the_meta_element() -> None:
    head = '<meta property="og:url" content="/og"><link rel="canonical" href="/link"><link rel="canonical" href="/2">'
    assert extracted(html(head)).canonical_url == "http://post.example/link"
    assert extracted(html('<link rel="canonical"><meta property="og:url" content="/og">')).canonical_url == (
        "http://post.example/og"
    )


def test_a_page_without_head_and_body_tags_has_both() -> None:
    page = (
        f"<!doctype html><title>x</title><meta property=og:title content=News><article><h1>News</h1><p>{TEXT}</article>"
    )
    assert (extracted(page).title, extracted(page).text) == ("News", TEXT)


# ── identity ─────────────────────────────────────────────────────────────────────────────────


def test_a_changed_title_or_text_is_a_new_version_of_the_same_article() -> None:
    first, retitled = extracted(html(ld(article_ld(headline="A")))), extracted(html(ld(article_ld(headline="B"))))
    longer = extracted(html(ld(article_ld(headline="A")), f"<p>{TEXT}</p><p>{TEXT.replace('nine', 'ten')}</p>"))
    assert len({article.article_id for article in (first, retitled, longer)}) == 1
    assert len({article.version_id for article in (first, retitled, longer)}) == 3
    assert extracted(html(ld(article_ld(headline="A"))), page_id="later") == replace(first, page_id="later")


def test_the_feeds_title_stands_in_for_a_missing_one() -> None:
    assert extracted(html(), feed_title="Nine dead").title == "Nine dead"


def test_the_headline_is_not_part_of_the_text() -> None:
    assert extracted(html(ld(article_ld(headline="News")))).text == TEXT


# ── charsets ─────────────────────────────────────────────────────────────────────────────────


def meta(charset: str) -> str:
    return f'<meta charset="{charset}">'


@pytest.mark.parametrize(
    ("real", "header", "stated"),
    [
        ("utf-8", "; charset=utf-8", ""),
        ("utf-8", "", ""),
        ("utf-8-sig", "; charset=iso-8859-1", ""),
        ("cp1252", "; charset=windows-1252", ""),
        ("cp1252", '; charset="ISO-8859-1"', ""),
        ("cp1252", "; charset=us-ascii", ""),
        ("cp1252", "", meta("windows-1252")),
        ("cp1252", "", '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">'),
        ("utf-8", "; charset=iso-8859-1", ""),
        ("utf-8", "", meta("iso-8859-1")),
        ("utf-16", "", ""),
        ("utf-16", "; charset=utf-16", ""),
        ("utf-16-le", "; charset=utf-16le", ""),
        ("cp1252", "; charset=nonsense", meta("windows-1252")),
        ("cp1252", "; charset=utf-8", meta("windows-1252")),
    ],
)
def test_the_text_is_read_by_the_right_charset(real: str, header: str, stated: str) -> None:
    assert TEXT in extracted(html(stated).encode(real), f"text/html{header}").text


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("koi8-r", "Солдаты обстреляли рынок города в понедельник, погибли девять человек, сообщили власти страны."),
        ("shift_jis", "兵士は月曜日に町の市場を砲撃し、九人が死亡し、十二人が負傷したと当局が発表した。" * 3),
        ("iso-8859-9", "Isyancılar pazartesi günü şehrin pazarını bombaladı, dokuz kişi öldü, yetkililer söyledi."),
        ("gb18030", "星期一，士兵炮击了该镇的市场，造成九人死亡，十二人受伤，官员说。" * 3),
        ("iso2022_jp", "兵士は月曜日に町の市場を砲撃し、九人が死亡し、十二人が負傷したと当局が発表した。" * 3),
    ],
)
def test_other_scripts_are_read_from_header_or_meta(charset: str, text: str) -> None:
    page = html(meta(charset), f"<p>{text}</p>").encode(charset)
    assert extracted(page).text == extracted(page, f"text/html; charset={charset}").text == text


@pytest.mark.parametrize(
    "codec", ["undefined", "punycode", "idna", "unicode_escape", "raw_unicode_escape", "hex", "zlib"]
)
def test_a_codec_that_is_no_charset_is_ignored(codec: str) -> None:
    for header, stated in ((f"; charset={codec}", ""), ("", meta(codec))):
        assert TEXT in extracted(html(stated).encode(), f"text/html{header}").text


def test_a_charset_that_takes_days_to_decode_is_not_used() -> None:
    page = html().encode("ascii", "xmlcharrefreplace") + b"-" + b"a" * 2_000_000
    assert extracted(page, "text/html; charset=punycode").word_count > 10


# ── what no database can store ───────────────────────────────────────────────────────────────


def test_control_characters_and_surrogates_are_taken_out() -> None:
    head = ld('{"@type": "NewsArticle", "headline": "a\\u0000b\\ud800c\\u0085", "author": "x\\u0000y\\udfff"}')
    head += '<link rel="canonical" href="/a&#1;b">'
    article = extracted(html(head, f"<p>{TEXT} a\0b\x85c\x7fd&#0;e&#x1;f&#31;g\x0bh</p>"))
    assert (article.title, article.authors) == ("abc", ("xy",))
    assert article.canonical_url == "http://post.example/ab"
    assert article.text.endswith("abcdefgh")


def test_a_reference_to_a_control_character_does_not_cost_the_article() -> None:
    assert TEXT in extracted(html(body=f"<p>{TEXT}</p><p>And the second paragraph&#2; goes on &#x1f; here.</p>")).text


def test_harmless_references_stay() -> None:
    text = (
        "Rebels&#32;shelled &#38; burned the market&#x27;s caf&#233;&#xA; on Monday &#128; said officials &#8217;&#10;."
    )
    assert "Rebels shelled & burned the market's café" in extracted(html(body=f"<p>{text}</p>")).text


# ── what is no article ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"", "text/html", "0 bytes that are not an HTML page"),
        (b"   \n", "text/html", "4 bytes that are not an HTML page"),
        (bytes(range(256)) * 40, "text/html", "not an HTML page"),
        (b"\x89PNG\r\n", "image/png", "image/png, not an HTML page"),
        (b"%PDF-1.4", "Application/PDF; x=y", "application/pdf, not an HTML page"),
        (b"Just some words.", "text/html", "not an HTML page"),
        (b"<html></html>", "text/html", "not an HTML page"),
        (b"<html><body><video src='x'></video></body></html>", "", "no text of an article"),
        (b"<html><frameset><frame src='x'></frameset></html>", "text/html", "no text of an article"),
        (b"<html><body><p>By A. Writer</p></body></html>", "text/html", "no text of an article"),
    ],
)
def test_what_is_no_article_is_told_by_its_address(body: bytes, content_type: str, reason: str) -> None:
    with pytest.raises(RecordError) as caught:
        extracted(body, content_type)
    assert str(caught.value).startswith(f"{URL}: ")
    assert reason in str(caught.value) or "no text of an article" in str(caught.value)


HOSTILE = {
    "nested divs": "<html><body>" + "<div>" * 100_000 + TEXT + "</div>" * 100_000 + f"<p>{TEXT}</p></body></html>",
    "nested bold": "<html><body><p>" + "<b>" * 100_000 + TEXT + "</body></html>",
    "nested tables": "<html><body>" + "<table><tr><td>" * 30_000 + TEXT + "</body></html>",
    "nested lists": "<html><body>" + "<ul><li>" * 50_000 + TEXT + "</body></html>",
    "nested quotes": "<html><body>" + "<blockquote>" * 50_000 + TEXT + "</body></html>",
    "a doctype of slashes": "<!doctype" + " /" * 300_000,
    "two doctypes": "\0 <!doctype x>\uffff< ! DOCTYPE" + " /" * 300_000,
    "open comments": "<html>" + "<!--" * 100_000,
    "open tags": "<html>" + "<" * 500_000,
    "open quotes": "<html><p a='" * 50_000,
    "meta elements": html("<meta charset=" * 50_000),
    "small paragraphs": html(body=f"<p>{TEXT}</p>" + "<p>a</p>" * 100_000),
    "many links": html(body=f"<p>{TEXT}</p>" + "<p><a href=x>link</a></p>" * 40_000),
    "one endless word": html(body=f"<p>{'w' * 3_000_000}</p>"),
    "many references": html(body=f"<p>{TEXT}{'&#1' * 300_000}</p>"),
    "more than any page": html(body=f"<p>{TEXT * 50_000}</p>"),
    "deep linked data": html(ld("[" * 300_000)),
}


def test_no_hostile_page_crashes_the_process_or_takes_long() -> None:
    """In a process of its own: a broken parser may take the whole process with it."""
    program = textwrap.dedent(f"""
        import sys, time
        sys.path[:0] = [{str(TESTS)!r}, {str(TESTS / "unit")!r}]
        from test_articles import HOSTILE, RecordError, extracted, html
        extracted(html())
        for name, page in HOSTILE.items():
            start = time.process_time()
            try:
                extracted(page)
            except RecordError as error:
                assert len(str(error)) < 300
            print(name, time.process_time() - start, sep="\\t", flush=True)
    """)
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert child.returncode == 0, child.stderr[-2000:]
    seconds = {name: float(value) for name, value in (line.split("\t") for line in child.stdout.splitlines())}
    assert seconds.keys() == HOSTILE.keys()
    assert {name: value for name, value in seconds.items() if value > 5} == {}


def test_a_page_larger_than_any_article_is_refused() -> None:
    with pytest.raises(RecordError, match=r"characters, more than any article's page has \(4,000,000\)"):
        parse_page(b"<html>" + b"x" * CHARACTERS_MAX, "text/html", URL)
    with pytest.raises(RecordError, match=r"elements, more than any article's page has \(25,000\)"):
        parse_page(b"<html><body>" + b"<p>x" * ELEMENTS_MAX, "text/html", URL)


PIECES = st.sampled_from([
    "<html>", "<body>", "<p>", "</p>", TEXT, "<article>", "<script type='application/ld+json'>", "</script>", "{", "[",
    '{"@type":"NewsArticle","headline":"\\ud800\\u0000","author":[{"name":{}}],"datePublished":"0001-01-01"}', "<time datetime='",
    "'>", "<meta property='og:title' content='", "<link rel='canonical' href='http://[", "<html lang='", "&#0;", "&#xd800;",
    "<!doctype ", "<?xml version='1.0' encoding='utf-16'?>", "<![CDATA[", "\0", "\x85", "<table><tr><td>", "<!--", "-->",
    "<title>", "<svg>", "<frameset>", "<template>", "\ufeff", "\U0001f54a",
])  # fmt: skip
CHARSETS = st.sampled_from(
    ["", "; charset=utf-8", "; charset=utf-16", "; charset=undefined", "; charset=\xff", ";charset="]
)


@settings(max_examples=250, deadline=None)
@given(
    st.binary(max_size=300)
    | st.lists(PIECES | st.text(max_size=10), max_size=15).map(lambda p: "".join(p).encode("utf-8", "replace")),
    CHARSETS,
)
@example(html(ld("{")).encode(), "")
def test_no_bytes_give_anything_but_a_storable_article_or_a_record_error(body: bytes, charset: str) -> None:
    try:
        article = extracted(body, f"text/html{charset}")
    except RecordError as error:
        assert URL in str(error)
        return
    to_row(article)
    for field in fields(article):
        value = getattr(article, field.name)
        for text in value if isinstance(value, tuple) else [value]:
            if isinstance(text, str):
                text.encode()
                assert not set(map(chr, [*range(9), *range(11, 32), *range(127, 160)])) & set(text), field.name


def test_an_ordinary_page_takes_no_time() -> None:
    extracted(html())
    start = time.process_time()
    extracted(html(body=f"<p>{TEXT}</p>" * 200))
    assert time.process_time() - start < 8
