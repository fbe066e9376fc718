"""One outcome per record, whatever happens in the step."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pipeline.batch import each, each_in, rejection
from pipeline.errors import RecordError
from pipeline.records import Rejection
from pipeline.run import split
from pipeline.workers import Workers


@dataclass(frozen=True)
class Numbered:
    number: int

    @property
    def key(self) -> str:
        return f"n{self.number}"


def halved(record: Numbered) -> int:
    if record.number % 2:
        raise RecordError(f"{record.number} is odd")
    return 100 // record.number


def test_each_record_has_one_outcome_in_order() -> None:
    outcomes = list(each(halved, map(Numbered, [2, 3, 0, 4])))
    assert outcomes == [
        50,
        Rejection(key="n3", error="RecordError", message="3 is odd", is_expected=True),
        Rejection(key="n0", error="ZeroDivisionError", message="integer division or modulo by zero", is_expected=False),
        25,
    ]
    assert split(outcomes) == ([50, 25], [outcomes[1], outcomes[2]])


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), AssertionError(), StopIteration()])
def test_even_the_strangest_error_stops_only_its_record(error: Exception) -> None:
    def broken(record: Numbered) -> int:
        raise error

    (outcome,) = each(broken, [Numbered(1)])
    assert isinstance(outcome, Rejection) and not outcome.is_expected


def test_an_interrupt_is_not_an_outcome() -> None:
    def interrupted(record: Numbered) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(each(interrupted, [Numbered(1)]))


def test_an_error_while_reading_the_records_stops_the_batch() -> None:
    def records() -> Iterator[Numbered]:
        yield Numbered(2)
        raise RecordError("the reader broke")

    outcomes = each(halved, records())
    assert next(outcomes) == 50
    with pytest.raises(RecordError, match="the reader broke"):
        next(outcomes)


def test_worker_processes_give_the_same_outcomes_in_the_same_order() -> None:
    records = [Numbered(number) for number in (2, 3, 0, 4, 5, 6, 8, 10)]
    with Workers(2, seconds_max=20, memory_bytes_max=None) as workers:
        assert list(each_in(workers, halved, iter(records))) == list(each(halved, records))


def test_a_reason_can_always_be_stored() -> None:
    made = rejection("http://a/\0\ud800", RecordError("bad \0 text \udfff here"))
    assert (made.key, made.message) == ("http://a/", "bad  text  here")
