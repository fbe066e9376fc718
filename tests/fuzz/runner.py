"""What all fuzzers share: mutations, rules, and a run that counts outcomes and keeps what broke a rule.

An input depends on nothing but its seed and number, so that one can be repeated alone.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from tempfile import gettempdir
from time import monotonic, process_time
from typing import AnyStr, Generic, TypeVar

Input = TypeVar("Input")


# ── mutations ────────────────────────────────────────────────────────────────────────────────


def truncate(random: Random, body: AnyStr) -> AnyStr:
    return body[: random.randint(0, len(body))]


def delete(random: Random, body: AnyStr) -> AnyStr:
    start, end = span(random, body)
    return body[:start] + body[end:]


def span(random: Random, body: AnyStr) -> tuple[int, int]:
    """Return where a part of *body* starts and ends, short ones as likely as long ones."""
    start = random.randint(0, len(body))
    return start, min(len(body), start + int(len(body) ** random.random()))


# ── rules ────────────────────────────────────────────────────────────────────────────────────


class RuleBroken(Exception):
    """What came out is not what may come out."""


def rule(holds: bool, what: str) -> None:
    if not holds:
        raise RuleBroken(what)


# ── runs ─────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Figures:
    """What a run saw."""

    unit: str
    inputs: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    slowest: tuple[float, int, int] = (0.0, 0, 0)  #: CPU seconds, number, size
    broken: list[tuple[int, str]] = field(default_factory=list)  #: number of the input, and what was wrong

    def __str__(self) -> str:
        outcomes = ", ".join(f"{kind} {count:,}" for kind, count in self.outcomes.most_common())
        seconds, number, size = self.slowest
        return (
            f"{self.inputs:,} inputs in {self.seconds:.0f} s of CPU: {outcomes}; "
            f"slowest {seconds:.2f} s (number {number}, {size:,} {self.unit}); {len(self.broken)} broke a rule"
        )


@dataclass(frozen=True)
class Fuzzer(Generic[Input]):
    """A maker of inputs and the check that each must pass."""

    name: str
    an_input: Callable[[int, int], Input]  #: of a seed and a number
    check: Callable[[Input], Iterable[str]]  #: gives kinds of outcome; raises whatever was wrong
    raw: Callable[[Input], bytes]  #: an input as it is kept in a file
    suffix: str  #: of that file
    unit: str  #: of a raw input's size
    seconds_max: float  #: CPU time for one input

    def run(self, seed: int, numbers: Iterator[int], seconds: float) -> Figures:
        """Check inputs until the numbers or the seconds end."""
        figures, end = Figures(self.unit), monotonic() + seconds
        for number in numbers:
            if monotonic() > end:
                break
            self._one(figures, number, self.an_input(seed, number))
        return figures

    def _one(self, figures: Figures, number: int, given: Input) -> None:
        start = process_time()
        try:
            figures.outcomes.update(self.check(given))
            rule(process_time() - start <= self.seconds_max, f"{process_time() - start:.1f} s of CPU time")
        except Exception as error:
            figures.broken.append((number, f"{type(error).__name__}: {error}"))
        took = process_time() - start
        figures.inputs += 1
        figures.seconds += took
        figures.slowest = max(figures.slowest, (took, number, len(self.raw(given))))

    def main(self, description: str) -> int:
        """Run as the command line says; write each input that broke a rule to a file."""
        parser = argparse.ArgumentParser(description=description.partition("\n")[0])
        parser.add_argument("--seconds", type=float, default=60, help="how long to go on")
        parser.add_argument("--seed", type=int, default=1, help="another seed gives other inputs")
        parser.add_argument("--only", type=int, help="number of the one input to check")
        options = parser.parse_args()
        figures = self.run(options.seed, count() if options.only is None else iter([options.only]), options.seconds)
        print(figures)
        for number, sentence in figures.broken:
            path = Path(gettempdir()) / f"fuzz-{self.name}-{options.seed}-{number}{self.suffix}"
            path.write_bytes(self.raw(self.an_input(options.seed, number)))
            print(f"seed {options.seed}, number {number}: {sentence}\n  {path}")
        return 1 if figures.broken else 0
