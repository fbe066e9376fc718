"""What a page states of itself, as it stands there: linked data, meta elements, titles, microdata, sections, site."""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline.articles.metadata.jsonld import LinkedData, Node, linked_data
from pipeline.articles.metadata.microdata import microdata
from pipeline.articles.metadata.plain import STATEMENT_MAX
from pipeline.articles.metadata.titles import Site
from pipeline.articles.metadata.visible import read_dates
from pipeline.language.clean import clean
from pipeline.language.markup import plain
from pipeline.urls import LENGTH_MAX, absolute

ELEMENTS_MAX = 2_000  #: meta elements and links that are looked at
CONTENTS_MAX = 50  #: of one name
HEADINGS_MAX = 50
SMALL_ELEMENTS_MAX = 5_000
SITES = ("WebSite", "Organization", "NewsMediaOrganization")
APPLICATIONS = ("application-name", "apple-mobile-web-app-title")
SECTIONS = (
    "article:section", "og:section", "parsely-section", "section", "page.section", "prism.section", "mrf:sections",
)  # fmt: skip

_LIST = re.compile(r",(?=\S)")


class Statements:
    """The statements of one page, the article's own told from those about others."""

    def __init__(self, tree: HtmlElement, url: str) -> None:
        self.tree = tree
        self.url = url
        self.meta = _meta(tree)
        self.canonical = next(self._addresses(), None)
        self.headings = [text for element in islice(tree.iter("h1"), HEADINGS_MAX) if (text := _text(element))]
        self.document_title = plain(tree.findtext(".//head/title") or "", STATEMENT_MAX)
        self.linked: LinkedData = linked_data(tree)
        titles = {*self.headings, *self.all("og:title")}
        self.articles: tuple[Node, ...] = self.linked.articles({url, absolute(url, self.canonical or "")}, titles)

    def _addresses(self) -> Iterator[str]:
        """What the page states as its own address, that of the link element first."""
        links = islice(self.tree.iter("link"), ELEMENTS_MAX)
        stated = (link.get("href") for link in links if "canonical" in (link.get("rel") or "").lower().split())
        addresses = (clean(address or "").strip() for address in (*stated, *self.all("og:url")))
        return (address for address in addresses if 0 < len(address) <= LENGTH_MAX)

    def all(self, *names: str) -> Iterator[str]:
        """The contents of the meta elements of these names, in the order of the names."""
        return (content for name in names for content in self.meta.get(name, ()))

    def first(self, *names: str) -> str | None:
        return next(self.all(*names), None)

    def linked_texts(self, name: str) -> Iterator[str]:
        """The texts of a property of the article in linked data."""
        return (text for node in self.articles for text in self.linked.texts(node, name))

    def marked_texts(self, name: str) -> Iterator[str]:
        """The texts of a property of the article in microdata."""
        return (text for node in self.marked.nodes for text in self.marked.texts(node, name))

    @cached_property
    def is_small(self) -> bool:
        """Tell whether the page is one for readers that take quadratic time."""
        return next(islice(self.tree.iter(), SMALL_ELEMENTS_MAX, None), None) is None

    @cached_property
    def marked(self) -> LinkedData:
        """The articles in microdata."""
        return microdata(self.tree)

    @cached_property
    def visible_dates(self) -> tuple[list[str], list[str]]:
        """What readers see as dates of publication and of modification."""
        return read_dates(self.tree)

    @cached_property
    def site_names(self) -> list[str]:
        """The names that the page gives its site or publisher, the most usual first."""
        stated = [name for node in self.linked.of_type(*SITES) for name in self.linked.texts(node, "name")]
        return [*self.all("og:site_name"), *self.linked_texts("publisher"), *stated, *self.all(*APPLICATIONS)]

    @cached_property
    def site(self) -> Site:
        return Site(self.site_names, self.url, self.sections)

    @cached_property
    def sections(self) -> list[str]:
        """The sections of the site that the article is in, the article's own statement first."""
        listed = [*self.linked_texts("articleSection"), *self.all(*SECTIONS), *self._breadcrumbs()]
        return [_LIST.split(text)[0] for text in listed]  # "World,Politics" are two, "Arts, Culture" may be one

    def _breadcrumbs(self) -> Iterator[str]:
        """The names on the way from the site's root, which is left out, to the article."""
        for trail in self.linked.of_type("BreadcrumbList"):
            for step in self.linked.values(trail, "itemListElement"):
                item = next(iter(self.linked.values(step, "item")), None) if isinstance(step, dict) else None
                address = item.get("@id") or item.get("url") if isinstance(item, dict) else item
                name = self.linked.text(step) or self.linked.text(item if isinstance(item, dict) else None)
                if name and isinstance(address, str) and not _is_root(address):
                    yield name


def _is_root(address: str) -> bool:
    """Tell whether an address is that of a site, or of its edition in a language."""
    try:
        return len(urlsplit(address).path.strip("/")) <= len("en")
    except ValueError:
        return False


def _meta(tree: HtmlElement) -> dict[str, list[str]]:
    """The contents of meta elements by their names or properties, in lower case."""
    found: dict[str, list[str]] = {}
    for element in islice(tree.iter("meta"), ELEMENTS_MAX):
        content = plain(element.get("content") or "", STATEMENT_MAX)
        name = element.get("property") or element.get("name") or element.get("http-equiv")
        contents = found.setdefault((name or "").strip().lower(), [])
        if content and len(contents) < CONTENTS_MAX:
            contents.append(content)
    return found


def _text(element: HtmlElement) -> str:
    return plain(element.text_content(), STATEMENT_MAX)
