"""Memory and CPU time of a process with its workers, read from Linux's /proc; elsewhere nothing is seen."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
EVERY = 0.25  # seconds; reading a large process's memory map is not free


@dataclass(slots=True)
class Watch:
    """What was seen of a process and of its workers, while it ran."""

    peak_bytes: int = 0  #: most memory at once, pages that processes share counted once
    worker_cpu: dict[int, float] = field(default_factory=dict)  #: CPU seconds by worker

    @property
    def worker_cpu_seconds(self) -> float:
        return sum(self.worker_cpu.values())


def watch(process: subprocess.Popen[bytes]) -> Watch:
    """Wait for a process to end; return what was seen."""
    seen = Watch()
    while True:
        try:
            process.wait(EVERY)
        except subprocess.TimeoutExpired:
            _look(process.pid, seen)
        else:
            return seen


def _look(pid: int, seen: Watch) -> None:
    workers = _descendants(pid)
    seen.peak_bytes = max(seen.peak_bytes, sum(map(_memory_bytes, (pid, *workers))))
    seen.worker_cpu |= {worker: spent for worker in workers if (spent := _cpu_seconds(worker))}


def _descendants(pid: int) -> list[int]:
    children = [int(child) for file in (PROC / str(pid) / "task").glob("*/children") for child in _read(file).split()]
    return [*children, *(below for child in children for below in _descendants(child))]


def _memory_bytes(pid: int) -> int:
    lines = _read(PROC / str(pid) / "smaps_rollup").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _cpu_seconds(pid: int) -> float:
    user, system = (_read(PROC / str(pid) / "stat").rpartition(")")[2].split() or ["0"] * 13)[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:  # it has ended
        return ""
