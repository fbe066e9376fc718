"""Feed lists of other readers: OPML 2.0 in and out.

A file from elsewhere is hostile until read. Expat reads it, and the first DOCTYPE ends the reading:
without a DTD there are no entities to expand and none to fetch. Outlines are met one by one, so
nesting costs no stack.

What OPML has no word for travels in its category attribute ("/eventwire/source/harbour-times"), so
that a list we wrote comes back with its ids, countries and time zones. Terms and articles per day
have no place in OPML.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, takewhile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.parsers import expat

from pipeline.errors import ConfigError
from pipeline.records import Source
from pipeline.sources.catalogue import raise_problems, read_file
from pipeline.sources.entry import check_feed, check_language, feed_key
from pipeline.sources.problems import read_entries, shown

_OURS = "/eventwire/"
#: Hosts that carry feeds of many outlets: there, one host is not one source.
_SHARED_HOSTS = frozenset({"feedburner.com", "feeds2.feedburner.com", "medium.com", "news.google.com"})
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class _Outline:
    """One outline element that names a feed, or should."""

    line: int
    attributes: Mapping[str, str]  #: names in lower case: not every reader writes xmlUrl

    @property
    def url(self) -> str:
        return self.attributes.get("xmlurl", "").strip()

    @property
    def title(self) -> str:
        return _one_line(self.attributes.get("title") or self.attributes.get("text") or "")

    @property
    def site(self) -> str:
        host = _host(self.attributes.get("htmlurl", "")) or _host(self.url)
        site = re.sub(r"^(www|feeds?|rss)\.", "", host)
        return self.url if site in _SHARED_HOSTS else site

    @property
    def tags(self) -> dict[str, str]:
        """What an export of ours said of the source: its id, country and time zone."""
        words = (word.strip() for word in self.attributes.get("category", "").split(","))
        ours = (word.removeprefix(_OURS).partition("/") for word in words if word.startswith(_OURS))
        return {name: value for name, _, value in ours}

    def is_feed(self) -> bool:
        return "xmlurl" in self.attributes or self.attributes.get("type", "").lower() in ("rss", "atom")


def import_opml(path: Path) -> tuple[Source, ...]:
    """Return the sources of an OPML file: feeds of one site make one source, a feed listed twice counts once.

    Raises ConfigError with one line for each feed that cannot be polled, and for a file that is not OPML.
    A language that is no BCP 47 tag (readers write "unknown", "English") becomes "und".
    """
    feeds = [outline for outline in _outlines(path) if outline.is_feed()]
    raise_problems(path, chain.from_iterable(map(_refusals, feeds)))
    if not feeds:
        raise ConfigError(f"{path}: found no feed; expected outline elements with an xmlUrl")
    sources, problems = read_entries(_entries(feeds))
    raise_problems(path, problems)
    return sources


def export_opml(sources: Iterable[Source]) -> str:
    """Return an OPML 2.0 document with one outline for each feed, sorted by source."""
    opml = ElementTree.Element("opml", version="2.0")
    ElementTree.SubElement(ElementTree.SubElement(opml, "head"), "title").text = "eventwire sources"
    body = ElementTree.SubElement(opml, "body")
    for source in sorted(sources, key=lambda source: source.source_id):
        for feed in source.feeds:
            ElementTree.SubElement(body, "outline", _attributes(source, feed.url))
    ElementTree.indent(opml)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(opml, encoding="unicode")}\n'


def _attributes(source: Source, url: str) -> dict[str, str]:
    name = _NOT_XML.sub("", source.name)
    told = {"source": source.source_id, "country": source.country_code, "time_zone": source.time_zone}
    tags = ",".join(f"{_OURS}{word}/{value}" for word, value in told.items() if value is not None)
    language = {} if source.language_code == "und" else {"language": source.language_code}
    return {"type": "rss", "text": name, "title": name, "xmlUrl": url, **language, "category": tags}


def _outlines(path: Path) -> list[_Outline]:
    found: list[_Outline] = []
    parser = expat.ParserCreate()

    def begin_root(tag: str, _attributes: Mapping[str, str]) -> None:
        if tag != "opml":
            raise ConfigError(f"{path}: line {parser.CurrentLineNumber}: found <{tag}>; expected <opml>")
        parser.StartElementHandler = begin

    def begin(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "outline":
            lowered = {name.lower(): value for name, value in attributes.items()}
            found.append(_Outline(parser.CurrentLineNumber, lowered))

    def refuse_doctype(*_declared: object) -> None:
        at = f"{path}: line {parser.CurrentLineNumber}"
        raise ConfigError(f"{at}: found a DOCTYPE, which OPML does not need; remove it")

    parser.StartElementHandler = begin_root
    parser.StartDoctypeDeclHandler = refuse_doctype
    try:
        parser.Parse(read_file(path), True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise ConfigError(f"{path}: line {error.lineno}: not valid XML: {reason}") from error
    except (LookupError, ValueError) as error:
        raise ConfigError(f"{path}: {error}; save the file as UTF-8") from error
    return found


def _refusals(outline: _Outline) -> Iterator[str]:
    where = f"line {outline.line}: outline {shown(outline.title)}"
    if not outline.url:
        yield f"{where}: is a feed without an address; add its xmlUrl"
        return
    try:
        check_feed(outline.url)
    except ValueError as reason:
        yield f"{where}: found {shown(outline.url)} ({reason}); correct it, or remove the outline"


def _entries(feeds: Iterable[_Outline]) -> list[dict[str, Any]]:
    once: dict[str, _Outline] = {}
    for outline in feeds:
        once.setdefault(feed_key(outline.url), outline)
    groups: defaultdict[str, list[_Outline]] = defaultdict(list)
    for outline in once.values():
        groups[outline.tags.get("source") or outline.site].append(outline)
    taken = {outline.tags["source"] for outline in once.values() if "source" in outline.tags}
    return [_entry(key, group, taken) for key, group in groups.items()]


def _entry(key: str, group: Sequence[_Outline], taken: set[str]) -> dict[str, Any]:
    tags = group[0].tags
    is_ours = "source" in tags
    name = (group[0].title if is_ours else _common_name(group)) or key
    return {
        "id": tags["source"] if is_ours else _new_id(name, taken),
        "name": name,
        "language": next(filter(None, map(_language, group)), "und"),
        "feeds": [outline.url for outline in group],
        **{field: tags[field] for field in tags if is_ours and field in ("country", "time_zone")},
    }


def _common_name(group: Sequence[_Outline]) -> str:
    """What the titles of one site's feeds begin with: "Harbour - World", "Harbour - Sport" → "Harbour"."""
    if len(group) == 1:
        return group[0].title
    columns = zip(*(outline.title.split() for outline in group), strict=False)
    words = [column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns)]
    name = re.sub(r"\W+$", "", " ".join(words))
    return "" if name.lower() in ("", "a", "an", "the") else name


def _new_id(name: str, taken: set[str]) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only.replace("'", "")).strip("-") or "source"
    free = next(word for word in chain([slug], (f"{slug}-{n}" for n in count(2))) if word not in taken)
    taken.add(free)
    return free


def _language(outline: _Outline) -> str | None:
    try:
        return check_language(outline.attributes.get("language", ""))
    except ValueError:
        return None


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _one_line(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())
