"""What the command line shows: tables, gates, progress."""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from pipeline.articles.compare import BANDS, State, band
from pipeline.stages import STAGES

if TYPE_CHECKING:
    from pipeline.coder.explanation import Explanation
    from pipeline.discovery import Found
    from pipeline.reextraction import Compared

REJECTIONS_SHOWN = 8
SHORT = 20  # characters that a cell may have to be kept on one line
COLUMN_MIN = 9  # characters below which a table's columns cannot be read
WIDTH_OF_FILES = 120  # where no terminal says how wide it is


def _console(*, stderr: bool = False) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    known = stream.isatty() or "COLUMNS" in os.environ
    return Console(stderr=stderr, width=None if known else WIDTH_OF_FILES)


out, err = _console(), _console(stderr=True)
EXPLAINED = {"plain": "", "heading": "bold", "taken": "green", "dropped": "dim"}

QUERIES_TO_TRY = (
    "select event_date, type_code, place_name, said_by, denied_by from mart_contested",
    "select event_date, type_code, country_code, event_count, deaths_high from mart_daily_events",
    "select event_date, place_name, kind, claimant, count_min, count_max, source_name from mart_casualties",
)


@contextmanager
def progress(total: int, what: str) -> Iterator[Progress]:
    """A bar on standard error; lines instead of a bar where that is not a terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        bar.add_task(what, total=total)
        yield bar


def waiting(what: str) -> AbstractContextManager[object]:
    """A spinner on standard error, for work of unknown length."""
    return err.status(what) if err.is_terminal else nullcontext()


def show_stages(runs: Sequence[Mapping[str, Any]]) -> None:
    """One line a stage, summed over its runs."""
    table = Table(title="Stages", title_justify="left")
    table.add_column("stage")
    for name in ("in", "out", "rejected", "changed", "seconds"):
        table.add_column(name, justify="right")
    table.add_column("last note")
    for stage in STAGES:
        mine = [run for run in runs if run["stage"] == stage]
        if mine:
            counts = (sum(run[f"{name}_count"] for run in mine) for name in ("in", "out", "rejected", "changed"))
            seconds = sum(run["seconds"] for run in mine)
            table.add_row(stage, *(f"{count:,}" for count in counts), f"{seconds:.1f}", Text(mine[-1]["note"]))
    out.print(table)


def show_rejections(rows: Sequence[Mapping[str, Any]]) -> None:
    """What was rejected and why, the first few; the same on several days once."""
    last = {(row["stage"], row["key"]): row for row in rows}
    times = Counter((row["stage"], row["key"]) for row in rows)
    for which, row in list(last.items())[:REJECTIONS_SHOWN]:
        days = f"{row['day']}" if times[which] == 1 else f"{times[which]} days to {row['day']}"
        out.print(Text(f"  {row['stage']} rejected ({days}): {row['message']}"), soft_wrap=True)
    if len(last) > REJECTIONS_SHOWN:
        out.print(f"  and {len(last) - REJECTIONS_SHOWN} more: select * from fact_rejection")


def show_gates(results: Sequence[Mapping[str, Any]], quarantined: int) -> None:
    """What the gates said: a sentence, then a line for each rule that did not pass."""
    failed = [result for result in results if not result["is_passed"]]
    blocking = sum(result["severity"] == "critical" for result in failed)
    days = len({result["day"] for result in results})
    verdict = "[red]publication stopped[/]" if blocking else "[green]passed[/]"
    out.print(
        f"Gates: {verdict}; {len(results) - len(failed)} of {len(results)} rules over {days} day{'s' * (days != 1)}, "
        f"{quarantined} rows in quarantine"
    )
    for result in failed:
        where = ".".join(filter(None, [result["suite"], result["column_name"]]))
        out.print(Text(f"  {result['day']} {result['severity']}: {where}: {result['meaning']} ({result['observed']})"))


def show_places(warehouse: Path, dashboard: Path, gates: Path) -> None:
    """Where the results are, and what to ask them."""
    for name, path in (("Warehouse", warehouse), ("Dashboard", dashboard), ("Gates", gates)):
        out.print(Text(f"{name + ':':<11}{path}"), soft_wrap=True)
    out.print("Try:")
    for query in QUERIES_TO_TRY:
        out.print(f'  .venv/bin/eventwire sql "{query}"', soft_wrap=True, highlight=False)


def show_feeds(rows: Sequence[Mapping[str, Any]]) -> None:
    """One line a feed: how it is, when it was and will be asked, and what is wrong with it."""
    if not rows:
        out.print("no feed was ever polled; `eventwire run --stage poll --day YYYY-MM-DD` does it")
        return
    table = Table(caption="failures since the last answer: hard, soft, temporary", caption_justify="left")
    for name in ("state", "asked (UTC)", "next", "every", "failures"):
        table.add_column(name, no_wrap=True)
    table.add_column("source and feed", overflow="fold")
    for row in rows:
        failures = [row["hard_count"], row["soft_count"], row["temporary_count"]]
        table.add_row(
            row["state"] if row["is_active"] else "not in catalogue",
            _minute(row["checked_at"]),
            _minute(row["next_poll_at"]),
            _spell(row["interval_seconds"]) if row["state"] == "active" else "",
            " ".join(map(str, failures)) if any(failures) else "",
            Text("\n".join(filter(None, [f"{row['source_id']}  {row['url']}", _move(row), _error(row)]))),
        )
    out.print(table)


def _spell(seconds: int) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds // 60} min"


def show_found(found: "Sequence[Found]") -> None:
    """One line a feed that was discovered."""
    table = Table()
    for name in ("feed", "kind", "title", "items", "newest (UTC)", "a day", "found by"):
        table.add_column(name, overflow="fold", justify="right" if name in ("items", "a day") else "left")
    for feed in found:
        per_day = "" if feed.per_day is None else f"{feed.per_day:.3g}"
        newest = f"{feed.newest_at:%Y-%m-%d %H:%M}" if feed.newest_at else ""
        table.add_row(Text(feed.url), feed.kind, Text(feed.title), str(feed.item_count), newest, per_day, feed.how)
    out.print(table)


def _minute(instant: datetime | None) -> str:
    return f"{instant:%m-%d %H:%M}" if instant else ""


def _error(row: Mapping[str, Any]) -> str:
    return (row["last_error"] or "").removeprefix(f"{row['url']}: ")


def _move(row: Mapping[str, Any]) -> str:
    if row["adopted_url"]:
        return f"moved to {row['adopted_url']}, which is asked now: change the catalogue"
    return f"redirects for good to {row['moved_to']}" if row["moved_to"] else ""


def show_comparison(found: "Sequence[Compared]") -> None:
    """What another extraction would change: counts, how alike the texts are, which fields differ."""
    if not found:
        out.print("no articles to compare: these days were never extracted")
        return
    differences = [compared.difference for compared in found]
    states = Counter(difference.state for difference in differences)
    out.print(f"{len(found)} pages: " + ", ".join(f"{states[state]} {state}" for state in get_args(State)))
    alike = [difference.similarity for difference in differences if difference.similarity is not None]
    _show_table([{"similarity of texts": _band(low), "pages": Counter(map(band, alike))[low]} for low in BANDS])
    fields = Counter(name for difference in differences for name in difference.changes)
    if fields:
        _show_table([{"field": name, "pages": count} | _example(name, found) for name, count in fields.most_common()])
    for difference in differences:
        if difference.state in {"gained", "lost"}:
            out.print(Text(f"  {difference.state}: {difference.url}: {difference.reason}"), soft_wrap=True)


def _band(low: float) -> str:
    above = min((value for value in BANDS if value > low), default=None)
    return "the same" if above is None else f"{low:g} to {above:g}"


def _example(name: str, found: "Sequence[Compared]") -> dict[str, Any]:
    before, after = next(compared.difference.changes[name] for compared in found if name in compared.difference.changes)
    return {"before, for example": before, "after": after}


def show_changes(rows: Sequence[Mapping[str, Any]]) -> None:
    """One line an article that changed."""
    if not rows:
        out.print("no article changed since then")
        return
    table = Table()
    for name in ("change", "recorded (UTC)", "article"):
        table.add_column(name, no_wrap=True)
    table.add_column("outlet, title and address", overflow="fold")
    for row in rows:
        is_left = row["version_id"] is not None
        what = f"{row['source_id']}: {row['title']}\n{row['canonical_url']}" if is_left else "no version is left"
        table.add_row(str(row["change_id"]), _minute(row["recorded_at"]), row["article_id"], Text(what))
    out.print(table)


def show_versions(rows: Sequence[Mapping[str, Any]]) -> None:
    """One paragraph a version: when it was seen, which capture it came from, what it changed."""
    for number, row in enumerate(rows, 1):
        out.print(Text(f"version {number}  {row['version_id']}  {row['title']}"), style="bold", soft_wrap=True)
        seen = ", ".join(f"{at:%Y-%m-%d %H:%M}" for at in row["seen_at"])
        out.print(Text(f"  captured {row['captured_at']:%Y-%m-%d %H:%M} (page {row['page_id']}), last seen {seen}"))
        revision = row["revision"] or {"changes": []}
        for change in revision["changes"]:
            line = Text(f"  {change['part']:<5} ").append(change["removed"].strip(), style="red strike")
            out.print(line.append(" → ").append(change["added"].strip(), style="green"), soft_wrap=True)


def show_explanation(explanation: "Explanation") -> None:
    """How an article was read and coded, and its events as a table."""
    from pipeline.coder.explain_lines import lines as text_of
    from pipeline.coder.explain_lines import rows

    for line in text_of(explanation):
        out.print(Text(line.text, style=EXPLAINED[line.style]), soft_wrap=True)
    if events := rows(explanation):
        out.print()
        show_rows(events, len(events))


def show_rows(rows: Sequence[Mapping[str, Any]], limit: int) -> None:
    """A table of a query's answer."""
    if not rows:
        out.print("no rows")
        return
    if len(rows[0]) > out.width // COLUMN_MIN:
        _show_one_by_one(rows[:limit])
    else:
        _show_table(rows[:limit])
    if len(rows) > limit:
        out.print(f"{limit} of {len(rows)} rows; --limit shows more")


def _show_one_by_one(rows: Sequence[Mapping[str, Any]]) -> None:
    """One line a value, for rows that are too wide for a table."""
    width = max(map(len, rows[0]))
    for number, row in enumerate(rows, 1):
        out.print(f"row {number}", style="bold")
        for name, value in row.items():
            out.print(Text(f"  {name:<{width}}  ") + _cell(value), soft_wrap=True)


def _show_table(rows: Sequence[Mapping[str, Any]]) -> None:
    table = Table()
    for name in rows[0]:
        is_short = all(len(_cell(row[name])) <= SHORT for row in rows)
        table.add_column(Text(name), overflow="fold", no_wrap=is_short)
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    out.print(table)


def lines(rows: Iterable[Mapping[str, Any]]) -> None:
    """JSON lines for programs."""
    from pydantic_core import to_json

    for row in rows:
        sys.stdout.write(to_json(row).decode() + "\n")


def _cell(value: Any) -> Text:
    """Plain text: brackets in what others wrote are no markup."""
    if value is None:
        return Text()
    return Text(", ".join(map(str, value)) if isinstance(value, list) else str(value))
