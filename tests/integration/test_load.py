"""Check and load over a real day: what is published, what is held back, what is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from pipeline.errors import ConfigError, GateFailed
from pipeline.io.archive import Archive
from pipeline.io.store import Store, table_of
from pipeline.io.tables import ClaimRow, GateResultRow, MentionRow, RejectionRow, StageRunRow
from pipeline.io.warehouse import Warehouse
from pipeline.main import run_stage
from pipeline.run import Run
from pipeline.sample import DAYS, Newsroom
from pipeline.settings import Settings
from pipeline.stages import HARVEST, NIGHTLY
from pipeline.stages.check import check
from pipeline.stages.link import link
from pipeline.stages.load import load, rebuild
from pipeline.stages.normalize import normalize

DAY = DAYS[0]


@contextmanager
def published(url: str, settings: Settings) -> Iterator[Run]:
    """The first day of the sample newsroom, harvested and published."""
    with Newsroom(DAY) as room:
        settings = settings.model_copy(update={"connect_to": {"*.example": room.address}, "database_url": url})
        for stage in (*HARVEST, *NIGHTLY):
            run_stage(stage, DAY, settings)
        store = Store(url)
        yield Run(day=DAY, settings=settings, store=store, archive=Archive(settings.archive_folder))
        store.engine.dispose()


@pytest.fixture
def run(sqlite_url: str, settings: Settings) -> Iterator[Run]:
    with published(sqlite_url, settings) as run:
        yield run


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def run_on_each(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Run]:
    """The same on each database."""
    with published(request.getfixturevalue(request.param), settings) as run:
        yield run


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
    for file in run.settings.archive_folder.rglob("*.warc.gz"):
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
