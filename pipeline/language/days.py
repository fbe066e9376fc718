"""The days that a time expression means: calendar arithmetic behind :mod:`pipeline.language.dates`.

Each resolver takes the match of its rule and the circumstances, and returns the first and the last day, or None when
the circumstances do not tell. A day that the calendar lacks raises ValueError or OverflowError.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

Range = tuple[date, date]

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 14)}
_FEASTS = {
    "new year's day": (1, 1), "new year's eve": (12, 31), "valentine's day": (2, 14), "st patrick's day": (3, 17),
    "may day": (5, 1), "bastille day": (7, 14), "halloween": (10, 31), "christmas eve": (12, 24),
    "christmas day": (12, 25), "boxing day": (12, 26),
}  # fmt: skip
_NINE_ELEVEN = date(2001, 9, 11)
_FUTURE_MAX = timedelta(days=31)  #: a date without a year this far ahead is rather near than 11 months old


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an expression is read against."""

    published: Range | None  #: the day of publication, or the days among which it is
    is_future: bool = False  #: the act is still to come
    anchor: date | None = None  #: the day that the text spoke of before


# ── dates, months, years ─────────────────────────────────────────────────────────────────────


def full_date(match: re.Match[str], around: Circumstances) -> Range | None:
    day = _dated(_year_said(match, around), _month(match["month"]), int(match["day"]), around)
    return _from(day, day, match, around) if day else None


def date_span(match: re.Match[str], around: Circumstances) -> Range | None:
    groups = match.groupdict()
    last_month = _month(match["month"])
    first_month = _month(groups["month1"]) if groups.get("month1") else last_month
    last = _dated(_year_said(match, around), last_month, int(match["day"]), around)
    if last is None:
        return None
    return date(last.year - int(first_month > last_month), first_month, int(match["day1"])), last


def named_day(match: re.Match[str], around: Circumstances) -> Range | None:
    return _NINE_ELEVEN, _NINE_ELEVEN


def iso_date(match: re.Match[str], around: Circumstances) -> Range | None:
    day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    return day, day


def _year_said(match: re.Match[str], around: Circumstances) -> int | None:
    groups = match.groupdict()
    if groups.get("year"):
        return int(groups["year"])
    if groups.get("that_year") and around.published:
        return around.published[1].year + {"last": -1, "this": 0, "next": 1}[groups["that_year"].lower()]
    return None


def _dated(year: int | None, month: int, day: int, around: Circumstances) -> date | None:
    """The year said, else the one that puts the day nearest on the right side of publication."""
    if year:
        return date(year, month, day)
    if around.published is None:
        return None
    published = around.published[1]
    if around.is_future:
        return date(published.year + int((month, day) < (published.month, published.day)), month, day)
    this_year = date(published.year, month, day) if (month, day) != (2, 29) else date(_leap(published.year), 2, 29)
    return this_year if this_year <= published + _FUTURE_MAX else date(this_year.year - 1, month, day)


def _leap(year: int) -> int:
    return next(y for y in range(year, year - 9, -1) if monthrange(y, 2)[1] == 29)


def whole_month(match: re.Match[str], around: Circumstances) -> Range | None:
    groups, month = match.groupdict(), _month(match["month"])
    year = _month_year(match, month, around)
    if year is None:
        return None
    first, last = _month_range(year, month)
    part = (groups.get("part") or "").lower()
    if part:
        first, last = _part_of_month(first, last, part)
    return _from(first, last, match, around)


def _part_of_month(first: date, last: date, part: str) -> Range:
    if "end" in part or "late" in part:
        return first.replace(day=21), last
    if "mid" in part:
        return first.replace(day=11), first.replace(day=20)
    return first, first.replace(day=10)


def _month_year(match: re.Match[str], month: int, around: Circumstances) -> int | None:
    said = _year_said(match, around)
    if said is not None:
        return said
    if around.published is None:
        return None
    published = around.published[1]
    if around.is_future or (match.groupdict().get("which") or "").lower() == "next":
        return published.year + int(month < published.month)
    return published.year - int(month > published.month)


def month_span(match: re.Match[str], around: Circumstances) -> Range | None:
    first_month, last_month = _month(match["month1"]), _month(match["month"])
    year = _month_year(match, last_month, around)
    if year is None:
        return None
    return date(year - int(first_month > last_month), first_month, 1), _month_range(year, last_month)[1]


def _month_range(year: int, month: int) -> Range:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def whole_year(match: re.Match[str], around: Circumstances) -> Range | None:
    year = int(match["year"])
    months = {"early": (1, 3), "mid": (5, 8), "late": (10, 12), "end": (10, 12), "beginning": (1, 3)}
    first, last = months.get((match["part"] or "").lower().strip("- "), (1, 12))
    return _from(date(year, first, 1), _month_range(year, last)[1], match, around)


def year_span(match: re.Match[str], around: Circumstances) -> Range | None:
    first, last = int(match["year1"]), match["year"]
    whole = int(last) if len(last) == 4 else first - first % 100 + int(last)
    return date(first, 1, 1), date(whole, 12, 31)


def decade_of(match: re.Match[str], around: Circumstances) -> Range | None:
    first = int(match["decade"])
    from_year, to_year = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}.get((match["part"] or "").lower(), (0, 9))
    return _from(date(first + from_year, 1, 1), date(first + to_year, 12, 31), match, around)


def season_of(match: re.Match[str], around: Circumstances) -> Range | None:
    season, which = match["season"].lower(), (match["which"] or "").lower()
    year = int(match["year"]) if match["year"] else around.published[1].year if around.published else None
    if year is None:
        return None
    first, _ = _season_range(year, season)
    if not match["year"] and around.published:
        is_later = first > around.published[1]
        year += int(which == "next" and not is_later) - int(is_later and not around.is_future and which != "next")
    return _season_range(year, season)


def _season_range(year: int, season: str) -> Range:
    first, last = _SEASONS[season]
    return date(year, first, 1), _month_range(year + (last - 1) // 12, (last - 1) % 12 + 1)[1]


def feast_of(match: re.Match[str], around: Circumstances) -> Range | None:
    month, day = _FEASTS[match["feast"].lower().replace("’", "'").replace(".", "").replace("saint", "st")]
    found = _dated(_year_said(match, around), month, day, around)
    return (found, found) if found else None


# ── counted from publication ─────────────────────────────────────────────────────────────────


def weekday_of(match: re.Match[str], around: Circumstances) -> Range | None:
    if around.published is None:
        return None
    published, which = around.published[1], (match["which"] or "").lower()
    day = _nearest_weekday(DAYS.index(match["weekday"].lower()), around, which)
    if match.groupdict().get("weekday2"):
        return day, day + timedelta(days=(DAYS.index(match["weekday2"].lower()) - day.weekday()) % 7)
    return (day, max(day, published)) if match["since"] else (day, day)


def _nearest_weekday(weekday: int, around: Circumstances, which: str) -> date:
    published = around.published[1] if around.published else date.min
    back = timedelta(days=(published.weekday() - weekday) % 7)
    if which == "next":
        # on a Thursday "next Friday" is not the day after, which would be "on Friday"
        return published + timedelta(days=(weekday - published.weekday() - 2) % 7 + 2)
    if which in ("last", "previous"):
        return published - (back if back > timedelta(days=1) else back + timedelta(days=7))
    if which in ("this", "coming") or around.is_future:
        return published + timedelta(days=(weekday - published.weekday()) % 7)
    return published - back


def near_day(match: re.Match[str], around: Circumstances) -> Range | None:
    if around.published is None:
        return None
    word = re.sub(r"\s+", " ", match["word"].lower())
    offset = -1 if word in ("yesterday", "last night", "overnight", "last evening") else int(word == "tomorrow")
    day = around.published[1] + timedelta(days=offset)
    return day, around.published[1] if word == "overnight" else day


def period_of(match: re.Match[str], around: Circumstances) -> Range | None:
    if around.published is None:
        return None
    published = around.published[1]
    which, unit = match["which"].lower(), match["unit"].lower()
    step = {"this": 0, "the": 0, "current": 0, "next": 1, "coming": 1}.get(which, -1)
    first, last = _unit_range(published, unit, step)
    if unit == "month" and match["part"]:
        return _part_of_month(first, last, match["part"].lower())
    return (first, min(last, published)) if step == 0 and first <= published and not around.is_future else (first, last)


def weekend_of(match: re.Match[str], around: Circumstances) -> Range | None:
    if around.published is None:
        return None
    published, which = around.published[1], (match["which"] or "").lower()
    saturday = published - timedelta(days=(published.weekday() - 5) % 7)
    if which in ("next", "coming") or (which == "this" and published.weekday() < 5) or around.is_future:
        saturday += timedelta(days=7 if published.weekday() < 5 or which == "next" else 0)
    elif which == "last" and published.weekday() >= 5:
        saturday -= timedelta(days=7)
    return saturday, saturday + timedelta(days=1)


def _unit_range(day: date, unit: str, step: int) -> Range:
    if unit == "week":
        first = day - timedelta(days=day.weekday()) + timedelta(weeks=step)
        return first, first + timedelta(days=6)
    if unit == "month":
        year, month = divmod(day.year * 12 + day.month - 1 + step, 12)
        return _month_range(year, month + 1)
    years = {"year": 1, "decade": 10}[unit]
    return date(day.year + step * years, 1, 1), date(day.year + step * years, 12, 31)


def time_ago(match: re.Match[str], around: Circumstances) -> Range | None:
    number = _number(match["many"])
    if around.published is None or number is None:
        return None
    published, unit = around.published[1], match["unit"].lower()
    if unit in ("minute", "hour"):
        return published - timedelta(hours=number if unit == "hour" else 0), published
    if unit in ("day", "week", "fortnight"):
        day = published - timedelta(days=number * {"day": 1, "week": 7, "fortnight": 14}[unit])
        return day, day
    return _unit_range(published, unit, -number)


def past_span(match: re.Match[str], around: Circumstances) -> Range | None:
    number = _number(match["many"] or "one")
    if around.published is None or number is None:
        return None
    published = around.published[1]
    days = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}[match["unit"].lower()]
    length = timedelta(days=round(number * days) or 1)
    if match["which"].lower() in ("next", "coming"):
        return published, published + length
    return published - length, published


# ── counted from a day that the text named ───────────────────────────────────────────────────


def shifted(match: re.Match[str], around: Circumstances) -> Range | None:
    """A number of days or weeks before or after the anchor."""
    number, origin = _number(match["many"]), around.anchor or (around.published[1] if around.published else None)
    if number is None or origin is None:
        return None
    sign = -1 if match["way"].lower() in ("before", "earlier", "prior", "previously") else 1
    unit = match["unit"].lower()
    if unit in ("day", "week", "night"):
        day = origin + sign * timedelta(days=number * (7 if unit == "week" else 1))
        return day, day
    return _unit_range(origin, unit, sign * number)


def next_to(match: re.Match[str], around: Circumstances) -> Range | None:
    origin = around.anchor or (around.published[1] if around.published else None)
    if origin is None:
        return None
    way = (match["way"] or match["way2"]).lower()
    step = {"same": 0, "that": 0, "very": 0, "next": 1, "following": 1, "after": 1}.get(way, -1)
    unit = (match["unit"] or match["unit2"]).lower()
    if unit in ("week", "month", "year"):
        return _unit_range(origin, unit, step)
    day = origin + timedelta(days=step)
    return day, day


def _from(first: date, last: date, match: re.Match[str], around: Circumstances) -> Range | None:
    """ "Since" reaches from the beginning until publication."""
    if match.groupdict().get("since") and around.published is not None:
        return first, max(around.published[1], first)
    return first, last


def _number(text: str) -> int | None:
    lower = text.lower()
    if lower in ("a", "an"):
        return 1
    if lower in NUMBERS:
        return NUMBERS.index(lower) + 1
    return int(lower) if lower.isdigit() else {"couple of": 2, "a couple of": 2}.get(lower)


def _month(text: str) -> int:
    return next(n for n, name in enumerate(MONTHS, 1) if name.startswith(text.lower()[:3]))
