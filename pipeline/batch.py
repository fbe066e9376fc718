"""Apply a pure step to many records without letting one of them stop the rest."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

import structlog

from pipeline.errors import RecordError
from pipeline.language.clean import clean
from pipeline.records import Rejection

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
