"""What is wrong with the entries of a catalogue, one line a problem."""

import json
import re
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.records import Source
from pipeline.sources.entry import ArticlesPerDay, Entry, did_you_mean, feed_key

_SHOWN_CHARACTERS = 80


def read_entries(entries: Sequence[object]) -> tuple[tuple[Source, ...], list[str]]:
    """Return the sources that the entries declare, in their order, and every problem found in them."""
    sources: list[Source] = []
    problems: list[str] = []
    for number, entry in enumerate(entries, 1):
        try:
            sources.append(Entry.model_validate(entry).source())
        except ValidationError as error:
            problems += [f"{_label(number, entry)}: {_sentence(detail)}" for detail in error.errors()]
    return tuple(sources), problems + list(_repetitions(entries))


def shown(value: object) -> str:
    """Return a value as the user wrote it, shortened, and without a password."""
    text = re.sub(r"//[^/\s]*@", "//…@", json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


def unknown(word: str, known: Sequence[str]) -> str:
    """Return the end of a sentence about a name that is none of the known ones."""
    return did_you_mean(word, known) or f"known are {', '.join(known)}"


def _label(number: int, entry: object) -> str:
    name = entry.get("id") if isinstance(entry, dict) else None
    return f'source {number} "{name}"' if isinstance(name, str) else f"source {number} (no id)"


def _sentence(error: ErrorDetails) -> str:
    names = [part for part in error["loc"] if isinstance(part, str)]
    model: type[BaseModel] = ArticlesPerDay if len(names) > 1 else Entry
    if error["type"] == "extra_forbidden":
        return f"{'.'.join(names)}: no such field; {unknown(names[-1], list(model.model_fields))}"
    found = "nothing" if error["type"] == "missing" else shown(error["input"])
    if not names:
        return f"found {found}; expected a table of fields"
    hint = str(error["ctx"]["error"]) if error["type"] == "value_error" else ""
    expected = model.model_fields[names[-1]].description
    return f"{'.'.join(names)}: found {found}{f' ({hint})' if hint else ''}; expected {expected}"


def _repetitions(entries: Sequence[object]) -> Iterator[str]:
    first: dict[tuple[str, str], str] = {}
    for number, entry in enumerate(entries, 1):
        for field, value in _once_only(entry):
            label = _label(number, entry)
            if (field, value) in first:
                earlier = first[field, value]
                yield f"{label}: {field}: found {shown(value)} again, after {earlier}; expected it once"
            first.setdefault((field, value), label)


def _once_only(entry: object) -> Iterator[tuple[str, str]]:
    if not isinstance(entry, dict):
        return
    if isinstance(entry.get("id"), str):
        yield "id", entry["id"]
    if isinstance(entry.get("feeds"), list):
        yield from (("feeds", feed_key(url)) for url in entry["feeds"] if isinstance(url, str))
