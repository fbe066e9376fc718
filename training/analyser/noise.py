"""Small damage as real text has it: letter case, typographic quotes and dashes, lost final punctuation."""

import random
from collections.abc import Callable
from dataclasses import replace

from training.analyser.trees import Sentence, Word

_CURLY = {"``": "“", "''": "”"}
_APOSTROPHES = str.maketrans("'", "’")
_DASHES = ("—", "–", "-", "--", "—")


def damage(sentence: Sentence, rng: random.Random) -> Sentence:
    """Return *sentence* as it is, or with one kind of damage or more; the annotation stays that of the words."""
    for probability, change in _CHANGES:
        if rng.random() < probability:
            sentence = change(sentence, rng)
    return sentence


def _curly(sentence: Sentence, rng: random.Random) -> Sentence:
    return _each(sentence, lambda word: replace(word, text=_CURLY.get(word.tag, word.text.translate(_APOSTROPHES))))


def _dashes(sentence: Sentence, rng: random.Random) -> Sentence:
    dash = rng.choice(_DASHES)
    return _each(
        sentence,
        lambda word: replace(word, text=dash, lemma=dash) if word.text in _DASHES and word.tag in (":", ",") else word,
    )


def _lower(sentence: Sentence, rng: random.Random) -> Sentence:
    return _each(sentence, lambda word: replace(word, text=word.text.lower(), lemma=word.lemma.lower()))


def _upper(sentence: Sentence, rng: random.Random) -> Sentence:
    """Lemmas are left out: no rule should be learnt from capitals."""
    return _each(sentence, lambda word: replace(word, text=word.text.upper(), lemma=""))


def _title(sentence: Sentence, rng: random.Random) -> Sentence:
    return _each(
        sentence,
        lambda word: (
            word
            if word.pos in ("ADP", "DET", "CCONJ", "PART")
            else replace(word, text=word.text[:1].upper() + word.text[1:])
        ),
    )


def _unended(sentence: Sentence, rng: random.Random) -> Sentence:
    return sentence[:-1] if len(sentence) > 2 and sentence[-1].text == "." else sentence


def _each(sentence: Sentence, change: Callable[[Word], Word]) -> Sentence:
    return tuple(change(word) for word in sentence)


_CHANGES: tuple[tuple[float, Callable[[Sentence, random.Random], Sentence]], ...] = (
    (0.35, _curly), (0.3, _dashes), (0.03, _lower), (0.03, _upper), (0.03, _title), (0.05, _unended),
)  # fmt: skip
