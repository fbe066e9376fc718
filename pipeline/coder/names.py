"""Known names in a sentence: actors of the registry, countries, demonyms, capitals, places."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from typing import Literal

from spacy.tokens import Doc, Token

from pipeline.actors import current
from pipeline.coder.phrases import is_hyphen
from pipeline.places.gazetteer import cities, countries, country_names, locate, name_meaning
from pipeline.places.names import fold
from pipeline.records import PlaceName

NameKind = Literal["actor", "country", "demonym", "metonym", "place"]
#: Halves of a divided land, which reports call by their side.
_HALVES = {"North": ("PRK",), "South": ("KOR", "SSD")}
_AGAINST = frozenset({"anti", "anti-"})
_SIDED = frozenset({"backed", "occupied", "controlled", "born", "bound", "made", "held", "administered", "friendly"})
_WHERE = frozenset({"in", "near", "at", "outside", "inside", "across"})
BIG = 300_000  #: inhabitants of a city that needs no country beside its name
WORDS_MAX = 5  #: of a country or place

_NAMING = frozenset(["PROPN", "NOUN", "ADJ"])


@dataclass(frozen=True, slots=True)
class Name:
    """Tokens [start, end) that name something known; *role* and *kind_of* are those of a registered actor."""

    start: int
    end: int
    kind: NameKind
    text: str
    country: str | None
    role: str | None = None
    kind_of: str = ""
    is_where: bool = False  #: after "in", "near" or "at"


@dataclass(frozen=True, slots=True)
class Ground:
    """What an article as a whole says about names."""

    on: date | None
    countries: tuple[str, ...]  #: named outright, the most often named first
    publisher: str | None
    surnames: frozenset[str]


def find_names(
    docs: Sequence[Doc], on: date | None, publisher: str | None, surnames: frozenset[str]
) -> list[tuple[Name, ...]]:
    """Return the known names of each sentence from left to right, the longest at each word, without overlap.

    Countries that the article names outright choose among actors and among places of one name.
    """
    outright = Counter(name.country for doc in docs for name in _outright(doc) if name.country)
    ground = Ground(on, tuple(code for code, _ in outright.most_common()), publisher, surnames)
    return [
        tuple(_with_where(doc, name) for name in _scan(doc, ground) if not _is_qualifier(doc, name)) for doc in docs
    ]


def _is_qualifier(doc: Doc, name: Name) -> bool:
    """Whether a name tells only whom others are for or against: "anti-Israel", "Iran-backed"."""
    before, after = doc[max(name.start - 2, 0) : name.start].text.lower(), doc[name.end : name.end + 2]
    return before in _AGAINST or (len(after) == 2 and is_hyphen(doc, name.end) and after[1].lower_ in _SIDED)


def _with_where(doc: Doc, name: Name) -> Name:
    cases = (child.lower_ for token in doc[name.start : name.end] for child in token.children if child.dep_ == "case")
    return replace(name, is_where=any(case in _WHERE for case in cases))


def _outright(doc: Doc) -> Iterator[Name]:
    for token in doc:
        if _may_start(token):
            name = _country(doc, token.i, is_place_too=False)
            if name is not None and not _is_given_name(doc, name):
                yield name


def _half(doc: Doc, at: int, ground: Ground) -> Name | None:
    """ "The North" where the article speaks of North Korea."""
    token = doc[at]
    if token.text not in _HALVES or at == 0 or doc[at - 1].lower_ != "the" or token.dep_ in ("compound", "amod"):
        return None
    named = (code for code in ground.countries if code in _HALVES[token.text])
    return next((Name(at, at + 1, "country", countries()[code].name, code) for code in named), None)


def _scan(doc: Doc, ground: Ground) -> Iterator[Name]:
    words = [token.text for token in doc]
    at = 0
    while at < len(words):
        name = _name(doc, words, at, ground) if _may_start(doc[at]) else None
        if name is not None:
            yield name
        at = name.end if name is not None else at + 1


def _name(doc: Doc, words: list[str], at: int, ground: Ground) -> Name | None:
    half = _half(doc, at, ground)
    if half is not None:
        return half
    actor, country = _actor(doc, words, at, ground), _country(doc, at, is_place_too=True)
    if actor is not None and (country is None or country.end <= actor.end):
        return actor
    if country is None or _is_given_name(doc, country):
        return None
    is_one_word = country.end - country.start == 1 and country.kind != "country"
    return None if is_one_word and country.text in ground.surnames else _placed(country, ground)


def _may_start(token: Token) -> bool:
    return (token.text[:1].isupper() and token.pos_ != "DET") or token.lower_ in ("al", "el", "bin")


def _actor(doc: Doc, words: list[str], at: int, ground: Ground) -> Name | None:
    found = current().find(words, at, ground.on, ground.countries)
    if found is None:
        return None
    size, actor = found
    text = doc[at : at + size].text
    is_common = tuple(text.lower().split()) in current().nouns and actor.country not in ground.countries
    is_first = size == 1 and actor.kind == "person" and any(child.dep_ == "flat" for child in doc[at].rights)
    return None if is_common or is_first else Name(at, at + size, "actor", text, actor.country, actor.role, actor.kind)


def _country(doc: Doc, at: int, *, is_place_too: bool) -> Name | None:
    for end in range(min(at + WORDS_MAX, len(doc)), at, -1):
        last = doc[end - 1]
        if not last.text[0].isalnum() or (last.pos_ not in _NAMING and last.text.islower()):
            continue
        surface = doc[at:end].text
        is_name = is_place_too and any(token.pos_ == "PROPN" for token in doc[at:end])
        meaning = _meaning(surface, is_name=is_name)
        if meaning is not None:
            return Name(at, end, meaning[0], surface, meaning[1])
    return None


def _meaning(surface: str, *, is_name: bool) -> tuple[NameKind, str] | None:
    plain = surface.replace(".", "")
    if len(plain) <= 3 and not plain.isupper():
        return None
    named = country_names().get(fold(surface))
    if named is not None:
        return ("country" if named[1] == "name" else named[1]), named[0]
    place = name_meaning(surface) if is_name else None
    return ("place", place[1]) if place else None


def _placed(name: Name, ground: Ground) -> Name:
    """A place of several countries is where the article is about, or where it was published; else it must be big."""
    if name.kind != "place" or name.country in ground.countries:
        return name
    likely = (*ground.countries, *([ground.publisher] if ground.publisher else []))
    known = name.country if fold(name.text) in _big_cities() else None
    return replace(name, country=next((code for code in likely if _has_place(code, name.text)), known))


@cache
def _big_cities() -> frozenset[str]:
    return frozenset(fold(city.name) for city in cities() if city.population >= BIG)


@lru_cache(maxsize=8192)
def _has_place(country: str, text: str) -> bool:
    return locate(PlaceName(text=text, country_code=country)).precision == "place"


def _is_given_name(doc: Doc, name: Name) -> bool:
    """Whether one word that could be a place is part of somebody's name: "Chad Miller", "Anna Paris"."""
    if name.end - name.start > 1 or name.kind == "demonym":
        return False
    token = doc[name.start]
    is_later = token.dep_ == "flat" and token.head.pos_ == "PROPN"
    return is_later or any(child.dep_ == "flat" and child.text[:1].isupper() for child in token.children)
