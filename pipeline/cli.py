"""The command line. Every command is thin: it reads its arguments, calls one function, shows the answer.

Exit codes: 0 done · 1 a stage failed, trying again may help · 2 the call, the settings or the catalogue are
wrong · 3 the gates stopped the publication.
"""

import json
import logging
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import structlog
import typer

from pipeline.errors import ConfigError, GateFailed, PipelineError
from pipeline.settings import CODERS, Settings, load_settings
from pipeline.stages import STAGES
from pipeline.version import VERSION

app = typer.Typer(
    help="From news feeds to an auditable warehouse of events.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
sources_app = typer.Typer(help="The catalogue of news sources.", no_args_is_help=True)
app.add_typer(sources_app, name="sources")
articles_app = typer.Typer(help="The versions of articles.", no_args_is_help=True)
app.add_typer(articles_app, name="articles")
actors_app = typer.Typer(help="Who is known by name: persons, bodies, forces, groups, outlets.", no_args_is_help=True)
app.add_typer(actors_app, name="actors")
CURSOR_MAX = 2**63 - 1  # what the databases take

Day = Annotated[str | None, typer.Option("--day", metavar="YYYY-MM-DD", help="The coverage day.")]
First = Annotated[str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="First day of a range.")]
Last = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day of a range, included.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Catalogue = Annotated[
    str | None,
    typer.Option("--catalogue", help='"sample", "world" or a TOML file; else EVENTWIRE_CATALOGUE.'),
]


def main() -> None:
    """Run the command line; turn errors into one sentence and an exit code."""
    _log_to_stderr()
    try:
        app()
    except PipelineError as error:
        _fail(error)
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stderr.close()


def _log_to_stderr() -> None:
    """Standard output is for answers; warnings and worse go to standard error."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _fail(error: PipelineError) -> NoReturn:
    print(f"eventwire: {error}", file=sys.stderr)
    sys.exit(3 if isinstance(error, GateFailed) else 2 if isinstance(error, ConfigError) else 1)


# ── running ──────────────────────────────────────────────────────────────────────────────────


@app.command()
def up(day: Day = None, first: First = None, last: Last = None, catalogue: Catalogue = None) -> None:
    """Run days through the real Airflow DAGs, harvest then nightly, on this machine.

    With no day: the days of the sample newsroom, or today for other catalogues.

    Example: eventwire up --catalogue my.toml --day 2026-11-21
    """
    from pipeline.commands import up as run_up

    settings = _settings(catalogue)
    run_up(settings, _days(day, first, last) or _usual_days(settings))


@app.command()
def run(
    day: Day = None,
    first: First = None,
    last: Last = None,
    stage: Annotated[
        list[str] | None, typer.Option("--stage", help=f"Only this one, may repeat: {', '.join(STAGES)}.")
    ] = None,
    catalogue: Catalogue = None,
    as_json: AsJson = False,
) -> None:
    """Run stages over days without Airflow; all of nightly when no stage is named.

    Examples: eventwire run --day 2026-11-21 --stage poll --stage fetch
              eventwire run --from 2026-11-01 --to 2026-11-21
    """
    from pipeline.commands import run_days

    days = _days(day, first, last)
    if not days:
        raise ConfigError("run: which day? give --day YYYY-MM-DD, or --from and --to")
    run_days(_settings(catalogue), days, stage or [], as_json=as_json)


@app.command()
def migrate(
    revision: Annotated[str, typer.Option("--to", help='A revision, "head" or "base".')] = "head",
) -> None:
    """Bring the operational store to the newest schema, or to a given revision.

    Example: eventwire migrate
    """
    from pipeline.io.schema import migrate as run_migrate

    settings = load_settings()
    run_migrate(settings.store_url, revision)
    print(f"operational store is at {revision}")


@app.command()
def rebuild() -> None:
    """Build the warehouse anew from every day that passed its gates.

    Example: eventwire rebuild
    """
    from pipeline.commands import rebuild as run_rebuild

    run_rebuild(load_settings())


@app.command()
def ui(port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8080, catalogue: Catalogue = None) -> None:
    """Run Airflow with its pages on 127.0.0.1, the DAGs unpaused, until Ctrl-C.

    Example: eventwire ui --port 8080
    """
    from pipeline.io.schema import migrate as run_migrate
    from pipeline.local import serve_ui

    settings = _settings(catalogue)
    run_migrate(settings.store_url)
    raise typer.Exit(serve_ui(settings, port))


# ── looking ──────────────────────────────────────────────────────────────────────────────────


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One SQL statement over the warehouse.")],
    limit: Annotated[int, typer.Option(help="Most rows to show in the table.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Ask the warehouse.

    Example: eventwire sql "select * from mart_contested"
    """
    from pipeline import console
    from pipeline.io.warehouse import Warehouse

    rows = Warehouse(load_settings().warehouse_file).query(query)
    if as_json:
        console.lines(rows)
    else:
        console.show_rows(rows, limit)


@app.command()
def report(day: Day = None, first: First = None, last: Last = None, as_json: AsJson = False) -> None:
    """Show the last run of each stage over a day, and what the gates said.

    Example: eventwire report --day 2026-11-19
    """
    from pipeline.commands import report as show_report

    days = _days(day, first, last)
    if not days:
        raise ConfigError("report: which day? give --day YYYY-MM-DD, or --from and --to")
    show_report(load_settings(), days, as_json=as_json)


@app.command()
def reextract(
    first: First = None,
    last: Last = None,
    day: Day = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Change nothing: show how the articles would differ.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --compare: one object a page; else one a stage.")
    ] = False,
) -> None:
    """Extract days that have pages again from the archive, then group, code, link, check and load them anew.

    Examples: eventwire reextract --from 2026-11-16 --to 2026-11-19 --compare
              eventwire reextract --from 2026-11-16 --to 2026-11-19
    """
    from pipeline import console
    from pipeline.commands import compare_extractions, run_days, with_pages

    days = _days(day, first, last)
    if not days:
        raise ConfigError("reextract: which days? give --from and --to, or --day YYYY-MM-DD")
    settings = load_settings()
    days = with_pages(settings, days)
    if not compare:
        run_days(settings, days, [], as_json=as_json)
    elif as_json:
        console.lines(compared.row for compared in compare_extractions(settings, days))
    else:
        console.show_comparison(compare_extractions(settings, days))


# ── articles ─────────────────────────────────────────────────────────────────────────────────


@articles_app.command("changed")
def changed_articles(
    cursor: Annotated[
        int,
        typer.Option(
            "--changed-after", metavar="CURSOR", min=0, max=CURSOR_MAX, help="The change_id of the last row seen."
        ),
    ] = 0,
    limit: Annotated[int, typer.Option(min=1, max=CURSOR_MAX, help="How many articles at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List articles that are new, have another newest version, or are gone, since a cursor; each once.

    Example: eventwire articles changed --changed-after 120 --json
    """
    from pipeline import console
    from pipeline.commands import changed_articles as changed

    rows = changed(load_settings(), cursor, limit)
    if as_json:
        console.lines(rows)
    else:
        console.show_changes(rows)


@articles_app.command("versions")
def article_versions(
    which: Annotated[str, typer.Argument(metavar="ARTICLE", help="An article_id or a canonical address.")],
    as_json: AsJson = False,
) -> None:
    """Show the versions of an article and what each changed.

    Example: eventwire articles versions https://example.org/2026/11/16/story
    """
    from pipeline import console
    from pipeline.commands import article_versions as versions

    rows = versions(load_settings(), which)
    if as_json:
        console.lines(rows)
    else:
        console.show_versions(rows)


# ── single articles ──────────────────────────────────────────────────────────────────────────


@app.command()
def extract(
    files: Annotated[list[Path], typer.Argument(help="HTML files, also as .html.gz.")],
    url: Annotated[
        str | None, typer.Option(help="The address that the page came from; else its own canonical link serves.")
    ] = None,
    urls: Annotated[
        Path | None,
        typer.Option(help="The addresses of many: a CSV, TSV or JSON lines file with file and url.", metavar="TABLE"),
    ] = None,
    time_zone: Annotated[
        str, typer.Option(metavar="NAME", help="The outlet's, for dates that state none: Europe/London.")
    ] = "UTC",
    folder: Annotated[Path | None, typer.Option("--out", help="Write NAME.json here instead of printing.")] = None,
) -> None:
    """Extract pages, print the articles as JSON, of several files one object a line; no article: {"rejected": reason}.

    Examples: eventwire extract page.html --url https://example.org/2026/11/16/story
              eventwire extract pages/*.html.gz --urls pages.csv --out articles
    """
    from pipeline import console
    from pipeline.single import extract_files, read_addresses, refuse

    refuse(files, time_zone)
    addresses = read_addresses(files, url, urls)
    if urls and len(addresses) < len(files):
        print(f"{len(files) - len(addresses)} of {len(files)} files have no address in {urls}", file=sys.stderr)
    with console.progress(len(files), "extracting") as bar:
        outcomes = extract_files(load_settings(), files, addresses, time_zone)
        for file, (name, article) in zip(files, outcomes, strict=True):
            if folder is None and len(files) > 1:
                print(json.dumps({"file": str(file), **article}, ensure_ascii=False))
            else:
                _give(folder, name, article)
            bar.advance(bar.task_ids[0])


@app.command()
def code(
    files: Annotated[list[Path], typer.Argument(help="Text files (first line: title) or JSON files.")],
    form: Annotated[str, typer.Option("--format", help="records or bench.")] = "records",
    folder: Annotated[Path | None, typer.Option("--out", help="Write NAME.json here instead of printing.")] = None,
    which: Annotated[str | None, typer.Option("--coder", help="builtin or chat; else EVENTWIRE_CODER.")] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show how each sentence was read and decided instead.")
    ] = False,
    sentence: Annotated[
        int | None, typer.Option(metavar="N", help="Explain this sentence alone; 0 is the title.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Explain also the sentences that tell nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Explain as JSON, one object a line.")] = False,
) -> None:
    """Code articles: print the mentions and claims that the coder finds, as JSON; or explain them.

    A JSON file holds {id, title, published, publisher, country_of_publisher, text}.

    Examples: eventwire code article.txt
              eventwire code --coder chat article.txt
              eventwire code --explain --sentence 3 article.txt
    """
    from pipeline.coding import coder_of
    from pipeline.single import code_files

    settings = _with_coder(load_settings(), which)
    if explain:
        if settings.coder != "builtin" or folder or form != "records":
            raise ConfigError("--explain shows how the built-in coder decides; leave out --coder, --format and --out")
        _explain(files, sentence, everything=everything, as_json=as_json)
        return
    if sentence is not None or everything or as_json:
        raise ConfigError("--sentence, --all and --json say what --explain shows; give --explain too")
    coder = coder_of(settings)
    for name, coding in code_files(coder, files, form):
        _give(folder, name, coding)
    if coder.note:
        print(coder.note, file=sys.stderr)


def _explain(files: list[Path], sentence: int | None, *, everything: bool, as_json: bool) -> None:
    from pipeline import console
    from pipeline.records import Rejection
    from pipeline.single import explain_files

    for file, found in explain_files(files, sentence):
        if isinstance(found, Rejection):
            print(f"eventwire: {file}: {found.message}", file=sys.stderr)
            continue
        explanation = found if everything or sentence is not None else found.without_silent()
        if as_json:
            console.lines([{"file": str(file), **asdict(explanation)}])
        else:
            console.show_explanation(explanation)


# ── actors ───────────────────────────────────────────────────────────────────────────────────


@actors_app.command("find")
def find_actor(
    name: Annotated[str, typer.Argument(help="A name as a text may write it, or a noun in lower case.")],
    on: Annotated[str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="Only what it means that day.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show who is meant by a name: country, role and from when to when.

    Example: eventwire actors find Taliban --on 2003-05-01
    """
    from pipeline import console
    from pipeline.actors import registry
    from pipeline.actors.listing import meanings

    rows = meanings(registry(load_settings().actors_file), name, _date("--on", on) if on else None)
    if as_json:
        console.lines(rows)
    else:
        console.show_rows(rows, len(rows))


@actors_app.command("list")
def list_actors(
    country: Annotated[str | None, typer.Option(help="Alpha-3 code, or IGO, UNO, IMG, NGO.")] = None,
    role: Annotated[str | None, typer.Option(help="Code of a role, such as REB.")] = None,
    kind: Annotated[str | None, typer.Option(help="Such as person, party, group or outlet.")] = None,
    as_json: AsJson = False,
) -> None:
    """List who is known, by country and name.

    Example: eventwire actors list --country KEN --role OPP
    """
    from pipeline import console
    from pipeline.actors import registry
    from pipeline.actors.listing import listed

    rows = listed(registry(load_settings().actors_file), country=country, role=role, kind=kind)
    if as_json:
        console.lines(rows)
    else:
        console.show_rows(rows, len(rows))


@actors_app.command("check")
def check_actors(file: Annotated[Path, typer.Argument(help="A file of actors in TOML.")]) -> None:
    """Check a file of actors; every problem is named with its line.

    Example: eventwire actors check my-actors.toml
    """
    from pipeline.actors.registry import load_entries

    entries = load_entries(file)
    print(f"{file}: {sum(len(entry.names) for entry in entries)} names in {len(entries)} entries, no problem")


# ── sources ──────────────────────────────────────────────────────────────────────────────────


@sources_app.command("list")
def list_sources(catalogue: Catalogue = None, as_json: AsJson = False) -> None:
    """Show a catalogue.

    Example: eventwire sources list --catalogue world
    """
    from pipeline import console
    from pipeline.sources import find_catalogue, load_catalogue

    sources = load_catalogue(find_catalogue(_settings(catalogue).catalogue))
    rows = [
        {"id": source.source_id, "name": source.name, "country": source.country_code,
         "language": source.language_code, "feeds": [feed.url for feed in source.feeds]}
        for source in sources
    ]  # fmt: skip
    if as_json:
        console.lines(rows)
    else:
        console.show_rows(rows, len(rows))


@sources_app.command("status")
def sources_status(as_json: AsJson = False) -> None:
    """Show the health of every feed that was ever polled, the sick ones first.

    Example: eventwire sources status
    """
    from pipeline import console
    from pipeline.commands import feed_status

    rows = feed_status(load_settings())
    if as_json:
        console.lines(rows)
    else:
        console.show_feeds(rows)


@sources_app.command("resume")
def resume_source(url: Annotated[str, typer.Argument(help="A feed's address, as the catalogue has it.")]) -> None:
    """Ask a feed again that is gone or dead, at the next harvest.

    Example: eventwire sources resume https://example.org/feed
    """
    from pipeline.commands import resume_feed

    resume_feed(load_settings(), url)
    print(f"{url} will be asked at the next harvest")


@sources_app.command("discover")
def discover_source(
    url: Annotated[str, typer.Argument(help="The address of a site, or of a page of it.")],
    as_toml: Annotated[bool, typer.Option("--toml", help="Print an entry for a catalogue.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find a site's feeds and news sitemaps; each is fetched and read before it is shown.

    Example: eventwire sources discover example.org --toml >> my.toml
    """
    from pipeline import console
    from pipeline.commands import discover_feeds
    from pipeline.discovery import catalogue_entry

    found = discover_feeds(load_settings(), url)
    if not found:
        print(f"no feed, news sitemap or sitemap found at {url}", file=sys.stderr)
    elif as_toml:
        print(catalogue_entry(found), end="")
    elif as_json:
        console.lines(map(asdict, found))
    else:
        console.show_found(found)


@sources_app.command("import")
def import_sources(
    file: Annotated[Path, typer.Argument(help="An OPML file, as other feed readers export it.")],
    to: Annotated[Path | None, typer.Option("--out", help="Catalogue file to write; else standard output.")] = None,
) -> None:
    """Turn an OPML file into a catalogue.

    Example: eventwire sources import feeds.opml --out my.toml
    """
    from pipeline.sources import import_opml, write_toml

    _write(write_toml(import_opml(file)), to)


@sources_app.command("export")
def export_sources(
    catalogue: Catalogue = None,
    to: Annotated[Path | None, typer.Option("--out", help="OPML file to write; else standard output.")] = None,
) -> None:
    """Turn a catalogue into an OPML file for other feed readers.

    Example: eventwire sources export --catalogue world --out world.opml
    """
    from pipeline.sources import export_opml, find_catalogue, load_catalogue

    _write(export_opml(load_catalogue(find_catalogue(_settings(catalogue).catalogue))), to)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"eventwire {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """From news feeds to an auditable warehouse of events."""


# ── arguments ────────────────────────────────────────────────────────────────────────────────


def _settings(catalogue: str | None) -> Settings:
    settings = load_settings()
    return settings.model_copy(update={"catalogue": catalogue}) if catalogue else settings


def _with_coder(settings: Settings, which: str | None) -> Settings:
    if which not in {None, *CODERS}:
        raise ConfigError(f"--coder {which!r}: choose from {', '.join(CODERS)}")
    return settings.model_copy(update={"coder": which}) if which else settings


def _days(day: str | None, first: str | None, last: str | None) -> list[date]:
    from pipeline.main import days_between

    if day and (first or last):
        raise ConfigError("give --day, or --from and --to, not both")
    if bool(first) != bool(last):
        raise ConfigError("a range needs both --from and --to")
    if day:
        return [_date("--day", day)]
    return list(days_between(_date("--from", first), _date("--to", last))) if first and last else []


def _date(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{option} {text!r} is not a date: write it as YYYY-MM-DD") from error


def _usual_days(settings: Settings) -> list[date]:
    from pipeline.local import sample_days

    return list(sample_days()) if settings.catalogue == "sample" else [datetime.now(UTC).date()]


def _give(folder: Path | None, name: str, value: Any) -> None:
    """Print, or write NAME.json in the folder."""
    if folder is None:
        _print_json(value)
        return
    from pipeline.io.files import write_whole

    write_whole(folder / f"{name}.json", json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _write(text: str, file: Path | None) -> None:
    if file is None:
        print(text, end="")
        return
    from pipeline.io.files import write_whole

    write_whole(file, text)
    print(f"wrote {file}")
