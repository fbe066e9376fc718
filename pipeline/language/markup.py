"""Text that may be HTML, escaped once, twice or not: what a reader would see of it."""

import html
import re

from pipeline.language.clean import clean

MARKUP_MAX = 20_000  #: characters of one text that are looked at: some titles and summaries are whole articles
ROUNDS = 2  # escaped twice is common, three times is not

_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u"
)
_BLOCK = (
    "address|article|aside|audio|blockquote|br|button|caption|center|dd|details|div|dl|dt|embed|figcaption|figure|footer|"
    "form|h[1-6]|header|hr|iframe|img|input|label|li|link|main|meta|nav|noscript|object|ol|option|p|param|picture|pre|"
    "section|select|source|summary|svg|table|tbody|td|tfoot|th|thead|tr|ul|video|wbr"
)
_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE})(?:[\s/][^<>]*)?>", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK})(?:[\s/][^<>]*)?>", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]\w{1,31});", re.IGNORECASE)


def plain(markup: str, length_max: int = MARKUP_MAX) -> str:
    """Return the text on one line: no tags of HTML, no character references, no control characters.

    Of the markup *length_max* characters are looked at. What only looks like HTML stays: "5 < 6", "<unknown>", "AT&T".
    """
    text = markup[:length_max]
    for _ in range(ROUNDS):
        text = _without_tags(text)
        if "&" not in text:
            break
        text = _REFERENCE.sub(lambda found: html.unescape(found[0]), text)
    return " ".join(clean(_without_tags(text)).split())


def _without_tags(text: str) -> str:
    if "<" not in text:
        return text
    return _BLOCK_TAG.sub(" ", _INLINE_TAG.sub("", _UNSEEN.sub(" ", text)))
