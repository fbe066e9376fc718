"""Parse an archived body into a tree: its charset, and limits that keep hostile pages from taking hours."""

import codecs
import re
from collections.abc import Iterator
from itertools import dropwhile

from lxml import etree
from lxml.html import HtmlElement, HTMLParser
from trafilatura.utils import detect_encoding

from pipeline.errors import RecordError

CHARACTERS_MAX = 4_000_000  # parser and extractor have steps of quadratic time
ELEMENTS_MAX = 25_000  # ten times those of the largest pages of outlets
ATTRIBUTES_MAX = 1_000  # of one tag; libxml2 compares each with all before it
SAMPLE = 20_000  #: characters that tell text from binary data
BINARY_SHARE_MAX = 0.01  #: of control characters and of bytes that no charset knows
HTML = frozenset({"", "text/html", "application/xhtml+xml"})
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
WESTERN = frozenset({"ascii", "iso8859-1", "iso8859-15", "cp1252"})
IN_HEAD = frozenset({"base", "link", "meta", "noscript", "script", "style", "template", "title"})
NOT_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})

_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_IN_META = re.compile(rb"<meta\b[^>]*?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DOCTYPES = re.compile(rb"\s*+(?:<\s?!\s?doctype[^>]*+>?\s*+)*+", re.IGNORECASE)
_CONTROL_REFERENCES = re.compile(
    rb"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])|x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef]))(?:;|(?![0-9a-f]))",
    re.IGNORECASE,
)
_CLOSED_ROOT = re.compile(rb"(<html\b[^>]*?)/\s*>", re.IGNORECASE)  # it would end the page where it begins
_TAG = re.compile(rb"<(?:html|head|body|title|meta|main|article|section|div|p|table)\b", re.IGNORECASE)
_LONG_TAG = re.compile(rb"<[a-zA-Z][^<>]{10000,}")
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\r"))
_HIGH_CONTROLS = re.compile(rb"\xc2[\x80-\x9f]")  # U+0080–U+009F in UTF-8
_NON_CHARACTERS = re.compile(rb"\xef\xbf[\xbe\xbf]")  # U+FFFE and U+FFFF, which no tree takes back
_BINARY = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffd]")
_COUNT = etree.XPath("count(//*)")
_PARSER = HTMLParser(encoding="utf-8", collect_ids=False, default_doctype=False, remove_comments=True, remove_pis=True)
_PARSER.set_element_class_lookup(
    etree.ElementDefaultClassLookup(element=HtmlElement)
)  # lxml.html's asks Python for each


def parse_page(body: bytes, content_type: str, url: str) -> HtmlElement:
    """Return the page's tree, without comments; raise RecordError when it is not HTML, or larger than any article.

    Its text may still hold what cannot be stored, by references such as "&#x85;": `clean` what is kept of it.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in HTML:
        raise RecordError(f"{url}: {kind}, not an HTML page")
    text = _decoded(body, content_type)
    if len(_BINARY.findall(text[:SAMPLE])) > BINARY_SHARE_MAX * min(len(text), SAMPLE):
        raise RecordError(f"{url}: binary data ({len(body):,} bytes), not an HTML page")
    markup = _markup(text, url)
    tree = etree.fromstring(markup, parser=_PARSER) if _TAG.search(markup) else None
    if tree is None or not len(tree):
        raise RecordError(f"{url}: {len(body)} bytes that are not an HTML page")
    count = int(_COUNT(tree))
    if count > ELEMENTS_MAX:
        raise RecordError(f"{url}: {count:,} elements, more than any article's page has ({ELEMENTS_MAX:,})")
    _end_head(tree)
    return tree


def _end_head(tree: HtmlElement) -> None:
    """Give a page without body tags its body: libxml2 takes elements newer than itself for parts of the head."""
    head = tree.find("head")
    if head is not None and tree.find("body") is None:
        body = etree.SubElement(tree, "body")
        body.extend(list(dropwhile(lambda element: element.tag in IN_HEAD, head)))


def _markup(text: str, url: str) -> bytes:
    """What the parser takes, in UTF-8: no control characters, and no doctype, which it trips over and does not need."""
    if len(text) > CHARACTERS_MAX:
        raise RecordError(f"{url}: {len(text):,} characters, more than any article's page has ({CHARACTERS_MAX:,})")
    markup = _HIGH_CONTROLS.sub(b"", text.encode("utf-8", "replace").translate(None, _CONTROLS))
    markup = _NON_CHARACTERS.sub(b"", markup)
    markup = _CONTROL_REFERENCES.sub(b"", _DOCTYPES.sub(b"", markup, count=1))
    markup = _CLOSED_ROOT.sub(rb"\1>", markup[:4096], count=1) + markup[4096:]
    for tag in _LONG_TAG.findall(markup):
        if (count := len(_QUOTED.sub(b"", tag).split())) > ATTRIBUTES_MAX:
            raise RecordError(f"{url}: a tag of {count:,} attributes, more than any page has ({ATTRIBUTES_MAX:,})")
    return markup


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
