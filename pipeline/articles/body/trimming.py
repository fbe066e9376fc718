"""Drop the lines of an extracted text that are no part of the article: labels, pointers elsewhere, calls to join."""

import re
from collections.abc import Iterable, Iterator

from pipeline.articles.body.paragraphs import key, width
from pipeline.articles.completeness import asks_to_pay, asks_to_read_on
from pipeline.articles.phrases import phrases

REPEATED_MIN = 50  # letters and digits of a line that nobody writes twice
ASIDE_MAX = 250  # characters
DATE_LINE_MAX = 70
PROSE_MIN = 80  # width; a line of a paragraph rather than a label
TOP_LINES = 4
PROMPTS_MAX = 10

_PLACEHOLDER = re.compile(r"(?:\$\$|\{\{|%%|\[\[|##)[\w .:-]+(?:\$\$|\}\}|%%|\]\]|##)")  # of a template, unfilled
_YEAR_OR_CLOCK = re.compile(r"\b(?:19|20)\d\d\b|\d\d?[:h]\d\d\b|\d\d?時|\d{4}年")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"[.!?。؟।:]\W*$")


def trim(found: Iterable[str], introductions: set[str]) -> tuple[list[str], list[str]]:
    """Part the lines in those of the article and prompts to pay, register or read on; leave out the rest.

    *introductions* are keys of the title, the standfirst and the like; a text that has nothing else keeps them.
    """
    lines = list(_unrepeated(found))
    lines = [line for line in lines if key(line) not in introductions] or lines
    lines = [line for number, line in enumerate(lines) if number >= TOP_LINES or not _is_date_line(line)]
    return _parted([line for line in lines if not _is_aside(line)])


def _unrepeated(found: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for line in found:
        known = key(line)
        if len(known) < REPEATED_MIN or known not in seen:
            seen.add(known)
            yield line


def _is_date_line(line: str) -> bool:
    """A line above the text that tells when it was published: more figures than words."""
    is_short = len(line) <= DATE_LINE_MAX and not _SENTENCE_END.search(line)
    return is_short and bool(_YEAR_OR_CLOCK.search(line)) and len(_WORD.findall(line)) < 2 * len(_NUMBER.findall(line))


def _is_aside(line: str) -> bool:
    if len(line) > ASIDE_MAX:
        return False
    is_label = phrases("label").equals(line) or bool(_PLACEHOLDER.fullmatch(line))
    return is_label or phrases("pointer").labels(line) or phrases("credit").labels(line) or phrases("call").begins(line)


def _parted(lines: list[str]) -> tuple[list[str], list[str]]:
    """What follows the first prompt below all prose says what a subscription offers; links to read on count there."""
    pays = [asks_to_pay(line) for line in lines]
    prose = [number for number, line in enumerate(lines) if width(line) >= PROSE_MIN and not pays[number]]
    below = prose[-1] + 1 if prose else 0
    ends = [number for number in range(below, len(lines)) if pays[number] or asks_to_read_on(lines[number])]
    prompts = [line for number, line in enumerate(lines) if pays[number] or number in ends[:PROMPTS_MAX]]
    within = zip(lines[: ends[0] if ends else None], pays, strict=False)
    kept = [line for line, is_prompt in within if not is_prompt and not asks_to_read_on(line)]
    return kept, list(dict.fromkeys(prompts))[:PROMPTS_MAX]
