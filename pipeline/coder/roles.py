"""The role that a noun phrase gives its bearer: "troops" MIL, "police spokesman" COP, "member of parliament" LEG."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from pipeline.coder.phrases import is_hyphen
from pipeline.coder.vocabulary import last_part, vocabulary

WORDS_MAX = 5  #: of a noun


@dataclass(frozen=True, slots=True)
class RoleNoun:
    """Tokens [start, end) that are a noun of a role; a carrier takes the role of its body where that is known."""

    start: int
    end: int
    role: str
    is_carrier: bool


def role_noun(doc: Doc, start: int, head: int) -> RoleNoun | None:
    """Return the longest known noun from *start* on that contains token *head*, with the role its modifiers give."""
    found = next(_nouns(doc, start, head), None)
    if found is None:
        return None
    first, end, role = found
    is_carrier = doc[head].lemma_.lower() in vocabulary().carriers
    if is_carrier and first == head:
        role = _of_body(role, _modified(doc, start, head))
    return RoleNoun(first, end, role, is_carrier)


def _of_body(own: str, body: str | None) -> str:
    """The role of a carrier: its body's, but "government forces" are still MIL."""
    is_weaker = body in (None, "UNK", "CVL") or (body == "GOV" and own != "UNK")
    return own if body is None or is_weaker else body


def _nouns(doc: Doc, start: int, head: int) -> Iterator[tuple[int, int, str]]:
    ends = [end for end in range(min(head + 4, len(doc)), head, -1) if _may_end(doc[end - 1])]
    for first in range(max(start, head - WORDS_MAX + 1), head + 1) if ends else ():
        for end in ends:
            role = _role(doc, first, end)
            if role is not None:
                yield first, end, role


def _may_end(token: Token) -> bool:
    """Whether a noun of a role may end with *token*, which spares most words the look-up."""
    ends = vocabulary().ends
    return token.text[0].isalnum() and (last_part(token.lower_) in ends or last_part(token.lemma_.lower()) in ends)


def _role(doc: Doc, first: int, end: int) -> str | None:
    nouns = vocabulary().nouns
    words = [word.rstrip(".") for word in doc[first:end].text.lower().replace("’", "'").split()]
    return nouns.get(tuple(words)) or nouns.get((*words[:-1], doc[end - 1].lemma_.lower()))


def _modified(doc: Doc, start: int, head: int) -> str | None:
    """The role of the modifier nearest to the noun: of "defence ministry" in "defence ministry spokesman"."""
    for token in reversed(doc[start:head]):
        if token.is_punct and not is_hyphen(doc, token.i):
            return None
        if token.dep_ not in ("compound", "amod", "nmod:poss", "flat"):
            continue
        nouns = (role for _, end, role in _nouns(doc, start, token.i) if end == token.i + 1 and token.pos_ != "ADJ")
        role = next(nouns, None) or vocabulary().modifiers.get(token.lower_)
        if role not in (None, "UNK", "CVL"):
            return role
    return None
