"""When an article was published and modified: what the page, its feed and its address state, and what is believed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from math import isfinite
from typing import NamedTuple
from urllib.parse import urlsplit

from pipeline.articles.metadata.plain import STATEMENT_MAX
from pipeline.language.instants import DigitOrder, read_instant
from pipeline.language.markup import plain
from pipeline.records import DateSource, InstantPrecision

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
NOTES_MAX = 20
VALUE_MAX = 60  #: characters of a refused date that its note repeats

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_IN_ADDRESS = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?:[/_-]?(?P<digits>(?:0[1-9]|1[0-2])[0-3]\d)"
    rf"|(?P<mark>[/_-])(?P<month>0?[1-9]|1[0-2]|{'|'.join(_MONTHS)})(?P=mark)(?P<day>[0-3]?\d))(?!\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """An instant, in the offset that the page states, with where it states it and whether more than the day."""

    instant: datetime  #: of a mere day its midnight in UTC
    source: DateSource
    precision: InstantPrecision


class Candidate(NamedTuple):
    """A date as some part of the page, of its feed or of its address states it."""

    source: DateSource
    place: str  #: which part it is
    value: object


@dataclass(slots=True)
class Judge:
    """Believes dates or refuses them, and notes those that it refuses with its reason."""

    not_after: datetime
    zone: tzinfo
    digits: DigitOrder
    notes: list[str] = field(default_factory=list)

    def publication(self, candidates: Iterable[Candidate]) -> Dated | None:
        """The first believable date; if it is a mere day, the first instant of that day, if any."""
        day: Dated | None = None
        for dated in self._believed(candidates):
            if day is None and dated.precision == "day":
                day = dated
            elif day is None or (dated.precision == "instant" and self._is_on(dated, day)):
                return dated
        return day

    def modification(self, candidates: Iterable[Candidate], published: Dated | None) -> Dated | None:
        """The first believable date that is not before the publication."""
        for candidate in candidates:
            for dated in self._believed([candidate]):
                if published is None or not self._is_before(dated, published):
                    return dated
                self._refuse(candidate, "before the publication")
        return None

    def _believed(self, candidates: Iterable[Candidate]) -> Iterator[Dated]:
        for candidate in candidates:
            stated = self._stated(candidate)
            if stated is None:
                self._refuse(candidate, "not one date")
            elif stated.instant < EARLIEST:
                self._refuse(candidate, "before 1990")
            elif stated.instant > self.not_after:
                self._refuse(candidate, "in the future")
            else:
                yield self._without_midnight(stated)

    def _stated(self, candidate: Candidate) -> Dated | None:
        if isinstance(candidate.value, datetime):
            return Dated(instant=candidate.value, source=candidate.source, precision="instant")
        stated = read_instant(_text(candidate.value), self.zone, self.digits)
        if stated is None or stated.precision == "month":
            return None
        return Dated(instant=stated.at, source=candidate.source, precision=stated.precision)

    def _without_midnight(self, dated: Dated) -> Dated:
        """A midnight to the second in UTC, or of no stated zone, is how programs write a mere day."""
        at = dated.instant
        is_plain = at.tzinfo is self.zone or not at.utcoffset()
        if dated.precision == "day" or at.time() != time() or not is_plain:
            return dated
        return replace(dated, instant=at.replace(tzinfo=UTC), precision="day")

    def _is_on(self, dated: Dated, day: Dated) -> bool:
        """Tell whether an instant is on a day, by its own offset, the outlet's zone or UTC."""
        zones = (dated.instant.tzinfo, self.zone, UTC)
        return day.instant.date() in {dated.instant.astimezone(zone).date() for zone in zones}

    def _is_before(self, dated: Dated, published: Dated) -> bool:
        if "day" in (dated.precision, published.precision):
            return dated.instant + timedelta(days=1) <= published.instant
        return dated.instant < published.instant

    def _refuse(self, candidate: Candidate, reason: str) -> None:
        note = f"{candidate.source} {candidate.place}: {_text(candidate.value)[:VALUE_MAX]!r} is {reason}"
        if note not in self.notes and len(self.notes) < NOTES_MAX:
            self.notes.append(note)


def day_in_address(url: str) -> str:
    """The day in an address such as https://post.example/2026/apr/25/name, as 2026-04-25; empty when it has none."""
    try:
        found = _IN_ADDRESS.search(urlsplit(url).path)
    except ValueError:
        found = None
    if found is None:
        return ""
    month, day = found["month"] or found["digits"][:2], found["day"] or found["digits"][2:]
    number = month if month.isdecimal() else _MONTHS.index(month.lower()) + 1
    return f"{found['year']}-{int(number):02}-{int(day):02}"


def _text(value: object) -> str:
    """A date in linked data may be a number: seconds since 1970."""
    if isinstance(value, float) and isfinite(value):
        value = int(value)
    is_stated = isinstance(value, str | int | datetime) and not isinstance(value, bool)
    return plain(str(value), STATEMENT_MAX) if is_stated else ""
