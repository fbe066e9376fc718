"""Which types the words of a sentence may tell: the lexicon's patterns and the word lists of data/words.toml.

Both are knowledge of English and decide nothing; what a word tells where it stands is for the fitted model to say.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from spacy.tokens import Doc, Token

from pipeline.coder.lexicon import GAP_MAX, Form, Pattern, Rule, patterns
from pipeline.language.words import Word, words_of

_VERBAL = frozenset(["VERB", "AUX", "ADJ"])
_NOMINAL = frozenset(["NOUN", "PROPN"])
_COMPLEMENTS = frozenset(["obl", "xcomp", "advcl", "ccomp", "obj"])


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern of the lexicon at a token."""

    rule: Rule
    form: Form
    length: int  #: words


@dataclass(frozen=True, slots=True)
class WordLists:
    """The types that a lemma may tell: alone, or with another word beside it ("call+for")."""

    verbs: Mapping[str, frozenset[str]]
    nouns: Mapping[str, frozenset[str]]


@cache
def word_lists() -> WordLists:
    """Return the packaged lists."""
    data = tomllib.loads(files(__package__).joinpath("data/words.toml").read_text(encoding="utf-8"))
    return WordLists(_by_lemma(data, "verbs", "_"), _by_lemma(data, "nouns", "-"))


def _by_lemma(data: Mapping[str, Mapping[str, str]], part: str, joint: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for type_code, words in data.items():
        for word in words[part].split():
            found[word.replace(joint, "+")].add(type_code)
    return {lemma: frozenset(types) for lemma, types in found.items()}


def types_of(token: Token) -> dict[str, str]:
    """Return the types that *token* may tell, each with how the lists say it: "word" or "phrase"."""
    lists = word_lists()
    known = lists.verbs if token.pos_ in _VERBAL else lists.nouns if token.pos_ in _NOMINAL else {}
    lemma = token.lemma_.lower()
    found = dict.fromkeys(sorted(known.get(lemma, ())), "word")
    for word in sorted(_beside(token)):
        found |= dict.fromkeys(sorted(known.get(f"{lemma}+{word}", known.get(f"{word}+{lemma}", ()))), "phrase")
    return found


def _beside(token: Token) -> set[str]:
    """Words that make a phrase with *token*: its dependants, and the prepositions and objects of their own."""
    near: set[str] = set()
    for child in token.children:
        near |= {child.lemma_.lower(), child.lower_}
        if child.dep_ in _COMPLEMENTS:
            near |= {
                inner.lemma_.lower() for inner in child.children if inner.dep_ in ("case", "mark", "compound", "amod")
            }
    return near


def matches(text: str, doc: Doc) -> Mapping[int, tuple[Match, ...]]:
    """Return the lexicon's matches by the token that carries them: the verb, or a noun phrase's last word."""
    words = words_of(text)
    lower = [word.lower for word in words]
    at_character = {token.idx: token.i for token in doc}
    found: dict[int, list[Match]] = defaultdict(list)
    for at in range(len(words)):
        for pattern, last in _matching(lower, at):
            carrier = words[last - 1] if pattern.form == "noun" else words[at]
            token = at_character.get(carrier.start)
            if token is not None and not _is_blocked(words, pattern.rule, at, last):
                found[token].append(Match(pattern.rule, pattern.form, last - at))
    return {token: tuple(some) for token, some in found.items()}


def _matching(words: Sequence[str], at: int) -> Iterator[tuple[Pattern, int]]:
    for pattern in patterns().get(words[at], ()):
        last = _end(words, at + 1, pattern.rest)
        if last is not None:
            yield pattern, last


def _end(words: Sequence[str], at: int, rest: Sequence[frozenset[str] | None]) -> int | None:
    for position, element in enumerate(rest):
        if element is None:
            ends = (_end(words, at + skip, rest[position + 1 :]) for skip in range(GAP_MAX + 1))
            return next((end for end in ends if end is not None), None)
        if at >= len(words) or words[at] not in element:
            return None
        at += 1
    return at


def _is_blocked(words: Sequence[Word], rule: Rule, first: int, last: int) -> bool:
    """Whether the words around a match make it mean something else."""
    following = [word.lower for word in words[last : last + 2]]
    if rule.not_before & {*following[:1], " ".join(following)}:
        return True
    if first and words[first - 1].lower in rule.not_after:
        return True
    others = (word.lower for n, word in enumerate(words) if not first <= n < last)
    return bool(rule.needs) and not any(word.startswith(rule.needs) for word in others)
