"""The documentation says what is so."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.marts import scripts
from pipeline.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
PAGES = [
    page
    for page in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "docker" / "README.md")
    if page.exists()
]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def read(page: str) -> str:
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


def heading_ids(text: str) -> set[str]:
    """What links to headings are called where Markdown is shown: small letters, hyphens for spaces."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in heading_ids(target.read_text(encoding="utf-8")), link


def test_every_setting_is_described() -> None:
    rows = set(re.findall(rf"^\| `({PREFIX}[A-Z_]+)` \|", read("settings.md"), re.MULTILINE))

    assert rows == {PREFIX + name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_setting_that_is_not_there(page: Path) -> None:
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8")))

    assert named <= {PREFIX + name.upper() for name in Settings.model_fields}


def test_every_make_target_is_described() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert targets
    assert [target for target in targets if f"`make {target}`" not in read("commands.md")] == []


def warehouse_columns() -> Iterator[tuple[str, str]]:
    """Every table and view of an empty warehouse with each of its columns."""
    with duckdb.connect() as connection:
        for script in scripts():
            connection.execute(script.read_text(encoding="utf-8"))
        yield from connection.execute(
            "select table_name, column_name from duckdb_columns() where not internal order by all"
        ).fetchall()


def test_every_table_of_the_warehouse_and_every_column_of_a_mart_is_described() -> None:
    sections = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^#|\Z)", read("warehouse.md"), re.MULTILINE | re.DOTALL))
    missing = [
        f"{table}.{column}"
        for table, column in warehouse_columns()
        if table not in sections or (table.startswith("mart_") and f"`{column}`" not in sections[table])
    ]

    assert missing == []
