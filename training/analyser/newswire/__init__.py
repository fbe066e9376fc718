"""Hand-made newswire: a small grammar of annotated sentences, as UD English annotates them."""

import random
from collections.abc import Callable, Iterator

from training.analyser.newswire.patterns import HELD_OUT, WEIGHTS, makers
from training.analyser.newswire.phrases import Phrases
from training.analyser.newswire.source import NAMES
from training.analyser.newswire.tree import Node, capitalise, punct, to_sentence
from training.analyser.trees import Sentence, Text

__all__ = ["HELD_OUT", "NAMES", "WEIGHTS", "newswire"]


def newswire(sentences: int, rng: random.Random, *, held_out: bool = False) -> Iterator[Text]:
    """Yield texts of one to five made sentences, *sentences* in all, of the training or the held-out families."""
    families = {name: make for name, make in makers(Phrases(rng)).items() if (name in HELD_OUT) is held_out}
    while sentences > 0:
        size = min(sentences, rng.randint(1, 5))
        yield tuple(_sentence(families, rng) for _ in range(size))
        sentences -= size


def _sentence(families: dict[str, Callable[[], Node]], rng: random.Random) -> Sentence:
    family = rng.choices(list(families), [WEIGHTS[name] for name in families])[0]
    root = capitalise(families[family]())
    if not family.startswith("headline") and not _ends_quoted(root):
        root.after("punct", punct("."))
    return to_sentence(root)


def _ends_quoted(root: Node) -> bool:
    """Return whether a quote with its own full stop ends the sentence."""
    *_, (last, _, _) = root.in_order()
    return last.text == "”"
