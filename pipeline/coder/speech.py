"""Who says so: each report of speech in a sentence, its speaker and the words that it covers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from spacy.tokens import Doc, Token

from pipeline.coder.parties import Party, may_speak
from pipeline.coder.reading import Reading, Sentence
from pipeline.records import Entity

SpeechKind = Literal["verb", "according", "quote"]

#: Forms of the verbs of saying; the first of a line names it.
_SAYING = """
say said says saying
tell told tells telling
report reported reports reporting
state stated states stating
add added adds adding
announce announced announces announcing
confirm confirmed confirms confirming
claim claimed claims claiming
write wrote writes writing written
tweet tweeted tweets
declare declared declares declaring
explain explained explains explaining
note noted notes noting
insist insisted insists insisting
argue argued argues arguing
warn warned warns warning
allege alleged alleges alleging
admit admitted admits admitting
acknowledge acknowledged acknowledges acknowledging
describe described describes describing
reveal revealed reveals revealing
maintain maintained maintains maintaining
assert asserted asserts asserting
estimate estimated estimates estimating
believe believed believes
testify testified testifies testifying
suggest suggested suggests suggesting
conclude concluded concludes
divulge divulged divulges
disclose disclosed discloses
deny denied denies denying
theorize theorized
contend contended contends
stress stressed stresses stressing
recount recounted recounts
show showed shows shown
learn learned learnt
post posted
think thinks thought
read reads
recall recalled recalls
continue continued
""".strip()
SAYING: Mapping[str, str] = {form: line.split()[0] for line in _SAYING.splitlines() for form in line.split()}
#: Verbs that speak only with a clause or a quotation as their object.
_NEEDS_CLAUSE = frozenset(
    ["show", "learn", "post", "think", "read", "continue", "describe", "tell", "believe", "suggest", "deny", "maintain"]
)
_SUBJECTS = frozenset(["nsubj", "nsubj:pass", "nsubj:outer"])
_CLAUSES = frozenset(["ccomp", "parataxis", "xcomp"])
_QUOTES = frozenset(["“", "”", '"', "``", "''", "„", "«", "»"])
_OPENING = frozenset(["“", "``", "„", "«"])
_CLOSING = frozenset(["”", "''", "»"])
_BREAKS = frozenset([",", "—", "–", "--", ";", ":"]) | _QUOTES
_RELATIVES = frozenset(["who", "which", "that"])
_INVERTED_REACH = 8  #: tokens after the verb within which its speaker stands
_OPENING_REACH = 2  #: "according to" so near the start speaks of what follows
_PAPERS = frozenset(["statement", "letter", "post", "message", "communique", "release"])
_NAME_DEPS = frozenset(["compound", "amod", "flat", "nmod:poss", "nmod:desc"])
_OUTLET_WORDS = frozenset(["report", "reports", "newspaper", "paper", "media", "agency", "newspapers", "channel"])


@dataclass(frozen=True, slots=True)
class Speech:
    """One report of speech; *words* are the tokens of the sentence that it covers."""

    sentence: int
    cue: int  #: token of the verb or of "according"; that of the first word in a continued quotation
    verb: str  #: "say", "confirm", …; "according", "quote"
    kind: SpeechKind
    speaker: Party | None
    source: Entity
    words: frozenset[int]


def find_speech(reading: Reading, parties: Sequence[Sequence[Party]]) -> tuple[tuple[Speech, ...], ...]:
    """Return what each sentence attributes to somebody, in order; a quotation that goes on keeps its speaker."""
    found: list[tuple[Speech, ...]] = []
    last: Speech | None = None
    is_open = False
    for sentence in reading.sentences:
        if is_open and _begins_paragraph(reading, sentence) and not _is_quotation(sentence.doc):
            is_open = False
        here = tuple(_in_sentence(sentence, parties[sentence.number]))
        begins_open, is_open = is_open, _is_left_open(sentence.doc, is_open)
        if not here and last is not None and (begins_open or _is_quotation(sentence.doc)):
            here = (_continued(sentence, last),)
        last = here[-1] if here else (last if sentence.number else None)
        found.append(here)
    return tuple(found)


def _begins_paragraph(reading: Reading, sentence: Sentence) -> bool:
    """A quotation that goes on in a new paragraph opens again there."""
    start = sentence.span.start
    return sentence.number > 0 and "\n" in reading.document.text[max(start - 2, 0) : start]


def speech_over(speeches: Sequence[Speech], token: int) -> Speech | None:
    """Return the innermost of *speeches* that covers *token*: the one of fewest words."""
    over = [speech for speech in speeches if token in speech.words]
    return min(over, key=lambda speech: (len(speech.words), speech.cue)) if over else None


def _in_sentence(sentence: Sentence, parties: Sequence[Party]) -> Iterator[Speech]:
    for token in sentence.doc:
        speech = _according(sentence, token, parties) or _spoken(sentence, token, parties)
        if speech is not None and speech.words:
            yield speech


def _continued(sentence: Sentence, last: Speech) -> Speech:
    words = frozenset(token.i for token in sentence.doc)
    return Speech(sentence.number, 0, "quote", "quote", last.speaker, last.source, words)


def _is_quotation(doc: Doc) -> bool:
    return len(doc) > 1 and doc[0].text in _QUOTES


def _is_left_open(doc: Doc, was_open: bool) -> bool:
    """Whether a quotation goes on after the sentence: straight quotes turn it on and off, curly ones say which."""
    is_open = was_open
    for token in doc:
        if token.text in _OPENING:
            is_open = True
        elif token.text in _CLOSING:
            is_open = False
        elif token.text == '"':
            is_open = not is_open
    return is_open


def _according(sentence: Sentence, token: Token, parties: Sequence[Party]) -> Speech | None:
    doc = sentence.doc
    if token.lower_ != "according" or token.i + 2 >= len(doc) or doc[token.i + 1].lower_ != "to":
        return None
    start = token.i + 2
    head = _phrase_head(doc, start)
    named = _party_at(parties, head) or _first_party(parties, start, start + _INVERTED_REACH)
    head = doc[named.head] if named else head
    end = _phrase_end(doc, start, head)
    words = _before(doc, token.i) if _has_verb(doc, _before(doc, token.i)) else frozenset(range(end, len(doc)))
    if token.i <= _OPENING_REACH:
        words = frozenset(range(end, len(doc)))
    return Speech(sentence.number, token.i, "according", "according", named, _entity(named, head), words)


def _spoken(sentence: Sentence, verb: Token, parties: Sequence[Party]) -> Speech | None:
    name = SAYING.get(verb.lower_)
    if name is None or verb.pos_ not in ("VERB", "AUX") or verb.dep_ == "amod":
        return None
    doc = sentence.doc
    speaker = _speaker(doc, verb)
    if speaker is None:
        return None
    party = _party_at(parties, speaker)
    words = _covered(doc, verb, speaker)
    if name in _NEEDS_CLAUSE and not _has_verb(doc, words):
        return None
    return Speech(sentence.number, verb.i, name, "verb", party, _entity(party, speaker), words)


def _speaker(doc: Doc, verb: Token) -> Token | None:
    """The head of who speaks: the agent of a passive, the noun of a relative clause, the subject, an inverted one."""
    if _is_quoted(verb):
        verb = verb.head
    inverted = _inverted(doc, verb)
    if inverted is not None:
        return inverted
    if verb.dep_ in ("acl", "advcl", "acl:relcl") and verb.head.lower_ in _PAPERS:
        issuer = _subject(verb.head.head) if verb.head.dep_ == "obj" else None
        return issuer or verb.head
    subject = _subject(verb)
    if subject is not None and subject.lower_ in _RELATIVES and verb.dep_.startswith("acl"):
        return verb.head
    if subject is None and verb.dep_ in ("acl", "advcl", "conj"):
        return verb.head if verb.dep_ == "acl" and verb.head.pos_ in ("NOUN", "PROPN") else _subject(verb.head)
    return subject


def _is_quoted(verb: Token) -> bool:
    """ "An official was quoted as saying": the subject is that of the verb above."""
    return verb.lower_ == "saying" and verb.head.lower_ in ("quoted", "cited", "reported")


def _subject(verb: Token) -> Token | None:
    return next((child for child in verb.children if child.dep_ in _SUBJECTS), None)


def _inverted(doc: Doc, verb: Token) -> Token | None:
    """The noun right after the verb where a comma or quotation mark stands before it: "…, said officials"."""
    at = verb.i
    if at == 0 or doc[at - 1].text not in _BREAKS or at + 1 >= len(doc) or SAYING.get(verb.lower_) == "tell":
        return None
    following = doc[at + 1]
    if following.pos_ in ("NOUN", "PROPN", "DET", "ADJ", "NUM") and following.lower_ not in ("that", "this"):
        head = _phrase_head(doc, at + 1)
        return head if not _is_clause_subject(head, verb) else None
    return None


def _is_clause_subject(noun: Token, verb: Token) -> bool:
    """Whether *noun* begins the reported clause rather than ending the attribution: "…, said the army fled"."""
    return noun.dep_ in _SUBJECTS and noun.head.i > noun.i and noun.head.i != verb.i and noun.head.dep_ == "ccomp"


def _phrase_head(doc: Doc, start: int) -> Token:
    """The head of the noun phrase that begins at *start*: its last noun before anything else."""
    at = start
    while at + 1 < len(doc) and (
        doc[at].pos_ in ("DET", "ADJ", "NUM", "PRON", "PART", "PUNCT") or doc[at + 1].pos_ in ("NOUN", "PROPN", "PART")
    ):
        if doc[at].pos_ == "PUNCT" and doc[at].text != "-":
            break
        at += 1
    return doc[at]


def _phrase_end(doc: Doc, start: int, head: Token) -> int:
    """Where the source phrase ends: at the first comma after its head, else right after it."""
    for at in range(max(start, head.i), min(len(doc), head.i + 12)):
        if doc[at].text in _BREAKS:
            return at + 1
    return max(start, head.i) + 1


def _covered(doc: Doc, verb: Token, speaker: Token) -> frozenset[int]:
    """The tokens of what is said: before the attribution where a break stands there, else after the verb, or both."""
    first = _attribution_start(doc, verb, speaker)
    last = max(verb.i, speaker.i)
    before = _before(doc, first) if first and doc[first - 1].text in _BREAKS else frozenset()
    after = frozenset(range(last + 1, len(doc)))
    if not _has_verb(doc, before) or not _is_reported(doc, before, verb):
        before = frozenset()
    if before and not _goes_on(doc, last):
        return before
    return (before | after) if before else after | _complement_before(verb, first)


def _complement_before(verb: Token, first: int) -> frozenset[int]:
    """The parsed complement where no comma shows it: "Eighteen were killed a monitor said"."""
    clauses = [child for child in verb.children if child.dep_ in ("ccomp", "parataxis") and child.i < first]
    return frozenset(token.i for clause in clauses for token in clause.subtree if token.i < first)


def _is_reported(doc: Doc, before: frozenset[int], verb: Token) -> bool:
    """Whether what stands before is said, and is not a subordinate opening ("After the blast, police said …")."""
    first = min(before)
    opens_subordinate = doc[first].dep_ in ("mark", "case") and doc[first].head.i in before
    follows = verb.i + 1 < len(doc) and doc[verb.i + 1].lower_ == "that"
    own = any(child.dep_ == "ccomp" and child.i > verb.i for child in verb.children)
    if follows or (own and not any(child.dep_ in _CLAUSES and child.i in before for child in verb.children)):
        return False
    return not (opens_subordinate and own)


def _goes_on(doc: Doc, last: int) -> bool:
    """Whether the quotation or clause is taken up again after "…, officials said, …"."""
    rest = [token for token in doc[last + 1 :] if not token.is_punct]
    if len(rest) < 4:
        return False
    return any(doc[at].text in _BREAKS for at in range(last + 1, min(last + 4, len(doc)))) and any(
        token.pos_ in ("VERB", "AUX") for token in rest
    )


def _attribution_start(doc: Doc, verb: Token, speaker: Token) -> int:
    """The first token of speaker and verb together, the speaker's own modifiers included."""
    if speaker.i > verb.i:
        return verb.i
    left = [token.i for token in speaker.subtree if token.i <= speaker.i]
    return min(left) if left and len(left) < 20 else speaker.i


def _before(doc: Doc, end: int) -> frozenset[int]:
    return frozenset(range(end))


def _has_verb(doc: Doc, words: frozenset[int]) -> bool:
    return any(doc[at].pos_ in ("VERB", "AUX", "NOUN") for at in words) and len(words) > 1


def _party_at(parties: Sequence[Party], head: Token) -> Party | None:
    """The party that holds *head*, else one inside its phrase to the left or in apposition to it."""
    usable = [party for party in parties if may_speak(head.doc, party)]
    holding = [party for party in usable if party.start <= head.i < party.end]
    if holding:
        held = max(holding, key=lambda party: (party.end - party.start, -party.start))
        named = [party for party in usable if party.kind == "person" and party.chain == held.chain]
        return named[0] if named and held.kind == "role" else held
    near = {child.i for child in head.children if child.dep_ in ("appos", "flat", "compound", "nmod:desc")}
    return next((party for party in usable if party.head in near and party.kind != "place"), None)


def _first_party(parties: Sequence[Party], start: int, end: int) -> Party | None:
    return next(
        (party for party in parties if start <= party.start < end and party.kind != "place"),
        None,
    )


def _entity(party: Party | None, head: Token) -> Entity:
    """The speaker as records have it; one that is no known party keeps its words and an unknown role."""
    if party is not None:
        return party.entity
    words = [
        token for token in head.subtree if token.dep_ in _NAME_DEPS and token.head.i == head.i and token.i < head.i
    ]
    text = " ".join(token.text for token in [*words, head])
    role = "JRN" if head.lower_ in _OUTLET_WORDS else "UNK"
    return Entity(text=text, country_code=None, role_code=role)
