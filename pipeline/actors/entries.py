"""Read a file of actors: TOML with one entry a line, so that every problem has its line.

    [party.DEU]
    "Christian Democratic Union | CDU" = "PTY"
    [group.AFG]
    "Taliban | Taleban" = "REB ..1996-09-26, GOV 1996-09-27..2001-11-13, REB 2001-11-14..2021-08-14, GOV 2021-08-15.."
    [noun]
    "gunman | attacker" = "UAF"

A section is a kind with the country of its entries, if they have one. A name in brackets, "(RSF)", is weak: it
counts only inside its dates and where the text speaks of its country.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipeline.places.gazetteer import BODIES, countries

KINDS = (
    "person", "government", "force", "agency", "parliament", "court", "party", "group", "body", "ngo", "outlet",
    "union", "church", "company", "noun", "title",
)  # fmt: skip
ROLES = (
    "GOV", "MIL", "COP", "SPY", "JUD", "LEG", "REB", "PRM", "UAF", "PTY", "OPP", "CVL", "BUS", "CRM",
    "EDU", "JRN", "MED", "LAB", "REF", "REL", "SOC", "NGO", "IGO", "UNK",
)  # fmt: skip

_SECTION = re.compile(r"\[\s*([A-Za-z]+)(?:\s*\.\s*([A-Za-z]+))?\s*\]\s*(?:#.*)?")
_ENTRY = re.compile(r"""(?:"([^"\\]+)"|'([^']+)'|([\w-]+))\s*=\s*["']([^"'\\]*)["']\s*(?:#.*)?""")
_SPAN = re.compile(r"([A-Z]{3})(?:\s+([\d-]*)\.\.([\d-]*))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A role from the first to the last day, both included; None is open."""

    role: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a file: the first name is the one to show."""

    line: int
    kind: str
    country: str | None
    names: tuple[str, ...]
    periods: tuple[Period, ...]


def read_entries(text: str) -> tuple[list[Entry], list[str]]:
    """Return the entries of a file, and a sentence for each of its lines that is wrong."""
    entries: list[Entry] = []
    problems: list[str] = []
    section: tuple[str, str | None] | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        try:
            if line.startswith("["):
                section = None
                section = _section(line)
            elif section:
                entries.append(_entry(number, section, line))
        except ValueError as error:
            problems.append(f"line {number}: {error}")
        else:
            if section is None:
                problems.append(f"line {number}: an entry before any section; put it below one such as [party.DEU]")
    return entries, problems


def _section(line: str) -> tuple[str, str | None]:
    found = _SECTION.fullmatch(line)
    if not found:
        raise ValueError(f"found {line!r}; expected a section [KIND] or [KIND.COUNTRY], such as [party.DEU]")
    kind, country = found.groups()
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is not known; known are {', '.join(KINDS)}")
    if country is not None and country not in BODIES and country not in countries():
        raise ValueError(f"country {country!r} is neither a code of ISO 3166-1 alpha-3 nor IGO, UNO, IMG or NGO")
    if country is not None and kind in {"noun", "title"}:
        raise ValueError(f"a {kind} has no country; write [{kind}]")
    return kind, country


def _entry(number: int, section: tuple[str, str | None], line: str) -> Entry:
    found = _ENTRY.fullmatch(line)
    if not found:
        raise ValueError('expected "NAME | OTHER NAME" = "ROLE" on one line')
    names = tuple(name.strip() for name in (found[1] or found[2] or found[3]).split("|"))
    if not all(names):
        raise ValueError("a name is empty")
    kind, country = section
    _refuse_names(kind, names)
    return Entry(number, kind, country, names, tuple(_periods(found[4])))


def _refuse_names(kind: str, names: tuple[str, ...]) -> None:
    for name in names:
        is_lower = name == name.lower()
        if kind in {"noun", "title"} and not is_lower:
            raise ValueError(f"{name!r}: a {kind} is written in lower case")
        if kind not in {"noun", "title"} and is_lower:
            raise ValueError(f"{name!r}: a name needs a capital or a digit, else it would be found in ordinary text")


def _periods(text: str) -> Iterator[Period]:
    last: date | None = None
    parts = [part.strip() for part in text.split(",")]
    for place, part in enumerate(parts):
        found = _SPAN.fullmatch(part)
        if not found:
            raise ValueError(f"found {part!r}; expected a role such as GOV, or with dates: GOV 2001-12..2014-09-29")
        period = Period(_role(found[1]), _day(found[2], last_of=False), _day(found[3], last_of=True))
        if period.since and period.until and period.since > period.until:
            raise ValueError(f"{part!r} ends before it begins")
        if place and (last is None or period.since is None or period.since <= last):
            raise ValueError(f"{part!r} must begin after the end of the period before it")
        last = period.until
        yield period


def _role(code: str) -> str:
    if code not in ROLES:
        raise ValueError(f"role {code!r} is not known; known are {', '.join(ROLES)}")
    return code


def _day(text: str | None, *, last_of: bool) -> date | None:
    """Return the first or the last day of a day, month or year in digits."""
    if not text:
        return None
    try:
        year, month, day = ([int(part) for part in text.split("-")] + [0, 0])[:3]
        month = month or (12 if last_of else 1)
        return date(year, month, day or (calendar.monthrange(year, month)[1] if last_of else 1))
    except ValueError as error:
        raise ValueError(f"{text!r} is not a date: write YYYY, YYYY-MM or YYYY-MM-DD") from error
