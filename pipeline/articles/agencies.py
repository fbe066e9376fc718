"""News agencies by the names that bylines, datelines and credit lines use; the table is data/agencies.csv."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

CREDIT_MAX = 100  # characters of a line that credits; longer ones tell something
CREDIT_LINES = 3
NAMES_MAX = 300
TAIL = 1_000
ABBREVIATION_MAX = 5  # letters; abbreviations count in capitals only: "Ana" and "Mia" are people

_PARTS = re.compile(r"\s*(?:[,;/|&+()\[\]–—]|\s-\s|\b(?:and|with|und|et|y|e|en|dan)\b)\s*")
_STAFF = re.compile(
    r"\s+(?:staff|news|newsroom|agency|agencies|service|writers?|reporters?|correspondents?|in .*|via .*)$", re.I
)
_LEAD_IN = re.compile(
    r"^(?:(?:with )?(?:additional )?(?:reporting|reported|reports?|files|inputs?)(?: (?:from|by|with))?|by|from|via"
    r"|with|sources?|quelle|fuente|fonte|kaynak)(?:\s*:\s*|\s+)",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"(?:[—–]\s?|\s--?\s?|\(|\[|/)(?P<names>[^()\[\]—–]{2,40}?)[)\]/]?\.?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A news agency."""

    name: str  #: the short one that it signs with
    country_code: str  #: ISO 3166-1 alpha-3


def find_agency(names: str) -> Agency | None:
    """The first agency in a list of names such as "Reuters and staff" or "dpa/AFP"; None where there is none."""
    return next((agency for part in _PARTS.split(names[:NAMES_MAX]) if (agency := _agency(part))), None)


def credit_agency(text: str, authors: Sequence[str]) -> str | None:
    """The name of the agency that a byline credits, or a line at the text's end: "— Reuters", "(AFP)"."""
    credited = [*(_LEAD_IN.sub("", author[:NAMES_MAX], count=1) for author in authors), *_closing_credits(text)]
    return next((agency.name for names in credited if (agency := find_agency(names))), None)


def _closing_credits(text: str) -> Iterator[str]:
    """What the last lines name as their sources: a line that begins with an agency or with such words as "reporting
    by", and what stands behind a dash, in parentheses or between slashes at a line's end.
    """
    for line in [line.strip() for line in text[-TAIL:].split("\n") if line.strip()][-CREDIT_LINES:]:
        bare = line.strip(" .*•—–-([/")
        if len(line) <= CREDIT_MAX and (lead_in := _LEAD_IN.match(bare)):
            yield bare[lead_in.end() :]
        elif len(line) <= CREDIT_MAX and _agency(_PARTS.split(bare)[0]):
            yield bare
        if closing := _CLOSING.search(line[-CREDIT_MAX:]):
            yield closing["names"]


def _agency(name: str) -> Agency | None:
    return _agencies().get(_known_as(name)) or _agencies().get(_known_as(_STAFF.sub("", name)))


def _known_as(name: str) -> str:
    name = name.strip(" \t.'\"")
    return name if len(name) <= ABBREVIATION_MAX else name.casefold().removeprefix("the ")


@cache
def _agencies() -> Mapping[str, Agency]:
    """Every agency by its names: in their own case when they are abbreviations."""
    table = files("pipeline.articles").joinpath("data/agencies.csv").read_text(encoding="utf-8")
    found: dict[str, Agency] = {}
    for row in csv.DictReader(table.splitlines()):
        agency = Agency(name=row["name"], country_code=row["country_code"])
        for name in (row["name"], *filter(None, row["aliases"].split(";"))):
            found.setdefault(_known_as(name), agency)
            found.setdefault(_known_as(name.upper()), agency)
    return MappingProxyType(found)
