"""What a sentence tells, and the part of each word in it: by a small fine-tuned transformer.

It says with what probability a sentence tells an event of each PLOVER type, in which mode, and whether it carries
claims; and of each word, with what probability it tells such an event, names its actor, recipient, place or date, or
has a part in a claim: source, accused, count, cue.

data/SENTENCES.md says what it was fitted on and how well it does; the recipe is training/sentences.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

PIECES_MAX = 128  #: word pieces; what a sentence has beyond them is not read
CHARACTERS_MAX = 1_500
ODDS_LEAST, ODDS_MAX = -4.0, 5.5  #: to which log-odds of parts are cut: beyond, no model tells a difference
WORD_MAX = 100  #: characters; a longer word is unknown

_UNKNOWN, _OPENING, _CLOSING = "[UNK]", "[CLS]", "[SEP]"
_DROPPED = frozenset({"Cc", "Cf", "Co", "Mn"})
_WORDS = re.compile(r"[^\W_]+|[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sentence as numbers of word pieces, an opening mark first and a closing one last."""

    pieces: tuple[int, ...]
    firsts: tuple[int, ...]  #: of each word, the index of its first piece
    starts: tuple[int, ...]  #: of each word, its first character


class WordPieces:
    """Text as numbers of word pieces (Wu et al. 2016), without case and accents, the longest known piece first."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._numbers: Mapping[str, int] = {piece: number for number, piece in enumerate(pieces)}

    def encode(self, text: str) -> Encoded:
        """Return the pieces of *text*, ``PIECES_MAX`` at most; words beyond them are left out."""
        pieces, firsts, starts = [self._numbers[_OPENING]], [], []
        for start, word in words_of(text):
            split = self._split(word)
            if len(pieces) + len(split) >= PIECES_MAX:
                break
            firsts.append(len(pieces))
            starts.append(start)
            pieces += split
        return Encoded((*pieces, self._numbers[_CLOSING]), tuple(firsts), tuple(starts))

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


def words_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield first character and plain form of each word and mark of *text* that is read."""
    plain, places = _plain(text[:CHARACTERS_MAX])
    return ((places[match.start()], match[0]) for match in _WORDS.finditer(plain))


@dataclass(frozen=True, slots=True, eq=False)
class View(Mapping[str, float]):
    """The probability of each label of a sentence, and of each part of its words."""

    labels: Mapping[str, float]
    parts: Mapping[str, int]  #: columns of *table*
    starts: Sequence[int]  #: first characters of the words that were read
    table: NDArray[np.float32]  #: log-odds [words, parts], from ODDS_LEAST to ODDS_MAX
    #: answers given, since many models ask for the same phrase
    _asked: dict[tuple[int, int], Mapping[str, float]] = field(default_factory=dict, init=False, repr=False)

    def __getitem__(self, label: str) -> float:
        return self.labels[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    def __len__(self) -> int:
        return len(self.labels)

    def odds(self, start: int, end: int) -> Mapping[str, float]:
        """Return the mean log-odds of each part over the words in characters [start, end); none of them, nothing."""
        first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
        if first == last:
            return {}
        if (first, last) not in self._asked:
            mean = self.table[first:last].mean(axis=0).tolist()
            self._asked[first, last] = dict(zip(self.parts, mean, strict=True))
        return self._asked[first, last]


@dataclass(frozen=True, slots=True)
class Classifier:
    """A fitted network, the word pieces that it reads, and the labels and parts that it tells."""

    session: Any
    pieces: WordPieces
    labels: tuple[str, ...]
    parts: Mapping[str, int]

    def classify(self, text: str) -> View:
        """Return what is said of the sentence *text*; probabilities are independent of one another."""
        encoded = self.pieces.encode(text)
        given = {"pieces": np.array(encoded.pieces, dtype=np.int64)}
        of_sentence, of_pieces = self.session.run(["probabilities", "odds"], given)
        labels = dict(zip(self.labels, of_sentence[0].tolist(), strict=True))
        return View(labels, self.parts, encoded.starts, _of_words(of_pieces, encoded))


def _of_words(odds: NDArray[np.float32], encoded: Encoded) -> NDArray[np.float32]:
    """Return the log-odds [words, parts]: the mean over the pieces of each word."""
    if not encoded.firsts:
        return np.zeros((0, odds.shape[1]), dtype=np.float32)
    bounds = np.array([*encoded.firsts, len(encoded.pieces) - 1])
    sums = np.add.reduceat(odds[: bounds[-1]], bounds[:-1], axis=0)
    return np.clip(sums / np.diff(bounds)[:, None], ODDS_LEAST, ODDS_MAX).astype(np.float32)


def classify(texts: Sequence[str]) -> list[View]:
    """Return what is said of each sentence.

    Every sentence is read for itself, so that it has the same probabilities in whatever company.
    """
    classifier = load()
    return [classifier.classify(text) for text in texts]


@cache
def load() -> Classifier:
    """Return the packaged classifier, the same one on every call of this process."""
    return unpack(files(__package__).joinpath("data/sentences.onnx").read_bytes())


def unpack(model: bytes) -> Classifier:
    """Return the classifier of an ONNX *model* with its labels, parts and word pieces as metadata, one a line."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    notes = session.get_modelmeta().custom_metadata_map
    pieces, labels, parts = (tuple(notes[name].split()) for name in ("pieces", "labels", "parts"))
    return Classifier(session, WordPieces(pieces), labels, {part: column for column, part in enumerate(parts)})


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """Return *text* in lower case without accents and control characters, and the place of each letter in *text*."""
    if text.isascii() and text.isprintable():
        return text.lower(), range(len(text))
    letters = [
        (letter, place)
        for place, written in enumerate(text)
        for letter in unicodedata.normalize("NFD", written.lower())
        if letter.isascii() or unicodedata.category(letter) not in _DROPPED
    ]
    return "".join(letter for letter, _ in letters), [place for _, place in letters]
