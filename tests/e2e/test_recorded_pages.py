"""The pipeline over real recorded pages, served on loopback as news sites; runs where ../shared is."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.home import Home

from pipeline.records import Feed, Source, make_id
from pipeline.sources import write_toml

PAGES = Path(__file__).parents[3] / "shared" / "pages"
COUNTRIES = {"uk": "GBR", "ind": "IND"}  # what the recording calls them
DAY = "2026-11-20"
ALLOW = {"EVENTWIRE_ALLOW_NETWORKS": "127.0.0.0/8", "EVENTWIRE_HOST_DELAY_SECONDS": "0"}

pytestmark = pytest.mark.skipif(not PAGES.exists(), reason="the recorded pages are not beside the project")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The recorded sites, served, as a catalogue of ours."""
    folder = tmp_path_factory.mktemp("pages")
    listing = folder / "sites.json"
    command = [sys.executable, str(PAGES / "serve.py"), "--port", "18081", "--catalogue", str(listing)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout
        server.stdout.readline()
        file = folder / "recorded.toml"
        file.write_text(write_toml([source(site) for site in json.loads(listing.read_text())]))
        yield file
        server.terminate()


def source(site: dict[str, str]) -> Source:
    name = re.sub(r"[^a-z0-9]+", "-", site["publisher"].lower()).strip("-") or "x"
    source_id = f"{name}-{site['language']}"
    return Source(
        source_id=source_id,
        name=site["publisher"],
        country_code=COUNTRIES.get(site["country"], site["country"].upper()),
        language_code=site["language"],
        time_zone="UTC",
        feeds=(Feed(feed_id=make_id(source_id, site["feed"]), source_id=source_id, url=site["feed"]),),
        terms="",
        articles_min=1,
        articles_max=None,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, catalogue: Path) -> Home:
    home = Home(tmp_path_factory.mktemp("home"), ALLOW)
    answer = home.run("up", "--catalogue", str(catalogue), "--day", DAY)
    assert answer.returncode == 0, answer.stderr
    return home


def test_all_pages_are_fetched_and_nearly_all_are_articles(home: Home) -> None:
    assert home.one("select sum(page_count) from mart_coverage") == 52
    assert home.one("select count(*) from fact_article") >= 50


def test_languages_are_told_apart_and_only_english_is_coded(home: Home) -> None:
    languages = {
        row["language_code"]: row["n"]
        for row in home.ask("select language_code, count(*) as n from fact_article group by language_code")
    }

    assert languages["en"] == 35
    assert {"ar", "de", "es", "fr", "hi", "ja", "ko", "ru", "tr", "zh"} <= set(languages)
    assert home.one("select count(distinct language_code) from fact_mention join fact_article using (version_id)") == 1
    assert home.one("select count(*) from fact_mention") >= 30


def test_the_gates_passed_and_the_day_is_published(home: Home) -> None:
    assert home.one("select count(*) from mart_gates where severity = 'critical' and not is_passed") == 0
    assert home.one("select count(*) from load_log") == 1


def test_running_again_adds_nothing(home: Home, catalogue: Path) -> None:
    before = home.one("select count(*) from fact_mention")

    answer = home.run("up", "--catalogue", str(catalogue), "--day", DAY)

    assert answer.returncode == 0, answer.stderr
    assert "Nothing changed" in answer.stdout
    assert home.one("select count(*) from fact_mention") == before
