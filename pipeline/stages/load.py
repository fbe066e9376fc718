"""Load: a day that passed its gates → warehouse and dashboard.

Publishes the rows that were checked (their digest says so), less the quarantined. What is unchanged is
left alone.
"""

from dataclasses import replace
from datetime import date

from pipeline.dashboard.page import QUERIES, dashboard_page
from pipeline.errors import GateFailed
from pipeline.io.files import write_whole
from pipeline.io.publication import Publication, read_publication
from pipeline.io.store import Row
from pipeline.io.tables import FeedRow, GateResultRow, RejectionRow, SourceRow
from pipeline.io.warehouse import Warehouse
from pipeline.run import Report, Run


def load(run: Run) -> Report:
    """Publish the day, unless the warehouse has just this batch already."""
    warehouse = Warehouse(run.settings.warehouse_file)
    with warehouse.lock():
        batch = checked(run, run.day)
        loaded = warehouse.loaded()
        is_known = loaded.get(run.day) == batch.digest
        if not is_known:
            publish(run, warehouse, [run.day] if loaded else passed_days(run), anew=not loaded)
        if not is_shown(run):
            show(run, warehouse)
    rows = sum(len(some) for some in batch.tables.values())
    return Report(
        stage="load",
        day=run.day,
        in_count=rows,
        out_count=rows,
        changed_count=0 if is_known else rows,
        note="unchanged, the warehouse is as it was" if is_known else f"published in {warehouse.file.name}",
    )


def rebuild(run: Run) -> list[date]:
    """Build the warehouse anew from every day that passed its gates; return those days."""
    warehouse = Warehouse(run.settings.warehouse_file)
    with warehouse.lock():
        days = passed_days(run)
        publish(run, warehouse, days, anew=True)
        show(run, warehouse)
    return days


def publish(run: Run, warehouse: Warehouse, days: list[date], *, anew: bool) -> None:
    dimensions = {"dim_source": run.store.rows(SourceRow), "dim_feed": run.store.rows(FeedRow)}
    warehouse.publish((checked(run, day) for day in days), dimensions, anew=anew)


def is_shown(run: Run) -> bool:
    """Whether the dashboard was made from the present warehouse."""
    page, warehouse = run.settings.dashboard_file, run.settings.warehouse_file
    return page.exists() and page.stat().st_mtime >= warehouse.stat().st_mtime


def show(run: Run, warehouse: Warehouse) -> None:
    """Write the dashboard from the marts."""
    marts = {name: warehouse.query(sql) for name, sql in QUERIES.items()}
    write_whole(run.settings.dashboard_file, dashboard_page(marts))


def checked(run: Run, day: date) -> Publication:
    """The day's batch without its quarantine, with what the gates said of it.

    Raises GateFailed when its gates did not pass, or judged other rows than these.
    """
    batch = read_publication(run.store, day)
    results = run.store.rows(GateResultRow, GateResultRow.day == day)
    if not is_passed(results, batch.digest):
        state = "failed its gates" if results else "was not checked"
        if results and results[0]["batch_digest"] != batch.digest:
            state = "has changed since it was checked"
        raise GateFailed(f"load {day}: the day {state}, nothing was published; run `eventwire run --day {day}`")
    passed = batch.without(_quarantine(run, day))
    return replace(passed, tables={**passed.tables, "gate_result": results})


def passed_days(run: Run) -> list[date]:
    """Days whose rows passed their gates, in order.

    Raises GateFailed naming the days whose rows are not those that were judged: building the warehouse anew
    without them would lose them silently.
    """
    results: dict[date, list[Row]] = {}
    for row in run.store.rows(GateResultRow, order=("day",)):
        results.setdefault(row["day"], []).append(row)
    changed = [
        day for day, some in results.items() if read_publication(run.store, day).digest != some[0]["batch_digest"]
    ]
    if changed:
        raise GateFailed(
            f"the warehouse must be built anew, but {', '.join(map(str, changed))} changed after the last check; "
            "nothing was published; run `eventwire run --stage check --day D` for each, then `eventwire rebuild`"
        )
    return [day for day, some in results.items() if is_passed(some, some[0]["batch_digest"])]


def is_passed(results: list[Row], digest: str) -> bool:
    return bool(results) and all(
        row["batch_digest"] == digest and (row["is_passed"] or row["severity"] != "critical") for row in results
    )


def _quarantine(run: Run, day: date) -> dict[str, frozenset[str]]:
    rows = run.store.rows(RejectionRow, RejectionRow.day == day, RejectionRow.stage == "check")
    return {
        table: frozenset(row["key"] for row in rows if row["table_name"] == table)
        for table in {row["table_name"] for row in rows}
    }
