"""Stage group over a store: stories across days, in both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete
from support.make import DAY, NOON, article, fill
from support.outlets import a_run

from pipeline.io.rows import to_row
from pipeline.io.store import Store, table_of
from pipeline.io.tables import ArticleRow, StoryMemberRow
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.stages.group import group

TEXT = (
    "Rebels shelled the market of the town on Monday, killing nine people and wounding twelve, officials said. The army "
    "denied that its guns had fired. Doctors at the hospital counted 14 dead by the evening, and feared that more lay "
    "under the stalls. The mayor closed the schools for three days, and asked the capital for blood and for tents. "
    "Lorries with both were on the road by midnight, a spokesman for the governor told reporters at the bridge."
)
OTHER = "The parliament adopted a budget on Tuesday after a night of talks. " * 10


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def run(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Run]:
    store = Store(request.getfixturevalue(request.param))
    fill(store)
    yield a_run(store, settings, story_window_days=2)
    store.engine.dispose()


def add(run: Run, version_id: str, text: str = TEXT, days: int = 0, article_id: str = "") -> Run:
    """Put an article into the store and return the run of its day."""
    day = DAY + timedelta(days=days)
    captured_at = NOON + timedelta(days=days, seconds=int(version_id[1:]))
    made = article(version_id, article_id=article_id or version_id, day=day, text=text, captured_at=captured_at)
    run.store.append(ArticleRow, [to_row(made)])
    return replace(run, day=day)


def stories(run: Run) -> dict[str, tuple[str, str]]:
    """Story, by its first version, and rule of each version."""
    rows = run.store.rows(StoryMemberRow, order=("day",))
    first = {row["story_id"]: row["version_id"] for row in reversed(rows) if row["rule"] == "first"}
    return {row["version_id"]: (first[row["story_id"]], row["rule"]) for row in rows}


def test_copies_of_a_day_and_of_days_before_are_one_story(run: Run) -> None:
    add(run, "v1")
    add(run, "v2", OTHER)
    report = group(add(run, "v3", TEXT.upper()))
    later = add(run, "v4", TEXT.partition(" Lorries")[0], days=1)
    note = group(later).note

    assert stories(run) == {
        "v1": ("v1", "first"), "v2": ("v2", "first"), "v3": ("v1", "copy"), "v4": ("v1", "near-copy"),
    }  # fmt: skip
    assert (report.out_count, report.note) == (3, "2 stories, 1 copies of others' articles")
    assert note == "1 stories, 1 copies of others' articles"
    assert (group(run).changed_count, group(later).changed_count) == (0, 0)


def test_what_lies_behind_the_window_is_not_compared_but_for_the_articles_own_versions(run: Run) -> None:
    group(add(run, "v1"))
    add(run, "v2", OTHER, days=9, article_id="v1")
    group(add(run, "v3", days=9))

    assert stories(run) == {"v1": ("v1", "first"), "v2": ("v1", "version"), "v3": ("v3", "first")}


def test_a_story_whose_first_version_is_gone_names_the_days_that_joined_it(run: Run) -> None:
    group(add(run, "v1"))
    group(add(run, "v2", days=1))
    assert "again" not in group(run).note
    with run.store.transaction() as connection:
        connection.execute(delete(table_of(ArticleRow)).where(ArticleRow.version_id == "v1"))

    assert f"run nightly for {DAY + timedelta(days=1)} again" in group(add(run, "v5", TEXT.replace("nine", "ten"))).note
