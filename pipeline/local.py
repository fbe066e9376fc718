"""Run the pipeline's Airflow DAGs on this machine, without a scheduler: what `make run` does.

Airflow runs in a process of its own (dags/local.py) and answers line by line, so that this side can show
progress, and so that the pipeline need not know its orchestrator.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.errors import StageError
from pipeline.settings import PROJECT_ROOT, Settings

DAGS = PROJECT_ROOT / "dags"
LOOPBACK = "127.0.0.0/8"


@dataclass(frozen=True, slots=True, kw_only=True)
class DagRun:
    """One run of one DAG, asked for and answered."""

    dag: str
    day: date
    state: str


class LocalAirflow:
    """A process that runs DAGs one at a time; a context manager."""

    def __init__(self, settings: Settings, extra: dict[str, str]) -> None:
        self.home = settings.home.resolve() / "airflow"
        self.log = self.home / "local.log"
        self.home.mkdir(parents=True, exist_ok=True)
        self._environ = environment(settings) | extra

    def __enter__(self) -> Self:
        self._log = self.log.open("w")
        self._migrate()
        self._process = subprocess.Popen(
            [sys.executable, DAGS / "local.py"], env=self._environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._log, text=True,
        )  # fmt: skip
        self._answers(lambda _task: None)
        return self

    def run(self, dag: str, day: date, on_task: Callable[[str], None]) -> DagRun:
        """Run one DAG over one day; *on_task* hears the name of each task as it starts."""
        assert self._process.stdin
        self._process.stdin.write(f"{dag} {day}\n")
        self._process.stdin.flush()
        return DagRun(dag=dag, day=day, state=self._answers(on_task))

    def _migrate(self) -> None:
        if subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"],
            env=self._environ,
            stdout=self._log,
            stderr=self._log,
        ).returncode:
            raise StageError(f"Airflow's own database could not be made in {self.home}: see {self.log}")

    def _answers(self, on_task: Callable[[str], None]) -> str:
        assert self._process.stdout
        for line in self._process.stdout:
            answer = json.loads(line)
            if "task" in answer:
                on_task(answer["task"])
            else:
                return str(answer["state"])
        raise StageError(f"Airflow stopped with code {self._process.wait()}: see {self.log}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
        self._log.close()


def environment(settings: Settings) -> dict[str, str]:
    """The variables under which Airflow runs eventwire's DAGs on this machine."""
    home = settings.home.resolve()
    return os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(PROJECT_ROOT), os.environ.get("PYTHONPATH", "")])),
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",  # loopback only, see API__HOST
        "AIRFLOW__API__HOST": "127.0.0.1",
        "EVENTWIRE_HOME": str(home),
    }


@contextmanager
def newsroom(settings: Settings) -> Iterator[tuple[Callable[[date], None], dict[str, str]]]:
    """Serve the sample newsroom when it is the catalogue.

    Gives a function that sets the newsroom's day, and the settings by which the pipeline finds it.
    """
    if settings.catalogue != "sample":
        yield (lambda _day: None), {}
        return
    from pipeline.sample import Newsroom

    with Newsroom() as room:

        def set_day(day: date) -> None:
            room.day = day

        yield (
            set_day,
            {
                "EVENTWIRE_CONNECT_TO": json.dumps({"*.example": room.address}),
                "EVENTWIRE_ALLOW_NETWORKS": LOOPBACK,
                "EVENTWIRE_HOST_DELAY_SECONDS": "0",
            },
        )


def serve_ui(settings: Settings, port: int) -> int:
    """Run Airflow with its scheduler and its pages on 127.0.0.1 until interrupted; return its exit code."""
    with newsroom(settings) as (set_day, extra):
        if settings.catalogue == "sample":
            from pipeline.sample import DAYS

            set_day(DAYS[-1])
        environ = (
            environment(settings)
            | extra
            | {
                "AIRFLOW__API__PORT": str(port),
                "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
            }
        )
        return _run_interruptible([sys.executable, "-m", "airflow", "standalone"], environ)


def _run_interruptible(command: Sequence[str], environ: dict[str, str]) -> int:
    """Run until it ends; Ctrl-C and SIGTERM reach it as SIGINT, on which Airflow stops its children too."""
    process: subprocess.Popen[bytes] | None = None

    def interrupt(_signal: int, _frame: object) -> None:
        if process:
            process.send_signal(signal.SIGINT)

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        process = subprocess.Popen(command, env=environ, start_new_session=True)
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def sample_days() -> Sequence[date]:
    """The days that the sample newsroom covers."""
    from pipeline.sample import DAYS

    return DAYS
