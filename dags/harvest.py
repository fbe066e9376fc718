"""Harvest: every ten minutes, ask the feeds that are due what is new and archive its pages.

The only DAG that touches the network. What it captures belongs to the day in which its ten minutes start. Each feed
has its own pace, from ten minutes to a day, so most runs ask only some of them.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronDataIntervalTimetable, Param, chain, dag
from stage_task import stage

from pipeline.stages import HARVEST


@dag(
    schedule=CronDataIntervalTimetable("*/10 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    params={"day": Param(None, type=["null", "string"], format="date", description="file under this day instead")},
    default_args={"retries": 2, "retry_delay": timedelta(minutes=2)},
    doc_md=__doc__,
    tags=["eventwire"],
)
def harvest() -> None:
    chain(*(stage.override(task_id=name)(name) for name in HARVEST))


harvest()
