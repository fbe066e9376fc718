"""Annotated articles to learn from: those of a benchmark folder, and the invented ones that live beside this recipe.

Both become examples: a document as the coder reads it, with its annotation in the coder's own sentence numbers.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.coder.parties import Party, find_parties
from pipeline.coder.reading import Reading, read
from pipeline.coder.when import Time, find_times
from pipeline.coder.where import Location, find_locations
from pipeline.events.bench import read_document
from pipeline.records import Document

HERE = Path(__file__).parent
_MARK = re.compile(r"\{([A-Z]+):([^}]*)\}")

Gold = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """One annotated article, read."""

    identity: str
    publisher: str
    is_real: bool
    reading: Reading
    parties: tuple[tuple[Party, ...], ...]
    times: tuple[tuple[Time, ...], ...]
    places: tuple[tuple[Location, ...], ...]
    events: tuple[Gold, ...]
    claims: tuple[Gold, ...]
    ours: Mapping[int, tuple[int, ...]]  #: our sentences of each annotated one
    theirs: Mapping[int, frozenset[int]]  #: annotated sentences of each of ours
    document: Mapping[str, Any]  #: as the scorer reads it

    def sentences_of(self, event: Gold) -> list[int]:
        """Return our sentences that tell *event*, in order."""
        return sorted({own for number in event["mentions"] for own in self.ours.get(number, ())})


def benchmark(folder: Path) -> list[Example]:
    """Return the articles of all sets of a benchmark folder (SET/docs, SET/gold), by name."""
    files = sorted(folder.glob("*/docs/*.json"))
    return [_example(_read(file), _read(file.parents[1] / "gold" / file.name), is_real=True) for file in files]


def invented() -> list[Example]:
    """Return the articles of our own."""
    return [_invented(_read(file)) for file in sorted((HERE / "articles").glob("*.json"))]


@cache
def marked_sentences() -> tuple[tuple[str, tuple[tuple[int, str], ...]], ...]:
    """Return the sentences of examples/, each with its marks: character offset and type."""
    lines = (
        line for file in sorted((HERE / "examples").glob("*.txt")) for line in file.read_text("utf-8").splitlines()
    )
    return tuple(_marked(line) for line in lines if line and not line.startswith("#"))


def _marked(line: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    text, marks, at = "", [], 0
    for match in _MARK.finditer(line):
        text += line[at : match.start()]
        marks.append((len(text), match[1]))
        text, at = text + match[2], match.end()
    return text + line[at:], tuple(marks)


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _invented(row: dict[str, Any]) -> Example:
    """Lay the sentences of an article of our own out as a benchmark document, whose names it must not share."""
    text, spans = "", []
    for number, sentence in enumerate(row["sentences"], 1):
        text += "" if not text else "\n\n" if number in row["paragraphs"] else " "
        spans.append([len(text), len(text) + len(sentence)])
        text += sentence
    return _example(row | {"id": f"invented/{row['id']}", "text": text, "sentences": spans}, row, is_real=False)


def _example(document: dict[str, Any], gold: Gold, *, is_real: bool) -> Example:
    reading = read(read_document(document))
    theirs = {
        own.number: frozenset(_overlapping(own.span.part, own.span.start, own.span.end, document))
        for own in reading.sentences
    }
    ours: dict[int, list[int]] = {}
    for number, others in theirs.items():
        for other in others:
            ours.setdefault(other, []).append(number)
    return Example(
        identity=document["id"],
        publisher=document.get("publisher") or document["id"],
        is_real=is_real,
        reading=reading,
        parties=find_parties(reading),
        times=find_times(reading),
        places=find_locations(reading),
        events=tuple(gold["events"]),
        claims=tuple(gold["claims"]),
        ours={number: tuple(some) for number, some in ours.items()},
        theirs=theirs,
        document=document,
    )


def _overlapping(part: str, start: int, end: int, document: Mapping[str, Any]) -> Iterator[int]:
    if part == "title":
        yield 0
        return
    yield from (number for number, (a, b) in enumerate(document["sentences"], 1) if a < end and start < b)


def read_sentence(text: str) -> Document:
    """Return a document of one sentence."""
    return Document(document_id="example", title="", text=text, published_on=None)


def by_outlet(examples: Sequence[Example], folds: int = 5) -> list[list[int]]:
    """Return indexes of *examples* in *folds* parts, all articles of an outlet in one (sklearn's GroupKFold)."""
    from sklearn.model_selection import GroupKFold

    groups = [example.publisher for example in examples]
    return [test.tolist() for _, test in GroupKFold(folds).split(groups, groups=groups)]
