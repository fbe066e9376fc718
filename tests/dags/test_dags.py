"""The DAGs: their shape, their days, and what their runs do."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pendulum
import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG, CronDataIntervalTimetable
from airflow.timetables.interval import CronDataIntervalTimetable as Scheduled

from pipeline.io.schema import migrate
from pipeline.io.store import Store
from pipeline.io.tables import StageRunRow
from pipeline.run import resolve_day
from pipeline.sample import Newsroom
from pipeline.settings import load_settings
from pipeline.stages import HARVEST, NIGHTLY

DAGS = Path(__file__).parents[2] / "dags"


@pytest.fixture(scope="module")
def dags() -> dict[str, DAG]:
    bag = DagBag(dag_folder=str(DAGS))
    assert bag.import_errors == {}
    return dict(bag.dags)


def test_there_are_two_dags_and_their_tasks_are_the_stages_in_order(dags: dict[str, DAG]) -> None:
    assert sorted(dags) == ["harvest", "nightly"]
    for name, stages in (("harvest", HARVEST), ("nightly", NIGHTLY)):
        tasks = dags[name].topological_sort()
        assert [task.task_id for task in tasks] == list(stages)
        for before, after in pairwise(tasks):
            assert after.upstream_task_ids == {before.task_id}


def test_runs_come_one_at_a_time_without_catching_up_and_are_retried(dags: dict[str, DAG]) -> None:
    for dag in dags.values():
        assert (dag.catchup, dag.max_active_runs, dag.default_args["retries"]) == (False, 1, 2)


@pytest.mark.parametrize(
    ("name", "after", "start", "width"),
    [
        ("nightly", (0, 31), datetime(2026, 11, 16, 0, 30, tzinfo=UTC), timedelta(days=1)),
        ("harvest", (0, 1), datetime(2026, 11, 16, 23, 50, tzinfo=UTC), timedelta(minutes=10)),
    ],
)
def test_the_runs_just_after_midnight_cover_the_day_before(
    dags: dict[str, DAG], name: str, after: tuple[int, int], start: datetime, width: timedelta
) -> None:
    timetable = dags[name].timetable
    assert isinstance(timetable, CronDataIntervalTimetable)  # a bare cron string has intervals of no width

    scheduled = Scheduled(timetable.expression, timezone=timetable.timezone)
    interval = scheduled.infer_manual_data_interval(run_after=pendulum.datetime(2026, 11, 17, *after, tz="UTC"))

    assert (interval.start, interval.end) == (start, start + width)
    assert resolve_day({}, None, interval.start) == date(2026, 11, 16)


def test_parsing_the_dags_imports_nothing_heavy() -> None:
    heavy = [
        "pandas",
        "great_expectations",
        "trafilatura",
        "duckdb",
        "pyarrow",
        "altair",
        "httpx",
        "lxml",
        "feedparser",
    ]
    probe = (
        f"import sys; sys.path.insert(0, {str(DAGS)!r}); import airflow.sdk.definitions.dag; before = set(sys.modules);"
        f"import harvest, nightly; new = set(sys.modules) - before; print([name for name in {heavy} if name in new])"
    )

    answer = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert answer.stdout.strip().splitlines()[-1] == "[]"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, airflow_database: Path) -> Iterator[Path]:
    """The pipeline's stores in a folder of this test, with the sample newsroom as the only network."""
    with Newsroom() as room:
        monkeypatch.setenv("EVENTWIRE_HOME", str(tmp_path))
        monkeypatch.setenv("EVENTWIRE_CONNECT_TO", json.dumps({"*.example": room.address}))
        monkeypatch.setenv("EVENTWIRE_ALLOW_NETWORKS", "127.0.0.0/8")
        monkeypatch.setenv("EVENTWIRE_HOST_DELAY_SECONDS", "0")
        migrate(load_settings().store_url)
        yield tmp_path


def test_a_day_goes_through_both_dags_into_the_warehouse(dags: dict[str, DAG], home: Path) -> None:
    day = datetime(2026, 11, 16, tzinfo=UTC)

    states = [
        dags[name].test(logical_date=day, run_conf={"day": "2026-11-16"}).state for name in ("harvest", "nightly")
    ]

    assert states == ["success", "success"]
    assert (home / "warehouse.duckdb").exists()
    assert (home / "dashboard.html").exists()


def test_a_failed_gate_fails_the_run_at_once_and_publishes_nothing(dags: dict[str, DAG], home: Path) -> None:
    run = dags["nightly"].test(logical_date=datetime(2026, 11, 10, tzinfo=UTC), run_conf={"day": "2026-11-10"})

    states = {task.task_id: (task.state, task.try_number) for task in run.get_task_instances()}
    assert run.state == "failed"
    assert states["check"] == ("failed", 1)
    assert states["load"][0] == "upstream_failed"
    assert not (home / "warehouse.duckdb").exists()
    (row,) = Store(load_settings().store_url).rows(StageRunRow, StageRunRow.stage == "check")
    assert row["state"] == "blocked"
    assert row["day"] == date(2026, 11, 10)
    assert "nothing was published" in row["note"]


def test_a_backfill_asks_for_each_day_of_its_range(airflow_database: Path) -> None:
    commands = [
        ["dags", "reserialize"],
        [
            "backfill",
            "create",
            "--dag-id",
            "nightly",
            "--from-date",
            "2026-11-01",
            "--to-date",
            "2026-11-03",
            "--dry-run",
        ],
    ]

    answers = [
        subprocess.run([sys.executable, "-m", "airflow", *command], capture_output=True, text=True)
        for command in commands
    ]

    assert answers[-1].returncode == 0, answers[-1].stderr
    days = sorted(set(re.findall(r"2026-11-\d\d(?= 00:30)", answers[-1].stdout.replace("T", " "))))
    assert days == ["2026-11-01", "2026-11-02"], "--to-date is the day after the last"
