"""The life of a feed: when it is asked, what its answers change, what is kept of them."""

import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from support.hostile import Hostile, drip, head, one_by_one, response
from support.outlets import a_run, catalogue, counts, feed, health, rejected, serve, states, with_headers

from pipeline.commands import resume_feed
from pipeline.io.store import table_of
from pipeline.io.tables import CaptureRow, FeedRow, GapRow, PollRow
from pipeline.run import Run
from pipeline.stages.poll import poll

FEED = table_of(FeedRow)
NOW = datetime.now(UTC)


def at_its_pace(run: Run) -> Run:
    """The run as the scheduler has it: only what is due."""
    return a_run(run.store, run.settings, eager=False)


def change(run: Run, host: str, **values: Any) -> None:
    """Make a feed's past be another."""
    with run.store.transaction() as connection:
        connection.execute(update(FEED).where(FEED.c.url.contains(host)).values(values))


def dated(*paths: str, newest: datetime) -> bytes:
    """A feed of items an hour apart."""
    items = "".join(
        f"<item><title>N</title><link>{path}</link>"
        f"<pubDate>{format_datetime(newest - number * timedelta(hours=1))}</pubDate></item>"
        for number, path in enumerate(paths)
    )
    return response(
        f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode(), content_type="text/xml"
    )


def moved(to: str, status: str = "301 Moved Permanently") -> bytes:
    return response(b"", f"Location: {to}", status=status)


def record_types(run: Run, path: str = "/rss") -> list[str]:
    rows = run.store.rows(CaptureRow, CaptureRow.url.like(f"%a.example{path}"), order=("captured_at",))
    return [row["record_type"] for row in rows]


# ── its pace ─────────────────────────────────────────────────────────────────────────────────


def test_a_feed_is_left_alone_until_it_is_due(run: Run, server: Hostile) -> None:
    serve(server, a__rss=feed("/1"), b__rss=feed("/2"))
    run = at_its_pace(run)
    assert poll(run).in_count == 2
    again = poll(run)
    assert (again.in_count, again.note) == (0, "none of 2 feeds is due yet")
    change(run, "a.", next_poll_at=NOW)
    assert poll(run).note.startswith("1 of 2 feeds due")
    assert server.asked("/rss") == 3


def test_what_an_answer_says_is_kept_as_health(run: Run, server: Hostile) -> None:
    answer = with_headers(feed("/1"), 'ETag: "v1"', "Cache-Control: max-age=2400")
    serve(server, a__rss=answer, b__rss=feed())
    poll(run)
    row = health(run, "a.")
    assert (row["state"], row["etag"], row["item_count"], row["failures"]) == ("active", '"v1"', 1, (0, 0, 0))
    assert row["interval_seconds"] == 2400
    assert row["next_poll_at"] - row["checked_at"] == timedelta(seconds=2400)


def test_a_server_that_asks_for_a_rest_gets_it(run: Run, server: Hostile) -> None:
    serve(server, a__rss=response(b"", "Retry-After: 7200", status="429 Too Many"), b__rss=feed("/1"))
    poll(run)
    row = health(run, "a.")
    assert row["not_before"] - row["checked_at"] == timedelta(hours=2)
    assert poll(run).in_count == 1
    assert [request.host for request in server.requests].count("a.example") == 1


def test_a_host_that_pauses_is_not_asked_for_its_other_feeds_either(run: Run, server: Hostile, tmp_path: Path) -> None:
    feeds = catalogue(tmp_path, *(f"http://a.example/{number}" for number in range(6)), "http://b.example/rss")
    busy = response(b"", "Retry-After: 3600", status="503 Busy")
    serve(server, b__rss=feed("/1"), **{f"a__{number}": busy for number in range(6)})
    first = poll(a_run(run.store, run.settings, catalogue=feeds, host_connections=1))
    assert (first.out_count, first.rejected_count) == (1, 1)
    assert "5 wait for the next run" in first.note
    assert [request.host for request in server.requests].count("a.example") == 1
    poll(a_run(run.store, run.settings, catalogue=feeds))
    assert [request.host for request in server.requests].count("a.example") == 1, "the pause outlives the run"


# ── unchanged ────────────────────────────────────────────────────────────────────────────────


def test_an_unchanged_feed_is_a_revisit_in_the_archive_with_or_without_a_304(run: Run, server: Hostile) -> None:
    with_etag = with_headers(feed("/1"), 'ETag: "v1"')
    serve(server, a__rss=one_by_one([with_etag, head("HTTP/1.1 304 Not Modified"), with_etag]), b__rss=feed("/2"))
    notes = [poll(run).note for _ in range(3)]
    assert record_types(run) == ["response", "revisit", "revisit"]
    assert notes[1:] == ["no new entries"] * 2
    outcomes = [row["outcome"] for row in run.store.rows(PollRow, order=("checked_at",)) if row["source_id"] == "a"]
    assert outcomes == ["parsed", "unchanged", "unchanged"]


def test_a_304_that_nobody_asked_for_is_a_failure(run: Run, server: Hostile) -> None:
    serve(server, a__rss=head("HTTP/1.1 304 Not Modified"), b__rss=feed("/1"))
    poll(run)
    assert "answered 304" in rejected(run, "poll")["http://a.example/rss"]


def test_an_etag_that_never_changes_is_not_sent_again(run: Run, server: Hostile) -> None:
    stuck = [with_headers(feed("/1", f"/{number}"), 'ETag: "stuck"') for number in (2, 3, 4)]
    serve(server, a__rss=one_by_one(stuck), b__rss=feed())
    for _ in range(3):
        assert poll(run).rejected_count == 0
    asked = [request.headers.get("if-none-match") for request in server.requests if request.host == "a.example"]
    assert asked == [None, '"stuck"', None]
    assert {"http://a.example/2", "http://a.example/3", "http://a.example/4"} <= set(states(run))


# ── gaps ─────────────────────────────────────────────────────────────────────────────────────


def test_what_was_missed_between_two_answers_is_recorded_and_told(run: Run, server: Hostile) -> None:
    before = dated("/1", "/2", "/3", newest=NOW - timedelta(hours=30))
    after = dated("/31", "/32", "/33", newest=NOW)
    serve(server, a__rss=one_by_one([before, after]), b__rss=feed("/x"))
    poll(run)
    assert poll(run).note.endswith("1 gap")
    (row,) = run.store.rows(GapRow)
    assert (row["source_id"], row["missed_estimate"]) == ("a", 28)
    assert row["since_at"] < row["until_at"]
    poll(run)
    assert len(run.store.rows(GapRow)) == 1


# ── moving ───────────────────────────────────────────────────────────────────────────────────


def test_a_permanent_redirect_is_followed_and_adopted_after_a_week(run: Run, server: Hostile) -> None:
    serve(server, a__rss=moved("http://new.example/rss"), new__rss=feed("/1"), b__rss=feed())
    poll(run)
    assert health(run, "a.")["moved_to"] == "http://new.example/rss"
    assert health(run, "a.")["adopted_url"] is None
    assert states(run) == {"http://new.example/1": ("pending", 0)}

    change(run, "a.", moved_since=NOW - timedelta(days=8), moved_count=9)
    poll(run)
    assert health(run, "a.")["adopted_url"] == "http://new.example/rss"
    asked = [request.host for request in server.requests].count("a.example")
    poll(run)
    assert [request.host for request in server.requests].count("a.example") == asked


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect"])
def test_a_temporary_redirect_is_followed_and_forgotten(run: Run, server: Hostile, status: str) -> None:
    serve(server, a__rss=moved("http://new.example/rss", status), new__rss=feed("/1"), b__rss=feed())
    poll(run)
    assert health(run, "a.")["moved_to"] is None
    assert "http://new.example/1" in states(run)


def test_a_redirect_that_flaps_starts_its_week_anew(run: Run, server: Hostile) -> None:
    to = [moved("http://one.example/rss"), moved("http://two.example/rss"), moved("http://one.example/rss")]
    serve(server, a__rss=one_by_one(to), one__rss=feed("/1"), two__rss=feed("/2"), b__rss=feed())
    for _ in range(3):
        poll(run)
        change(run, "a.", moved_since=NOW - timedelta(days=8))
    row = health(run, "a.")
    assert (row["moved_to"], row["moved_count"], row["adopted_url"]) == ("http://one.example/rss", 1, None)


def test_a_redirect_loop_is_a_failure_of_one_feed(run: Run, server: Hostile) -> None:
    serve(server, a__rss=moved("http://a.example/rss"), b__rss=feed("/1"))
    assert counts(poll(run)) == (2, 1, 1)
    assert "more than 5 redirects" in health(run, "a.")["last_error"]


# ── failing ──────────────────────────────────────────────────────────────────────────────────


def test_a_feed_that_is_gone_rests_until_somebody_resumes_it(run: Run, server: Hostile) -> None:
    serve(server, a__rss=response(b"", status="410 Gone"), b__rss=feed("/1"))
    poll(run)
    assert (health(run, "a.")["state"], health(run, "a.")["next_poll_at"]) == ("gone", None)
    assert poll(run).in_count == 1
    rows = [row for row in run.store.rows(PollRow) if row["source_id"] == "a"]
    assert sorted(row["outcome"] for row in rows) == ["failed", "gone"]

    serve(server, a__rss=feed("/2"))
    resume_feed(run.settings.model_copy(update={"database_url": str(run.store.engine.url)}), "http://a.example/rss")
    assert poll(run).out_count == 1
    assert health(run, "a.")["state"] == "active"


@pytest.mark.parametrize(
    ("answer", "failures"),
    [
        (response(b"", status="404 Not Found"), (1, 0, 0)),
        (response(b"", status="403 Forbidden"), (1, 0, 0)),
        (response(b"<html><body>Sorry, an error</body></html>"), (0, 1, 0)),
        (response(b"<rss><channel><item", content_type="text/xml"), (0, 1, 0)),
        (response(b""), (0, 1, 0)),
        (response(b"", status="502 Bad Gateway"), (0, 0, 1)),
        (b"SSH-2.0-OpenSSH\r\n", (0, 0, 1)),
    ],
)
def test_failures_are_counted_by_kind(run: Run, server: Hostile, answer: bytes, failures: tuple[int, int, int]) -> None:
    serve(server, a__rss=answer, b__rss=feed("/1"))
    poll(run)
    row = health(run, "a.")
    assert (row["state"], row["failures"]) == ("failing", failures)
    assert row["last_error"] and row["next_poll_at"] > row["checked_at"]


def test_a_hundred_hosts_that_hang_do_not_keep_the_others_waiting(run: Run, server: Hostile, tmp_path: Path) -> None:
    hung = [f"http://hung{number}.example/rss" for number in range(100)]
    good = [f"http://good{number}.example/rss" for number in range(20)]
    for address in hung:
        server.answers[address.removeprefix("http://")] = drip(b"", b"x", pause=30)
    for number, address in enumerate(good):
        server.answers[address.removeprefix("http://")] = feed(f"/{number}")
    patient = a_run(
        run.store, run.settings, catalogue=catalogue(tmp_path, *hung, *good), deadline_seconds=1, connections=40
    )
    start = datetime.now(UTC)
    assert counts(poll(patient)) == (120, 20, 100)
    assert datetime.now(UTC) - start < timedelta(seconds=20)
    assert all("within 1 s" in message for message in rejected(patient, "poll").values())


# ── kinds of feeds ───────────────────────────────────────────────────────────────────────────


def test_a_sitemap_index_is_a_feed_and_its_newest_parts_are_read(run: Run, server: Hostile) -> None:
    index = (
        "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
        f"<sitemap><loc>http://a.example/old.xml</loc><lastmod>2019-01-01</lastmod></sitemap>"
        f"<sitemap><loc>http://a.example/news.xml.gz</loc><lastmod>{NOW:%Y-%m-%dT%H:%M:%SZ}</lastmod></sitemap>"
        "</sitemapindex>"
    )
    news = (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>http://a.example/story</loc>"
        f"<news:news><news:publication_date>{NOW:%Y-%m-%dT%H:%M:%SZ}</news:publication_date>"
        "<news:title>Nine dead</news:title></news:news></url></urlset>"
    )
    server.answers["a.example/news.xml.gz"] = response(gzip.compress(news.encode()), content_type="application/gzip")
    serve(server, a__rss=response(index.encode(), content_type="application/xml"), b__rss=feed())
    for expected in (1, 0):
        assert poll(run).out_count == expected
    assert list(states(run)) == ["http://a.example/story"]
    assert server.asked("/news.xml.gz") == 2, "an index does not tell whether its parts have changed"


def test_items_without_an_address_are_rejected_with_a_reason_and_the_rest_is_taken(run: Run, server: Hostile) -> None:
    items = "<item><title>No link</title></item><item><title>Good</title><link>/1</link></item>"
    body = f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>"
    serve(server, a__rss=response(body.encode(), content_type="text/xml"), b__rss=feed())
    report = poll(run)
    assert (report.out_count, report.rejected_count) == (1, 1)
    (message,) = rejected(run, "poll").values()
    assert "No link" in message and message.startswith("http://a.example/rss: ")
    assert health(run, "a.")["state"] == "active"


def test_one_article_in_two_feeds_under_two_spellings_is_one_address(run: Run, server: Hostile, tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").write_text(
        '[[source]]\nid = "a"\nname = "A"\nfeeds = ["http://a.example/rss", "http://a.example/world"]\n'
    )
    serve(
        server,
        a__rss=feed("http://www.a.example/story?utm_source=rss"),
        a__world=feed("https://m.a.example:443/story/#top"),
    )
    assert poll(run).out_count == 1
    assert len(states(run)) == 1
