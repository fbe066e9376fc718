"""Which country a word means, where a named place is, and which places a text names.

Tables are read once from data/; see data/LICENSE-geonames.md for their origin.
"""

import csv
import gzip
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from operator import itemgetter
from types import MappingProxyType
from typing import Literal

from pipeline.places.names import fold
from pipeline.records import Place, PlaceName

#: Codes that stand in a country's place for bodies that belong to none.
BODIES = frozenset({"IGO", "UNO", "IMG", "NGO"})
PlaceKind = Literal["city", "region", "country"]
NameKind = Literal["name", "demonym", "metonym"]
TOWN_MIN = 15_000  #: people; the bare name of a smaller town is not taken for a place
TOWN_LEAST = 5_000  #: people of a town of newsworthy.csv at least, as GeoNames does not count all
NEWSWORTHY_WEIGHT = 20  #: times as many people as a town of newsworthy.csv has
DIVISION_SHARE = 20  #: a city with this part of its division's people is meant by a name that both have


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country or territory of ISO 3166-1, and Kosovo as XKX."""

    code: str  #: alpha-3
    alpha2: str
    name: str
    latitude: float  #: mean of its populated places, WGS 84 degrees
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A row of the gazetteer: a city or a region."""

    name: str
    country_code: str
    admin1: str | None
    latitude: float
    longitude: float
    population: int  #: of a region its towns together, 0 if not known
    geonames_id: int | None
    kind: PlaceKind


def country_code(text: str) -> str | None:
    """Return the alpha-3 code that a name, demonym, metonym or code stands for, or None.

    Codes of bodies (IGO, UNO, IMG, NGO) return themselves. Plural demonyms are understood.
    Short forms count in capitals only ("US", "KP", not "us", "in").
    """
    surface = text.strip()
    if len(surface) <= 3 and not surface.isupper():
        return None
    named = country_names().get(fold(surface))
    if named:
        return named[0]
    return surface if surface in BODIES else _codes().get(surface)


@lru_cache(maxsize=1)
def countries() -> Mapping[str, Country]:
    """Return every country by its alpha-3 code."""
    centres = {row["code"]: row for row in _rows("centroids.csv")}
    return MappingProxyType(
        {
            row["code"]: Country(
                code=row["code"],
                alpha2=row["alpha2"],
                name=row["name"],
                latitude=float(centres[row["code"]]["latitude"]),
                longitude=float(centres[row["code"]]["longitude"]),
            )
            for row in _rows("countries.csv")
        }
    )


@lru_cache(maxsize=1)
def country_names() -> Mapping[str, tuple[str, NameKind]]:
    """Return every folded name, demonym and metonym of a country with its code and kind."""
    known: dict[str, tuple[str, NameKind]] = {}
    for row in _rows("countries.csv"):
        groups: tuple[tuple[NameKind, str], ...] = (
            ("name", f"{row['name']};{row['variants']}"),
            ("demonym", row["demonyms"]),
            ("metonym", f"{row['capital']};{row['metonyms']}"),
        )
        for kind, text in groups:
            for name in filter(None, text.split(";")):
                for form in _forms(fold(name), kind):
                    known.setdefault(form, (row["code"], kind))
    return MappingProxyType(known)


def _forms(name: str, kind: NameKind) -> tuple[str, ...]:
    has_plural = kind == "demonym" and not name.endswith(("ese", "ch", "sh", "ss", "s", "men", "man"))
    return (name, f"{name}s") if has_plural else (name,)


def locate(place: PlaceName) -> Place:
    """Put a named place on the map.

    A GeoNames id that is known decides, else the name does: of several places the one in the given country, else the
    largest. A name that is not known falls back on the country's centre (precision "country"); without a country it
    has no position ("none").
    """
    if place.geonames_id is not None and place.geonames_id in _by_id():
        return _at(_by_id()[place.geonames_id], place)
    found = candidates(place.text)
    if place.country_code:
        found = tuple(k for k in found if k.country_code == place.country_code)
    if found:
        return _at(found[0], place)
    code = place.country_code or country_code(place.text)
    inner = next((w for w in reversed(_inner_names(place.text)) if _is_in(w, code)), None)
    if inner is not None:
        return _at(next(k for k in _by_name()[inner] if code in (None, k.country_code)), place)
    country = countries().get(code or "")
    return Place(
        name=_shown(place.text),
        country_code=code,
        admin1=place.admin1,
        latitude=country.latitude if country else None,
        longitude=country.longitude if country else None,
        precision="country" if country else "none",
    )


def _at(known: Known, asked: PlaceName) -> Place:
    return Place(
        name=_shown(asked.text),
        country_code=known.country_code,
        admin1=asked.admin1 or known.admin1,
        latitude=known.latitude,
        longitude=known.longitude,
        precision="place",
        geonames_id=known.geonames_id,
    )


def _shown(text: str) -> str:
    """A dateline's capitals as a name: QUETTA → Quetta."""
    return text.title() if text.isupper() else text


def _inner_names(text: str) -> list[str]:
    """Names inside a longer description, as Kunduz in "a mosque near Kunduz"."""
    return [fold(run) for run in re.findall(r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*", text[:200])]


def _is_in(name: str, code: str | None) -> bool:
    return any(code in (None, known.country_code) for known in _by_name().get(name, ()))


def name_meaning(surface: str) -> tuple[PlaceKind, str] | None:
    """Return kind and country of one capitalised name, or None; common words and small towns are left alone."""
    folded = fold(surface)
    named = country_names().get(folded)
    if named and named[1] == "name" and (len(surface) > 3 or surface.isupper()):
        return "country", named[0]
    if is_common(surface) or len(folded) <= 2:
        return None
    found = [known for known in candidates(surface) if known.kind == "region" or known.population >= TOWN_MIN]
    return (found[0].kind, found[0].country_code) if found else None


def candidates(name: str) -> tuple[Known, ...]:
    """Return the cities and regions that *name* may mean, the likeliest first; whole name, in any case."""
    return _by_name().get(fold(name), ())


def is_common(name: str) -> bool:
    """Whether a name is far more often something else than a place."""
    return fold(name) in _common()


@lru_cache(maxsize=1)
def _by_id() -> Mapping[int, Known]:
    return MappingProxyType({city.geonames_id: city for city in cities() if city.geonames_id is not None})


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    lines = _read("not_places.txt").decode("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, tuple[Known, ...]]:
    """Places by folded name, those first that are called just so, then by population.

    Regions kept by hand come before all; a division comes after the city that it is named for. A spelling of
    newsworthy.csv counts as a name, and its towns as if they were larger: Bethlehem is not first South Africa's.
    """
    index: dict[str, list[tuple[tuple[int, bool, int], Known]]] = defaultdict(list)
    spellings = _spellings()

    def weight(known: Known) -> int:
        is_newsworthy = known.geonames_id in spellings
        return max(known.population, TOWN_LEAST) * NEWSWORTHY_WEIGHT if is_newsworthy else _weight(known)

    for source, places in enumerate((_regions(), _divisions(), _cities())):
        for known, names in places:
            own = {fold(name) for name in (known.name, *spellings.get(known.geonames_id or 0, ()))}
            for folded in filter(None, own | {fold(name) for name in names}):
                index[folded].append(((min(source, 1), folded not in own, -weight(known)), known))
    return MappingProxyType(
        {name: tuple(known for _rank, known in sorted(found, key=itemgetter(0))) for name, found in index.items()}
    )


def _weight(known: Known) -> int:
    return known.population if known.kind == "city" else known.population // DIVISION_SHARE


def cities() -> Iterator[Known]:
    """Return the gazetteer's cities, the largest first."""
    return (city for city, _names in _cities())


def regions() -> Iterator[Known]:
    """Return the regions kept by hand."""
    return (region for region, _names in _regions())


def _regions() -> Iterator[tuple[Known, list[str]]]:
    for row in _rows("regions.csv"):
        yield (
            Known(
                name=row["name"],
                country_code=row["country_code"],
                admin1=row["name"],
                latitude=float(row["latitude"]),
                longitude=float(row["longitude"]),
                population=0,
                geonames_id=None,
                kind="region",
            ),
            [row["name"], *filter(None, row["alternates"].split(";"))],
        )


def _divisions() -> Iterator[tuple[Known, list[str]]]:
    for row in _rows("divisions.csv.gz"):
        yield (
            Known(
                name=row["name"],
                country_code=row["country_code"],
                admin1=row["name"],
                latitude=float(row["latitude"]),
                longitude=float(row["longitude"]),
                population=int(row["population"]),
                geonames_id=None,
                kind="region",
            ),
            [row["name"], row["name"].removesuffix(" Oblast").removesuffix(" Krai")],
        )


def _spellings() -> Mapping[int, list[str]]:
    """What the English-language news calls some towns, by GeoNames id."""
    return {int(row["geonames_id"]): [*filter(None, row["spellings"].split(";"))] for row in _rows("newsworthy.csv")}


def _cities() -> Iterator[tuple[Known, list[str]]]:
    for row in _rows("places.csv.gz"):
        yield (
            Known(
                name=row["name"],
                country_code=row["country_code"],
                admin1=row["admin1"] or None,
                latitude=float(row["latitude"]),
                longitude=float(row["longitude"]),
                population=int(row["population"]),
                geonames_id=int(row["geonames_id"]),
                kind="city",
            ),
            [row["name"], *filter(None, row["alternates"].split(";"))],
        )


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, str]:
    pairs = {row["alpha2"]: row["code"] for row in _rows("countries.csv")}
    return MappingProxyType(pairs | {code: code for code in pairs.values()})


def _rows(name: str) -> Iterator[dict[str, str]]:
    data = _read(name)
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8")
    return csv.DictReader(io.StringIO(text))


def _read(name: str) -> bytes:
    return files("pipeline.places").joinpath("data", name).read_bytes()
