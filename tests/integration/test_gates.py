"""The gates: what passes, what is held back, what stops the publication."""

import json
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import ConfigError, StageError
from pipeline.io.gates import SUITES, GateResult, judge, quarantine
from pipeline.io.publication import KEYS, Publication

DAY = date(2026, 11, 16)


def article(number: int = 1, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "version_id": f"v{number}",
        "article_id": f"a{number}",
        "title": "Talks open",
        "word_count": 200,
        "language_code": "en",
        "published_at": DAY,
        "payload_digest": "sha256:00",
    }
    return row | changes


def mention(number: int = 1, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "mention_id": f"m{number}",
        "version_id": "v1",
        "event_id": "e1",
        "type_code": "ASSAULT",
        "status": "occurred",
        "sentence": "A missile hit the market.",
        "actor_country_code": None,
        "recipient_country_code": "AZE",
        "latitude": 40.8,
        "longitude": 46.0,
        "event_date": DAY,
        "event_end_date": DAY,
        "place_name": "Shamkir",
    }
    return row | changes


def claim(number: int = 1, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "claim_id": f"c{number}",
        "mention_id": "m1",
        "version_id": "v1",
        "kind": "deaths",
        "stance": "asserts",
        "count_min": 7,
        "count_max": 7,
        "sentence": "Seven people died.",
    }
    return row | changes


def publication(**tables: list[dict[str, object]]) -> Publication:
    good = {
        "article": [article()],
        "mention": [mention()],
        "participant": [{"mention_id": "m1", "name": "x"}],
        "claim": [claim()],
        "coverage": [{"source_id": "a", "state": "normal"}],
    }
    return Publication(day=DAY, tables=good | tables)


def blocking(results: list[GateResult]) -> list[tuple[str, str]]:
    return [(result.suite, result.column_name) for result in results if result.is_blocking]


def test_a_good_batch_passes_every_rule() -> None:
    results = judge(publication())

    assert [result for result in results if not result.is_passed] == []
    assert {result.suite for result in results} == set(KEYS)


def test_every_suite_names_its_columns_severities_and_meanings() -> None:
    for file in SUITES.glob("*.json"):
        for rule in json.loads(file.read_text())["expectations"]:
            assert rule["severity"] in {"critical", "warning", "info"}
            assert len(rule["meta"]["meaning"]) > 10


def test_a_day_without_articles_stops_the_publication() -> None:
    results = judge(publication(article=[], mention=[], claim=[], participant=[]))

    assert blocking(results) == [("article", "")]


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        ("mention", mention(type_code="WAR"), "type_code"),
        ("mention", mention(event_id=None), "event_id"),
        ("claim", claim(stance="shrugs"), "stance"),
        ("article", article(payload_digest=None), "payload_digest"),
        ("coverage", {"source_id": "a", "state": "dead"}, "state"),
    ],
)
def test_a_row_outside_the_codebook_stops_the_publication(table: str, row: dict[str, object], column: str) -> None:
    assert (table, column) in blocking(judge(publication(**{table: [row]})))


def test_one_bad_row_among_many_is_held_back_with_its_reason() -> None:
    rows = [claim(number) for number in range(2, 60)] + [claim(1, count_min=9, count_max=3)]

    results = judge(publication(claim=rows))

    assert blocking(results) == []
    (reason,) = quarantine(results)["claim"]["c1"]
    assert "a range goes upwards" in reason


def test_many_bad_rows_stop_the_publication() -> None:
    rows = [claim(number, count_min=9, count_max=3) for number in range(40)]

    assert blocking(judge(publication(claim=rows))) == [("claim", "count_max, count_min")]


def test_every_failing_row_of_a_large_batch_is_listed() -> None:
    rows = [article(number, title="" if number % 20 == 0 else "T") for number in range(5000)]

    assert len(quarantine(judge(publication(article=rows)))["article"]) == 250


def test_what_rests_on_a_quarantined_row_is_held_back_too() -> None:
    two = publication(
        article=[article(1), article(2)],
        mention=[mention(1), mention(2, version_id="v2")],
        claim=[claim(1), claim(2, mention_id="m2", version_id="v2")],
    )

    left = two.without({"article": frozenset({"v1"})})

    assert [row["mention_id"] for row in left.tables["mention"]] == ["m2"]
    assert [row["claim_id"] for row in left.tables["claim"]] == ["c2"]
    assert left.tables["participant"] == []


def test_warnings_hold_nothing_back() -> None:
    results = judge(publication(coverage=[{"source_id": "a", "state": "silent"}]))

    assert any(not result.is_passed for result in results)
    assert blocking(results) == []
    assert quarantine(results) == {}


def suite(folder: Path, text: str) -> Path:
    (folder / "article.json").write_text(text)
    return folder


def rule(kind: str, **kwargs: object) -> str:
    meta = {"meaning": "for this test"}
    expectations = [{"type": kind, "kwargs": kwargs, "severity": "critical", "meta": meta}]
    return json.dumps({"name": "article", "expectations": expectations})


@pytest.mark.parametrize("text", ["{", "{}", '{"name": "article", "expectations": [{"type": "x"}]}'])
def test_a_broken_suite_is_a_config_error_that_names_the_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"article\.json"):
        judge(publication(), suite(tmp_path, text))


def test_no_suites_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="without gates nothing may be published"):
        judge(publication(), tmp_path)


def test_a_rule_that_does_not_exist_or_crashes_says_where(tmp_path: Path) -> None:
    with pytest.raises((ConfigError, StageError), match="article"):
        judge(publication(), suite(tmp_path, rule("expect_column_values_to_be_nice", column="title")))
    with pytest.raises((ConfigError, StageError), match="article"):
        judge(publication(), suite(tmp_path, rule("expect_column_values_to_not_be_null", column="tittle")))


def test_a_coder_that_finds_nothing_in_many_articles_stops_the_publication() -> None:
    many = [article(number) for number in range(20)]

    assert blocking(judge(publication(article=many, mention=[], claim=[], participant=[]))) == [
        ("day", "is_coder_silent")
    ]
    assert blocking(judge(publication(article=many[:5], mention=[], claim=[], participant=[]))) == []


def test_dead_sources_are_shown_and_not_held_back() -> None:
    rows = [{"source_id": name, "state": "dead" if name == "a" else "normal"} for name in "abc"]

    results = judge(publication(coverage=rows))

    assert any(result.suite == "coverage" and not result.is_passed for result in results)
    assert quarantine(results) == {}
