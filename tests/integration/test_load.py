"""Check and load over a real day: what is published, what is held back, what is refused."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from pipeline.errors import ConfigError, GateFailed
from pipeline.io.archive import Archive
from pipeline.io.declare import declare
from pipeline.io.store import Store, table_of
from pipeline.io.tables import (
    ArticleRow,
    ClaimRow,
    EventRow,
    GateResultRow,
    LinkRow,
    MentionRow,
    PageRow,
    PollRow,
    RejectionRow,
    SightingRow,
    SourceDayRow,
    StageRunRow,
)
from pipeline.io.warehouse import Warehouse
from pipeline.main import run_stage
from pipeline.records import Feed, Source
from pipeline.run import Run
from pipeline.sample import DAYS, Newsroom
from pipeline.settings import Settings
from pipeline.stages import HARVEST, NIGHTLY
from pipeline.stages.check import check
from pipeline.stages.link import link
from pipeline.stages.load import load, rebuild
from pipeline.stages.normalize import normalize

DAY = DAYS[0]

pytestmark = pytest.mark.usefixtures("kept_workers")


@contextmanager
def opened(url: str, settings: Settings) -> Iterator[Run]:
    """The first day of the sample newsroom, which is open meanwhile."""
    with Newsroom(DAY) as room:
        settings = settings.model_copy(update={"connect_to": {"*.example": room.address}, "database_url": url})
        store = Store(url)
        yield Run(day=DAY, settings=settings, store=store, archive=Archive(settings.archive_root))
        store.engine.dispose()


def publish(run: Run) -> None:
    for stage in (*HARVEST, *NIGHTLY):
        run_stage(stage, DAY, run.settings)


@pytest.fixture(scope="module")
def published(sqlite_template: Path, kept_workers: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the day was harvested and published."""
    home = tmp_path_factory.mktemp("published")
    url = f"sqlite:///{shutil.copyfile(sqlite_template, home / 'eventwire.db')}"
    with opened(url, Settings(home=home, allow_networks=["127.0.0.0/8"], host_delay_seconds=0)) as run:
        publish(run)
    return home


@pytest.fixture
def run(published: Path, settings: Settings) -> Iterator[Run]:
    """The published day, in a copy of that folder."""
    shutil.copytree(published, settings.home, dirs_exist_ok=True)
    with opened(f"sqlite:///{settings.home / 'eventwire.db'}", settings) as run:
        yield run


@pytest.fixture
def run_on_postgresql(postgresql_url: str, settings: Settings) -> Iterator[Run]:
    with opened(postgresql_url, settings) as run:
        publish(run)
        yield run


@pytest.fixture(params=["run", "run_on_postgresql"])
def run_on_each(request: pytest.FixtureRequest) -> Run:
    """The published day in each database in turn."""
    run: Run = request.getfixturevalue(request.param)
    return run


def warehouse(run: Run) -> Warehouse:
    return Warehouse(run.settings.warehouse_file)


def count(run: Run, table: str) -> int:
    return int(warehouse(run).query(f"select count(*) as n from {table}")[0]["n"])


def spoil_claims(run: Run, share: float) -> list[str]:
    """Turn the range of some claims upside down in the store; return their ids."""
    table = table_of(ClaimRow)
    ids = [row["claim_id"] for row in run.store.rows(ClaimRow)]
    spoilt = ids[: max(1, int(share * len(ids)))]
    with run.store.transaction() as connection:
        connection.execute(update(table).where(table.c.claim_id.in_(spoilt)).values(count_min=9, count_max=3))
    return spoilt


def test_a_whole_day_is_published_with_all_its_facts(run_on_each: Run) -> None:
    run = run_on_each
    assert count(run, "fact_article") == 25
    assert count(run, "fact_mention") == len(run.store.rows(MentionRow))
    assert count(run, "fact_event") > 20
    assert count(run, "mart_contested") >= 1
    states = {row["state"] for row in run.store.rows(StageRunRow)}
    assert states == {"done"}


def test_every_stage_again_changes_nothing(run_on_each: Run) -> None:
    run = run_on_each
    file = run.settings.warehouse_file
    before = file.read_bytes()

    reports = [run_stage(stage, DAY, run.settings) for stage in (*HARVEST, *NIGHTLY)]

    assert [report["changed_count"] for report in reports] == [0] * len(reports)
    assert file.read_bytes() == before


def test_a_bad_row_is_held_back_and_the_rest_is_published(run: Run) -> None:
    (spoilt,) = spoil_claims(run, 0)
    before = count(run, "fact_claim")

    check(run)
    load(run)

    assert count(run, "fact_claim") == before - 1
    assert count(run, f"fact_claim where claim_id = '{spoilt}'") == 0
    (held,) = run.store.rows(RejectionRow, RejectionRow.stage == "check")
    assert (held["table_name"], held["key"]) == ("claim", spoilt)
    assert "a range goes upwards" in held["message"]
    assert spoilt in run.settings.gates_file.read_text()


def test_too_many_bad_rows_publish_nothing_and_keep_the_warehouse(run: Run) -> None:
    spoil_claims(run, 0.5)
    before = run.settings.warehouse_file.read_bytes()

    with pytest.raises(GateFailed, match="a range goes upwards"):
        check(run)
    with pytest.raises(GateFailed, match="failed its gates"):
        load(run)

    assert run.settings.warehouse_file.read_bytes() == before
    assert any(not row["is_passed"] for row in run.store.rows(GateResultRow))
    assert "publication stopped" in run.settings.gates_file.read_text()


def test_mending_the_rows_lifts_the_quarantine(run: Run) -> None:
    before = count(run, "fact_claim")
    spoil_claims(run, 0)
    check(run)
    load(run)

    for stage in (normalize, link, check, load):
        stage(run)

    assert count(run, "fact_claim") == before
    assert run.store.rows(RejectionRow, RejectionRow.stage == "check") == []


def test_rows_that_changed_after_the_check_are_not_published(run: Run) -> None:
    spoil_claims(run, 0)

    with pytest.raises(GateFailed, match="has changed since it was checked"):
        load(run)


def test_a_day_that_was_never_checked_is_not_published(run: Run) -> None:
    with pytest.raises(GateFailed, match="was not checked"):
        load(replace(run, day=DAY + timedelta(days=30)))


def test_a_day_without_data_is_said_aloud_and_stops_at_the_gates(run: Run) -> None:
    empty = DAY - timedelta(days=30)

    reports = [run_stage(stage, empty, run.settings) for stage in NIGHTLY[:4]]
    with pytest.raises(GateFailed, match="a day without a single article is not believable"):
        run_stage("check", empty, run.settings)

    assert [report["out_count"] for report in reports] == [0, 0, 0, 0]
    assert reports[0]["note"] == "no pages captured on this day"
    assert count(run, "fact_article") == 25


def test_a_lost_warehouse_is_built_anew_by_the_next_load(run: Run) -> None:
    facts = warehouse(run).query("select * from fact_mention order by all")
    run.settings.warehouse_file.unlink()

    load(run)

    assert warehouse(run).query("select * from fact_mention order by all") == facts


def test_a_damaged_warehouse_is_built_anew_by_rebuild(run: Run) -> None:
    run.settings.warehouse_file.write_bytes(b"damaged" * 1000)

    assert rebuild(run) == [DAY]

    assert count(run, "fact_article") == 25


def test_a_damaged_archive_stops_extraction_and_loses_no_rows(run: Run) -> None:
    for file in Path(run.settings.archive_root).rglob("*.warc.gz"):
        file.write_bytes(b"damaged")
    before = len(run.store.rows(MentionRow))

    with pytest.raises(Exception, match="archive"):
        run_stage("extract", DAY, run.settings)

    assert len(run.store.rows(MentionRow)) == before
    failed = [row for row in run.store.rows(StageRunRow) if row["state"] == "failed"]
    assert len(failed) == 1


def test_an_unknown_stage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'cook' is not a stage: choose from poll, fetch"):
        run_stage("cook", date(2026, 11, 16), Settings(home=tmp_path))


def test_a_larger_catalogue_changes_nothing_about_days_gone_by(run: Run) -> None:
    other = Source(
        source_id="other", name="Other", country_code=None, language_code="en", time_zone="UTC",
        feeds=(Feed(feed_id="f", source_id="other", url="http://other.example/rss"),), terms="", articles_min=1,
        articles_max=2,
    )  # fmt: skip
    declare(run.store, DAY + timedelta(days=1), [other])

    assert rebuild(run) == [DAY]
    assert count(run, "fact_article") == 25
    assert run_stage("load", DAY, run.settings)["note"].startswith("unchanged")
    assert count(run, "mart_coverage where source_id = 'other'") == 0


def test_days_filled_backwards_end_in_the_same_rows_without_doubles(run: Run) -> None:
    """The pages of the day are captured again on the day before, as an importer of old pages would."""
    before = DAY - timedelta(days=1)
    pages = run.store.rows(PageRow)
    again = [row | {"page_id": f"again{number:011}", "day": before} for number, row in enumerate(pages)]
    run.store.append(PageRow, again)
    accounts = run.store.rows(SourceDayRow)
    run.store.append(
        SourceDayRow, [row | {"source_day_id": f"again{n:011}", "day": before} for n, row in enumerate(accounts)]
    )
    polls = run.store.rows(PollRow)
    run.store.append(PollRow, [row | {"poll_id": f"again{n:011}", "day": before} for n, row in enumerate(polls)])

    for stage in NIGHTLY:
        run_stage(stage, before, run.settings)

    for table, key in (("article", "version_id"), ("mention", "mention_id"), ("claim", "claim_id")):
        assert count(run, f"fact_{table}") == count(run, f"(select distinct {key} from fact_{table})")
    assert count(run, f"fact_article where day = '{before}'") == 25


def test_a_build_after_a_killed_one_holds_nothing_of_it(run: Run) -> None:
    file = run.settings.warehouse_file
    aside = file.with_name(f".{file.name}.building")
    die = (
        "import duckdb, os, signal, shutil\n"
        f"shutil.copyfile({str(file)!r}, {str(aside)!r})\n"
        f"c = duckdb.connect({str(aside)!r}); c.execute('delete from fact_claim'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", die], check=False)
    assert aside.with_name(f"{aside.name}.wal").exists()
    claims = count(run, "fact_claim")
    spoil_claims(run, 0)
    check(run)

    load(run)

    assert count(run, "fact_claim") == claims - 1
    assert list(file.parent.glob(".*building*")) == []


def test_an_older_dashboard_is_made_anew(run: Run) -> None:
    page = run.settings.dashboard_file
    page.write_text("old")
    os.utime(page, (0, 0))

    load(run)

    assert "eventwire" in page.read_text()


def test_a_day_changed_after_its_check_stops_a_rebuild_instead_of_vanishing(run: Run) -> None:
    spoil_claims(run, 0)

    with pytest.raises(GateFailed, match=f"{DAY} changed after the last check"):
        rebuild(run)

    assert count(run, "fact_article") == 25


def test_linking_a_day_anew_names_later_days_whose_events_are_gone(run: Run) -> None:
    event = run.store.rows(EventRow)[0]
    later = {
        "mention_id": "m",
        "day": DAY + timedelta(days=1),
        "event_id": event["event_id"],
        "score": 1.0,
        "rule": "x",
    }
    run.store.append(LinkRow, [later, later | {"mention_id": "n", "event_id": "gone"}])

    report = link(run)

    assert f"run link, check and load again for {DAY + timedelta(days=1)}" in report.note


def test_the_version_seen_last_is_the_one_that_stands(run: Run) -> None:
    """A correction that is taken back: the first version is seen again after the second."""
    article = run.store.rows(ArticleRow)[0]
    table = table_of(SightingRow)
    second = article | {
        "version_id": "second",
        "title": "Corrected",
        "captured_at": article["captured_at"] + timedelta(hours=1),
    }
    run.store.append(ArticleRow, [second])
    seen = {"article_id": article["article_id"], "day": DAY}
    run.store.append(
        SightingRow, [seen | {"sighting_id": "s2", "version_id": "second", "captured_at": second["captured_at"]}]
    )
    check(run)
    load(run)
    corrected = warehouse(run).query(f"select title from current_article where article_id = '{article['article_id']}'")
    with run.store.transaction() as connection:
        again = update(table).where(table.c.version_id == article["version_id"])
        connection.execute(again.values(captured_at=second["captured_at"] + timedelta(hours=1)))
    check(run)
    load(run)

    taken_back = warehouse(run).query(f"select title from current_article where article_id = '{article['article_id']}'")
    assert (corrected, taken_back) == ([{"title": "Corrected"}], [{"title": article["title"]}])
