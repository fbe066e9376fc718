"""Texts cut anew into documents every epoch, and documents into batches of like length."""

import random
from collections.abc import Iterator, Sequence

from spacy.tokens import Doc

from training.analyser.trees import Sentence, Text

SINGLE = 0.6
LENGTHS = (40, 110)
POOL = 16


def cut(texts: Sequence[Text], rng: random.Random) -> Iterator[tuple[Sentence, ...]]:
    """Cut each text into runs of whole sentences: some of one sentence, others up to a random number of words.

    Single sentences teach not to split, runs teach where to; short ones keep the parser's updates cheap.
    """
    for text in texts:
        start = 0
        while start < len(text):
            end = _end(text, start, 0 if rng.random() < SINGLE else rng.randint(*LENGTHS))
            yield text[start:end]
            start = end


def _end(text: Text, start: int, words: int) -> int:
    end, count = start + 1, len(text[start])
    while end < len(text) and count + len(text[end]) <= words:
        count += len(text[end])
        end += 1
    return end


def batches(docs: Sequence[Doc], words: int, rng: random.Random) -> Iterator[list[Doc]]:
    """Yield batches of about *words* tokens in random order, each of documents of like length."""
    for pool in _runs(rng.sample(docs, len(docs)), words * POOL):
        ready = list(_runs(sorted(pool, key=len), words))
        yield from rng.sample(ready, len(ready))


def _runs(docs: Sequence[Doc], words: int) -> Iterator[list[Doc]]:
    run: list[Doc] = []
    count = 0
    for doc in docs:
        run.append(doc)
        count += len(doc)
        if count >= words:
            yield run
            run, count = [], 0
    if run:
        yield run
