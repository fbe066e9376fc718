"""The benchmark of extraction measures what it says, on two invented pages."""

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.recorded import f1

PROSE = [
    "Rebels shelled the market of the lakeside town at dawn on Monday, killing nine people, the governor said.",
    "Twelve others were wounded when two mortar rounds fell among the stalls, a doctor at the hospital said.",
]
HEAD = (
    '<meta property="article:published_time" content="2026-11-16T09:00:00Z"><meta name="author" content="Anna Okoro">'
)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    truths = []
    for name, title in (("One_2026_11_16", "Nine dead in market"), ("Two_2026_11_16", "Another title")):
        page = f"<html><head><title>Nine dead in market</title>{HEAD}</head><body><article><h1>Nine dead in market</h1>"
        page += "".join(f"<p>{text}</p>" for text in PROSE) + "</article></body></html>"
        (tmp_path / f"{name}.html.gz").write_bytes(gzip.compress(page.encode()))
        truths.append({
            "file": f"{name}.html.gz", "url": f"http://post.example/{name}", "language": "en", "captured_at": "2026-11-16 12:00:00",
            "published_at": "2026-11-16 09:00:00+00:00", "title": title, "authors": ["Anna Okoro"], "paragraphs": PROSE,
        })  # fmt: skip
    (tmp_path / "truth.jsonl").write_text("".join(json.dumps(truth) + "\n" for truth in truths))
    return tmp_path


def test_figures_tell_what_is_right_and_what_it_took(pages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "--pages", str(pages), "--repeat", "1", "--memory-pages", "4", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert [one["f1"] for one in figures["scores"]] == [1.0, 1.0]
    assert [one["is_title_right"] for one in figures["scores"]] == [True, False]
    for one in figures["scores"]:
        assert one["is_day_right"] and one["is_instant_right"] and one["are_authors_right"] and one["is_language_right"]
    assert figures["speed"]["pages_each_second"] > 0 and figures["pool"]["two_each_second"] > 0
    assert figures["memory"]["pages"] == 4 and figures["memory"]["end"] > 10_000_000


def test_a_missing_folder_is_told_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "--pages", str(tmp_path / "none")]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "truth.jsonl is missing" in printed.err and "--pages" in printed.err


def test_token_f1_counts_words_as_often_as_they_stand() -> None:
    assert f1("Nine dead, nine hurt", "nine DEAD nine hurt") == 1.0
    assert f1("nine dead", "nine nine") == 0.5
    assert f1("", "nine") == 0.0
