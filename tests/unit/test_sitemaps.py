"""Sitemaps: the newest addresses of a stream that may be endless, broken or hostile; and which part to read next."""

import gzip
import time
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import RecordError
from pipeline.feeds.parse import Item, ParsedFeed, Part, choose_parts, parse_feed
from pipeline.feeds.sitemap import ITEMS_MAX, NEWS_ITEMS_MAX, URLS_MAX
from pipeline.feeds.unzip import BYTES_MAX, PIECE, pieces

URL = "https://post.example/sitemap.xml"
NINE = datetime(2026, 11, 16, 9, tzinfo=UTC)
HEAD = "<?xml version='1.0' encoding='UTF-8'?>\n"
XMLNS = (
    "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
)


def feed(body: str | bytes) -> ParsedFeed:
    return parse_feed(body.encode() if isinstance(body, str) else body, "text/xml", URL)


def urlset(*urls: str, head: str = HEAD, xmlns: str = XMLNS) -> str:
    return f"{head}<urlset {xmlns}>{''.join(urls)}</urlset>"


def url(loc: str = "https://post.example/1", lastmod: str = "2026-11-16T09:00:00Z", inside: str = "") -> str:
    return f"<url><loc>{loc}</loc>{f'<lastmod>{lastmod}</lastmod>' if lastmod else ''}{inside}</url>"


def news(title: str = "Nine dead", at: str = "2026-11-16T10:00:00+01:00") -> str:
    return (
        "<news:news><news:publication><news:name>The Post</news:name><news:language>en</news:language></news:publication>"
        f"<news:publication_date>{at}</news:publication_date><news:title>{title}</news:title></news:news>"
    )


def index(*parts: Part) -> str:
    entries = (
        f"<sitemap><loc>{part.url}</loc>{f'<lastmod>{part.modified_at.isoformat()}</lastmod>' if part.modified_at else ''}</sitemap>"
        for part in parts
    )
    return f"{HEAD}<sitemapindex {XMLNS}>{''.join(entries)}</sitemapindex>"


def part(path: str, day: int | None = None) -> Part:
    return Part(url=f"https://post.example/{path}", modified_at=datetime(2026, 11, day, tzinfo=UTC) if day else None)


# ── items ────────────────────────────────────────────────────────────────────────────────────


def test_a_news_sitemap_gives_titles_and_instants() -> None:
    found = feed(
        urlset(url(lastmod="", inside=news("Nine dead &amp; more")), url("https://post.example/2", inside=news("Two")))
    )
    assert (found.kind, found.title, found.problems) == ("sitemap", "The Post", ())
    assert found.items[0] == Item(
        guid="https://post.example/1", url="https://post.example/1", title="Nine dead & more", summary="", published_at=NINE,
        updated_at=None,
    )  # fmt: skip
    assert found.items[1].updated_at == NINE


def test_a_plain_sitemap_gives_when_an_address_changed() -> None:
    (found,) = feed(urlset(url())).items
    assert (found.url, found.title, found.published_at, found.updated_at) == ("https://post.example/1", "", None, NINE)


def test_the_newest_come_first_and_the_archive_is_left_out() -> None:
    days = [NINE - timedelta(days=number) for number in range(5_000)]
    urls = [url(f"https://post.example/{number}", day.isoformat()) for number, day in enumerate(days)]
    found = feed(urlset(*reversed(urls)))
    assert [item.url.rpartition("/")[2] for item in found.items] == [str(number) for number in range(ITEMS_MAX)]
    assert found.problems == (), "that a site has an archive is no fault"


def test_a_news_sitemap_is_read_as_far_as_it_may_be_long() -> None:
    urls = [url(f"https://post.example/{number}", inside=news()) for number in range(NEWS_ITEMS_MAX + 1)]
    assert len(feed(urlset(*urls)).items) == NEWS_ITEMS_MAX


def test_an_address_that_is_silent_about_its_time_is_left_out() -> None:
    found = feed(urlset(url(lastmod=""), url(lastmod="soon"), url("https://post.example/2")))
    assert [item.url for item in found.items] == ["https://post.example/2"]
    assert found.problems == ("2 of 3 addresses have no date",)


def test_addresses_that_are_of_no_use_are_told() -> None:
    found = feed(urlset(url(), url("javascript:x"), url("https://me:secret@post.example/1"), url(""), url(), url("/3")))
    assert [item.url for item in found.items] == ["https://post.example/1", "https://post.example/3"]
    assert [problem.split(" ", 2)[2] for problem in found.problems] == [
        "links to javascript:x, which is no http(s) address", "links to an address with a user name or password",
        "has no link",
    ]  # fmt: skip


def test_images_and_videos_have_addresses_and_titles_that_are_not_the_page_s() -> None:
    extra = (
        "<i:image xmlns:i='http://www.google.com/schemas/sitemap-image/1.1'><i:loc>https://post.example/i.jpg</i:loc><i:title>No</i:title></i:image>"
        "<v:video xmlns:v='http://www.google.com/schemas/sitemap-video/1.1'><v:title>No</v:title>"
        "<v:publication_date>2020-01-01</v:publication_date></v:video>"
    )
    (found,) = feed(
        urlset(f"<url>{extra}<loc>https://post.example/1</loc><lastmod>2026-11-16T09:00:00Z</lastmod></url>")
    ).items
    assert (found.url, found.title, found.published_at, found.updated_at) == ("https://post.example/1", "", None, NINE)


@pytest.mark.parametrize(
    ("loc", "address"),
    [
        ("https://post.example/?a=1&amp;b=2", "https://post.example/?a=1&b=2"),
        ("https://post.example/?a=1&b=2&c;", "https://post.example/?a=1&b=2&c;"),
        ("<![CDATA[https://post.example/?a=1&b=2]]>", "https://post.example/?a=1&b=2"),
        ("\n   https://post.example/1\n", "https://post.example/1"),
        ("https://post.example/caf\u00e9", "https://post.example/caf\u00e9"),
    ],
)
def test_an_address_is_read_however_it_is_escaped(loc: str, address: str) -> None:
    for length in range(8):  # wherever the stream is cut
        (found,) = feed(urlset(url(loc), head=HEAD + " " * (PIECE - len(HEAD) - 200 - length))).items
        assert found.url == address


# ── the stream ───────────────────────────────────────────────────────────────────────────────


def test_gzip_is_read_with_one_member_or_many_or_cut_short() -> None:
    body = urlset(*(url(f"https://post.example/{number}") for number in range(100)))
    whole = gzip.compress(body.encode())
    parts = gzip.compress(body[:500].encode()) + gzip.compress(body[500:].encode())
    assert feed(whole).items == feed(parts).items == feed(parts + b"\0\0junk").items == feed(body).items
    assert 0 < len(feed(whole[:-100]).items) < 100


@given(st.binary(max_size=5_000), st.integers(0, 3))
@example(b"\x1f\x8b\x08", 0)
def test_what_was_zipped_comes_out_in_pieces(body: bytes, times: int) -> None:
    zipped = body if body.startswith(b"\x1f\x8b\x08") else gzip.compress(body * times) + gzip.compress(body)
    out = b"".join(pieces(zipped, URL))
    assert out == body * (times + 1) or body.startswith(b"\x1f\x8b\x08")


def test_a_bomb_is_left_alone_after_fifty_megabytes() -> None:
    bomb = gzip.compress(HEAD.encode() + b"<urlset>") + gzip.compress(b"\0" * 10_000_000) * 20
    tracemalloc.start()
    with pytest.raises(RecordError, match=f"holds more than {BYTES_MAX:,} bytes"):
        feed(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_memory_stays_flat_however_long_the_stream_is() -> None:
    row = url("https://post.example/" + "x" * 200).encode()
    zipped = gzip.compress(HEAD.encode() + b"<urlset>" + b"<x a='1'/>" * 100_000 + row * 10_000, 1)
    tracemalloc.start()
    found = feed(zipped)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(found.items), peak < 5_000_000) == (1, True)


def test_a_sitemap_is_read_as_far_as_it_may_be_long() -> None:
    found = feed(urlset(*(url(f"/{number}", lastmod="") for number in range(URLS_MAX + 5))))
    assert found.problems == (f"{URLS_MAX:,} of {URLS_MAX:,} addresses have no date",)


@pytest.mark.parametrize(
    ("body", "urls"),
    [
        (urlset(), []),
        ("<urlset/>", []),
        (urlset(url("/1"), url("/2"))[:-40], ["/1"]),
        (urlset(url("/1") + "<url><loc>/2</loc><b></url>" + url("/3")), ["/1", "/3"]),
        (urlset(f"<url><loc>/1</loc><lastmod>2026-11-16</lastmod>{url('/2')}"), ["/2", "/1"]),
        ("\n\nWarning: <b>x</b>\n" + urlset(url("/1")), ["/1"]),
        (urlset(url("/1", inside=news()), xmlns=""), ["/1"]),
        (urlset(url("/1")).replace("<url", "<s:url").replace("</url", "</s:url").replace("xmlns=", "xmlns:s="), ["/1"]),
        (urlset(url("/1"), "\0\x1b", url("/2"), "\ufffe"), ["/1", "/2"]),
        (urlset(url("/1"), "<a><b></a>", url("/2")), ["/1", "/2"]),
    ],
)  # fmt: skip
def test_a_broken_sitemap_is_read_as_it_is_meant(body: str, urls: list[str]) -> None:
    assert [item.url.removeprefix("https://post.example") for item in feed(body).items] == urls


def test_charsets_that_sitemaps_may_not_have_are_read_where_they_show() -> None:
    for charset in ("utf-16", "utf-16-le", "utf-8-sig"):
        assert feed(urlset(url(inside=news("Café"))).encode(charset)).items[0].title == "Café"


def test_a_sitemap_without_a_single_readable_address_is_refused() -> None:
    with pytest.raises(RecordError, match=f"{URL}: broken sitemap"):
        feed("<urlset><<<")


def test_entities_do_not_grow_or_read_files() -> None:
    laughs = "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
    doctype = f"<!DOCTYPE urlset [<!ENTITY a 'haha'>{laughs}<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
    (found,) = feed(urlset(url(inside=news("&j;&f;")), head=HEAD + doctype)).items
    assert found.title == "&j;&f;"


@pytest.mark.parametrize("end", ["", ">"])
@pytest.mark.parametrize(
    "filling",
    [
        "<",
        "<si<",
        "<!a",
        "&",
        "<a>",
        "<url>",
        "<url><loc>",
        "<![CDATA[",
        "<!--",
        "<?x ",
        "<a b='",
        "&#1;",
        "x",
        "<loc>",
        "</url>",
        "<a/>",
    ],
)
def test_no_filling_takes_long(filling: str, end: str) -> None:
    start = time.process_time()
    try:
        assert feed(f"<urlset xmlns='x'>{url()}{filling * (400_000 // len(filling))}{end}").kind == "sitemap"
    except RecordError as error:
        assert URL in str(error)
    assert time.process_time() - start < 4


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("<>/&;=' \n\0urlsetoca:?x![]-#10é"), max_size=80))
def test_no_text_gives_anything_but_items_parts_or_a_record_error(inside: str) -> None:
    for body in (
        urlset(url(), inside, url("/2")),
        index(part("1"), part(inside)),
        urlset(url(inside, inside, news(inside, inside))),
    ):
        try:
            found = feed(body.encode("utf-8", "surrogatepass"))
        except RecordError as error:
            assert URL in str(error)
        else:
            assert all(entry.url.startswith("http") for entry in (*found.items, *found.parts))


# ── indexes ──────────────────────────────────────────────────────────────────────────────────


def test_an_index_gives_its_parts() -> None:
    parts = (part("a.xml", 16), part("b.xml.gz"))
    found = feed(index(*parts, part("a.xml", 3), Part(url="ftp://x/", modified_at=None)))
    assert (found.kind, found.items, found.parts) == ("sitemap-index", (), parts)
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    ("parts", "best"),
    [
        (["post-1.xml", "sitemap-news.xml", "post-2.xml"], "sitemap-news.xml"),
        (["posts.xml", "googlenews.xml"], "googlenews.xml"), (["a/newsletter.xml", "b/news/1.xml"], "b/news/1.xml"),
        (["author-sitemap.xml", "categories.xml", "image.xml", "post-sitemap.xml"], "post-sitemap.xml"),
        (["sitemap-2025-12.xml", "sitemap-2026-11.xml", "sitemap-2026-01.xml"], "sitemap-2026-11.xml"),
        (["y/2025/12/s.xml", "y/2026/02/s.xml", "y/2026/01/s.xml"], "y/2026/02/s.xml"),
        (["s.xml?yyyymm=202601", "s.xml?yyyymm=202602", "s-20991234567.xml"], "s.xml?yyyymm=202602"),
    ],
)  # fmt: skip
def test_the_most_useful_part_of_an_index_is_read_first(parts: list[str], best: str) -> None:
    assert choose_parts([part(path) for path in parts], None)[0] == part(best)


def test_parts_that_have_not_changed_since_the_last_poll_are_not_read_again() -> None:
    parts = [part("1.xml", 14), part("2.xml", 15), part("3.xml", 16), part("4.xml")]
    assert choose_parts(parts, datetime(2026, 11, 15, tzinfo=UTC)) == (parts[2], parts[1], parts[3])
    assert choose_parts(parts, None) == (parts[2], parts[1], parts[0], parts[3])
    assert choose_parts(parts, None, limit=1) == (parts[2],)
    assert choose_parts([], NINE) == ()
