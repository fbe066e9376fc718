"""The first-level divisions of countries, from ISO 3166-2 and GeoNames: a step of `pipeline.places.build`."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from pipeline.places.names import fold

_BRACKETS = re.compile(r"\s*[\[(].*|,.*")
_TYPES = re.compile(
    r"(?i) ?\b(?:province|region|county|department|district|governorate|prefecture|state|municipality|canton|rayon"
    r"|parish)$"
)
#: Names that say nothing without their country.
_BARE = frozenset(
    ["central", "north", "south", "east", "west", "northern", "southern", "eastern", "western", "centre", "nord",
     "sud", "est", "ouest", "capital", "littoral", "islands", "coast", "metropolitan", "federal", "plateaux",
     "north west", "north east", "south west", "south east", "north central", "upper east", "upper west"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Division:
    """A state, province or region."""

    name: str
    country: str  #: ISO 3166-1 alpha-2
    code: str  #: GeoNames' number for it, "" if not known
    centre: tuple[float, float]  #: latitude and longitude (degrees) of its people
    population: int  #: of its towns together


def divisions(
    cities: Sequence[Any], countries: Mapping[str, Any], kept: Mapping[tuple[str, str], str]
) -> list[Division]:
    """Return the divisions that *kept* names by country and GeoNames code, and ISO's of all other countries.

    An ISO division takes the GeoNames code in which a town of its name lies; without one it is left out, since
    nothing says where it is.
    """
    towns: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for city in cities:
        towns[city["countrycode"], city["admin1code"]].append(city)
    named = dict(kept)
    for country in sorted(set(countries) - {country for country, _code in kept}):
        named |= {(country, code): name for code, name in _iso_names(country, cities).items()}
    return [
        Division(name, country, code, *_whereabouts(towns[country, code]))
        for (country, code), name in sorted(named.items())
        if towns[country, code] and fold(name) not in _BARE
    ]


def _iso_names(country: str, cities: Iterable[Any]) -> dict[str, str]:
    """GeoNames codes with the ISO name of the division, by the largest towns of that name."""
    source: Any = import_module("pycountry")
    known = {d.name for d in source.subdivisions.get(country_code=country) or () if d.parent_code is None}
    shown = {fold(name): name for name in sorted(_plain(name) for name in known)}
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for city in cities:
        if city["countrycode"] == country:
            for name in {fold(city["name"]), *map(fold, city["alternatenames"])} & set(shown):
                votes[name][city["admin1code"]] += city["population"]
    return {codes.most_common(1)[0][0]: shown[name] for name, codes in sorted(votes.items())}


def _plain(name: str) -> str:
    return _TYPES.sub("", _BRACKETS.sub("", name)).strip()


def _whereabouts(towns: Sequence[Any]) -> tuple[tuple[float, float], int]:
    people = sum(town["population"] for town in towns)
    weights = [town["population"] / people if people else 1 / len(towns) for town in towns]
    latitude = sum(town["latitude"] * weight for town, weight in zip(towns, weights, strict=True))
    longitude = sum(town["longitude"] * weight for town, weight in zip(towns, weights, strict=True))
    return (round(latitude, 3), round(longitude, 3)), people
