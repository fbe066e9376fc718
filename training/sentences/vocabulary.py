"""Which of MiniLM's word pieces are kept: those that English news in Latin letters can need."""

import re
import unicodedata
from collections.abc import Sequence

_UNUSED = re.compile(r"\[unused\d+\]|\[MASK\]|\[PAD\]")


def kept_pieces(pieces: Sequence[str]) -> list[int]:
    """Return the numbers of the pieces without letters of other scripts, in their order."""
    return [number for number, piece in enumerate(pieces) if not _UNUSED.fullmatch(piece) and _is_latin(piece)]


def _is_latin(piece: str) -> bool:
    letters = (letter for letter in piece if letter.isalpha())
    return all("LATIN" in unicodedata.name(letter, "") for letter in letters)
