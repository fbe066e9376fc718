"""Where feeds may be: links, anchors, usual places, robots.txt; and pages that are out to hurt."""

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.feeds.discover import ANCHORS_MAX, BYTES_MAX, SITEMAPS_MAX, feed_links, robots_sitemaps, well_known

URL = "https://www.post.example/en/"


def links(html: str, url: str = URL) -> list[tuple[str, str, str]]:
    return [(found.how, found.url, found.title) for found in feed_links(html.encode(), url)]


@pytest.mark.parametrize(
    "kind",
    ["application/rss+xml", "application/atom+xml", "APPLICATION/RSS+XML; charset=utf-8", "application/feed+json", "text/xml",
     "application/rdf+xml"],
)  # fmt: skip
def test_a_page_names_its_feeds(kind: str) -> None:
    html = f"<html><head><link rel='alternate' type='{kind}' title='Top &amp; more' href='../feed'></head>"
    assert links(html) == [("link", "https://www.post.example/feed", "Top & more")]


@pytest.mark.parametrize(
    "link",
    [
        "<link rel=stylesheet type='text/xml' href=/feed>", "<link rel=alternate type='text/html' href=/feed>",
        "<link rel=alternate type='application/json' href=/wp-json/wp/v2/pages/2>", "<link rel=alternate hreflang=fr href=/rss>",
        "<link rel=alternate type='application/json+oembed' href=/feed>", "<link rel=alternate type='application/rss+xml'>",
        "<link rel=alternate type='application/rss+xml' title='Comments' href=/comments/feed/>", "<link rel=alternate type=text/xml href=''>",
        "<link rel=alternate type='application/rss+xml' href='javascript:rss'>", "<!-- <link rel=alternate type=text/xml href=/feed> -->",
        "<link rel=alternate type='application/rss+xml' href='https://me:secret@post.example/rss'>",
    ],
)  # fmt: skip
def test_what_is_no_feed_of_articles_is_not_named(link: str) -> None:
    assert [found for found in links(link) if found[1] != URL] == []


@pytest.mark.parametrize(
    "href",
    [
        "/rss", "/rss.xml", "/feed/", "/world/feed", "/feeds/all", "/news.rss", "/atom.xml", "/index.rdf", "/news.xml?x=1", "/?feed=rss2",
        "/services/rss2/world", "https://feeds.other.example/post", "https://rss.post.example/", "https://post.example/rss",
        "https://feedburner.example/post",
    ],
)  # fmt: skip
def test_an_anchor_may_look_like_a_feed(href: str) -> None:
    ((how, _, title),) = links(f"<p><a href='{href}' title='Our'>RSS <b>feed</b></a>")
    assert (how, title) == ("anchor", "Our RSS feed")


@pytest.mark.parametrize(
    "href",
    [
        "/feedback", "/press", "/newsfeeder/", "https://feedly.com/i/subscription/feed/https://post.example/rss", "/embarrassing",
        "https://other.example/rss", "mailto:rss@post.example", "#rss", "/atomic", "https://me:secret@post.example/rss",
    ],
)  # fmt: skip
def test_other_anchors_do_not(href: str) -> None:
    assert links(f"<a href='{href}'>RSS</a>", "https://www.post.example/en/") == []


def test_the_scheme_of_feed_readers_is_understood() -> None:
    html = "<a href='feed://post.example/rss'>a</a><a href='feed:http://post.example/rss2'>b</a>"
    assert [url for _, url, _ in links(html)] == ["https://post.example/rss", "http://post.example/rss2"]


def test_links_come_before_anchors_and_each_address_once() -> None:
    html = (
        "<base href='https://post.example/x/'><a href='rss'>a</a><link rel=alternate type=text/xml href='two'>"
        "<link rel=alternate type=text/xml href='rss' title=One>"
    )
    assert [(how, url) for how, url, _ in links(html)] == [
        ("link", "https://post.example/x/two"),
        ("link", "https://post.example/x/rss"),
    ]


def test_usual_places_are_on_the_same_site() -> None:
    found = well_known(URL)
    assert {candidate.how for candidate in found} == {"well-known"}
    assert found[0].url == "https://www.post.example/feed/"
    assert all(candidate.url.startswith("https://www.post.example/") for candidate in found)


def test_robots_txt_names_sitemaps() -> None:
    text = (
        "User-agent: *\r\nDisallow: /\r\nSitemap: https://post.example/a.xml\r\n sitemap : https://post.example/b.xml # b\n"
        "Sitemap: /relative.xml\nSitemap: ftp://post.example/c\nSitemap: https://post.example/a.xml\n#Sitemap: https://post.example/d.xml\nSitemap:\n"
    )
    assert robots_sitemaps(text) == ["https://post.example/a.xml", "https://post.example/b.xml"]
    assert len(robots_sitemaps("\n".join(f"Sitemap: http://a.example/{n}" for n in range(99)))) == SITEMAPS_MAX


# ── hostile pages ────────────────────────────────────────────────────────────────────────────


def hostile(filling: str) -> bytes:
    return ("<link rel=alternate type=text/xml href=/feed>" + filling * (BYTES_MAX // len(filling)) + ">").encode()


@pytest.mark.parametrize(
    "filling",
    ["<", "<a>", "<a href=/rss>", "<div>", "&", "<!--", "<link rel=alternate ", "x", "<a href='", "\0", "<script>"],
)
def test_no_filling_takes_long(filling: str) -> None:
    html = hostile(filling)
    start = time.process_time()
    found = feed_links(html, URL)
    assert time.process_time() - start < 8
    assert found[0].url == "https://www.post.example/feed"
    assert len(found) <= ANCHORS_MAX + 1


def test_memory_stays_flat_however_long_the_page_is() -> None:
    html = hostile("<div><a href=/rss>x")
    tracemalloc.start()
    feed_links(html, URL)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * BYTES_MAX


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200)
    | st.text(st.sampled_from("<>/='\" \nalinkhreftypbsx:?#[]\0é"), max_size=120).map(str.encode)
)
def test_no_page_gives_anything_but_addresses(html: bytes) -> None:
    for found in feed_links(html + b"<a href='" + html + b"/rss'>x</a>", URL):
        assert found.url.startswith(("https://", "http://"))
        found.title.encode()
