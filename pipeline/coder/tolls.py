"""How many were killed, hurt, missing, held or driven out: counted people and the word that tells what befell them.

A candidate pairs a group of people that has a number with the nearest word of one kind of harm. Whether the two
belong together is decided by a fitted model (claims-toll) over the candidate's features.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from pipeline.coder.reading import Sentence
from pipeline.coder.tolls_groups import Group
from pipeline.coder.tolls_words import HARM, Harm
from pipeline.records import ClaimKind

_NEAREST = 4  #: words of one kind of harm, by distance in tokens, that are compared by syntax


@dataclass(frozen=True, slots=True)
class TollCandidate:
    """A counted group and the word of one kind of harm that stands nearest to it."""

    kind: ClaimKind
    group: Group
    harm: int
    word: str  #: the harm in its first form


def toll_candidates(sentence: Sentence, groups: Sequence[Group]) -> tuple[TollCandidate, ...]:
    """Return every pairing of a counted group with a kind of harm that the sentence names."""
    doc = sentence.doc
    harms = [(token, harm) for token in doc for harm in HARM.get(token.lower_, ())]
    if not harms:
        return ()
    kinds = sorted({harm[0] for _, harm in harms})
    return tuple(_nearest(doc, group, kind, harms) for group in groups for kind in kinds)


def _nearest(doc: Doc, group: Group, kind: ClaimKind, harms: Sequence[tuple[Token, Harm]]) -> TollCandidate:
    mine = [(token, name) for token, (of, name) in harms if of == kind]
    near = sorted(mine, key=lambda item: (gap(group, item[0].i), item[0].i))[:_NEAREST]
    token, name = min(near, key=lambda item: (_distance(doc, group, item[0]), item[0].i))
    return TollCandidate(kind, group, token.i, name)


def _distance(doc: Doc, group: Group, harm: Token) -> int:
    """Steps in the tree weigh most, then tokens between."""
    return 4 * min(len(path(doc, group.head, harm.i)), 8) + min(gap(group, harm.i), 30)


def gap(group: Group, at: int) -> int:
    """Return how many tokens stand between *group* and token *at*."""
    return max(group.start - at, at - group.end + 1, 0)


def path(doc: Doc, start: int, end: int) -> tuple[str, ...]:
    """Return the relations from *start* up to the common ancestor and down to *end*; "?" where they share none."""
    ups = [start, *(token.i for token in doc[start].ancestors)]
    downs = [end, *(token.i for token in doc[end].ancestors)]
    shared = next((at for at in ups if at in downs), None)
    if shared is None:
        return ("?",) * 8
    rise = [f"<{doc[at].dep_}" for at in ups[: ups.index(shared)]]
    fall = [f">{doc[at].dep_}" for at in reversed(downs[: downs.index(shared)])]
    return (*rise, *fall)
