"""`python -m benchmarks.bench_extract`, in the folder tests: how good and how fast extraction is on recorded pages."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import mean, median
from time import perf_counter, process_time
from typing import TypeVar

from benchmarks.lab import BenchmarkError
from benchmarks.recorded import PAGES, Score, Truth, capture, extract, extract_and_weigh, read_truth, score, yardstick
from pipeline.records import Capture
from pipeline.workers import Workers

T = TypeVar("T")

MB = 1_000_000
ROUNDS = 8  # of all pages, for the efficiency of the pool: starting two workers must not count
PAGE_SECONDS_MAX = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """CPU time of extraction, pages read and decompressed before."""

    pages_each_second: float  #: median of the rounds
    yardstick_each_second: float  #: trafilatura alone with its own metadata, in the same rounds
    slowest: str
    slowest_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Wall time with one worker process and with two, the reading of the pages by their parent included."""

    pages: int
    one_each_second: float
    two_each_second: float

    @property
    def efficiency(self) -> float:
        return self.two_each_second / (2 * self.one_each_second)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What one worker process holds while it extracts pages, bytes."""

    pages: int
    start: int  #: when each page has been extracted a few times
    middle: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A benchmark's outcome."""

    scores: Sequence[Score]
    speed: Speed
    pool: Pool
    memory: Memory


def bench(folder: Path, repeat: int, memory_pages: int, tell: Callable[[str], None]) -> Figures:
    """Measure; raise BenchmarkError when there are no pages."""
    truths = read_truth(folder)
    captures = [capture(truth) for truth in truths]
    tell("quality")
    scores = [score(truth, extract(given)) for truth, given in zip(truths, captures, strict=True)]
    tell("speed")
    speed = _speed(captures, repeat)
    tell(f"pool and memory: {memory_pages} pages")
    with _workers(1) as worker:
        alone = _each_second(worker, truths)
        memory = _memory(worker, truths, memory_pages)
    with _workers(2) as pair:
        pool = Pool(pages=ROUNDS * len(truths), one_each_second=alone, two_each_second=_each_second(pair, truths))
    return Figures(scores=scores, speed=speed, pool=pool, memory=memory)


def _speed(captures: Sequence[Capture], repeat: int) -> Speed:
    ours = [[_cpu_seconds(extract, given) for given in captures] for _ in range(repeat)]
    theirs = [sum(_cpu_seconds(yardstick, given) for given in captures) for _ in range(repeat)]
    each = dict(zip((given.page.page_id for given in captures), map(median, zip(*ours, strict=True)), strict=True))
    slowest = max(each, key=lambda name: each[name])
    return Speed(
        pages_each_second=len(captures) / median(map(sum, ours)),
        yardstick_each_second=len(captures) / median(theirs),
        slowest=slowest,
        slowest_seconds=each[slowest],
    )


def _cpu_seconds(work: Callable[[Capture], object], given: Capture) -> float:
    start = process_time()
    work(given)
    return process_time() - start


def _workers(count: int) -> Workers:
    return Workers(count, seconds_max=PAGE_SECONDS_MAX, memory_bytes_max=None)


def _each_second(workers: Workers, truths: Sequence[Truth]) -> float:
    """Pages a second of wall time; a first round, which starts the workers, does not count."""
    _outcomes(workers.map(extract, _captures(truths, len(truths))))
    start = perf_counter()
    done = _outcomes(workers.map(extract, _captures(truths, ROUNDS * len(truths))))
    return len(done) / (perf_counter() - start)


def _memory(worker: Workers, truths: Sequence[Truth], pages: int) -> Memory:
    held = _outcomes(worker.map(extract_and_weigh, _captures(truths, pages)))
    return Memory(pages=len(held), start=held[0], middle=held[len(held) // 2], end=held[-1])


def _captures(truths: Sequence[Truth], count: int) -> Iterator[Capture]:
    return map(capture, islice(cycle(truths), count))


def _outcomes(outcomes: Iterable[T | Exception]) -> list[T]:
    """All of them; a page that a worker failed on is a fault of the benchmark, as a refusal is no error to it."""
    done = []
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise BenchmarkError(f"a page was not extracted: {outcome!r}") from outcome
        done.append(outcome)
    return done


# ── what is printed ──────────────────────────────────────────────────────────────────────────


def tables(figures: Figures) -> str:
    """The figures as Markdown, which reads as well on a terminal."""
    speed, pool, memory = figures.speed, figures.pool, figures.memory
    english = [one for one in figures.scores if one.language == "en"]
    lines = (
        "## extract",
        "",
        "| pages | token F1 | worst | day | instant | authors | title | language |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
        _row("English", english),
        _row("all", figures.scores),
        "",
        f"Speed: {speed.pages_each_second:.1f} pages a CPU-second; trafilatura alone with its own metadata "
        f"{speed.yardstick_each_second:.1f}. Slowest page: {speed.slowest_seconds:.2f} s ({speed.slowest}).",
        f"Pool: {pool.one_each_second:.1f} pages a second with one worker, {pool.two_each_second:.1f} with two: "
        f"efficiency {pool.efficiency:.2f} ({pool.pages:,} pages each).",
        f"Memory of a worker: {memory.start / MB:.0f} MB at first, {memory.middle / MB:.0f} in the middle, "
        f"{memory.end / MB:.0f} at the end of {memory.pages:,} pages.",
    )
    return "\n".join(lines)


def _row(what: str, scores: Sequence[Score]) -> str:
    worst = min(scores, key=lambda one: one.f1)
    counts = (
        sum(one.is_day_right for one in scores),
        sum(one.is_instant_right for one in scores),
        sum(one.are_authors_right for one in scores),
        sum(one.is_title_right for one in scores),
        sum(one.is_language_right for one in scores),
    )
    f1 = f"{mean(one.f1 for one in scores):.3f} | {worst.f1:.3f} {worst.name}"
    return f"| {len(scores)} {what} | {f1} | " + " | ".join(map(str, counts)) + " |"


def main(arguments: list[str] | None = None) -> int:
    """Measure as the arguments say; 1 when there are no pages."""
    options = _parser().parse_args(arguments)
    try:
        figures = bench(options.pages, options.repeat, options.memory_pages, _tell)
    except BenchmarkError as error:
        _tell(f"no figures: {error}")
        return 1
    print(json.dumps(asdict(figures)) if options.json else tables(figures))
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_extract", description=__doc__.partition(": ")[2])
    parser.add_argument(
        "--pages", type=Path, default=PAGES, help="folder of recorded pages with truth.jsonl (default: %(default)s)"
    )
    parser.add_argument("--repeat", type=int, default=5, help="rounds of which the median counts (default: 5)")
    parser.add_argument("--memory-pages", type=int, default=10_000, help="pages through one worker (default: 10000)")
    parser.add_argument("--json", action="store_true", help="all figures as JSON, in place of tables")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
