"""Figures as tables in Markdown, which read as well on a terminal."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from statistics import linear_regression

from benchmarks.lab import Measurement, Result, Shares

HEAD = ("", "number", "wall s", "CPU s", "of it workers", "CPU ms each", "each second", "peak MB", "server CPU s")
SHARE_MIN = 0.005  # what takes less is added up


def tables(result: Result) -> str:
    measured = [HEAD, *map(_cells, sorted(result.measurements, key=lambda one: (one.what, one.count)))]
    return "\n".join((f"## {result.stage}", "", *_table(measured), "", *_growth(result), "", *_shares(result)))


def _cells(one: Measurement) -> tuple[str, ...]:
    figures = (one.wall_seconds, one.cpu_seconds, one.worker_cpu_seconds, one.cpu_ms_each, one.each_second, one.peak_mb)
    return one.what, f"{one.count:,}", *(f"{figure:,.1f}" for figure in figures), f"{one.server_cpu_seconds:.1f}"


def _growth(result: Result) -> Iterator[str]:
    ordered = sorted(result.measurements, key=lambda one: one.what)
    for what, some in groupby(ordered, key=lambda one: one.what):
        points = [(one.count, one.peak_mb) for one in some]
        if len(points) > 1:
            slope = linear_regression(*zip(*points, strict=True)).slope
            yield f"Memory, {what}: {1000 * slope:+.1f} MB per 1,000 {result.one}s."


def _shares(result: Result) -> Iterator[str]:
    shares = result.shares
    rows = [
        (name, f"{100 * seconds / shares.run.cpu_seconds:.1f} %", f"{1000 * seconds / shares.run.count:.2f}")
        for name, seconds in _ranked(shares)
    ]
    yield f"Whose code takes the CPU time of {shares.run.count:,} {result.one}s ({shares.run.what}):"
    yield ""
    yield from _table([("code", "share", f"CPU ms a {result.one}"), *rows])


def _ranked(shares: Shares) -> Iterator[tuple[str, float]]:
    """All of ours, then each package and each module of ours, largest first, then the rest."""
    yield "ours, all modules", sum(seconds for name, seconds in shares.seconds.items() if name.startswith("pipeline"))
    enough = SHARE_MIN * shares.run.cpu_seconds
    shown = {name: seconds for name, seconds in shares.seconds.items() if seconds >= enough}
    yield from sorted(shown.items(), key=lambda item: -item[1])
    yield "smaller ones", sum(shares.seconds.values()) - sum(shown.values())
    yield "not sampled", shares.missed_seconds


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        yield "| " + " | ".join((first.strip().ljust(widths[0]), *others)) + " |"
        if number == 0:
            yield "|" + "|".join(["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])]) + "|"
