"""Statements in a page's own elements: HTML microdata and RDFa Lite, in the vocabularies of schema.org and Dublin Core.

They are given the shape of linked data. What stands in no item at all is taken for the article's, since templates
forget the item more often than they mark anything else.
"""

from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from pipeline.articles.metadata.jsonld import LinkedData, Node, is_article, types

ELEMENTS_MAX = 2_000
LEVELS_MAX = 50
VALUES_MAX = 20  #: of one property
TEXT_MAX = 300  #: characters

_TYPES_OF_DRUPAL = frozenset({"Item", "Document"})  # of SIOC and FOAF
_MARKED = etree.XPath("//*[@itemprop or @itemscope or @typeof or (@property and not(self::meta))]")
_NAMES = {  # lower-case names of properties, without the vocabulary, as schema.org has them
    name.lower(): name
    for name in (
        "headline", "alternativeHeadline", "description", "datePublished", "dateCreated", "dateModified", "author",
        "creator", "name", "articleSection", "isAccessibleForFree", "inLanguage", "publisher", "url",
        "mainEntityOfPage",
    )
} | {
    "date": "datePublished", "issued": "datePublished", "created": "dateCreated", "modified": "dateModified",
}  # fmt: skip


def microdata(tree: HtmlElement) -> LinkedData:
    """Return the articles that the page's elements mark, in document order."""
    loose: Node = {"@type": "Article"}
    items: dict[HtmlElement, Node] = {}
    for element in islice(_MARKED(tree), ELEMENTS_MAX):
        owner = next((items[above] for above in islice(element.iterancestors(), LEVELS_MAX) if above in items), loose)
        is_item = element.get("itemscope") is not None or element.get("typeof") is not None
        if is_item:
            items[element] = {"@type": (element.get("itemtype") or element.get("typeof") or "").split()}
        for name in _properties(element):
            values = owner.setdefault(name, [])
            if len(values) < (VALUES_MAX if owner is not loose else 1):  # what follows is of comments and teasers
                values.append(items[element] if is_item else _value(element))
    articles = [item for item in items.values() if any(map(_is_article, types(item)))]
    return LinkedData(tuple(articles or ([loose] if len(loose) > 1 else [])))


def _is_article(kind: str) -> bool:
    return is_article(kind) or kind in _TYPES_OF_DRUPAL


def _properties(element: HtmlElement) -> list[str]:
    stated = (element.get("itemprop") or element.get("property") or "").split()
    return [_NAMES[name] for word in stated if (name := word.rpartition(":")[2].rpartition("/")[2].lower()) in _NAMES]


def _value(element: HtmlElement) -> str:
    for attribute in ("content", "datetime"):
        if value := (element.get(attribute) or "").strip():
            return str(value)
    return "".join(islice(element.itertext(), 50))[:TEXT_MAX]
