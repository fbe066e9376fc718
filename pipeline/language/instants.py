"""Dates and instants as feeds and pages write them: ISO 8601, RFC 822 and 5322 and what looks like it, asctime, Java,
seconds since 1970, digits in the order of a country, and months by their names in fourteen languages.

The readers of libraries are not used: they take an unknown name of a zone (BST, CEST, IST) for UTC without a word,
drop 24:00, complete a date that lacks its year from the clock, and guess between 3 April and 4 March.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Literal
from unicodedata import category, decimal, normalize
from zoneinfo import ZoneInfo

Precision = Literal["instant", "day", "month"]
DigitOrder = Literal["day-first", "month-first", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a text states: an instant with its offset; of a day or a month, its first midnight in UTC."""

    at: datetime
    precision: Precision


# ── words ────────────────────────────────────────────────────────────────────────────────────

_STEMS = (  # of en de fr es pt it nl sv pl ru uk tr id ar, without accents; \u00a0 is a space within one
    "jan gen ene oca sty янв січ ينا كانون\u00a0الثان جانف",
    "feb fev fea lut sub фев лют فبر شباط فيفر",
    "mar mrt maa maart мар берез مارس اذار",
    "apr avr abr nis kwi апр квіт ابر نيسان افر",
    "may mai maj mei mag маи мая трав مايو ماي ايار",
    "jun juin giu haz cze июн черв يوني حزيران جوان",
    "jul juil lug tem lip июл лип يولي تموز جويل",
    "aug aou ago agu sie авг серп اغسط اب اوت",
    "sep set eyl wrz сен верес سبتم ايلول",
    "oct okt ott out eki paz окт жовт اكت تشرين\u00a0الاو",
    "nov kas lis ноя листоп نوفم تشرين\u00a0الثان",
    "dec dez des dic ara gru дек груд ديسم كانون\u00a0الاو",
)


def _folded(text: str) -> str:
    """On one line, with plain digits and letters without accents: "août" is "aout", "١" is "1"."""
    if not text.isascii():
        letters = normalize("NFKD", text.replace("\N{MINUS SIGN}", "-"))
        plain = (str(decimal(letter, letter)) for letter in letters if category(letter) not in {"Mn", "Cf"})
        text = normalize("NFC", "".join(plain))
    return " ".join(text.split())


_MONTHS = {
    _folded(stem.replace("\u00a0", " ")): number
    for number, stems in enumerate(_STEMS, start=1)
    for stem in stems.split(" ")
}
_AFTERNOON = re.compile(r"p|오후|下午|午後|م", re.IGNORECASE)

_HALF = r"(?:(?P<half>[ap])\.? ?m\b\.?|(?P<half_arabic>[صم])(?!\w))"
_CLOCK = (
    r"(?:(?P<half_before>오[전후]|[上下]午|午[前後]) ?)?(?P<hour>\d{1,2})(?:"
    r" ?[:.h時时点點시] ?(?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)? ?(?:[分분]|uhr\b)?"
    rf"| ?(?=[ap]\.? ?m\b)| ?(?:uhr\b|h\b|[時时点點시]))(?: ?{_HALF})?"
)
_ZONE = r"(?: ?\(?(?P<zone>(?:etc/)?(?:gmt|utc|ut)? ?[+-]\d{1,2}(?::?\d{2})?(?!\d)|(?:etc/)?[a-zмск]+))?"
_AT = r"at|um|a(?: las)?|as|alle(?: ore)?|ore|om|kl|saat|pukul|v|в|о|الساعة"
_WEEKDAY_AFTER = r"(?: ?\([^\d()]{1,12}\)| (?:pazar(?:tesi)?|sali|carsamba|persembe|cuma(?:rtesi)?)\b)?"
_THEN_CLOCK = rf"(?:{_WEEKDAY_AFTER}(?: ?[,;،|·•/–—-])?(?:t| (?:{_AT})\b\.?)? ?{_CLOCK}{_ZONE})?"
_CLOCK_FIRST = rf"(?<![\d:]){_CLOCK}{_ZONE}\)?(?: ?[,;،|·•/–—-])? ?(?:on |am |le |el )?(?:[^\W\d]{{2,9}}\.?,? )?"

_MONTH_NAME = rf"(?P<month_name>(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\w{{0,9}})\.?"
_YEAR = r"(?P<year>\d{4}(?!\d)|\d{2}(?![\d:.h]))"
_DAY_MONTH_YEAR = (
    r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|o|\.|-?го)?"
    rf"[ -]?(?:de |del |of )?{_MONTH_NAME},?[ -]?(?:de |del |do )?{_YEAR}(?: ?(?:г|года|р|року)\b\.?)?"
)
_MONTH_DAY_YEAR = rf"\b{_MONTH_NAME} ?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? ?(?P<year>\d{{4}})(?!\d)"
_YEAR_MONTH_DAY = (
    r"(?<!\d)(?P<year>\d{4})(?:[-/]| ?[.年년] ?)"
    r"(?P<month>\d{1,2})(?:[-/]| ?[.月월] ?)(?P<day>\d{1,2})(?!\d)(?: ?[.日일])?"
)
_DIGITS = (
    r"(?<![\d.])(?P<first>\d{1,2})(?P<mark>[./-]) ?(?P<then>\d{1,2})(?P=mark) ?"
    r"(?P<year>\d{4}(?!\d)|(?<=\.)\d{2}(?![\d:.]))"
)


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_FORMS = (
    _form(_DAY_MONTH_YEAR + _THEN_CLOCK),
    _form(_YEAR_MONTH_DAY + _THEN_CLOCK),
    _form(rf"\b{_MONTH_NAME} (?P<day>\d{{1,2}}) {_CLOCK} (?:{_ZONE} )?(?P<year>\d{{4}})\b"),
    _form(_MONTH_DAY_YEAR + _THEN_CLOCK),
    _form(_CLOCK_FIRST + _DAY_MONTH_YEAR),
    _form(_CLOCK_FIRST + _MONTH_DAY_YEAR),
)
_FORMS_IN_DIGITS = (_form(_DIGITS + _THEN_CLOCK), _form(_CLOCK_FIRST + _DIGITS))
_LENGTH_MAX = 200  #: characters of a text in which a date is looked for
_DIGIT = re.compile(r"\d")
_DAY_ALONE = re.compile(r"\d{4}-\d\d-\d\d|\d{4}-?W\d\d-?\d")
_MONTH_ALONE = re.compile(r"(\d{4})[-/](\d{1,2})")
_ISO_START = re.compile(r"\d{4}-?(?:W\d\d-?\d|\d\d-?\d\d)[ Tt]\d")
_DAY_IN_DIGITS = "%Y%m%d"
_ALL_DIGITS = {8: _DAY_IN_DIGITS, 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_SINCE_1970 = {9: 1, 10: 1, 13: 1_000, 16: 1_000_000}

_OFFSET_PARTS = re.compile(r"([+-])(\d{1,2}):?(\d{2})?\Z")
_UNIVERSAL = frozenset({"GMT", "UT", "UTC", "Z"})  # even of an outlet in London, in summer
_HOURS = {  # east of Greenwich; a name of several zones is that of the one with the most English feeds
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MET": 1, "MEZ": 1, "WAT": 1, "CEST": 2, "MESZ": 2,
    "MEST": 2, "EET": 2, "SAST": 2, "CAT": 2, "EEST": 3, "IDT": 3, "MSK": 3, "МСК": 3, "TRT": 3, "TSI": 3, "EAT": 3,
    "AST": -4, "ADT": -3,
    "GST": 4, "PKT": 5, "IST": 5.5, "NPT": 5.75, "BDT": 6, "ICT": 7, "WIB": 7, "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8,
    "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "NST": -3.5, "NDT": -2.5, "BRT": -3, "ART": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
_ALL_YEAR = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
_UNITED_STATES = frozenset(
    f"America/{city}"
    for city in ("New_York", "Chicago", "Denver", "Los_Angeles", "Phoenix", "Detroit", "Anchorage", "Boise")
) | {"Pacific/Honolulu"}


# ── reading ──────────────────────────────────────────────────────────────────────────────────


def read_instant(text: str, zone: tzinfo = UTC, digits: DigitOrder | None = None) -> Stated | None:
    """Return the first date or instant in the first 200 characters of *text*; None when there is none.

    *zone* is the outlet's: it holds where the text names none, and decides what a name means that it uses itself.
    *digits* is how the outlet writes 3 April in digits; with "unknown", only 25/4 and 4/25 are read, and 3.4., which
    is April everywhere; with None no date is in digits unless its year comes first.
    """
    text = _folded(text[:_LENGTH_MAX])
    try:
        return _in_digits_alone(text, zone) if text.isdecimal() else _iso(text, zone) or _written(text, zone, digits)
    except (ValueError, OverflowError):
        return None


def digit_order(language: str | None, zone: tzinfo) -> DigitOrder:
    """Return how an outlet of a language (BCP 47) and a zone writes dates in digits; "unknown" where they disagree."""
    known = {_order_of_language(language or "en"), _order_of_zone(str(zone))} - {None}
    return known.pop() or "unknown" if len(known) == 1 else "unknown"


def _order_of_language(language: str) -> DigitOrder | None:
    name, *subtags = language.replace("_", "-").lower().split("-")
    if name not in {"en", "eng"}:
        return "day-first"
    region = subtags[-1] if subtags else "ca"  # English of no country, like that of Canada, writes both
    return None if region == "ca" else "month-first" if region in {"us", "ph"} else "day-first"


def _order_of_zone(zone: str) -> DigitOrder | None:
    if zone in _UNITED_STATES or zone.startswith(("US/", "America/Indiana/", "America/Kentucky/")):
        return "month-first"
    return "day-first" if zone.startswith(("Africa/", "Asia/", "Australia/", "Europe/", "Pacific/Auckland")) else None


def _in_digits_alone(text: str, zone: tzinfo) -> Stated | None:
    if pattern := _ALL_DIGITS.get(len(text)):
        is_day = pattern == _DAY_IN_DIGITS
        at = datetime.strptime(text, pattern).replace(tzinfo=UTC if is_day else zone)
        return Stated(at=at, precision="day" if is_day else "instant")
    scale = _SINCE_1970.get(len(text))
    return Stated(at=datetime.fromtimestamp(int(text) / scale, UTC), precision="instant") if scale else None


def _iso(text: str, zone: tzinfo) -> Stated | None:
    """What Python itself reads of ISO 8601, which is most of what there is."""
    if _DAY_ALONE.fullmatch(text):
        return Stated(at=datetime.fromisoformat(text).replace(tzinfo=UTC), precision="day")
    if month := _MONTH_ALONE.fullmatch(text):
        return Stated(at=datetime(int(month[1]), int(month[2]), 1, tzinfo=UTC), precision="month")
    if not _ISO_START.match(text):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Stated(at=at if at.tzinfo else at.replace(tzinfo=zone), precision="instant")


def _written(text: str, zone: tzinfo, digits: DigitOrder | None) -> Stated | None:
    found = _earliest(_FORMS + _FORMS_IN_DIGITS if digits else _FORMS, text)
    if found is None:
        return None
    parts = found.groupdict()
    day = _day(parts, digits)
    if day is None:
        return None
    if not parts["hour"]:
        return Stated(at=datetime(day.year, day.month, day.day, tzinfo=UTC), precision="day")
    local = _at_clock(datetime(day.year, day.month, day.day, tzinfo=zone), parts)
    return Stated(at=local.replace(tzinfo=_zone(parts["zone"] or "", local, zone)), precision="instant")


def _earliest(forms: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    """The match that starts first; of several that do, that of the first form."""
    best: re.Match[str] | None = None
    for form in forms:
        found = form.search(text)
        if found and (best is None or found.start() < best.start()):
            best = found
            if not _DIGIT.search(text, 0, found.start()):
                break  # dates have digits
    return best


# ── parts ────────────────────────────────────────────────────────────────────────────────────


def _day(parts: dict[str, str | None], digits: DigitOrder | None) -> date | None:
    """The day that the parts name; None when it could be one of two."""
    year = _year(parts["year"] or "")
    if "mark" in parts:
        first, then = int(parts["first"] or 0), int(parts["then"] or 0)
        if parts["mark"] != "." and digits == "unknown" and first != then and max(first, then) <= 12:
            return None
        is_month_first = then > 12 or (digits == "month-first" and parts["mark"] != "." and first <= 12)
        return date(year, first, then) if is_month_first else date(year, then, first)
    month = parts.get("month") or _month(parts["month_name"] or "")
    return date(year, int(month), int(parts["day"] or 1))


def _month(name: str) -> int:
    name = name.lower()
    return next(number for stem, number in _MONTHS.items() if name.startswith(stem))


def _year(digits: str) -> int:
    """RFC 5322, section 4.3: of two digits, 00 to 49 are of this century."""
    return int(digits) if len(digits) > 2 else int(digits) + (2000 if int(digits) < 50 else 1900)


def _at_clock(midnight: datetime, parts: dict[str, str | None]) -> datetime:
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    half = parts["half_before"] or parts["half"] or parts["half_arabic"]
    if half:
        hour = hour % 12 + 12 * bool(_AFTERNOON.match(half))
    if (hour, minute, second) == (24, 0, 0):
        return midnight + timedelta(days=1)
    fraction = int((parts["fraction"] or "0")[:6].ljust(6, "0"))
    return midnight.replace(hour=hour, minute=minute, second=min(second, 59), microsecond=fraction)  # a leap second


def _zone(stated: str, local: datetime, zone: tzinfo) -> tzinfo:
    if offset := _OFFSET_PARTS.search(stated):
        sign = -1 if offset[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0)))
    name = stated.upper().removeprefix("ETC/")
    if name in _UNIVERSAL:
        return UTC
    if not name or name in _names(zone, local.year) or not stated.isupper():
        return zone  # "EST" in July is a clock in New York, and a template that nobody looked at
    if name in _ALL_YEAR:
        return ZoneInfo(_ALL_YEAR[name])
    return timezone(timedelta(hours=_HOURS[name])) if name in _HOURS else zone


def _names(zone: tzinfo, year: int) -> set[str | None]:
    return {datetime(year, month, 1, tzinfo=zone).tzname() for month in (1, 7)}
