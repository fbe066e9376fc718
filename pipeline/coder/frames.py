"""Deep syntax: which words stand as agent, patient or partner to a word that tells an event, whatever its form.

Passives, participles, relative clauses, control, coordination, light verbs and nouns of action are read as the plain
clause that they stand for: "the shelling of Y by X", "Y, shelled by X", "X carried out a shelling on Y".
"""

from collections.abc import Iterator

from spacy.tokens import Token

_SUBJECT = frozenset(["nsubj", "csubj", "nsubj:outer"])
_PASSIVE = frozenset(["nsubj:pass", "csubj:pass"])
_AGAINST = frozenset(["against", "on", "upon", "at", "targeting", "into"])
_TOWARDS = frozenset(["to", "for", "from", "over", "about", "in", "towards", "toward"])
_WITH = frozenset(["with", "between", "among"])
_OBJECT_CONTROL = frozenset(
    ["ask", "urge", "order", "force", "tell", "allow", "call", "compel", "press", "want", "let", "make", "help",
     "see", "accuse", "suspect", "charge", "convict", "blame", "warn", "permit", "forbid", "persuade", "invite",
     "instruct", "advise"]
)  # fmt: skip
_NOUNS = frozenset(["NOUN", "PROPN"])
_CLIMB_MAX = 4

Argument = tuple[Token, str]


def logical_arguments(trigger: Token) -> dict[int, tuple[str, ...]]:
    """Return how tokens of the sentence stand to *trigger*, by index: "agent", "patient", "target:on" and the like.

    A suffix says by which way a relation was found, such as "agent~conj" where the verb shares its subject.
    """
    found: dict[int, list[str]] = {}
    for token, label in _arguments(trigger):
        for member in _with_conjuncts(token):
            if label not in found.setdefault(member.i, []):
                found[member.i].append(label)
    return {index: tuple(labels) for index, labels in found.items()}


def _arguments(trigger: Token) -> Iterator[Argument]:
    if trigger.pos_ in _NOUNS:
        yield from _of_noun(trigger)
    else:
        yield from _of_verb(trigger)


def _with_conjuncts(token: Token) -> Iterator[Token]:
    yield token
    for child in token.children:
        if child.dep_ in ("conj", "appos", "flat"):
            yield from _with_conjuncts(child)


def _of_verb(verb: Token) -> Iterator[Argument]:
    has_subject = False
    for token, label in _own(verb):
        has_subject = has_subject or label in ("agent", "patient:pass")
        yield token, label
    if not has_subject:
        yield from _inherited(verb, is_passive=_is_passive(verb))


def _own(verb: Token) -> Iterator[Argument]:
    passive = _is_passive(verb)
    for child in verb.children:
        case = case_of(child)
        if child.dep_ in _SUBJECT:
            yield (child, "patient:pass") if passive and child.dep_ != "nsubj" else (child, "agent")
        elif child.dep_ in _PASSIVE:
            yield child, "patient:pass"
        elif child.dep_ in ("obj", "iobj"):
            yield child, "patient" if child.dep_ == "obj" else "receiver"
            if child.pos_ in _NOUNS:
                yield from ((token, f"of-patient:{label}") for token, label in _possessed(child))
        elif child.dep_ in ("obl", "obl:agent", "nmod"):
            yield child, "agent:by" if case == "by" else f"oblique:{case}"
        elif child.dep_ in ("xcomp", "ccomp", "advcl"):
            yield from ((token, f"{child.dep_}:{label}") for token, label in _shallow(child))


def _shallow(verb: Token) -> Iterator[Argument]:
    """The arguments of a clause below, one level deep."""
    for child in verb.children:
        if child.dep_ in _SUBJECT | _PASSIVE:
            yield child, "subject"
        elif child.dep_ in ("obj", "iobj"):
            yield child, "object"
        elif child.dep_ in ("obl", "obl:agent"):
            yield child, f"oblique:{case_of(child)}"


def _inherited(verb: Token, *, is_passive: bool) -> Iterator[Argument]:
    """The subject that a verb without its own takes over from the clause that it hangs on."""
    role = "patient:pass" if is_passive else "agent"
    way, token = verb.dep_, verb
    for _ in range(_CLIMB_MAX):
        governor = token.head
        if governor.i == token.i:
            return
        if token.dep_ in ("acl", "acl:relcl"):
            yield governor, f"{role}~{way}"
            return
        found = [child for child in governor.children if child.dep_ in _SUBJECT | _PASSIVE]
        if token.dep_ in ("xcomp", "advcl", "ccomp") and governor.lemma_.lower() in _OBJECT_CONTROL:
            yield from (
                (child, f"{role}~control") for child in governor.children if child.dep_ in ("obj", "iobj", "obl")
            )
            yield from ((child, f"{role}~controlled") for child in found)
            return
        if token.dep_ in ("conj", "xcomp", "advcl", "parataxis", "ccomp"):
            if found:
                yield from ((child, f"{role}~{way}") for child in found)
                return
            token = governor
            continue
        return


def _of_noun(noun: Token) -> Iterator[Argument]:
    yield from _possessed(noun)
    governor = noun.head
    if governor.i == noun.i or governor.pos_ in _NOUNS:
        if noun.dep_ in ("nmod", "compound", "conj") and governor.i != noun.i:
            yield from (
                (token, f"up-{noun.dep_}:{label}") for token, label in _possessed(governor) if token.i != noun.i
            )
            yield from ((token, f"up2:{label}") for token, label in _around(governor))
        return
    yield from _around(noun)


def _possessed(noun: Token) -> Iterator[Argument]:
    """Parties tied to a noun of action: its owner, and those behind its prepositions."""
    for child in noun.children:
        case = case_of(child)
        if child.dep_ == "nmod:poss":
            yield child, "owner"
        elif child.dep_ in ("compound", "amod"):
            yield child, f"modifier:{child.dep_}"
        elif child.dep_ in ("nmod", "obl"):
            yield child, _behind(case)
        elif child.dep_ in ("acl", "acl:relcl"):
            yield from ((token, f"{child.dep_}:{label}") for token, label in _shallow(child))


def _behind(case: str) -> str:
    if case == "by":
        return "agent:by"
    if case in _AGAINST:
        return f"target:{case}"
    if case in _WITH:
        return "partner"
    return f"noun:{case}" if case == "of" or case in _TOWARDS else "noun:other"


def _around(noun: Token) -> Iterator[Argument]:
    """What the verb that governs a noun of action says of its parties: "X launched an attack on Y"."""
    governor, way = noun.head, noun.dep_
    if way in ("obl", "nmod"):
        way = f"obl:{case_of(noun)}"
    passive = _is_passive(governor)
    has_subject = False
    for child in governor.children:
        if child.i == noun.i:
            continue
        if child.dep_ in _SUBJECT | _PASSIVE:
            has_subject = True
            yield child, f"light-{way}:{'passive' if passive else 'subject'}"
        elif child.dep_ in ("obj", "iobj"):
            yield child, f"light-{way}:object"
        elif child.dep_ in ("obl", "obl:agent"):
            yield child, f"light:{case_of(child)}"
    if not has_subject and governor.pos_ not in _NOUNS:
        yield from ((token, f"light-{way}:{label}") for token, label in _inherited(governor, is_passive=passive))


def _is_passive(verb: Token) -> bool:
    if any(child.dep_ in _PASSIVE or child.dep_ == "aux:pass" for child in verb.children):
        return True
    bare = verb.tag_ == "VBN" and not any(child.dep_ in ("aux", "obj") for child in verb.children)
    return bare and verb.dep_ in ("acl", "amod", "advcl", "ROOT")


def case_of(token: Token) -> str:
    """Return the preposition of a noun in lower case, or ""."""
    return next((child.lower_ for child in token.children if child.dep_ == "case"), "")
