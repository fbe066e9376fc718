"""What the sentence classifier says of articles that it has not seen, kept as numbers without text."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pipeline.coder.tellings import Views
from training.coder.corpus import Example

Known = Mapping[str, Views]


def read_views(file: Path) -> Known:
    """Return the views of each article's sentences, the title first."""
    with np.load(file, allow_pickle=False) as stored:
        labels = stored["labels"].tolist()
        ends = np.cumsum(stored["lengths"])
        chances = stored["chances"].astype(np.float32) / 255
        parts = np.split(chances, ends[:-1])
        return {
            name: [dict(zip(labels, row, strict=True)) for row in part.tolist()]
            for name, part in zip(stored["articles"].tolist(), parts, strict=True)
        }


def write_views(found: Mapping[str, Views], file: Path) -> None:
    """Write views with the precision of a byte."""
    articles = sorted(found)
    labels = sorted(found[articles[0]][0])
    table = np.array([[view[label] for label in labels] for name in articles for view in found[name]])
    np.savez_compressed(
        file,
        articles=np.array(articles),
        labels=np.array(labels),
        lengths=np.array([len(found[name]) for name in articles]),
        chances=np.round(table * 255).astype(np.uint8),
    )


def views_of(known: Known, example: Example) -> Views:
    """Return the views of the example's sentences; of an article that has none, nothing for each."""
    return known.get(example.identity, [{} for _ in example.reading.sentences])
