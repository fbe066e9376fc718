"""One spelling of a name for look-ups."""

import re
import unicodedata
from functools import lru_cache

_DROPPED = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """Return *name* in lower-case ASCII words: no marks, points or leading article ("U.S." gives "us")."""
    plain = name if name.isascii() else unicodedata.normalize("NFKD", name.replace("ı", "i"))
    plain = plain.encode("ascii", "ignore").decode().lower().replace(".", "").replace("'", "")
    return _DROPPED.sub(" ", plain).strip().removeprefix("the ")
