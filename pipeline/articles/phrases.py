"""Known phrases of the boilerplate around articles, from data/phrases.toml, and ways to find them in a line."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import chain

from pipeline.articles.body.paragraphs import key

GAP = "…"  # in a phrase: up to GAP_MAX characters, also of the word that it touches
GAP_MAX = 40
START = 2  # characters that all phrases have before their first gap
_FOLDED = str.maketrans("’‘ʼ`", "''''")
_LEADING = re.compile(r"\A\W+")
_AFTER_LABEL = re.compile(r"\s*[:：|»›>/]\s*\S")


class Phrases:
    """The phrases of one table in all languages."""

    def __init__(self, texts: list[str]) -> None:
        self._keys = frozenset(map(key, texts))
        self._patterns: list[tuple[str, re.Pattern[str]]] = []  # with what is looked for first, as that is fast
        self._by_start: dict[str, list[re.Pattern[str]]] = defaultdict(list)
        for folded in map(_fold, texts):
            pattern = _pattern(folded)
            self._patterns.append((max(folded.split(GAP), key=len).strip(), pattern))
            self._by_start[folded[:START]].append(pattern)

    def found_in(self, line: str) -> bool:
        """Whether a phrase occurs in the line, from the beginning of a word on where the script parts words."""
        return next(self._found(line), None) is not None

    def count(self, line: str) -> int:
        """How many of the phrases occur in the line."""
        return sum(1 for _ in self._found(line))

    def begins(self, line: str) -> bool:
        """Whether the line's words begin with a phrase."""
        return self.after(line) is not None

    def labels(self, line: str) -> bool:
        """Whether the line is a phrase, a colon or the like, and more."""
        return bool(_AFTER_LABEL.match(self.after(line) or ""))

    def equals(self, line: str) -> bool:
        """Whether the line has the letters and digits of a phrase and no others."""
        return key(line) in self._keys

    def _found(self, line: str) -> Iterator[re.Match[str]]:
        folded = _fold(line)
        for part, pattern in self._patterns:
            if part in folded and (match := pattern.search(folded)):
                yield match

    def after(self, line: str) -> str | None:
        """What follows the longest phrase that the line's words begin with; None where they begin with none."""
        words = _LEADING.sub("", line)
        patterns = self._by_start.get(_fold(words[:START])[:START])
        if not patterns:
            return None
        folded = _fold(words)
        end = max((match.end() for match in (pattern.match(folded) for pattern in patterns) if match), default=0)
        return folded[end:] if end else None


@cache
def phrases(table: str) -> Phrases:
    """Return the phrases of a table in all languages."""
    return Phrases(list(chain.from_iterable(_tables()[table].values())))


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("pipeline.articles").joinpath("data/phrases.toml").read_text(encoding="utf-8"))


def _fold(text: str) -> str:
    return text.translate(_FOLDED).casefold()


def _pattern(folded: str) -> re.Pattern[str]:
    parts = folded.split(GAP)
    edged = (_edged(part, is_first=not number, is_last=number == len(parts) - 1) for number, part in enumerate(parts))
    return re.compile(rf".{{0,{GAP_MAX}}}?".join(edged))


def _edged(part: str, *, is_first: bool, is_last: bool) -> str:
    """A part of a phrase with the edges of its words, but where a gap touches one."""
    text = part.strip()
    before = r"\b" if (is_first or part != part.lstrip()) and _has_edge(text[:1]) else ""
    after = r"(?![\w-])" if (is_last or part != part.rstrip()) and _has_edge(text[-1:]) else ""
    return f"{before}{re.escape(text)}{after}"


def _has_edge(character: str) -> bool:
    """Whether words end where the character does: Chinese and Japanese put nothing between them."""
    return character.isalnum() and character < "\u2e80"
