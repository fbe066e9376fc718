"""What a sentence tells: its probable PLOVER event types, modes and claims, by a small fine-tuned transformer.

data/SENTENCES.md says what it was fitted on and how well it does; the recipe is training/sentences.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import onnxruntime

PIECES_MAX = 128  #: word pieces; what a sentence has beyond them is not read
CHARACTERS_MAX = 1_500
WORD_MAX = 100  #: characters; a longer word is unknown

_UNKNOWN, _OPENING, _CLOSING = "[UNK]", "[CLS]", "[SEP]"
_DROPPED = frozenset({"Cc", "Cf", "Co", "Mn"})
_WORDS = re.compile(r"[^\W_]+|[^\w\s]|_")


class WordPieces:
    """Text as numbers of word pieces (Wu et al. 2016), without case and accents, the longest known piece first."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._numbers: Mapping[str, int] = {piece: number for number, piece in enumerate(pieces)}

    def encode(self, text: str) -> list[int]:
        """Return the pieces of *text* between an opening and a closing mark, ``PIECES_MAX`` at most."""
        numbers: list[int] = []
        for word in _WORDS.findall(_plain(text[:CHARACTERS_MAX])):
            numbers += self._split(word)
            if len(numbers) >= PIECES_MAX - 2:
                break
        return [self._numbers[_OPENING], *numbers[: PIECES_MAX - 2], self._numbers[_CLOSING]]

    def _split(self, word: str) -> tuple[int, ...]:
        """Return the pieces of *word*, or the unknown one when any part of it is unknown."""
        numbers, start = [], 0
        while start < len(word) <= WORD_MAX:
            prefix = "##" if start else ""
            ends = (end for end in range(len(word), start, -1) if prefix + word[start:end] in self._numbers)
            end = next(ends, start)
            if end == start:
                break
            numbers.append(self._numbers[prefix + word[start:end]])
            start = end
        return tuple(numbers) if start == len(word) else (self._numbers[_UNKNOWN],)


@dataclass(frozen=True, slots=True)
class Classifier:
    """A fitted network, the word pieces that it reads and the labels that it gives."""

    session: Any
    pieces: WordPieces
    labels: tuple[str, ...]

    def classify(self, text: str) -> dict[str, float]:
        """Return the probability of each label; they are independent of one another."""
        pieces = np.array(self.pieces.encode(text), dtype=np.int64)
        (found,) = self.session.run(["probabilities"], {"pieces": pieces})
        return dict(zip(self.labels, found[0].tolist(), strict=True))


def classify(texts: Sequence[str]) -> list[dict[str, float]]:
    """Return for each sentence the probability of each label.

    Every sentence is read for itself, so that it has the same probabilities in whatever company.
    """
    classifier = load()
    return [classifier.classify(text) for text in texts]


@cache
def load() -> Classifier:
    """Return the packaged classifier, the same one on every call of this process."""
    return unpack(files(__package__).joinpath("data/sentences.onnx").read_bytes())


def unpack(model: bytes) -> Classifier:
    """Return the classifier of an ONNX *model* with its labels and word pieces as metadata, one a line."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    notes = session.get_modelmeta().custom_metadata_map
    return Classifier(session, WordPieces(notes["pieces"].split("\n")), tuple(notes["labels"].split("\n")))


def _plain(text: str) -> str:
    """Return *text* in lower case, without accents and control characters."""
    letters = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in letters if letter.isascii() or unicodedata.category(letter) not in _DROPPED)
