"""Articles whose violent words mean no event: sport, markets, stage and screen, nature, accidents."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from pipeline.coder.reading import Sentence

_OFF_TOPIC = ("sport", "market", "stage", "nature")


@dataclass(frozen=True, slots=True)
class Topic:
    """The words of a topic, and how many of them make an article one of it."""

    pattern: re.Pattern[str]
    different: int
    per_sentence: float


def off_topic(sentences: Sequence[Sentence]) -> str | None:
    """Return the topic of an article that is not to be coded (sport, market, stage, nature), or None."""
    for name in _OFF_TOPIC:
        topic = _topics()[name]
        found = [{word.lower() for word in topic.pattern.findall(s.text)} for s in sentences]
        different = len(set().union(*found))
        if different >= topic.different and sum(map(len, found)) >= topic.per_sentence * len(sentences):
            return name
    return None


def is_accident(sentences: Sequence[Sentence]) -> bool:
    """Whether the harm in the article has no deliberate cause: accident words outweigh violent ones."""
    return len(_words("accident", sentences)) > len(_words("violence", sentences))


def _words(name: str, sentences: Sequence[Sentence]) -> list[str]:
    pattern = _topics()[name].pattern
    return [word.lower() for s in sentences for word in pattern.findall(s.text)]


@lru_cache(maxsize=1)
def _topics() -> Mapping[str, Topic]:
    data = tomllib.loads(files(__package__).joinpath("data/guard.toml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            name: Topic(_pattern(row["words"]), row.get("different", 0), row.get("per_sentence", 0.0))
            for name, row in data.items()
        }
    )


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    stems = (re.escape(word).replace(r"\*", r"\w*").replace(r"\?", ".") for word in words)
    return re.compile(rf"\b(?:{'|'.join(stems)})\b", re.IGNORECASE)
