"""Outlets on a hostile server: a catalogue, their feeds and pages, and what the store says of them afterwards."""

from pathlib import Path
from typing import Any

from support.hostile import Answer, Hostile, response
from support.make import DAY

from pipeline.io.archive import Archive
from pipeline.io.store import Store
from pipeline.io.tables import AddressRow, EntryRow, FeedRow, RejectionRow
from pipeline.run import Report, Run
from pipeline.settings import Settings
from pipeline.sources import write_toml
from pipeline.sources.problems import read_entries

XML = "application/rss+xml; charset=utf-8"
TEXT = "Rebels shelled the market of the town on Monday, killing nine people and wounding twelve, officials said."


def a_run(store: Store, settings: Settings, **changes: Any) -> Run:
    made = Settings(**(settings.model_dump() | changes))
    return Run(day=DAY, settings=made, store=store, archive=Archive(made.archive_root, made.archive_spool))


def catalogue(folder: Path, *feeds: str) -> str:
    """A catalogue with one source a feed: a.example, b.example and so on."""
    rows = [
        {"id": chr(97 + number) if number < 26 else f"s{number}", "name": f"Outlet {number}", "country": "GBR",
         "language": "en", "time_zone": "Europe/London", "feeds": [feed], "terms": "test"}
        for number, feed in enumerate(feeds)
    ]  # fmt: skip
    sources, problems = read_entries(rows)
    assert not problems
    (folder / "catalogue.toml").write_text(write_toml(sources))
    return str(folder / "catalogue.toml")


def feed(*paths: str, title: str = "News", extra: str = "") -> bytes:
    items = "".join(f"<item><title>{title}</title><link>{path}</link>{extra}</item>" for path in paths)
    return response(f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode(), content_type=XML)


def with_headers(answer: bytes, *headers: str) -> bytes:
    """The answer with more headers."""
    first, rest = answer.split(b"\r\n", 1)
    return b"\r\n".join([first, *(header.encode("latin-1") for header in headers), rest])


def article(title: str = "News", text: str = TEXT) -> bytes:
    body = (
        f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
    )
    return response(body.encode())


def serve(server: Hostile, **answers: Answer) -> None:
    """Answers by host and path; a double underscore stands for the slash: a__rss is a.example/rss."""
    server.answers |= {name.replace("__", ".example/"): answer for name, answer in answers.items()}


def rejected(run: Run, stage: str) -> dict[str, str]:
    return {row["key"]: row["message"] for row in run.store.rows(RejectionRow) if row["stage"] == stage}


def states(run: Run) -> dict[str, tuple[str, int]]:
    """State and failures of each address, by the entry that named it last."""
    urls = {row["entry_id"]: row["url"] for row in run.store.rows(EntryRow)}
    return {urls[row["entry_id"]]: (row["state"], row["attempts"]) for row in run.store.rows(AddressRow)}


def health(run: Run, host: str) -> dict[str, Any]:
    (row,) = [row for row in run.store.rows(FeedRow) if host in row["url"]]
    return row | {"failures": (row["hard_count"], row["soft_count"], row["temporary_count"])}


def counts(report: Report) -> tuple[int, int, int]:
    return report.in_count, report.out_count, report.rejected_count
