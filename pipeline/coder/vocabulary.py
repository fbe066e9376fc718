"""Words that tell who a noun phrase stands for: the registry's nouns with those of data/parties.toml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from pipeline.actors import chosen, registry

Phrase = tuple[str, ...]
_PARTS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Look-ups by words in lower case."""

    nouns: Mapping[Phrase, str]  #: role
    ends: frozenset[str]  #: last parts of nouns, as a tokenizer may divide them
    titles: Mapping[Phrase, str]
    carriers: frozenset[str]  #: nouns that take the role of the body they belong to
    elsewhere: frozenset[str]  #: adjectives that put a party outside the article's country
    quantities: frozenset[str]  #: words that count others
    modifiers: Mapping[str, str]  #: the role that a modifier gives them


def vocabulary() -> Vocabulary:
    """Return the packaged words with those of the registry."""
    return _with_registry(chosen())


@cache
def _with_registry(extra: Path | None) -> Vocabulary:
    known = registry(extra)
    data = tomllib.loads(files(__package__).joinpath("data/parties.toml").read_text(encoding="utf-8"))
    nouns = {tuple(phrase.split()): role for role, phrases in data["things"].items() for phrase in phrases}
    nouns |= {words: role for words, role in known.titles.items() if role != "UNK"} | dict(known.nouns)
    return Vocabulary(
        nouns=nouns,
        ends=frozenset(last_part(words[-1]) for words in nouns),
        titles=known.titles,
        carriers=frozenset(data["carriers"]),
        elsewhere=frozenset(data["elsewhere"]),
        quantities=frozenset(data["quantities"]),
        modifiers={word: role for role, words in data["modifiers"].items() for word in words},
    )


def last_part(word: str) -> str:
    """Return the last run of letters and digits of *word*, or *word* itself if it has none."""
    found = _PARTS.findall(word)
    return found[-1] if found else word
