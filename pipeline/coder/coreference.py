"""Follow the parties through an article: pronouns, "the group", surnames, and countries left unsaid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from spacy.tokens import Token

from pipeline.coder.meaning import Meaning, PartyKind, Sight
from pipeline.coder.persons import Persons
from pipeline.coder.phrases import Phrase
from pipeline.coder.sides import Chooser, Open, Scene

REACH = 4  #: sentences that a pronoun or a description looks back
_HE = frozenset({"he", "she", "him", "her", "his", "hers", "himself", "herself"})
_IT = frozenset({"it", "its", "itself"})
_THEY = frozenset({"they", "them", "their", "theirs", "themselves"})
_WE = frozenset({"we", "us", "our", "ours", "i", "me", "my", "mine", "ourselves", "myself"})
_WHO = frozenset({"who", "which", "that", "whom", "whose"})
#: Nouns that point back at a name, with the roles that it may have.
_GENERIC = {
    "group": ("REB", "PTY", "NGO", "SOC", "UAF", "IGO", "OPP", "PRM", "CRM", "UNK"),
    "movement": ("REB", "PTY", "SOC", "OPP"),
    "organisation": ("REB", "NGO", "IGO", "SOC", "UNK"),
    "organization": ("REB", "NGO", "IGO", "SOC", "UNK"),
    "agency": ("JRN", "IGO", "SPY"),
    "newspaper": ("JRN",),
    "paper": ("JRN",),
    "bloc": ("IGO",),
    "alliance": ("IGO",),
    "party": ("PTY",),
    "company": ("BUS",),
    "militant": ("REB",),
    "extremist": ("REB",),
}
_ARGUMENTS = frozenset({"nsubj", "nsubj:pass", "obj", "iobj", "obl", "obl:agent"})
_SUBJECTS = frozenset({"nsubj", "nsubj:pass", "obl:agent"})
_SAYING = frozenset(
    {
        "say",
        "tell",
        "add",
        "declare",
        "announce",
        "claim",
        "write",
        "warn",
        "insist",
        "state",
        "note",
        "explain",
        "argue",
        "reply",
        "vow",
    }
)
_SIDES = frozenset(
    {"country", "side", "nation", "neighbour", "neighbor", "government", "state", "party", "leader", "rival"}
)
_ALLIES = frozenset(
    {"ally", "opponent", "enemy", "rival", "neighbour", "neighbor", "partner", "critic", "foe", "adversary"}
)


@dataclass(slots=True)
class Chain:
    """One party through the article, as last met."""

    number: int
    text: str
    country: str | None
    role: str
    kind: PartyKind
    is_plural: bool
    sentence: int = -1
    is_subject: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """A mention with the party that it is of."""

    phrase: Phrase
    kind: PartyKind
    text: str
    chain: Chain


class Memory:
    """What has been read so far; sentences must come in order."""

    def __init__(self, seen: Sequence[Sight], scene: Scene, persons: Persons, choose: Chooser) -> None:
        self._seen = seen
        self._scene = scene
        self._persons = persons
        self._choose = choose
        self._chains: dict[tuple[str, ...], Chain] = {}
        self._recent: dict[int, Chain] = {}  #: by number, the last met last
        self._speaker: Chain | None = None

    def read(self, number: int, found: Sequence[Meaning]) -> list[Resolved]:
        """Return the parties of sentence *number*, in order."""
        seen = self._seen[number]
        told = {meant.phrase.head: meant for meant in found}
        at = {phrase.head: phrase for phrase in (*seen.phrases, *(meant.phrase for meant in found))}
        resolved: list[Resolved] = []
        quoted: list[Phrase] = []
        here: dict[int, Chain] = {}
        for head, phrase in sorted(at.items()):
            meant = told.get(head)
            if meant is None and seen.doc[head].lower_ in _WE:
                quoted.append(phrase)
                continue
            for chain, kind in self._follow(number, phrase, meant, here):
                text = meant.text if meant is not None and kind == meant.kind and kind != "person" else chain.text
                resolved.append(Resolved(phrase, kind, text, chain))
                here[head] = chain
                self._note(number, seen.doc[head], chain)
        if self._speaker is not None:
            resolved.extend(Resolved(phrase, "pronoun", self._speaker.text, self._speaker) for phrase in quoted)
        return sorted(resolved, key=lambda one: (one.phrase.start, one.phrase.head))

    def _follow(
        self, number: int, phrase: Phrase, meant: Meaning | None, here: dict[int, Chain]
    ) -> Iterator[tuple[Chain, PartyKind]]:
        head = self._seen[number].doc[phrase.head]
        if meant is None:
            antecedent = self._antecedent(number, head, here)
            if antecedent is not None:
                yield antecedent, "pronoun"
        elif meant.kind == "person":
            yield self._person(number, head, meant), "person"
        elif pair := self._pair(number, meant):
            yield from ((chain, "pronoun") for chain in pair)
        elif (described := self._described(number, meant)) is not None:
            yield described, "pronoun"
        else:
            for country in self._countries(number, head, meant, here):
                yield self._chain(meant, country, head), meant.kind

    def _person(self, number: int, head: Token, meant: Meaning) -> Chain:
        person = self._persons.find(meant.person) or self._persons.add(meant)
        key = ("person", person.text)
        if key not in self._chains and person.country is None:
            person.country = self._choose(
                self._scene,
                Open(number, head.i, person.role or "CVL", "PERSON", "name", _others(self._seen[number], head)),
            )
        return self._get(key, person.text, person.country, person.role or "CVL", "person", is_plural=False)

    def _countries(self, number: int, head: Token, meant: Meaning, here: dict[int, Chain]) -> Sequence[str | None]:
        noun, role = head.lemma_.lower(), meant.role or "UNK"
        if not meant.countries and meant.kind == "role":
            owner = (
                self._antecedent(number, self._seen[number].doc[meant.owner], here) if meant.owner is not None else None
            )
            if owner is not None and owner.country and noun not in _ALLIES:
                return (owner.country,)
        if not meant.countries and noun not in _ALLIES:
            form = _form(self._seen[number], meant.phrase)
            name = noun if meant.kind == "role" else "NAME"
            country = self._choose(
                self._scene, Open(number, head.i, role, name, form, _others(self._seen[number], head))
            )
        else:
            country = meant.countries[-1] if meant.countries else None
        self._scene.learn(noun, role, country)
        return meant.countries or (country,)

    def _chain(self, meant: Meaning, country: str | None, head: Token) -> Chain:
        is_plural = "Plur" in head.morph.get("Number", []) or head.lower_ == "police"
        name = head.lemma_.lower() if meant.kind == "role" else meant.text
        kind = "country" if meant.kind == "country" else "party"
        key = (kind, country or "", meant.role or "UNK", "" if kind == "country" else name)
        return self._get(key, meant.text, country, meant.role or "UNK", meant.kind, is_plural=is_plural)

    def _get(
        self, key: tuple[str, ...], text: str, country: str | None, role: str, kind: PartyKind, *, is_plural: bool
    ) -> Chain:
        chain = self._chains.get(key)
        if chain is None:
            chain = self._chains[key] = Chain(len(self._chains), text, country, role, kind, is_plural)
        return chain

    def _described(self, number: int, meant: Meaning) -> Chain | None:
        """The antecedent of "the group", "the president", where the words say no more."""
        doc, phrase = self._seen[number].doc, meant.phrase
        is_bare = phrase.head - phrase.start == 1 and doc[phrase.start].lower_ in ("the", "this", "that")
        if not is_bare or meant.countries or meant.kind != "role":
            return None
        noun = doc[phrase.head].lemma_.lower()
        holder = self._persons.holder(noun)
        if holder is not None and ("person", holder.text) in self._chains:
            return self._chains["person", holder.text]
        roles = _GENERIC.get(noun, ())
        near = self._near(number - 3 * REACH) if roles else ()
        return next((chain for chain in near if chain.kind in ("named", "outlet") and chain.role in roles), None)

    def _near(self, since: int) -> Iterator[Chain]:
        """Chains met in sentence *since* or later, the last met first."""
        return takewhile(lambda chain: chain.sentence >= since, reversed(self._recent.values()))

    def _pair(self, number: int, meant: Meaning) -> list[Chain]:
        """The antecedents of "the two countries", "both sides"."""
        doc, phrase = self._seen[number].doc, meant.phrase
        words = {token.lower_ for token in doc[phrase.start : phrase.head]}
        if not words & {"two", "both"} or meant.countries or doc[phrase.head].lemma_.lower() not in _SIDES:
            return []
        found: dict[str, Chain] = {}
        for chain in self._near(number - REACH):
            if chain.country and chain.kind in ("country", "place", "named", "demonym"):
                found.setdefault(chain.country, chain)
        return list(found.values())[:2] if len(found) > 1 else []

    def _antecedent(self, number: int, head: Token, here: dict[int, Chain]) -> Chain | None:
        word = head.lower_
        if word in _WE:
            return self._speaker
        if word in _WHO:
            return next(
                (here[verb.head.i] for verb in head.ancestors if verb.dep_ == "acl:relcl" and verb.head.i in here), None
            )
        near = list(self._near(number - REACH))[::-1]
        fit = _fitting(word, near)
        return max(enumerate(fit), key=lambda pair: _salience(number, *pair))[1] if fit else None

    def _note(self, number: int, head: Token, chain: Chain) -> None:
        chain.sentence, chain.is_subject = number, head.dep_ in _SUBJECTS
        self._recent.pop(chain.number, None)
        self._recent[chain.number] = chain
        if chain.is_subject and head.head.lemma_.lower() in _SAYING:
            self._speaker = chain


def _fitting(word: str, near: Sequence[Chain]) -> list[Chain]:
    if word in _HE:
        return [c for c in near if c.kind == "person"] or [c for c in near if not c.is_plural and c.kind == "role"]
    if word in _THEY:
        return [c for c in near if c.is_plural] or [c for c in near if c.kind in ("named", "country")]
    if word in _IT:
        return [c for c in near if c.kind in ("named", "country", "place", "outlet")]
    return []


def _salience(number: int, place: int, chain: Chain) -> tuple[int, int, int]:
    """The nearer sentence, there the subject, there the later."""
    return (min(chain.sentence, number - 1), chain.is_subject, place)


def _others(seen: Sight, head: Token) -> frozenset[tuple[str, str]]:
    """Relation and country of what else its verb governs."""
    siblings = [child for child in head.head.children if child.i != head.i and child.i in seen.phrase_at]
    spans = [(child.dep_, seen.phrase_at[child.i]) for child in siblings if head.dep_ in _ARGUMENTS]
    if head.dep_ == "conj" and head.head.i in seen.phrase_at:
        spans.append(("conj", seen.phrase_at[head.head.i]))
    return frozenset(
        (relation, name.country)
        for relation, phrase in spans
        for name in seen.names
        if name.country and phrase.start <= name.start < phrase.end
    )


def _form(seen: Sight, phrase: Phrase) -> str:
    first = seen.doc[phrase.start]
    if first.i == phrase.head:
        return "bare"
    if first.lower_ in ("the", "this", "that", "these", "those"):
        return "the"
    if first.lower_ in ("a", "an", "another", "some", "several"):
        return "a"
    return "number" if first.pos_ == "NUM" else "other"
