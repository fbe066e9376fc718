"""How a phrase stands to the word that tells of an event: what dating and placing both decide by."""

from collections.abc import Iterator

from spacy.tokens import Doc, Token

CLIMB_MAX = 12  #: steps towards the root
PATH_MAX = 3  #: steps that a path names
SAYING = frozenset(
    ["say", "tell", "report", "announce", "add", "state", "write", "tweet", "claim", "confirm", "note", "quote",
     "explain", "disclose", "reveal", "cite", "accord", "show", "divulge", "insist", "acknowledge"]
)  # fmt: skip
_CLAUSES = frozenset(["advcl", "ccomp", "acl", "acl:relcl", "parataxis", "csubj", "xcomp", "conj", "ROOT", "root"])
_VERBAL = frozenset(["VERB", "AUX"])


def climb(token: Token) -> Iterator[Token]:
    """Yield *token* and those that govern it, the root last, no more than :data:`CLIMB_MAX`."""
    for _ in range(CLIMB_MAX):
        yield token
        if token.head.i == token.i:
            return
        token = token.head


def clause_head(token: Token) -> Token:
    """Return the head of the clause that *token* stands in: itself, if it heads one."""
    chain = list(climb(token))
    return next((found for found in chain if _heads_clause(found)), chain[-1])


def _heads_clause(token: Token) -> bool:
    return token.pos_ in _VERBAL and token.dep_ not in ("aux", "aux:pass", "cop", "amod", "compound")


def case_of(token: Token) -> str:
    """Return the preposition of a noun in lower case, "'s" of an owner, or ""."""
    return next((child.lower_ for child in token.children if child.dep_ == "case"), "")


def relation(trigger: Token, head: Token) -> str:
    """Return how the phrase headed by *head* stands to *trigger*, as one word.

    own: it depends on the trigger itself · light: on the verb whose argument the trigger is · inner: on a noun of
    the trigger's · below: in a clause that depends on the trigger · said: on a verb of saying above · above: in
    another higher clause · beside: elsewhere.
    """
    if head.head.i == trigger.i or head.i == trigger.i:
        return "own"
    clause, own = clause_head(trigger), clause_head(head)
    if any(step.i == trigger.i for step in climb(head)):
        return "inner" if trigger.pos_ not in _VERBAL or own.i == trigger.i else "below"
    if clause.i == own.i:
        return "light" if head.head.i == own.i else "near"
    if any(step.i == own.i for step in climb(clause)):
        return "said" if own.lemma_ in SAYING else "above"
    return "below" if any(step.i == clause.i for step in climb(own)) else "beside"


def attachment(doc: Doc, trigger: int, head: int) -> list[str]:
    """Return features of how the phrase headed by token *head* stands to token *trigger*."""
    told, place = doc[trigger], doc[head]
    up, down = _path(told, place)
    gap = head - trigger
    verbs = sum(token.pos_ == "VERB" for token in doc[min(trigger, head) + 1 : max(trigger, head)])
    return [
        f"path {'<'.join(up[:PATH_MAX])}>{'>'.join(down[:PATH_MAX])}",
        f"steps {min(len(up) + len(down), 6)}",
        f"case {case_of(place)}",
        f"role {place.dep_}",
        f"gap {'before' if gap < 0 else 'after'} {_bucket(abs(gap))}",
        f"verbs between {min(verbs, 3)}",
    ]


def _path(told: Token, place: Token) -> tuple[list[str], list[str]]:
    """Dependencies from the trigger up to the common governor, and from there down to the phrase."""
    above = {token.i: step for step, token in enumerate(climb(told))}
    chain = list(climb(place))
    meeting = next((step for step, token in enumerate(chain) if token.i in above), None)
    if meeting is None:
        return ["far"] * (PATH_MAX + 1), ["far"] * (PATH_MAX + 1)
    up = [token.dep_ for token in list(climb(told))[: above[chain[meeting].i]]]
    return up, [token.dep_ for token in reversed(chain[:meeting])]


def _bucket(count: int) -> str:
    return next(name for most, name in ((2, "2"), (4, "4"), (8, "8"), (15, "15"), (10**9, "far")) if count <= most)
