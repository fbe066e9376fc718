"""How well the classifier does on outlets that it has not seen."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from sklearn.metrics import average_precision_score, f1_score
from sklearn.model_selection import GroupKFold

from pipeline.coder.sentences import View, unpack
from training.sentences.corpus import LABELS, TYPES, Article

FOLDS = 5


def out_of_fold(
    articles: Sequence[Article], make: Callable[[Sequence[Article], frozenset[str]], bytes]
) -> dict[str, list[View]]:
    """Return what is said of each article's sentences by a model that has not seen its outlet.

    *make* gives the model that some articles teach, those named having been left out.
    """
    found: dict[str, list[View]] = {}
    for held in folds(articles):
        others = [article for article in articles if article.identifier not in held]
        classifier = unpack(make(others, held))
        for article in articles:
            if article.identifier in held:
                found[article.identifier] = [classifier.classify(text) for text in article.texts]
    return found


def folds(articles: Sequence[Article]) -> list[frozenset[str]]:
    """Return the articles held out together: of a fifth of the outlets, of real and of invented articles alike."""
    held: list[set[str]] = [set() for _ in range(FOLDS)]
    for is_real in (True, False):
        some = [article for article in articles if article.is_real is is_real]
        outlets = [article.publisher for article in some]
        for fold, (_, test) in zip(held, GroupKFold(FOLDS).split(outlets, groups=outlets), strict=True):
            fold |= {some[place].identifier for place in test}
    return [frozenset(fold) for fold in held]


def report(articles: Sequence[Article], found: Mapping[str, Sequence[View]]) -> Iterator[str]:
    """Yield lines: averages over the event types, then the average precision of each label."""
    real = [article for article in articles if article.is_real]
    said = np.array([[view[label] for label in LABELS] for article in real for view in found[article.identifier]])
    gold = np.array([[label in held for label in LABELS] for article in real for held in article.labels])
    types = slice(0, len(TYPES))
    yield f"micro-F1 at 0.5: {f1_score(gold[:, types], said[:, types] >= 0.5, average='micro'):.3f}"
    yield f"micro average precision: {average_precision_score(gold[:, types].ravel(), said[:, types].ravel()):.3f}"
    single = average_precision_score(gold, said, average=None)
    yield f"macro average precision: {single[types].mean():.3f}"
    for label, precision, sentences in zip(LABELS, single, gold.sum(axis=0), strict=True):
        yield f"{label}: {precision:.3f} of {sentences} sentences"
