"""The catalogue of news sources, a TOML file.

Every source is a table:

    [[source]]
    id = "harbour-times"
    name = "The Harbour Times"
    country = "GBR"                           # optional: ISO 3166-1 alpha-3 or alpha-2
    language = "en-GB"                        # optional: BCP 47
    time_zone = "Europe/London"               # optional: IANA, else UTC
    feeds = ["https://harbour.example/rss.xml"]
    terms = "https://harbour.example/terms"   # optional: address or note
    articles_per_day = { min = 1, max = 6 }   # optional: fewer is an alarm, more a warning
"""

import json
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError
from pipeline.records import Source
from pipeline.sources.problems import read_entries, shown, unknown

_FOLDER = Path(__file__).parent


def load_catalogue(path: Path) -> tuple[Source, ...]:
    """Return the sources of a catalogue, in its order.

    Raises ConfigError with every problem of the file, one line each, when anything in it is wrong.
    """
    document = _parsed(path)
    tables = document.get("source", [])
    strangers = [name for name in document if name != "source"]
    problems = [f"{name}: no such table; {unknown(name, ['source'])}" for name in strangers]
    if not isinstance(tables, list):
        problems.append(f"source: found {shown(tables)}; expected [[source]], in double brackets")
        tables = []
    elif not tables and not problems:
        problems.append("found no source; expected one or more [[source]] tables")
    sources, wrong = read_entries(tables)
    raise_problems(path, problems + wrong)
    return sources


def bundled(name: str) -> Path:
    """Return where a catalogue that comes with eventwire lies; raises ConfigError for an unknown name."""
    known = {path.stem: path for path in sorted(_FOLDER.glob("*.toml"))}
    if name not in known:
        raise ConfigError(f"catalogue {shown(name)}: no such bundled catalogue; {unknown(name, list(known))}")
    return known[name]


def find_catalogue(name: str) -> Path:
    """Return the file of a catalogue given as a path (*.toml) or as the name of a bundled one."""
    return Path(name) if name.endswith(".toml") or "/" in name else bundled(name)


def write_toml(sources: Iterable[Source]) -> str:
    """Return a catalogue that `load_catalogue` reads back, sorted by id: equal sources make equal text."""
    ordered = sorted(sources, key=lambda source: source.source_id)
    return "\n".join("\n".join(_table(source)) + "\n" for source in ordered)


def read_file(path: Path) -> bytes:
    """Return the bytes of a file that the user named; raises ConfigError when they cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}; name a file that can be read") from error


def raise_problems(path: Path, problems: Iterable[str]) -> None:
    """Raise ConfigError with one line for each problem, or do nothing when there is none."""
    lines = [f"{path}: {problem}" for problem in problems]
    if lines:
        raise ConfigError("\n".join(lines))


def _parsed(path: Path) -> dict[str, Any]:
    content = read_file(path)
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}: line {line}: not UTF-8; save the file in that encoding") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error


def _table(source: Source) -> Iterator[str]:
    yield "[[source]]"
    yield f"id = {_quoted(source.source_id)}"
    yield f"name = {_quoted(source.name)}"
    if source.country_code is not None:
        yield f"country = {_quoted(source.country_code)}"
    yield f"language = {_quoted(source.language_code)}"
    yield f"time_zone = {_quoted(source.time_zone)}"
    yield f"feeds = [{', '.join(_quoted(feed.url) for feed in source.feeds)}]"
    if source.terms:
        yield f"terms = {_quoted(source.terms)}"
    bounds = {"min": source.articles_min, "max": source.articles_max}
    given = [f"{name} = {count}" for name, count in bounds.items() if count is not None]
    if given:
        yield f"articles_per_day = {{ {', '.join(given)} }}"


def _quoted(text: str) -> str:
    """A JSON string is a TOML basic string, but for DEL, which only TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
