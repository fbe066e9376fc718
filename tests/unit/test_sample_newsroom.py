"""The sample newsroom: its server, its feeds, its pages and the variety of its articles."""

import gzip
import http.client
import json
import os
import signal
import subprocess
import sys
import tomllib
from calendar import timegm
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

import feedparser
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html
from trafilatura import bare_extraction
from trafilatura.settings import Document

import pipeline.sources
from pipeline.sample import DAYS, Newsroom
from pipeline.sample.__main__ import main
from pipeline.sample.articles import Outlet, Story, library
from pipeline.sample.newsroom import find_answer
from pipeline.sample.pages import FOOTER

LIBRARY = library()
CATALOGUE = tomllib.loads((Path(pipeline.sources.__file__).parent / "sample.toml").read_text("utf-8"))["source"]
READABLE = [story for story in LIBRARY.stories if story.page == "text"]
STORIES = {(story.outlet.id, story.slug): story for story in LIBRARY.stories}
SHAMKIR = STORIES["kura-herald", "missile-hits-market-in-shamkir"]
FEEDS = [(outlet, feed) for outlet in LIBRARY.outlets for feed in outlet.feeds]
LAST = DAYS[-1]


class Response(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture(scope="module")
def server() -> Iterator[Newsroom]:
    with Newsroom() as newsroom:
        yield newsroom


@pytest.fixture
def newsroom(server: Newsroom) -> Newsroom:
    server.day = DAYS[0]
    return server


def ask(newsroom: Newsroom, host: str, path: str, method: str = "GET", **headers: str) -> Response:
    connection = http.client.HTTPConnection(newsroom.address, timeout=5)
    wanted = {"Host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=wanted)
    answer = connection.getresponse()
    response = Response(answer.status, dict(answer.getheaders()), answer.read())
    connection.close()
    return response


def page(story: Story, day: date = LAST) -> bytes:
    answer = find_answer(LIBRARY, story.outlet.host, story.path, day)
    assert answer is not None
    return answer.body


def feed(outlet_id: str, path: str, day: date) -> bytes:
    answer = find_answer(LIBRARY, f"{outlet_id}.example", path, day)
    assert answer is not None
    return answer.body


def extracted(body: bytes, url: str) -> Document:
    found = bare_extraction(body, url=url, include_comments=False, with_metadata=True)
    assert isinstance(found, Document)
    return found


def linked_data(body: bytes) -> list[dict[str, Any]]:
    scripts = html.fromstring(body).xpath('//script[@type="application/ld+json"]/text()')
    return [thing for script in scripts for thing in json.loads(script).get("@graph", [json.loads(script)])]


# ── the server ───────────────────────────────────────────────────────────────────────────────


def test_one_server_plays_every_outlet_by_the_host_header(newsroom: Newsroom) -> None:
    for outlet, spec in FEEDS:
        response = ask(newsroom, outlet.host, spec.path)
        assert response.status == 200
        assert (outlet.name.encode() in response.body) or spec.format == "broken"


def test_a_port_and_capitals_in_the_host_header_do_not_matter(newsroom: Newsroom) -> None:
    assert ask(newsroom, "Harbour-Times.example:80", "/rss.xml").status == 200


@pytest.mark.parametrize("host", ["nobody.example", "", "harbour-times.example.org", "127.0.0.1"])
def test_an_unknown_host_is_not_found(newsroom: Newsroom, host: str) -> None:
    assert ask(newsroom, host, "/rss.xml").status == 404


@pytest.mark.parametrize("path", ["/", "/atom.xml", "/2026/11/16/no-such-story", "/rss.xml/"])
def test_an_unknown_path_is_not_found(newsroom: Newsroom, path: str) -> None:
    assert ask(newsroom, "harbour-times.example", path).status == 404


def test_a_page_is_not_found_before_its_day(newsroom: Newsroom) -> None:
    story = STORIES["harbour-times", "poland-expels-belarusian-diplomat"]
    for day, status in zip(DAYS, [404, 404, 200, 200], strict=True):
        newsroom.day = day
        assert ask(newsroom, story.outlet.host, story.path).status == status


def test_the_day_can_be_set_while_it_serves(newsroom: Newsroom) -> None:
    entries = []
    for newsroom.day in DAYS:
        body = ask(newsroom, "meridian-wire.example", "/feeds/all.atom").body
        entries.append(len(feedparser.parse(body).entries))
    assert entries == [3, 6, 8, 11]


@pytest.mark.parametrize("path", ["/atom.xml", SHAMKIR.path])
def test_an_unchanged_answer_is_not_sent_twice(newsroom: Newsroom, path: str) -> None:
    first = ask(newsroom, SHAMKIR.outlet.host, path)
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for condition in ({"If_None_Match": etag}, {"If_Modified_Since": modified}):
        again = ask(newsroom, SHAMKIR.outlet.host, path, **condition)
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", etag)
    newsroom.day = DAYS[1]
    for condition in ({"If_None_Match": etag}, {"If_Modified_Since": modified}):
        assert ask(newsroom, SHAMKIR.outlet.host, path, **condition).status == 200


def test_the_etag_decides_when_both_validators_come(newsroom: Newsroom) -> None:
    modified = ask(newsroom, SHAMKIR.outlet.host, "/atom.xml").headers["Last-Modified"]
    answer = ask(newsroom, SHAMKIR.outlet.host, "/atom.xml", If_None_Match='"other"', If_Modified_Since=modified)
    assert answer.status == 200


@pytest.mark.parametrize("value", ["yesterday", "", "Mon, 99 Nov 2026 00:00:00 GMT", "0"])
def test_a_senseless_condition_is_ignored(newsroom: Newsroom, value: str) -> None:
    assert ask(newsroom, SHAMKIR.outlet.host, "/atom.xml", If_Modified_Since=value).status == 200


def test_gzip_is_sent_to_those_who_accept_it(newsroom: Newsroom) -> None:
    plain = ask(newsroom, SHAMKIR.outlet.host, SHAMKIR.path)
    packed = ask(newsroom, SHAMKIR.outlet.host, SHAMKIR.path, Accept_Encoding="deflate, gzip")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.body) == plain.body


def test_head_has_headers_and_no_body(newsroom: Newsroom) -> None:
    full = ask(newsroom, SHAMKIR.outlet.host, SHAMKIR.path)
    head = ask(newsroom, SHAMKIR.outlet.host, SHAMKIR.path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(full.body))


def test_the_same_day_gives_the_same_bytes() -> None:
    with Newsroom(DAYS[2]) as one, Newsroom(DAYS[2]) as other:
        for outlet, spec in FEEDS:
            for encoding in ("identity", "gzip"):
                answers = [ask(n, outlet.host, spec.path, Accept_Encoding=encoding) for n in (one, other)]
                assert answers[0].body == answers[1].body
        assert one.address != other.address


def test_a_newsroom_has_an_address_only_while_it_serves() -> None:
    newsroom = Newsroom()
    with newsroom:
        address = newsroom.address
        assert address.startswith("127.0.0.1:")
    with pytest.raises(RuntimeError, match="with Newsroom"):
        _ = newsroom.address
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection(address, timeout=5).request("GET", "/")


@given(host=st.sampled_from(LIBRARY.outlets).map(lambda outlet: outlet.host), target=st.text(max_size=60))
@example(host="harbour-times.example", target="/[rss.xml")
def test_no_strange_target_breaks_the_dispatch(host: str, target: str) -> None:
    assert find_answer(LIBRARY, host, f"/{target}", LAST) is None


@given(st.text())
def test_no_strange_condition_breaks_the_comparison(condition: str) -> None:
    answer = find_answer(LIBRARY, "harbour-times.example", "/rss.xml", LAST)
    assert answer is not None
    assert answer.is_known_to(condition, None) == (condition.strip() == "*")
    assert not answer.is_known_to(None, condition)


def test_a_port_in_use_is_told_with_advice(newsroom: Newsroom, capsys: pytest.CaptureFixture[str]) -> None:
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert main(["--port", newsroom.address.rpartition(":")[2]]) == 1
    finally:
        for number, handler in signals.items():
            signal.signal(number, handler)
    assert "choose another --host or --port" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_told_to_stop(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "pipeline.sample", "--day", "2026-11-18", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("newsroom of 2026-11-18 at http://127.0.0.1:")
        process.send_signal(number)
        assert process.wait(timeout=10) == 0


# ── the feeds ────────────────────────────────────────────────────────────────────────────────


def expected_stories(outlet: Outlet, sections: tuple[str, ...], day: date) -> list[Story]:
    return [s for s in LIBRARY.published(outlet, day) if not sections or s.section in sections]


@pytest.mark.parametrize("day", DAYS)
def test_every_good_xml_feed_parses_and_lists_its_stories(day: date) -> None:
    for outlet, spec in FEEDS:
        if spec.format not in ("rss", "atom"):
            continue
        parsed = feedparser.parse(feed(outlet.id, spec.path, day))
        stories = expected_stories(outlet, spec.sections, day)
        assert not parsed.bozo
        assert parsed.version == {"rss": "rss20", "atom": "atom10"}[spec.format]
        assert [entry.link for entry in parsed.entries] == [story.url for story in stories]
        for entry, story in zip(parsed.entries, stories, strict=True):
            version = story.version_on(day)
            assert version is not None
            assert (entry.title, entry.summary) == (version.title, version.summary)
            published = datetime.fromtimestamp(timegm(entry.published_parsed), UTC)
            assert published == story.published_at


@pytest.mark.parametrize("day", DAYS)
def test_every_json_feed_follows_version_1_1(day: date) -> None:
    for outlet, spec in FEEDS:
        if spec.format == "json":
            document = json.loads(feed(outlet.id, spec.path, day))
            stories = expected_stories(outlet, spec.sections, day)
            assert document["version"] == "https://jsonfeed.org/version/1.1"
            assert document["feed_url"] == outlet.site + spec.path
            assert [item["url"] for item in document["items"]] == [story.url for story in stories]
            assert all(datetime.fromisoformat(item["date_published"]).tzinfo for item in document["items"])


def test_each_format_is_used_by_several_outlets() -> None:
    used = Counter(spec.format for _, spec in FEEDS)
    assert min(used["rss"], used["atom"], used["json"]) >= 3
    assert used["broken"] == 1


def test_entry_ids_are_unique_and_stay_the_same() -> None:
    for outlet, spec in FEEDS:
        if spec.format in ("rss", "atom"):
            first, last = (feedparser.parse(feed(outlet.id, spec.path, day)) for day in (DAYS[0], LAST))
            ids = {entry.link: entry.id for entry in last.entries}
            assert len(set(ids.values())) == len(ids)
            assert all(ids[entry.link] == entry.id for entry in first.entries)


def test_two_feeds_of_the_agency_overlap() -> None:
    full = feedparser.parse(feed("meridian-wire", "/feeds/all.atom", LAST)).entries
    world = json.loads(feed("meridian-wire", "/feeds/world.json", LAST))["items"]
    shared = {entry.id for entry in full} & {item["id"] for item in world}
    assert len(shared) == len(world) == len(full) - 1


def test_one_feed_is_broken_beside_a_good_one() -> None:
    body = feed("levant-chronicle", "/world.xml", LAST)
    assert body.startswith(b"<!DOCTYPE html>")
    assert feedparser.parse(body).entries == []
    assert feedparser.parse(feed("levant-chronicle", "/atom.xml", LAST)).entries


def test_one_feed_is_well_formed_and_empty_beside_a_good_one() -> None:
    parsed = feedparser.parse(feed("deccan-ledger", "/opinion.xml", LAST))
    assert (parsed.bozo, parsed.version, parsed.entries) == (False, "rss20", [])
    assert json.loads(feed("deccan-ledger", "/feed.json", LAST))["items"]


def test_feeds_forget_what_is_older_than_a_week() -> None:
    entries = {
        days: len(feedparser.parse(feed("harbour-times", "/rss.xml", DAYS[0] + timedelta(days))).entries)
        for days in (6, 7, 30)
    }
    assert entries == {6: 7, 7: 5, 30: 0}


def test_last_modified_is_the_newest_instant_in_the_feed(newsroom: Newsroom) -> None:
    newsroom.day = DAYS[1]
    response = ask(newsroom, "kura-herald.example", "/atom.xml")
    newest = max(s.published_at for s in LIBRARY.published(SHAMKIR.outlet, DAYS[1]))
    assert parsedate_to_datetime(response.headers["Last-Modified"]) == newest


# ── the pages ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("story", READABLE, ids=lambda story: story.url)
def test_a_page_gives_its_own_text_and_nothing_else(story: Story) -> None:
    for version in story.versions:
        body = page(story, version.at.date())
        found = extracted(body, story.url)
        assert (found.text or "").split("\n") == list(version.paragraphs)
        assert found.title == version.title
        assert found.author == story.author
        assert found.date == str(story.published_at.date())
        assert found.url == story.url


@pytest.mark.parametrize("story", READABLE, ids=lambda story: story.url)
def test_linked_data_is_true_to_the_article(story: Story) -> None:
    version = story.versions[-1]
    things = [thing for thing in linked_data(page(story)) if thing["@type"] == "NewsArticle"]
    assert bool(things) == (story.outlet.layout in ("broadsheet", "agency"))
    for thing in things:
        assert thing["headline"] == version.title
        assert datetime.fromisoformat(thing["datePublished"]) == story.published_at
        assert datetime.fromisoformat(thing["dateModified"]) == version.at
        assert thing["author"][0]["name"] == story.author
        assert thing["inLanguage"] == story.language
        assert thing["isAccessibleForFree"] is not story.is_paywalled


@pytest.mark.parametrize("story", READABLE, ids=lambda story: story.url)
def test_every_page_has_its_furniture_outside_the_article(story: Story) -> None:
    tree = html.fromstring(page(story))
    texts = " ".join(tree.itertext())
    assert tree.xpath("string(//link[@rel='canonical']/@href)") == story.url
    assert tree.get("lang") == story.language
    for words in (FOOTER, "Most read", "ookie", story.author):
        assert words in texts
    inside = " ".join(" ".join(part.itertext()) for part in tree.xpath("//article"))
    assert FOOTER not in inside
    assert "Meridian Wire" not in inside or story.author == "Meridian Wire"


def test_there_are_four_layouts_with_different_marks_of_time() -> None:
    marks = {}
    for story in READABLE:
        body = page(story).decode(story.charset)
        names = ("ld+json", "@graph", "article:published_time", "<time ")
        marks[story.outlet.layout] = tuple(name in body for name in names)
    assert marks == {
        "broadsheet": (True, False, False, True),
        "agency": (True, True, False, True),
        "portal": (False, False, True, False),
        "plain": (False, False, False, True),
    }


def test_wire_copy_is_the_same_word_for_word_under_other_headlines_and_once_cut() -> None:
    carried = Counter(story.wire for story in READABLE if story.wire)
    assert carried == {"shamkir": 4, "quetta": 4, "ceasefire": 4}
    for wire in carried:
        copies = [story for story in READABLE if story.wire == wire]
        assert len({story.outlet.id for story in copies}) == 4
        assert len({story.versions[0].title for story in copies}) == 4
        texts = sorted({extracted(page(s), s.url).text for s in copies}, key=len)
        assert len(texts) == (2 if wire == "quetta" else 1)
        assert texts[-1].startswith(texts[0])
        agency = next(story for story in copies if story.outlet.id == "meridian-wire")
        assert agency.published_at == min(story.published_at for story in copies)


def test_the_corrected_article_differs_between_the_days() -> None:
    before, after = page(SHAMKIR, DAYS[0]).decode(), page(SHAMKIR, DAYS[1]).decode()
    assert "killing seven people and injuring 33" in before
    assert "killing nine people and injuring 41" in after
    assert "Correction, 17 November" in after
    assert "Correction" not in before
    modified = 'property="article:modified_time" content="{}"'
    assert modified.format("2026-11-16T14:45:00+04:00") in before
    assert modified.format("2026-11-17T11:15:00+04:00") in after


def test_the_corrected_article_is_updated_in_its_feed() -> None:
    entries = []
    for day in DAYS[:2]:
        parsed = feedparser.parse(feed("kura-herald", "/atom.xml", day))
        entries.append(next(entry for entry in parsed.entries if entry.link == SHAMKIR.url))
    before, after = entries
    assert before.id == after.id
    assert before.published == after.published
    assert (before.updated, after.updated) == ("2026-11-16T14:45:00+04:00", "2026-11-17T11:15:00+04:00")
    assert before.title != after.title


def test_the_paywalled_stub_stops_after_two_sentences() -> None:
    (story,) = [story for story in READABLE if story.is_paywalled]
    body = page(story).decode()
    assert "Subscribe to continue reading" in body
    assert len(story.versions[0].paragraphs) == 1
    assert story.versions[0].paragraphs[0].count(". ") == 1


def test_pages_in_windows_1252_declare_it_and_use_it(newsroom: Newsroom) -> None:
    newsroom.day = LAST
    stories = [story for story in READABLE if story.charset == "windows-1252"]
    assert stories
    for story in stories:
        response = ask(newsroom, story.outlet.host, story.path)
        assert response.headers["Content-Type"] == "text/html; charset=windows-1252"
        assert b'<meta charset="windows-1252">' in response.body
        assert b"\x93" in response.body
        assert "“" in response.body.decode("windows-1252")


def test_one_listed_page_is_gone_and_one_has_no_text(newsroom: Newsroom) -> None:
    newsroom.day = LAST
    odd = {story.page: story for story in LIBRARY.stories if story.page != "text"}
    gone, video = odd["missing"], odd["video"]
    assert gone.url.encode() in feed(gone.outlet.id, "/atom.xml", LAST)
    assert ask(newsroom, gone.outlet.host, gone.path).status == 404
    assert video.url.encode() in feed(video.outlet.id, "/feed/", LAST)
    response = ask(newsroom, video.outlet.host, video.path)
    assert response.status == 200
    assert html.fromstring(response.body).xpath("//article//p") == []


# ── the articles ─────────────────────────────────────────────────────────────────────────────


def test_the_newsroom_is_as_varied_as_the_pipeline_needs() -> None:
    assert len(LIBRARY.outlets) == len({outlet.country for outlet in LIBRARY.outlets}) == 15
    assert len(READABLE) >= 70
    assert {story.published_at.date() for story in READABLE} == set(DAYS)
    assert {story.language for story in READABLE if not story.language.startswith("en")} == {"es"}
    assert [day.isoformat() for day in DAYS] == ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19"]


def test_articles_are_as_long_as_news_articles() -> None:
    words = {story.url: sum(len(p.split()) for p in story.versions[0].paragraphs) for story in READABLE}
    assert [url for url, count in words.items() if count < 80] == [
        story.url for story in READABLE if story.is_paywalled
    ]
    assert sum(count >= 200 for count in words.values()) >= 30


def test_published_means_the_same_day_at_the_outlet_and_in_utc() -> None:
    for story in LIBRARY.stories:
        for version in story.versions:
            assert version.at.date() == version.at.astimezone(UTC).date()


def test_the_tasman_bulletin_falls_silent_on_the_third_day() -> None:
    per_day = Counter(s.published_at.date() for s in LIBRARY.stories if s.outlet.id == "tasman-bulletin")
    assert [per_day[day] for day in DAYS] == [2, 2, 0, 0]
    assert feed("tasman-bulletin", "/rss.xml", DAYS[1]) == feed("tasman-bulletin", "/rss.xml", LAST)


def test_the_catalogue_declares_exactly_the_outlets() -> None:
    declared = {
        row["id"]: (row["name"], row["country"], row["language"], row["time_zone"], row["feeds"]) for row in CATALOGUE
    }
    assert declared == {
        o.id: (o.name, o.country, o.language, o.time_zone, [o.site + spec.path for spec in o.feeds])
        for o in LIBRARY.outlets
    }


def test_only_the_silent_outlet_is_outside_its_usual_number() -> None:
    per_day = Counter((story.outlet.id, story.published_at.date()) for story in READABLE)
    outside = {
        (row["id"], day)
        for row in CATALOGUE
        for day in DAYS
        if not row["articles_per_day"]["min"] <= per_day[row["id"], day] <= row["articles_per_day"]["max"]
    }
    assert outside == {("tasman-bulletin", DAYS[2]), ("tasman-bulletin", DAYS[3])}
