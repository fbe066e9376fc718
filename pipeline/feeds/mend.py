"""What breaks XML although it is clear what is meant; one such spot costs a parser the rest of the feed."""

import re
import sys
from html.entities import html5
from xml.sax.saxutils import escape

#: An ampersand by itself, an entity of HTML, or a reference by number; not those that XML itself has. Ignores case.
REFERENCE = (
    r"&(?!(?-i:amp|lt|gt|quot|apos);)"
    r"(?:#(?:(?P<decimal>\d{1,7})|x(?P<hex>[\da-f]{1,6}));|(?P<entity>[a-z]\w{1,30};))?"
)
REFERENCE_MAX = 33  #: characters
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
_NOT_XML = re.compile(f"{_CONTROL}{_CONTROL}*")  # is found four times as fast as with a plus


def without_controls(text: str) -> str:
    """Return the text without the characters that XML 1.0 allows nowhere."""
    return _NOT_XML.sub("", text)


def mended(reference: re.Match[str]) -> str:
    """Return what a match of REFERENCE stands for in XML: nothing for the number of what is no character."""
    decimal, hexadecimal, entity = reference["decimal"], reference["hex"], reference["entity"] or ""
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        return reference[0] if code <= sys.maxunicode and without_controls(chr(code)) else ""
    return escape(html5.get(entity, f"&{entity}"))
