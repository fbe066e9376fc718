"""Noun phrases of a sentence, from its dependencies."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Token

#: Relations that join the words of one noun phrase; all others begin a phrase of their own.
_INNER = frozenset(
    {"amod", "case", "compound", "det", "det:predet", "flat", "goeswith", "nmod:desc", "nmod:poss", "nummod", "punct",
     "advmod", "conj", "cc", "nmod", "obl:unmarked", "nmod:unmarked"}
)  # fmt: skip
#: Relations of words that are no head of a phrase.
_PARTS = frozenset({"amod", "compound", "det", "fixed", "flat", "goeswith", "nmod:desc", "nummod", "det:predet"})
_LATER = frozenset({"flat", "goeswith", "compound"})  #: relations of the words after the head
_NOMINAL = frozenset({"NOUN", "PROPN", "PRON"})
_NOUN_LIKE = frozenset({"ADJ", "NUM", "DET", "VERB", "X", "SYM"})
_ARGUMENTS = frozenset({"nsubj", "nsubj:pass", "obj", "iobj", "obl", "obl:agent", "nmod", "nmod:poss", "appos"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens [start, end) around *head*, with articles and possessors, without what follows as of- or who-."""

    start: int
    end: int
    head: int


def noun_phrases(doc: Doc) -> tuple[Phrase, ...]:
    """Return the noun phrases of *doc* in order of their heads; a possessor is inside its owner's and its own too."""
    return tuple(_phrase(token) for token in doc if _is_head(token))


def _is_head(token: Token) -> bool:
    if token.dep_ in _PARTS or _is_doubled(token):
        return False
    return token.pos_ in _NOMINAL or (token.pos_ in _NOUN_LIKE and token.dep_ in _ARGUMENTS)


def _is_doubled(token: Token) -> bool:
    """Whether the parser gave both words of one name the same place: "Anna" and "Soler" both subject of "said"."""
    if token.i == 0 or token.pos_ != "PROPN" or token.dep_ not in _ARGUMENTS:
        return False
    before = token.nbor(-1)
    return before.pos_ == "PROPN" and before.dep_ == token.dep_ and before.head.i == token.head.i


def _phrase(head: Token) -> Phrase:
    start = head.i
    for child in sorted(head.lefts, key=lambda token: -token.i):
        if child.dep_ not in _INNER or child.dep_ in ("case", "cc", "punct") or not _reaches(child, start):
            if child.dep_ == "punct" and child.i == start - 1 and child.text in "-'\"“‘’”``":
                start = child.i
                continue
            break
        start = child.left_edge.i
    return Phrase(start, _end(head), head.i)


def _end(head: Token) -> int:
    """Where the head's own words end: "Kim Jong-un" and "John-Paul Delaney" are one name."""
    doc, end = head.doc, head.i + 1
    later = {index for token in _followers(head) for index in range(token.left_edge.i, token.i + 1)}
    while end < len(doc):
        is_hyphened = head.pos_ == "PROPN" and is_hyphen(doc, end) and doc[end + 1].text[0].isalnum()
        if end not in later and not is_hyphened and not _is_doubled(doc[end]):
            break
        end += 2 if is_hyphened else 1
    return end


def is_hyphen(doc: Doc, index: int) -> bool:
    """Whether a token joins its neighbours into one word."""
    is_inside = 0 < index < len(doc) - 1
    return is_inside and doc[index].text in "-–‑" and not doc[index - 1].whitespace_ and not doc[index].whitespace_


def _reaches(child: Token, start: int) -> bool:
    """Whether the words of *child* end where the phrase begins so far."""
    return child.right_edge.i == start - 1


def _followers(head: Token) -> Iterator[Token]:
    for child in head.rights:
        if child.dep_ in _LATER:
            yield child
        elif child.i > head.i + 1:
            return
