"""Which happenings are events by the codebook, and which are figures of speech, doubles or mere circumstances."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.coder.happenings import Chances, Identity
from pipeline.coder.trees import UNKNOWN, Row
from pipeline.coder.views import Views
from pipeline.events.ontology import event_types

Groups = Sequence[Sequence[int]]


def group_rows(groups: Groups, identities: Sequence[Identity], chances: Chances, views: Views) -> list[Row]:
    """Return what is known of each happening as numbers; *groups* hold indexes of *identities*."""
    best = [max(identities[at].telling.score for at in group) for group in groups]
    doubles = _doubles(groups, identities, chances, best)
    by_sentence: dict[int, list[tuple[float, int]]] = {}
    for number, group in enumerate(groups):
        for at in group:
            telling = identities[at].telling
            by_sentence.setdefault(telling.sentence, []).append((telling.score, number))
    return [
        _row(number, groups, identities, views, best, by_sentence)
        | {
            "doubles": float(doubles[number].count),
            "double:best": doubles[number].best,
            "double:chance": doubles[number].chance,
            "article:best": max(best),
        }
        for number in range(len(groups))
    ]


@dataclass(frozen=True, slots=True)
class _Doubles:
    """The other happenings of a happening's type."""

    count: int
    best: float  #: score of the surest of them
    chance: float  #: the highest that a telling of theirs is of this one


def _doubles(groups: Groups, identities: Sequence[Identity], chances: Chances, best: Sequence[float]) -> list[_Doubles]:
    by_type: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        by_type.setdefault(identities[group[0]].telling.type_code, []).append(number)
    group_of = {at: number for number, group in enumerate(groups) for at in group}
    closest = [0.0] * len(groups)
    for (first, second), chance in chances.items():
        one, two = group_of[first], group_of[second]
        if one != two:
            closest[one], closest[two] = max(closest[one], chance), max(closest[two], chance)
    found: dict[int, _Doubles] = {}
    for alike in by_type.values():
        ranked = sorted(alike, key=lambda number: -best[number])[:2]
        for number in alike:
            surest = next((best[other] for other in ranked if other != number), 0.0)
            found[number] = _Doubles(len(alike) - 1, surest, closest[number])
    return [found[number] for number in range(len(groups))]


def _row(
    number: int,
    groups: Groups,
    identities: Sequence[Identity],
    views: Views,
    best: Sequence[float],
    by_sentence: dict[int, list[tuple[float, int]]],
) -> dict[str, float]:
    members = [identities[at] for at in groups[number]]
    tellings = [member.telling for member in members]
    scores = sorted((telling.score for telling in tellings), reverse=True)
    lead = max(members, key=lambda member: (member.telling.score, -member.telling.sentence))
    sentences = sorted({telling.sentence for telling in tellings})
    kind = tellings[0].type_code
    known = [views[sentence] for sentence in sentences if views[sentence]]
    row = {
        "best": scores[0],
        "next": scores[1] if len(scores) > 1 else 0.0,
        "mean": sum(scores) / len(scores),
        "tellings": float(len(tellings)),
        "sentences": float(len(sentences)),
        "title": float(sentences[0] == 0),
        "first": float(sentences[0]),
        "last": float(sentences[-1]),
        "length": float(len(views)),
        "neighbour": max((s for n in sentences for s, other in by_sentence[n] if other != number), default=0.0),
        "rival": lead.telling.rival,
        "word": lead.telling.word_score,
        "article:groups": len(groups) / max(1, len(views)),
        "article:mean": sum(best) / len(best),
        "noun": float(lead.is_noun),
        "agents": float(bool(lead.agents)),
        "patients": float(bool(lead.patients)),
        "parties": float(len(lead.chains)),
        "places": float(bool(lead.places)),
        "days": float(bool(lead.days)),
        "view": max((view[kind] for view in known), default=UNKNOWN),
        "view:event": max((view["event"] for view in known), default=UNKNOWN),
        "view:main": max((view["main"] for view in known), default=UNKNOWN),
        "view:background": max((view["background"] for view in known), default=UNKNOWN),
        "view:planned": max(
            (view["planned"] + view["hypothetical"] + view["negated"] for view in known), default=UNKNOWN
        ),
    }
    return row | {f"type={code}": float(code == kind) for code in event_types()}
