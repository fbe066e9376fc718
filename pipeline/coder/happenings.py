"""Which tellings are of one happening: a fitted model judges pairs, and the best fits are joined."""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Token

from pipeline.coder.frames import logical_arguments
from pipeline.coder.models import Models
from pipeline.coder.parties import Party
from pipeline.coder.reading import Reading
from pipeline.coder.tellings import Telling, determiner_of
from pipeline.coder.trees import UNKNOWN, Row
from pipeline.coder.views import Views
from pipeline.coder.when import Time
from pipeline.coder.when_where import relation
from pipeline.coder.where import Location
from pipeline.events.ontology import event_types

OPEN_MAX = 40  #: tellings of a type that a new one is compared with, the newest; keeps long articles linear
_CONTENT = frozenset(["NOUN", "VERB", "PROPN", "ADJ", "NUM"])
_OTHERNESS = frozenset(
    ["another", "earlier", "previous", "last", "also", "meanwhile", "separate", "second", "other", "past", "similar"]
)
_OWN = frozenset(["own", "inner"])
_AGENTS = ("agent", "owner")
_PATIENTS = ("patient", "target", "noun:of", "receiver", "light-obl:in:passive")

Chances = Mapping[tuple[int, int], float]  #: that two tellings, by index, are of one happening


@dataclass(frozen=True, slots=True)
class Identity:
    """What a telling's sentence says of which happening it is."""

    telling: Telling
    lemma: str
    is_noun: bool
    determiner: str
    governor: int
    agents: frozenset[str]  #: countries or roles
    patients: frozenset[str]
    chains: frozenset[int]  #: parties of the sentence
    places: frozenset[str]
    days: tuple[tuple[date, date], ...]
    own_day: date | None  #: the day that stands with the very word
    numbers: frozenset[str]
    content: frozenset[str]
    main: float  #: the sentence classifier's, that it tells news of the day
    background: float


def identify(
    reading: Reading,
    tellings: Sequence[Telling],
    parties: Sequence[Sequence[Party]],
    places: Sequence[Sequence[Location]],
    times: Sequence[Sequence[Time]],
    views: Views,
) -> list[Identity]:
    """Return what the sentence of each telling says of the happening; *parties* and the rest are by sentence."""
    told = sorted({telling.sentence for telling in tellings})
    wordings = {number: _wording(reading.sentences[number].doc) for number in told}
    return [
        _identity(reading, t, wordings[t.sentence], parties[t.sentence], places[t.sentence], times[t.sentence], views)
        for t in tellings
    ]


def _wording(doc: Doc) -> tuple[frozenset[str], frozenset[str]]:
    """The numbers of a sentence, and the lemmas of its words with a meaning of their own."""
    words = [(word.pos_, word) for word in doc]
    return (
        frozenset(word.lower_ for kind, word in words if kind == "NUM"),
        frozenset(word.lemma_.lower() for kind, word in words if kind in _CONTENT),
    )


def _identity(
    reading: Reading,
    telling: Telling,
    wording: tuple[frozenset[str], frozenset[str]],
    parties: Sequence[Party],
    places: Sequence[Location],
    times: Sequence[Time],
    views: Views,
) -> Identity:
    doc = reading.sentences[telling.sentence].doc
    token = doc[telling.token]
    logic = logical_arguments(token)
    view = views[telling.sentence]
    numbers, content = wording
    return Identity(
        telling=telling,
        lemma=token.lemma_.lower(),
        is_noun=token.pos_ == "NOUN",
        determiner=determiner_of(doc, telling.token),
        governor=token.head.i,
        agents=_side(parties, logic, _AGENTS),
        patients=_side(parties, logic, _PATIENTS),
        chains=frozenset(party.chain for party in parties),
        places=frozenset(place.text.casefold() for place in places),
        days=tuple((time.first, time.last) for time in times),
        own_day=next((time.first for time in times if _is_own_day(doc, token, time)), None),
        numbers=numbers,
        content=content,
        main=view["main"] if view else UNKNOWN,
        background=view["background"] if view else UNKNOWN,
    )


def _side(parties: Sequence[Party], logic: Mapping[int, tuple[str, ...]], prefixes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        party.country or party.role
        for party in parties
        if any(label.startswith(prefixes) for label in logic.get(party.head, ()))
    )


def _is_own_day(doc: Doc, token: Token, time: Time) -> bool:
    return time.first == time.last and relation(token, doc[time.start : time.end].root) in _OWN


def pair_row(reading: Reading, first: Identity, second: Identity, article: "Article") -> Row:
    """Return what is known of two tellings of one type as numbers, *first* before *second* in the article."""
    one, two = first.telling, second.telling
    common = first.content & second.content
    row = {
        "gap": float(two.sentence - one.sentence),
        "first": float(one.sentence),
        "second": float(two.sentence),
        "position": two.sentence / article.length,
        "length": float(article.length),
        "lemma": float(first.lemma == second.lemma),
        "meaning": _likeness(reading, one, two),
        "agents": _shared(first.agents, second.agents),
        "patients": _shared(first.patients, second.patients),
        "chains": _shared(first.chains, second.chains),
        "chains:count": float(len(first.chains & second.chains)),
        "places": _shared(first.places, second.places),
        "places:count": float(len(first.places & second.places)),
        "places:first": float(bool(first.places)),
        "places:second": float(bool(second.places)),
        "numbers": _shared(first.numbers, second.numbers),
        "days": _meet(first.days, second.days),
        "days:first": float(bool(first.days)),
        "days:second": float(bool(second.days)),
        "content": sum(article.rarity(word) for word in common),
        "content:share": len(common) / max(1, min(len(first.content), len(second.content))),
        "noun:first": float(first.is_noun),
        "noun:second": float(second.is_noun),
        "definite": float(second.determiner == "the"),
        "indefinite": float(second.determiner in ("a", "an")),
        "pointing": float(second.determiner in ("this", "that", "these")),
        "score:first": one.score,
        "score:second": two.score,
        "main:first": first.main,
        "main:second": second.main,
        "background:first": first.background,
        "background:second": second.background,
        "governs": float(
            one.sentence == two.sentence and (first.governor == two.token or second.governor == one.token)
        ),
        "otherness": float(len(second.content & _OTHERNESS)),
        "rivals": float(article.counts[one.type_code]),
        "between": float(article.between(one, two)),
    }
    return row | {f"type={code}": float(code == one.type_code) for code in event_types()}


@dataclass(frozen=True, slots=True)
class Article:
    """What pairs are judged against: the other tellings of the article."""

    length: int  #: sentences
    counts: Counter[str]  #: tellings by type
    sentences: Mapping[str, tuple[int, ...]]  #: of the tellings of each type, in order
    words: Counter[str]  #: tellings whose sentence has the word
    total: int

    def rarity(self, word: str) -> float:
        """How much a word tells tellings of this article apart: the fewer have it, the more."""
        return math.log((self.total + 1) / (self.words[word] + 0.5))

    def between(self, one: Telling, two: Telling) -> int:
        """How many sentences between two tellings tell of their type."""
        numbers = self.sentences[one.type_code]
        return max(0, bisect_left(numbers, two.sentence) - bisect_right(numbers, one.sentence))


def survey(identities: Sequence[Identity], length: int) -> Article:
    """Return what *identities*, all those of an article of *length* sentences in order, have in common."""
    sentences: dict[str, list[int]] = {}
    for identity in identities:
        sentences.setdefault(identity.telling.type_code, []).append(identity.telling.sentence)
    return Article(
        length=length,
        counts=Counter(identity.telling.type_code for identity in identities),
        sentences={code: tuple(numbers) for code, numbers in sentences.items()},
        words=Counter(word for identity in identities for word in identity.content),
        total=len(identities),
    )


def pairs(identities: Sequence[Identity]) -> list[tuple[int, int]]:
    """Return the pairs to judge, by index: two tellings of one type, not too many others of it between them."""
    seen: dict[str, list[int]] = {}
    found: list[tuple[int, int]] = []
    for at, identity in enumerate(identities):
        before = seen.setdefault(identity.telling.type_code, [])
        found += [(other, at) for other in before[-OPEN_MAX:]]
        before.append(at)
    return found


def judge(reading: Reading, identities: Sequence[Identity], models: Models) -> Chances:
    """Return for each pair of tellings how probably they are of one happening."""
    article = survey(identities, len(reading.sentences))
    found = pairs(identities)
    rows = (pair_row(reading, identities[a], identities[b], article) for a, b in found)
    return dict(zip(found, models.merging.chances(rows), strict=True))


def merge(identities: Sequence[Identity], chances: Chances, threshold: float) -> list[list[int]]:
    """Group tellings, by index, into happenings: the two groups that fit best are joined while any fit.

    The fit is half the best and half the mean chance that a telling of one is of one happening with one of the other.
    """
    groups = {at: [at] for at in range(len(identities))}
    links: dict[int, dict[int, list[float]]] = {at: {} for at in groups}
    waiting: list[tuple[float, int, int]] = []

    def link(one: int, two: int, some: list[float]) -> None:
        links[one][two] = links[two][one] = some
        if (fit := _fit(some)) > threshold:
            heappush(waiting, (-fit, min(one, two), max(one, two)))

    for (first, second), chance in chances.items():
        link(first, second, [chance])
    while waiting:
        fit, first, second = heappop(waiting)
        if second not in links.get(first, {}) or _fit(links[first][second]) != -fit:
            continue  # of before one of them was joined
        groups[first] += groups.pop(second)
        for other, some in links.pop(second).items():
            del links[other][second]
            if other != first:
                link(first, other, links[first].get(other, []) + some)
    return [sorted(group) for group in groups.values()]


def _fit(chances: Sequence[float]) -> float:
    return (max(chances) + sum(chances) / len(chances)) / 2


def _likeness(reading: Reading, one: Telling, two: Telling) -> float:
    """Cosine of the two words' vectors."""
    first, second = (_vector(reading.sentences[t.sentence].doc, t.token) for t in (one, two))
    size = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / size if size else 0.0


def _vector(doc: Doc, token: int) -> NDArray[np.float32]:
    return np.asarray(doc[token].vector, dtype=np.float32)


def _shared(first: frozenset[str] | frozenset[int], second: frozenset[str] | frozenset[int]) -> float:
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else UNKNOWN


def _meet(first: Sequence[tuple[date, date]], second: Sequence[tuple[date, date]]) -> float:
    if not first or not second:
        return UNKNOWN
    return float(any(a[0] <= b[1] and b[0] <= a[1] for a in first for b in second))
