"""Which day does an Airflow run cover?"""

from datetime import UTC, date, datetime

import pytest

from pipeline.errors import ConfigError
from pipeline.run import resolve_day

START = datetime(2026, 11, 16, 0, 30, tzinfo=UTC)


def test_the_parameter_comes_first_then_the_partition_then_the_interval() -> None:
    assert resolve_day({"day": "2026-11-01"}, "2026-11-02", START) == date(2026, 11, 1)
    assert resolve_day({"day": None}, "2026-11-02T00:00:00", START) == date(2026, 11, 2)
    assert resolve_day({}, None, START) == date(2026, 11, 16)


def test_a_run_without_any_date_says_how_to_give_one() -> None:
    with pytest.raises(ConfigError, match=r"the run has no day.*airflow backfill create"):
        resolve_day({}, None, None)


@pytest.mark.parametrize("wrong", ["yesterday", "2026-13-01", "16.11.2026"])
def test_a_day_that_is_no_date_is_named(wrong: str) -> None:
    with pytest.raises(ConfigError, match=f"{wrong}' is not a date: write it as YYYY-MM-DD"):
        resolve_day({"day": wrong}, None, START)
