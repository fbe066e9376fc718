"""The command line: help, arguments, exit codes."""

import fcntl
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from support.home import Home

from pipeline.cli import app

ROOT = Path(__file__).parents[2]


def commands() -> Iterator[tuple[str, ...]]:
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        for inner in getattr(command, "commands", {None: None}):
            yield tuple(filter(None, (name, inner)))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, {"EVENTWIRE_HOME": str(tmp_path / "var"), "COLUMNS": "120"})


@pytest.mark.parametrize("command", sorted(commands()), ids=" ".join)
def test_every_command_has_help_with_an_example(home: Home, command: tuple[str, ...]) -> None:
    answer = home.call(*command, "--help")

    assert answer.returncode == 0
    assert "Example" in answer.stdout
    assert "eventwire " + " ".join(command) in answer.stdout


@pytest.mark.parametrize("command", sorted(commands()), ids=" ".join)
def test_every_command_is_documented(command: tuple[str, ...]) -> None:
    assert "eventwire " + " ".join(command) in (ROOT / "docs" / "commands.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "environ", "code", "says"),
    [
        (["run"], {}, 2, "which day?"),
        (["run", "--day", "tomorrow"], {}, 2, "'tomorrow' is not a date"),
        (["run", "--from", "2026-11-02", "--to", "2026-11-01"], {}, 2, "is after --to"),
        (["run", "--from", "2026-11-02"], {}, 2, "both --from and --to"),
        (["run", "--day", "2026-11-01", "--stage", "cook"], {}, 2, "'cook' is not a stage"),
        (["up", "--catalogue", "wrld"], {}, 2, "world"),
        (["up", "--catalogue", "none.toml"], {}, 2, "none.toml"),
        (["sources", "list"], {"EVENTWIRE_CATALOG": "x"}, 2, "did you mean EVENTWIRE_CATALOGUE?"),
        (["sources", "list"], {"EVENTWIRE_HOST_DELAY_SECONDS": "-1"}, 2, "EVENTWIRE_HOST_DELAY_SECONDS"),
        (["sources", "list"], {"EVENTWIRE_ALLOW_NETWORKS": "home"}, 2, "EVENTWIRE_ALLOW_NETWORKS"),
        (["sources", "list"], {"EVENTWIRE_CONNECT_TO": "home"}, 2, "EVENTWIRE_CONNECT_TO is not JSON"),
        (["up", "--day", "2026-11-25"], {}, 2, "the sample newsroom has no 2026-11-25"),
        (["up", "--catalogue", "world", "--day", "2999-01-01"], {}, 2, "is in the future"),
        (["sql", "select 1"], {}, 1, "not there yet"),
        (["report", "--day", "2026-11-01"], {}, 2, "eventwire migrate"),
        (["migrate"], {"EVENTWIRE_DATABASE_URL": "mystery://x"}, 2, "EVENTWIRE_DATABASE_URL"),
        (["migrate", "--to", "9999"], {}, 2, "9999"),
        (["migrate"], {"EVENTWIRE_HOME": "/dev/null/x"}, 2, "EVENTWIRE_HOME"),
        (["extract", "none.html", "--url", "https://x.example/1"], {}, 2, "none.html"),
        (["code", "none.txt"], {}, 2, "none.txt"),
        (["run", "--day", "2026-11-01"], {}, 3, "nothing was published"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_one_clear_sentence_and_an_exit_code(
    home: Home, arguments: list[str], environ: dict[str, str], code: int, says: str
) -> None:
    home.environ |= environ
    answer = home.call(*arguments)

    assert (answer.returncode, "Traceback" in answer.stderr) == (code, False), answer.stderr
    assert says in answer.stderr


def test_the_version_is_told(home: Home) -> None:
    assert home.run("--version").stdout.startswith("eventwire 0.")


def test_a_page_becomes_an_article_as_json(home: Home) -> None:
    text = (
        "The ministers met in Tbilisi on Monday and agreed to open the border crossing for lorries and for relatives. "
    )
    html = f"<html lang=en><head><title>Talks</title></head><body><article><h1>Talks</h1><p>{text}<p>{text}</article></html>"
    (home.folder / "page.html").write_text(html)

    answer = home.run("extract", "page.html", "--url", "https://news.example/talks")

    article = json.loads(answer.stdout)
    assert article["canonical_url"] == "https://news.example/talks"
    assert "agreed to open the border" in article["text"]
    assert article["language"] == "en"


def test_a_text_is_coded_into_mentions_and_claims(home: Home) -> None:
    (home.folder / "story.txt").write_text(
        "Protest in Nairobi\n\nPolice in Nairobi arrested 12 protesters on Monday, a spokesman said.\n"
    )

    answer = home.call("code", "story.txt")

    coding = json.loads(answer.stdout)
    assert "COERCE" in {mention["type_code"] for mention in coding["mentions"]}
    assert {claim["kind"] for claim in coding["claims"]} >= {"detained"}


def test_bench_documents_are_coded_into_files(home: Home) -> None:
    document = {
        "id": "X1",
        "title": "Police arrest 12 in Nairobi",
        "published": "2026-11-16",
        "publisher": "Wire",
        "country_of_publisher": "KE",
        "text": "Police in Nairobi arrested 12 protesters on Monday.",
    }
    (home.folder / "X1.json").write_text(json.dumps(document))

    answer = home.call("code", "--format", "bench", "--out", "pred", "X1.json")

    assert answer.returncode == 0, answer.stderr
    assert json.loads((home.folder / "pred" / "X1.json").read_text())["id"] == "X1"


def test_a_catalogue_becomes_opml_and_opml_a_catalogue(home: Home) -> None:
    home.call("sources", "export", "--catalogue", "world", "--out", "world.opml")
    home.call("sources", "import", "world.opml", "--out", "again.toml")

    rows = home.call("sources", "list", "--catalogue", "again.toml", "--json").stdout.splitlines()

    assert len(rows) >= 60
    assert json.loads(rows[0])["feeds"]


def test_a_second_run_at_the_same_time_is_told_to_wait(home: Home) -> None:
    (home.folder / "var").mkdir()
    with (home.folder / "var" / ".up.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        answer = home.run("up")

    assert answer.returncode == 1
    assert "another `eventwire up` is running" in answer.stderr
