"""Discovery against a site of ours: what is found, in which order, and with how many requests."""

import asyncio
import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.hostile import Hostile, drip, redirect, response

from pipeline.discovery import REQUESTS_MAX, Found, catalogue_entry, discover
from pipeline.io.failures import FetchError
from pipeline.io.http import Client
from pipeline.settings import Settings
from pipeline.sources import load_catalogue

SITE = "http://www.post.example/"
NOW = datetime.now(UTC)


@pytest.fixture
def settings(settings: Settings, server: Hostile) -> Settings:
    return settings.model_copy(update={"connect_to": {"*.example": server.address}, "deadline_seconds": 1.0})


def found(settings: Settings, url: str = SITE) -> list[Found]:
    async def search() -> list[Found]:
        async with Client(settings) as client:
            return await discover(client, url)

    return asyncio.run(search())


def rss(name: str = "The Post", *, count: int = 4, hours: float = 6.0, newest: datetime = NOW) -> bytes:
    items = (
        f"<item><title>{name} {n}</title><link>{SITE}{name}/{n}</link><pubDate>{newest - n * timedelta(hours=hours)}</pubDate></item>"
        for n in range(count)
    )
    body = f"<rss version='2.0'><channel><title>{name}</title>{''.join(items)}</channel></rss>"
    return response(body.encode(), content_type="application/rss+xml")


def sitemap(*paths: str) -> bytes:
    urls = (f"<url><loc>{SITE}{path}</loc><lastmod>{NOW.isoformat()}</lastmod></url>" for path in paths)
    return response(f"<urlset>{''.join(urls)}</urlset>".encode(), content_type="text/xml")


def page(*links: str) -> bytes:
    return response("".join(links).encode())


def link(path: str) -> str:
    return f"<link rel=alternate type='application/rss+xml' href='{path}'>"


def urls(feeds: list[Found]) -> list[str]:
    return [feed.url.removeprefix(SITE) for feed in feeds]


# ── what is found ────────────────────────────────────────────────────────────────────────────


def test_an_address_that_is_a_feed_is_the_one_found(server: Hostile, settings: Settings) -> None:
    server.answers["/rss"] = rss(count=5)
    (feed,) = found(settings, f"{SITE}rss")
    assert feed == Found(
        url=f"{SITE}rss",
        kind="rss",
        title="The Post",
        item_count=5,
        newest_at=NOW.replace(microsecond=0),
        per_day=4.0,
        how="itself",
    )
    assert len(server.requests) == 1


def test_feeds_are_found_in_every_way_and_the_best_come_first(server: Hostile, settings: Settings) -> None:
    server.answers |= {
        "/": page(link("/slow.xml"), "<a href='/rss/fast'>RSS</a>", link("/old.xml"), link("/none.xml"), "<a href='/xml-help.xml'>?</a>"),
        "/slow.xml": rss("slow", hours=24), "/rss/fast": rss("fast", hours=1), "/old.xml": rss("old", hours=0.5, newest=NOW - timedelta(days=90)),
        "/robots.txt": response(b"Sitemap: http://www.post.example/news.xml\n", content_type="text/plain"),
        "/news.xml": sitemap("a", "b"),
    }  # fmt: skip
    feeds = found(settings)
    assert [(feed.url.removeprefix(SITE), feed.kind, feed.how) for feed in feeds] == [
        ("rss/fast", "rss", "anchor"), ("slow.xml", "rss", "link"), ("old.xml", "rss", "link"), ("news.xml", "sitemap", "robots"),
    ]  # fmt: skip
    assert [round(feed.per_day or 0, 3) for feed in feeds] == [24, 1, 48, 0]


def test_usual_places_are_asked_where_a_page_names_no_feed(server: Hostile, settings: Settings) -> None:
    server.answers |= {
        "/": page("<p>Hello"),
        "/feed/": rss(),
        "/rss": redirect("/feed/"),
        "/atom.xml": response(b"<feed/>"),
    }
    (feed,) = found(settings)
    assert (feed.url, feed.how) == (f"{SITE}feed/", "well-known")


def test_usual_places_are_not_asked_where_a_page_names_a_feed(server: Hostile, settings: Settings) -> None:
    server.answers |= {"/": page(link("/x.xml")), "/x.xml": rss(), "/feed/": rss("other")}
    assert urls(found(settings)) == ["x.xml"]
    assert server.asked("/feed/") == 0


def test_a_site_that_refuses_its_page_may_still_have_feeds(server: Hostile, settings: Settings) -> None:
    server.answers |= {"/": response(b"no", status="403 Forbidden"), "/rss.xml": rss()}
    assert urls(found(settings)) == ["rss.xml"]


def test_a_page_about_feeds_is_followed_once(server: Hostile, settings: Settings) -> None:
    server.answers |= {
        "/": page("<a href='/feeds'>Our feeds</a>"),
        "/feeds": page("<a href='/feeds/world'>World</a>", "<a href='/feeds/sport'>Sport</a>", "<a href='/feeds/more'>More</a>"),
        "/feeds/world": rss("world"), "/feeds/sport": rss("sport", hours=24),
        "/feeds/more": page("<a href='/feeds/deep'>Deep</a>"), "/feeds/deep": rss("deep"),
    }  # fmt: skip
    feeds = found(settings)
    assert urls(feeds) == ["feeds/world", "feeds/sport"]
    assert {feed.how for feed in feeds} == {"anchor"}


def test_of_an_index_of_sitemaps_the_news_are_found(server: Hostile, settings: Settings) -> None:
    parts = "".join(
        f"<sitemap><loc>{SITE}{name}.xml</loc></sitemap>"
        for name in ("images", "2026-10", "news", "2026-11", "authors")
    )
    index = f"<sitemapindex>{parts}</sitemapindex>".encode()
    server.answers |= {
        "/robots.txt": response(f"Sitemap: {SITE}index.xml".encode()), "/index.xml": response(index),
        "/news.xml": sitemap("a"), "/2026-11.xml": sitemap("a", "b"), "/2026-10.xml": sitemap("c"), "/images.xml": sitemap("i"),
    }  # fmt: skip
    assert sorted(urls(found(settings))) == ["2026-10.xml", "2026-11.xml", "news.xml"]
    assert sorted(urls(found(settings, f"{SITE}index.xml"))) == ["2026-10.xml", "2026-11.xml", "news.xml"]


def test_the_same_feed_at_two_addresses_is_found_once(server: Hostile, settings: Settings) -> None:
    twins = {"items": [{"url": "/a"}, {"url": "/b"}]}
    server.answers |= {
        "/": page(link("/one"), link("/two"), link("/three"), link("/four")),
        "/one": rss(), "/two": redirect("/one"), "/three": response(json.dumps(twins).encode()), "/four": response(json.dumps(twins).encode()),
    }  # fmt: skip
    feeds = found(settings)
    assert len(feeds) == 2
    assert {feed.kind for feed in feeds} == {"rss", "json"}


# ── what is not ──────────────────────────────────────────────────────────────────────────────


def test_a_name_without_a_scheme_is_asked_over_https_and_then_http(server: Hostile, settings: Settings) -> None:
    server.answers |= {"www.post.example/": page(link("/rss")), "/rss": rss()}
    assert urls(found(settings, "www.post.example")) == ["rss"]


def test_nothing_is_an_empty_list(server: Hostile, settings: Settings) -> None:
    server.answers |= {"/": page("<p>Hello"), "/feed.json": response(b'{"items": []}'), "/rss": page("<p>no")}
    assert found(settings) == []


def test_a_site_that_does_not_answer_is_an_error(server: Hostile, settings: Settings) -> None:
    with pytest.raises(FetchError, match=r"http://www\.post\.example/: the server answered 404"):
        found(settings)
    with pytest.raises(FetchError):
        found(settings, "http://")


def test_candidates_that_misbehave_cost_nothing_but_themselves(server: Hostile, settings: Settings) -> None:
    server.answers |= {
        "/": page(*(link(path) for path in ("/slow", "/loop", "/huge", "/empty", "/html", "/broken", "/ok"))),
        "/slow": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", b"<" * 99, 0.1), "/loop": redirect("/loop"),
        "/huge": response(b"<rss>" + b"x" * 20_000_001), "/empty": response(b""), "/html": page("<p>x"),
        "/broken": response(b"<rss version='2.0'><channel><item><tit"), "/ok": rss(),
    }  # fmt: skip
    assert urls(found(settings)) == ["ok"]


def test_no_more_than_twenty_requests_are_made(server: Hostile, settings: Settings) -> None:
    links = [link(f"/feed/{number}") for number in range(5)] + [
        f"<a href='/rss/{number}'>x</a>" for number in range(100)
    ]
    index = "".join(f"<sitemap><loc>{SITE}part-{number}.xml</loc></sitemap>" for number in range(9))
    indexes = "\n".join(f"Sitemap: {SITE}index-{number}.xml" for number in range(9))
    server.answers |= {
        "/": page(*links), "/robots.txt": response(indexes.encode()),
        **{f"/rss/{number}": page(*(f"<a href='/rss/more-{number}-{n}'>x</a>" for n in range(9))) for number in range(100)},
        **{f"/index-{number}.xml": response(f"<sitemapindex>{index}</sitemapindex>".replace("part", f"part-{number}").encode()) for number in range(9)},
    }  # fmt: skip
    assert found(settings) == []
    assert len({request.path for request in server.requests}) == len(server.requests) == REQUESTS_MAX
    assert sum(request.path.startswith("/part-") for request in server.requests) == 3


# ── the entry for a catalogue ────────────────────────────────────────────────────────────────


def a_feed(url: str, title: str = "") -> Found:
    return Found(url=url, kind="rss", title=title, item_count=1, newest_at=None, per_day=None, how="link")


@pytest.mark.parametrize(
    ("url", "source_id"),
    [
        ("https://www.harbour-times.co.uk/rss", "harbour-times"), ("https://post.example/rss", "post"), ("https://news.bbc.co.uk/rss", "news-bbc"),
        ("https://localhost/", "localhost"), ("https://xn--caf-dma.example/", "xn-caf-dma"),
    ],
)  # fmt: skip
def test_an_entry_for_a_catalogue_is_one_that_can_be_read_back(url: str, source_id: str, tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    path.write_text(catalogue_entry([a_feed(url, 'The "Post"'), a_feed(f"{url}?2")]))
    (source,) = load_catalogue(path)
    assert (source.source_id, source.name) == (source_id, 'The "Post"')
    assert [feed.url for feed in source.feeds] == [url, f"{url}?2"]


def test_an_entry_without_a_title_is_named_by_its_host_and_none_without_feeds() -> None:
    (source,) = tomllib.loads(catalogue_entry([a_feed("https://post.example/rss")]))["source"]
    assert source["name"] == "post.example"
    assert catalogue_entry([]) == ""
