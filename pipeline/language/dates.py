"""When: time expressions of a sentence, resolved against the day of publication."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_DAY = "|".join(_DAYS)
_MONTH = r"(?P<month>jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|" + "|".join(_MONTHS) + r")\b\.?"
_DATE = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?:,? (?P<year>(?:1[89]|20)\d\d))"
_HOW_MANY = r"(?P<many>an?|\d{1,3}|" + "|".join(_NUMBERS) + r"|several|few|couple of)"
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11)}

Range = tuple[date, date]


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """Characters [start, end) of a sentence that say when, as days from *first* to *last*."""

    start: int
    end: int
    first: date
    last: date


def find_times(sentence: str, published_on: date | None, *, is_future: bool = False) -> tuple[TimeExpression, ...]:
    """Return the time expressions of *sentence*, in order, as ranges of days.

    A weekday is the last such day on or before publication, with *is_future* the next one after it.
    Without a day of publication only full dates and years are resolved.
    """
    return tuple(sorted(_resolved(sentence, published_on, is_future), key=lambda t: t.start))


def _resolved(sentence: str, published: date | None, is_future: bool) -> Iterator[TimeExpression]:
    taken: list[tuple[int, int]] = []
    for pattern, resolve in _RULES:
        for match in pattern.finditer(sentence):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            days = _safely(resolve, match, published, is_future)
            if days is not None:
                taken.append(match.span())
                yield TimeExpression(match.start(), match.end(), *days)


Resolver = Callable[[re.Match[str], date | None, bool], Range | None]


def _safely(resolve: Resolver, match: re.Match[str], published: date | None, is_future: bool) -> Range | None:
    """A day such as 31 February, or before year 1, is no day."""
    try:
        return resolve(match, published, is_future)
    except (ValueError, OverflowError):
        return None


def _full_date(match: re.Match[str], published: date | None, is_future: bool) -> Range | None:
    month, groups = _month(match["month"]), match.groupdict()
    year = _year(groups.get("year"), month, int(match["day"]), published, is_future)
    if year is None:
        return None
    day = date(year, month, int(match["day"]))
    return day, day


def _iso_date(match: re.Match[str], published: date | None, is_future: bool) -> Range | None:
    day = date.fromisoformat(match.group())
    return day, day


def _whole_month(match: re.Match[str], published: date | None, is_future: bool) -> Range | None:
    month = _month(match["month"])
    year = _year(match["year"], month, 1, published, is_future)
    if year is None:
        return None
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    if match["since"] and published is not None:
        last = max(published, first)
    return first, last


def _whole_year(match: re.Match[str], published: date | None, is_future: bool) -> Range | None:
    year = int(match["year"])
    last = date(year, 12, 31)
    if match["since"] and published is not None:
        last = max(published, date(year, 1, 1))
    return date(year, 1, 1), last


def _weekday(match: re.Match[str], published: date | None, is_future: bool) -> Range | None:
    if published is None:
        return None
    weekday = _DAYS.index(match["weekday"].lower())
    if is_future or (match["next"] or "").lower() == "next":
        day = published + timedelta(days=(weekday - published.weekday() - 1) % 7 + 1)
    else:
        day = published - timedelta(days=(published.weekday() - weekday) % 7)
    return day, max(day, published) if match["since"] else day


def _relative_day(match: re.Match[str], published: date | None, is_future: bool) -> Range | None:
    if published is None:
        return None
    word = match.group().lower()
    offset = -1 if word in ("yesterday", "last night", "overnight") else int(word == "tomorrow")
    first = published + timedelta(days=offset)
    return first, published if word == "overnight" else first


def _period(match: re.Match[str], published: date | None, is_future: bool) -> Range | None:
    if published is None:
        return None
    which, unit = match["which"].lower(), match["unit"].lower()
    step = {"this": 0, "next": 1, "coming": 1}.get(which, -1)
    first, last = _unit_range(published, unit, step)
    return (first, min(last, published)) if step == 0 and first <= published and not is_future else (first, last)


def _unit_range(day: date, unit: str, step: int) -> Range:
    if unit == "week":
        first = day - timedelta(days=day.weekday()) + timedelta(weeks=step)
        return first, first + timedelta(days=6)
    if unit == "weekend":
        back = (day.weekday() - 5) % 7 if step <= 0 else day.weekday() - 5 - 7
        first = day - timedelta(days=back)
        return first, first + timedelta(days=1)
    if unit == "month":
        index = day.year * 12 + day.month - 1 + step
        year, month = divmod(index, 12)
        return date(year, month + 1, 1), date(year, month + 1, monthrange(year, month + 1)[1])
    if unit == "year":
        return date(day.year + step, 1, 1), date(day.year + step, 12, 31)
    first_month, last_month = _SEASONS[unit]
    year = day.year + step + int(step == -1 and day.month > last_month)
    return date(year, first_month, 1), date(year, last_month, monthrange(year, last_month)[1])


def _ago(match: re.Match[str], published: date | None, is_future: bool) -> Range | None:
    number = _number(match["many"])
    if published is None or number is None:
        return None
    unit = match["unit"].lower()
    if unit == "hour":
        return published - timedelta(hours=number), published
    if unit in ("day", "week"):
        day = published - timedelta(days=number * (7 if unit == "week" else 1))
        return day, day
    return _unit_range(published, unit, -number)


def _past_span(match: re.Match[str], published: date | None, is_future: bool) -> Range | None:
    number = _number(match["many"])
    if published is None or number is None:
        return None
    days = {"day": 1, "week": 7, "month": 30, "year": 365}[match["unit"].lower()]
    return published - timedelta(days=number * days), published


def _number(text: str) -> int | None:
    lower = text.lower()
    if lower in ("a", "an"):
        return 1
    if lower in _NUMBERS:
        return _NUMBERS.index(lower) + 1
    return int(lower) if lower.isdigit() else None


def _month(text: str) -> int:
    return next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(text.lower()[:3]))


def _year(text: str | None, month: int, day: int, published: date | None, is_future: bool) -> int | None:
    """The year said, else the one that puts the day nearest on the right side of publication."""
    if text:
        return int(text)
    if published is None:
        return None
    is_later = (month, day) > (published.month, published.day)
    if is_future:
        return published.year + int(not is_later)
    return published.year - int(is_later)


def _rule(pattern: str, resolve: Resolver) -> tuple[re.Pattern[str], Resolver]:
    return re.compile(pattern, re.IGNORECASE), resolve


_SINCE = r"(?:(?P<since>since) )?"
#: In this order; characters that one rule took are closed to the next.
_RULES = (
    _rule(r"\b\d{4}-\d\d-\d\d\b", _iso_date),
    _rule(rf"\b(?:the )?{_DATE} (?:of )?{_MONTH}{_YEAR}?(?!\d)", _full_date),
    _rule(rf"\b{_MONTH} (?:the )?{_DATE}(?!\d){_YEAR}?", _full_date),
    _rule(rf"\b{_SINCE}(?:(?:early|late|mid)[ -])?(?:in |during |of |until |last |this )?{_MONTH}"
          rf" ?(?:of )?{_YEAR}", _whole_month),
    _rule(rf"\b(?:(?P<since>since) |in |during |last |until |by |(?:early|late|mid)[ -])"
          rf"(?:(?:early|late|mid)[ -])?{_MONTH}(?P<year>(?!))?(?! \d)", _whole_month),
    _rule(rf"\b{_SINCE}(?:(?P<next>next|last|this|on|early|late) )*(?P<weekday>{_DAY})\b", _weekday),
    _rule(r"\b(?:today|tonight|yesterday|tomorrow|last night|overnight)\b", _relative_day),
    _rule(r"\b(?:this|the) (?:morning|afternoon|evening)\b", _relative_day),
    _rule(r"\b(?:earlier |later )?(?P<which>last|this|next|the past|coming|previous) "
          r"(?P<unit>weekend|week|month|year|spring|summer|autumn|fall)\b", _period),
    _rule(r"\b(?P<which>over) the (?P<unit>weekend)\b", _period),
    _rule(rf"\b{_HOW_MANY} (?P<unit>hour|day|week|month|year)s? (?:ago|earlier)\b", _ago),
    _rule(rf"\b(?:in|over|during|for) the (?:last|past) {_HOW_MANY} (?P<unit>day|week|month|year)s?\b",
          _past_span),
    _rule(r"\b(?:(?P<since>since)|in|during|early|late|mid-?) ?(?P<year>(?:1[89]|20)\d\d)\b(?!-\d)",
          _whole_year),
)  # fmt: skip
