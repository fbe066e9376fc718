"""What a run does with outcomes, and where it stops."""

from pathlib import Path

import pytest
from support.make import DAY, article, fill

from pipeline.errors import ConfigError, StageError
from pipeline.io.archive import Archive
from pipeline.io.files import write_whole
from pipeline.io.store import Store
from pipeline.io.tables import ArticleRow, RejectionRow
from pipeline.records import Rejection
from pipeline.run import Run, resolve_day
from pipeline.settings import Settings


@pytest.fixture
def run(store: Store, settings: Settings) -> Run:
    fill(store)
    return Run(day=DAY, settings=settings, store=store, archive=Archive(settings.archive_root))


def bad(number: int, is_expected: bool = True) -> Rejection:
    return Rejection(key=f"http://a/{number}", error="E", message="why", is_expected=is_expected)


def many(count: int) -> list[object]:
    return [article(f"version-{number}") for number in range(count)]


def test_a_report_counts_what_was_made_rejected_and_changed(run: Run) -> None:
    report = run.replace("extract", ArticleRow, [*many(3), bad(1)], note="note")
    assert (report.stage, report.day, report.note) == ("extract", DAY, "note")
    assert (report.in_count, report.out_count, report.rejected_count, report.changed_count) == (4, 3, 1, 4)
    assert run.replace("extract", ArticleRow, [*many(3), bad(1)]).changed_count == 0


def test_expected_rejections_never_stop_a_stage(run: Run) -> None:
    assert run.replace("extract", ArticleRow, [bad(number) for number in range(50)]).rejected_count == 50


def test_one_unexpected_failure_in_a_hundred_is_borne(run: Run) -> None:
    assert run.replace("extract", ArticleRow, [*many(99), bad(1, is_expected=False)]).out_count == 99


def test_more_than_that_stops_the_stage_and_keeps_the_old_rows(run: Run) -> None:
    run.replace("extract", ArticleRow, many(2))
    outcomes = [*many(97), bad(1, is_expected=False), bad(2, is_expected=False), bad(3)]
    with pytest.raises(
        StageError, match=r"extract 2026-11-16: 2 of 100 records failed unexpectedly, .*http://a/1 \(E: why\)"
    ):
        run.replace("extract", ArticleRow, outcomes)
    assert len(run.store.rows(ArticleRow)) == 2
    assert {row["key"]: row["is_expected"] for row in run.store.rows(RejectionRow)} == {
        "http://a/1": False, "http://a/2": False, "http://a/3": True,
    }  # fmt: skip


def test_two_rejections_of_one_key_are_filed_once(run: Run) -> None:
    run.replace("extract", ArticleRow, [bad(1), bad(1)])
    assert len(run.store.rows(RejectionRow)) == 1


def test_a_day_with_something_after_it_is_not_taken_for_another() -> None:
    for wrong in ("2026-11-161", "2026-11-16nonsense"):
        with pytest.raises(ConfigError, match="is not a date"):
            resolve_day({"day": wrong}, None, None)
    assert resolve_day({}, "2026-11-16T00:00:00+00:00", None) == DAY


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "below" / "page.html"
    write_whole(path, "one é")
    write_whole(path, "two")
    assert path.read_text(encoding="utf-8") == "two"
    assert list(path.parent.iterdir()) == [path]
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")
    assert path.read_text(encoding="utf-8") == "two"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StageError, match=r"page.html cannot be written: .*; free space or check its folder"):
        write_whole(tmp_path / "file" / "page.html", "x")
    (tmp_path / "page.html").mkdir()
    with pytest.raises(StageError, match="cannot be written: Is a directory"):
        write_whole(tmp_path / "page.html", "x")
    assert not list(tmp_path.glob(".page*"))
