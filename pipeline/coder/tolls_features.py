"""What speaks for and against a toll: how a counted group and a word of harm stand to each other."""

from collections.abc import Iterator, Sequence

from spacy.tokens import Doc, Token

from pipeline.coder.parties import Party
from pipeline.coder.reading import Sentence
from pipeline.coder.tolls import TollCandidate, gap, path
from pipeline.coder.tolls_groups import PERSONS, Group
from pipeline.coder.tolls_words import HARM
from pipeline.coder.views import Views, log_odds, odds_of, steps

_TALLYING = frozenset(
    ["to", "at", "is", "was", "reached", "stands", "stood", "exceeds", "exceeded", "hit", "of", "passed"]
)
#: Words whose subject undergoes the harm.
_UNDERGOING = frozenset(
    [
        "die", "died", "dies", "dying", "dead", "missing", "disappear", "disappeared", "perish", "perished", "flee",
        "fled", "fleeing", "flees", "hurt", "injured", "wounded", "killed", "arrested", "detained", "displaced",
        "leave", "left", "leaving", "arrived", "entered", "uninjured", "unhurt", "unharmed", "homeless",
        "evacuated", "shot", "stabbed", "kidnapped", "abducted",
    ]
)  # fmt: skip
_TIES = {
    "nsubj:pass": "patient",
    "obj": "patient",
    "obl:agent": "agent",
    "nmod": "of",
    "nmod:poss": "of",
    "appos": "appos",
    "obl": "oblique",
    "ccomp": "patient",
    "xcomp": "patient",
}


def toll_features(
    sentence: Sentence,
    parties: Sequence[Party],
    candidate: TollCandidate,
    others: Sequence[Group],
    context: Sequence[str],
    views: Views = (),
) -> tuple[str, ...]:
    """Return the names of what speaks for or against *candidate*; *others* are all groups
    of the sentence, *context* is what the article as a whole says.
    """
    doc, group, harm = sentence.doc, candidate.group, sentence.doc[candidate.harm]
    tie, deadly = relation(doc, group, harm), _is_deadly(doc, harm.i)
    kind, between = candidate.kind, _between(doc, group, harm.i)
    way = path(doc, group.head, harm.i)
    role = next((party.role for party in parties if party.start < group.end and group.start < party.end), "-")
    side = "in" if group.start <= harm.i < group.end else "after" if harm.i >= group.end else "before"
    head = doc[group.noun].lower_ if group.noun is not None else "-"
    here = {
        f"word={candidate.word}",
        f"tie={tie}",
        f"tie+word={tie}+{candidate.word}",
        f"tie+form={tie}+{group.form}",
        f"real={_reality(harm)}",
        f"others={min(len({other.start for other in others if other.start != group.start}), 4)}",
        f"numbers={any(other.form in ('digit', 'word', 'vague') for other in others)}+{group.form}",
        f"deadly={deadly}",
        f"deadly+word={deadly}+{candidate.word}",
        f"form={group.form}",
        f"path={'/'.join(way[:4])}",
        f"steps={min(len(way), 6)}",
        f"side={side}",
        f"side+word={side}+{candidate.word}",
        f"side+tag={side}+{harm.tag_}",
        f"gap={_bucket(gap(group, harm.i))}",
        f"role={role}",
        f"head={head if head in PERSONS else doc[group.head].pos_}",
        f"headdep={doc[group.head].dep_}",
        f"comma={'comma' in between}",
        f"verbs={min(sum(token.pos_ == 'VERB' for token in between_tokens(doc, group, harm.i)), 3)}",
        f"harm={harm.tag_}+{harm.dep_}",
        f"voice={_voice(harm)}+{side}",
        f"after={_at(doc, group.end)}",
        f"before={_at(doc, group.start - 1)}",
        *(f"near={word}" for word in between),
        *(f"about={name}" for name in context),
        *_of_network(sentence, group, kind, views),
    }
    return tuple(sorted({"bias", f"kind={kind}", *here, *(f"{kind}&{name}" for name in here)}))


def _of_network(sentence: Sentence, group: Group, kind: str, views: Views) -> Iterator[str]:
    """What the network says of the counts that the sentence gives, and of this one."""
    view = views[sentence.number] if sentence.number < len(views) else {}
    for name, label in (("count", "count"), ("count of the kind", f"claim:{kind}")):
        if label in view:
            yield from steps(name, log_odds(view[label]))
    own = odds_of(views, sentence.number, sentence.doc, group.start, group.end)
    yield from steps("this count", own[f"toll:{kind}"]) if own else ()


def relation(doc: Doc, group: Group, harm: Token) -> str:
    """How the syntax ties a group to a word of harm: "patient", "agent", "of", "inside", …; "none" where it does not.

    A group or a harm that is coordinated stands also where the first of its coordination stands.
    """
    if group.start <= harm.i < group.end:
        return "inside"
    if _is_tally(doc, group, harm):
        return "tally"
    people, words = _with_first(doc[group.head]), _with_first(harm)
    for word, joined in words:
        for person, shared in people:
            tie = _tie(person, word)
            if tie:
                return f"{tie}{'+group' if shared else ''}{'+harm' if joined else ''}"
    return "none"


def _is_tally(doc: Doc, group: Group, harm: Token) -> bool:
    """ "The death toll rose to 31", "the number of people killed is 31"."""
    before = {token.lower_ for token in doc[: group.start]}
    if harm.lower_ not in ("toll", "death") and "number" not in before:
        return False
    return harm.i < group.start and doc[group.start - 1].lower_ in _TALLYING


def _with_first(token: Token) -> list[tuple[Token, bool]]:
    chain, at = [(token, False)], token
    while at.dep_ == "conj" and len(chain) < 4:
        at = at.head
        chain.append((at, True))
    return chain


def _tie(person: Token, word: Token) -> str:
    """The relation of one counted token and one word of harm, "" for none."""
    if person.head == word:
        if person.dep_ == "nsubj":
            return "patient" if word.lower_ in _UNDERGOING or word.pos_ == "ADJ" else "agent"
        return _TIES.get(person.dep_, "")
    if word.head == person:
        return {"acl": "patient", "acl:relcl": "relative", "amod": "attribute", "conj": "next"}.get(word.dep_, "")
    if (
        person.head == word.head
        and person.dep_ in ("obj", "nsubj", "nsubj:pass")
        and word.dep_ in ("xcomp", "obj", "advmod", "obl")
    ):
        return f"{person.dep_}~{word.dep_}"
    if person.dep_ == "nmod" and person.head.head == word:
        return _tie(person.head, word) and f"{_tie(person.head, word)}/of"
    return ""


def _voice(harm: Token) -> str:
    passive = any(child.dep_ in ("aux:pass", "nsubj:pass") for child in harm.children)
    return "passive" if passive else "active" if any(child.dep_ == "nsubj" for child in harm.children) else "bare"


_DEADLY = frozenset(["dead", "death", "fatally", "killed", "killing", "died", "kill"])
_UNREAL = frozenset(
    [
        "demand", "demanded", "demands", "request", "requested", "order", "ordered", "orders", "call", "called",
        "calls", "plan", "planned", "plans", "try", "tried", "trying", "attempt", "attempted", "threaten",
        "threatened", "threatens", "want", "wanted", "wants", "if", "would", "could", "may", "might", "should",
        "will", "avoid", "prevent", "plot", "plotted", "plotting", "attempting", "suspected", "fear", "fears",
        "feared",
    ]
)  # fmt: skip


def _is_deadly(doc: Doc, at: int) -> bool:
    """Whether a shooting or stabbing is told as a killing: "shot dead", "stabbed to death", "fatally shot"."""
    return any(doc[near].lower_ in _DEADLY for near in range(max(at - 2, 0), min(at + 5, len(doc))) if near != at)


def _reality(harm: Token) -> str:
    """Whether a harm is told as done, or as demanded, planned, possible or denied."""
    above = [harm, *list(harm.ancestors)[:2]]
    words = {child.lower_ for token in above[:2] for child in token.children} | {token.lower_ for token in above[1:]}
    if words & {"not", "n't", "never", "n’t"}:
        return "negated"
    return "unreal" if words & _UNREAL else "real"


def _bucket(number: int) -> str:
    return str(number) if number < 4 else "4-6" if number < 7 else "7-12" if number < 13 else "13+"


def _at(doc: Doc, at: int) -> str:
    if not 0 <= at < len(doc):
        return "-"
    return (
        doc[at].lower_
        if doc[at].pos_ in ("ADP", "SCONJ", "CCONJ", "PUNCT", "AUX") or doc[at].lower_ in HARM
        else doc[at].pos_
    )


def between_tokens(doc: Doc, group: Group, at: int) -> list[Token]:
    """Return the tokens between *group* and token *at*."""
    start, end = (group.end, at) if at >= group.end else (at + 1, group.start)
    return [doc[index] for index in range(start, max(end, start))]


def _between(doc: Doc, group: Group, at: int) -> list[str]:
    tokens = between_tokens(doc, group, at)
    words = {token.lower_ for token in tokens if token.pos_ in ("ADP", "CCONJ", "SCONJ", "AUX", "PUNCT", "PART")}
    harms = {name for token in tokens for _, name in HARM.get(token.lower_, ())}
    numbers = {"NUM" for token in tokens if token.pos_ == "NUM"}
    comma = {"comma"} & ({"comma"} if "," in words else set())
    return sorted(words | {f"harm:{name}" for name in harms} | numbers | comma)
