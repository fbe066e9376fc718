"""What the modules on an article's text share: the lines of an element, keys to compare them, their width."""

import re
from copy import deepcopy

from lxml.html import HtmlElement

from pipeline.language.clean import clean

_BLOCKS = (
    "p", "div", "section", "article", "main", "header", "li", "ul", "ol", "dl", "dt", "dd", "br", "hr", "blockquote",
    "pre", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "th", "table",
    "item", "list", "lb", "quote", "head", "code", "row", "cell",
)  # fmt: skip
_WORDS = re.compile(r"\w+")
_WIDE = re.compile(r"[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]")


def squeeze(text: str) -> str:
    """The text on one line, storable, with one space for each run of them and none at its ends."""
    return " ".join(clean(text).split())


def key(text: str) -> str:
    """Equal for texts of the same letters and digits, whatever their case, spaces and punctuation."""
    return "".join(_WORDS.findall(text.casefold()))


def lines(element: HtmlElement) -> list[str]:
    """The element's text, a line for each paragraph, list item or part between line breaks.

    Knows the names of HTML and those of trafilatura's trees.
    """
    element = deepcopy(element)
    element.tail = None
    for block in element.iter(*_BLOCKS):
        block.text = f"\n{block.text or ''}"
        block.tail = f"\n{block.tail or ''}"
    return [line for line in map(squeeze, "".join(element.itertext()).split("\n")) if line]


def width(text: str) -> int:
    """Its length in letters of an alphabet: a Chinese, Japanese or Korean character says as much as two."""
    return len(text) + len(_WIDE.findall(text))
