"""Which times may be an event's, and what speaks for each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.coder.reading import Reading
from pipeline.coder.views import Views, odds_of, steps
from pipeline.coder.when_times import Time
from pipeline.coder.when_where import SAYING, attachment, clause_head, relation
from pipeline.language.days import Range

RUNNING = 8  #: sentences that a time named before stays in mind
LEDE = 2  #: the last of the sentences that set the scene
TELLINGS_MAX = 30  #: of one event that are looked at

#: How a time stands to an event, the closest first; the last four are in sentences that do not tell of it.
_RANKS = ("own", "light", "inner", "near", "said", "above", "below", "beside", "before", "running", "after", "scene")
_BESIDE = frozenset(["before", "running", "after", "scene"])
_ACTS = dict.fromkeys(("ACCUSE", "REJECT", "REQUEST", "THREATEN", "AGREE", "SUPPORT", "CONCEDE"), "word")


def time_candidates(
    reading: Reading,
    tellings: Sequence[tuple[int, int]],
    times: Sequence[Sequence[Time]],
    type_code: str | None = None,
    views: Views = (),
) -> list[tuple[Time, frozenset[str]]]:
    """Return each range of days that may be the event's, by the time that says so best, with its features."""
    told = dict(reversed(tellings[:TELLINGS_MAX]))
    found = [_view(reading, time, told) for number in _near(told, times) for time in times[number]]
    grouped: dict[Range, list[_View]] = {}
    for view in found:
        grouped.setdefault((view.time.first, view.time.last), []).append(view)
    best = {days: min(views, key=lambda view: view.rank) for days, views in grouped.items()}
    leading = min((view.rank for view in best.values()), default=0)
    return [
        (view.time, frozenset(_features(reading, view, grouped[days], told, times, leading, type_code, views)))
        for days, view in best.items()
    ]


def _near(told: dict[int, int], times: Sequence[Sequence[Time]]) -> list[int]:
    """The sentences that tell of the event, their neighbours, the lede, and the last time named before."""
    near = {n for sentence in told for n in (sentence - 1, sentence, sentence + 1)} | set(range(LEDE + 1))
    for sentence in told:
        near.update([n for n in range(max(sentence - RUNNING, 0), sentence) if n < len(times) and times[n]][-1:])
    return sorted(number for number in near if 0 <= number < len(times))


@dataclass(frozen=True, slots=True)
class _View:
    """A time as one telling sees it."""

    time: Time
    where: str  #: how it stands to the trigger, or to the sentence of the nearest telling
    rank: int  #: 0 is the closest


def _view(reading: Reading, time: Time, told: dict[int, int]) -> _View:
    trigger = told.get(time.sentence)
    if trigger is None:
        where = _beside(time.sentence, told)
    else:
        doc = reading.sentences[time.sentence].doc
        where = relation(doc[trigger], doc[time.start : time.end].root)
    return _View(time, where, _RANKS.index(where))


def _features(
    reading: Reading,
    view: _View,
    same: Sequence[_View],
    told: dict[int, int],
    times: Sequence[Sequence[Time]],
    leading: int,
    type_code: str | None,
    views: Views,
) -> Iterable[str]:
    time, where = view.time, view.where
    act = _ACTS.get(type_code or "", "deed")
    yield from (f"where {where}", f"kind {time.kind}", f"act {act}", f"type {type_code}")
    yield from (f"where {where} act {act}", f"where {where} kind {time.kind}", f"where {where} type {type_code}")
    yield f"tellings {min(len(told), 3)} where {where}"
    yield f"age {_age(reading, time)} {where in _BESIDE}"
    yield from _of_network(reading, same, type_code, views)
    yield f"leading {view.rank == leading}"
    yield f"said so {min(len(same), 3)}"
    for other in {other.where for other in same}:
        yield f"also {other}"
    if any(other.time.sentence <= LEDE for other in same):
        yield f"lede act {act}"
    if time.sentence == min(told, default=0):
        yield "first telling"
    trigger = told.get(time.sentence)
    if trigger is None:
        yield f"apart {min(min(abs(time.sentence - sentence) for sentence in told) if told else 9, 5)} act {act}"
        yield f"{where} has own {any(times[sentence] for sentence in told)} act {act}"
        yield from _told_beside(reading, view, told, act)
        return
    doc = reading.sentences[time.sentence].doc
    head = doc[time.start : time.end].root
    yield f"others {min(len(times[time.sentence]) - 1, 2)} where {where}"
    yield f"trigger {doc[trigger].pos_} where {where}"
    if _gap(trigger, time) == min(_gap(trigger, other) for other in times[time.sentence]):
        yield f"nearest where {where}"
    is_saying = doc[trigger].lemma_ in SAYING
    yield f"saying {is_saying} where {where} act {act}"
    verb = clause_head(head)
    yield f"verb {verb.lemma_.lower()}"
    yield f"verb {'says' if verb.lemma_ in SAYING else 'does'} act {act}"
    for feature in attachment(doc, trigger, head.i):
        yield feature
        yield f"{feature} act {act}"


def _of_network(reading: Reading, same: Sequence[_View], type_code: str | None, views: Views) -> Iterable[str]:
    """What the network says of these days as those of an event of the type, and of any event."""
    docs = [(view.time, reading.sentences[view.time.sentence].doc) for view in same]
    seen = [odds for t, doc in docs if (odds := odds_of(views, t.sentence, doc, t.start, t.end))]
    if seen and type_code:
        yield from steps("view date", max(odds["date"] for odds in seen))
        yield from steps("view date of type", max(odds[f"date:{type_code}"] for odds in seen))


def _told_beside(reading: Reading, view: _View, told: dict[int, int], act: str) -> Iterable[str]:
    """Features of a time in a sentence that does not tell of the event: whose clause it dates, and who goes on."""
    doc = reading.sentences[view.time.sentence].doc
    verb = clause_head(doc[view.time.start : view.time.end].root)
    says = "says" if verb.lemma_ in SAYING else "does"
    yield f"{view.where} root {verb.head.i == verb.i} {says} act {act}"
    yield f"{view.where} {view.time.kind} {says} act {act}"
    for sentence in sorted(told)[:1]:
        trigger = reading.sentences[sentence].doc[told[sentence]]
        subject = next((child for child in clause_head(trigger).children if child.dep_.startswith("nsubj")), None)
        yield f"{view.where} subject {subject.pos_ if subject is not None else ''} act {act}"
        yield f"{view.where} {says} then {'says' if clause_head(trigger).lemma_ in SAYING else 'does'}"
        yield f"{view.where} trigger {trigger.pos_} {trigger.tag_} act {act}"


def _beside(sentence: int, told: dict[int, int]) -> str:
    if sentence + 1 in told:
        return "before"
    if sentence - 1 in told:
        return "after"
    return "scene" if sentence <= LEDE else "running"


def _age(reading: Reading, time: Time) -> str:
    on = reading.document.published_on
    if on is None:
        return "unknown"
    days = (on - time.first).days
    names = ((-1, "future"), (0, "same day"), (1, "day before"), (7, "week"), (31, "month"), (365, "year"))
    return next((name for most, name in names if days <= most), "old")


def _gap(trigger: int, time: Time) -> int:
    return max(time.start - trigger, trigger - time.end + 1, 0)
