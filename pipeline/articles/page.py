"""Parse an archived body into a tree: its charset, and limits that keep hostile pages from taking hours."""

import codecs
import re
from collections.abc import Iterator

import trafilatura
from lxml.html import HtmlElement
from trafilatura.utils import detect_encoding

from pipeline.errors import RecordError
from pipeline.language.clean import clean

CHARACTERS_MAX = 4_000_000  # parser and extractor have steps of quadratic time
ELEMENTS_MAX = 50_000
HTML = frozenset({"", "text/html", "application/xhtml+xml"})
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
WESTERN = frozenset({"ascii", "iso8859-1", "iso8859-15", "cp1252"})
NOT_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})

_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_IN_META = re.compile(rb"<meta\b[^>]*?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DOCTYPES = re.compile(r"\s*(?:<\s?!\s?doctype[^>]*>?\s*)+", re.IGNORECASE)
_CONTROL_REFERENCES = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8bcef]|1[0-9a-f]))(?:;|(?![0-9a-f]))", re.IGNORECASE
)


def parse_page(body: bytes, content_type: str, url: str) -> HtmlElement:
    """Return the page's tree; raise RecordError when it is not HTML, or larger than any article."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in HTML:
        raise RecordError(f"{url}: {kind}, not an HTML page")
    text = clean(_decoded(body, content_type))
    if len(text) > CHARACTERS_MAX:
        raise RecordError(f"{url}: {len(text):,} characters, more than any article's page has ({CHARACTERS_MAX:,})")
    # The parser needs no doctype, and trafilatura's repair of broken ones can take minutes.
    tree = trafilatura.load_html(_CONTROL_REFERENCES.sub("", _DOCTYPES.sub("", text, count=1)))
    if tree is None:
        raise RecordError(f"{url}: {len(body)} bytes that are not an HTML page")
    count = sum(1 for _ in tree.iter())
    if count > ELEMENTS_MAX:
        raise RecordError(f"{url}: {count:,} elements, more than any article's page has ({ELEMENTS_MAX:,})")
    return tree


def _decoded(body: bytes, content_type: str) -> str:
    for charset in _charsets(body, content_type):
        try:
            return body.decode(charset)
        except (LookupError, UnicodeError):
            continue
    return body.decode("utf-8", "replace")


def _charsets(body: bytes, content_type: str) -> Iterator[str]:
    """What to try, in order: byte order mark, what the server says, what the page says, UTF-8, guesses."""
    yield from (charset for mark, charset in BOMS if body.startswith(mark))
    if stated := _IN_HEADER.search(content_type):
        yield from _codecs(stated.group(1))
    if stated_inside := _IN_META.search(body[:4096]):
        yield from _codecs(stated_inside.group(1).decode("ascii"))
    yield "utf-8"
    yield from detect_encoding(body)


def _codecs(label: str) -> tuple[str, ...]:
    """The codecs that a label stands for.

    Western labels are often a server's mere default: UTF-8 when the bytes are, else as browsers read them.
    """
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return ()
    if name in WESTERN:
        return "utf-8", "cp1252", "iso8859-1"
    return () if name in NOT_CHARSETS else (name,)
