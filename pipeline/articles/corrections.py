"""Find what an outlet says that it corrected in an article: corrections, clarifications, notes on earlier versions."""

import re
from collections.abc import Iterator
from itertools import chain

from lxml import etree
from lxml.html import HtmlElement

from pipeline.articles.body.paragraphs import lines, squeeze
from pipeline.articles.names import Names
from pipeline.articles.phrases import phrases

CORRECTION_MAX = 500  # characters of what is kept
BOX_MAX = 2_000  # of a box's text; a larger one holds more than a correction
BOXES = ("correction", "clarification", "editors-note", "editor-note", "editorsnote", "editornote")
BEGINNING = 150

_IN_COMMENTS = etree.XPath("boolean(ancestor::*[contains(@class, 'omment') or contains(@id, 'omment')])")
_LABELLED = re.compile(  # "Correction (Nov 16): ", "Correction, 16 November: ", "Correction — "
    r"(?:\s*[(\[][^()\[\]]{1,40}[)\]]|,?\s+(?:[^\W\d_]{3,9}\.?\s+)?\d[^:—–]{0,25})?\s*(?:[:：—–】]|\s-\s)\s*\S"
)


def read_correction(tree: HtmlElement, names: Names | None = None) -> str | None:
    """Return the page's first correction, cut to CORRECTION_MAX; None where there is none.

    For a tree from which nothing has been taken yet, as corrections stand in asides and footers too, and its names if
    they are at hand.
    """
    return next(map(_cut, chain(_boxed(names or Names(tree)), _told(tree))), None)


def _boxed(names: Names) -> Iterator[str]:
    """Texts of boxes that are named corrections, when they are (many are links to report one)."""
    for element in names.holding(BOXES):
        if len(element.text_content()) <= BOX_MAX:
            text = " ".join(lines(element))
            if _is_correction(text) or phrases("corrected").found_in(text):
                yield text


def _told(tree: HtmlElement) -> Iterator[str]:
    for element in tree.iter("p", "li"):
        text = squeeze(element.text_content())
        if _is_correction(text) and not _IN_COMMENTS(element):
            yield text


def _is_correction(text: str) -> bool:
    """By how it begins: with a label, or as corrections do."""
    beginning = text[:BEGINNING]
    if phrases("amended").begins(beginning) or _LABELLED.match(phrases("correction").after(beginning) or ""):
        return True
    return phrases("note").begins(beginning) and phrases("corrected").found_in(text[:BOX_MAX])


def _cut(text: str) -> str:
    return text if len(text) <= CORRECTION_MAX else f"{text[: CORRECTION_MAX - 1].rstrip()}…"
