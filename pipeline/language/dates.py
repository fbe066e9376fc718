"""When: time expressions of English news, resolved against the day of publication.

`scan` finds them, each with a `resolve` that turns its circumstances into days; `find_times` does both for a sentence
on its own. Conventions: a week runs from Monday to Sunday, "early" and "late" are the outer thirds of a month and the
outer quarters of a year, "two years ago" is that whole calendar year, "since" runs until publication.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pipeline.language.days import (
    DAYS,
    MONTHS,
    NUMBERS,
    Circumstances,
    Range,
    date_span,
    decade_of,
    feast_of,
    full_date,
    iso_date,
    month_span,
    named_day,
    near_day,
    next_to,
    past_span,
    period_of,
    season_of,
    shifted,
    time_ago,
    weekday_of,
    weekend_of,
    whole_month,
    whole_year,
    year_span,
)

Precision = Literal["day", "week", "month", "season", "year", "decade", "span"]
Resolver = Callable[[re.Match[str], Circumstances], Range | None]


@dataclass(frozen=True, slots=True)
class Expression:
    """Characters [start, end) of a text that say when."""

    start: int
    end: int
    kind: str  #: the name of the rule that read it
    precision: Precision
    match: re.Match[str] = field(repr=False, compare=False)
    resolver: Resolver = field(repr=False, compare=False)

    def resolve(self, circumstances: Circumstances) -> Range | None:
        """Return the first and the last day, or None for what is no time, as 31 February."""
        try:
            days = self.resolver(self.match, circumstances)
        except (ValueError, OverflowError):
            return None
        if days is None or days[0] > days[1]:
            return None
        is_counted = self.kind in _NEEDS_DAY or (self.kind == "shifted" and circumstances.anchor is None)
        return _blurred(days, circumstances.published) if is_counted else days


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """Characters [start, end) of a sentence that say when, as days from *first* to *last*."""

    start: int
    end: int
    first: date
    last: date


def scan(text: str) -> tuple[Expression, ...]:
    """Return the time expressions of *text*, in order, none overlapping another."""
    found: list[Expression] = []
    taken = bytearray(len(text))
    for name, precision, pattern, resolver in _RULES:
        for match in pattern.finditer(text):
            start, end = match.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                found.append(Expression(start, end, name, precision, match, resolver))
    return tuple(sorted(found, key=lambda expression: expression.start))


def find_times(sentence: str, published_on: date | None, *, is_future: bool = False) -> tuple[TimeExpression, ...]:
    """Return the time expressions of *sentence* alone, in order, as ranges of days.

    A weekday is the last such day on or before publication, with *is_future* the first one from then on.
    Without a day of publication only full dates and years are resolved.
    """
    around = Circumstances((published_on, published_on) if published_on else None, is_future)
    resolved = ((expression, expression.resolve(around)) for expression in scan(sentence))
    return tuple(TimeExpression(found.start, found.end, *days) for found, days in resolved if days)


def _blurred(days: Range, published: Range | None) -> Range:
    """A day counted from a day of publication that is not known may be any around it."""
    return days if published is None or published[0] == published[1] else published


# ── the rules ────────────────────────────────────────────────────────────────────────────────

_DAY = "|".join(DAYS)
_MONTH_NAME = r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|" + "|".join(MONTHS) + r")\b\.?"
_MONTH = rf"(?P<month>{_MONTH_NAME})"
_MONTH_1 = rf"(?P<month1>{_MONTH_NAME})"
_DATE = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_DATE_1 = r"(?P<day1>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)\b"
_IN_YEAR = rf"(?:,? (?:of |in )?{_YEAR}|,? (?P<that_year>this|last|next) year)"
_SINCE = r"(?:(?P<since>since) )?"
_TO = r" ?(?:-|–|—|to|and|until|through) ?"
_TO_OR = r" ?(?:-|–|—|to|and|or|until|through) ?"
_HOW_MANY = r"(?P<many>an?|\d{1,3}|" + "|".join(NUMBERS) + r"|(?:a )?couple of)"
_PART = r"(?:(?P<part>early|mid|late)[ -](?:in )?)"
_WEEKDAY = rf"(?P<weekday>{_DAY})\b"
_OF_DAY = r"(?:,? (?:morning|afternoon|evening|night))?"


def _rule(name: str, precision: Precision, pattern: str, resolver: Resolver) -> tuple[
    str, Precision, re.Pattern[str], Resolver
]:  # fmt: skip
    return name, precision, re.compile(pattern, re.IGNORECASE), resolver


#: In this order; characters that one rule took are closed to the next.
_RULES = (
    _rule("iso", "day", r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)\b", iso_date),
    _rule("iso", "day", r"\b(?P<day>[0-3]?\d)\.(?P<month>[01]?\d)\.(?P<year>(?:19|20)\d\d)\b", iso_date),
    _rule("feast", "day", r"\b9/11\b|\b(?:september 11(?:th)?|sept\.? 11(?:th)?|11 september)"
          r"(?=,? (?:terror(?:ist)? )?attacks)", named_day),
    _rule("dates", "span", rf"\b(?:from |between )?{_DATE_1}(?: {_MONTH_1})?{_TO}{_DATE} {_MONTH}{_IN_YEAR}?(?!\d)",
          date_span),
    _rule("dates", "span", rf"\b(?:from |between )?{_MONTH_1} {_DATE_1}{_TO}{_MONTH} {_DATE}(?!\d){_IN_YEAR}?",
          date_span),
    _rule("dates", "span", rf"\b(?:from |between )?{_MONTH} {_DATE_1}{_TO}{_DATE}(?!\d){_IN_YEAR}?", date_span),
    _rule("date", "day", rf"\b{_SINCE}(?:(?:{_DAY}),? )?(?:the )?{_DATE} (?:of )?{_MONTH}{_IN_YEAR}?(?!\d)", full_date),
    _rule("date", "day", rf"\b{_SINCE}(?:(?:{_DAY}),? )?{_MONTH} (?:the )?{_DATE}(?!\d){_IN_YEAR}?", full_date),
    _rule("feast", "day", r"\b(?P<feast>new year['’]s (?:day|eve)|valentine['’]s day|(?:saint|st\.?) patrick['’]s day"
          rf"|(?:may|bastille|christmas|boxing) day|christmas eve|halloween)\b{_IN_YEAR}?", feast_of),
    _rule("months", "span", r"\b(?:from |between |during |in )?(?:either )?"
          rf"{_MONTH_1}{_TO_OR}{_MONTH}(?! \d\d?\b){_IN_YEAR}?",
          month_span),
    _rule("month", "month", rf"\b{_SINCE}{_PART}?(?:the end of |the beginning of )?{_MONTH}{_IN_YEAR}", whole_month),
    _rule("month", "month", rf"\b(?:(?P<since>since)|in|during|(?P<which>last|next|this)|until|by|of|from|before|after)"
          rf" (?:{_PART}|(?P<which2>last|next|this) )?{_MONTH}(?P<year>(?!))?(?! ?\d)", whole_month),
    _rule("month", "month", rf"\b(?P<part>early|mid|late)[ -](?:in )?{_MONTH}(?P<year>(?!))?(?! ?\d)", whole_month),
    _rule("month", "month", rf"\b{_MONTH}(?P<year>(?!))?(?=['’]s\b)", whole_month),
    _rule("season", "season", r"\b(?:in |over |during )?(?:(?:the|(?P<which>last|this|next)) )?"
          rf"(?P<season>spring|summer|autumn|fall|winter) (?:of )?{_YEAR}", season_of),
    _rule("season", "season", r"\b(?:(?:over|during|in) the|(?P<which>last|this|next|past)) "
          r"(?P<season>spring|summer|autumn|fall|winter)\b(?P<year>(?!))?", season_of),
    _rule("decade", "decade", rf"\b{_SINCE}(?:the )?{_PART}?(?P<decade>(?:19|20)\d0)['’]?s\b", decade_of),
    _rule("weekdays", "span", rf"\b(?P<since>(?!))?(?P<which>last|this|next)? ?{_WEEKDAY}{_OF_DAY}"
          rf"(?: and | to | through |-|–)(?P<weekday2>{_DAY})\b", weekday_of),
    _rule("weekday", "day", rf"\b{_SINCE}(?:(?P<which>next|last|this|coming|previous) )?{_WEEKDAY}{_OF_DAY}",
          weekday_of),
    _rule("near", "day", r"\b(?P<word>today|tonight|yesterday|tomorrow|last\s+(?:night|evening)|overnight)\b",
          near_day),
    _rule("near", "day", r"\b(?P<word>this\s+(?:morning|afternoon|evening))\b", near_day),
    _rule("weekend", "week", r"\b(?:(?P<which>last|this|next|past|coming) |(?:over|during|at) the )"
          r"(?:(?:past|last) )?weekend\b", weekend_of),
    _rule("near span", "span", r"\b(?:in|over|during|for|within) the (?P<which>last|past|next|coming) "
          rf"(?:{_HOW_MANY} )?(?P<unit>hour|day|week|month|year)s?\b", past_span),
    _rule("ago day", "day", rf"\b{_HOW_MANY} (?P<unit>minute|hour|day|week|fortnight)s? ago\b", time_ago),
    _rule("ago", "year", rf"\b{_HOW_MANY} (?P<unit>month|year|decade)s? ago\b", time_ago),
    _rule("week", "week", r"\b(?:earlier |later )?(?P<which>last|this|next|coming|previous|current) (?P<unit>week)\b"
          r"(?P<part>(?!))?", period_of),
    _rule("period", "span", r"\b(?:the )?(?P<part>beginning|start|end|middle) of (?P<which>last|this|next|the) "
          r"(?P<unit>month)\b", period_of),
    _rule("period", "span", r"\b(?:earlier |later )?(?:in )?(?P<which>last|this|next|coming|previous|current)"
          r" (?P<unit>month|year|decade)\b(?P<part>(?!))?", period_of),
    _rule("shifted", "day", rf"\b{_HOW_MANY} (?P<unit>day|night|week|month|year)s? "
          r"(?P<way>before|earlier|prior|previously|after|later)\b", shifted),
    _rule("shifted", "day", r"\b(?:the|that|later that|earlier that|on the|later the) "
          r"(?:(?P<way>same|very|next|following|previous) (?P<unit>day|night|morning|evening|afternoon|week|month|year)"
          r"|(?P<unit2>day|night|evening|morning|week|month|year) (?P<way2>before|after|earlier))\b", next_to),
    _rule("shifted", "day", r"\b(?:on |later |earlier )?(?P<way>that) (?P<unit>day|night|evening|morning|month|year)\b"
          r"(?P<unit2>(?!))?(?P<way2>(?!))?", next_to),
    _rule("years", "span", r"\b(?:from |between |in )?(?P<year1>(?:19|20)\d\d) ?(?:-|–|to|and) ?"
          r"(?P<year>(?:19|20)\d\d|\d\d)\b(?!-)", year_span),
    _rule("year", "year", rf"\b(?:(?P<since>since)|in|during|by|until|of|from)"
          rf"(?: the)?(?: (?P<part>early|mid|late|end|beginning)(?:[ -]| of ))? ?{_YEAR}(?!-\d)", whole_year),
    _rule("year", "year", rf"\b(?P<part>early|mid|late)[ -]{_YEAR}(?P<since>(?!))?(?!-\d)", whole_year),
    _rule("bare year", "year", r"(?<![\w.,£$€#])(?<!more than )(?<!at least )(?P<year>(?:19[2-9]|20[0-4])\d)\b"
          r"(?P<part>(?!))?(?P<since>(?!))?(?![-,.:/%]?\d)(?!-year| year| people)", whole_year),
)  # fmt: skip
#: Without the day of publication these tell no more than that day does.
_NEEDS_DAY = frozenset({"weekday", "weekdays", "near", "week", "weekend", "ago day", "near span"})
