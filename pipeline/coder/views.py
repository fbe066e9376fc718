"""What the network says of an article's sentences, and of the words in them, as other models weigh it."""

import math
from collections.abc import Iterator, Mapping, Sequence

from spacy.tokens import Doc

from pipeline.coder.sentences import View

Views = Sequence[Mapping[str, float]]  #: of each sentence; empty where the network was not asked
STEPS = (-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5)  #: log-odds between which a linear model tells no difference


def odds_at(views: Views, sentence: int, start: int, end: int) -> Mapping[str, float]:
    """Return the log-odds of each part that characters [start, end) of a sentence may play; nothing where not asked."""
    view = views[sentence] if sentence < len(views) else None
    return view.odds(start, end) if isinstance(view, View) else {}


def odds_of(views: Views, sentence: int, doc: Doc, start: int, end: int) -> Mapping[str, float]:
    """Return the same for tokens [start, end)."""
    last = doc[end - 1]
    return odds_at(views, sentence, doc[start].idx, last.idx + len(last))


def steps(name: str, odds: float) -> Iterator[str]:
    """Yield what a linear model reads of *odds*: a name for each of STEPS that it has passed."""
    yield f"{name} seen"
    yield from (f"{name} > {step}" for step in STEPS if odds > step)


def log_odds(chance: float) -> float:
    """Return the log-odds of a probability, bounded near 0 and 1; what exceeds 1 counts as 1."""
    chance = min(chance, 1.0)
    return math.log((chance + 0.003) / (1.003 - chance))
