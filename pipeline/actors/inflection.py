"""Plurals of role nouns."""

_IRREGULAR = {"child": "children", "person": "people", "thief": "thieves", "wife": "wives", "chief": "chiefs"}
_SAME = ("people", "police", "personnel", "staff", "media", "youth", "clergy")
_HEAD_BEFORE = frozenset({"of", "in", "for", "to", "at", "with", "without"})


def plurals(phrase: str) -> list[tuple[str, ...]]:
    """Return the words of *phrase*, and those of its plural: of "member of parliament" "members of parliament"."""
    words = phrase.split()
    head = next((place for place, word in enumerate(words) if place and word in _HEAD_BEFORE), len(words)) - 1
    return [tuple(words), (*words[:head], plural(words[head]), *words[head + 1 :])]


def plural(word: str) -> str:
    """Return the plural of an English noun; one that has none stays as it is."""
    if word in _IRREGULAR or word.endswith(_SAME):
        return _IRREGULAR.get(word, word)
    if word.endswith("child"):
        return word + "ren"
    if word.endswith("man") and not word.endswith(("german", "human", "roman", "ottoman")):
        return word[:-3] + "men"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")
