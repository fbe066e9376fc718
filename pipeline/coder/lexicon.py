"""The lexicon of triggers: which words say that something of a type happened."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

Form = Literal["base", "present", "past", "participle", "gerund", "noun"]
Frame = Literal["act", "mutual", "speech", "toll", "undergo", "none"]
GAP = "..."
GAP_MAX = 3  #: words that "..." may stand for
_DOUBLING = frozenset(
    [
        "acquit", "ban", "bar", "beg", "cancel", "club", "commit", "confer", "drop", "expel", "gag",
        "gun", "kidnap", "mob", "patrol", "pin", "plan", "ram", "rob", "scrap", "slam", "snub",
        "stab", "step", "strip",
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One meaning: what event its words report, and how their parties stand to it."""

    name: str
    type_code: str
    mode_codes: tuple[str, ...]
    frame: Frame
    needs: tuple[str, ...]
    not_before: frozenset[str]
    not_after: frozenset[str]
    weight: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """The words after the first one of a trigger; each element is a set of alternatives, None is a gap."""

    rule: Rule
    form: Form
    rest: tuple[frozenset[str] | None, ...]


@lru_cache(maxsize=1)
def patterns() -> Mapping[str, tuple[Pattern, ...]]:
    """Return the patterns by their first word in lower case, longest first."""
    data = tomllib.loads(files(__package__).joinpath("data/lexicon.toml").read_text(encoding="utf-8"))
    index: dict[str, list[Pattern]] = defaultdict(list)
    for row in data["rule"]:
        for first, pattern in _rule_patterns(_rule(row), row, data["irregular"]):
            if pattern not in index[first]:
                index[first].append(pattern)
    return MappingProxyType({first: tuple(sorted(found, key=lambda p: -len(p.rest))) for first, found in index.items()})


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(
        name=row["name"],
        type_code=row["type"],
        mode_codes=tuple(row.get("modes", ())),
        frame=row.get("frame", "act"),
        needs=tuple(row.get("needs", ())),
        not_before=frozenset(row.get("not_before", ())),
        not_after=frozenset(row.get("not_after", ())),
        weight=row["weight"],
    )


def _rule_patterns(
    rule: Rule, row: Mapping[str, Any], irregular: Mapping[str, list[str]]
) -> Iterator[tuple[str, Pattern]]:
    for phrase in row.get("verbs", ()):
        first, *rest = phrase.split()
        for word, form in inflect(first, irregular):
            yield word, Pattern(rule, form, _elements(rest))
    for phrase in row.get("nouns", ()):
        words = phrase.split()
        for variant in {tuple(words), (*words[:-1], plural(words[-1]))}:
            yield variant[0], Pattern(rule, "noun", _elements(list(variant[1:])))


def _elements(words: list[str]) -> tuple[frozenset[str] | None, ...]:
    return tuple(None if word == GAP else frozenset(word.split("|")) for word in words)


def inflect(verb: str, irregular: Mapping[str, list[str]]) -> list[tuple[str, Form]]:
    """Return the forms of *verb* with what they are; a regular past is listed as past and participle."""
    if verb in irregular:
        present, past, participle, gerund = irregular[verb]
        return [
            (verb, "base"),
            (present, "present"),
            (past, "past"),
            (participle, "participle"),
            (gerund, "gerund"),
        ]
    past = _past(verb)
    return [
        (verb, "base"),
        (plural(verb), "present"),
        (past, "past"),
        (past, "participle"),
        (_stem(verb) + "ing", "gerund"),
    ]


def plural(word: str) -> str:
    """Return *word* with the ending -s, as of nouns and of verbs in the third person."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ied"
    return _stem(verb) + "ed"


def _stem(verb: str) -> str:
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1]
    return verb + verb[-1] if verb in _DOUBLING else verb
