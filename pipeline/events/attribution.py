"""Who says so: the party to which a sentence attributes what it reports."""

from collections.abc import Sequence

from pipeline.events.parties import Party
from pipeline.events.reading import Sentence
from pipeline.language.words import Word
from pipeline.records import Entity

_SAY = frozenset(
    [
        "said", "says", "say", "saying", "told", "tells", "reported", "reports", "report", "stated",
        "states", "added", "adds", "announced", "confirmed", "confirms", "claimed", "claims",
        "claim", "wrote", "writes", "tweeted", "declared", "explained", "noted", "insisted",
        "argued", "warned", "alleged", "admitted", "acknowledged", "described", "revealed",
        "maintained", "asserted", "quoted", "estimated", "believes", "believe", "testified",
    ]
)  # fmt: skip
_CONFIRM = frozenset(["confirmed", "confirms", "confirm", "acknowledged"])
_CLOSING = frozenset([",", "”", '"', "’", "'", "“"])
_NOT_INVERTED = frozenset(["on", "in", "that", "to", "at", "of", "by", "during", "his", "her", "it", "he", "she"])
_NO_SOURCE = frozenset(["place", "modifier"])
_WITHIN = 14  #: words between the one who speaks and the verb


def source_of(sentence: Sentence) -> Entity | None:
    """Return the party that is said to have said it, or None where the outlet speaks itself."""
    words = sentence.words
    for at, word in enumerate(words):
        if word.lower == "according" and at + 1 < len(words) and words[at + 1].lower == "to":
            named = _first(sentence, at + 2, at + 8)
            if named is not None:
                return named
        if word.lower in _SAY:
            named = _speaker(sentence, at)
            if named is not None:
                return named
    return None


def is_confirming(sentence: Sentence) -> bool:
    """Whether the sentence says that its source confirms what is already known."""
    return any(word.lower in _CONFIRM for word in sentence.words)


def _speaker(sentence: Sentence, at: int) -> Entity | None:
    """Inverted ("..., said Azeri officials") where a comma or quote stands before the verb, else the subject."""
    words = sentence.words
    following = words[at + 1].lower if at + 1 < len(words) else ""
    is_inverted = at > 0 and words[at - 1].text in _CLOSING and following not in _NOT_INVERTED
    if is_inverted:
        named = _first(sentence, at + 1, at + 6)
        if named is not None:
            return named
    before = [p for p in sentence.parties if at - _WITHIN <= p.last <= at and _may_speak(words, p)]
    if not before:
        return None
    nearest = before[-1]
    owner = [p for p in before if p.last == nearest.first and p.is_possessive]
    return (owner[-1] if owner else nearest).entity


def _may_speak(words: Sequence[Word], party: Party) -> bool:
    if party.kind in _NO_SOURCE or party.is_possessive:
        return False
    before = words[party.first - 1].lower if party.first else ""
    if before in ("the", "a", "an") and party.first > 1:
        before = words[party.first - 2].lower
    return before not in ("of", "in", "on", "at", "to", "against", "from", "with", "for", "by")


def _first(sentence: Sentence, start: int, end: int) -> Entity | None:
    for party in sentence.parties:
        if start <= party.first < end and party.kind not in _NO_SOURCE:
            return party.entity
    return None
