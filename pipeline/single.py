"""Extract or code single files, outside any run."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pipeline.articles.extract import extract_article
from pipeline.errors import ConfigError, RecordError
from pipeline.events.bench import read_document, to_bench
from pipeline.events.coder import RuleCoder
from pipeline.records import Article, Capture, Coding, Document, Page

FORMS = ("records", "bench")


def extract_file(file: Path, url: str) -> dict[str, Any]:
    """The article of one HTML file, as plain values; {"rejected": reason} when there is none."""
    now = datetime.now(UTC)
    body = _read(file)
    page = Page(
        page_id="", day=now.date(), source_id="", entry_id="", url=url, final_url=url, status_code=200,
        content_type="text/html", captured_at=now, archive_file="", archive_offset=0, payload_digest="",
        payload_bytes=len(body), feed_title="", feed_published_at=None,
    )  # fmt: skip
    try:
        article = extract_article(Capture(page=page, body=body))
    except RecordError as error:
        return {"rejected": str(error)}
    plain: dict[str, Any] = TypeAdapter(Article).dump_python(article, mode="json")
    return {name: value for name, value in plain.items() if name not in {"day", "source_id", "page_id", "captured_at"}}


def code_files(files: Sequence[Path], form: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Code each file; yield its name without ending, and the coding as plain values."""
    if form not in FORMS:
        raise ConfigError(f"--format {form!r}: choose from {', '.join(FORMS)}")
    coder = RuleCoder()
    for file in files:
        coding = coder.code(_document(file))
        yield (
            file.stem,
            to_bench(coding) if form == "bench" else TypeAdapter(Coding).dump_python(coding, mode="json"),
        )


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
