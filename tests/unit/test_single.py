"""Extracting files outside any run: names, addresses, and files that hold no article."""

import gzip
import json
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pipeline.errors import ConfigError
from pipeline.settings import Settings
from pipeline.single import extract_files, read_addresses

TEXT = "Rebels shelled the market of the town on Monday, killing nine people and wounding twelve, officials said."
URL = "https://post.example/2026/11/16/market"

pytestmark = pytest.mark.usefixtures("kept_workers")


def page(head: str = "", text: str = TEXT) -> bytes:
    return f"<html><head>{head}</head><body><article><h1>Nine dead</h1><p>{text}</p></article></body></html>".encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plain.html").write_bytes(page())
    (tmp_path / "zipped.html.gz").write_bytes(gzip.compress(page(f"<link rel=canonical href={URL}>")))
    return tmp_path


def extracted(folder: Path, *names: str, addresses: dict[Path, str] | None = None, **changes: Any) -> dict[str, Any]:
    files = [folder / name for name in names]
    return dict(extract_files(Settings(processes=1, **changes), files, addresses or {}))


def test_files_become_articles_by_their_name_without_its_ending(folder: Path) -> None:
    found = extracted(folder, "zipped.html.gz", "plain.html")
    assert list(found) == ["zipped", "plain"]
    assert {article["text"] for article in found.values()} == {TEXT}


def test_the_canonical_link_is_the_address_unless_one_is_given(folder: Path) -> None:
    found = extracted(folder, "zipped.html.gz", "plain.html", addresses={folder / "plain.html": "https://x.example/1"})
    assert found["zipped"]["canonical_url"] == URL
    assert found["plain"]["canonical_url"] == "https://x.example/1"
    assert extracted(folder, "plain.html")["plain"]["canonical_url"] is None


def test_the_fields_are_those_that_are_documented(folder: Path) -> None:
    (article,) = extracted(folder, "plain.html").values()
    documented = (Path(__file__).parents[2] / "docs" / "articles.md").read_text(encoding="utf-8")
    assert [name for name in article if f"`{name}`" not in documented] == []
    assert not {"version_id", "article_id", "source_id"} & set(article)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (gzip.compress(page())[:-9], "not a whole gzip file"),
        (page(), "not a whole gzip file"),
        (gzip.compress(bytes(3_000_000)), r"more than 2,000,000 bytes \(EVENTWIRE_BODY_BYTES_MAX\)"),
        (gzip.compress(b"", mtime=0), "0 bytes"),
        (gzip.compress(Random(5).randbytes(5_000), mtime=0), "bad.html.gz: "),
    ],
)
def test_a_file_without_an_article_is_rejected_with_its_reason(folder: Path, content: bytes, says: str) -> None:
    (folder / "bad.html.gz").write_bytes(content)
    found = extracted(folder, "bad.html.gz", "plain.html", body_bytes_max=2_000_000)
    assert "rejected" in found["bad"]
    assert re.search(says, found["bad"]["rejected"])
    assert found["plain"]["text"] == TEXT


def test_a_page_that_takes_too_long_does_not_hold_up_the_others(folder: Path) -> None:
    found = extracted(folder, "plain.html", page_seconds_max=1e-6)
    assert "was stopped" in found["plain"]["rejected"]


def test_a_file_that_is_not_there_stops_the_command(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.html: No such file"):
        extracted(folder, "none.html")


# ── addresses ──


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("urls.csv", f'file,url,title\npages/plain.html,"{URL}","a, b"\nother.html,https://x.example/\n'),
        ("urls.tsv", f"\ufefffile\turl\r\nplain.html\t{URL}\r\n"),
        ("urls.txt", f"url\tfile\n{URL}\tplain\n"),
        ("urls.jsonl", json.dumps({"file": "html/plain.html.gz", "url": URL, "title": "x"}) + "\n\n"),
    ],
)
def test_a_table_gives_each_file_its_address(folder: Path, name: str, table: str) -> None:
    (folder / name).write_text(table, encoding="utf-8")
    files = [folder / "plain.html", folder / "zipped.html.gz"]
    assert read_addresses(files, None, folder / name) == {files[0]: URL}


@pytest.mark.parametrize(
    ("name", "table"),
    [("urls.csv", "a,b\n1,2\n"), ("urls.jsonl", "{"), ("urls.jsonl", "[]\n"), ("urls.jsonl", '{"file": "x"}')],
)
def test_a_table_without_files_and_addresses_is_refused(folder: Path, name: str, table: str) -> None:
    (folder / name).write_text(table)
    with pytest.raises(ConfigError, match="not a table of addresses"):
        read_addresses([folder / "plain.html"], None, folder / name)


def test_one_address_is_for_one_file(folder: Path) -> None:
    one, other = folder / "plain.html", folder / "zipped.html.gz"
    assert read_addresses([one], URL, None) == {one: URL}
    with pytest.raises(ConfigError, match="there are 2 files; use --urls"):
        read_addresses([one, other], URL, None)
    with pytest.raises(ConfigError, match="not both"):
        read_addresses([one], URL, folder / "urls.csv")
