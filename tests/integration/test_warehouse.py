"""The warehouse file: built aside, replaced at once, never half."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.errors import ConfigError, StageError
from pipeline.feeds.coverage import Coverage
from pipeline.io import warehouse as module
from pipeline.io.publication import Publication
from pipeline.io.warehouse import Warehouse
from pipeline.marts import scripts

DAY, NEXT = date(2026, 11, 16), date(2026, 11, 17)
SOURCE = {
    "source_id": "a", "name": "A", "country_code": "AZE", "language_code": "en", "time_zone": "UTC", "terms": "",
    "articles_min": 1, "articles_max": 5, "is_active": True,
}  # fmt: skip
DIMENSIONS = {"dim_source": [SOURCE], "dim_feed": []}


def batch(day: date, count: int = 1) -> Publication:
    articles = [
        {
            "version_id": f"{day}-{number}", "article_id": f"{day}-{number}", "day": day, "source_id": "a",
            "canonical_url": "https://a.example/1", "title": "T", "standfirst": None, "authors": ["B"],
            "section": None, "language_code": "en", "language_confidence": 1.0,
            "published_at": datetime(2026, 11, 16, 9, tzinfo=UTC), "published_source": "meta",
            "published_precision": "instant", "modified_at": None, "modified_source": None, "modified_precision": None,
            "dateline_place": None, "agency": None, "correction": None, "is_paywalled": False, "is_truncated": False,
            "word_count": 3, "notes": [], "story_id": "s", "story_similarity": 1.0, "story_rule": "first", "extractor": "x", "captured_at": datetime(2026, 11, 16, 10, tzinfo=UTC),
            "url": "https://a.example/1", "archive_file": "f", "archive_offset": 0, "payload_digest": "d",
        }
        for number in range(count)
    ]  # fmt: skip
    coverage = {field.name: None for field in fields(Coverage)} | {
        "day": day, "source_id": "a", "feed_count": 1, "answered_feed_count": 1, "entry_count": 1, "page_count": 1,
        "rejected_count": 0, "article_count": count, "state": "normal",
    }  # fmt: skip
    return Publication(day=day, tables={"article": articles, "coverage": [coverage]})


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    yield Warehouse(tmp_path / "warehouse.duckdb")


def counts(warehouse: Warehouse) -> dict[date, int]:
    return {row["day"]: row["n"] for row in warehouse.query("select day, count(*) n from fact_article group by day")}


def test_every_sql_file_says_what_it_answers_and_runs(warehouse: Warehouse) -> None:
    warehouse.publish([batch(DAY)], DIMENSIONS, anew=True)

    for path in scripts():
        assert path.read_text().startswith("-- ")
    marts = [path.stem[3:] for path in scripts() if path.stem[3:].startswith("mart_")]
    assert {"mart_daily_events", "mart_claims", "mart_casualties", "mart_coverage"} <= set(marts)
    for mart in marts:
        warehouse.query(f"select * from {mart}")


def test_a_load_replaces_the_days_slice_and_no_other(warehouse: Warehouse) -> None:
    warehouse.publish([batch(DAY, 2), batch(NEXT, 3)], DIMENSIONS, anew=True)

    warehouse.publish([batch(DAY, 5)], DIMENSIONS, anew=False)

    assert counts(warehouse) == {DAY: 5, NEXT: 3}
    assert warehouse.loaded() == {DAY: batch(DAY, 5).digest, NEXT: batch(NEXT, 3).digest}


def test_instants_come_back_in_utc(warehouse: Warehouse) -> None:
    warehouse.publish([batch(DAY)], DIMENSIONS, anew=True)

    (row,) = warehouse.query("select epoch(published_at) as seconds from fact_article")

    assert row["seconds"] == datetime(2026, 11, 16, 9, tzinfo=UTC).timestamp()


def test_a_reader_keeps_its_file_while_a_new_one_is_published(warehouse: Warehouse) -> None:
    warehouse.publish([batch(DAY, 1)], DIMENSIONS, anew=True)

    with warehouse.read() as reader:
        warehouse.publish([batch(DAY, 4)], DIMENSIONS, anew=False)
        before = reader.execute("select count(*) from fact_article").fetchone()

    assert before == (1,)
    assert counts(warehouse) == {DAY: 4}


def test_changed_sql_files_ask_for_a_new_build(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse.publish([batch(DAY)], DIMENSIONS, anew=True)

    monkeypatch.setattr(module, "schema_digest", lambda: "another")

    assert warehouse.loaded() == {}


def test_a_file_that_a_writer_holds_is_left_alone(warehouse: Warehouse) -> None:
    warehouse.publish([batch(DAY)], DIMENSIONS, anew=True)
    hold = (
        f"import duckdb, sys; c = duckdb.connect({str(warehouse.file)!r}); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout and holder.stdin
        holder.stdout.readline()
        with pytest.raises(StageError, match="has it open for writing: close that"):
            warehouse.loaded()
        holder.stdin.close()

    assert counts(warehouse) == {DAY: 1}


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 1000])
def test_a_file_that_is_no_database_says_what_to_do(warehouse: Warehouse, content: bytes) -> None:
    warehouse.file.write_bytes(content)

    with pytest.raises(StageError, match="eventwire rebuild"):
        warehouse.loaded()
    assert warehouse.file.read_bytes() == content


def test_a_truncated_file_says_what_to_do_and_can_be_built_anew(warehouse: Warehouse) -> None:
    warehouse.publish([batch(DAY, 50)], DIMENSIONS, anew=True)
    whole = warehouse.file.read_bytes()
    warehouse.file.write_bytes(whole[:20_000])

    with pytest.raises(StageError, match="eventwire rebuild"):
        counts(warehouse)
    warehouse.publish([batch(DAY, 2)], DIMENSIONS, anew=True)

    assert counts(warehouse) == {DAY: 2}


def test_a_build_that_fails_leaves_the_old_file_and_no_scraps(warehouse: Warehouse) -> None:
    warehouse.publish([batch(DAY, 2)], DIMENSIONS, anew=True)
    broken = batch(DAY, 1)
    for row in broken.tables["article"]:
        row["title"] = None  # not null in the table

    with pytest.raises(StageError, match="was not changed"):
        warehouse.publish([broken], DIMENSIONS, anew=False)

    assert counts(warehouse) == {DAY: 2}
    assert [path.name for path in warehouse.file.parent.iterdir()] == [warehouse.file.name]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StageError, match="EVENTWIRE_WAREHOUSE"), Warehouse(tmp_path / "file" / "w.duckdb").lock():
        pass


def test_no_warehouse_yet_and_wrong_sql_are_one_sentence_each(warehouse: Warehouse) -> None:
    with pytest.raises(StageError, match="not there yet: run the pipeline"):
        warehouse.query("select 1")
    warehouse.publish([batch(DAY)], DIMENSIONS, anew=True)
    with pytest.raises(ConfigError, match="nowhere"):
        warehouse.query("select * from nowhere")


def test_asking_cannot_change_the_warehouse(warehouse: Warehouse) -> None:
    warehouse.publish([batch(DAY)], DIMENSIONS, anew=True)

    with pytest.raises(ConfigError, match="read-only"):
        warehouse.query("delete from fact_article")


def test_duckdb_answers_with_the_names_that_were_asked_for(warehouse: Warehouse) -> None:
    warehouse.publish([batch(DAY)], DIMENSIONS, anew=True)

    assert warehouse.query("select 1 as one, [1, 2] as two") == [{"one": 1, "two": [1, 2]}]


@pytest.mark.parametrize("wrong", ["", "  ", "select 1; select 2", "-- nothing"])
def test_a_question_is_one_statement(warehouse: Warehouse, wrong: str) -> None:
    warehouse.publish([batch(DAY)], DIMENSIONS, anew=True)

    with pytest.raises(ConfigError, match="give one statement"):
        warehouse.query(wrong)


def test_a_question_reads_and_writes_no_files(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.publish([batch(DAY)], DIMENSIONS, anew=True)

    for query in (f"copy (select 1) to '{tmp_path}/out.csv'", "select * from read_text('/etc/hostname')"):
        with pytest.raises(ConfigError, match="disabled"):
            warehouse.query(query)
    assert not (tmp_path / "out.csv").exists()


def test_a_version_that_moves_to_an_earlier_day_stands_only_there(warehouse: Warehouse) -> None:
    late = batch(NEXT, 2)
    warehouse.publish([late], DIMENSIONS, anew=True)
    early = batch(DAY, 2)
    for row, moved in zip(early.tables["article"], late.tables["article"], strict=True):
        row["version_id"] = moved["version_id"]

    warehouse.publish([early], DIMENSIONS, anew=False)

    assert counts(warehouse) == {DAY: 2}
