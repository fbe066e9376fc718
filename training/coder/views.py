"""What the sentence classifier says of articles that it has not seen, kept as numbers without text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.coder.sentences import ODDS_LEAST, ODDS_MAX, View, words_of
from pipeline.coder.views import Views
from training.coder.corpus import Example

Bytes = NDArray[np.uint8]
STEP = 0.25  #: of log-odds, between two that are kept as one; finer ones cost more room


@dataclass(frozen=True, slots=True)
class Seen:
    """What was said of one article."""

    labels: Bytes  #: [sentences, labels], probabilities of 255
    parts: Sequence[Bytes]  #: of each sentence, [words, parts], log-odds in STEPs from ODDS_LEAST


@dataclass(frozen=True, slots=True)
class Known:
    """What was said of all articles, by identity."""

    labels: tuple[str, ...]
    parts: Mapping[str, int]
    articles: Mapping[str, Seen]


def read_views(file: Path) -> Known:
    """Return what :func:`write_views` wrote."""
    with np.load(file, allow_pickle=False) as stored:
        ends = np.cumsum(stored["sentences"])
        labels = np.split(stored["of_sentences"], ends[:-1])
        words = np.split(stored["of_words"].T, np.cumsum(stored["words"])[:-1])
        articles = {
            name: Seen(own, words[end - len(own) : end])
            for name, own, end in zip(stored["articles"].tolist(), labels, ends.tolist(), strict=True)
        }
        parts = {part: column for column, part in enumerate(stored["parts"].tolist())}
        return Known(tuple(stored["labels"].tolist()), parts, articles)


def write_views(found: Mapping[str, Sequence[View]], file: Path) -> None:
    """Write views, the odds of words with the precision of a STEP and part by part, which packs best."""
    articles = sorted(found)
    views = [view for name in articles for view in found[name]]
    labels = sorted(views[0])
    np.savez_compressed(
        file,
        articles=np.array(articles),
        labels=np.array(labels),
        parts=np.array(list(views[0].parts)),
        sentences=np.array([len(found[name]) for name in articles]),
        words=np.array([len(view.starts) for view in views]),
        of_sentences=np.round(np.array([[view[label] for label in labels] for view in views]) * 255).astype(np.uint8),
        of_words=np.ascontiguousarray(_stepped(np.concatenate([view.table for view in views])).T),
    )


def _stepped(odds: NDArray[np.float32]) -> Bytes:
    """Rounded down, so that the STEPS of pipeline/coder/views.py fall between two values that are kept."""
    return ((np.clip(odds, ODDS_LEAST, ODDS_MAX) - ODDS_LEAST) / STEP).astype(np.uint8)


def views_of(known: Known, example: Example) -> Views:
    """Return the views of the example's sentences; of an article that has none, nothing for each."""
    seen = known.articles.get(example.identity)
    if seen is None:
        return [{} for _ in example.reading.sentences]
    return [
        View(
            dict(zip(known.labels, (row / 255).tolist(), strict=True)),
            known.parts,
            _starts(sentence.text),
            _odds(words),
        )
        for sentence, row, words in zip(example.reading.sentences, seen.labels, seen.parts, strict=True)
    ]


def _starts(text: str) -> list[int]:
    return [start for start, _ in words_of(text)]


def _odds(words: Bytes) -> NDArray[np.float32]:
    inside = np.minimum(ODDS_LEAST + STEP * (words.astype(np.float32) + 0.5), ODDS_MAX)
    return np.where(words, inside, ODDS_LEAST).astype(np.float32)
