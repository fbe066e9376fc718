"""What a page says of its article: title, authors, dates, section and more, each read from its best source.

Each fact has its sources in an order that is stated once, and is read no further than it takes to find it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import chain, islice
from typing import Any

from htmldate import find_date
from lxml.html import HtmlElement

from pipeline.articles.metadata.authors import split_names, unique
from pipeline.articles.metadata.instants import EARLIEST, Candidate, Dated, Judge, day_in_address
from pipeline.articles.metadata.jsonld import LinkedData, Node, types
from pipeline.articles.metadata.plain import folded
from pipeline.articles.metadata.statements import SITES, Statements
from pipeline.articles.metadata.titles import CUT_SHORT, choose_title, heading
from pipeline.articles.metadata.visible import read_bylines
from pipeline.language.instants import digit_order
from pipeline.records import DateSource

STANDFIRST_MIN, STANDFIRST_MAX, SECTION_MAX = 15, 600, 60  #: characters

PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "published_time", "datepublished",
    "parsely-pub-date", "cxenseparse:publishtime", "cxenseparse:recs:publishtime", "originalpublicationdate",
    "citation_publication_date", "citation_online_date", "citation_date", "publication_date", "publication-date",
    "publicationdate", "publish_date", "publish-date", "publishdate", "published", "pubdate", "pub_date", "date",
    "date.available", "release_date", "dcterms.issued", "dc.date.issued", "dcterms.date", "dc.date",
    "prism.publicationdate", "sailthru.date", "bt:pubdate",
)  # fmt: skip
CREATED = ("dcterms.created", "dc.date.created", "date.created", "datecreated")
MODIFIED = (
    "article:modified_time", "og:article:modified_time", "article:updated_time", "og:updated_time", "datemodified",
    "last-modified", "last_modified", "lastmod", "date.modified", "date.updated", "dcterms.modified",
    "dc.date.modified",
)  # fmt: skip
AUTHORS = (
    "author", "authors", "article:author", "article:author_name", "og:author", "og:article:author", "byl", "byline",
    "parsely-author", "sailthru.author", "cxenseparse:author", "mrf:authors", "shareaholic:article_author_name",
    "creator", "dc.creator", "dcterms.creator", "citation_author",
)  # fmt: skip
SURNAME_FIRST = frozenset({"dc.creator", "dcterms.creator", "citation_author"})
TITLES = (
    "headline", "parsely-title", "sailthru.title", "cxenseparse:title", "citation_title", "dc.title", "dcterms.title",
)  # fmt: skip
LANGUAGES = ("og:locale", "content-language", "dc.language", "language")
FREE = {"true": True, "yes": True, "free": True, "false": False, "no": False, "locked": False}  #: "metered" may be both
NO_SECTIONS = frozenset({"", "allgemein", "default", "home", "root", "sin categoria", "tags", "uncategorized"})

_TAG = re.compile(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z\d]{2,8})*")  # of a language (BCP 47)
_WRITTEN_BY = re.compile(
    r"written by|verfasst von|geschrieben von|[ée]crit par|escrito por|scritto da|автор|yazan", re.I
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says of its article; None or empty where it says nothing. All texts are plain, on one line."""

    title: str | None
    heading: str | None  #: what a reader sees in place of a title
    standfirst: str | None
    authors: tuple[str, ...]  #: as they sign: people, else desks and agencies
    section: str | None
    language: str | None  #: as stated: a tag such as en-GB
    published: Dated | None
    modified: Dated | None  #: not before the publication
    canonical_url: str | None  #: as stated, be it an address or not
    is_free: bool | None
    site_name: str | None
    types: frozenset[str]  #: of schema.org, of the page's objects, and og:type
    notes: tuple[str, ...]  #: each date that was refused: where it stood, and why


def read_metadata(
    tree: HtmlElement, not_after: datetime, zone: tzinfo, *, url: str, feed_published_at: datetime | None = None
) -> Metadata:
    """Read the metadata of the article at *url*; raise nothing, change nothing.

    Dates before 1990 or later than *not_after* are refused. One that states no zone is of *zone*, the outlet's.
    """
    page = Statements(tree, url)
    title = _title(page)
    language = _language(page)
    judge = Judge(not_after, zone, digit_order(language, zone))
    sources = (_published(page, feed_published_at), _created(page), _found(page, not_after, judge))
    published = next((dated for source in sources if (dated := judge.publication(source))), None)
    return Metadata(
        title=title,
        heading=heading(page.headings, title or "") or page.site.without_name(page.document_title) or None,
        standfirst=_standfirst(page, title),
        authors=unique(_authors(page)),
        section=next((section for section in page.sections if _is_section(page, section, title)), None),
        language=language,
        published=published,
        modified=judge.modification(_modified(page), published),
        canonical_url=page.canonical,
        is_free=_is_free(page),
        site_name=next(iter(page.site_names), None),
        types=frozenset(chain(*map(types, page.linked.nodes), islice(page.all("og:type"), 1))),
        notes=tuple(judge.notes),
    )


# ── words ────────────────────────────────────────────────────────────────────────────────────


def _title(page: Statements) -> str | None:
    """Headlines in linked data, else in microdata and meta elements; see choose_title for what the others do."""
    linked = chain(page.linked_texts("headline"), page.linked_texts("name"))
    headline = next((text for text in linked if not page.site.is_named(text)), None)
    stated = [headline] if headline else [*page.marked_texts("headline"), *page.all(*TITLES)]
    without_site = page.site.without_name
    social = without_site(page.first("og:title", "twitter:title") or "")
    return choose_title(map(without_site, stated), social, page.headings, without_site(page.document_title))


def _standfirst(page: Statements, title: str | None) -> str | None:
    """The description that is the article's own: not the title again, nor the site's, nor cut out of the text."""
    sites = tuple(text for node in page.linked.of_type(*SITES) for text in page.linked.texts(node, "description"))
    candidates = chain(
        page.linked_texts("description"),
        page.all("og:description", "description", "twitter:description"),
        page.linked_texts("alternativeHeadline"),
    )
    return next((text for text in candidates if _is_standfirst(text, title) and not _begins(text, sites)), None)


def _is_standfirst(text: str, title: str | None) -> bool:
    is_own = STANDFIRST_MIN <= len(text) <= STANDFIRST_MAX and not CUT_SHORT.search(text)
    return is_own and folded(text) != folded(title or "")


def _begins(text: str, others: Iterable[str]) -> bool:
    return any(other.startswith(text) or text.startswith(other) for other in others)


def _is_section(page: Statements, text: str, title: str | None) -> bool:
    is_none = folded(text) in {*NO_SECTIONS, folded(title or "")} or page.site.is_named(text) or "_" in text
    return not is_none and len(text) <= SECTION_MAX


def _language(page: Statements) -> str | None:
    stated = (page.tree.get("lang") or "", *page.linked_texts("inLanguage"), *page.all(*LANGUAGES))
    return next((text for text in map(str.strip, stated) if _TAG.fullmatch(text)), None)


def _is_free(page: Statements) -> bool | None:
    """What linked data says of the article or of any part of it; else the tier of its content (Open Graph)."""
    nodes = page.articles or page.marked.nodes
    parts = [part for node in nodes for part in (node, *page.linked.values(node, "hasPart")) if isinstance(part, dict)]
    values = [value for part in parts for value in page.linked.values(part, "isAccessibleForFree")]
    said = {FREE.get(str(value).lower().rpartition("/")[2]) for value in [*values, *page.all("article:content_tier")]}
    return False not in said if said - {None} else None


# ── authors ──────────────────────────────────────────────────────────────────────────────────


def _authors(page: Statements) -> list[str]:
    """The names in the first source that has others than the outlet's, else the outlet's where it signs itself."""
    signed = _signers(page.linked, page.articles, "author")
    people = ([name for name in names if not page.site.is_named(name)] for names in _bylines(page, signed))
    names = next((names for names in people if names), signed)
    return _unshouted(names, page) if any(map(str.isupper, names)) else names


def _bylines(page: Statements, signed: list[str]) -> Iterator[list[str]]:
    yield signed
    yield _signers(page.linked, page.articles, "creator")
    yield from (_in_meta(page, key) for key in AUTHORS)
    if _WRITTEN_BY.match(page.first("twitter:label1") or ""):
        yield split_names(page.first("twitter:data1") or "")
    yield _signers(page.marked, page.marked.nodes, "author")
    yield read_bylines(page.tree)


def _in_meta(page: Statements, key: str) -> list[str]:
    return [name for text in page.all(key) for name in split_names(text, is_inverted=key in SURNAME_FIRST)]


def _signers(data: LinkedData, nodes: Iterable[Node], role: str) -> list[str]:
    """The names in the first object that has any in this role."""
    named = ([name for value in data.values(node, role) for name in _names(data, value)] for node in nodes)
    return next((names for names in named if names), [])


def _names(data: LinkedData, value: Any) -> list[str]:
    """The names of a person, of several in the place of one, or of an organisation, whose "and" parts nothing."""
    if not isinstance(value, dict):
        return split_names(data.text(value))
    names = data.texts(value, "name") or [" ".join((*data.texts(value, "givenName"), *data.texts(value, "familyName")))]
    if any("organization" in kind.lower() for kind in types(value)):
        return [name for name in names if name]
    return [name for text in names for name in split_names(text)]


def _unshouted(names: list[str], page: Statements) -> list[str]:
    """The names as the page writes them elsewhere, if it does."""
    others = (*(name for key in AUTHORS for name in _in_meta(page, key)), *read_bylines(page.tree))
    written = {folded(name): name for name in others if not name.isupper()}
    return [written.get(folded(name), name) for name in names]


# ── dates ────────────────────────────────────────────────────────────────────────────────────


def _published(page: Statements, feed_published_at: datetime | None) -> Iterator[Candidate]:
    """The dates of publication in the order in which they are believed.

    Linked data comes first, since what meta elements call publication is the last one on some sites. A feed is the
    outlet's word, too, but one that some renew with each change.
    """
    yield from _in_objects(page.linked, page.articles, "json-ld", "datePublished")
    yield from (Candidate("meta", key, text) for key in PUBLISHED for text in page.all(key))
    yield from _in_objects(page.linked, page.linked.of_type("WebPage"), "json-ld", "datePublished")
    yield from _in_objects(page.marked, page.marked.nodes, "meta", "datePublished")
    yield from (Candidate("text", "on the page", text) for text in page.visible_dates[0])
    if feed_published_at:
        yield Candidate("feed", "entry", feed_published_at)


def _created(page: Statements) -> Iterator[Candidate]:
    """When it was made, which may be days before it was published, or the day in its address."""
    yield from _in_objects(page.linked, page.articles, "json-ld", "dateCreated")
    yield from (Candidate("meta", key, text) for key in CREATED for text in page.all(key))
    yield from _in_objects(page.marked, page.marked.nodes, "meta", "dateCreated")
    if day := day_in_address(page.url):
        yield Candidate("url", "path", day)


def _found(page: Statements, not_after: datetime, judge: Judge) -> Iterator[Candidate]:
    """The day that htmldate finds, on pages of which no date was refused: it might be that one."""
    found = (
        not judge.notes
        and page.is_small
        and find_date(
            page.tree, extensive_search=False, original_date=True, url="", min_date=EARLIEST, max_date=not_after
        )
    )
    if found:
        yield Candidate("text", "found by htmldate", found)


def _modified(page: Statements) -> Iterator[Candidate]:
    yield from _in_objects(page.linked, page.articles, "json-ld", "dateModified")
    yield from (Candidate("meta", key, text) for key in MODIFIED for text in page.all(key))
    yield from _in_objects(page.linked, page.linked.of_type("WebPage"), "json-ld", "dateModified")
    yield from _in_objects(page.marked, page.marked.nodes, "meta", "dateModified")
    yield from (Candidate("text", "on the page", text) for text in page.visible_dates[1])


def _in_objects(data: LinkedData, nodes: Iterable[Node], source: DateSource, name: str) -> Iterator[Candidate]:
    values = (value for node in nodes for value in data.values(node, name) if value != "")
    return (Candidate(source, name, data.text(value) if isinstance(value, dict) else value) for value in values)
