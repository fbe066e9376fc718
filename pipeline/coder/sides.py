"""The country of a party that its own words leave open: "police", "the army", "villagers".

Every country that the article names is a candidate, and none; a model fitted by training/coder/parties.py weighs where
each is named, how often, and for which parties the text says it outright.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.coder.linear import Linear, load
from pipeline.coder.names import Name
from pipeline.coder.reading import Reading
from pipeline.places.gazetteer import BODIES, country_code, name_meaning

CANDIDATES_MAX = 8  #: countries of an article that are considered, beside the dateline's and the publisher's
LEDE = 3  #: sentences, with the title, that say where a report plays
BACK_MAX = 4  #: sentences
_OUTRIGHT = frozenset({"country", "demonym", "metonym"})


@dataclass(frozen=True, slots=True)
class Open:
    """A party in want of a country."""

    sentence: int
    head: int
    role: str
    noun: str  #: lemma of its head, or NAME, PERSON
    form: str  #: "the", "a", "number", "bare", "name", "other"
    others: frozenset[tuple[str, str]] = frozenset()  #: relation and country of what else its verb governs


@dataclass(slots=True)
class Scene:
    """The countries of an article: where each is named, and whose they were so far."""

    names: Sequence[Sequence[Name]]
    candidates: tuple[str | None, ...]
    standing: dict[str, tuple[str, ...]]  #: what the whole article says of each candidate
    nouns: dict[str, Counter[str]]  #: countries of the parties of a noun whose words tell it
    roles: dict[str, Counter[str]]
    last_noun: dict[str, str | None] = field(default_factory=dict)
    last_role: dict[str, str] = field(default_factory=dict)

    def learn(self, noun: str, role: str, country: str | None) -> None:
        """Remember of which country the last bearer of a noun and of a role was."""
        self.last_noun[noun] = country
        if country is not None:
            self.last_role[role] = country


Chooser = Callable[[Scene, Open], str | None]


def scene(reading: Reading, names: Sequence[Sequence[Name]], told: Iterable[tuple[str, str, str]]) -> Scene:
    """Return the countries that an article names; *told* are noun, role and country of parties that say it."""
    nouns: dict[str, Counter[str]] = defaultdict(Counter)
    roles: dict[str, Counter[str]] = defaultdict(Counter)
    for noun, role, country in told:
        nouns[noun][country] += 1
        roles[role][country] += 1
    dateline = _country_of(reading.dateline.place if reading.dateline else None)
    publisher = reading.document.source_country_code
    named = [name for inside in names for name in inside if name.country and name.country not in BODIES]
    counts = Counter(name.country for name in named if name.country)
    counts.update([dateline] if dateline else [])
    ranked = [code for code, _ in counts.most_common(CANDIDATES_MAX)]
    known = dict.fromkeys([*ranked, *filter(None, (dateline, publisher))])
    whole = _Whole(
        names, counts, Counter(n.country for n in named if n.country and n.kind in _OUTRIGHT), dateline, publisher
    )
    standing = {country: tuple(_standing(whole, country)) for country in known}
    return Scene(names, (*known, None), standing, nouns, roles)


@dataclass(frozen=True, slots=True)
class _Whole:
    names: Sequence[Sequence[Name]]
    counts: Counter[str]
    outright: Counter[str]
    dateline: str | None
    publisher: str | None


def _standing(whole: _Whole, country: str) -> Iterator[str]:
    own = whole.counts[country]
    outright = min(sum(whole.outright.values()), 3)
    first = next((at for at, inside in enumerate(whole.names[:LEDE]) if _names(inside, country)), LEDE)
    yield f"share {min(5 * own // (sum(whole.counts.values()) or 1), 4)}"
    yield f"rank {min(sum(count > own for count in whole.counts.values()), 3)}"
    yield f"dateline {whole.dateline == country}" if whole.dateline else "no dateline"
    yield f"publisher {whole.publisher == country} {outright}"
    yield f"outright {whole.outright[country] > 0} {outright}"
    yield f"first {first}"
    if any(name.country == country and name.is_where for inside in whole.names[:LEDE] for name in inside):
        yield "where the lede is"


def _country_of(place: str | None) -> str | None:
    for part in reversed((place or "").replace("/", ",").split(",")):
        name = part.strip().title() if part.strip().isupper() else part.strip()
        known = country_code(name) or (name_meaning(name) or (None, None))[1]
        if known:
            return known
    return None


def features(scene: Scene, party: Open, country: str | None) -> list[str]:
    """Return what speaks for and against *country* as that of *party*, each also by role and by form."""
    base = list(_features(scene, party, country))
    return [*base, *(f"{name}|{party.role}" for name in base), *(f"{name}|{party.form}" for name in base)]


def _features(scene: Scene, party: Open, country: str | None) -> Iterator[str]:
    if country is None:
        yield "none"
        yield f"none noun {party.noun}"
        return
    yield "some"
    yield from _nearness(scene, party, country)
    yield from scene.standing[country]
    yield f"noun told {_most(scene.nouns.get(party.noun), country)}"
    yield f"role told {_most(scene.roles.get(party.role), country)}"
    for relation, other in sorted(party.others):
        if other == country:
            yield f"other side {relation}"
    if party.noun in scene.last_noun:
        yield f"last of noun {scene.last_noun[party.noun] == country}"
    if party.role in scene.last_role:
        yield f"last of role {scene.last_role[party.role] == country}"


def _nearness(scene: Scene, party: Open, country: str) -> Iterator[str]:
    here = [name for name in scene.names[party.sentence] if name.country]
    own = [name for name in here if name.country == country]
    if own:
        nearest = min(own, key=lambda name: abs(name.start - party.head))
        best = min(here, key=lambda name: abs(name.start - party.head))
        yield f"here {nearest.kind} {'before' if nearest.start < party.head else 'after'}"
        yield f"here nearest {best.country == country}"
        yield f"here only {len(own) == len(here)}"
        yield f"here where {any(name.is_where for name in own)}"
    else:
        yield f"not here {bool(here)}"
    nearby = (
        back
        for back in range(1, min(BACK_MAX, party.sentence + 1))
        if _names(scene.names[party.sentence - back], country)
    )
    yield f"back {next(nearby, BACK_MAX)}"


def _most(told: Counter[str] | None, country: str) -> str:
    """Whether such parties are elsewhere said to be of *country*, mostly or also."""
    if not told:
        return "never"
    own = told[country]
    return "no" if not own else "most" if own == max(told.values()) else "also"


def _names(inside: Sequence[Name], country: str) -> bool:
    return any(name.country == country for name in inside)


def choose(scene: Scene, party: Open) -> str | None:
    """Return the likeliest country of *party* by the packaged model, or None where it belongs to none."""
    return choose_by(load("parties-sides"), scene, party)


def choose_by(model: Linear, scene: Scene, party: Open) -> str | None:
    """Return the country that *model* holds likeliest; at a tie the one more often named."""
    scores = [model.scores(features(scene, party, country))["yes"] for country in scene.candidates]
    return scene.candidates[scores.index(max(scores))]
