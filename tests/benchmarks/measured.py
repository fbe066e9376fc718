"""Run one stage, as `eventwire run` does, and write down what it took; a process of its own, so that its memory is.

`python -m benchmarks.measured STAGE DAY RESULT [SAMPLES]` reads the settings of eventwire from the environment. In a
folder SAMPLES the process and its workers leave whose code took the time.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from pathlib import Path

from benchmarks.sampler import SAMPLES, Sampler
from pipeline.main import run_stage


def main(stage: str, day: str, result: str, samples: str = "") -> None:
    import_module(f"pipeline.stages.{stage}")
    before, workers_before = _cpu_seconds(resource.RUSAGE_SELF), _cpu_seconds(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with _sampling(samples):
        report = run_stage(stage, date.fromisoformat(day))
    figures = {
        "wall_seconds": time.perf_counter() - start,
        "main_cpu_seconds": _cpu_seconds(resource.RUSAGE_SELF) - before,
        "worker_cpu_seconds": _cpu_seconds(resource.RUSAGE_CHILDREN) - workers_before,
        "peak_bytes": _peak_bytes(),
        "report": report,
    }
    Path(result).write_text(json.dumps(figures))


@contextmanager
def _sampling(folder: str) -> Iterator[None]:
    if not folder:
        yield
        return
    os.environ[SAMPLES] = folder
    sampler = Sampler(Path(folder))
    sampler.start()
    yield
    sampler.stop()


def _cpu_seconds(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def _peak_bytes() -> int:
    """Most memory that this process had; ru_maxrss starts from that of the process that started it."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main(*sys.argv[1:])
