"""The rows of a sitemap, read as a stream: no tree is built, so memory stays flat however long the sitemap is."""

import re
from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from pipeline.errors import RecordError
from pipeline.feeds.mend import REFERENCE, REFERENCE_MAX, mended, without_controls

Row = Mapping[str, str]  #: text by the local name of its element

_FIELD_MAX = 5_000  #: characters
_EXTENSIONS = ("image", "video", "xhtml")  # have addresses and titles of their own
#: The parser looks from every "<" for its ">", however far that is: quadratic time, where each is lost.
_LOST = r"<(?!!--|!\[CDATA\[)(?=[^<>]*<)"
_BREAKS = re.compile(f"{REFERENCE}|{_LOST}", re.IGNORECASE)


def rows(pieces: Iterable[str], name: str, url: str) -> Iterator[Row]:
    """Yield the elements of that local name, met in a text that comes in pieces and begins with its root element.

    Raises RecordError when it is broken before the first of them ends.
    """
    target, count = _Target(name), 0
    parser = etree.XMLParser(
        target=target, recover=True, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    for piece in _whole_references(pieces):
        parser.feed(_BREAKS.sub(_mended, without_controls(piece)))
        count += len(target.rows)
        yield from target.taken()
    if not count and target.depth:
        raise RecordError(f"{url}: broken sitemap without an address that can be read")


def _mended(found: re.Match[str]) -> str:
    return "&lt;" if found[0] == "<" else mended(found)


def _whole_references(pieces: Iterable[str]) -> Iterator[str]:
    """The same text, cut where no reference (&amp;) is."""
    left = ""
    for piece in pieces:
        text = left + piece
        start = text.rfind("&", -REFERENCE_MAX)
        cut = start if start >= 0 else len(text)
        left = text[cut:]
        yield text[:cut]
    yield left


class _Target:
    """Collects the rows as the parser meets them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._row: dict[str, str] | None = None
        self._field = ""
        self._texts: list[str] = []
        self._length = 0
        self.rows: list[Row] = []
        self.depth = 0

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        self.depth += 1
        self._field, self._texts, self._length = _local_name(tag), [], 0
        if self._field == self._name:
            self._end_row()
            self._row = {}

    def data(self, text: str) -> None:
        if self._field and self._length < _FIELD_MAX:
            self._texts.append(text)
            self._length += len(text)

    def end(self, tag: str) -> None:
        self.depth -= 1
        name = _local_name(tag)
        if name == self._name:
            self._end_row()
        elif name and name == self._field and self._row is not None:
            self._row.setdefault(name, "".join(self._texts))
        self._field = ""

    def close(self) -> None:
        """What the parser calls when it can go no further."""

    def taken(self) -> list[Row]:
        rows, self.rows = self.rows, []
        return rows

    def _end_row(self) -> None:
        if self._row is not None:
            self.rows.append(self._row)
        self._row = None


def _local_name(tag: str) -> str:
    namespace, _, name = tag.rpartition("}")
    return "" if any(word in namespace for word in _EXTENSIONS) else name
