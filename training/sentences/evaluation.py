"""How well the classifier does on outlets that it has not seen."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from sklearn.metrics import average_precision_score, f1_score
from sklearn.model_selection import GroupKFold

from pipeline.coder.sentences import unpack
from pipeline.coder.tellings import Views
from training.sentences.corpus import LABELS, TYPES, Article

FOLDS = 5


def out_of_fold(articles: Sequence[Article], make: Callable[[Sequence[Article]], bytes]) -> dict[str, Views]:
    """Return the probabilities of each real article's sentences, by a model of other outlets' and invented articles."""
    real = [article for article in articles if article.is_real]
    invented = [article for article in articles if not article.is_real]
    outlets = [article.publisher for article in real]
    found: dict[str, Views] = {}
    for train, test in GroupKFold(FOLDS).split(outlets, groups=outlets):
        classifier = unpack(make([*(real[place] for place in train), *invented]))
        for article in (real[place] for place in test):
            found[article.identifier] = [classifier.classify(text) for text in article.texts]
    return found


def report(articles: Sequence[Article], found: Mapping[str, Views]) -> Iterator[str]:
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
