"""Where an event happened: a place that the article names, or none.

Which place is an event's a linear model decides (training/coder/when_where.py), by how each place stands to the words
that tell of the event. Which place a name means is told in where_locations.py.
"""

from collections.abc import Sequence

from pipeline.coder.linear import load
from pipeline.coder.reading import Reading
from pipeline.coder.views import Views
from pipeline.coder.where_features import location_candidates
from pipeline.coder.where_locations import Location, find_locations

__all__ = ["Location", "choose_location", "find_locations"]

SURE = 0.36  #: probability from which a place is taken; below it none is stated


def choose_location(
    reading: Reading,
    tellings: Sequence[tuple[int, int]],
    locations: Sequence[Sequence[Location]],
    type_code: str | None = None,
    views: Views = (),
) -> Location | None:
    """Return where the event that *tellings* (sentence, trigger token) tell of happened, None when it is not stated.

    *locations* are those that :func:`find_locations` gives; of several that name the place one is returned that
    stands closest to a telling. One of the dateline has no tokens: its start and end are 0.
    """
    hypotheses = location_candidates(reading, tellings, locations, type_code, views)
    if not hypotheses:
        return None
    model = load("where")
    scored = [(model.scores(features)["yes"], location) for location, features in hypotheses]
    best, location = max(scored, key=lambda item: item[0])
    return location if best >= SURE else None
