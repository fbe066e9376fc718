"""The families of newswire sentences; some are held out of training to see whether the others carry over."""

from collections.abc import Callable

from training.analyser.newswire.headlines import Headlines
from training.analyser.newswire.phrases import Phrases
from training.analyser.newswire.tree import Node

# How often each family is drawn, by the name of the method that makes its sentences.
WEIGHTS: dict[str, float] = {
    "event": 6, "fronted": 2, "sequence": 2, "but": 1, "said_that": 3, "said_after": 3, "said_inverted": 4,
    "said_inside": 1.5, "according_to": 2, "told": 1.5, "quoted": 2, "statement": 1, "accused": 2.5, "denied": 2.5,
    "believed": 1, "urged": 1.5, "called_for": 1, "claimed": 1, "nominal": 1, "described": 2.5, "speaker_list": 1,
    "relative": 3, "reduced": 1.5, "signed": 1.5, "sentenced": 1, "imposed": 1, "unclear": 0.7, "copular": 1,
    "headline": 3, "headline_passive": 1.5, "headline_said": 1, "headline_pair": 1, "dateline": 2,
}  # fmt: skip

# About every fifth family, of each sort; dev sentences come from these alone.
HELD_OUT = ("said_inside", "believed", "nominal", "urged", "claimed", "speaker_list", "headline_said")


def makers(phrases: Phrases) -> dict[str, Callable[[], Node]]:
    """Return what makes the sentences of each family; each call returns the root of a whole sentence."""
    source = Headlines(phrases)
    return {name: getattr(source, name) for name in WEIGHTS}
