"""The one task of eventwire's DAGs: run a stage over the day of the DAG run.

The only file that runs the pipeline from Airflow (the DAG files take just the names of its stages). Its imports
wait until the task runs, so that parsing a DAG costs nothing.
"""

from typing import Any

from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowFailException


@task
def stage(name: str) -> dict[str, Any]:
    """Run one stage; fail at once where a retry cannot help."""
    from pipeline.errors import ConfigError, GateFailed
    from pipeline.main import run_stage
    from pipeline.run import resolve_day

    context = get_current_context()
    run = context["dag_run"]
    try:
        day = resolve_day(context["params"], getattr(run, "partition_key", None), context.get("data_interval_start"))
        return run_stage(name, day)
    except (ConfigError, GateFailed) as error:
        raise AirflowFailException(str(error)) from error
