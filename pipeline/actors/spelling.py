"""How a name may be spelt: without marks, hyphens, points and spaces, but with the capitals that make it a name."""

import re
import unicodedata
from functools import lru_cache

#: Tokens that may stand inside a name without being letters of it.
JOINERS = frozenset("-‐‑–'’ʼ`.")
#: Small words of names: written with a capital or without one.
PARTICLES = frozenset({
    "a", "al", "ad", "an", "ar", "as", "at", "az", "ash", "ul", "ur", "el", "bin", "bint", "ibn", "ben", "ould",
    "van", "von", "der", "den", "de", "del", "della", "da", "das", "do", "dos", "du", "la", "le", "les", "di", "e",
    "y", "i", "and", "of", "for", "the", "in", "on", "to", "with", "und", "et",
})  # fmt: skip
_PIECE = re.compile(r"[A-Za-z0-9]+")
_OTHER = re.compile(r"[^A-Za-z0-9]+")
_UNMARKED = str.maketrans({
    "ı": "i", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th",
    "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "ə": "a", "Ə": "A", "’": "'", "‑": "-", "‐": "-",
})  # fmt: skip


def letters(text: str) -> str:
    """Return the letters and digits of *text* without marks, capitals kept: "al-Shabāb" gives "alShabab"."""
    return _OTHER.sub("", _unmarked(text))


def required_capitals(name: str) -> tuple[int, ...]:
    """Return where in ``letters(name)`` a text must have a capital too for being that name.

    Not at particles ("Al-" is "al-"), and not after a hyphen of a name already begun ("Jong-Un" is "Jong-un").
    """
    plain, found, width = _unmarked(name), list[int](), 0
    for piece in _PIECE.finditer(plain):
        is_free = piece[0].lower() in PARTICLES or (bool(found) and plain[piece.start() - 1 : piece.start()] == "-")
        if piece[0].isupper() and len(piece[0]) > 1:
            is_free = False
        if not is_free:
            found += [width + at for at, letter in enumerate(piece[0]) if letter.isupper()]
        width += len(piece[0])
    return tuple(found) or ((0,) if plain[:1].isupper() else ())


@lru_cache(maxsize=65_536)
def _unmarked(text: str) -> str:
    if text.isascii():
        return text
    return unicodedata.normalize("NFKD", text.translate(_UNMARKED)).encode("ascii", "ignore").decode()
