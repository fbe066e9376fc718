"""Run stages over days: what the command line and the DAGs both call."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from time import perf_counter
from typing import Any

import structlog

from pipeline.errors import ConfigError, GateFailed, PipelineError, StageError
from pipeline.io.archive import Archive
from pipeline.io.store import Store
from pipeline.io.tables import StageRunRow
from pipeline.records import make_id
from pipeline.run import Report, Run
from pipeline.settings import Settings, load_settings
from pipeline.stages import STAGES
from pipeline.version import VERSION

log = structlog.get_logger()


def run_stage(name: str, day: date, settings: Settings | None = None) -> dict[str, Any]:
    """Run one stage over one day and return its report as plain values.

    Raises ConfigError, GateFailed or StageError; the attempt is kept in table stage_run either way.
    """
    if name not in STAGES:
        raise ConfigError(f"{name!r} is not a stage: choose from {', '.join(STAGES)}")
    settings = settings or load_settings()
    store = Store(settings.store_url)
    store.require_schema()
    run = Run(day=day, settings=settings, store=store, archive=open_archive(settings))
    started_at, start = datetime.now(UTC), perf_counter()
    try:
        report: Report = getattr(import_module(f"pipeline.stages.{name}"), name)(run)
    except PipelineError as error:
        _record(run, name, started_at, perf_counter() - start, error=error)
        raise
    except Exception as error:
        wrapped = StageError(f"{name} {day}: {type(error).__name__}: {error}")
        _record(run, name, started_at, perf_counter() - start, error=wrapped)
        raise wrapped from error
    seconds = perf_counter() - start
    _record(run, name, started_at, seconds, report=report)
    log.info("stage done", **_plain(report), seconds=round(seconds, 2))
    return _plain(report) | {"seconds": round(seconds, 2)}


def open_archive(settings: Settings) -> Archive:
    """The archive that the settings name."""
    return Archive(settings.archive_root, settings.archive_spool, settings.archive_file_bytes_max)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from *first* to *last*, both included; raise ConfigError when they are in the wrong order."""
    if last < first:
        raise ConfigError(f"--from {first} is after --to {last}: give the earlier day first")
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _record(
    run: Run, stage: str, started_at: datetime, seconds: float, report: Report | None = None,
    error: Exception | None = None,
) -> None:  # fmt: skip
    state = "done" if report else "blocked" if isinstance(error, GateFailed) else "failed"
    report = report or Report(stage=stage, day=run.day, in_count=0, out_count=0, note=str(error))
    row = _plain(report) | {
        "run_id": make_id(run.day, stage, started_at.isoformat()),
        "day": run.day,
        "started_at": started_at,
        "seconds": seconds,
        "state": state,
        "version": VERSION,
    }
    try:
        run.store.append(StageRunRow, [row])
    except PipelineError as lost:
        if not error:
            raise
        log.warning("stage run not recorded", reason=str(lost))  # the error that brought us here matters more


def _plain(report: Report) -> dict[str, Any]:
    return asdict(report) | {"day": report.day.isoformat()}
