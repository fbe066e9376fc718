"""Read the dateline at the head of a report.

    GOMA, Congo, Nov 16 (Reuters) — Rebels took the town…
    ╰─ place ─╯  ╰date╯ ╰agency╯ ╰ mark

Precision first: what is neither in capitals, nor a place of the gazetteer, nor signed by an agency begins a sentence.
"""

import re
from dataclasses import dataclass, replace
from itertools import islice

from pipeline.articles.agencies import find_agency
from pipeline.articles.phrases import phrases
from pipeline.places.gazetteer import country_code, name_meaning

HEAD_MAX = 120  # characters before the mark
MARKS_MAX = 4  # "Port-au-Prince, Nov. 16 (AP) - " has several
NAMES_MAX = 4  # "BEIRUT/JERUSALEM", "GOMA, North Kivu, Congo"
WORDS_MAX = 4  # of a name
LINES_MAX = 3  # a byline or two may stand above it
BYLINE_MAX = 80  # characters
CAPITALS = frozenset({"UNITED NATIONS", "THE HAGUE", "GAZA STRIP", "WEST BANK"})  # no towns of the gazetteer's

_MARK = re.compile(
    r"\s*(?:(?P<colon>[:：])|(?P<dash>(?<=[\s).\]/])-{1,3}|--|[–—―−‒]+))\s*|(?P<close>(?<=[)\]/])\.?)\s+"
)
_AGENCY = re.compile(r"\s*[(\[/](?P<agency>[^()\[\]\n]{2,50}?)[)\]/]\.?$")
_BRACKETED = re.compile(r"\s*[\[(][^\W\d_][^()\[\]\d]{1,30}[\])]$")  # a country, or an outlet that is no agency
_DATE = re.compile(
    r"[,.]?\s*(?:\d{1,2}(?:st|nd|rd|th|\.)?\s+(?:de\s+)?[^\W\d_]{3,12}\.?(?:,?\s+(?:de\s+)?\d{4})?"
    r"|[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?(?:,?\s+\d{4})?|\d{1,2}[./-]\d{1,2}(?:[./-](?:\d{4}|\d\d))?)[,.]?$"
)
_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?: [\w'’.-]+)*")
_LINKS = frozenset(
    {"al", "am", "an", "au", "de", "del", "den", "der", "di", "do", "dos", "du", "el", "en", "la", "le", "les", "of",
     "on", "the", "upon", "y"}
)  # fmt: skip
_STATE = re.compile(r"[A-Z][a-z]{2,4}\.|(?:[A-Z]\. ?){2}")  # of the USA as its agencies write them: "Calif.", "N.Y."
_SIGNED = re.compile(r"([^.\n]{2,30})\.\s+")  # "МОСКВА, 16 ноя — РИА Новости. "
_EASTERN = re.compile(
    r"[（(【]?(?:(?P<zh>新华社|新華社|中新社)(?P<zh_place>[\u4e00-\u9fff]{2,10}?)\d{1,2}月\d{1,2}日[电電][）)]?"
    r"|(?P<ko_place>[가-힣]{2,6})=(?P<ko>연합뉴스)\)|(?P<ja_place>[^】\s]{2,12}?)[・=＝]?(?P<ja>共同|時事)】)\s*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """Where a report comes from."""

    place: str | None  #: as the text has it: "GOMA, Congo"
    agency: str | None  #: its short name
    end: int  #: where the report's own text begins


def read_dateline(text: str) -> Dateline | None:
    """Read the dateline at the beginning of a text, below bylines if there are any; None where there is none."""
    start = 0
    for _ in range(LINES_MAX):
        head = text[start : start + HEAD_MAX + BYLINE_MAX]
        if found := _eastern(head) or _western(head):
            return replace(found, end=start + found.end)
        line = head.partition("\n")[0]
        if len(line) > BYLINE_MAX or line.rstrip().endswith((".", "!", "?")) or "\n" not in head:
            return None
        start += len(line) + len(head[len(line) :]) - len(head[len(line) :].lstrip())
    return None


def _eastern(head: str) -> Dateline | None:
    """The forms of agencies of East Asia, which name themselves in it."""
    if not (match := _EASTERN.match(head)):
        return None
    parts = match.groupdict()
    script = next(script for script in ("zh", "ko", "ja") if parts[script])
    agency = find_agency(parts[script])
    return Dateline(place=parts[f"{script}_place"], agency=agency.name if agency else None, end=match.end())


def _western(head: str) -> Dateline | None:
    for mark in islice(_MARK.finditer(head, 0, HEAD_MAX), MARKS_MAX):
        if found := _read(head[: mark.start()], mark, head[mark.end() :]):
            return found
    return None


def _read(before: str, mark: re.Match[str], rest: str) -> Dateline | None:
    """What stands before a mark, when it is a dateline."""
    signed = _AGENCY.search(before)
    agency = find_agency(signed["agency"]) if signed else None
    stated = before[: signed.start()] if signed and agency else _BRACKETED.sub("", before)
    undated = _DATE.sub("", stated)
    place = _BRACKETED.sub("", undated).strip(" ,") or None
    names = re.split(r"\s*[,/]\s*", place) if place else []
    if len(names) > NAMES_MAX or not all(map(_is_name, names)):
        return None
    if not _suffices(names, agency is not None, undated != stated, mark, rest):
        return None
    if place and not agency and (signed := _SIGNED.match(rest)) and (agency := find_agency(signed[1])):
        return Dateline(place=place, agency=agency.name, end=mark.end() + signed.end())  # "МОСКВА, 16 ноя — ТАСС. "
    if not place and (after := _western(rest)):
        return replace(after, agency=agency.name if agency else None, end=mark.end() + after.end)  # "(ANSA) - ROMA - "
    return Dateline(place=place, agency=agency.name if agency else None, end=mark.end())


def _is_name(name: str) -> bool:
    words = name.split(" ")
    return (
        len(words) <= WORDS_MAX
        and bool(_NAME.fullmatch(name))
        and all(not w[0].islower() or w in _LINKS for w in words)
    )


def _suffices(names: list[str], is_signed: bool, is_dated: bool, mark: re.Match[str], rest: str) -> bool:
    """Whether these can only be the parts of a dateline."""
    if is_signed:
        is_sure = mark.lastgroup != "close" or (bool(names) and (is_dated or names[0].isupper()))
        return is_sure and not (names and phrases("credit").equals(names[0]))
    if not names or mark.lastgroup == "close" or rest[:1].islower():
        return False
    meaning = name_meaning(names[0])
    is_placed = len(names) > 1 and _is_country_or_state(names[-1])
    if names[0].isupper():
        return bool(meaning) or is_placed or is_dated or names[0] in CAPITALS
    if not meaning or meaning[0] == "country":
        return is_placed and is_dated
    return is_placed or is_dated or mark.lastgroup == "colon" or not _goes_on(mark, rest)


def _is_country_or_state(name: str) -> bool:
    meaning = name_meaning(name)
    return bool(country_code(name) or _STATE.fullmatch(name) or (meaning and meaning[0] != "city"))


def _goes_on(mark: re.Match[str], rest: str) -> bool:
    """Whether the dash joins two places, or opens an insertion that a second one closes."""
    sentence = rest.partition(". ")[0]
    return mark["dash"] in sentence or name_meaning(" ".join(sentence.split(" ")[:1])) is not None
