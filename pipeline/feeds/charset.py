"""Decode a feed: what is valid UTF-8 is UTF-8, whatever the header and the declaration say.

Both are often a template's or a server's mere default, and no text of another charset is valid UTF-8 by chance.
Then the declaration goes before the header, for the author wrote it, and iso-8859-1, the commonest default, last.
Labels mean what browsers take them for (WHATWG Encoding): "iso-8859-1" is windows-1252.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

_OPENINGS = tuple(  # byte order marks, then "<" or "{" without one; UTF-32 first, for its marks begin as UTF-16's do
    (re.compile(opening), charset)
    for opening, charset in (
        (rb"\xff\xfe\0\0|[<{]\0\0\0", "utf-32-le"),
        (rb"\0\0\xfe\xff|\0\0\0[<{]", "utf-32-be"),
        (rb"\xff\xfe|[<{]\0", "utf-16-le"),
        (rb"\xfe\xff|\0[<{]", "utf-16-be"),
        (rb"\xef\xbb\xbf", "utf-8"),
    )
)
_MARK = "\ufeff"
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?\bencoding\s*=\s*["']\s*([a-z0-9_.:-]{1,40})""", re.IGNORECASE)
_IN_HEADER = re.compile(r"""\bcharset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE | re.ASCII)
_WESTERN = "cp1252"
_AS_BROWSERS_DO = {
    "ascii": _WESTERN, "iso8859-1": _WESTERN, "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
}  # fmt: skip
_OF_TEXT = re.compile(r"cp125\d|cp(?:866|874|932|949)|iso8859-\d+|koi8-\w|gb18030|big5hkscs|euc_jp|iso2022_jp|mac-\w+")
_SEVEN_BITS = "iso2022_jp"  # and so valid UTF-8
_STRAYS = "eventwire.windows-1252"
_STRAYS_SHARE_MAX = 0.1


def decode(body: bytes, content_type: str) -> str:
    """Return the text of a feed, without its byte order mark; what cannot be decoded becomes U+FFFD."""
    if charset := _by_sight(body):
        return body.decode(charset, "replace").removeprefix(_MARK)
    declared = _declared(body, content_type)
    for charset in (*(name for name in declared if name == _SEVEN_BITS), "utf-8"):
        with suppress(UnicodeDecodeError):
            return body.decode(charset)
    if _is_nearly_utf8(body):
        return body.decode("utf-8", _STRAYS)
    for charset in declared:
        with suppress(UnicodeDecodeError):
            return body.decode(charset)
    return body.decode(_WESTERN, "replace")


def decoded(pieces: Iterable[bytes]) -> Iterator[str]:
    """Yield the text of a stream that has to be UTF-8, or UTF-16 or 32 by sight: one text for each piece, or more."""
    stream = iter(pieces)
    first = next(stream, b"")
    decoder = codecs.getincrementaldecoder(_by_sight(first) or "utf-8")("replace")
    yield decoder.decode(first).removeprefix(_MARK)
    yield from (decoder.decode(piece) for piece in stream)
    yield decoder.decode(b"", True)


def _by_sight(body: bytes) -> str:
    return next((charset for opening, charset in _OPENINGS if opening.match(body)), "")


def _declared(body: bytes, content_type: str) -> list[str]:
    inside, outside = _DECLARED.search(body[:1000]), _IN_HEADER.search(content_type)
    labels = [inside[1].decode("ascii") if inside else "", outside[1] if outside else ""]
    return [name for label in labels if (name := _charset(label)) and name != _WESTERN]


def _charset(label: str) -> str:
    try:
        name = codecs.lookup(label).name if label else ""
    except (LookupError, ValueError):
        return ""
    name = _AS_BROWSERS_DO.get(name, name)
    return name if _OF_TEXT.fullmatch(name) else ""


def _is_nearly_utf8(body: bytes) -> bool:
    """Whether a few broken bytes, as of a text cut short or pasted from elsewhere, are all that is wrong."""
    text = body.decode("utf-8", "replace")
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return 0 < text.count("\ufffd") < _STRAYS_SHARE_MAX * foreign


def _stray(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_STRAYS, _stray)
