"""The life of a feed: when it is asked, what its answers change, what is kept of them."""

import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from support.hostile import Hostile, drip, head, one_by_one, reset, response
from support.make import DAY, NEXT
from support.outlets import a_run, article, catalogue, counts, feed, health, rejected, serve, states, with_headers
from warcio.archiveiterator import ArchiveIterator

from pipeline.commands import resume_feed
from pipeline.errors import StageError
from pipeline.io.feed_days import feed_days
from pipeline.io.store import Store, table_of
from pipeline.io.tables import CaptureRow, FeedRow, GapRow, PollRow
from pipeline.records import make_id
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.stages.fetch import fetch
from pipeline.stages.poll import poll

FEED = table_of(FeedRow)
NOW = datetime.now(UTC)

pytestmark = pytest.mark.usefixtures("kept_workers")


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
    assert (row["state"], row["etag"], len(row["address_ids"]), row["failures"]) == ("active", '"v1"', 1, (0, 0, 0))
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


def test_a_revisit_names_the_record_that_it_repeats(run: Run, server: Hostile) -> None:
    serve(server, a__rss=feed("/1"), b__rss=feed("/2"))
    poll(run)
    poll(run)
    dates: dict[str, list[str]] = {}
    for path in Path(run.settings.archive_root).rglob("*.warc.gz"):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if "a.example/rss" in (record.rec_headers.get_header("WARC-Target-URI") or ""):
                    name = "WARC-Refers-To-Date" if record.rec_type == "revisit" else "WARC-Date"
                    dates.setdefault(record.rec_type, []).append(record.rec_headers.get_header(name))
    assert dates["revisit"] == dates["response"]


def test_validators_are_renewed_by_an_answer_that_changed_nothing_else(run: Run, server: Hostile) -> None:
    answers = [with_headers(feed("/1"), f'ETag: "v{number}"') for number in (1, 2)]
    later = head("HTTP/1.1 304 Not Modified", 'ETag: "v3"')
    serve(server, a__rss=one_by_one([*answers, later, later]), b__rss=feed("/2"))
    for _ in range(4):
        poll(run)
    asked = [request.headers.get("if-none-match") for request in server.requests if request.host == "a.example"]
    assert asked == [None, '"v1"', '"v2"', '"v3"']


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
    poll(Run(day=NEXT, settings=run.settings, store=run.store, archive=run.archive))
    rows = [row for row in run.store.rows(PollRow) if row["source_id"] == "a"]
    assert sorted((row["day"], row["outcome"]) for row in rows) == [(DAY, "failed"), (NEXT, "gone")]

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


def test_our_own_outage_does_not_count_against_the_feeds_and_a_retry_fails_too(
    run: Run, server: Hostile, tmp_path: Path
) -> None:
    hosts = "abc"
    addresses = [f"http://{host}.example/rss" for host in hosts]
    down = at_its_pace(a_run(run.store, run.settings, catalogue=catalogue(tmp_path, *addresses)))
    serve(server, **{f"{host}__rss": feed("/1") for host in hosts})
    poll(down)
    with run.store.transaction() as connection:
        connection.execute(update(FEED).values(next_poll_at=NOW))
    before = {host: health(run, f"{host}.") for host in hosts}
    serve(server, **{f"{host}__rss": reset(b"") for host in hosts})
    for _ in range(2):
        with pytest.raises(StageError, match=r"none of 3 feeds of catalogue .* answered"):
            poll(down)
    assert {host: health(run, f"{host}.") for host in hosts} == before


def test_a_failure_of_our_own_making_leaves_the_feeds_as_they_were(
    run: Run, server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(server, a__rss=feed("/1"), b__rss=feed("/2"))
    monkeypatch.setattr("pipeline.io.ask.to_entries", lambda *_: 1 / 0)
    paced = at_its_pace(run)
    for _ in range(2):
        with pytest.raises(StageError, match="2 of 2 records failed unexpectedly"):
            poll(paced)
    assert health(run, "a.")["state"] == "new"


def test_a_feed_that_is_gone_is_told_the_same_however_often_the_day_is_harvested(run: Run, server: Hostile) -> None:
    serve(server, a__rss=response(b"", status="410 Gone"), b__rss=feed("/1"))
    poll(run)
    first = feed_days(run.store, DAY)
    poll(run)
    assert feed_days(run.store, DAY) == first
    assert [row["state"] for row in first if row["source_id"] == "a"] == ["gone"]


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


def test_a_part_of_an_index_that_is_gone_is_not_the_end_of_its_feed(run: Run, server: Hostile) -> None:
    index = (
        b"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
        b"<sitemap><loc>http://a.example/news.xml</loc></sitemap></sitemapindex>"
    )
    serve(server, a__rss=response(index, content_type="text/xml"), b__rss=feed("/1"))
    server.answers["a.example/news.xml"] = response(b"", status="410 Gone")
    poll(run)
    row = health(run, "a.")
    assert (row["state"], row["failures"]) == ("failing", (0, 1, 0))
    assert row["next_poll_at"] is not None


def test_a_feed_that_says_only_when_it_was_updated_has_a_pace(run: Run, server: Hostile) -> None:
    entries = "".join(
        f"<entry><id>{n}</id><title>T</title><link href='/{n}'/><updated>{NOW - timedelta(hours=n):%Y-%m-%dT%H:%M:%SZ}"
        "</updated></entry>"
        for n in range(1, 9)
    )
    atom = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{entries}</feed>"
    serve(server, a__rss=response(atom.encode(), content_type="application/atom+xml"), b__rss=feed("/1"))
    poll(run)
    assert health(run, "a.")["newest_at"] == (NOW - timedelta(hours=1)).replace(microsecond=0)


def test_a_feed_that_stamps_its_items_with_now_gives_no_entry_at_each_poll(run: Run, server: Hostile) -> None:
    def stamped(seconds: int) -> bytes:
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        entry = f"<entry><id>1</id><title>T</title><link href='/1'/><updated>{at:%Y-%m-%dT%H:%M:%SZ}</updated></entry>"
        atom = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{entry}</feed>"
        return response(atom.encode(), content_type="application/atom+xml")

    serve(server, a__rss=one_by_one([stamped(number) for number in range(4)]), b__rss=feed())
    assert [poll(run).out_count for _ in range(4)] == [1, 0, 0, 0]


def test_an_address_of_five_thousand_characters_is_like_any_other(
    store: Store, settings: Settings, server: Hostile, tmp_path: Path
) -> None:
    path = "/story?token=" + "".join(make_id(number) for number in range(300))
    serve(server, a__rss=feed(path))
    server.answers["a.example" + path] = article()
    feeds = catalogue(tmp_path, "http://a.example/rss")
    run = a_run(store, settings, catalogue=feeds, connect_to={"*.example": server.address})
    poll(run)
    assert fetch(run).out_count == 1


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
    assert poll(run).out_count == 2
    assert len(states(run)) == 1
