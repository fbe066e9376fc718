"""What the command line shows is what the data says: brackets in it are no markup."""

from pathlib import Path

import pytest
from rich.console import Console

from pipeline import console

BRACKETS = [
    "he said [the army] attacked",
    "x [/b] y",
    "[red]no colour[/red]",
    "[/]",
    "a \\[b]",
    ":warning: sign",
    "[link=x]y",
]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "out", Console(width=200))


@pytest.mark.parametrize("text", BRACKETS)
def test_a_cell_shows_its_text_as_it_is(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    console.show_rows([{"sentence": text, "names": [text, "army"]}], limit=1)

    shown = capsys.readouterr().out
    assert f"│ {text} " in shown
    assert f"{text}, army" in shown


def test_a_column_is_called_what_the_query_calls_it(capsys: pytest.CaptureFixture[str]) -> None:
    console.show_rows([{"list_value(1)[1]": 1, "[/b]": None}], limit=1)

    shown = capsys.readouterr().out
    assert "list_value(1)[1]" in shown
    assert "[/b]" in shown


@pytest.mark.parametrize("text", BRACKETS)
def test_the_note_of_a_stage_is_shown_as_it_is(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    counts = {f"{name}_count": 1 for name in ("in", "out", "rejected", "changed")}

    console.show_stages([{"stage": "load", "seconds": 1.0, "note": text, **counts}])

    assert f"│ {text} " in capsys.readouterr().out


@pytest.mark.parametrize("text", BRACKETS)
def test_what_a_gate_found_is_shown_as_it_is(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = {
        "day": "2026-11-16", "severity": "critical", "suite": "claim", "column_name": "kind", "meaning": text, "observed": text,
        "is_passed": False,
    }  # fmt: skip

    console.show_gates([result], quarantined=0)

    shown = capsys.readouterr().out
    assert f"claim.kind: {text} ({text})" in shown
    assert "Gates: publication stopped; 0 of 1 rules" in shown


def test_a_folder_with_brackets_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    console.show_places(Path("/data/[old]/w"), Path("/data/[/b]/d"), Path("/g"))

    shown = capsys.readouterr().out
    assert "Warehouse: /data/[old]/w" in shown
    assert "Dashboard: /data/[/b]/d" in shown


def test_more_rows_than_the_limit_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    console.show_rows([{"n": number} for number in range(3)], limit=2)

    assert "2 of 3 rows" in capsys.readouterr().out


def test_rows_too_wide_for_a_table_are_shown_value_by_value(capsys: pytest.CaptureFixture[str]) -> None:
    console.show_rows([{f"column_{number}": f"[value] {number}" for number in range(40)}], limit=10)
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "row 1"
    assert shown[40].split() == ["column_39", "[value]", "39"]
