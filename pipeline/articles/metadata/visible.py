"""What readers see of an article's authors and dates: elements that say by their names what they are.

Teasers have bylines too, and mastheads the date of today. So only the article's own element is searched, without its
asides; on a page that marks no article, what comes after the headline.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import chain, dropwhile, islice

from lxml import etree
from lxml.html import HtmlElement

from pipeline.articles.metadata.authors import looks_like_a_name, split_names
from pipeline.language.markup import plain

BYLINE_MAX = 200  #: characters
DATE_MAX = 120
LABEL_MAX = 40
LINE_ELEMENTS_MAX = 60
ELEMENTS_MAX = 10_000
HEADLINES_MAX = 50
NEAR_MAX = 60
NAMED_MAX = 200  #: elements that are named as what is looked for
NAMES_MAX = 300  #: characters

_TEXTS = etree.XPath("descendant-or-self::*[not(self::script or self::style or self::svg)]/text()")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_AUTHOR = frozenset({
    "author", "authors", "autor", "autores", "auteur", "auteurs", "byline", "bylines", "contributor",
    "contributors", "firma", "journalist", "muhabir", "reporter", "writer", "yazar",
})  # fmt: skip
_DATE = frozenset({
    "byline", "date", "dateline", "datetime", "datum", "fecha", "meta", "posted", "pubdate", "publication",
    "publish", "published", "tarih", "time", "timestamp",
})  # fmt: skip
_MODIFIED = frozenset({
    "edited", "lastmod", "modified", "moddate", "revised", "update", "updated",
})  # fmt: skip
_ASIDE = frozenset({
    "breadcrumb", "breadcrumbs", "caption", "comment", "comments", "credit", "figcaption", "footer", "menu", "nav",
    "navigation", "newsletter", "popular", "promo", "recirc", "recirculation", "recommendations", "recommended",
    "related", "sidebar", "teaser", "teasers", "trending",
})  # fmt: skip
_ASIDE_TAGS = frozenset({"article", "aside", "blockquote", "figcaption", "figure", "footer", "form", "nav"})
_DIGIT = re.compile(r"\d")
_HAS_YEAR = re.compile(r"(?:19|20)\d\d|\d\d?\.\d\d?\.\d\d|[٠-٩]{4}")
_SAYS_MODIFIED = re.compile(
    r"(?:last )?(?:updated?|modified|edited)\b|aktualisiert|(?:letzte )?[äa]nderung|stand:|mise? à jour|modifié|"
    r"actualiza\w+|atualiza\w+|aggiorna\w+|modificato|bijgewerkt|zaktualizowan\w|обновлен\w|оновлен\w|güncelle\w+|"
    r"diperbarui|تحديث|更新|수정",
    re.IGNORECASE,
)
_BY = re.compile(r"(?:by|von|par|por|door|przez|от)\s+[^\W\d_]", re.IGNORECASE)
_DATE_LINE = re.compile(r"(?=.{8,60}\Z)\D{0,25}\d.*(?<![^\W\d_]{3}[.!?…])\Z")  # and no sentence
_OF_A_PERSON = re.compile(
    r"/(?:authors?|autor(?:es)?|auteurs?|by|byline|columnists?|contributors?|journalists?|people|person|profiles?"
    r"|reporters?|staff|writers?)/",
    re.IGNORECASE,
)


def read_bylines(tree: HtmlElement) -> list[str]:
    """Return the names in the first element that is named as a byline, or begins as one near the headline."""
    named = (element for scope in _scopes(tree) for element in islice(filter(_is_byline, scope), NAMED_MAX))
    begun = (element for element in _near_headline(tree) if _BY.match(_text(element)))
    return next((names for element in chain(named, begun) if (names := _names(element))), [])


def read_dates(tree: HtmlElement) -> tuple[list[str], list[str]]:
    """Return what elements that are named as dates, or lie near the headline, state as dates of publication and of
    modification, in the order of the page.
    """
    named = (islice(filter(_is_date, scope), NAMED_MAX) for scope in _scopes(tree))
    near = (element for element in _near_headline(tree) if _DATE_LINE.match(_text(element)))
    found = next((dates for elements in (*named, near) if (dates := [*chain.from_iterable(map(_dates, elements))])), [])
    published = [text for text, is_modified in found if not is_modified]
    return published, [text for text, is_modified in found if is_modified]


# ── where to look ────────────────────────────────────────────────────────────────────────────


def _scopes(tree: HtmlElement) -> Iterator[Iterator[HtmlElement]]:
    """The elements of the article; those of the page's main part; those of the page from its headline on.

    The article is that around the headline; on a page without a headline, the only one.
    """
    headlines = [element for element in islice(tree.iter("h1"), HEADLINES_MAX) if element.text_content().strip()]
    around = {above: None for headline in headlines for above in headline.iterancestors()}  # the innermost first
    for tag in ("article", "main"):
        scope = next((element for element in around if element.tag == tag), None) if headlines else _only(tree, tag)
        if scope is not None:
            yield _own(scope, around or {scope})
    if headlines:
        yield dropwhile(lambda element: element is not headlines[0], _own(tree, around))


def _only(tree: HtmlElement, tag: str) -> HtmlElement | None:
    found = list(islice(tree.iter(tag), 2))
    return found[0] if len(found) == 1 else None


def _near_headline(tree: HtmlElement) -> Iterator[HtmlElement]:
    """The elements that follow the headline, whatever their names: some programs make up meaningless ones."""
    *_, last = (None, *_scopes(tree))
    return islice(last or (), NEAR_MAX)


def _own(scope: HtmlElement, around: Collection[HtmlElement]) -> Iterator[HtmlElement]:
    """The elements within in document order, without what is set aside: "has-sidebar" *around* a headline is not."""
    waiting, count = [scope], 0
    while waiting and count < ELEMENTS_MAX:
        element = waiting.pop()
        if isinstance(element.tag, str) and (element in around or not _is_aside(element)):
            count += 1
            yield element
            waiting.extend(element.iterchildren(reversed=True))


def _is_aside(element: HtmlElement) -> bool:
    return element.tag in _ASIDE_TAGS or not _ASIDE.isdisjoint(_words(element))


def _words(element: HtmlElement) -> frozenset[str]:
    """The words in the names of an element: "Post-pubDate entry" has post, pub, date and entry."""
    return _words_in(f"{element.get('class') or ''} {element.get('id') or ''}"[:NAMES_MAX])


@lru_cache(4096)
def _words_in(names: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(names))


def _texts(element: HtmlElement) -> list[str]:
    """The pieces of text within, without scripts and styles; none for an element that holds more than a line."""
    if sum(1 for _ in islice(element.iter(), LINE_ELEMENTS_MAX)) == LINE_ELEMENTS_MAX:
        return []
    return [text for piece in _TEXTS(element) if (text := plain(piece))]


def _text(element: HtmlElement) -> str:
    return " ".join(_texts(element))


# ── bylines ──────────────────────────────────────────────────────────────────────────────────


def _is_byline(element: HtmlElement) -> bool:
    return _is_marked(element) or not _AUTHOR.isdisjoint(_words(element))


def _is_marked(element: HtmlElement) -> bool:
    return "author" in (element.get("rel") or "").lower().split() or element.get("itemprop") == "author"


def _names(element: HtmlElement) -> list[str]:
    texts = _texts(element)
    if sum(map(len, texts)) > BYLINE_MAX:
        return []
    linked = [_text(link) for link in element.iter("a") if _OF_A_PERSON.search(link.get("href") or "")]
    names = [name for text in (linked or ["\n".join(texts)]) for name in split_names(text, is_byline=True)]
    found = [name for name in names if looks_like_a_name(name, is_surely_one=bool(linked) or _is_marked(element))]
    return [name for name in found if not name.isupper()] or found  # buttons shout


# ── dates ────────────────────────────────────────────────────────────────────────────────────


def _is_date(element: HtmlElement) -> bool:
    is_named = not _DATE.isdisjoint(_words(element)) or _is_of_change(element)
    return element.tag == "time" or (is_named and element.find(".//time[@datetime]") is None)


def _is_of_change(element: HtmlElement) -> bool:
    """By its name or itemprop; but many themes of WordPress name each date of an entry "updated", as hAtom wants it."""
    words = _words(element)
    is_named = not _MODIFIED.isdisjoint(words) and words.isdisjoint({"entry", "published"})
    return is_named or element.get("itemprop") == "dateModified"


def _dates(element: HtmlElement) -> Iterator[tuple[str, bool]]:
    """What an element that is named as a date states, and for each whether it is one of modification."""
    text = _text(element)
    if len(text) > DATE_MAX:
        return
    before, *after = _SAYS_MODIFIED.split(f"{_label(element)} {text}", maxsplit=1)
    stated = element.get("datetime") or (element.get("title") if element.tag == "abbr" else None)
    is_of_change = _is_of_change(element)
    dated = [(stated, is_of_change or bool(after))] if stated else [(text, True) for text in after]
    for text, is_modified in (*dated, (before, is_of_change)):
        if _HAS_YEAR.search(text) and not (stated and text is before and not after):
            yield text, is_modified


def _label(element: HtmlElement) -> str:
    """The words just before an element of time, such as "Updated:", in its parent or an element of their own."""
    previous, parent = element.getprevious(), element.getparent()
    if element.tag != "time" or parent is None:
        return ""
    if previous is None:
        return plain(parent.text or "")[-LABEL_MAX:]
    own = _text(previous)
    return plain(previous.tail or "")[-LABEL_MAX:] or ("" if _DIGIT.search(own) else own[-LABEL_MAX:])
