"""Who is who in a happening: each side that its sentences name is weighed as actor and as recipient."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.coder.arguments import (
    ACTOR,
    RECIPIENT,
    Prominence,
    argument_features,
    prominences,
    scene_of,
    vacancy_features,
)
from pipeline.coder.linear import Linear
from pipeline.coder.parties import Party
from pipeline.coder.reading import Reading
from pipeline.coder.tellings import Telling
from pipeline.coder.trees import UNKNOWN, Forest, Row
from pipeline.coder.views import Views, log_odds
from pipeline.events.ontology import event_types

Parties = Sequence[tuple[Party, ...]]
_FORCES = frozenset(["ASSAULT", "MOBILIZE"])
_STATE = frozenset(["GOV", "MIL", "COP"])


@dataclass(frozen=True, slots=True)
class Standing:
    """A party in a sentence that tells the happening, and how it stands to the word that tells it."""

    party: Party
    actor: float
    recipient: float
    acted: float  #: that the word lets anybody be its actor
    undergone: float  #: that it lets anybody be its recipient
    seen: tuple[float, float]  #: the network's log-odds that it is actor and recipient; UNKNOWN where not asked


@dataclass(frozen=True, slots=True)
class Census:
    """What an article as a whole says of its parties; taken once, since every happening asks for it."""

    prominence: Mapping[int, Prominence]  #: by chain
    named: Mapping[str, int]  #: parties of each side
    total: int
    home: str  #: the side named most


def census(parties: Parties) -> Census:
    """Return the census of an article's parties."""
    named = Counter(side_of(party) for some in parties for party in some)
    home = named.most_common(1)[0][0] if named else ""
    return Census(prominences(parties), named, sum(named.values()), home)


def standings(
    reading: Reading, tellings: Sequence[Telling], parties: Parties, counted: Census, arguments: Linear, views: Views
) -> list[Standing]:
    """Return the parties of all sentences of a happening with their chances to be its actor or recipient."""
    found: list[Standing] = []
    for telling in tellings:
        present = parties[telling.sentence]
        scene = scene_of(reading.sentences[telling.sentence].doc, telling, present, counted.prominence, views)
        acted, undergone = (arguments.scores(vacancy_features(scene, part))[part] for part in (ACTOR, RECIPIENT))
        for party in present:
            scores = arguments.scores(argument_features(scene, party))
            odds = scene.seen[party.head]
            acts, undergoes = (odds.get(f"{part}:{telling.type_code}", UNKNOWN) for part in (ACTOR, RECIPIENT))
            found.append(Standing(party, scores[ACTOR], scores[RECIPIENT], acted, undergone, (acts, undergoes)))
    return found


def side_of(party: Party) -> str:
    """Return the side that a party belongs to: its country, else its role behind a question mark."""
    return party.country or f"?{party.role}"


def sides(found: Sequence[Standing]) -> dict[str, list[Standing]]:
    """Group the standings of a happening by side."""
    by_side: dict[str, list[Standing]] = {}
    for standing in found:
        by_side.setdefault(side_of(standing.party), []).append(standing)
    return by_side


def side_rows(by_side: Mapping[str, Sequence[Standing]], tellings: Sequence[Telling], counted: Census) -> list[Row]:
    """Return what is known of each side of a happening as numbers, in the order of *by_side*."""
    numbers = {telling.sentence for telling in tellings}
    first = min((n for n in numbers if n), default=0)
    best = {side: (max(s.actor for s in some), max(s.recipient for s in some)) for side, some in by_side.items()}
    everybody = [standing for some in by_side.values() for standing in some]
    shared = _shared(everybody) | {"sides": float(len(by_side)), "sentences": float(len(numbers))}
    rows: list[Row] = []
    for side, some in by_side.items():
        others = [values for other, values in best.items() if other != side]
        rows.append(
            shared
            | _row(some, tellings, best[side], others, first)
            | _chains(some, everybody)
            | _seen(some, everybody)
            | {
                "home": float(side == counted.home),
                "named": counted.named[side] / counted.total,
                "nowhere": float(side.startswith("?")),
                "coverage": len({s.party.sentence for s in some}) / len(numbers),
            }
        )
    return rows


def _shared(everybody: Sequence[Standing]) -> dict[str, float]:
    """Whether the words of the happening let anybody act or undergo, in the mean and at most."""
    words = {s.party.sentence: (s.acted, s.undergone) for s in everybody}
    acted, undergone = zip(*words.values(), strict=True)
    return {
        "acted": log_odds(sum(acted) / len(words)),
        "acted:most": log_odds(max(acted)),
        "undergone": log_odds(sum(undergone) / len(words)),
        "undergone:most": log_odds(max(undergone)),
    }


def _chains(some: Sequence[Standing], everybody: Sequence[Standing]) -> dict[str, float]:
    """One party seldom does it to itself: what is left of a side without the clearest party of the other part."""
    doer, sufferer = (max(everybody, key=lambda s: _clearness(s, part)).party.chain for part in (ACTOR, RECIPIENT))
    return {
        "actor:apart": log_odds(max((s.actor for s in some if s.party.chain != sufferer), default=0.0)),
        "recipient:apart": log_odds(max((s.recipient for s in some if s.party.chain != doer), default=0.0)),
        "actor:either": _either((s.party.chain, s.actor) for s in some),
        "recipient:either": _either((s.party.chain, s.recipient) for s in some),
        "doer": float(any(s.party.chain == doer for s in some)),
        "sufferer": float(any(s.party.chain == sufferer for s in some)),
        "chains": float(len({s.party.chain for s in some})),
        "same": float(doer == sufferer),
    }


def _seen(some: Sequence[Standing], everybody: Sequence[Standing]) -> dict[str, float]:
    """The network's best opinion of a side, and how far it is from that of the other sides."""
    own = {side_of(s.party) for s in some}
    rivals = [s for s in everybody if side_of(s.party) not in own]
    found: dict[str, float] = {}
    for at, part in enumerate((ACTOR, RECIPIENT)):
        known, others = ([s.seen[at] for s in each if not math.isnan(s.seen[at])] for each in (some, rivals))
        best = max(known, default=UNKNOWN)
        found[f"{part}:seen"] = best
        found[f"{part}:seen:mean"] = sum(known) / len(known) if known else UNKNOWN
        found[f"{part}:seen:lead"] = best - max(others, default=-6.0)
        found[f"{part}:seen:most"] = max([*others, best])
    return found


def _either(weighed: Iterable[tuple[int, float]]) -> float:
    """Return the log-odds that any party plays a part, each at its mean chance, as if they were independent."""
    by_chain: dict[int, list[float]] = {}
    for chain, chance in weighed:
        by_chain.setdefault(chain, []).append(chance)
    none = 1.0
    for chances in by_chain.values():
        none *= 1 - sum(chances) / len(chances)
    return log_odds(1 - none)


def _row(
    some: Sequence[Standing],
    tellings: Sequence[Telling],
    own: tuple[float, float],
    others: Sequence[tuple[float, float]],
    first: int,
) -> dict[str, float]:
    actor, recipient = (max((values[n] for values in others), default=0.0) for n in (0, 1))
    opening = [s for s in some if s.party.sentence == first]
    count = len(some)
    row = {
        "actor": log_odds(own[0]),
        "recipient": log_odds(own[1]),
        "actor:rival": log_odds(actor),
        "recipient:rival": log_odds(recipient),
        "actor:lead": own[0] - actor,
        "recipient:lead": own[1] - recipient,
        "actor:mean": sum(s.actor for s in some) / count,
        "recipient:mean": sum(s.recipient for s in some) / count,
        "actor:first": log_odds(max((s.actor for s in opening), default=0.0)),
        "recipient:first": log_odds(max((s.recipient for s in opening), default=0.0)),
        "parties": float(count),
        "place": sum(s.party.kind == "place" for s in some) / count,
        "state": sum(s.party.role in _STATE for s in some) / count,
        "civilian": sum(s.party.role == "CVL" for s in some) / count,
    }
    return row | {f"type={code}": float(code == tellings[0].type_code) for code in event_types()}


def choose(
    by_side: Mapping[str, Sequence[Standing]], chances: Sequence[float], part: str, first: float, more: float
) -> list[Party]:
    """Return the parties of the likeliest side, if it passes *first*, and of others that pass *more*.

    Each side gives the party that stands clearest in that *part*, "actor" or "recipient".
    """
    ranked = sorted(zip(chances, by_side, strict=True), key=lambda item: (-item[0], item[1]))
    taken = [side for at, (chance, side) in enumerate(ranked) if chance > (more if at else first)]
    return [max(by_side[side], key=lambda s: _clearness(s, part)).party for side in taken]


def _clearness(standing: Standing, part: str) -> tuple[float, int, int]:
    weight = standing.actor if part == ACTOR else standing.recipient
    return weight, -standing.party.sentence, -standing.party.start


def in_arms(party: Party, type_code: str) -> Party:
    """A country that attacks or moves troops does so by its forces."""
    is_state = party.role == "GOV" and party.kind in ("country", "place", "demonym")
    return replace(party, role="MIL") if is_state and type_code in _FORCES else party


def cast(
    reading: Reading,
    tellings: Sequence[Telling],
    parties: Parties,
    counted: Census,
    arguments: Linear,
    forests: tuple[Forest, Forest],
    thresholds: tuple[tuple[float, float], tuple[float, float]],
    views: Views,
) -> tuple[list[Party], list[Party]]:
    """Return actors and recipients of the happening that *tellings* tell."""
    by_side = sides(standings(reading, tellings, parties, counted, arguments, views))
    if not by_side:
        return [], []
    rows = side_rows(by_side, tellings, counted)
    actors, recipients = (
        choose(by_side, forest.chances(rows), part, *bounds)
        for forest, part, bounds in zip(forests, (ACTOR, RECIPIENT), thresholds, strict=True)
    )
    kind = tellings[0].type_code
    return [in_arms(party, kind) for party in actors], [in_arms(party, kind) for party in recipients]
