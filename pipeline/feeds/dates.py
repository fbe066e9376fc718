"""Instants as feeds write them: RFC 822 and 5322 and what looks like it, RFC 3339, ISO 8601, asctime and Java.

feedparser's own reading is not used: it takes an unknown name of a zone (BST, CEST, IST) for UTC without a word,
drops 24:00, and completes a date that lacks its year from the clock.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?(?:\s*(?P<half>[ap])\.?m\b\.?)?"
_ZONE = r"(?P<zone>(?:etc/)?(?:gmt|utc|ut)?\s?[+-]\d{1,2}(?::?\d{2})?|(?:etc/)?[a-z]+)"
_MONTH = r"(?P<month_name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_WEEKDAY = r"(?:[a-z]{2,9}\.?(?:,\s*|\s+))?"
_FORMS = tuple(
    re.compile(rf"\s*{form}", re.IGNORECASE | re.ASCII)
    for form in (
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})[\s-]+{_MONTH},?[\s-]+(?P<year>\d{{4}}|\d{{2}})(?!\d)(?:,?\s+{_CLOCK}\s*{_ZONE}?)?",
        rf"(?P<year>\d{{4}})[-/](?P<month>\d{{1,2}})(?:[-/](?P<day>\d{{1,2}})(?:[t\s]+{_CLOCK}\s*{_ZONE}?)?)?(?!\d)",
        rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})\s+{_CLOCK}\s+(?:{_ZONE}\s+)?(?P<year>\d{{4}})\b",
        rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})\b(?:,?\s+{_CLOCK}\s*{_ZONE}?)?",
    )
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?\Z")
_UNIVERSAL = frozenset({"GMT", "UT", "UTC", "Z"})  # even of an outlet in London, in summer
_HOURS = {  # east of Greenwich; a name of several zones is that of the one with the most English feeds
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MET": 1, "WAT": 1, "CEST": 2,
    "MEST": 2, "EET": 2, "SAST": 2, "CAT": 2, "EEST": 3, "IDT": 3, "MSK": 3, "TRT": 3, "EAT": 3, "AST": -4, "ADT": -3,
    "GST": 4, "PKT": 5, "IST": 5.5, "NPT": 5.75, "BDT": 6, "ICT": 7, "WIB": 7, "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8,
    "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "NST": -3.5, "NDT": -2.5, "BRT": -3, "ART": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # what a program writes that has no date
_YEAR_MIN = 1600


def instant(text: str, zone: tzinfo = UTC) -> datetime | None:
    """Return the instant in UTC, in whole seconds; None for what is none.

    *zone* is the outlet's: it holds where the text names none, and decides what a name means that it uses itself.
    """
    found = next((found for form in _FORMS if (found := form.match(text))), None)
    if found is None:
        return None
    try:
        local = _local(found.groupdict(), zone)
        at = local.replace(tzinfo=_zone(found["zone"] or "", local, zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year >= _YEAR_MIN and at != _EPOCH else None


def _local(parts: dict[str, str | None], zone: tzinfo) -> datetime:
    month = parts.get("month") or _MONTHS.index((parts["month_name"] or "").lower()) + 1
    hour, second = int(parts["hour"] or 0), int(parts["second"] or 0)
    if parts["half"]:
        hour = hour % 12 + 12 * (parts["half"] in "pP")
    is_day_end = hour == 24 and not int(parts["minute"] or 0) and not second
    midnight = datetime(_year(parts["year"] or ""), int(month), int(parts["day"] or 1), tzinfo=zone)
    if is_day_end:
        return midnight + timedelta(days=1)
    return midnight.replace(hour=hour, minute=int(parts["minute"] or 0), second=min(second, 59))  # a leap second


def _year(digits: str) -> int:
    """RFC 5322, section 4.3: of two digits, 00 to 49 are of this century."""
    return int(digits) if len(digits) > 2 else int(digits) + (2000 if int(digits) < 50 else 1900)


def _zone(stated: str, local: datetime, zone: tzinfo) -> tzinfo:
    if numbers := _OFFSET.search(stated):
        sign = -1 if numbers[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(numbers[2]), minutes=int(numbers[3] or 0)))
    name = stated.upper().removeprefix("ETC/")
    if name in _UNIVERSAL:
        return UTC
    if not name or name in _names(zone, local.year):
        return zone  # "EST" in July is a clock in New York, and a template that nobody looked at
    return timezone(timedelta(hours=_HOURS[name])) if name in _HOURS else zone


def _names(zone: tzinfo, year: int) -> set[str | None]:
    return {datetime(year, month, 1, tzinfo=zone).tzname() for month in (1, 7)}
