"""Whether two names are of one party, as the benchmark's scorer has it."""

import re
import unicodedata


def fold(text: str | None) -> str:
    """Return *text* without article, case, accents and marks."""
    plain = unicodedata.normalize("NFKD", text or "").encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9 ]+", " ", re.sub(r"^(the|a|an) ", "", plain)).strip()


def same_name(first: str | None, second: str | None) -> bool:
    """Whether one name is the other or holds it as whole words."""
    one, two = fold(first), fold(second)
    return bool(one and two) and (f" {one} " in f" {two} " or f" {two} " in f" {one} ")
