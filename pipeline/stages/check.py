"""Check: the batch about to be published → gate results, quarantine, and a page that shows both.

Raises GateFailed when a critical rule fails: nothing is published, the warehouse stays as it was.
"""

from collections.abc import Mapping, Sequence

from pipeline.dashboard.gates import gates_page
from pipeline.errors import GateFailed
from pipeline.io.accounts import rejection_row
from pipeline.io.files import write_whole
from pipeline.io.gates import GateResult, judge, quarantine
from pipeline.io.publication import read_publication
from pipeline.io.rows import to_row
from pipeline.io.tables import GateResultRow
from pipeline.records import Rejection, make_id
from pipeline.run import Report, Run


def check(run: Run) -> Report:
    """Judge the day's batch; file every result and every quarantined row with its reasons."""
    publication = read_publication(run.store, run.day)
    results = judge(publication)
    reasons = quarantine(results)
    blocking = [result for result in results if result.is_blocking]
    changed = run.store.replace_day(
        run.day,
        "check",
        {GateResultRow: [_row(run, result, publication.digest) for result in results]},
        [_quarantined(run, table, key, why) for table, keys in reasons.items() for key, why in keys.items()],
    )
    write_whole(run.settings.gates_file, gates_page(run.day, results, reasons))
    if blocking:
        raise GateFailed(_sentence(run, blocking))
    return Report(
        stage="check",
        day=run.day,
        in_count=sum(len(rows) for rows in publication.tables.values()),
        out_count=len(results),
        rejected_count=sum(len(keys) for keys in reasons.values()),
        changed_count=changed,
        note=_note(results, reasons),
    )


def _row(run: Run, result: GateResult, digest: str) -> dict[str, object]:
    row = to_row(result)
    del row["failed_keys"]
    key = make_id(run.day, result.suite, result.rule, result.column_name, result.meaning)
    return row | {"result_id": key, "day": run.day, "batch_digest": digest}


def _quarantined(run: Run, table: str, key: str, why: Sequence[str]) -> dict[str, object]:
    return rejection_row(run.day, "check", Rejection(key=key, error="Quarantined", message="; ".join(why)), table)


def _note(results: Sequence[GateResult], reasons: Mapping[str, Mapping[str, object]]) -> str:
    warnings = sum(not result.is_passed and result.severity == "warning" for result in results)
    held = sum(len(keys) for keys in reasons.values())
    passed = sum(result.is_passed for result in results)
    return f"{passed} of {len(results)} rules passed, {warnings} warning{'s' * (warnings != 1)}, {held} rows held back"


def _sentence(run: Run, blocking: Sequence[GateResult]) -> str:
    rules = "; ".join(
        f"{result.suite}.{result.column_name or 'rows'}: {result.meaning} ({result.rule}, {result.observed})"
        for result in blocking
    )
    return (
        f"check {run.day}: {len(blocking)} critical rules failed, nothing was published: {rules}; "
        f"see {run.settings.gates_file}"
    )
