"""Versions of articles in the store: chains, the newest, and the log of changes, over an outlet that edits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from support.hostile import Hostile, response
from support.make import DAY
from support.outlets import TEXT, a_run, article, catalogue, feed, serve

from pipeline.io.store import Store
from pipeline.io.tables import ArticleRow, CodingRow, MentionRow, RevisionRow, SightingRow
from pipeline.io.versions import chain, changed_after, newest_on
from pipeline.reextraction import compare_day
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.stages.code import code
from pipeline.stages.extract import extract
from pipeline.stages.fetch import fetch
from pipeline.stages.group import group
from pipeline.stages.normalize import normalize
from pipeline.stages.poll import poll

EDITIONS = count()  # a feed names an article with another title when it should be looked at again
LATER = TEXT.replace("nine", "eleven")
NOTE = f"{TEXT} This article was amended on Tuesday to correct the name of the town and of its market."

pytestmark = pytest.mark.usefixtures("kept_workers")


@pytest.fixture
def run(request: pytest.FixtureRequest, settings: Settings, server: Hostile, tmp_path: Path) -> Iterator[Run]:
    """A run over one outlet, on SQLite unless the test names another database."""
    store = Store(request.getfixturevalue(getattr(request, "param", "sqlite_url")))
    feeds = catalogue(tmp_path, "http://a.example/rss")
    yield a_run(store, settings, catalogue=feeds, connect_to={"*.example": server.address}, eager=True)
    store.engine.dispose()


def publish(run: Run, server: Hostile, text: str, title: str = "News", days: int = 0) -> Run:
    """Let the outlet show this text, so many days later, and harvest it."""
    later = replace(run, day=DAY + timedelta(days=days))
    html = f"<title>{title}</title><meta property=og:title content={title}><article><h1>{title}</h1><p>{text}</article>"
    serve(server, a__rss=feed("/1", title=f"{title} {next(EDITIONS)}"), a__1=response(html.encode()))
    for stage in (poll, fetch):
        stage(later)
    return later


on_each_database = pytest.mark.parametrize("run", ["sqlite_url", "postgresql_url"], indirect=True)


def texts(run: Run) -> list[str]:
    return [row["text"] for row in run.store.rows(ArticleRow, order=("captured_at",))]


def changes(run: Run) -> list[tuple[str, str]]:
    return [
        (change["removed"], change["added"])
        for row in run.store.rows(RevisionRow, order=("day",))
        for change in row["changes"]
    ]


@on_each_database
def test_an_edited_article_is_a_chain_of_versions(run: Run, server: Hostile) -> None:
    publish(run, server, TEXT)
    publish(run, server, LATER)
    report = extract(run)

    assert (report.in_count, report.out_count) == (2, 2)
    assert texts(run) == [TEXT, LATER]
    assert changes(run) == [("nine", "eleven")]
    first, second = chain(run.store, run.store.rows(ArticleRow)[0]["article_id"])
    assert (first["text"], first["revision"]) == (TEXT, None)
    assert second["revision"]["previous_version_id"] == first["version_id"]
    assert second["seen_at"] == [second["captured_at"]]
    assert first["page_id"] != second["page_id"]


def test_a_version_of_a_later_day_follows_the_one_seen_before(run: Run, server: Hostile) -> None:
    extract(publish(run, server, TEXT))
    extract(publish(run, server, LATER, days=1))
    extract(publish(run, server, TEXT, days=2))
    extract(publish(run, server, NOTE, days=3))

    assert texts(run) == [TEXT, LATER, NOTE]
    assert changes(run) == [("nine", "eleven"), ("", NOTE.removeprefix(TEXT))]
    assert len(run.store.rows(SightingRow)) == 4


def test_only_the_newest_version_of_a_day_is_coded(run: Run, server: Hostile) -> None:
    for text in (TEXT, LATER, TEXT):
        publish(run, server, text)
    extract(run)
    code(run)

    newest = newest_on(run.store, run.day)
    assert len(newest) == 1
    assert {row["document_id"] for row in run.store.rows(CodingRow)} == newest
    assert {row["text"] for row in run.store.rows(ArticleRow) if row["version_id"] in newest} == {TEXT}


def test_a_version_that_comes_back_on_a_later_day_is_coded_then(run: Run, server: Hostile) -> None:
    publish(run, server, TEXT)
    first = publish(run, server, LATER)
    second = publish(run, server, TEXT, days=1)
    for day in (first, second):
        for stage in (extract, group, code, normalize):
            stage(day)

    texts_by_id = {row["version_id"]: row["text"] for row in run.store.rows(ArticleRow)}
    coded = {texts_by_id[row["document_id"]]: row["day"] for row in run.store.rows(CodingRow)}
    assert coded == {LATER: first.day, TEXT: second.day}
    assert {row["day"] for row in run.store.rows(MentionRow)} == {first.day, second.day}
    assert [stage(day).changed_count for day in (first, second) for stage in (extract, group, code, normalize)] == [
        0
    ] * 8


@on_each_database
def test_the_log_tells_each_change_of_the_newest_version_once(run: Run, server: Hostile) -> None:
    extract(publish(run, server, TEXT))
    (first,) = changed_after(run.store, 0, limit=10)
    assert (first["canonical_url"], first["title"]) == ("http://a.example/1", "News")

    extract(run)
    assert changed_after(run.store, first["change_id"], limit=10) == []

    extract(publish(run, server, LATER, days=1))
    (second,) = changed_after(run.store, first["change_id"], limit=10)
    assert second["article_id"] == first["article_id"]
    assert second["version_id"] != first["version_id"]
    assert changed_after(run.store, 0, limit=10) == [second], "an article is listed once, with its last change"

    extract(publish(run, server, TEXT, days=2))
    (third,) = changed_after(run.store, second["change_id"], limit=10)
    assert third["version_id"] == first["version_id"], "a correction was taken back"


def test_an_article_that_is_gone_is_logged_without_a_version(run: Run, server: Hostile) -> None:
    extract(publish(run, server, TEXT))
    (first,) = changed_after(run.store, 0, limit=10)

    extract(replace(run, settings=run.settings.model_copy(update={"page_seconds_max": 1e-6})))

    (gone,) = changed_after(run.store, first["change_id"], limit=10)
    assert (gone["article_id"], gone["version_id"], gone["title"]) == (first["article_id"], None, None)


def test_a_cursor_walks_through_all_articles_in_steps(run: Run, server: Hostile) -> None:
    paths = [f"/{number}" for number in range(5)]
    serve(server, a__rss=feed(*paths), **{f"a__{path[1:]}": article(path, TEXT + path) for path in paths})
    for stage in (poll, fetch, extract):
        stage(run)
    cursor, seen = 0, []
    while rows := changed_after(run.store, cursor, limit=2):
        cursor = rows[-1]["change_id"]
        seen += [row["canonical_url"][-2:] for row in rows]

    assert sorted(seen) == paths


def test_a_day_that_is_filled_late_names_the_days_that_follow_it(run: Run, server: Hostile) -> None:
    late = publish(run, server, LATER)
    following = publish(run, server, NOTE, days=1)
    assert "again" not in extract(following).note
    assert f"run nightly for {following.day} again" in extract(late).note

    extract(following)

    assert [len(row["changes"]) > 0 for row in run.store.rows(RevisionRow)] == [True]
    assert "again" not in extract(late).note


def test_a_version_that_is_gone_names_the_later_days_that_saw_it(run: Run, server: Hostile) -> None:
    first = publish(run, server, TEXT)
    extract(first)
    extract(publish(run, server, f"{TEXT} ", days=1))  # other bytes, the same version
    hasty = replace(first, settings=run.settings.model_copy(update={"page_seconds_max": 1e-6}))

    assert f"run nightly for {first.day + timedelta(days=1)} again" in extract(hasty).note


# ── extracting again ──


def test_a_comparison_shows_what_would_change_and_changes_nothing(run: Run, server: Hostile) -> None:
    extract(publish(run, server, TEXT))
    same = [compared.difference.state for compared in compare_day(run)]
    with run.store.transaction() as connection:
        connection.execute(ArticleRow.__table__.update().values(title="Old", text=TEXT.replace("nine ", "")))
    before = run.store.rows(ArticleRow)

    (compared,) = compare_day(run)

    assert same == ["same"]
    assert compared.difference.state == "changed"
    assert compared.difference.changes == {"title": ("Old", "News")}
    assert 0.9 < (compared.difference.similarity or 0) < 1
    assert run.store.rows(ArticleRow) == before


def test_another_capture_of_a_version_is_no_difference(run: Run, server: Hostile) -> None:
    for text in (TEXT, "", TEXT):
        publish(run, server, text)
    extract(run)

    assert [compared.difference.state for compared in compare_day(run)] == ["same"]


def test_a_comparison_shows_lost_and_gained_articles(run: Run, server: Hostile) -> None:
    hasty = replace(run, settings=run.settings.model_copy(update={"page_seconds_max": 1e-6}))
    extract(publish(run, server, TEXT))
    (lost,) = compare_day(hasty)
    extract(hasty)
    (gained,) = compare_day(run)

    assert (lost.difference.state, gained.difference.state) == ("lost", "gained")
    assert "was stopped" in lost.difference.reason
    assert "was stopped" in gained.difference.reason
