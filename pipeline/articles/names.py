"""The elements of a page by what their classes and ids call them: the conventions of those who make pages."""

from collections import defaultdict
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

NAME_MAX = 300  # characters of a class or id

_HYPHENS = str.maketrans("_ \t\n", "----")


class Names:
    """Which elements of a tree have which classes and ids, as they were when it was made."""

    def __init__(self, tree: HtmlElement) -> None:
        stated: dict[str, list[HtmlElement]] = defaultdict(list)
        for element in tree.iter(etree.Element):
            for attribute in ("class", "id"):
                if name := element.get(attribute):
                    stated[name].append(element)
        self._elements = {f"-{name[:NAME_MAX].lower().translate(_HYPHENS)}-": found for name, found in stated.items()}
        self._all = "\n".join(self._elements)

    def holding(self, names: tuple[str, ...]) -> Iterator[HtmlElement]:
        """The elements whose class or id holds one of the names; one that has two may come twice.

        A name is in lower case, with hyphens for what parts words; one between hyphens is a word of its own.
        """
        present = [name for name in names if name in self._all]
        for stated, elements in self._elements.items():
            if any(name in stated for name in present):
                yield from elements
