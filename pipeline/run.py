"""What a stage works with, and what it answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from pipeline.errors import ConfigError, StageError
from pipeline.io.accounts import rejection_row
from pipeline.io.archive import Archive
from pipeline.io.rows import to_row
from pipeline.io.store import Row, Store
from pipeline.io.tables import Base
from pipeline.records import Rejection
from pipeline.settings import Settings

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one stage did with one day."""

    stage: str
    day: date
    in_count: int
    out_count: int
    rejected_count: int = 0
    changed_count: int = 0  #: rows that are not as they were before
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One day, the settings, and the stores that its stages read and write."""

    day: date
    settings: Settings
    store: Store
    archive: Archive

    def replace(self, stage: str, model: type[Base], outcomes: Iterable[object | Rejection], note: str = "") -> Report:
        """Make the day's rows of one table be the outcomes, and file the rejections beside them."""
        made, rejected = split(outcomes)
        self.refuse_unexpected(stage, rejected, len(made) + len(rejected))
        changed = self.replace_rows(stage, {model: made}, rejected)
        return Report(
            stage=stage,
            day=self.day,
            in_count=len(made) + len(rejected),
            out_count=len(made),
            rejected_count=len(rejected),
            changed_count=changed,
            note=note,
        )

    def replace_rows(
        self, stage: str, records: Mapping[type[Base], Sequence[object]], rejected: Sequence[Rejection]
    ) -> int:
        """Replace the day's rows of several tables in one transaction; return how many changed."""
        rows = {model: self.rows(some) for model, some in records.items()}
        return self.store.replace_day(self.day, stage, rows, self.rejection_rows(stage, rejected))

    def rows(self, records: Iterable[object]) -> list[Row]:
        """The records as rows of the day."""
        return [to_row(record) | {"day": self.day} for record in records]

    def rejection_rows(self, stage: str, rejected: Sequence[Rejection]) -> list[Row]:
        return [rejection_row(self.day, stage, rejection) for rejection in rejected]

    def refuse_unexpected(self, stage: str, rejected: Sequence[Rejection], total: int) -> None:
        """File the rejections and raise StageError when too many records failed in unforeseen ways."""
        error = self.too_many_unexpected(stage, rejected, total)
        if error:
            self.store.replace_day(self.day, stage, {}, self.rejection_rows(stage, rejected))
            raise error

    def too_many_unexpected(self, stage: str, rejected: Sequence[Rejection], total: int) -> StageError | None:
        """The error to raise when more records failed in unforeseen ways than the settings bear."""
        unexpected = [rejection for rejection in rejected if not rejection.is_expected]
        if len(unexpected) <= self.settings.unexpected_share_max * total:
            return None
        first = unexpected[0]
        return StageError(
            f"{stage} {self.day}: {len(unexpected)} of {total} records failed unexpectedly, the first is "
            f"{first.key} ({first.error}: {first.message}); the day's old rows are kept, see table rejection"
        )


def split(outcomes: Iterable[S | Rejection]) -> tuple[list[S], list[Rejection]]:
    """Part what was made from what was rejected, each in order."""
    made: list[S] = []
    rejected: list[Rejection] = []
    for outcome in outcomes:
        if isinstance(outcome, Rejection):
            rejected.append(outcome)
        else:
            made.append(outcome)
    return made, rejected


def resolve_day(params: Mapping[str, Any], partition_key: str | None, interval_start: datetime | None) -> date:
    """Return the coverage day of an Airflow run: its parameter, else its partition, else its interval.

    Raises ConfigError when the run has none of them, or a day that is not a date.
    """
    given = params.get("day") or partition_key
    if given:
        try:
            return datetime.fromisoformat(str(given)).date()
        except ValueError as error:
            raise ConfigError(f"the run's day {given!r} is not a date: write it as YYYY-MM-DD") from error
    if interval_start is None:
        raise ConfigError(
            "the run has no day: it was triggered without a date; give it one, "
            'airflow dags trigger DAG --conf \'{"day": "YYYY-MM-DD"}\', or use `airflow backfill create`'
        )
    return interval_start.date()
