"""Articles of invented outlets, labelled with the story that each of them is of.

One file a case: `[[article]]` with *id*, *text*, and *story* where it is not the file's first one. An edited copy names
the article it is *of*, and what is done to it, in this order: *replace* [old, new] everywhere, *keep* paragraphs in the
order given (the first is 1), *add* [after how many of its paragraphs, text]. The thresholds of the grouping were chosen
on the folder `tuned`: a case of `held_out` that makes one change moves there, and a new one takes its place.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article, and the story it is of."""

    name: str
    story: str
    text: str


def labelled(half: str) -> list[Labelled]:
    """The articles of "tuned" or of "held_out"."""
    return [article for path in sorted((FOLDER / half).glob("*.toml")) for article in _case(path)]


def _case(path: Path) -> list[Labelled]:
    found: dict[str, Labelled] = {}
    for entry in tomllib.loads(path.read_text("utf-8"))["article"]:
        text = entry["text"].strip() if "text" in entry else _edited(found[entry["of"]].text, entry)
        found[entry["id"]] = Labelled(f"{path.stem}: {entry['id']}", f"{path.stem}: {entry.get('story', '')}", text)
    return list(found.values())


def _edited(text: str, edits: Mapping[str, Any]) -> str:
    for old, new in edits.get("replace", ()):
        assert old in text, f"{edits['id']}: {old!r} is not in the text"
        text = text.replace(old, new)
    paragraphs = text.split("\n\n")
    kept = [paragraphs[number - 1] for number in edits.get("keep", range(1, len(paragraphs) + 1))]
    for after, added in reversed(edits.get("add", ())):
        kept.insert(after, added)
    return "\n\n".join(kept)
