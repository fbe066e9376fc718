"""The world's shape as the places that people live in: a background for maps that needs no map file."""

from functools import cache

from pipeline.places.gazetteer import cities

SPOTS_PER_DEGREE = 1  # finer shows no more and weighs more


@cache
def outline() -> tuple[dict[str, float], ...]:
    """Longitude and latitude (WGS 84, degrees) of every grid cell of the world that has a city of the gazetteer."""
    cells = {(_cell(city.longitude), _cell(city.latitude)) for city in cities()}
    spots = sorted((x / SPOTS_PER_DEGREE, y / SPOTS_PER_DEGREE) for x, y in cells)
    return tuple({"longitude": longitude, "latitude": latitude} for longitude, latitude in spots)


def _cell(degrees: float) -> int:
    return round(degrees * SPOTS_PER_DEGREE)
