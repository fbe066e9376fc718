"""Read JSON that is not quite JSON: what people write into pages by hand, by template and by half.

Comments and CDATA marks are skipped, missing and trailing commas forgiven, unknown escapes and raw control characters
taken as they are, bare words taken for keys, several values read one after another, and of a text that breaks off,
what stands before the break. In linear time, and without recursion: a page may nest as deep as it likes.
"""

import json
import re
from typing import Any

_SKIPPED = r"\s+|//\s*(?:<!\[CDATA\[|\]\]>)|/\*.*?(?:\*/|\Z)|//[^\n]*|<!--|-->|<!\[CDATA\[|\]\]>|\ufeff"
#: Within a string, a quote that nothing of JSON's own follows is one that somebody forgot to escape.
_STRING_GOES_ON = r'"(?!\s*(?:[,:}\]]|\Z|/[/*]|"[^"\n]{1,60}"\s*:))'
_TOKEN = re.compile(
    rf"""(?:{_SKIPPED})|"(?P<string>(?:[^"\\]+|\\.|{_STRING_GOES_ON})*)(?:"|\\?\Z(?P<cut>))"""
    r"""|(?P<mark>[{}\[\]:,])|(?P<word>[^\s{}\[\]:,"]+)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_WORDS = {"true": True, "false": False, "null": None}
_NO_KEY = object()


def loads(text: str) -> list[Any]:
    """Return the values that stand one after another in *text*; empty when there is none. Raises nothing."""
    try:
        return [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        return _Reader().read(text)


class _Reader:
    """Puts each token where it belongs: the containers that are still open, and in an object the key that waits."""

    def __init__(self) -> None:
        self._values: list[Any] = []
        self._open: list[list[Any] | dict[str, Any]] = [self._values]
        self._keys: list[Any] = [_NO_KEY]

    def read(self, text: str) -> list[Any]:
        for token in _TOKEN.finditer(text):
            if (mark := token["mark"]) is not None:
                self._take_mark(mark)
            elif (string := token["string"]) is not None and token["cut"] is None:
                self._take(_unescaped(string))
            elif (word := token["word"]) is not None:
                self._take_word(word)
        return self._values

    def _take_mark(self, mark: str) -> None:
        if mark in "{[":
            container: list[Any] | dict[str, Any] = {} if mark == "{" else []
            self._add(container)
            self._open.append(container)
            self._keys.append(_NO_KEY)
        elif mark in "}]":
            self._close(dict if mark == "}" else list)
        elif mark == ",":
            self._keys[-1] = _NO_KEY  # a key without a value

    def _close(self, kind: type) -> None:
        """Close the innermost container; one of the other kind is one whose mark is missing."""
        while len(self._open) > 1:
            self._keys.pop()
            if isinstance(self._open.pop(), kind):
                break

    def _take(self, value: Any) -> None:
        """A string or number is the key that its object waits for, or a value."""
        if isinstance(self._open[-1], dict) and self._keys[-1] is _NO_KEY:
            self._keys[-1] = str(value)
        else:
            self._add(value)

    def _take_word(self, word: str) -> None:
        if word in _WORDS:
            self._take(_WORDS[word])
        elif (number := _number(word)) is not None:
            self._take(number)
        elif isinstance(self._open[-1], dict):
            self._take(word.strip("'"))

    def _add(self, value: Any) -> None:
        container = self._open[-1]
        if isinstance(container, list):
            container.append(value)
        elif self._keys[-1] is not _NO_KEY:
            container[self._keys[-1]] = value
            self._keys[-1] = _NO_KEY


def _number(word: str) -> float | None:
    if word.isdecimal() and len(word) < 20:
        return int(word)
    try:
        return float(word) if word[0] in "-0123456789" else None
    except ValueError:
        return None


def _unescaped(string: str) -> str:
    if "\\" not in string:
        return string
    return _ESCAPE.sub(_character, string).encode("utf-16", "surrogatepass").decode("utf-16", "ignore")  # joins pairs


def _character(escape: re.Match[str]) -> str:
    code = escape[1]
    return chr(int(code[1:], 16)) if len(code) == 5 else _ESCAPED.get(code, code)
