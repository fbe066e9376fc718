"""Extract or code single files, outside any run."""

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

import structlog
from pydantic import TypeAdapter

from pipeline.articles.extract import extract_article
from pipeline.batch import each, page_workers
from pipeline.errors import ConfigError, RecordError, StageError
from pipeline.events.bench import read_document, to_bench
from pipeline.events.protocol import Coder
from pipeline.records import Article, Capture, Coding, Document, Page, Rejection
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.coder.explanation import Explanation

FORMS = ("records", "bench")
OF_THE_STORE = ("version_id", "article_id", "day", "source_id", "page_id", "captured_at")  # mean nothing of a file
IN_FILES = {"language_code": "language"}  # what a field of the store is called in a file
ENDINGS = (".gz", ".html", ".htm")
JSON_LINES = (".jsonl", ".ndjson")

log = structlog.get_logger()


# ── extract ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """One file to extract, as a worker takes it."""

    path: Path
    url: str  #: empty when it is not known
    bytes_max: int
    time_zone: str
    now: datetime


def extract_files(
    settings: Settings, files: Sequence[Path], addresses: Mapping[Path, str], time_zone: str = "UTC"
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Extract each file in a worker process; yield its name without ending and the article as plain values.

    A file without an article gives {"rejected": reason}. Raises ConfigError for a file that cannot be read.
    """
    now = datetime.now(UTC)
    tasks = [
        _File(path=path, url=addresses.get(path, ""), bytes_max=settings.body_bytes_max, time_zone=time_zone, now=now)
        for path in files
    ]
    with page_workers(settings, len(tasks)) as workers:
        for file, outcome in zip(files, workers.map(_extract, tasks), strict=True):
            if isinstance(outcome, ConfigError | StageError):
                raise outcome
            yield _name(file), outcome if isinstance(outcome, dict) else _rejected(file, outcome)


def read_addresses(files: Sequence[Path], url: str | None, table: Path | None) -> dict[Path, str]:
    """The address of each file, from --url or from the rows of --urls; files without one are left out.

    Raises ConfigError when *url* is to serve several files, or for a table without file and url.
    """
    if url is not None and table is not None:
        raise ConfigError("extract: give --url or --urls, not both")
    if url is not None:
        if len(files) > 1:
            raise ConfigError(
                f"extract: --url is the address of one page, and there are {len(files)} files; use --urls"
            )
        return {files[0]: _address("--url", url)}
    by_name = _table(table) if table else {}
    return {file: by_name[_name(file)] for file in files if _name(file) in by_name}


def refuse(files: Sequence[Path], time_zone: str) -> None:
    """Raise ConfigError for files that are not there, or of which two have one name, and for an unknown time zone."""
    if time_zone not in available_timezones():
        raise ConfigError(f"--time-zone {time_zone!r}: not the name of a time zone, such as Europe/London")
    names: dict[str, Path] = {}
    for file in files:
        if not file.is_file():
            raise ConfigError(f"{file}: no such file; name files that can be read")
        other = names.setdefault(_name(file), file)
        if other is not file:
            raise ConfigError(f"{other} and {file} would both be {_name(file)}.json; extract them one after the other")


def _table(file: Path) -> dict[str, str]:
    """Addresses by name of file, from the rows of a CSV or TSV file with a header, or JSON lines, that have one."""
    text = _read(file).decode("utf-8-sig", "replace")
    try:
        if file.suffix in JSON_LINES:
            rows = [json.loads(line) for line in text.split("\n") if line.strip()]
        else:
            head = text.partition("\n")[0]
            delimiter = max("\t;,", key=head.count)
            rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
            if not {"file", "url"} <= set(next(csv.reader([head.strip()], delimiter=delimiter), [])):
                raise KeyError("file and url")
        return {_name(Path(row["file"])): _address(file, row["url"]) for row in rows if row["file"] and row["url"]}
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise ConfigError(
            f"{file}: not a table of addresses ({error}); "
            'it needs columns file and url: a CSV or TSV file with a header, or JSON lines {"file": …, "url": …}'
        ) from error


def _address(where: object, url: str) -> str:
    if not re.match(r"https?://[^/]", url):
        raise ConfigError(f"{where}: {url!r} is not the address of a page; it begins with http:// or https://")
    return url


def _extract(file: _File) -> dict[str, Any]:
    """In a worker. The page is said to be captured now, at its own canonical address if none is known."""
    body = _unzipped(file)
    page = Page(
        page_id="", day=file.now.date(), source_id="", entry_id="", url=file.url or file.path.name, final_url=file.url,
        status_code=200, content_type="text/html", captured_at=file.now, archive_file="", archive_offset=0,
        payload_digest="", payload_bytes=len(body), feed_title="", feed_published_at=None,
    )  # fmt: skip
    article: dict[str, Any] = TypeAdapter(Article).dump_python(
        extract_article(Capture(page=page, body=body, time_zone=file.time_zone)), mode="json"
    )
    named = {IN_FILES.get(name, name): value for name, value in article.items() if name not in OF_THE_STORE}
    return named | {"canonical_url": article["canonical_url"] or None}


def _unzipped(file: _File) -> bytes:
    body = _read(file.path)
    try:
        if file.path.suffix == ".gz":
            with gzip.open(file.path) as stream:
                body = stream.read(file.bytes_max + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise RecordError(f"{file.path.name}: not a whole gzip file ({error})") from error
    if len(body) > file.bytes_max:
        raise RecordError(f"{file.path.name}: more than {file.bytes_max:,} bytes (EVENTWIRE_BODY_BYTES_MAX)")
    return body


def _rejected(file: Path, error: Exception) -> dict[str, Any]:
    if not isinstance(error, RecordError):
        log.error("rejected", file=str(file), exc_info=error)
    return {"rejected": str(error), "error": type(error).__name__}


def _name(file: Path) -> str:
    """The file's name without the endings of a page."""
    name = file.name
    for ending in ENDINGS:
        name = name.removesuffix(ending)
    return name


# ── code ─────────────────────────────────────────────────────────────────────────────────────


def code_files(coder: Coder, files: Sequence[Path], form: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Code the files; yield the name of each without ending, and its coding as plain values.

    A file that was not coded gives {"rejected": reason}. Raises ConfigError for one that cannot be read.
    """
    if form not in FORMS:
        raise ConfigError(f"--format {form!r}: choose from {', '.join(FORMS)}")
    outcomes = coder.code_many([_document(file) for file in files])
    for file, outcome in zip(files, outcomes, strict=True):
        yield file.stem, _plain(outcome, form)


def explain_files(files: Sequence[Path], number: int | None) -> Iterator[tuple[Path, "Explanation | Rejection"]]:
    """Code the files with the built-in coder; yield each with how that came about, of sentence *number* alone if given.

    Raises ConfigError for a file that cannot be read, or that has no such sentence.
    """
    from pipeline.coder.explain import explain  # who extracts need not load the analyser

    for file, outcome in zip(files, each(explain, map(_document, files)), strict=True):
        if number is None or isinstance(outcome, Rejection):
            yield file, outcome
            continue
        last = len(outcome.sentences) - 1
        if not 0 <= number <= last:
            raise ConfigError(f"--sentence {number}: {file} has sentences 0, its title, to {last}")
        yield file, outcome.only(number)


def _plain(outcome: Coding | Rejection, form: str) -> dict[str, Any]:
    if isinstance(outcome, Rejection):
        nothing = to_bench(Coding(document_id=outcome.key, coder="")) if form == "bench" else {}
        return nothing | {"rejected": outcome.message, "error": outcome.error}
    if form == "bench":
        return to_bench(outcome)
    row: dict[str, Any] = TypeAdapter(Coding).dump_python(outcome, mode="json")
    return row


def _document(file: Path) -> Document:
    text = _read(file).decode("utf-8", "replace")
    if file.suffix != ".json":
        title, _, body = text.strip().partition("\n")
        return Document(document_id=file.stem, title=title.strip(), text=body.strip(), published_on=None)
    try:
        return read_document(json.loads(text))
    except (RecordError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{file}: not a document ({type(error).__name__}: {error}); it needs id, title, published and text"
        ) from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}; name a file that can be read") from error
