"""How many: counts as English news writes them, with their bounds."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.language.words import Word

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {w: n for n, w in enumerate(_UNITS.split(" "))} | {w: 10 * n for n, w in enumerate(_TENS.split(" "), 2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
#: Vague plurals give only a least number.
_VAGUE = {"dozens": 24, "scores": 40, "hundreds": 200, "thousands": 2000, "millions": 2 * 10**6}
_VAGUE_TENS = {"tens": 2}
_ONE = frozenset({"a", "an", "one"})
_NONE = frozenset({"no", "zero"})
#: What stands before a number and bounds it.
_BOUNDS: dict[str, tuple[str, ...]] = {
    "min": (
        "at least",
        "no fewer than",
        "no less than",
        "not less than",
        "a minimum of",
    ),
    "max": (
        "as many as",
        "no more than",
        "up to",
        "at most",
    ),
    "above": (
        "more than",
        "over",
        "upwards of",
    ),
    "below": (
        "less than",
        "fewer than",
        "under",
    ),
    "about": (
        "nearly",
        "almost",
        "about",
        "around",
        "some",
        "roughly",
        "approximately",
        "an estimated",
        "estimated",
        "another",
        "other",
    ),
}
_BOUND_PHRASES = tuple((tuple(text.split()), how) for how, texts in _BOUNDS.items() for text in texts)
_LARGEST = 10**10


@dataclass(frozen=True, slots=True)
class Count:
    """A number in words [start, end) of a sentence, with its least and greatest value (None: not said)."""

    start: int
    end: int
    minimum: int | None
    maximum: int | None


def count_at(words: Sequence[Word], at: int) -> Count | None:
    """Return the count whose first number word is words[at], bounds in front included, or None."""
    value = _value_at(words, at)
    if value is None:
        return None
    number, end, is_vague = value
    if is_vague:
        return Count(at, end, number, None)
    start, how = _bound_before(words, at)
    second = _range_end(words, end, is_between=_lower(words, at - 1) == "between")
    if second is not None and second[0] >= number:
        return Count(start, second[1], number, second[0])
    low, high = _bounded(number, how)
    return Count(start, end, low, high)


def _bounded(number: int, how: str) -> tuple[int | None, int | None]:
    return {
        "min": (number, None),
        "above": (number + 1, None),
        "max": (None, number),
        "below": (None, max(number - 1, 0)),
    }.get(how, (number, number))


def _bound_before(words: Sequence[Word], at: int) -> tuple[int, str]:
    for phrase, how in _BOUND_PHRASES:
        start = at - len(phrase)
        if start >= 0 and all(words[start + i].lower == part for i, part in enumerate(phrase)):
            return start, how
    return at, "exact"


def _range_end(words: Sequence[Word], at: int, *, is_between: bool) -> tuple[int, int] | None:
    """The second number of "10 to 12", "10-12" or "between 10 and 12"."""
    links = ("and",) if is_between else ("to", "-", "–", "or")
    if at + 1 < len(words) and words[at].lower in links:
        value = _value_at(words, at + 1)
        return (value[0], value[1]) if value and not value[2] else None
    return None


def _value_at(words: Sequence[Word], at: int) -> tuple[int, int, bool] | None:
    """Number, end, and whether it is a vague plural."""
    word = words[at].lower
    if word in _VAGUE:
        return _VAGUE[word], at + 1, True
    if word in _VAGUE_TENS and _lower(words, at + 1) == "of" and _lower(words, at + 2) in _VAGUE:
        return _VAGUE_TENS[word] * 10 * _VAGUE[_lower(words, at + 2)] // 2, at + 3, True
    if word == "dozen" or (word in _ONE and _lower(words, at + 1) == "dozen"):
        return 12, at + 1 + (word != "dozen"), False
    if word in ("several", "few") and _lower(words, at + 1) in ("dozen", "hundred", "thousand"):
        return 2 * {"dozen": 12, **_SCALES}[_lower(words, at + 1)], at + 2, True
    if word in _NONE:
        return 0, at + 1, False
    if word == "couple" or (word == "a" and _lower(words, at + 1) == "couple"):
        return 2, at + 1 + (word != "couple"), False
    return _exact_at(words, at)


def _exact_at(words: Sequence[Word], at: int) -> tuple[int, int, bool] | None:
    """Digits or number words, with scales: "1,200", "2.3 million", "a hundred", "twenty-one"."""
    total, current, end = 0, _small_value(words[at]), at + 1
    unit = _unit_after(words, at)
    if current is not None and unit is not None:
        current, end = current + unit, at + 3
    if current is None and words[at].lower in _ONE:
        current = 1.0
    if current is None:
        return None
    while end < len(words):
        word = words[end].lower
        if word in _SCALES:
            current *= _SCALES[word]
            if _SCALES[word] >= 1000:
                total, current = total + int(current), 0.0
        elif word == "dozen":
            current *= 12
        elif word == "and" and end + 1 < len(words) and words[end - 1].lower in _SCALES:
            tail = _SMALL.get(words[end + 1].lower)
            if tail is None:
                break
            current, end = current + tail, end + 1
        elif words[end - 1].lower in _SCALES and word in _SMALL:
            current += _SMALL[word]
        else:
            break
        end += 1
        if current > _LARGEST or total > _LARGEST:
            return None
    return int(total + current), end, False


def _unit_after(words: Sequence[Word], at: int) -> int | None:
    """The two of "forty - two", where a tokenizer parts it."""
    tens, unit = _SMALL.get(words[at].lower, 0), _SMALL.get(_lower(words, at + 2), 0)
    return unit if tens >= 20 and _lower(words, at + 1) == "-" and 0 < unit < 10 else None


def _small_value(word: Word) -> float | None:
    lower = word.lower
    if lower in _SMALL:
        return float(_SMALL[lower])
    tens, _, unit = lower.partition("-")
    if tens in _SMALL and _SMALL[tens] >= 20 and _SMALL.get(unit, 10) < 10:
        return float(_SMALL[tens] + _SMALL[unit])
    digits = lower.replace(",", "")
    if len(digits) <= 12 and digits.isascii() and digits.replace(".", "", 1).isdigit():
        return float(digits)
    return None


def _lower(words: Sequence[Word], at: int) -> str:
    return words[at].lower if 0 <= at < len(words) else ""
