"""What the commands that run and report do, between the command line and the stages."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from rich.progress import Progress

from pipeline import console
from pipeline.discovery import Found, discover
from pipeline.errors import ConfigError, GateFailed, StageError
from pipeline.feeds.health import FeedHealth, resumed
from pipeline.io.failures import FetchError
from pipeline.io.files import only_one
from pipeline.io.http import Client
from pipeline.io.polls import Polls
from pipeline.io.schema import migrate
from pipeline.io.store import Row, Store, days_with
from pipeline.io.tables import FeedRow, GateResultRow, PageRow, RejectionRow, StageRunRow
from pipeline.io.versions import article_ids, chain, changed_after
from pipeline.local import LocalAirflow, newsroom, sample_days
from pipeline.main import open_archive, run_stage
from pipeline.reextraction import Compared, compare_day
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.sources import find_catalogue, load_catalogue
from pipeline.stages import HARVEST, NIGHTLY, load

FEED_STATES = ("active", "new", "failing", "dead", "gone")  # the sick ones are shown first
FEED_COLUMNS = (
    "source_id", "url", "state", "checked_at", "next_poll_at", "interval_seconds", "hard_count", "soft_count",
    "temporary_count", "last_error", "etag", "moved_to", "adopted_url", "is_active",
)  # fmt: skip
DAGS = {"harvest": HARVEST, "nightly": NIGHTLY}


def up(settings: Settings, days: Sequence[date]) -> None:
    """Harvest and run nightly over each day through Airflow, then show what came of it.

    Raises what stopped the first day that did not succeed.
    """
    sources = load_catalogue(find_catalogue(settings.catalogue))
    _refuse_days(settings, days)
    started_at = datetime.now(UTC)
    with only_one(settings.home / ".up.lock", "`eventwire up`"):
        migrate(settings.store_url)
        failure = _run_through_airflow(settings, days, started_at)
    runs = _runs(Store(settings.store_url), days, started_at)
    console.out.print(f"{len(sources)} sources of catalogue {settings.catalogue}, {days[0]} to {days[-1]}")
    _show(settings, days, runs)
    if failure:
        raise failure
    _warn_of_sample(settings)


def _run_through_airflow(
    settings: Settings, days: Sequence[date], started_at: datetime
) -> StageError | GateFailed | None:
    """Run both DAGs over each day in turn; return what stopped the first day that did not succeed."""
    steps = len(days) * sum(len(stages) for stages in DAGS.values())
    with newsroom(settings) as (set_day, extra), console.progress(steps, "starting Airflow") as bar:
        extra |= {"EVENTWIRE_CATALOGUE": _absolute(settings.catalogue), "EVENTWIRE_EAGER": "true"}  # somebody waits
        with LocalAirflow(settings, extra) as airflow:
            for day in days:
                set_day(day)
                failure = _run_day(settings, airflow, day, bar, started_at)
                if failure:
                    return failure
    return None


def _refuse_days(settings: Settings, days: Sequence[date]) -> None:
    """Raise ConfigError for days that nothing can be harvested for."""
    if settings.catalogue == "sample" and (strange := sorted(set(days) - set(sample_days()))):
        raise ConfigError(
            f"the sample newsroom has no {strange[0]}: it covers {sample_days()[0]} to {sample_days()[-1]}"
        )
    if days[-1] > datetime.now(UTC).date():
        raise ConfigError(f"day {days[-1]} is in the future; today is {datetime.now(UTC).date()} (UTC)")


def _warn_of_sample(settings: Settings) -> None:
    """Say so when own sources share their stores with the invented newsroom."""
    invented = Store(settings.store_url).rows(FeedRow, FeedRow.url.like("%.example/%"))
    if settings.catalogue != "sample" and invented:
        console.out.print(
            f"Note: {settings.home} also holds the invented sample newsroom. `make clean-data` removes all of it; "
            "EVENTWIRE_HOME=another-folder keeps them apart."
        )


def _run_day(
    settings: Settings, airflow: LocalAirflow, day: date, bar: Progress, started_at: datetime
) -> StageError | GateFailed | None:
    for dag in DAGS:
        if not console.err.is_terminal:
            console.err.print(f"{day} {dag}", highlight=False)
        answer = airflow.run(dag, day, lambda task: bar.update(bar.task_ids[0], advance=1, description=f"{day} {task}"))
        if answer.state != "success":
            return _failure(settings, airflow, day, started_at)
    return None


def _failure(settings: Settings, airflow: LocalAirflow, day: date, started_at: datetime) -> StageError | GateFailed:
    failed = [run for run in _runs(Store(settings.store_url), [day], started_at) if run["state"] != "done"]
    if not failed:
        return StageError(f"{day}: Airflow could not run a stage: see {airflow.log}")
    kind = GateFailed if failed[-1]["state"] == "blocked" else StageError
    return kind(failed[-1]["note"])


def run_days(settings: Settings, days: Sequence[date], stages: Sequence[str], *, as_json: bool) -> None:
    """Run stages over days in this process and show what they did."""
    migrate(settings.store_url)
    names = stages or NIGHTLY
    started_at = datetime.now(UTC)
    with console.progress(len(days) * len(names), "starting") as bar:
        for day in days:
            for name in names:
                bar.update(bar.task_ids[0], description=f"{day} {name}")
                run_stage(name, day, settings)
                bar.advance(bar.task_ids[0])
    runs = _runs(Store(settings.store_url), days, started_at)
    if as_json:
        console.lines(runs)
    else:
        _show(settings, days, runs)


def report(settings: Settings, days: Sequence[date], *, as_json: bool) -> None:
    """Show the last run of each stage over each day."""
    Store(settings.store_url).require_schema()
    last = {(run["day"], run["stage"]): run for run in _runs(Store(settings.store_url), days)}
    if as_json:
        console.lines(last.values())
    else:
        _show(settings, days, list(last.values()))


def rebuild(settings: Settings) -> None:
    """Build the warehouse anew and say from which days."""
    store = Store(settings.store_url)
    store.require_schema()
    run = Run(day=datetime.now(UTC).date(), settings=settings, store=store, archive=open_archive(settings))
    days = load.rebuild(run)
    judged = {row["day"] for row in store.rows(GateResultRow)}
    console.out.print(f"{settings.warehouse_file} holds: {', '.join(map(str, days)) or 'no day'}", soft_wrap=True)
    if judged - set(days):
        console.out.print(f"Left out, as their gates failed: {', '.join(map(str, sorted(judged - set(days))))}")


def with_pages(settings: Settings, days: Sequence[date]) -> list[date]:
    """Those of the days that have archived pages; raise ConfigError when none has."""
    store = Store(settings.store_url)
    store.require_schema()
    found = days_with(store, PageRow, days[0], days[-1])
    if not found:
        raise ConfigError(
            f"{days[0]} to {days[-1]}: no pages were harvested on these days, so there is nothing to extract"
        )
    return found


def compare_extractions(settings: Settings, days: Sequence[date]) -> list[Compared]:
    """Extract the days again, change nothing, and return how each page's outcome differs from the stored one."""
    store, archive = Store(settings.store_url), open_archive(settings)
    store.require_schema()
    found: list[Compared] = []
    with console.progress(len(days), "comparing") as bar:
        for day in days:
            bar.update(bar.task_ids[0], description=f"comparing {day}")
            found += compare_day(Run(day=day, settings=settings, store=store, archive=archive))
            bar.advance(bar.task_ids[0])
    return found


def changed_articles(settings: Settings, cursor: int, limit: int) -> list[Row]:
    """Articles of which another version is the newest since the change numbered *cursor*."""
    store = Store(settings.store_url)
    store.require_schema()
    return changed_after(store, cursor, limit)


def article_versions(settings: Settings, which: str) -> list[Row]:
    """The versions of an article, named by its address, its id or a version's; raise ConfigError when there is none."""
    store = Store(settings.store_url)
    store.require_schema()
    ids = article_ids(store, which)
    if not ids:
        raise ConfigError(f"no article has the address or the id {which!r}; `eventwire articles changed` lists them")
    return [row for article_id in ids for row in chain(store, article_id)]


def feed_status(settings: Settings) -> list[dict[str, Any]]:
    """The health of every feed, those that fail first."""
    store = Store(settings.store_url)
    store.require_schema()
    rows = store.rows(FeedRow)
    rows.sort(key=lambda row: (-FEED_STATES.index(row["state"]), row["source_id"], row["url"]))
    return [{name: row[name] for name in FEED_COLUMNS} for row in rows]


def discover_feeds(settings: Settings, url: str) -> list[Found]:
    """The feeds of a site, the most useful first; raises StageError when it does not answer."""

    async def search() -> list[Found]:
        async with Client(settings) as client:
            return await discover(client, url)

    try:
        with console.waiting(f"asking {url}"):
            return asyncio.run(search())
    except FetchError as error:
        kind = StageError if error.is_passing else ConfigError
        raise kind(f"discover: {error}") from error


def resume_feed(settings: Settings, url: str) -> None:
    """Ask a feed again that was given up.

    Raises ConfigError when no feed of the store has that address.
    """
    store = Store(settings.store_url)
    store.require_schema()
    found = store.records(FeedHealth, FeedRow, FeedRow.url == url)
    if not found:
        raise ConfigError(f"no feed has the address {url}; `eventwire sources status` lists them all")
    for health in found:
        Polls(store, datetime.now(UTC).date()).save(resumed(health))


def _runs(store: Store, days: Sequence[date], since: datetime | None = None) -> list[Row]:
    """Stage runs over the days, oldest first."""
    where = [StageRunRow.day >= days[0], StageRunRow.day <= days[-1]]
    if since:
        where.append(StageRunRow.started_at >= since)
    return store.rows(StageRunRow, *where, order=("started_at",))


def _show(settings: Settings, days: Sequence[date], runs: Sequence[Row]) -> None:
    """The stages, what was rejected, what the gates said if they were asked, and where the results are."""
    if not runs:
        console.out.print(f"No stage has run over {days[0]} to {days[-1]} yet.")
        return
    store = Store(settings.store_url)
    console.show_stages(runs)
    rejected = store.rows(RejectionRow, RejectionRow.day >= days[0], RejectionRow.day <= days[-1], order=("day",))
    console.show_rejections([row for row in rejected if row["stage"] != "check"])
    if any(run["stage"] == "check" for run in runs):
        results = store.rows(GateResultRow, GateResultRow.day >= days[0], GateResultRow.day <= days[-1], order=("day",))
        console.show_gates(results, sum(row["stage"] == "check" for row in rejected))
    done = all(run["state"] == "done" for run in runs)
    if done and all(run["changed_count"] == 0 for run in runs):
        console.out.print("Nothing changed: all of it was there already.")
    if done and settings.warehouse_file.exists():
        console.show_places(settings.warehouse_file, settings.dashboard_file, settings.gates_file)


def _absolute(catalogue: str) -> str:
    path = find_catalogue(catalogue)
    return str(path.resolve())
