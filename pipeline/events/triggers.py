"""Find the words of a sentence that report an event, and how they report it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from pipeline.events.lexicon import GAP_MAX, Form, Pattern, Rule, patterns
from pipeline.events.reading import Sentence
from pipeline.language.words import Word
from pipeline.records import Status

Voice = Literal["active", "passive", "noun"]

_BE = frozenset(["be", "is", "are", "was", "were", "been", "being", "get", "gets", "got", "am", "'s", "’s"])
_HAVE = frozenset(["has", "have", "had", "having"])
_MODALS: dict[str, Status] = {
    "will": "planned", "shall": "planned", "would": "hypothetical", "could": "hypothetical",
    "may": "hypothetical", "might": "hypothetical", "should": "hypothetical", "must": "hypothetical",
    "can": "hypothetical", "wo": "negated", "cannot": "hypothetical",
}  # fmt: skip
_NEGATIONS = frozenset(["not", "never", "n't", "didn't", "wasn't", "weren't", "hasn't", "haven't", "without"])
_ADVERB_GAP = 3  #: words that may stand between an auxiliary and its verb
#: Before "to", verbs that say that it did happen.
_IMPLICATIVE = frozenset(
    [
        "began", "begun", "begin", "begins", "continued", "continue", "continues", "managed",
        "started", "used", "went", "came", "quick", "proceeded", "forced", "moved", "is", "are",
        "was", "were",
    ]
)  # fmt: skip
_PLANNING = frozenset(["plans", "planned", "plan", "planning", "scheduled", "set", "due", "expected", "intends"])
_DETERMINERS = frozenset(
    [
        "the", "a", "an", "this", "that", "these", "those", "its", "his", "her", "their", "our",
        "any", "no", "some", "of", "in", "by", "from", "after", "following", "during", "against",
        "for", "with", "recent", "deadly", "latest", "new", "first", "second", "fresh", "alleged",
        "such", "other", "more", "violent", "major", "heavy", "fierce", "two", "three", "several",
        "many", "further", "brutal",
    ]
)  # fmt: skip
#: Between these and its object, -ing is a verb: "accused of bombing a town".
_BEFORE_GERUND = frozenset(["of", "for", "by", "from", "after", "in", "without", "before"])
_AFTER_NOUN = frozenset(["on", "by", "in", "against", "of", "that", "which", "was", "were", "is", "are", "has"])
_FEARED = frozenset(["if", "whether", "unless", "fear", "fears", "feared", "possible", "potential", "threat"])


@dataclass(frozen=True, slots=True)
class Trigger:
    """Words [first, last) of a sentence that report an event."""

    rule: Rule
    first: int
    last: int
    voice: Voice
    status: Status


def find_triggers(sentence: Sentence) -> tuple[Trigger, ...]:
    """Return the triggers in order; a word belongs to one trigger at most."""
    found: list[Trigger] = []
    taken = 0
    for at in range(len(sentence.words)):
        if at < taken:
            continue
        trigger = _trigger_at(sentence, at)
        if trigger is not None:
            found.append(trigger)
            taken = trigger.last
    return tuple(found)


def _trigger_at(sentence: Sentence, at: int) -> Trigger | None:
    """The longest pattern from word *at* on; of equals the one that fits the reading as noun or verb."""
    words = sentence.words
    candidates = [(pattern, last, _reads_as_noun(words, at, last)) for pattern, last in _matches(words, at)]
    candidates.sort(key=lambda item: (-item[1], (item[0].form == "noun") != item[2], -item[0].rule.weight))
    for pattern, last, is_noun in candidates:
        if _is_blocked(sentence, pattern.rule, at, last):
            continue
        trigger = _as_noun_or_verb(words, pattern, at, last, is_noun)
        if trigger is not None:
            return trigger
    return None


def _matches(words: Sequence[Word], at: int) -> Iterator[tuple[Pattern, int]]:
    for pattern in patterns().get(words[at].lower, ()):
        last = _end(words, at + 1, pattern.rest)
        if last is not None:
            yield pattern, last


def _end(words: Sequence[Word], at: int, rest: tuple[frozenset[str] | None, ...]) -> int | None:
    for position, element in enumerate(rest):
        if element is None:
            tail = rest[position + 1 :]
            ends = (_end(words, at + skip, tail) for skip in range(GAP_MAX + 1))
            return next((end for end in ends if end is not None), None)
        if at >= len(words) or words[at].lower not in element:
            return None
        at += 1
    return at


def _is_blocked(sentence: Sentence, rule: Rule, first: int, last: int) -> bool:
    words = sentence.words
    following = _lower(words, last)
    if following in rule.not_before or f"{following} {_lower(words, last + 1)}" in rule.not_before:
        return True
    if _lower(words, first - 1) in rule.not_after:
        return True
    if rule.needs:
        lower = [word.lower for n, word in enumerate(words) if not first <= n < last]
        return not any(word.startswith(rule.needs) for word in lower)
    return False


def _as_noun_or_verb(words: Sequence[Word], pattern: Pattern, first: int, last: int, is_noun: bool) -> Trigger | None:
    """Voice and status of a trigger, or None where a form of the verb reads as a noun."""
    if pattern.form == "noun":
        return Trigger(pattern.rule, first, last, "noun", _noun_status(words, first))
    if pattern.form in ("base", "present", "gerund") and is_noun and not pattern.rest:
        return None
    return _verb(words, pattern, first, last)


def _reads_as_noun(words: Sequence[Word], first: int, last: int) -> bool:
    before = words[first - 1] if first else None
    following = _lower(words, last)
    if before is None:
        return following in _AFTER_NOUN
    if words[first].lower.endswith("ing") and before.lower in _BEFORE_GERUND:
        return following in _AFTER_NOUN or following in ("", ",", ".")
    if before.lower in _DETERMINERS or before.is_possessive:
        return True
    return following in _AFTER_NOUN and before.lower not in _MODALS


def _verb(words: Sequence[Word], pattern: Pattern, first: int, last: int) -> Trigger | None:
    form: Form = pattern.form
    auxiliaries = _auxiliaries(words, first)
    status = _verb_status(words, first, form, auxiliaries)
    if status is None:
        return None
    if form in ("past", "participle") and _is_passive(words, first, last, auxiliaries):
        return Trigger(pattern.rule, first, last, "passive", status)
    return Trigger(pattern.rule, first, last, "active", status)


def _auxiliaries(words: Sequence[Word], first: int) -> frozenset[str]:
    """Auxiliaries, modals and negations close before a verb, adverbs passed over."""
    found: set[str] = set()
    at, skipped = first - 1, 0
    while at >= 0 and skipped <= _ADVERB_GAP:
        word = words[at].lower
        if word.endswith(("n't", "n’t")):
            found |= {"not", word[:-3]}
        elif word in _BE or word in _HAVE or word in _MODALS or word in _NEGATIONS or word in ("did", "to"):
            found.add(word)
        elif word.endswith("ly") or word in ("also", "since", "so", "far", "later", "reportedly", "then"):
            skipped += 1
        else:
            break
        at -= 1
    return frozenset(found)


def _verb_status(words: Sequence[Word], first: int, form: Form, auxiliaries: frozenset[str]) -> Status | None:
    """Status of a verb, or None where the verb only says what somebody wants."""
    if auxiliaries & _NEGATIONS:
        return "negated"
    modal = next((_MODALS[word] for word in sorted(auxiliaries) if word in _MODALS), None)
    if modal is not None:
        return modal
    if "to" in auxiliaries and form in ("base", "participle"):
        before = _word_before_to(words, first)
        if before in _PLANNING:
            return "planned"
        return "occurred" if before in _IMPLICATIVE else None
    if _lower(words, first - 1) in _FEARED or _is_likened(words, first):
        return "hypothetical"
    return "occurred"


def _is_likened(words: Sequence[Word], first: int) -> bool:
    """ "It sounded as though we were being shelled" tells of no shelling."""
    before = [word.lower for word in words[max(first - 6, 0) : first]]
    return any(pair in (("as", "though"), ("as", "if")) for pair in pairwise(before))


def _word_before_to(words: Sequence[Word], first: int) -> str:
    for at in range(first - 1, max(first - 5, -1), -1):
        if words[at].lower == "to":
            return _lower(words, at - 1)
    return ""


def _is_passive(words: Sequence[Word], first: int, last: int, auxiliaries: frozenset[str]) -> bool:
    if auxiliaries & _BE:
        return True
    if auxiliaries & _HAVE:
        return False
    following = _lower(words, last)
    if following == "by":
        return True
    return (
        last == first + 1
        and following in ("in", "at", "during", "when", "while", "near", "after", "over", "", ".", ",")
        and (first > 0 and _lower(words, first - 1) not in ("and", "who", "that", "which", ","))
    )


def _noun_status(words: Sequence[Word], first: int) -> Status:
    near = {word.lower for word in words[max(first - 3, 0) : first]}
    if near & {"no", "without"}:
        return "negated"
    if near & {"planned", "upcoming", "scheduled"}:
        return "planned"
    return "hypothetical" if near & _FEARED else "occurred"


def _lower(words: Sequence[Word], at: int) -> str:
    return words[at].lower if 0 <= at < len(words) else ""
