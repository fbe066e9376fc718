"""Linked data of a page (JSON-LD 1.1, in the words of schema.org): its objects, and which of them is the article."""

import html
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml.html import HtmlElement

from pipeline.articles.metadata.lenient import loads
from pipeline.articles.metadata.plain import STATEMENT_MAX, folded
from pipeline.language.markup import plain
from pipeline.urls import canonical_url

Node = dict[str, Any]

#: What leads from one object of a page to another that the page is about, too; through all else come mere mentions.
_STRUCTURE = frozenset({"@graph", "mainEntity", "mainEntityOfPage"})
_PREFIXES = ("", "schema:", "http://schema.org/", "https://schema.org/")
_TYPE = re.compile(r"(?<![A-Za-z\d])[A-Za-z][A-Za-z\d]{1,59}\Z")
_POSTINGS = frozenset({"blogposting", "liveblogposting", "report"})
_ESCAPED_BLOCK = re.compile(r"[\s\[{]*&(?:quot|#34|#x22);", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LinkedData:
    """The objects of a page in document order, and all that have an identifier by it."""

    nodes: tuple[Node, ...] = ()
    by_id: Mapping[str, Node] = field(default_factory=dict)

    def values(self, node: Node, name: str) -> list[Any]:
        """The values of a property, whatever they are, none of them a list; references within the page resolved."""
        stated = next((node[prefix + name] for prefix in _PREFIXES if prefix + name in node), None)
        return [self._resolved(value) for value in _flat(stated)]

    def texts(self, node: Node, name: str) -> list[str]:
        """The texts among the values of a property, as a reader would see them; of an object, its name."""
        return [text for value in self.values(node, name) if (text := self.text(value))]

    def text(self, value: object) -> str:
        """The text of one value; of an object its value or name; empty when it has none."""
        if isinstance(value, dict):
            value = next((value[key] for key in ("@value", "name", "schema:name") if key in value), None)
        return plain(value, STATEMENT_MAX) if isinstance(value, str) else ""

    def articles(self, addresses: Collection[str], titles: Collection[str]) -> tuple[Node, ...]:
        """The objects that are the page's article, the best first; empty when there is none.

        Pages list related articles as well: of several, the article is what has one of the page's *addresses*,
        or one of its *titles*, or comes first.
        """
        found = [node for node in self.nodes if any(map(is_article, types(node)))]
        if len(found) < 2:
            return tuple(found)
        identities, known = {canonical_url(address) for address in addresses}, set(map(folded, titles))
        here = [node for node in found if identities & {canonical_url(address) for address in self._addresses(node)}]
        titled = [node for node in found if known & set(map(folded, self.texts(node, "headline")))]
        return tuple(here or titled or found[:1])

    def of_type(self, *kinds: str) -> Iterator[Node]:
        """The objects of any of the types, in document order."""
        return (node for node in self.nodes if not set(kinds).isdisjoint(types(node)))

    def _addresses(self, node: Node) -> Iterator[str]:
        for value in (node.get("@id"), *self.values(node, "url"), *self.values(node, "mainEntityOfPage")):
            yield from (address for address in _flat_addresses(value) if isinstance(address, str))

    def _resolved(self, value: Any) -> Any:
        """The object that a reference refers to, with what the reference itself says of it."""
        if not isinstance(value, dict) or not isinstance(value.get("@id"), str):
            return value
        return {**self.by_id.get(value["@id"], {}), **value}


def linked_data(tree: HtmlElement) -> LinkedData:
    """Read all blocks of a page; what cannot be read is left out. Raises nothing, takes linear time."""
    values = [value for block in tree.iter("script") if _is_json_ld(block) for value in _loads(block.text or "")]
    nodes: list[Node] = []
    by_id: dict[str, Node] = {}
    waiting: list[tuple[Any, bool]] = [(value, True) for value in reversed(values)]
    while waiting:  # no recursion: a page may nest as deep as it likes
        value, is_own = waiting.pop()
        if isinstance(value, list):
            waiting.extend((item, is_own) for item in reversed(value))
        elif isinstance(value, dict):
            if is_own:
                nodes.append(value)
            if isinstance(value.get("@id"), str) and len(value) > 1:
                by_id.setdefault(value["@id"], value)
            waiting.extend((item, is_own and key in _STRUCTURE) for key, item in reversed(value.items()))
    return LinkedData(tuple(nodes), by_id)


def types(node: Node) -> list[str]:
    """The types of an object, without the vocabulary's address: NewsArticle."""
    stated = next((node[key] for key in ("@type", "type") if key in node), None)
    found = (_TYPE.search(kind) for kind in _flat(stated) if isinstance(kind, str))
    return [kind[0] for kind in found if kind]


def is_article(kind: str) -> bool:
    """Tell whether a type of schema.org is one of articles."""
    return kind.lower().endswith("article") or kind.lower() in _POSTINGS


def _is_json_ld(block: HtmlElement) -> bool:
    return "ld+json" in (block.get("type") or "").lower()


def _loads(text: str) -> list[Any]:
    """Only a block that is escaped as a whole is unescaped first: in any other, the references stand in strings."""
    return loads(html.unescape(text) if _ESCAPED_BLOCK.match(text) else text)


def _flat(value: Any) -> list[Any]:
    """The items of a list, one of lists in it as well; what is no list is its only item; None has none."""
    if isinstance(value, list):
        return [item for part in value for item in (part if isinstance(part, list) else [part])]
    return [] if value is None else [value]


def _flat_addresses(value: Any) -> list[Any]:
    return [value.get("@id"), value.get("url")] if isinstance(value, dict) else [value]
