"""Shingles: the runs of a few words that a text is made of, as numbers that are the same on every machine. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from pipeline.language.scripts import UNSPACED

WIDTH = 4  #: words of a shingle
CHARACTERS_A_WORD = 2  #: where words are written without spaces each character counts as one
TEXT_MAX = 200_000  #: characters; a longer text is taken by its beginning

Hashes = NDArray[np.uint64]
Mask = NDArray[np.bool_]

#: Vowel signs and accents, which \w leaves out.
_MARKS = "".join(chr(code) for code in range(0x300, 0x3100) if unicodedata.category(chr(code)).startswith("M"))
_CHARACTERS = re.compile(f"[{UNSPACED}]")
_WORDS = re.compile(rf"[{UNSPACED}]|\d+(?:[.,:]\d+)+|(?:[^\W_{UNSPACED}]|[{_MARKS}])+")
_INSIDE_SENTENCES = re.compile(rf"(?<=[^\W_] |[,;] )(?:[^\W\d_{UNSPACED}]|[{_MARKS}])+")
_SEPARATORS = str.maketrans("", "", ".,:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shingled:
    """A text as hashes of its words and of its shingles, both in the order of the text."""

    words: Hashes
    shingles: Hashes  #: one begins at each word that has enough words after it
    width: int  #: words of a shingle
    is_fact: Mask  #: which words are numbers or names
    facts: dict[int, str]  #: their spelling by their hash

    @property
    def scale(self) -> int:
        """How many of its words are as long as one of English."""
        return self.width // WIDTH


def shingled(text: str) -> Shingled:
    """Cut *text* into words and shingles; case, punctuation and compatibility forms of letters do not count."""
    text = unicodedata.normalize("NFKC", text[:TEXT_MAX])[:TEXT_MAX]
    written = _WORDS.findall(text)
    spelled = [_spelled(word) for word in written]
    hashes = [_hash(word) for word in spelled]
    names = _names(text)
    is_fact = [
        word[0].isdigit() or (word in names and one[0].isupper()) for one, word in zip(written, spelled, strict=True)
    ]
    width = WIDTH * CHARACTERS_A_WORD if 2 * len(_CHARACTERS.findall(text)) > len(written) else WIDTH
    words = np.array(hashes, np.uint64)
    return Shingled(
        words=words,
        shingles=_runs(words, width),
        width=width,
        is_fact=np.array(is_fact, np.bool_),
        facts={number: word for number, word, fact in zip(hashes, spelled, is_fact, strict=True) if fact},
    )


def _spelled(word: str) -> str:
    """As it is compared: 1,200 and 1200 are one number."""
    return word.casefold().translate(_SEPARATORS)


@lru_cache(maxsize=200_000)
def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _names(text: str) -> frozenset[str]:
    """Words with a capital inside a sentence; none where most have one, since then it tells nothing."""
    words = _INSIDE_SENTENCES.findall(text)
    capitals = [word.casefold() for word in words if word[0].isupper()]
    return frozenset(capitals) if 2 * len(capitals) < len(words) else frozenset()


def _runs(words: Hashes, width: int) -> Hashes:
    """One number for each run of *width* words."""
    count = max(0, len(words) - width + 1)
    runs = np.zeros(count, np.uint64)
    for offset in range(width):
        runs = mixed(runs + words[offset : offset + count])
    return runs


def mixed(numbers: Hashes) -> Hashes:
    """Spread each number over all 64 bits (the finalizer of SplitMix64, Steele and others 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
