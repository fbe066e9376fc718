"""Run the DAGs in this process, one run a line of standard input: no scheduler, no server.

    echo "nightly 2026-11-19" | python dags/local.py

Answers each line with one line of JSON: {"dag": …, "day": …, "state": "success" | "failed"}, and tells
each task as it starts: {"task": …}. Logs go to standard error. Used by `eventwire up`.
"""

import json
import os
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, TextIO

from airflow.dag_processing.dagbag import DagBag
from airflow.listeners import hookimpl
from airflow.sdk import DAG
from airflow.sdk.listener import get_listener_manager


class Teller:
    """Tells the caller which task starts."""

    def __init__(self, out: TextIO) -> None:
        self.out = out

    @hookimpl
    def on_task_instance_running(self, previous_state: Any, task_instance: Any) -> None:
        tell(self.out, task=task_instance.task_id)


def tell(out: TextIO, **message: str) -> None:
    print(json.dumps(message), file=out, flush=True)


def run(dag: DAG, day: date) -> str:
    """Run one DAG over one day and return the state of the run."""
    for task in dag.tasks:
        task.retries = 0  # somebody is watching: say at once what is wrong
    midnight = datetime.combine(day, time(), UTC)
    return str(dag.test(logical_date=midnight, run_conf={"day": day.isoformat()}).state)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever Airflow prints is log
    folder = Path(__file__).parent
    sys.path.insert(0, str(folder))
    dags = DagBag(dag_folder=str(folder))
    if dags.import_errors:
        sys.exit(f"DAGs cannot be read: {dags.import_errors}")
    get_listener_manager().add_listener(Teller(answers))
    tell(answers, state="ready")
    for line in sys.stdin:
        dag_id, day = line.split()
        tell(answers, dag=dag_id, day=day, state=run(dags.dags[dag_id], date.fromisoformat(day)))


if __name__ == "__main__":
    main()
