"""Whose code takes the CPU time: a sampling profiler on SIGPROF.

At each signal, every thread's CPU time since the signal before goes to the package in whose code the thread is:
the innermost frame that is not of the standard library decides, so a regular expression, a hash or zlib is its
caller's. Threads are read from their own CPU clocks, so long calls in C lose nothing. What a thread used that is
found waiting (the signal came for another's time) is shared out as the rest of its time is. Worker processes
sample themselves (in_workers), unless they are forked.
"""

import json
import os
import signal
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

INTERVAL = 0.005  # CPU seconds
FLUSH_EVERY = 20  # samples: a worker that is killed loses a tenth of a second at most
SAMPLES = "BENCHMARK_SAMPLES"  # variable with the folder for the samples of workers
OTHER, WAITING = "other", "waiting"
WAITS = {
    ("selectors", "select"),
    ("asyncio.selector_events", "_write_to_self"),  # where a thread lets the main one go on
    ("concurrent.futures.thread", "_worker"),
    ("threading", "wait"),
}
NOT_PACKAGES = {*sys.stdlib_module_names, "benchmarks", "__main__", "sitecustomize", ""}
NAMES = {
    "asyncio": "asyncio",
    "selectors": "asyncio",
    "uvloop": "asyncio",
    "ssl": "ssl",
    "sgmllib": "feedparser",
    "feedparser_sgmllib": "feedparser",
    "sqlalchemy": "sqlalchemy and SQLite",
    **dict.fromkeys(("httpx", "httpcore", "h11", "h2", "hpack", "hyperframe", "anyio", "sniffio"), "httpx and below"),
}


class Sampler:
    """Writes CPU seconds by kind of thread and package to a file per process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self) -> None:
        self._seconds: dict[str, defaultdict[str, float]] = {"main": defaultdict(float), "threads": defaultdict(float)}
        self._samples, self._is_sampling = 0, False
        self._clocks = _clocks(sys._current_frames())
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_IGN)
        self._flush()

    def _sample(self, _signal: int, frame: FrameType | None) -> None:
        if self._is_sampling:  # a signal that came during this very function would count time twice
            return
        self._is_sampling = True
        self._book(frame)
        self._is_sampling = False

    def _book(self, frame: FrameType | None) -> None:
        frames = sys._current_frames() | {threading.get_ident(): frame}
        clocks = _clocks(frames)
        for thread, clock in clocks.items():
            since = self._clocks.get(thread, 0.0)
            kind = "main" if thread == threading.main_thread().ident else "threads"
            spent = clock - since if clock >= since else clock  # an id may come again, of a new thread
            self._seconds[kind][owner(frames[thread])] += spent
        self._clocks = clocks
        self._samples += 1
        if self._samples % FLUSH_EVERY == 0:
            self._flush()

    def _flush(self) -> None:
        (self._folder / f"{os.getpid()}.json").write_text(json.dumps(self._seconds))


def read_samples(folder: Path) -> dict[str, float]:
    """CPU seconds by package, over all processes."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for file in folder.glob("*.json"):
        for sampled in json.loads(file.read_text()).values():
            for name, spent in _without_waiting(sampled).items():
                seconds[name] += spent
    return dict(seconds)


def _without_waiting(sampled: dict[str, float]) -> dict[str, float]:
    waiting = sampled.pop(WAITING, 0.0)
    active = sum(sampled.values())
    return {name: spent * (1 + waiting / active) for name, spent in sampled.items()} if active else {OTHER: waiting}


def owner(frame: FrameType | None) -> str:
    """The package that a stack is in; modules of the pipeline are told apart."""
    if frame and (frame.f_globals.get("__name__"), frame.f_code.co_name) in WAITS:
        return WAITING
    while frame:
        name = str(frame.f_globals.get("__name__", ""))
        package = name.partition(".")[0]
        if package in NAMES:
            return NAMES[package]
        if package == "pipeline":
            return name
        if package not in NOT_PACKAGES and not package.startswith("namedtuple_"):
            return package
        frame = frame.f_back
    return OTHER


def _clocks(threads: dict[int, FrameType | None] | dict[int, FrameType]) -> dict[int, float]:
    """CPU seconds of each thread so far."""
    return {thread: time.clock_gettime(time.pthread_getcpuclockid(thread)) for thread in threads}
