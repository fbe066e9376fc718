"""Who did it and who underwent it: the parties around the words that tell an event."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from pipeline.coder.frames import case_of, logical_arguments
from pipeline.coder.parties import Party
from pipeline.coder.tellings import Telling
from pipeline.coder.views import Views, odds_of, steps
from pipeline.coder.when_where import clause_head

ACTOR, RECIPIENT, NEITHER = "actor", "recipient", "neither"
PATH_MAX = 4  #: steps that a path names on either side
SAYING = frozenset(
    ["say", "tell", "report", "announce", "add", "state", "write", "tweet", "claim", "confirm", "note", "insist",
     "acknowledge", "explain", "call", "describe", "warn", "argue", "stress", "quote", "declare", "reply"]
)  # fmt: skip
_SUBJECTS = frozenset(["nsubj", "nsubj:pass", "csubj"])
_MODIFIERS = frozenset(["nmod:poss", "compound", "amod", "nmod"])
_SEATS = ("agent", "patient", "patient:pass", "agent:by", "owner", "noun:of")  #: where the main parties of a word stand
_FAMILIES = {
    "ACCUSE": "speech", "REQUEST": "speech", "THREATEN": "speech", "REJECT": "speech", "SUPPORT": "speech",
    "AGREE": "promise", "CONCEDE": "promise", "CONSULT": "mutual", "COOPERATE": "mutual",
    "ASSAULT": "harm", "COERCE": "harm", "SANCTION": "harm", "AID": "gift", "RETREAT": "lone", "PROTEST": "lone",
    "MOBILIZE": "lone",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prominence:
    """How an article treats a party."""

    mentions: int = 0
    opens: bool = False  #: it is in the title or the first sentence
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """The sentence of a telling: the word that tells, and the parties around it."""

    telling: Telling
    doc: Doc
    parties: Sequence[Party]
    prominence: Mapping[int, Prominence]  #: by chain
    seen: Mapping[int, Mapping[str, float]]  #: by head of a party, the network's log-odds of the parts it may play
    labels: Mapping[int, tuple[str, ...]]  #: of deep syntax, by token
    voice: str

    @property
    def trigger(self) -> Token:
        return self.doc[self.telling.token]

    @property
    def lemma(self) -> str:
        return self.trigger.lemma_.lower()

    @property
    def family(self) -> str:
        return _FAMILIES[self.telling.type_code]


def scene_of(
    doc: Doc, telling: Telling, parties: Sequence[Party], prominence: Mapping[int, Prominence], views: Views
) -> Scene:
    """Return the scene of *telling* in its sentence *doc*, which names *parties*."""
    trigger = doc[telling.token]
    seen = {party.head: odds_of(views, telling.sentence, doc, party.start, party.end) for party in parties}
    return Scene(telling, doc, parties, prominence, seen, logical_arguments(trigger), _voice(trigger))


def prominences(parties: Sequence[Sequence[Party]]) -> dict[int, Prominence]:
    """Return how an article that names *parties*, by sentence, treats each of them, by chain."""
    found: dict[int, Prominence] = {}
    for number, some in enumerate(parties):
        for party in some:
            known = found.get(party.chain, Prominence())
            found[party.chain] = Prominence(
                known.mentions + 1, known.opens or number <= 1, known.in_title or number == 0
            )
    return found


# ── one party ────────────────────────────────────────────────────────────────────────────────


def argument_features(scene: Scene, party: Party) -> tuple[str, ...]:
    """Return what is known of *party* beside the word that tells the event of *scene*."""
    labels = _labels(scene, party)
    return (
        *_of_path(scene, party),
        *_of_party(scene, party),
        *_of_labels(scene, party, labels),
        *_of_rules(scene, party, labels),
        *_of_rivals(scene, party, labels),
        *_of_order(scene, party),
        *_of_title(scene, party),
        *_of_view(scene, party),
    )


def _of_path(scene: Scene, party: Party) -> Iterator[str]:
    head, family = scene.doc[party.head], scene.family
    steps = path(scene.trigger, head)
    yield f"path={steps}"
    yield from (f"path={steps}/{more}" for more in (scene.voice, family, scene.lemma, party.kind))
    if head.dep_ in _MODIFIERS:
        yield f"of={head.head.lemma_.lower()}/{head.dep_}/{family}"
        yield f"owned={path(scene.trigger, head.head)}/{family}"


def _of_party(scene: Scene, party: Party) -> Iterator[str]:
    head, family, type_code = scene.doc[party.head], scene.family, scene.telling.type_code
    noun, governor, case = head.lemma_.lower(), head.head.lemma_.lower(), case_of(head)
    yield from (f"kind={party.kind}/{family}", f"role={party.role}", f"role={party.role}/{type_code}")
    yield from (f"noun={noun}", f"noun={noun}/{family}", f"type={type_code}")
    yield from (f"dep={head.dep_}:{case}", f"dep={head.dep_}:{case}/{family}")
    yield from (f"governor={governor}/{head.dep_}", f"governor={governor}/{head.dep_}/{family}")
    yield from (f"case={case}/{party.kind}/{type_code}", f"case={case}/{party.kind}/{_side(scene, party)}")
    if party.country is None:
        yield f"nowhere/{party.role}"
    for outer in _around(scene, party)[:1]:
        yield f"inside={outer.role}"
        yield from (f"inside/{head.dep_}/{family}", f"inside:kind={outer.kind}/{party.kind}")
    known = scene.prominence.get(party.chain, Prominence())
    count = _bucket(known.mentions, (2, 4, 8))
    yield from (f"count={count}", f"count={count}/{type_code}", f"opens={known.opens}/{type_code}")
    yield from (f"titled={known.in_title}", f"titled={known.in_title}/{type_code}")


def _of_labels(scene: Scene, party: Party, labels: Sequence[str]) -> Iterator[str]:
    family, type_code = scene.family, scene.telling.type_code
    for label in labels:
        yield f"logic={label}"
        yield from (f"logic={label}/{more}" for more in (family, type_code, scene.lemma, party.role, party.kind))
    if not labels:
        yield from ("logic=no", f"logic=no/{family}/{party.kind}", f"logic=no/{type_code}/{party.role}")


def _of_rules(scene: Scene, party: Party, labels: Sequence[str]) -> Iterator[str]:
    """How the party stands to a phrase of the lexicon, which may turn sides around ("came under fire")."""
    rules = _rules(scene.telling)
    for label in labels or ("no",):
        for frame in sorted({frame for _, frame in rules}):
            yield from (f"frame={frame}/{_plain(label)}/{scene.voice}", f"frame={frame}/{label}/{party.role}")
        yield from (f"rule={name}/{_plain(label)}" for name, _ in rules)


def _of_rivals(scene: Scene, party: Party, labels: Sequence[str]) -> Iterator[str]:
    """Which seats other parties hold: with the agent's seat taken, this one is less likely the actor."""
    taken = {
        _plain(label)
        for other in scene.parties
        if other.chain != party.chain
        for label in scene.labels.get(other.head, ())
    }
    for seat in _SEATS:
        is_taken = seat in taken
        yield from (f"taken:{seat}={is_taken}/{_plain(label)}" for label in labels or ("no",))
        yield f"taken:{seat}={is_taken}/{_side(scene, party)}/{scene.family}/{scene.voice}"


def _of_order(scene: Scene, party: Party) -> Iterator[str]:
    trigger, head, family, side = scene.trigger, scene.doc[party.head], scene.family, _side(scene, party)
    first, last = sorted((head.i, trigger.i))
    between = min(sum(first < other.head < last for other in scene.parties), 3)
    yield from (f"side={side}", f"side={side}/{family}", f"side={side}/{scene.voice}/{trigger.pos_}")
    yield f"distance={_bucket(last - first, (2, 4, 7, 11, 17))}/{side}"
    yield from (f"between={between}/{side}", f"between={between}/{side}/{family}")
    same = clause_head(head).i == clause_head(trigger).i
    yield f"clause={same}/{side}"
    if _speaks(head):
        yield from ("speaker", f"speaker/{family}", f"speaker/{same}/{scene.telling.type_code}")


def _of_title(scene: Scene, party: Party) -> Iterator[str]:
    """Headlines are parsed worse, so there the order of the words counts for more."""
    if scene.telling.sentence:
        return
    side, family, dep = _side(scene, party), scene.family, scene.doc[party.head].dep_
    is_first = party.start == min(other.start for other in scene.parties)
    yield from (f"title/{side}", f"title/{side}/{scene.voice}/{family}", f"title/{dep}/{family}")
    yield from (f"title/{party.kind}", f"title/first={is_first}/{side}/{family}")


def _of_view(scene: Scene, party: Party) -> Iterator[str]:
    """What the network says of the party, alone and beside the others of the sentence."""
    own, kind = scene.seen[party.head], scene.telling.type_code
    for part in (ACTOR, RECIPIENT) if own else ():
        name = f"{part}:{kind}"
        yield from steps(f"view {part}", own[name])
        yield from steps(f"view {part} of any", own[part])
        best = max((odds[name] for head, odds in scene.seen.items() if odds and head != party.head), default=-9.0)
        yield from steps(f"view {part} leads", own[name] - best)


# ── nobody ───────────────────────────────────────────────────────────────────────────────────


def vacancy_features(scene: Scene, part: str) -> tuple[str, ...]:
    """Return what the word of *scene* itself shows of whether anybody plays *part*, "actor" or "recipient"."""
    return tuple(f"{part}?{name}" for name in (*_of_word(scene), *_of_seats(scene)))


def _of_word(scene: Scene) -> Iterator[str]:
    trigger, type_code, voice = scene.trigger, scene.telling.type_code, scene.voice
    yield from ("any", f"type={type_code}", f"type={type_code}/{voice}")
    yield from (f"lemma={scene.lemma}", f"lemma={scene.lemma}/{voice}")
    yield from (f"voice={voice}/{trigger.dep_}", f"dep={trigger.dep_}/{type_code}")
    yield f"governor={trigger.head.lemma_.lower()}/{trigger.dep_}"
    for name, frame in _rules(scene.telling):
        yield from (f"rule={name}", f"frame={frame}", f"frame={frame}/{voice}")
    present = min(len({party.chain for party in scene.parties}), 4)
    yield from (f"parties={present}", f"parties={present}/{type_code}")
    if scene.telling.sentence == 0:
        yield "title"
    for side in (ACTOR, RECIPIENT):
        seen = [odds[f"{side}:{type_code}"] for odds in scene.seen.values() if odds]
        yield from steps(f"view {side}", max(seen)) if seen else ()


def _of_seats(scene: Scene) -> Iterator[str]:
    type_code = scene.telling.type_code
    held = {at for party in scene.parties for at in range(party.start, party.end)}
    heads = {party.head: party for party in scene.parties}
    for at, labels in scene.labels.items():
        how = "party" if at in held else "thing"
        for label in labels:
            yield from (f"{label}/{how}", f"{label}/{how}/{type_code}", f"{label}/{how}/{scene.lemma}")
            if at in heads:
                yield from (f"{label}/{heads[at].role}/{type_code}", f"{label}/{heads[at].kind}/{type_code}")
            else:
                yield f"{label}/noun={scene.doc[at].lemma_.lower()}"
    filled = {_plain(label) for labels in scene.labels.values() for label in labels}
    yield from (f"no:{seat}/{type_code}" for seat in _SEATS if seat not in filled)
    yield f"agentless={filled.isdisjoint(('agent', 'agent:by', 'owner'))}/{scene.voice}/{type_code}"


# ── syntax ───────────────────────────────────────────────────────────────────────────────────


def _labels(scene: Scene, party: Party) -> tuple[str, ...]:
    """Return how the party stands to the trigger by deep syntax; any word of its name may carry that."""
    own = scene.labels.get(party.head, ())
    return own or next((scene.labels[at] for at in range(party.start, party.end) if at in scene.labels), ())


def _plain(label: str) -> str:
    """A label without the way by which it was found."""
    return label.split("~")[0]


def _rules(telling: Telling) -> list[tuple[str, str]]:
    """Name and frame of the lexicon's phrases that tell the event."""
    found = (match.rule for match in telling.candidate.matches)
    return sorted({(rule.name, rule.frame) for rule in found if rule.type_code == telling.type_code})


def _around(scene: Scene, party: Party) -> list[Party]:
    """The parties whose names hold that of *party*: "Iraqi police" holds "Iraqi"."""
    return [
        other
        for other in scene.parties
        if other.start <= party.start and party.end <= other.end and other.end - other.start > party.end - party.start
    ]


def _side(scene: Scene, party: Party) -> str:
    return "before" if party.head < scene.telling.token else "after"


def path(start: Token, end: Token) -> str:
    """Return the steps of the dependency tree from *start* to *end*: "^" up and "v" down, with prepositions."""
    above = [start, *start.ancestors]
    positions = {token.i: at for at, token in enumerate(above)}
    down: list[Token] = []
    token = end
    while token.i not in positions and token.head.i != token.i:
        down.append(token)
        token = token.head
    if token.i not in positions:
        return "none"
    up = above[: positions[token.i]]
    if len(up) > PATH_MAX or len(down) > PATH_MAX:
        return "far"
    return "".join([f"^{step.dep_}" for step in up] + [f"v{step.dep_}:{case_of(step)}" for step in reversed(down)])


def _voice(trigger: Token) -> str:
    deps = {child.dep_ for child in trigger.children}
    if deps & {"nsubj:pass", "aux:pass"}:
        return "passive"
    return "verb" if trigger.pos_ in ("VERB", "AUX") else "noun"


def _speaks(head: Token) -> bool:
    return head.dep_ in _SUBJECTS and head.head.lemma_.lower() in SAYING


def _bucket(number: int, bounds: Sequence[int]) -> int:
    return sum(number >= bound for bound in bounds)
