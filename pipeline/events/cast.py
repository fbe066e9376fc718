"""Who may act: role nouns, named bodies and well-known persons, from data/cast.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from pipeline.events.lexicon import plural

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Look-ups by phrase. Nouns and titles are lower case; bodies and persons keep their capitals."""

    nouns: Mapping[Phrase, str]  #: role
    titles: frozenset[str]
    bodies: Mapping[Phrase, tuple[str, str]]  #: country, role
    persons: Mapping[Phrase, tuple[str, str]]
    longest: int  #: words of the longest phrase


@lru_cache(maxsize=1)
def cast() -> Cast:
    """Return the packaged cast."""
    data = tomllib.loads(files("pipeline.events").joinpath("data/cast.toml").read_text(encoding="utf-8"))
    nouns: dict[Phrase, str] = {}
    for role, phrases in data["nouns"].items():
        for phrase in phrases:
            words = phrase.split()
            nouns.setdefault(tuple(words), role)
            nouns.setdefault((*words[:-1], plural(words[-1])), role)
    bodies = {tuple(name.split()): _pair(value) for name, value in data["bodies"].items()}
    persons = {
        tuple(name.split()): (code, role)
        for role, known in data["persons"].items()
        for name, code in (item.split(":") for item in known)
    }
    longest = max(map(len, [*nouns, *bodies, *persons]))
    return Cast(
        nouns=MappingProxyType(nouns),
        titles=frozenset(data["titles"]["words"]),
        bodies=MappingProxyType(bodies),
        persons=MappingProxyType(persons),
        longest=longest,
    )


def _pair(value: str) -> tuple[str, str]:
    country, role = value.split(":")
    return country, role
