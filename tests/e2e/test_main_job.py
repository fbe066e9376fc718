"""The main job over the sample newsroom, through Airflow, and what must come of it."""

import subprocess
from typing import Any

import pytest
from support.home import Home

COPIED_STORIES = {"shamkir", "quetta", "ceasefire"}

pytestmark = pytest.mark.timeout(900)  # a run takes a minute on idle cores


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, subprocess.CompletedProcess[str]]:
    home = Home(tmp_path_factory.mktemp("home"), {"EVENTWIRE_PAGE_SECONDS_MAX": "120"})  # the cores may be busy
    return home, home.run("up")


@pytest.fixture(scope="module")
def home(first: tuple[Home, subprocess.CompletedProcess[str]]) -> Home:
    home, answer = first
    assert answer.returncode == 0, answer.stderr
    return home


def test_it_tells_what_each_stage_did_and_where_the_results_are(
    first: tuple[Home, subprocess.CompletedProcess[str]],
) -> None:
    home, answer = first

    for stage in ("poll", "fetch", "extract", "code", "normalize", "link", "check", "load"):
        assert f"│ {stage} " in answer.stdout
    assert "Gates: passed" in answer.stdout
    assert str(home.folder / "warehouse.duckdb") in answer.stdout
    assert answer.stdout.count("eventwire sql") == 3
    assert "Traceback" not in answer.stderr


def test_every_query_it_suggests_gives_rows(first: tuple[Home, subprocess.CompletedProcess[str]], home: Home) -> None:
    queries = [line.split('"')[1] for line in first[1].stdout.splitlines() if "eventwire sql" in line]

    for query in queries:
        assert home.ask(query)
    assert "┃ event_date " in home.run("sql", queries[0]).stdout


def test_all_sources_and_days_are_accounted_for(home: Home) -> None:
    assert home.one("select count(distinct source_id) from mart_coverage") == 15
    assert home.one("select count(distinct day) from mart_coverage") == 4
    assert home.one("select count(*) from fact_article") == 92


def test_the_source_that_went_silent_is_marked_on_both_days(home: Home) -> None:
    silent = home.ask("select day, source_name from mart_coverage where state in ('silent', 'dead') order by day")

    assert silent == [
        {"day": "2026-11-18", "source_name": "Tasman Bulletin"},
        {"day": "2026-11-19", "source_name": "Tasman Bulletin"},
    ]


def test_what_could_not_be_used_is_kept_with_its_reason(home: Home) -> None:
    rows = home.ask("select distinct stage, key, message from fact_rejection order by stage, key")

    reasons = {(row["stage"], row["key"].split("/")[2]): row["message"] for row in rows}
    assert set(reasons) == {
        ("poll", "levant-chronicle.example"),
        ("fetch", "indus-gazette.example"),
        ("extract", "lagos-lantern.example"),
    }
    assert "not a feed but an HTML page" in reasons["poll", "levant-chronicle.example"]
    assert "answered 404" in reasons["fetch", "indus-gazette.example"]
    assert "no text of an article" in reasons["extract", "lagos-lantern.example"]


def test_the_spanish_article_is_kept_and_not_coded(home: Home) -> None:
    (article,) = home.ask("select version_id, language_code from fact_article where language_code <> 'en'")

    assert article["language_code"] == "es"
    assert home.one(f"select count(*) from fact_mention where version_id = '{article['version_id']}'") == 0


def test_the_paywalled_stub_is_marked(home: Home) -> None:
    (article,) = home.ask("select source_id from fact_article where is_paywalled")

    assert article == {"source_id": "harbour-times"}


def test_wire_copy_counts_as_one_independent_report(home: Home) -> None:
    copied = home.ask(
        "select story_id, count(distinct source_id) as outlets from current_article group by story_id having outlets > 1"
    )

    assert [row["outlets"] for row in copied] == [4] * len(COPIED_STORIES)
    assert home.one("select count(*) from fact_event where independent_source_count < source_count") >= len(
        COPIED_STORIES
    )


ATTACK = """
    select event_id, event_date, source_count, independent_source_count, is_contested, deaths_low, deaths_high
    from fact_event where type_code = 'ASSAULT' and place_name = 'Shamkir' order by source_count desc limit 1"""


def test_the_contested_attack_is_one_event_told_by_many_and_denied(home: Home) -> None:
    (event,) = home.ask(ATTACK)

    assert event["event_date"] == "2026-11-16"
    assert event["source_count"] >= 8
    assert event["independent_source_count"] < event["source_count"]
    assert event["is_contested"]
    assert event["deaths_high"] == 10


def stances(home: Home, stance: str, column: str = "claimant_country_code") -> set[str]:
    (event,) = home.ask(ATTACK)
    rows = home.ask(
        f"select distinct {column} as who from mart_claims where event_id = '{event['event_id']}' and stance = '{stance}'"
    )
    return {row["who"] for row in rows}


def test_it_is_known_who_accuses_who_denies_and_who_admits(home: Home) -> None:
    assert "AZE" in stances(home, "accuses")
    assert "ARM" in stances(home, "accuses", "accused_country_code")
    assert "ARM" in stances(home, "denies")
    assert {"commander", "Hrant Mkrtumov"} & stances(home, "admits", "claimant_name")


def test_a_denial_is_tied_to_the_accusation_that_it_answers(home: Home) -> None:
    assert home.one("select count(*) from mart_claims where stance = 'denies' and answers_claim_id is not null") >= 3


def test_the_correction_of_a_toll_keeps_both_figures(home: Home) -> None:
    rows = home.ask(
        "select kind, count_min, day, is_current from mart_casualties"
        " where source_name = 'The Kura Herald' and claimant_country_code = 'AZE'"
        " and place_name = 'Shamkir' and count_min > 5 order by kind, day"
    )

    assert [(row["kind"], row["count_min"], row["day"], row["is_current"]) for row in rows] == [
        ("deaths", 7, "2026-11-16", False),
        ("deaths", 9, "2026-11-17", True),
        ("injured", 33, "2026-11-16", False),
        ("injured", 41, "2026-11-17", True),
    ]


@pytest.mark.parametrize(
    ("kind", "place", "day"),
    [
        ("PROTEST", "Nairobi", "2026-11-17"),
        ("ASSAULT", "Quetta", "2026-11-17"),
        ("ASSAULT", "Gusau", "2026-11-16"),
    ],
)
def test_what_happened_elsewhere_is_found_too(home: Home, kind: str, place: str, day: str) -> None:
    found = home.one(
        f"select count(*) from fact_mention where type_code = '{kind}' and place_name = '{place}' and event_date = '{day}'"
    )

    assert found >= 1


def test_an_arrest_is_known_with_who_did_it_to_whom(home: Home) -> None:
    arrests = home.ask(
        "select distinct actor_role_code as actor, recipient_country_code as recipient from fact_mention"
        " where type_code = 'COERCE' and event_date = '2026-11-17' and sentence like '%opposition politicians%'"
    )

    assert {"actor": "COP", "recipient": "UGA"} in arrests


def test_sanctions_and_a_ceasefire_are_found(home: Home) -> None:
    assert (
        home.one("select count(*) from fact_mention where type_code = 'SANCTION' and recipient_country_code = 'BLR'")
        >= 1
    )
    assert home.one("select count(*) from fact_mention where sentence ilike '%ceasefire%'") >= 3


TRAPS = (
    "european-shares-retreat", "port-rovers-attack", "kakheti-winemakers", "multan-pace-attack", "hostile-bid-biscuit",
    "goods-train-derails", "bluestem-state-bombs", "reef-starfish-invasion", "otago-forwards", "umm-qais-mosaic",
    "storm-batters", "typhoon-misses", "killer-chili", "sheepdog-trials", "baku-chess-open", "ferry-sinks",
    "heart-attack-drug", "aqaba-film-festival", "ararat-valley-brandy", "kapsabet-runner-attacks", "tiger-cub-census",
    "sentinels-bomb-mariners", "leche-de-tigre",
)  # fmt: skip


def test_sport_business_weather_and_accidents_give_next_to_no_events(home: Home) -> None:
    rows = home.ask(
        "select canonical_url, count(mention_id) as mentions from current_article left join current_mention using (version_id)"
        f" where regexp_matches(canonical_url, '{'|'.join(TRAPS)}') group by canonical_url"
    )

    assert len(rows) == len(TRAPS)
    assert sum(row["mentions"] for row in rows) <= 2


def test_every_claim_leads_back_to_archived_bytes(home: Home) -> None:
    from pipeline.io.archive import Archive

    rows = home.ask("select sentence, archive_file, archive_offset from mart_claims limit 20")

    archive = Archive(home.folder / "archive")
    for row in rows:
        assert b"<html" in archive.read(row["archive_file"], row["archive_offset"])[:2000].lower()


def test_the_dashboard_is_one_page_that_needs_nothing_else(home: Home) -> None:
    html = (home.folder / "dashboard.html").read_text()

    assert "Shamkir" in html
    assert "Tasman Bulletin" in html
    assert "<script src=" not in html


def test_a_second_run_changes_nothing_and_says_so(home: Home) -> None:
    before = (home.folder / "warehouse.duckdb").read_bytes()

    answer = home.run("up")

    assert answer.returncode == 0
    assert "Nothing changed" in answer.stdout
    assert (home.folder / "warehouse.duckdb").read_bytes() == before


def rows_of(home: Home, table: str) -> list[dict[str, Any]]:
    return home.ask(f"select * from {table} order by all")


def test_a_rebuilt_warehouse_holds_the_same_rows(home: Home) -> None:
    tables = ("fact_article", "fact_mention", "fact_claim", "fact_event", "fact_coverage", "load_log")
    before = {table: rows_of(home, table) for table in tables}
    (home.folder / "warehouse.duckdb").unlink()

    answer = home.call("rebuild")

    assert answer.returncode == 0, answer.stderr
    assert {table: rows_of(home, table) for table in tables} == before
