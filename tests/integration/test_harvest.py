"""Poll, fetch and extract over a server on the loopback: what is kept, what is asked again, what is told."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from socket import socket
from typing import Any

import pytest
from sqlalchemy import update
from support.hostile import Hostile, endless, head, one_by_one, response
from support.make import DAY, NEXT
from support.outlets import TEXT, a_run, article, catalogue, counts, feed, health, rejected, serve, states

from pipeline.errors import StageError
from pipeline.io.store import Store, table_of
from pipeline.io.tables import AddressRow, ArticleRow, FeedRow, PageRow, PollRow, RejectionRow, SourceRow
from pipeline.io.wanting import FETCHES_PER_DAY
from pipeline.run import Run
from pipeline.sample import DAYS, Newsroom
from pipeline.settings import Settings
from pipeline.stages.extract import extract
from pipeline.stages.fetch import fetch
from pipeline.stages.poll import poll

ADDRESS = table_of(AddressRow)

pytestmark = pytest.mark.usefixtures("kept_workers")


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as room:
        yield room


@pytest.fixture
def sample(store: Store, settings: Settings, newsroom: Newsroom) -> Run:
    """A run over the bundled newsroom, on each database."""
    return a_run(store, settings, catalogue="sample", connect_to={"*.example": newsroom.address})


# ── the sample newsroom ──────────────────────────────────────────────────────────────────────


def test_a_first_run_finds_everything_and_a_second_adds_nothing(sample: Run) -> None:
    polled, fetched, extracted = poll(sample), fetch(sample), extract(sample)
    assert polled.out_count == polled.changed_count > 20
    assert 0 < fetched.out_count <= fetched.in_count <= polled.out_count
    assert extracted.out_count + extracted.rejected_count == extracted.in_count == fetched.out_count
    pages, articles = sample.store.rows(PageRow), sample.store.rows(ArticleRow)

    again = poll(sample), fetch(sample), extract(sample)
    assert [report.changed_count for report in again] == [0, 0, 0]
    assert again[0].note == "no new entries"
    assert again[1].note == "nothing pending"
    assert (sample.store.rows(PageRow), sample.store.rows(ArticleRow)) == (pages, articles)
    outcomes = Counter(row["outcome"] for row in sample.store.rows(PollRow))
    assert outcomes["unchanged"] == outcomes["parsed"] > 10


def test_every_article_leads_back_to_archived_bytes(sample: Run) -> None:
    for stage in (poll, fetch, extract):
        stage(sample)
    pages = {row["page_id"]: row for row in sample.store.rows(PageRow)}
    rows = sample.store.rows(ArticleRow)
    assert rows
    for row in rows:
        page = pages[row["page_id"]]
        body = sample.archive.read(page["archive_file"], page["archive_offset"])
        assert len(body) == page["payload_bytes"]
        assert row["text"].split()[0].encode() in body


def test_a_corrected_article_is_fetched_again_and_makes_a_second_version(sample: Run, newsroom: Newsroom) -> None:
    for newsroom.day in DAYS[:2]:
        run = replace(sample, day=newsroom.day)
        for stage in (poll, fetch, extract):
            stage(run)
    versions = [row for row in sample.store.rows(ArticleRow) if "missile-hits-market-in-shamkir" in row["canonical_url"]
                and "kura-herald" in row["canonical_url"]]  # fmt: skip
    assert {row["day"] for row in versions} == {DAY, NEXT}
    assert len({row["article_id"] for row in versions}) == 1
    assert len({row["version_id"] for row in versions}) == 2
    assert {row["title"] for row in versions} >= {"Missile hits market in Azerbaijan's Shamkir, nine dead"}


def test_days_can_be_extracted_again_in_any_order(sample: Run, newsroom: Newsroom) -> None:
    runs = [replace(sample, day=day) for day in DAYS[:2]]
    for run in runs:
        newsroom.day = run.day
        for stage in (poll, fetch, extract):
            stage(run)
    before = sample.store.rows(ArticleRow)
    assert [extract(run).changed_count for run in reversed(runs)] == [0, 0]
    assert sample.store.rows(ArticleRow) == before


# ── feeds ────────────────────────────────────────────────────────────────────────────────────


def test_a_dead_feed_is_a_rejection_and_a_mark_on_its_health(run: Run, server: Hostile) -> None:
    serve(server, a__rss=feed("/1"), b__rss=response(b"oops", status="500 Oops"))
    assert counts(poll(run)) == (2, 1, 1)
    assert rejected(run, "poll") == {"http://b.example/rss": "http://b.example/rss: the server answered 500"}
    assert (health(run, "b.")["failures"], health(run, "a.")["failures"]) == ((0, 0, 1), (0, 0, 0))
    assert health(run, "b.")["last_error"].endswith("answered 500")

    serve(server, b__rss=response(b"<html>moved</html>"))
    poll(run)
    assert health(run, "b.")["failures"] == (0, 1, 1)
    assert "not a feed but an HTML page" in rejected(run, "poll")["http://b.example/rss"]  # the last reason stands


def test_a_feed_that_recovers_has_no_rejection_left(run: Run, server: Hostile) -> None:
    serve(server, a__rss=feed("/1"), b__rss=response(b"", status="500 Busy"))
    poll(run)
    serve(server, b__rss=feed("/2"))
    assert counts(poll(run)) == (2, 1, 0)
    assert rejected(run, "poll") == {}
    row = health(run, "b.")
    assert (row["state"], row["failures"], row["last_error"]) == ("active", (0, 0, 0), None)
    assert [row["outcome"] for row in run.store.rows(PollRow, order=("checked_at",)) if row["source_id"] == "b"] == [
        "failed", "parsed",
    ]  # fmt: skip


def test_when_no_feed_answers_the_stage_fails(run: Run, server: Hostile) -> None:
    with pytest.raises(StageError, match=r"poll 2026-11-16: none of 2 feeds .*answered, .*404; check the network"):
        poll(run)
    assert len(rejected(run, "poll")) == 2
    assert len(run.store.rows(PollRow)) == 2


def test_validators_are_sent_back_and_forgotten_with_the_answer_that_lacks_them(run: Run, server: Hostile) -> None:
    stamp = "Mon, 16 Nov 2026 10:00:00 GMT"
    with_etag = feed("/1").replace(
        b"\r\n\r\n", b'\r\nETag: "v1"\r\nLast-Modified: Mon, 16 Nov 2026 10:00:00 GMT\r\n\r\n', 1
    )
    unchanged = head("HTTP/1.1 304 Not Modified")
    serve(server, a__rss=one_by_one([with_etag, unchanged, feed("/1", "/2"), unchanged]), b__rss=feed("/3"))
    for _ in range(4):
        poll(run)
    asked = [request.headers for request in server.requests if request.host == "a.example"]
    assert [headers.get("if-none-match") for headers in asked] == [None, '"v1"', '"v1"', None]
    assert [headers.get("if-modified-since") for headers in asked] == [None, stamp, stamp, None]


def test_a_validator_that_cannot_be_sent_back_does_not_break_the_feed(run: Run, server: Hostile) -> None:
    odd = feed("/1").replace(b"\r\n\r\n", b'\r\nETag: "\xe9"\r\n\r\n', 1)
    serve(server, a__rss=odd, b__rss=feed("/2"))
    poll(run)
    assert poll(run).rejected_count == 0


@pytest.mark.parametrize(
    "item",
    [
        '{"url": "/a\\u0000b", "title": "x\\u0000\\ud800y", "id": "\\udfff"}',
        '{"url": "/a", "date_published": "0001-01-01T00:00:00+14:00", "date_modified": "9999-12-31T23:59:59-12:00"}',
        '{"url": "http://[::1/x"}',
    ],
)
def test_one_hostile_item_does_not_stop_the_poll(
    store: Store, settings: Settings, server: Hostile, tmp_path: Path, item: str
) -> None:
    feeds = catalogue(tmp_path, "http://a.example/rss")
    body = f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{item}, {{"url": "/good"}}]}}'
    serve(server, a__rss=response(body.encode(), content_type="application/feed+json"))
    run = a_run(store, settings, catalogue=feeds, connect_to={"*.example": server.address})
    assert poll(run).out_count >= 1
    assert "http://a.example/good" in states(run)


def test_a_source_that_left_the_catalogue_stays_but_rests(run: Run, server: Hostile, tmp_path: Path) -> None:
    serve(server, a__rss=feed("/1"), b__rss=feed("/2"))
    poll(run)
    catalogue(tmp_path, "http://a.example/rss")
    poll(run)
    assert {row["source_id"]: row["is_active"] for row in run.store.rows(SourceRow)} == {"a": True, "b": False}
    assert {row["source_id"]: row["is_active"] for row in run.store.rows(FeedRow)} == {"a": True, "b": False}


# ── pages ────────────────────────────────────────────────────────────────────────────────────


def test_each_source_that_names_an_address_has_a_page_of_its_own(run: Run, server: Hostile) -> None:
    both = "http://a.example/1"
    serve(server, a__rss=feed(both, title="One"), b__rss=feed(both, title="Other"), a__1=article())
    poll(run)
    assert counts(fetch(run)) == (2, 2, 0)
    assert sorted(row["source_id"] for row in run.store.rows(PageRow)) == ["a", "b"]
    assert {row["state"] for row in run.store.rows(AddressRow)} == {"fetched"}


def test_an_address_that_a_feed_updates_at_every_poll_is_fetched_a_bounded_number_of_times(
    run: Run, server: Hostile
) -> None:
    for revision in range(2 * FETCHES_PER_DAY):
        serve(server, a__rss=feed("/1", title=f"Revision {revision}"), b__rss=feed(), a__1=article())
        poll(run)
        fetch(run)
    assert server.asked("/1") == FETCHES_PER_DAY


def test_a_page_that_is_not_there_is_rejected_once_and_not_asked_for_again(run: Run, server: Hostile) -> None:
    serve(server, a__rss=feed("/gone", "/1"), b__rss=feed(), a__1=article())
    poll(run)
    assert counts(fetch(run)) == (2, 1, 1)
    assert fetch(run).note == "nothing pending"
    assert server.asked("/gone") == 1
    assert rejected(run, "fetch") == {"http://a.example/gone": "http://a.example/gone: the server answered 404"}
    assert states(run) == {"http://a.example/gone": ("failed", 1), "http://a.example/1": ("fetched", 0)}


def test_a_page_that_is_busy_is_asked_for_by_later_runs_up_to_the_limit(run: Run, server: Hostile) -> None:
    serve(server, a__rss=feed("/busy"), b__rss=feed(), a__busy=response(b"", status="500 Busy"))
    poll(run)
    for attempts, state in ((1, "pending"), (2, "pending"), (3, "pending"), (4, "failed")):
        assert fetch(run).rejected_count == 1
        assert states(run) == {"http://a.example/busy": (state, attempts)}
    assert fetch(run).note == "nothing pending"
    assert server.asked("/busy") == 4
    assert len(rejected(run, "fetch")) == 1


def test_a_busy_page_that_recovers_the_next_day_becomes_that_days_page(run: Run, server: Hostile) -> None:
    busy = one_by_one([response(b"", status="500 Busy"), article()])
    serve(server, a__rss=feed("/busy"), b__rss=feed(), a__busy=busy)
    poll(run)
    fetch(run)
    assert counts(fetch(replace(run, day=NEXT))) == (1, 1, 0)
    assert [row["day"] for row in run.store.rows(PageRow)] == [NEXT]


def test_a_page_that_recovers_the_same_day_has_no_rejection_left(run: Run, server: Hostile) -> None:
    busy = one_by_one([response(b"", status="500 Busy"), article()])
    serve(server, a__rss=feed("/busy"), b__rss=feed(), a__busy=busy)
    poll(run)
    fetch(run)
    assert len(rejected(run, "fetch")) == 1
    fetch(run)
    assert rejected(run, "fetch") == {}


def test_two_sources_that_name_one_address_fail_each_on_their_own(run: Run, server: Hostile) -> None:
    both = "http://a.example/1"
    serve(server, a__rss=feed(both, title="One"), b__rss=feed(both, title="Other"),
          a__1=one_by_one([response(b"", status="404 Not Found")] * 2 + [article()]))  # fmt: skip
    poll(run)
    fetch(run)
    assert rejecting_sources(run) == ["a", "b"]
    serve(server, b__rss=feed(both, title="Other, revised"))
    poll(run)
    assert counts(fetch(run)) == (1, 1, 0)
    assert rejecting_sources(run) == ["a"]


def test_a_rejection_is_forgiven_however_the_address_is_spelled_now(run: Run, server: Hostile) -> None:
    serve(server, a__rss=one_by_one([feed("/1?utm_source=x", title="One"), feed("/1", title="Two")]), b__rss=feed(),
          a__1=article())  # fmt: skip
    poll(run)
    fetch(run)
    assert list(rejected(run, "fetch")) == ["http://a.example/1?utm_source=x"]
    poll(run)
    fetch(run)
    assert rejected(run, "fetch") == {}


def test_pages_of_a_source_that_left_the_catalogue_are_not_fetched(run: Run, server: Hostile, tmp_path: Path) -> None:
    serve(server, a__rss=feed("/1"), b__rss=feed("/2", "/3"), b__3=article())
    poll(run)
    with run.store.transaction() as connection:
        connection.exec_driver_sql("update address set state = 'fetched' where canonical_url like '%/3'")
    catalogue(tmp_path, "http://a.example/rss")
    poll(run)
    assert fetch(run).in_count == 1
    assert (server.asked("/2"), server.asked("/3")) == (0, 0)


def test_a_page_waits_two_days_and_is_then_given_up_with_a_reason(run: Run, server: Hostile) -> None:
    serve(server, a__rss=feed("/1"), b__rss=feed("/2"), a__1=article(), b__2=article())
    poll(run)
    with run.store.transaction() as connection:
        connection.exec_driver_sql("update address set day = '2026-11-15' where source_id = 'b'")
    assert fetch(replace(run, day=DAY - timedelta(days=2))).in_count == 0
    third = replace(run, day=DAY + timedelta(days=2))
    assert counts(fetch(third)) == (2, 1, 1)
    assert rejected(run, "fetch") == {"http://b.example/2": "http://b.example/2: not reached within 2 days"}
    assert states(run) == {"http://a.example/1": ("fetched", 0), "http://b.example/2": ("failed", 0)}
    assert counts(fetch(third)) == (0, 0, 0)


def test_a_page_of_fifty_megabytes_is_refused_with_a_sentence(run: Run, server: Hostile) -> None:
    huge = endless(head("HTTP/1.1 200 OK", "Content-Type: text/html", "Content-Length: 50000000"), b"x" * 100_000)
    serve(server, a__rss=feed("/huge", "/1"), b__rss=feed(), a__huge=huge, a__1=article())
    poll(run)
    assert counts(fetch(run)) == (2, 1, 1)
    assert rejected(run, "fetch")["http://a.example/huge"] == (
        "http://a.example/huge: body is larger than 20,000,000 bytes (setting EVENTWIRE_BODY_BYTES_MAX); not kept"
    )
    assert states(run)["http://a.example/huge"] == ("failed", 1)


def test_an_entry_whose_address_is_none_is_one_rejection(run: Run, server: Hostile) -> None:
    serve(server, a__rss=feed("mailto:desk@a.example", "http://a b/", "/1"), b__rss=feed(), a__1=article())
    poll(run)
    assert counts(fetch(run)) == (1, 1, 0)
    assert "mailto:desk@a.example" in rejected(run, "poll")["http://a.example/rss#items"]


def test_a_revised_entry_whose_page_stayed_the_same_adds_nothing(run: Run, server: Hostile) -> None:
    feeds = one_by_one([feed("/1", title="Nine dead"), feed("/1", title="Ten dead")])
    serve(server, a__rss=feeds, b__rss=feed(), a__1=article())
    for _ in range(2):
        poll(run)
        fetch(run)
    assert server.asked("/1") == 2
    assert len(run.store.rows(PageRow)) == 1
    assert extract(run).out_count == 1


# ── articles ─────────────────────────────────────────────────────────────────────────────────


def test_a_page_without_an_article_is_rejected_and_the_rest_goes_on(run: Run, server: Hostile) -> None:
    serve(
        server, a__rss=feed("/1", "/video", "/pdf"), b__rss=feed(), a__1=article(),
        a__video=response(b"<html><body><video></video></body></html>"),
        a__pdf=response(b"%PDF", content_type="application/pdf"),
    )  # fmt: skip
    for stage in (poll, fetch):
        stage(run)
    assert counts(extract(run)) == (3, 1, 2)
    reasons = rejected(run, "extract")
    assert "no text of an article" in reasons["http://a.example/video"]
    assert "application/pdf, not an HTML page" in reasons["http://a.example/pdf"]


def test_hostile_text_can_be_stored(store: Store, settings: Settings, server: Hostile, tmp_path: Path) -> None:
    ld = '{"@type":"NewsArticle","headline":"a\\u0000b\\ud800c","author":"x\\u0000y"}'
    page = f"<html><head><script type='application/ld+json'>{ld}</script></head><body><p>{TEXT} \0 &#0;&#1;</p></body></html>"
    serve(server, a__rss=feed("/1"), a__1=response(page.encode()))
    feeds = catalogue(tmp_path, "http://a.example/rss")
    run = a_run(store, settings, catalogue=feeds, connect_to={"*.example": server.address})
    for stage in (poll, fetch, extract):
        stage(run)
    (row,) = run.store.rows(ArticleRow)
    assert (row["title"], row["authors"]) == ("abc", ["xy"])


def test_a_day_without_pages_says_so(run: Run) -> None:
    assert extract(run).note == "no pages captured on this day"


def test_a_missing_archive_file_stops_the_stage_and_keeps_the_old_rows(run: Run, server: Hostile) -> None:
    serve(server, a__rss=feed("/1"), b__rss=feed(), a__1=article())
    for stage in (poll, fetch, extract):
        stage(run)
    (page,) = run.store.rows(PageRow)
    (Path(run.settings.archive_root) / page["archive_file"]).unlink()
    with pytest.raises(StageError, match="restore the file"):
        extract(run)
    assert len(run.store.rows(ArticleRow)) == 1


# ── kill -9 ──────────────────────────────────────────────────────────────────────────────────


def test_a_fetch_killed_in_the_middle_is_finished_by_the_next(
    run: Run, server: Hostile, settings: Settings, sqlite_url: str
) -> None:
    paths = [f"/{number}" for number in range(40)]
    at_once = 4
    child: list[subprocess.Popen[bytes]] = []
    requests = count(1)

    def deadly(answer: bytes) -> Callable[[socket], None]:
        def send(connection: socket) -> None:
            if next(requests) == 20:
                os.kill(child[0].pid, signal.SIGKILL)
            else:
                connection.sendall(answer)

        return send

    serve(server, a__rss=feed(*paths), b__rss=feed())
    poll(run)
    # Every address is a host of its own, so that exchanges do overlap.
    with run.store.transaction() as connection:
        for number, path in enumerate(paths):
            connection.exec_driver_sql("update entry set url = ? where url = ?",
                                       (f"http://h{number}.example{path}", f"http://a.example{path}"))  # fmt: skip
            server.answers[f"h{number}.example{path}"] = deadly(article(f"Story {path}", TEXT + path))
    environ = {
        "EVENTWIRE_HOME": str(settings.home), "EVENTWIRE_DATABASE_URL": sqlite_url, "EVENTWIRE_HOST_DELAY_SECONDS": "0",
        "EVENTWIRE_ALLOW_NETWORKS": "127.0.0.0/8", "EVENTWIRE_CONNECTIONS": str(at_once),
        "EVENTWIRE_CONNECT_TO": f'{{"*.example": "{server.address}"}}',
    }  # fmt: skip
    program = "from datetime import date; from pipeline.main import run_stage; run_stage('fetch', date(2026, 11, 16))"
    child.append(subprocess.Popen([sys.executable, "-c", program], env=os.environ | environ))
    assert child[0].wait(30) == -signal.SIGKILL
    recorded = run.store.rows(PageRow)
    asked_before = Counter(request.path for request in server.requests)
    assert 0 < len(recorded) < len(paths)

    def readable(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            body = run.archive.read(row["archive_file"], row["archive_offset"])
            assert f"Story /{row['url'].rpartition('/')[2]}".encode() in body

    readable(recorded)  # even before anyone has tidied up
    assert len(paths) - len(recorded) - at_once <= fetch(run).in_count < len(paths) - len(recorded)
    lapse_claims(run)
    assert 0 < fetch(run).in_count <= at_once

    rows = run.store.rows(PageRow)
    readable(rows)
    assert {row["url"].rpartition("/")[2] for row in rows} == {path[1:] for path in paths}
    assert len(rows) == len(paths)
    assert {row["state"] for row in run.store.rows(AddressRow)} == {"fetched"}
    asked = Counter(request.path for request in server.requests if request.path not in ("/rss", "/robots.txt"))
    twice = [path for path, count in asked.items() if count > 1]
    assert max(asked.values()) <= 2
    assert len(twice) <= at_once, "more than what was in flight"
    assert all(asked_before[path] == 1 for path in twice)
    assert not list(Path(run.settings.archive_root).rglob("*.open"))
    assert extract(run).out_count == len(paths)


def rejecting_sources(run: Run) -> list[str]:
    return sorted(row["source_id"] for row in run.store.rows(RejectionRow))


def lapse_claims(run: Run) -> None:
    """Let the time pass for which a killed run keeps addresses to itself."""
    claimed = (ADDRESS.c.state == "pending") & (ADDRESS.c.next_fetch_at > datetime.now(UTC))
    with run.store.transaction() as connection:
        connection.execute(update(ADDRESS).where(claimed).values(next_fetch_at=datetime.now(UTC)))


# ── two at once ──────────────────────────────────────────────────────────────────────────────


def test_two_harvests_at_once_leave_no_row_twice_and_neither_fails(store: Store, run: Run, server: Hostile) -> None:
    """Somebody runs a stage by hand while the scheduler does."""
    paths = [f"/{number}" for number in range(30)]
    serve(server, a__rss=feed(*paths), b__rss=feed(*paths), **{f"a__{path[1:]}": article(path) for path in paths},
          **{f"b__{path[1:]}": article(path) for path in paths})  # fmt: skip
    url = store.engine.url.render_as_string(hide_password=False)
    runs = [a_run(Store(url), run.settings, host_connections=4) for _ in range(2)]
    with ThreadPoolExecutor(2) as both:
        for stage in (poll, fetch):
            assert all(report.rejected_count == 0 for report in both.map(stage, runs))
    assert len(store.rows(AddressRow)) == 60
    assert len(store.rows(PageRow)) == 60
    assert {row["state"] for row in store.rows(AddressRow)} == {"fetched"}
    asked = [request for request in server.requests if request.path not in ("/rss", "/robots.txt")]
    assert len(asked) == 60, "no page is asked for by both"
    for one in runs:
        one.store.engine.dispose()
