"""The life of an address: fetched once, looked at again for corrections, and never against its host's wishes."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from socket import socket
from threading import Timer
from time import sleep
from typing import Any

import pytest
from sqlalchemy import update
from support.hostile import Hostile, drip, head, one_by_one, redirect, response
from support.make import DAY, NEXT
from support.outlets import TEXT, a_run, article, counts, feed, rejected, serve, states, with_headers
from warcio.archiveiterator import ArchiveIterator

from pipeline.io.store import table_of
from pipeline.io.tables import AddressRow, ArticleRow, CaptureRow, PageRow, RobotsRow
from pipeline.io.wanting import FETCHES_PER_DAY
from pipeline.run import Run
from pipeline.stages.extract import extract
from pipeline.stages.fetch import fetch
from pipeline.stages.poll import poll

ADDRESS = table_of(AddressRow)
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("kept_workers")


def on(run: Run, day: date, **changes: Any) -> Run:
    made = a_run(run.store, run.settings, **changes)
    return Run(day=day, settings=made.settings, store=made.store, archive=made.archive)


def published(*paths: str, at: datetime) -> bytes:
    return feed(*paths, extra=f"<pubDate>{format_datetime(at)}</pubDate>")


def make_due(run: Run) -> None:
    """Let the time come at which pages are looked at again."""
    with run.store.transaction() as connection:
        connection.execute(update(ADDRESS).where(ADDRESS.c.next_fetch_at.is_not(None)).values(next_fetch_at=NOW))


def addresses(run: Run) -> dict[str, dict[str, Any]]:
    return {row["canonical_url"].rpartition("/")[2]: row for row in run.store.rows(AddressRow)}


def hosts_asked(server: Hostile, path: str) -> list[str]:
    return [request.host for request in server.requests if request.path == path]


def two_feeds(folder: Path) -> None:
    """Let the catalogue be one outlet with two feeds."""
    (folder / "catalogue.toml").write_text(
        '[[source]]\nid = "a"\nname = "A"\nfeeds = ["http://a.example/rss", "http://a.example/top"]\n'
    )


def captured(run: Run, path: str) -> list[int]:
    """The status codes of an address's captures."""
    return [row["status_code"] for row in run.store.rows(CaptureRow, CaptureRow.url.like(f"%{path}"))]


# ── corrections ──────────────────────────────────────────────────────────────────────────────


def test_a_page_is_due_again_an_hour_and_a_day_after_publication(run: Run, server: Hostile) -> None:
    at = NOW.replace(microsecond=0)
    serve(server, a__rss=published("/new", at=at), b__rss=published("/old", at=at - 9 * HOUR),
          a__new=article(), b__old=article())  # fmt: skip
    poll(run)
    fetch(run)
    rows = addresses(run)
    assert rows["new"]["next_fetch_at"] == at + HOUR
    assert rows["old"]["next_fetch_at"] == at + 15 * HOUR
    assert fetch(run).note == "nothing pending", "not even an eager run looks before the time"


def test_a_page_that_did_not_change_is_asked_conditionally_and_adds_nothing(run: Run, server: Hostile) -> None:
    page = with_headers(article(), 'ETag: "p1"', "Last-Modified: Mon, 16 Nov 2026 10:00:00 GMT")
    serve(server, a__rss=published("/1", at=NOW), b__rss=feed(),
          a__1=one_by_one([page, head("HTTP/1.1 304 Not Modified"), article()]))  # fmt: skip
    poll(run)
    fetch(run)
    make_due(run)
    report = fetch(run)
    assert (report.in_count, report.changed_count) == (1, 0)
    assert report.note == "nothing pending, 0 of 1 looked at again have changed"
    asked = [request.headers for request in server.requests if request.path == "/1"]
    assert asked[0].get("if-none-match") is None
    assert asked[1]["if-none-match"] == '"p1"'
    assert asked[1]["if-modified-since"] == "Mon, 16 Nov 2026 10:00:00 GMT"
    assert len(run.store.rows(PageRow)) == 1
    row = addresses(run)["1"]
    assert row["next_fetch_at"] == NOW.replace(microsecond=0) + HOUR, "the look after an hour is still to come"
    assert (row["etag"], row["state"]) == ('"p1"', "fetched")


def test_a_correction_is_seen_without_the_feed_telling_of_it(run: Run, server: Hostile) -> None:
    pages = one_by_one([article(), article(text=TEXT.replace("nine", "eleven"))])
    serve(server, a__rss=published("/1", at=NOW), b__rss=feed(), a__1=pages)
    poll(run)
    fetch(run)
    extract(run)
    make_due(run)
    tomorrow = on(run, NEXT)
    assert fetch(tomorrow).note == "nothing pending, 1 of 1 looked at again have changed"
    assert extract(tomorrow).out_count == 1
    versions = run.store.rows(ArticleRow)
    assert {row["day"] for row in versions} == {DAY, NEXT}
    assert len({row["article_id"] for row in versions}) == 1


def test_a_page_that_is_taken_down_later_stands_as_it_was(run: Run, server: Hostile) -> None:
    pages = one_by_one([article(), response(b"", status="404 Not Found")])
    serve(server, a__rss=published("/1", at=NOW), b__rss=feed(), a__1=pages)
    poll(run)
    fetch(run)
    make_due(run)
    fetch(run)
    assert rejected(run, "fetch") == {}
    row = addresses(run)["1"]
    assert (row["state"], row["next_fetch_at"]) == ("fetched", None)
    assert 404 in {row["status_code"] for row in run.store.rows(CaptureRow)}


def test_a_look_that_fails_for_a_passing_reason_is_repeated(run: Run, server: Hostile) -> None:
    pages = one_by_one([article(), response(b"", status="500 Oops"), article(text=TEXT + " More.")])
    serve(server, a__rss=published("/1", at=NOW), b__rss=feed(), a__1=pages)
    poll(run)
    fetch(run)
    make_due(run)
    fetch(run)
    assert addresses(run)["1"]["attempts"] == 1
    make_due(run)
    assert fetch(run).out_count == 1
    assert addresses(run)["1"]["attempts"] == 0


def test_new_pages_come_before_corrections_and_time_is_bounded(run: Run, server: Hostile) -> None:
    slow = {f"a__{number}": drip(b"", article(), pause=0.3) for number in range(3)}
    serve(server, a__rss=published("/old", at=NOW), b__rss=feed(), a__old=article())
    poll(run)
    fetch(run)
    make_due(run)
    hung = {name: drip(b"", b"x", pause=2) for name in slow}
    serve(server, a__rss=published("/0", "/1", "/2", "/old", at=NOW), **hung)
    poll(run)
    short = a_run(run.store, run.settings, harvest_minutes_max=0.01, host_connections=1, deadline_seconds=1.0)
    report = fetch(short)
    assert report.note == "2 wait for the next run"
    assert server.asked("/old") == 1
    states_now = states(run)
    assert [states_now[f"http://a.example/{number}"] for number in range(3)].count(("pending", 0)) == 2


def test_a_correction_that_both_feeds_of_an_outlet_tell_of_brings_the_page_once(
    run: Run, server: Hostile, tmp_path: Path
) -> None:
    two_feeds(tmp_path)
    serve(server, a__rss=feed("/1", title="Nine dead"), a__top=feed("/1", title="Nine dead"), a__1=article())
    for corrected, asked in (("a__top", 2), ("a__rss", 2)):
        poll(run)
        fetch(run)
        serve(server, **{corrected: feed("/1", title="Ten dead")})
        poll(run)
        fetch(run)
        assert server.asked("/1") == asked, corrected


def test_a_body_that_comes_back_after_another_is_a_page_again(run: Run, server: Hostile) -> None:
    first, second = article(text=TEXT + " First."), article(text=TEXT + " Second.")
    serve(server, a__rss=one_by_one([feed("/1", title=title) for title in "abc"]), b__rss=feed(),
          a__1=one_by_one([first, second, first]))  # fmt: skip
    for _ in range(3):
        poll(run)
        assert fetch(run).out_count == 1
    digests = [row["payload_digest"] for row in run.store.rows(PageRow, order=("captured_at",))]
    assert digests[0] == digests[2] != digests[1]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (with_headers(article(), 'ETag: "p2"'), '"p2"'),
        (article(), None),
        (head("HTTP/1.1 304 Not Modified", 'ETag: "p2"'), '"p2"'),
        (head("HTTP/1.1 304 Not Modified"), '"p1"'),
    ],
    ids=["same-body-new-tag", "same-body-no-tag", "304-new-tag", "304-no-tag"],
)
def test_validators_are_those_of_the_last_good_answer(
    run: Run, server: Hostile, second: bytes, expected: str | None
) -> None:
    serve(server, a__rss=published("/1", at=NOW), b__rss=feed(),
          a__1=one_by_one([with_headers(article(), 'ETag: "p1"'), second]))  # fmt: skip
    poll(run)
    fetch(run)
    make_due(run)
    assert fetch(run).out_count == 0
    assert addresses(run)["1"]["etag"] == expected


# ── revisions ────────────────────────────────────────────────────────────────────────────────


def test_a_failing_page_that_its_feed_revises_is_tried_a_bounded_number_of_times(run: Run, server: Hostile) -> None:
    for revision in range(2 * FETCHES_PER_DAY):
        serve(server, a__rss=feed("/1", title=f"Revision {revision}"), b__rss=feed())
        poll(run)
        fetch(run)
    assert server.asked("/1") == FETCHES_PER_DAY


def test_a_revision_does_not_hurry_a_page_that_waits_for_its_next_try(run: Run, server: Hostile) -> None:
    serve(server, a__rss=one_by_one([feed("/1", title="One"), feed("/1", title="Two")]), b__rss=feed(),
          a__1=response(b"", status="500 Oops"))  # fmt: skip
    poll(run)
    fetch(run)
    before = addresses(run)["1"]
    poll(run)
    after = addresses(run)["1"]
    assert after["entry_id"] != before["entry_id"]
    assert (after["attempts"], after["next_fetch_at"]) == (1, before["next_fetch_at"])
    assert fetch(a_run(run.store, run.settings, eager=False)).in_count == 0


def test_the_revisions_of_a_day_that_were_too_many_bring_the_page_the_next_day(run: Run, server: Hostile) -> None:
    for revision in range(FETCHES_PER_DAY + 2):
        serve(server, a__rss=feed("/1", title=f"Revision {revision}"), b__rss=feed(),
              a__1=article(text=f"{TEXT} {revision}"))  # fmt: skip
        poll(run)
        fetch(run)
    assert server.asked("/1") == FETCHES_PER_DAY
    assert fetch(on(run, NEXT)).out_count == 1
    assert server.asked("/1") == FETCHES_PER_DAY + 1


def test_a_run_for_an_earlier_day_does_not_take_a_page_from_a_later_one(run: Run, server: Hostile) -> None:
    serve(server, a__rss=one_by_one([feed("/1", title="One"), feed("/1", title="Two")]), b__rss=feed(), a__1=article())
    later = on(run, DAY + 5 * (NEXT - DAY))
    poll(later)
    poll(run)
    assert fetch(later).out_count == 1


# ── once ─────────────────────────────────────────────────────────────────────────────────────


def test_a_redirect_to_a_page_that_is_there_is_not_followed(run: Run, server: Hostile) -> None:
    serve(server, a__rss=one_by_one([feed("/story"), feed("/story", "/short")]), b__rss=feed(),
          a__story=article(), a__short=redirect("/story?utm_source=short"))  # fmt: skip
    for expected in ("", "1 lead to pages that are there"):
        poll(run)
        assert fetch(run).note == expected
    assert server.asked("/story") == 1
    assert server.asked("/story?utm_source=short") == 0
    assert states(run)["http://a.example/short"] == ("alias", 0)
    assert addresses(run)["short"]["alias_of"] == addresses(run)["story"]["address_id"]
    assert len(run.store.rows(PageRow)) == 1


def test_an_address_that_a_redirect_led_to_first_is_not_asked_for_again(run: Run, server: Hostile) -> None:
    serve(server, a__rss=one_by_one([feed("/short"), feed("/short", "/story")]), b__rss=feed(),
          a__short=redirect("/story"), a__story=article())  # fmt: skip
    poll(run)
    poll(run)
    report = fetch(a_run(run.store, run.settings, host_connections=1))
    assert counts(report) == (2, 1, 0)
    assert report.note == "1 left to another run or address"
    assert server.asked("/story") == 1
    assert states(run) == {"http://a.example/short": ("fetched", 0), "http://a.example/story": ("alias", 0)}
    assert addresses(run)["story"]["alias_of"] == addresses(run)["short"]["address_id"]


def test_a_revision_of_an_alias_brings_the_page_that_it_leads_to(run: Run, server: Hostile) -> None:
    feeds = [feed("/story"), feed("/story", "/short"), feed("/short", title="Corrected")]
    serve(server, a__rss=one_by_one(feeds), b__rss=feed(), a__short=redirect("/story"),
          a__story=one_by_one([article(), article(text=TEXT + " Corrected.")]))  # fmt: skip
    for pages in (1, 0, 1):
        poll(run)
        assert fetch(run).out_count == pages
    assert (server.asked("/short"), server.asked("/story")) == (1, 2)
    assert states(run)["http://a.example/short"] == ("alias", 0)


def test_a_mobile_an_amp_and_a_tracked_spelling_are_one_page(run: Run, server: Hostile) -> None:
    serve(
        server, a__rss=feed("/2026/story/", "http://m.a.example/2026/story", "/2026/story/amp/", "/2026/story?fbclid=1"),
        b__rss=feed(), **{"a__2026/story/": article()},
    )  # fmt: skip
    poll(run)
    assert counts(fetch(run)) == (1, 1, 0)
    assert len(run.store.rows(PageRow)) == 1


def test_a_feeds_update_brings_a_page_again_without_conditions(run: Run, server: Hostile) -> None:
    page = with_headers(article(), 'ETag: "p1"')
    serve(server, a__rss=one_by_one([feed("/1", title="Nine dead"), feed("/1", title="Ten dead")]), b__rss=feed(),
          a__1=one_by_one([page, article(text=TEXT + " Ten.")]))  # fmt: skip
    for _ in range(2):
        poll(run)
        assert fetch(run).out_count == 1
    asked = [request.headers.get("if-none-match") for request in server.requests if request.path == "/1"]
    assert asked == [None, None]


def test_another_feed_that_words_it_differently_does_not_bring_a_page_again(
    run: Run, server: Hostile, tmp_path: Path
) -> None:
    two_feeds(tmp_path)
    serve(server, a__rss=feed("/1", title="Nine dead in town"), a__top=one_by_one([feed("/x"), feed("/1", title="9 dead")]),
          a__1=article(), a__x=article("Other"))  # fmt: skip
    for _ in range(2):
        poll(run)
        fetch(run)
    assert server.asked("/1") == 1


# ── manners ──────────────────────────────────────────────────────────────────────────────────


def test_what_robots_txt_does_not_allow_is_not_fetched(run: Run, server: Hostile) -> None:
    rules = b"User-agent: *\nAllow: /\n\nUser-agent: eventwire\nDisallow: /private/\n"
    serve(server, a__rss=feed("/private/1", "/public/1"), b__rss=feed(),
          **{"a__private/1": article(), "a__public/1": article()})  # fmt: skip
    server.answers["a.example/robots.txt"] = response(rules, content_type="text/plain")
    poll(run)
    assert counts(fetch(run)) == (2, 1, 1)
    assert server.asked("/private/1") == 0
    (message,) = rejected(run, "fetch").values()
    assert "robots.txt" in message and "/private/1" in message
    assert states(run)["http://a.example/private/1"][0] == "failed"


def test_robots_txt_is_asked_for_once_a_day_and_not_for_feeds(run: Run, server: Hostile) -> None:
    serve(server, a__rss=one_by_one([feed("/1", "/2"), feed("/3")]), b__rss=feed(),
          a__1=article(), a__2=article(), a__3=article())  # fmt: skip
    for _ in range(2):
        poll(run)
        fetch(run)
    assert hosts_asked(server, "/robots.txt") == ["a.example"]
    (row,) = run.store.rows(RobotsRow)
    assert (row["origin"], row["status_code"]) == ("http://a.example", 404)


def test_without_a_robots_txt_to_be_had_pages_wait(run: Run, server: Hostile) -> None:
    server.answers["a.example/robots.txt"] = response(b"", status="500 Oops")
    serve(server, a__rss=feed("/1"), b__rss=feed(), a__1=article())
    poll(run)
    assert counts(fetch(run)) == (1, 0, 1)
    assert server.asked("/1") == 0
    assert states(run) == {"http://a.example/1": ("pending", 1)}


def test_a_host_that_wants_a_rest_gets_it_and_its_pages_keep_their_tries(run: Run, server: Hostile) -> None:
    busy = response(b"", "Retry-After: 3600", status="503 Busy")
    serve(server, a__rss=feed(*(f"/{number}" for number in range(8))), b__rss=feed(),
          **{f"a__{number}": busy for number in range(8)})  # fmt: skip
    poll(run)
    report = fetch(a_run(run.store, run.settings, host_connections=1))
    assert (report.in_count, report.rejected_count) == (8, 1)
    assert report.note == "7 wait for the next run"
    fetch(run)
    assert sum(server.asked(f"/{number}") for number in range(8)) == 1, "the pause outlives the run"
    assert sorted(states(run).values()) == [("pending", 0)] * 7 + [("pending", 1)]


@pytest.mark.parametrize("eager", [False, True])
def test_a_redirect_to_a_host_that_rests_is_not_asked_for_until_that_is_over(
    run: Run, server: Hostile, eager: bool
) -> None:
    serve(server, a__rss=feed("http://t.example/busy"), b__rss=feed(), a__short=redirect("http://t.example/story"))
    server.answers["t.example/busy"] = response(b"", "Retry-After: 7200", status="503 Busy")
    poll(run)
    fetch(run)
    serve(server, a__rss=feed("/short"))
    poll(run)
    for _ in range(3):
        fetch(a_run(run.store, run.settings, eager=eager))
    assert server.asked("/short") == 1
    row = addresses(run)["short"]
    assert (row["state"], row["attempts"]) == ("pending", 0)
    assert timedelta(minutes=110) < row["next_fetch_at"] - datetime.now(UTC) <= timedelta(hours=2)
    assert captured(run, "/short") == [302]


def test_no_page_is_fetched_from_a_private_network_however_it_is_named(run: Run, server: Hostile) -> None:
    serve(server, a__rss=feed("http://10.0.0.1/1", "http://[::1]/2", "/3", "/4"), b__rss=feed(),
          a__3=redirect("http://169.254.169.254/latest"), a__4=redirect("file:///etc/passwd"))  # fmt: skip
    poll(run)
    fenced = a_run(run.store, run.settings, connect_to={"*.example": server.address})
    assert counts(fetch(fenced)) == (4, 0, 4)
    messages = rejected(run, "fetch")
    assert sum("a private address" in message for message in messages.values()) == 3
    assert "file" in messages["http://a.example/4"]


# ── the archive ──────────────────────────────────────────────────────────────────────────────


def test_every_capture_has_a_row_that_leads_to_its_record(run: Run, server: Hostile) -> None:
    moved = redirect("/there")
    serve(server, a__rss=feed("/1", "/here", "/gone"), b__rss=feed(), a__1=article(), a__here=moved, a__there=article())
    poll(run)
    fetch(run)
    poll(run)
    rows = run.store.rows(CaptureRow)
    urls = {(row["url"].rpartition("/")[2], row["status_code"], row["record_type"]) for row in rows}
    assert urls >= {
        ("rss", 200, "response"), ("rss", 200, "revisit"), ("1", 200, "response"), ("here", 302, "response"),
        ("there", 200, "response"), ("gone", 404, "response"),
    }  # fmt: skip
    for row in rows:
        with (Path(run.settings.archive_root) / row["archive_file"]).open("rb") as stream:
            stream.seek(row["archive_offset"])
            record = next(ArchiveIterator(stream))
            assert record.rec_type == row["record_type"]
            assert record.rec_headers.get_header("WARC-Target-URI") == row["url"]


def test_a_redirect_is_captured_also_where_it_leads_to_no_new_page(run: Run, server: Hostile) -> None:
    serve(server, a__rss=one_by_one([feed("/story"), feed("/story", "/short", "/astray")]), b__rss=feed(),
          a__story=article(), a__short=redirect("/story"), a__astray=redirect("http://10.0.0.1/"))  # fmt: skip
    for _ in range(2):
        poll(run)
        fetch(run)
    assert (captured(run, "/short"), captured(run, "/astray")) == ([302], [302])


def test_a_page_leads_to_its_whole_body_after_looks_that_found_it_unchanged(run: Run, server: Hostile) -> None:
    serve(server, a__rss=published("/1", at=NOW), b__rss=feed(), a__1=article())
    poll(run)
    for _ in range(3):
        fetch(run)
        make_due(run)
    (page,) = run.store.rows(PageRow)
    assert TEXT.encode() in run.archive.read(page["archive_file"], page["archive_offset"])
    types = [row["record_type"] for row in run.store.rows(CaptureRow, CaptureRow.url.like("%/1"))]
    assert sorted(types) == ["response", "revisit", "revisit"]


@pytest.mark.parametrize("status", ["500 Oops", "429 Too Many Requests", "408 Timeout"])
def test_tries_are_spaced_out_for_a_run_that_is_not_eager(run: Run, server: Hostile, status: str) -> None:
    serve(server, a__rss=feed("/1"), b__rss=feed(), a__1=response(b"", status=status))
    poll(run)
    fetch(run)
    waits = addresses(run)["1"]["next_fetch_at"] - datetime.now(UTC)
    assert timedelta(minutes=9) < waits <= timedelta(minutes=10)
    assert fetch(a_run(run.store, run.settings, eager=False)).note == "nothing pending"


# ── the store ────────────────────────────────────────────────────────────────────────────────


def test_exchanges_go_on_while_the_database_is_locked(run: Run, server: Hostile, sqlite_url: str) -> None:
    locked = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)

    def lock(connection: socket) -> None:
        locked.execute("begin immediate")
        Timer(3, locked.execute, ["commit"]).start()
        connection.sendall(article())

    paths = [f"http://h{number}.example/1" for number in range(4)]
    serve(server, a__rss=feed(*paths), b__rss=feed(), h0__1=lock,
          **{f"h{number}__1": late(article(), seconds=0.7) for number in range(1, 4)})  # fmt: skip
    poll(run)
    report = fetch(a_run(run.store, run.settings, deadline_seconds=1.5))
    assert counts(report) == (4, 4, 0)
    locked.close()


def late(answer: bytes, seconds: float) -> Callable[[socket], None]:
    def send(connection: socket) -> None:
        sleep(seconds)
        connection.sendall(answer)

    return send
