"""The page that shows what the gates said of one day: every rule, and every quarantined row with its reasons."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from pipeline.dashboard.html import cell, page, section, table, tiles


class Result(Protocol):
    """What this page shows of a rule's result."""

    @property
    def suite(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def column_name(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def is_passed(self) -> bool: ...
    @property
    def checked_count(self) -> int: ...
    @property
    def failed_count(self) -> int: ...
    @property
    def observed(self) -> str: ...
    @property
    def meaning(self) -> str: ...


def gates_page(day: date, results: Sequence[Result], reasons: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    """Failed rules first."""
    blocking = sum(not result.is_passed and result.severity == "critical" for result in results)
    held = [(suite, key, why) for suite, keys in reasons.items() for key, why in keys.items()]
    ordered = sorted(results, key=lambda result: (result.is_passed, result.severity, result.suite, result.rule))
    verdict = "publication stopped" if blocking else "passed"
    rules = table(
        ["", "table", "column", "rule", "severity", "rows", "break it", "found", "what it guards"],
        [_rule(result) for result in ordered],
    )
    rows = table(
        ["table", "row", "reasons"],
        [[cell(suite), cell(key), cell("; ".join(why))] for suite, key, why in held],
        empty="No row was held back.",
    )
    return page(
        f"Gates {day}",
        [
            f"<h1>Gates of {day}</h1>",
            tiles(
                [
                    ("verdict", verdict),
                    ("rules", len(results)),
                    ("rules that failed", sum(not r.is_passed for r in results)),
                    ("rows in quarantine", len(held)),
                ]
            ),
            section("Rules", "A critical rule that fails stops the publication; the others are kept and shown.", rules),
            section("Quarantine", "Rows that were not published, and why; they stay in the operational store.", rows),
        ],
    )


def _rule(result: Result) -> list[str]:
    state, kind = (
        ("passed", "good") if result.is_passed else ("failed", "bad" if result.severity == "critical" else "warn")
    )
    return [
        cell(state, kind),
        cell(result.suite),
        cell(result.column_name),
        cell(result.rule),
        cell(result.severity),
        cell(result.checked_count, "number"),
        cell(result.failed_count, "number"),
        cell(result.observed),
        cell(result.meaning),
    ]
