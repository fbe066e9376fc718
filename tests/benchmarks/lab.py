"""What a benchmark needs: the server, a home with a catalogue and an empty store, and stages run and measured in it."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

from benchmarks.processes import watch
from benchmarks.sampler import read_samples
from pipeline.io.schema import migrate
from pipeline.settings import PREFIX, Settings

DAY = "2026-11-16"
TESTS = Path(__file__).parents[1]
SAMPLED_PATHS = (TESTS, TESTS / "benchmarks" / "in_workers")


class BenchmarkError(Exception):
    """The stage did not do what was to be measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What one run of a stage took."""

    what: str
    count: int  #: feeds or pages
    wall_seconds: float
    cpu_seconds: float  #: of the process and its workers
    worker_cpu_seconds: float  #: of it, the workers'
    server_cpu_seconds: float
    peak_bytes: int  #: most memory at once, workers included
    answers: dict[str, int]  #: what the server answered
    report: dict[str, Any]  #: the stage's own

    @property
    def cpu_ms_each(self) -> float:
        return 1000 * self.cpu_seconds / self.count

    @property
    def each_second(self) -> float:
        return self.count / self.wall_seconds

    @property
    def peak_mb(self) -> float:
        return self.peak_bytes / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Whose code took the CPU time of one run."""

    run: Measurement
    seconds: dict[str, float]

    @property
    def missed_seconds(self) -> float:
        return max(0.0, self.run.cpu_seconds - sum(self.seconds.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A benchmark's outcome."""

    stage: str
    one: str  #: "feed" or "page"
    measurements: Sequence[Measurement]
    shares: Shares


class Server:
    """The loopback server, in a process of its own."""

    def __init__(self, port: int) -> None:
        self.address = f"127.0.0.1:{port}"

    def figures(self) -> Counter[str]:
        with urlopen(f"http://{self.address}/figures") as answer:
            return Counter(json.loads(answer.read()))


@contextmanager
def serving() -> Iterator[Server]:
    command = [sys.executable, "-m", "benchmarks.server"]
    with subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            yield Server(int(process.stdout.readline()))
        finally:
            process.terminate()


class Home:
    """An installation with one source for each feed, in a folder of its own."""

    def __init__(self, folder: Path, server: Server, feeds: Iterable[str]) -> None:
        self._folder, self._server = folder, server
        catalogue = folder / "catalogue.toml"
        catalogue.write_text("\n".join(_source(number, feed) for number, feed in enumerate(feeds)))
        self._environ = _environ(
            home=str(folder),
            catalogue=str(catalogue),
            connect_to=json.dumps({"*.example": server.address}),
            allow_networks="127.0.0.0/8",
            host_delay_seconds="0",
            harvest_minutes_max="600",
            eager="true",
        )
        migrate(f"sqlite:///{folder / 'eventwire.db'}")

    def run(self, stage: str, what: str, count: int, samples: Path | None = None) -> Measurement:
        """Run a stage over *count* feeds or pages and measure it.

        Raises BenchmarkError when it failed, or did not take all of them.
        """
        result = self._folder / "result.json"
        before = self._server.figures()
        environ = sampled(self._environ) if samples else self._environ
        command = [sys.executable, "-m", "benchmarks.measured", stage, DAY, str(result), str(samples or "")]
        with subprocess.Popen(command, cwd=TESTS, env=environ, stdout=subprocess.DEVNULL) as process:
            seen = watch(process)
        if process.returncode:
            raise BenchmarkError(f"{stage} ended with exit code {process.returncode}; its error stands above")
        answers = self._server.figures()
        answers.subtract(before)
        own = json.loads(result.read_text())
        worker_cpu = max(own["worker_cpu_seconds"], seen.worker_cpu_seconds)  # neither sees all kinds of workers
        self._refuse_incomplete(own["report"], answers, count)
        return Measurement(
            what=what,
            count=count,
            wall_seconds=own["wall_seconds"],
            cpu_seconds=own["main_cpu_seconds"] + worker_cpu,
            worker_cpu_seconds=worker_cpu,
            server_cpu_seconds=answers.pop("cpu_seconds"),
            peak_bytes=max(own["peak_bytes"], seen.peak_bytes),
            answers=dict(answers),
            report=own["report"],
        )

    def shares(self, stage: str, what: str, count: int) -> Shares:
        """Run a stage once more, to see whose code takes the time."""
        with tempfile.TemporaryDirectory() as samples:
            run = self.run(stage, what, count, Path(samples))
            return Shares(run=run, seconds=read_samples(Path(samples)))

    def _refuse_incomplete(self, report: dict[str, Any], answers: Counter[str], count: int) -> None:
        answered = answers["feeds"] + answers["unchanged"] + answers["pages"]
        if (report["in_count"], answered, report["rejected_count"]) == (count, count, 0):
            return
        with sqlite3.connect(self._folder / "eventwire.db") as connection:
            reason = connection.execute("select message from rejection").fetchone() or ["no rejection"]
        raise BenchmarkError(
            f"{count} were to be done, the server answered {answered}, the report is {report}; "
            f"the first rejection: {reason[0]}"
        )


@contextmanager
def home(server: Server, feeds: Iterable[str]) -> Iterator[Home]:
    with tempfile.TemporaryDirectory(prefix="eventwire-benchmark-") as folder:
        yield Home(Path(folder), server, feeds)


def sizes(count: int) -> list[int]:
    """A quarter, a half and the whole: does memory grow with the number?"""
    return sorted({max(1, count // 4), max(1, count // 2), count})


def middle(measurements: Sequence[Measurement]) -> Measurement:
    """The medians of repeated measurements."""
    figures = ("wall_seconds", "cpu_seconds", "worker_cpu_seconds", "server_cpu_seconds", "peak_bytes")
    return replace(measurements[-1], **{name: median(getattr(one, name) for one in measurements) for name in figures})


def _source(number: int, feed: str) -> str:
    return f'[[source]]\nid = "h{number}"\nname = "Outlet {number}"\nfeeds = ["{feed}"]\n'


def _environ(**settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    known = {name: value for name, value in settings.items() if name in Settings.model_fields}
    return kept | {PREFIX + name.upper(): value for name, value in known.items()}


def sampled(environ: dict[str, str]) -> dict[str, str]:
    """The environment of a process whose workers shall sample themselves."""
    before = [environ["PYTHONPATH"]] if environ.get("PYTHONPATH") else []
    return environ | {"PYTHONPATH": os.pathsep.join((*map(str, SAMPLED_PATHS), *before))}
