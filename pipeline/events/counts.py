"""How many were killed, hurt, missing, held or driven out, as one sentence tells it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.events.reading import Sentence
from pipeline.language.numbers import Count, count_at
from pipeline.language.words import Word
from pipeline.records import ClaimKind, Entity

_KINDS: dict[ClaimKind, frozenset[str]] = {
    "deaths": frozenset(["killed", "dead", "died", "killing", "deaths", "fatalities", "slain", "die", "kills", "kill",
                         "lives", "perished", "death", "toll", "casualties", "bodies", "murdered", "executed"]),
    "injured": frozenset(["injured", "wounded", "injuring", "wounding", "hurt", "hospitalised", "hospitalized",
                          "injuries", "casualties", "wounds"]),
    "missing": frozenset(["missing", "unaccounted"]),
    "detained": frozenset(["arrested", "detained", "arresting", "detaining", "captured", "jailed", "hostage",
                           "hostages",
                           "kidnapped", "abducted", "arrests", "imprisoned", "custody", "rounded"]),
    "displaced": frozenset(["displaced", "fled", "homeless", "evacuated", "displacing", "displacement",
                            "uprooted"]),
}  # fmt: skip
_KIND_OF: dict[str, tuple[ClaimKind, ...]] = {}
for _kind, _words in _KINDS.items():
    for _word in _words:
        _KIND_OF[_word] = (*_KIND_OF.get(_word, ()), _kind)
#: After these the number counts what follows: "killing three".
_FORWARD = frozenset(
    ["killed", "killing", "kill", "kills", "injured", "injuring", "wounded", "wounding", "arrested", "arresting",
     "detained", "detaining", "captured", "kidnapped", "abducted", "displaced", "displacing", "murdered", "toll",
     "dead", "deaths", "jailed", "executed", "rounded", "claimed"]
)  # fmt: skip
_UNITS = re.compile(
    r"^(?:percent|per|%|years?|year-old|months?|weeks?|days?|hours?|minutes?|am|pm|a\.m|p\.m|km|km/h|kilometres?"
    r"|kilometers?|miles?|metres?|meters?|yards?|tons?|°|points?|times|o|of|-year.*|pounds?|dollars?|euros?|naira"
    r"|rupees?|shillings?|pesos?|yuan|yen|roubles?|rubles?|francs?|riyals?|rand)\.?$"
)
_PEOPLE_ROLES = frozenset(["CVL", "MIL", "COP", "REB", "UAF", "REF", "JRN", "EDU", "LAB", "MED", "REL", "CRM"])
_BACK, _AHEAD = 9, 4  #: words searched before and after the word that tells the kind
_TOLL_AHEAD = 16  #: "the death toll of two years of fighting to 1,121"
_TOTALS = frozenset(["toll", "total", "since", "altogether", "overall", "far", "decade", "war", "conflict", "years"])


@dataclass(frozen=True, slots=True)
class Toll:
    """A number of people and what befell them; *at* is the word that says what."""

    kind: ClaimKind
    minimum: int | None
    maximum: int | None
    counted: Entity | None
    at: int
    is_total: bool


def find_tolls(sentence: Sentence) -> tuple[Toll, ...]:
    """Return the tolls in order; each number is used once per kind."""
    found: list[Toll] = []
    used: set[tuple[ClaimKind, int]] = set()
    counts = list(_counts(sentence))
    for at, word in enumerate(sentence.words):
        for kind in _KIND_OF.get(word.lower, ()):
            count = _count_for(sentence.words, at, [c for c in counts if (kind, c.end) not in used])
            if count is None or _is_plain_zero(word, count):
                continue
            used.add((kind, count.end))
            found.append(_toll(sentence, kind, at, count))
    return tuple(found)


def _is_plain_zero(word: Word, count: Count) -> bool:
    """ "No" counts only before casualties and the like, not in "no one killed him"."""
    return count.maximum == 0 and word.lower not in (
        "casualties",
        "injuries",
        "fatalities",
        "deaths",
        "injured",
        "hurt",
    )


def _toll(sentence: Sentence, kind: ClaimKind, at: int, count: Count) -> Toll:
    counted = next(
        (p.entity for p in sentence.parties if p.first in range(count.end, count.end + 4) and p.last > count.end), None
    )
    lower = {word.lower for word in sentence.words}
    is_total = kind in ("deaths", "injured", "displaced") and bool(lower & _TOTALS)
    return Toll(kind, count.minimum, count.maximum, counted, at, is_total)


def _counts(sentence: Sentence) -> Iterator[Count]:
    words = sentence.words
    at = 0
    while at < len(words):
        count = count_at(words, at)
        if count is None or not _counts_people(sentence, at, count):
            at += 1
            continue
        yield count
        at = max(count.end, at + 1)


def _counts_people(sentence: Sentence, at: int, count: Count) -> bool:
    words = sentence.words
    following = words[count.end].lower if count.end < len(words) else ""
    if _UNITS.match(following) and not (following == "of" and count.maximum is None):
        return False
    if words[at].text.startswith("$") or (at > 0 and words[at - 1].text in "$£€"):
        return False
    text = words[at].text
    if re.fullmatch(r"(1[89]|20)\d\d", text) and not _starts_people(sentence, count.end):
        return False
    if at > 0 and words[at - 1].text == "," and following == ",":  # an age: "Jan Novak, 34, said"
        return False
    return text.lower() not in ("a", "an") or _starts_people(sentence, count.end)


def _starts_people(sentence: Sentence, at: int) -> bool:
    return any(p.first <= at + 2 and at <= p.first and p.entity.role_code in _PEOPLE_ROLES for p in sentence.parties)


def _count_for(words: Sequence[Word], at: int, counts: Sequence[Count]) -> Count | None:
    if words[at].lower in _FORWARD:
        reach = _TOLL_AHEAD if words[at].lower == "toll" else _AHEAD
        ahead = [c for c in counts if at < c.start <= at + reach and _is_ahead(words, at + 1, c.start)]
        if ahead and not _is_passive(words, at):
            return ahead[0]
    behind = [c for c in counts if at - _BACK <= c.end <= at and _is_open(words, c.end, at)]
    return behind[-1] if behind else None


def _is_ahead(words: Sequence[Word], start: int, end: int) -> bool:
    return _is_open(words, start, end) and not any(word.lower in ("and", ",") for word in words[start:end])


def _is_passive(words: Sequence[Word], at: int) -> bool:
    return at > 0 and words[at - 1].lower in ("was", "were", "been", "being", "are", "is", "left")


def _is_open(words: Sequence[Word], start: int, end: int) -> bool:
    """No other toll and no break of the clause stands between a number and its kind."""
    between = [word.lower for word in words[start:end]]
    return not any(word in _KIND_OF or word in (";", ":", "while", "when", "after", "but") for word in between)
