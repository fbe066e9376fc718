"""What a page states in words."""

import re

STATEMENT_MAX = 2_000  #: characters of one statement that are looked at; a whole article may stand in a description


def folded(text: str) -> str:
    """The words of a text in lower case, one space between them: equal for texts that say the same."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
