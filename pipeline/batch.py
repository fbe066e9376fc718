"""Apply a pure step to many records without letting one of them stop the rest."""

from collections.abc import Callable, Iterable, Iterator
from itertools import tee
from typing import Protocol, TypeVar

import structlog

from pipeline.errors import RecordError, StageError
from pipeline.language.clean import clean
from pipeline.records import Rejection
from pipeline.settings import Settings
from pipeline.workers import Workers

log = structlog.get_logger()


class Keyed(Protocol):
    @property
    def key(self) -> str: ...


R = TypeVar("R", bound=Keyed)
S = TypeVar("S")


def each(step: Callable[[R], S], records: Iterable[R]) -> Iterator[S | Rejection]:
    """Yield exactly one outcome per record: what *step* made of it, or why it made nothing.

    Only *step* is guarded. An error while reading *records* still stops the stage.
    """
    for record in records:
        try:
            outcome: S | Rejection = step(record)
        except Exception as error:
            outcome = rejection(record.key, error, getattr(record, "source_id", None))
        yield outcome


def each_in(workers: Workers, step: Callable[[R], S], records: Iterable[R]) -> Iterator[S | Rejection]:
    """As `each`, with *step*, a function of a module's top level, in worker processes; in the order of the records.

    Raises StageError when no worker can be started.
    """
    records, again = tee(records)
    for outcome, record in zip(workers.map(step, records), again, strict=True):
        if isinstance(outcome, StageError):
            raise outcome
        if isinstance(outcome, Exception):
            yield rejection(record.key, outcome, getattr(record, "source_id", None))
        else:
            yield outcome


def page_workers(settings: Settings, count: int) -> Workers:
    """At most *count* worker processes, and no more than the settings say, with their limits for a page."""
    return Workers(
        min(settings.process_count, count),
        seconds_max=settings.page_seconds_max,
        memory_bytes_max=settings.page_memory_bytes_max,
    )


def rejection(key: str, error: Exception, source_id: str | None = None) -> Rejection:
    """Say why a record went no further; an error that nobody foresaw is logged with its traceback."""
    is_expected = isinstance(error, RecordError)
    if not is_expected:
        log.error("rejected", key=key, exc_info=error)
    return Rejection(
        key=clean(key),
        error=type(error).__name__,
        message=clean(str(error)),
        is_expected=is_expected,
        source_id=source_id,
    )
