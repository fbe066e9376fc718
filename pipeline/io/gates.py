"""The quality gates: Great Expectations suites (expectations/*.json) over the batch about to be published.

Each file names a table of the publication and its rules. A rule about rows marks the rows that break it:
they go to quarantine. A critical rule that fails (more rows than its `mostly` lets pass, or a statement
about the whole table) stops the publication. Warnings are kept and shown.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.errors import ConfigError, StageError
from pipeline.io.publication import KEYS, QUARANTINED, Publication, summary
from pipeline.settings import PROJECT_ROOT

SUITES = PROJECT_ROOT / "expectations"
CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """What one rule found."""

    suite: str
    rule: str
    column_name: str
    severity: str
    is_passed: bool
    checked_count: int
    failed_count: int
    observed: str
    meaning: str
    failed_keys: tuple[str, ...]  #: keys of the rows that break it; empty for a rule about the whole table

    @property
    def is_blocking(self) -> bool:
        return self.severity == CRITICAL and not self.is_passed


def judge(publication: Publication, folder: Path = SUITES) -> list[GateResult]:
    """Hold every suite against its table of the publication.

    Raises ConfigError for a suite that is not usable, StageError when a rule crashed.
    """
    suites = list(_suites(folder))
    context = _context()
    tables = {**publication.tables, "day": [summary(publication)]}
    return [result for suite in suites for result in _judge_table(context, suite, tables[suite["name"]])]


def quarantine(results: Sequence[GateResult]) -> dict[str, dict[str, list[str]]]:
    """Reasons by table and key of each row that breaks a rule about rows."""
    reasons: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        if result.severity == CRITICAL and result.suite in QUARANTINED:
            for key in result.failed_keys:
                reasons[result.suite][key].append(f"{result.rule}: {result.meaning}")
    return {table: dict(keys) for table, keys in reasons.items()}


def _suites(folder: Path) -> Iterator[dict[str, Any]]:
    files = sorted(folder.glob("*.json"))
    if not files:
        raise ConfigError(f"no suites (*.json) in {folder}: without gates nothing may be published")
    for file in files:
        try:
            suite = json.loads(file.read_text(encoding="utf-8"))
            for rule in suite["expectations"]:
                rule["type"], rule["severity"], rule["meta"]["meaning"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                f"{file}: not a usable suite ({type(error).__name__}: {error}); every expectation needs a type, "
                "kwargs, a severity and a meta.meaning"
            ) from error
        if suite.get("name") not in KEYS:
            raise ConfigError(f"{file}: suite name {suite.get('name')!r} is not a gated table ({', '.join(KEYS)})")
        yield suite


def _context() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read at import: no call home
    import great_expectations as gx  # 3 s and 200 MB: only where gates are judged
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _judge_table(context: Any, suite: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Iterator[GateResult]:
    from great_expectations.core.expectation_suite import ExpectationSuite

    name, key = suite["name"], KEYS[suite["name"]]
    columns = {key} | {value for rule in suite["expectations"] for arg, value in rule["kwargs"].items()
                       if arg.startswith("column")}  # fmt: skip
    missing = sorted(columns - rows[0].keys()) if rows else []
    if missing:
        raise ConfigError(f"expectations/{name}.json: table {name} has no column {', '.join(missing)}")
    frame = pd.DataFrame([{column: row[column] for column in columns} for row in rows], columns=sorted(columns))
    batch = (
        context.data_sources.add_or_update_pandas(name)
        .add_dataframe_asset(name)
        .add_batch_definition_whole_dataframe("day")
        .get_batch({"dataframe": frame})
    )
    rules = ExpectationSuite(name=name, expectations=suite["expectations"])
    if len(rules.expectations) != len(suite["expectations"]):  # the library logs what it cannot use, and goes on
        known = {rule.expectation_type for rule in rules.expectations}
        lost = sorted({rule["type"] for rule in suite["expectations"]} - known) or "rules that are there twice"
        raise ConfigError(f"expectations/{name}.json: not usable: {lost}; see the names in Great Expectations' gallery")
    outcome = batch.validate(
        rules,
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": [key]},
    )
    for found in outcome.results:
        yield _result(name, key, len(rows), found)


def _result(suite: str, key: str, row_count: int, found: Any) -> GateResult:
    config, result = found.expectation_config, found.result
    column = config.kwargs.get("column") or ", ".join(
        str(value) for name, value in config.kwargs.items() if name.startswith("column_")
    )
    if found.exception_info.get("raised_exception"):
        raise StageError(
            f"check: rule {config.type} on {suite}.{column} crashed: {found.exception_info['exception_message']}; "
            f"mend expectations/{suite}.json"
        )
    failed = tuple(sorted({str(row[key]) for row in result.get("unexpected_index_list") or ()}))
    count = int(result.get("unexpected_count", 0 if found.success else 1))
    if "unexpected_index_list" in result and len(result["unexpected_index_list"]) != count:
        raise StageError(f"check: {config.type} on {suite}.{column} lists {len(failed)} of {count} failing rows")
    return GateResult(
        suite=suite,
        rule=config.type.removeprefix("expect_"),
        column_name=column,
        severity=str(config.severity.value),
        is_passed=bool(found.success),
        checked_count=row_count,
        failed_count=count,
        observed=str(result.get("observed_value", f"{count} of {row_count} rows break it")),
        meaning=str(config.meta["meaning"]),
        failed_keys=failed,
    )
