"""Which words tell an event, and of which type: candidates, and what is known of each as named features."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from pipeline.coder.parties import Party
from pipeline.coder.reading import Sentence
from pipeline.coder.wording import Match, matches, types_of

NONE = "NONE"  #: the label of a word that tells no event
_ALWAYS = frozenset(["VERB", "NOUN"])
_IN_LEXICON = frozenset(["ADJ", "PROPN", "AUX", "ADV"])
_EMPTY_VERBS = frozenset(["have", "do", "will", "would", "can", "could", "may", "might", "should", "must"])
_OBLIQUE = frozenset(["obl", "nmod", "obl:agent", "obl:tmod", "obl:npmod"])
_LEXICAL = frozenset(
    ["obj", "nsubj", "nsubj:pass", "compound", "amod", "compound:prt", "xcomp", "ccomp", "advcl", "iobj", "nmod:poss",
     "advmod", "mark", "aux"]
)  # fmt: skip
_IDIOMATIC = frozenset(["obj", "compound:prt", "xcomp", "compound", "amod"])
_TYPED = frozenset(["obj", "xcomp", "nsubj", "nsubj:pass", "compound", "ccomp"])
_EMBEDDING = frozenset(["ccomp", "xcomp", "advcl", "acl", "acl:relcl", "parataxis", "conj"])
_MORPHOLOGY = ("Tense", "VerbForm", "Voice", "Mood", "Number")
_CLIMB_MAX = 4  #: governors looked at
_QUOTES = {"“": 1, "”": -1}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A token that may tell an event, with what is known of it."""

    sentence: int
    token: int
    span: tuple[int, int]  #: its characters in the sentence
    matches: tuple[Match, ...]  #: of the lexicon
    features: tuple[str, ...]


def find_candidates(sentence: Sentence, parties: tuple[Party, ...]) -> tuple[Candidate, ...]:
    """Return the candidates of *sentence* in order: its verbs and nouns, and what else the lexicon knows."""
    found = matches(sentence.text, sentence.doc)
    heads = {party.head: party for party in parties}
    quoted = _quoted(sentence.doc)
    return tuple(
        Candidate(
            sentence.number,
            token.i,
            (token.idx, token.idx + len(token)),
            found.get(token.i, ()),
            tuple(_features(sentence, token, found, heads, quoted)),
        )
        for token in sentence.doc
        if _may_tell(token, found)
    )


def _may_tell(token: Token, found: Mapping[int, object]) -> bool:
    if token.i in found and token.pos_ in _ALWAYS | _IN_LEXICON:
        return True
    if token.pos_ == "VERB":
        return token.lemma_.lower() not in _EMPTY_VERBS
    return token.pos_ == "NOUN" or (token.dep_ == "ROOT" and token.pos_ in ("AUX", "ADJ", "PRON"))


def _features(
    sentence: Sentence,
    token: Token,
    found: Mapping[int, tuple[Match, ...]],
    heads: Mapping[int, Party],
    quoted: frozenset[int],
) -> Iterator[str]:
    yield from _of_word(token)
    yield from _of_lexicon(token, found.get(token.i, ()))
    yield from _of_dependants(token, heads)
    yield from _of_governors(token)
    yield "title" if sentence.number == 0 else "lede" if sentence.number <= 2 else "body"
    if token.i in quoted:
        yield "quoted"


def _of_word(token: Token) -> Iterator[str]:
    lemma = token.lemma_.lower()
    yield from (
        f"lemma={lemma}",
        f"lemma={lemma}/{token.pos_}",
        f"pos={token.pos_}",
        f"dep={token.dep_}",
        f"tag={token.tag_}",
    )
    morph = token.morph.to_dict()
    yield from (f"{name}={morph[name]}" for name in _MORPHOLOGY if name in morph)


def _of_lexicon(token: Token, found: tuple[Match, ...]) -> Iterator[str]:
    for match in found:
        type_code = match.rule.type_code
        yield from (f"rule={match.rule.name}", f"rule:type={type_code}", f"rule:type={type_code}/{match.rule.weight}")
        yield f"rule:length={type_code}/{min(match.length, 3)}"
    if found:
        yield f"rule:pos={token.pos_}"
    for type_code, how in types_of(token).items():
        yield from (f"list={type_code}", f"list={type_code}/{how}", f"list={type_code}/{token.dep_}")


def _of_dependants(token: Token, heads: Mapping[int, Party]) -> Iterator[str]:
    lemma = token.lemma_.lower()
    for child in token.children:
        dep = child.dep_
        if dep in ("punct", "det"):
            continue
        if dep in _OBLIQUE:
            case = next((inner.lower_ for inner in child.children if inner.dep_ == "case"), "")
            yield from (f"has:{dep}:{case}", f"has:{dep}:{case}={child.lemma_.lower()}")
        else:
            yield f"has:{dep}"
        if dep in _LEXICAL:
            yield f"has:{dep}={child.lemma_.lower()}"
        if dep in _IDIOMATIC:
            yield f"idiom={lemma}+{child.lemma_.lower()}"
        if dep in _TYPED:
            yield from (f"has:{dep}:list={type_code}" for type_code in types_of(child))
        if child.i in heads:
            yield from (f"party:{dep}={heads[child.i].role}", f"party:{dep}")


def _of_governors(token: Token) -> Iterator[str]:
    governor = token.head
    if governor.i != token.i:
        yield from (f"under={governor.lemma_.lower()}/{token.dep_}", f"under:pos={governor.pos_}")
        yield from (f"under:list={type_code}/{token.dep_}" for type_code in types_of(governor))
    for distance, inner in enumerate(_climb(token), 1):
        if inner.dep_ in _EMBEDDING:
            yield f"within:{inner.dep_}:{inner.head.lemma_.lower()}"
        for type_code in types_of(inner.head):
            yield from (f"within={type_code}", f"within:{min(distance, 2)}={type_code}/{inner.dep_}")


def _climb(token: Token) -> Iterator[Token]:
    for _ in range(_CLIMB_MAX):
        if token.head.i == token.i:
            return
        yield token
        token = token.head


def _quoted(doc: Doc) -> frozenset[int]:
    """Return the tokens before which a quotation mark was opened and not closed."""
    depth, inside = 0, set[int]()
    for token in doc:
        if depth:
            inside.add(token.i)
        closes = -1 if depth else 1  # a straight mark closes what is open
        depth = max(depth + (closes if token.text == '"' else _QUOTES.get(token.text, 0)), 0)
    return frozenset(inside)
