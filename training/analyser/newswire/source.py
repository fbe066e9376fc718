"""Where all that is random comes from: names by kind, and choices."""

import random
import tomllib
from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise

from training.analyser.newswire.tree import Node

NAMES: dict[str, list[str]] = tomllib.loads((files(__package__) / "names.toml").read_text(encoding="utf-8"))


class Source:
    """A source of random phrases; every call returns a new tree."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def pick(self, kind: str) -> str:
        """Return one name or noun of names.toml."""
        return self.rng.choice(NAMES[kind])

    def chance(self, probability: float) -> bool:
        """Return True with *probability*."""
        return self.rng.random() < probability

    def one_of(self, *makers: Callable[[], Node]) -> Node:
        """Return what one of *makers* makes."""
        return self.rng.choice(makers)()


def with_an(root: Node) -> Node:
    """Say "an" before a vowel."""
    words = [node for node, _, _ in root.in_order()]
    for word, following in pairwise(words):
        if word.text == "a" and following.text[:1].lower() in "aeio":
            word.text = "an"
    return root
