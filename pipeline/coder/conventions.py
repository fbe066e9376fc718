"""Conventions of the codebook that need no weighing.

What is only asked for, promised or threatened has not happened; sport and accidents are no violence; one who is only
accused of a deed is not its actor; a deed denied outright is negated.
"""

from collections.abc import Collection, Sequence

from spacy.tokens import Doc, Token

from pipeline.coder.events import EventDraft
from pipeline.coder.guard import is_accident, off_topic
from pipeline.coder.parties import Party
from pipeline.coder.reading import Reading
from pipeline.coder.tellings import Telling
from pipeline.records import CodedClaim, Entity

_WISHES = frozenset(["REQUEST", "AGREE", "THREATEN"])
_CLAUSES = frozenset(["xcomp", "ccomp", "advcl", "acl"])
_OBJECTS = frozenset(["obj", "obl", "nmod"])
_FOR = frozenset(["for", "to"])
_NEGATIONS = frozenset(["not", "n't", "n’t", "never"])
_ALLEGING = frozenset(["accuse", "blame", "suspect", "allege"])
_DEEDS = frozenset(["ASSAULT", "COERCE", "RETREAT", "AID", "MOBILIZE", "PROTEST", "CONSULT", "SANCTION", "COOPERATE"])
_STATE = frozenset(["GOV", "MIL", "SPY"])
_CLIMB_MAX = 3


def literal(reading: Reading, tellings: Sequence[Telling]) -> list[Telling]:
    """Return the *tellings* that are meant as events: none in an article about sport and the like, no violence in
    one about an accident, and nothing that only says what another telling of the sentence asks for or promises."""
    wishes = {(t.sentence, t.token) for t in tellings if t.type_code in _WISHES}
    reasons = unmeant(reading, {t.type_code for t in tellings})
    return [
        t
        for t in tellings
        if t.type_code not in reasons and not _is_wished(reading.sentences[t.sentence].doc, t, wishes)
    ]


def unmeant(reading: Reading, types: Collection[str]) -> dict[str, str]:
    """Return those of the *types* that nothing in the article is meant as, each with the reason."""
    if types and (topic := off_topic(reading.sentences)):
        return dict.fromkeys(types, f"the article is off topic ({topic})")
    is_unmeant = "ASSAULT" in types and is_accident(reading.sentences)
    return {"ASSAULT": "the article is about an accident"} if is_unmeant else {}


def meant(reading: Reading, claims: Sequence[CodedClaim]) -> tuple[CodedClaim, ...]:
    """Return the *claims* that are about an event: none in an article about sport and the like, and in one about an
    accident only those tied to an event. An outlet in its own voice neither denies nor admits a deed."""
    if off_topic(reading.sentences) is not None:
        return ()
    accident = is_accident(reading.sentences)
    said = [claim for claim in claims if claim.source or claim.stance not in ("denies", "admits")]
    return tuple(claim for claim in said if claim.about is not None or not accident)


def without_deniers(event: EventDraft, claims: Sequence[CodedClaim]) -> tuple[Party, ...]:
    """Return the actors of *event* but, of violence, for those who are accused of it and deny it, where nobody of
    their side admits it."""
    number, actors = event.number, event.actors
    if event.type_code != "ASSAULT":
        return actors
    about = [claim for claim in claims if claim.about == number and claim.kind == "actor" and claim.source]
    if not any(claim.stance == "accuses" for claim in about):
        return actors
    deniers = [claim.source for claim in about if claim.stance == "denies"]
    admitting = [claim.source for claim in about if claim.stance == "admits"]
    return tuple(p for p in actors if not _of_side(p, deniers) or _of_side(p, admitting))


def _of_side(party: Party, others: Sequence[Entity | None]) -> bool:
    return any(other is not None and _is_one_side(party.entity, other) for other in others)


def _is_one_side(one: Entity, other: Entity) -> bool:
    """One party, or two arms of one state."""
    if one.text == other.text:
        return True
    is_state = {one.role_code, other.role_code} <= _STATE
    return one.country_code is not None and one.country_code == other.country_code and is_state


def _is_wished(doc: Doc, telling: Telling, wishes: set[tuple[int, int]]) -> bool:
    token = doc[telling.token]
    for _ in range(_CLIMB_MAX):
        if token.head.i == token.i or not _is_content(token):
            return False
        token = token.head
        if (telling.sentence, token.i) in wishes:
            return True
    return False


def _is_content(token: Token) -> bool:
    """Whether *token* heads what its governor is about: an infinitive, or the noun that is called for."""
    if token.dep_ in _CLAUSES:
        return any(child.dep_ == "mark" and child.lower_ == "to" for child in token.children)
    if token.dep_ == "conj":
        return True
    cases = {child.lower_ for child in token.children if child.dep_ == "case"}
    return token.dep_ == "obj" or (token.dep_ in _OBJECTS and bool(cases & _FOR))


def is_only_alleged(reading: Reading, tellings: Sequence[Telling]) -> bool:
    """Whether every telling stands inside an accusation: "was accused of shelling", "blamed for the attack"."""
    return all(_is_alleged(reading.sentences[t.sentence].doc[t.token]) for t in tellings)


def _is_alleged(token: Token) -> bool:
    for _ in range(_CLIMB_MAX):
        if token.head.i == token.i:
            return False
        is_inside = token.dep_ in _CLAUSES or token.dep_ in _OBJECTS or token.dep_ == "conj"
        token = token.head
        if is_inside and token.lemma_.lower() in _ALLEGING:
            return True
    return False


def is_negated(token: Token, type_code: str) -> bool:
    """Whether a deed is denied outright: "did not arrest", "no attack"."""
    if type_code not in _DEEDS:
        return False
    return any(child.lower_ in _NEGATIONS or (child.lower_ == "no" and child.dep_ == "det") for child in token.children)
