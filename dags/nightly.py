"""Nightly: turn one day of archived pages into events in the warehouse.

Touches no network, so a backfill is this DAG over old days. --to-date is the day after the last, and
backfills heed no max_active_runs but their own, while days must run in order:

    airflow backfill create --dag-id nightly --from-date 2026-11-01 --to-date 2026-11-22 \
        --max-active-runs 1 --reprocess-behavior completed
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronDataIntervalTimetable, Param, chain, dag
from stage_task import stage

from pipeline.stages import NIGHTLY


@dag(
    schedule=CronDataIntervalTimetable("30 0 * * *", timezone="UTC"),  # D+1 00:30 covers day D
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,  # link reads the days before, so days run in order
    params={"day": Param(None, type=["null", "string"], format="date", description="run over this day instead")},
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    doc_md=__doc__,
    tags=["eventwire"],
)
def nightly() -> None:
    chain(*(stage.override(task_id=name)(name) for name in NIGHTLY))


nightly()
