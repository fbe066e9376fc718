"""When the text of an article is a new version of it."""

import unicodedata

from pipeline.records import make_id

_SAME = str.maketrans("‘’‚‛“”„‟«»‐‑‒–—―−", '\'\'\'\'""""""-------', "\u00ad\u200b\u200c\u200d\ufeff")


def version_id(article_id: str, title: str, text: str) -> str:
    """Equal for titles and texts that differ in spaces, quotation marks, dashes and invisible characters only."""
    return make_id(article_id, normalised(title), normalised(text))


def normalised(text: str) -> str:
    """The text in one way of writing spaces, quotation marks and dashes, without invisible characters."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(_SAME)).split())
