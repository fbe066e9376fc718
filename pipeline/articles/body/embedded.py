"""Find the text of an article in the scripts of a page that leaves it to the browser to lay the text out."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from itertools import islice

from pipeline.articles.body.paragraphs import key, lines, squeeze
from pipeline.articles.body.pruning import prune
from pipeline.articles.page import parse_page
from pipeline.errors import RecordError

VALUES_MAX = 50  # strings of markup to look at, for each level
LEVELS = 3  # JSON is quoted within JSON
TITLE_SHARE = 0.3  # of the title's words, to be found in its text

_ARTICLE_BODY = re.compile(r'"articleBody"\s*+:\s*+("(?:[^"\\]++|\\.)*+")', re.DOTALL)
_VALUE = re.compile(r'[:,(\[]\s*+("(?:[^"\\\n]++|\\.)*+")')
_MARKUP = re.compile(r"<p\b|\\u003[cC]p\b|&lt;p\b")
_ELEMENT = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
_WORDS = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]{2}|\w{2,}")


def stated_body(scripts: list[str]) -> list[str]:
    """The lines of the longest articleBody in the page's JSON-LD; none where it has none."""
    texts = [_decoded(literal) for script in scripts for literal in _ARTICLE_BODY.findall(script)]
    return _lines(max(texts, key=len, default=""))


def embedded_body(scripts: list[str], title: str) -> list[str]:
    """The lines of the longest text of paragraphs in the page's scripts that speaks of what the title does."""
    bodies = [
        found for script in scripts for text in _marked_up(script, LEVELS) if _speaks_of(title, found := _lines(text))
    ]
    return max(bodies, key=lambda found: sum(map(len, found)), default=[])


def _marked_up(script: str, levels: int) -> Iterator[str]:
    """The strings within a script that hold paragraphs as HTML, however often they are quoted."""
    values = (value for value in _VALUE.findall(script) if _MARKUP.search(value))
    for value in islice(values, VALUES_MAX):
        text = _decoded(value)
        quoted = list(_marked_up(text, levels - 1)) if levels else []
        yield from quoted or [text]


def _decoded(literal: str) -> str:
    with suppress(ValueError):
        return str(json.loads(literal, strict=False))
    return ""


def _lines(text: str) -> list[str]:
    """Of plain text, or of HTML, which may be escaped."""
    markup = text if "<" in text else unescape(text)
    if not _ELEMENT.search(markup):
        return [line for line in map(squeeze, markup.split("\n")) if line]
    with suppress(RecordError):
        tree = parse_page(f"<html><body>{markup}".encode("utf-8", "replace"), "", "")
        prune(tree)
        return lines(tree)
    return []


def _speaks_of(title: str, found: list[str]) -> bool:
    words, text = set(_WORDS.findall(title.casefold())), key(" ".join(found))
    return sum(word in text for word in words) >= TITLE_SHARE * len(words)
