"""Make text from the wild storable: no database and no XML takes control characters or halves of pairs."""

import re

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Return *text* without control characters (but for tab and newline), surrogates and non-characters."""
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
