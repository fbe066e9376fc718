"""Where an event happened: a place that the article names, or none.

Which place is an event's a linear model decides (training/coder/when_where.py), by how each place stands to the words
that tell of the event. Which place a name means is told in where_locations.py.
"""

from collections.abc import Sequence

from pipeline.coder.linear import load
from pipeline.coder.reading import Reading
from pipeline.coder.views import Views
from pipeline.coder.when_where import case_of
from pipeline.coder.where_features import location_candidates
from pipeline.coder.where_locations import Location, find_locations

__all__ = ["Location", "choose_location", "find_locations"]

_SENDING = frozenset(["fire", "launch", "shoot"])
SURE = 0.38  #: probability from which a place is taken; below it none is stated


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
    candidates = location_candidates(reading, tellings, locations, type_code, views)
    hypotheses = [(location, features) for location, features in candidates if not _is_origin(reading, location)]
    if not hypotheses:
        return None
    model = load("where")
    scored = [(model.scores(features)["yes"], location) for location, features in hypotheses]
    best, location = max(scored, key=lambda item: item[0])
    return location if best >= SURE else None


def _is_origin(reading: Reading, location: Location) -> bool:
    """Whether a missile or shot came from there: "firing a missile from the border"."""
    head = reading.sentences[location.sentence].doc[location.start : location.end]
    return bool(head) and case_of(head.root) == "from" and head.root.head.lemma_ in _SENDING
