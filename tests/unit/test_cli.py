"""The command line: help, arguments, exit codes."""

import fcntl
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from pipeline.cli import app

ROOT = Path(__file__).parents[2]
EVENTWIRE = Path(sys.executable).with_name("eventwire")


def commands() -> Iterator[tuple[str, ...]]:
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        for inner in getattr(command, "commands", {None: None}):
            yield tuple(filter(None, (name, inner)))


def run(home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(home), "EVENTWIRE_HOME": str(home / "var"), "COLUMNS": "120"}
    return subprocess.run([EVENTWIRE, *arguments], capture_output=True, text=True, env=clean | environ, cwd=home)


@pytest.mark.parametrize("command", sorted(commands()), ids=" ".join)
def test_every_command_has_help_with_an_example(tmp_path: Path, command: tuple[str, ...]) -> None:
    answer = run(tmp_path, *command, "--help")

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
    tmp_path: Path, arguments: list[str], environ: dict[str, str], code: int, says: str
) -> None:
    answer = run(tmp_path, *arguments, **environ)

    assert (answer.returncode, "Traceback" in answer.stderr) == (code, False), answer.stderr
    assert says in answer.stderr


def test_the_version_is_told(tmp_path: Path) -> None:
    assert run(tmp_path, "--version").stdout.startswith("eventwire 0.")


def test_a_page_becomes_an_article_as_json(tmp_path: Path) -> None:
    text = (
        "The ministers met in Tbilisi on Monday and agreed to open the border crossing for lorries and for relatives. "
    )
    html = f"<html lang=en><head><title>Talks</title></head><body><article><h1>Talks</h1><p>{text}<p>{text}</article></html>"
    (tmp_path / "page.html").write_text(html)

    answer = run(tmp_path, "extract", "page.html", "--url", "https://news.example/talks")

    article = json.loads(answer.stdout)
    assert article["canonical_url"] == "https://news.example/talks"
    assert "agreed to open the border" in article["text"]
    assert article["language_code"] == "en"


def test_a_text_is_coded_into_mentions_and_claims(tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(
        "Protest in Nairobi\n\nPolice in Nairobi arrested 12 protesters on Monday, a spokesman said.\n"
    )

    answer = run(tmp_path, "code", "story.txt")

    coding = json.loads(answer.stdout)
    assert "COERCE" in {mention["type_code"] for mention in coding["mentions"]}
    assert {claim["kind"] for claim in coding["claims"]} >= {"detained"}


def test_bench_documents_are_coded_into_files(tmp_path: Path) -> None:
    document = {
        "id": "X1",
        "title": "Police arrest 12 in Nairobi",
        "published": "2026-11-16",
        "publisher": "Wire",
        "country_of_publisher": "KE",
        "text": "Police in Nairobi arrested 12 protesters on Monday.",
    }
    (tmp_path / "X1.json").write_text(json.dumps(document))

    answer = run(tmp_path, "code", "--format", "bench", "--out", "pred", "X1.json")

    assert answer.returncode == 0, answer.stderr
    assert json.loads((tmp_path / "pred" / "X1.json").read_text())["id"] == "X1"


def test_a_catalogue_becomes_opml_and_opml_a_catalogue(tmp_path: Path) -> None:
    run(tmp_path, "sources", "export", "--catalogue", "world", "--out", "world.opml")
    run(tmp_path, "sources", "import", "world.opml", "--out", "again.toml")

    rows = run(tmp_path, "sources", "list", "--catalogue", "again.toml", "--json").stdout.splitlines()

    assert len(rows) >= 60
    assert json.loads(rows[0])["feeds"]


def test_a_second_run_at_the_same_time_is_told_to_wait(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    with (tmp_path / "var" / ".up.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        answer = run(tmp_path, "up")

    assert answer.returncode == 1
    assert "another `eventwire up` is running" in answer.stderr
