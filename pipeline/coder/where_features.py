"""Which places may be an event's, and what speaks for each."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.coder.reading import Reading
from pipeline.coder.views import Views, odds_of, steps
from pipeline.coder.when_where import SAYING, attachment, case_of, clause_head, relation
from pipeline.coder.where_locations import Location, dateline_location
from pipeline.places.names import fold

RUNNING = 10  #: sentences that a place named before stays in mind
LEDE = 2  #: the last of the sentences that set the scene
TELLINGS_MAX = 30  #: of one event that are looked at
#: How a place stands to an event, the closest first; the last four are in sentences that do not tell of it.
_RANKS = (
    "own", "inner", "light", "near", "below", "above", "said", "beside", "before", "after", "lede", "earlier",
    "dateline",
)  # fmt: skip
_ACTS = dict.fromkeys(("ACCUSE", "REJECT", "REQUEST", "THREATEN", "AGREE", "SUPPORT", "CONCEDE", "SANCTION"), "word")
_SENDING = frozenset(["fire", "launch", "shoot"])
_LOCATING = frozenset(
    ["in", "at", "near", "on", "outside", "inside", "around", "across", "from", "to", "into", "of", "toward", "towards"]
)


@dataclass(frozen=True, slots=True)
class _View:
    """A place as one telling sees it."""

    location: Location
    where: str  #: how it stands to the trigger, or to the sentences that tell of the event
    rank: int  #: 0 is the closest
    is_placed: bool  #: a preposition of place governs it
    is_under: bool = False  #: it belongs to another place: "Y" of "X in Y"
    gap: int = 99  #: tokens to the trigger


def location_candidates(
    reading: Reading,
    tellings: Sequence[tuple[int, int]],
    locations: Sequence[Sequence[Location]],
    type_code: str | None = None,
    views: Views = (),
) -> list[tuple[Location, frozenset[str]]]:
    """Return each place that may be the event's, as named where it stands closest, with its features."""
    told = dict(reversed(tellings[:TELLINGS_MAX]))
    near = _near(told, len(locations))
    named = [location for n in near for location in locations[n] if not _is_origin(reading, location)]
    seen = [_view(reading, location, told, locations[location.sentence]) for location in named]
    dateline = dateline_location(reading, _countries(locations[: LEDE + 1]))
    if dateline is not None:
        seen.append(_View(dateline, "dateline", _RANKS.index("dateline"), True))
    grouped: dict[tuple[str | None, str], list[_View]] = {}
    for view in seen:
        key = view.location.country if view.location.precision == "country" else None
        grouped.setdefault((key, "" if key else fold(view.location.text)), []).append(view)
    best = [(min(same, key=lambda view: (view.rank, not view.is_placed)), same) for same in grouped.values()]
    leading = min((view.rank for view, _same in best), default=0)
    return [
        (view.location, frozenset(_features(reading, view, same, told, leading, type_code, best, views)))
        for view, same in best
    ]


def _is_origin(reading: Reading, location: Location) -> bool:
    """Whether a missile or shot came from there: "firing a missile from the border"."""
    head = reading.sentences[location.sentence].doc[location.start : location.end].root
    return case_of(head) == "from" and head.head.lemma_ in _SENDING


def _near(told: Mapping[int, int], count: int) -> list[int]:
    """The sentences that tell of the event, those around and shortly before them, and the lede."""
    near = {n for sentence in told for n in range(sentence - RUNNING, sentence + 2)} | set(range(LEDE + 1))
    return sorted(number for number in near if 0 <= number < count)


def _countries(locations: Iterable[Sequence[Location]]) -> dict[str, float]:
    """How many of the places lie in each country, the most being 1."""
    counts = Counter(location.country for each in locations for location in each if location.country)
    return {code: count / max(counts.values()) for code, count in counts.items()}


_APART = _RANKS.index("before")
_GRAIN: Mapping[str, int] = {"site": 0, "none": 0, "place": 1, "region": 2, "country": 3}


def _holds(larger: Location, smaller: Location) -> bool:
    """Whether one place lies in the other, as far as country, division and kind of place tell."""
    if larger.country != smaller.country or _GRAIN[larger.precision] <= _GRAIN[smaller.precision]:
        return False
    return larger.precision == "country" or None in (larger.admin1, smaller.admin1) or larger.admin1 == smaller.admin1


def _view(reading: Reading, location: Location, told: Mapping[int, int], others: Sequence[Location]) -> _View:
    doc = reading.sentences[location.sentence].doc
    head = doc[location.start : location.end].root
    trigger = told.get(location.sentence)
    where = relation(doc[trigger], head) if trigger is not None else _beside(location.sentence, told)
    case = next((child.lower_ for child in head.children if child.dep_ == "case"), "")
    is_under = any(
        other.start <= head.head.i < other.end for other in others if other.start != location.start
    ) and head.dep_ != "conj"  # fmt: skip
    gap = 99 if trigger is None else min(abs(location.start - trigger), abs(location.end - 1 - trigger))
    return _View(location, where, _RANKS.index(where), case in _LOCATING, is_under, gap)


def _beside(sentence: int, told: Mapping[int, int]) -> str:
    if sentence + 1 in told:
        return "before"
    if sentence - 1 in told:
        return "after"
    return "lede" if sentence <= LEDE else "earlier"


def _features(
    reading: Reading,
    view: _View,
    same: Sequence[_View],
    told: Mapping[int, int],
    leading: int,
    type_code: str | None,
    others: Sequence[tuple[_View, Sequence[_View]]],
    views: Views,
) -> Iterable[str]:
    location, where, act = view.location, view.where, _ACTS.get(type_code or "", "deed")
    grain, is_told = location.precision, view.rank < _APART
    yield from (f"where {where}", f"grain {grain}", f"act {act}", f"type {type_code}", f"where {where} act {act}")
    yield from (f"grain {grain} act {act}", f"where {where} grain {grain}", f"where {where} type {type_code}")
    yield from _of_network(reading, same, type_code, views)
    yield f"placed {view.is_placed} where {where} act {act}"
    yield f"leading {view.rank == leading} act {act}"
    rivals = [other for other, _same in others if other is not view and (other.rank < _APART) == is_told]
    yield f"holds {min(sum(_holds(location, other.location) for other in rivals), 2)} told {is_told} act {act}"
    yield f"held {any(_holds(other.location, location) for other in rivals)} told {is_told}"
    yield f"under {view.is_under} told {is_told}"
    if is_told:
        placed = [other for each in (same, *(views for _, views in others)) for other in each
                  if other.rank < _APART and other.is_placed]  # fmt: skip
        first = min((other.location.sentence or 99 for other in placed), default=99)
        yield f"first placed {any((v.location.sentence or 99) == first and v.is_placed for v in same)} act {act}"
        near = min(
            (o.gap for o in placed if o.location.sentence == view.location.sentence and not o.is_under), default=98
        )
        yield f"nearest {view.gap <= near} placed {view.is_placed} act {act}"
    yield f"rivals {min(len(rivals), 3) if is_told else 'apart'}"
    yield f"placed rival {any(rival.is_placed and rival.rank <= view.rank for rival in rivals)} placed {view.is_placed}"
    yield f"said so {min(len(same), 4)} act {act}"
    yield f"tellings {min(len(told), 3)} where {where}"
    if sum(other.rank < _APART and other.is_placed for other in same) > 1:
        yield f"placed twice act {act}"
    if any(other.location.sentence <= 1 and other.is_placed for other in same):
        yield f"placed in the lede told {is_told} act {act}"
    if any(other.is_placed for other in same):
        yield f"placed somewhere act {act}"
    trigger = told.get(location.sentence)
    if trigger is None or where == "dateline":
        return
    doc = reading.sentences[location.sentence].doc
    head = doc[location.start : location.end].root
    verb = clause_head(head)
    yield f"verb {'says' if verb.lemma_ in SAYING else 'does'} act {act}"
    yield f"trigger {doc[trigger].pos_} where {where} placed {view.is_placed}"
    for feature in attachment(doc, trigger, head.i):
        yield feature
        yield f"{feature} act {act}"


def _of_network(reading: Reading, same: Sequence[_View], type_code: str | None, views: Views) -> Iterable[str]:
    """What the network says of this place as that of an event of the type, and of any event."""
    named = [view.location for view in same if view.location.end]
    docs = [(place, reading.sentences[place.sentence].doc) for place in named]
    seen = [odds for p, doc in docs if (odds := odds_of(views, p.sentence, doc, p.start, p.end))]
    if seen and type_code:
        yield from steps("view place", max(odds["place"] for odds in seen))
        yield from steps("view place of type", max(odds[f"place:{type_code}"] for odds in seen))
