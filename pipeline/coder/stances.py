"""How somebody stands to what happened: words that accuse, admit, deny or report, and what speaks for each reading.

A cue is a report of speech or a word of accusation, admission or denial. Two fitted models read its features: one says
whether it makes a claim about who did it (claims-actor), the other whether it makes one about that it happened
(claims-occurrence).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from spacy.tokens import Doc, Token

from pipeline.coder.events import EventDraft
from pipeline.coder.parties import Party, may_speak
from pipeline.coder.reading import Sentence
from pipeline.coder.speech import Speech, speech_over
from pipeline.coder.tolls_words import HARM
from pipeline.coder.views import Views, log_odds, odds_of, steps
from pipeline.records import Entity

CueKind = Literal["speech", "accuse", "admit", "deny"]

_CUES: Mapping[CueKind, str] = {
    "accuse": """
accuse accused accuses accusing
blame blamed blames blaming
charge charged charges charging
indict indicted indicts
suspect suspected suspects
responsible
allegation allegations
alleged allegedly
accusation accusations
behind
guilty
""",
    "admit": """
responsibility
confess confessed confesses confession
plead pleaded pleads pled
admit admitted admits admitting
acknowledge acknowledged acknowledges acknowledging
""",
    "deny": """
deny denied denies denying denial
reject rejected rejects rejecting
refute refuted refutes
dismiss dismissed dismisses dismissing
dispute disputed disputes
false baseless nonexistent fabricated unfounded untrue
lies falsity
""",
}
CUES: Mapping[str, tuple[CueKind, str]] = {
    form: (kind, line.split()[0])
    for kind, lines in _CUES.items()
    for line in lines.strip().splitlines()
    for form in line.split()
}
#: First forms of what one party may do to another, beside the harms of tolls.
ACTS = frozenset(
    [
        "attack", "assault", "bomb", "bombing", "blast", "explosion", "fire", "shell", "shelling", "strike",
        "airstrike", "raid", "ambush", "shoot", "shooting", "storm", "plot", "plan", "murder", "rape", "poison",
        "torture", "abuse", "beat", "throw", "destroy", "damage", "demolish", "spy", "infiltrate", "sell", "supply",
        "transfer", "ship", "smuggle", "mine", "mastermind", "orchestrate", "involvement", "involve", "launch",
        "bombard", "invade", "occupy", "violate", "breach", "sabotage", "hack", "looting", "loot", "rob", "sponsor",
        "finance", "fund", "arm", "train", "incite", "provoke", "stage", "attempt", "threaten", "target", "use",
        "deploy", "execute", "persecute", "harass", "intimidate", "discriminate", "expel", "deport", "blockade",
        "besiege", "siege", "ban", "censor", "seize", "confiscate", "clash", "fight", "battle", "crime", "violence",
        "massacre", "genocide", "cleansing", "terrorism", "terror", "coup", "conspiracy", "incursion", "offensive",
        "detonate", "explode", "ignite", "burn", "vandalise", "vandalize", "crack", "crackdown", "suppress",
        "smash", "storming", "advance", "capture", "bombardment", "grenade", "missile", "rocket", "drone", "weapon",
        "gunfire", "firefight", "jail", "ordered",
    ]
)  # fmt: skip
FORCE = frozenset(["ASSAULT", "COERCE", "MOBILIZE", "PROTEST"])
_PAST = frozenset(["VBD", "VBN"])
_SUBJECTS = ("nsubj", "nsubj:pass", "nsubj:outer")
_NEGATIONS = frozenset(["not", "no", "n't", "n’t", "never", "none", "neither", "nobody", "nothing", "without"])
_MODALS = frozenset(["will", "would", "could", "may", "might", "should", "must", "can", "shall"])
_SPEAKING = frozenset(["i", "we", "our", "my", "us"])
_CLAIMING = frozenset(
    [
        "claim", "claimed", "claims", "claiming", "take", "took", "taken", "takes", "accept", "accepted", "accepts",
        "assume", "assumed", "admit", "admitted", "deny", "denied",
    ]
)  # fmt: skip
_ACCUSATIONS = frozenset(
    [
        "charge", "charges", "allegation", "allegations", "accusation", "accusations", "claim", "claims", "report",
        "reports", "involvement", "responsibility", "link", "links", "information", "rumors", "rumours",
        "wrongdoing", "suggestion", "suggestions", "assertion", "assertions", "it", "this",
    ]
)  # fmt: skip
_CHARGED = frozenset(["on", "face", "faces", "faced", "with", "of", "against"])
_PREDICATES = frozenset(["VERB", "AUX"])
_ARGUMENTS = frozenset(["obj", "obl", "nsubj", "nsubj:pass", "xcomp", "ccomp"])
_HEADS_MAX = 4
_NEAR = 10  #: tokens around a cue word that belong to it
_LEAD_SENTENCES = 4


@dataclass(frozen=True, slots=True)
class Cue:
    """Something in a sentence that may carry a claim; *words* are the tokens that it is about."""

    sentence: int
    at: int
    kind: CueKind
    word: str
    speaker: Party | None
    source: Entity | None
    words: frozenset[int]
    speech: Speech | None


def find_cues(sentence: Sentence, parties: Sequence[Party], speeches: Sequence[Speech]) -> tuple[Cue, ...]:
    """Return the cues of *sentence* in order."""
    spoken = [
        Cue(sentence.number, speech.cue, "speech", speech.verb, speech.speaker, speech.source, speech.words, speech)
        for speech in speeches
    ]
    worded = list(_worded(sentence.doc, parties, speeches, sentence.number))
    taken = {cue.at for cue in worded}
    return tuple(sorted([*worded, *(cue for cue in spoken if cue.at not in taken)], key=lambda cue: cue.at))


def _worded(doc: Doc, parties: Sequence[Party], speeches: Sequence[Speech], number: int) -> Iterator[Cue]:
    for token in doc:
        named = CUES.get(token.lower_)
        if named is None:
            continue
        kind, word = named
        if not _is_used(token, word) or _is_nobodys(token):
            continue
        speaker = _speaker(token, parties)
        over = speech_over(speeches, token.i)
        source = speaker.entity if speaker else over.source if over else None
        words = frozenset(item.i for item in token.subtree) | frozenset(range(token.i, min(token.i + _NEAR, len(doc))))
        yield Cue(number, token.i, kind, word, speaker or (over.speaker if over else None), source, words, over)


def _is_used(token: Token, word: str) -> bool:
    """Whether the word is used in the sense that counts: "claimed responsibility", "behind the attack", …"""
    doc, near = token.doc, _near(token)
    if word == "responsibility":
        words = {item.lower_ for item in near} | {token.head.lower_}
        return bool(words & _CLAIMING) and not words & _NEGATIONS
    if word in ("behind", "responsible", "confess"):
        return any(is_act(item) for item in doc[token.i + 1 : token.i + _NEAR])
    if word in ("allegation", "accusation"):  # "denied the accusation" is the denial's alone
        return token.head.lower_ not in CUES or CUES[token.head.lower_][0] != "deny"
    if word in ("suspect", "dispute"):
        return token.pos_ == "VERB" or token.tag_ == "VBN"
    if word in ("reject", "dismiss", "refute", "false", "lies"):
        return bool({item.lower_ for item in near} & _ACCUSATIONS)
    if word == "charge":
        return token.pos_ == "VERB" or bool({item.lower_ for item in near} & _CHARGED)
    if word in ("accuse", "deny", "admit", "indict", "blame"):
        return token.pos_ in ("VERB", "NOUN", "ADJ")
    return True


def _is_nobodys(token: Token) -> bool:
    """Whether the subject is nobody: "no group has claimed responsibility"."""
    verbs = [token, *token.ancestors][:2]
    subjects = [child for verb in verbs for child in verb.children if child.dep_ in ("nsubj", "nsubj:pass")]
    return any(
        subject.lower_ in ("nobody", "none") or any(child.lower_ == "no" for child in subject.children)
        for subject in subjects
    )


def _near(token: Token) -> list[Token]:
    return [item for item in token.doc[max(token.i - _NEAR // 2, 0) : token.i + _NEAR // 2 + 1] if item.i != token.i]


def _speaker(token: Token, parties: Sequence[Party]) -> Party | None:
    """Who accuses, admits or denies: the agent of a passive, else the subject of the verb over the word."""
    verb = token
    while verb.pos_ not in ("VERB", "AUX") and verb.head.i != verb.i:
        verb = verb.head
    passive = any(child.dep_ in ("nsubj:pass", "aux:pass") for child in verb.children) or (
        verb.tag_ == "VBN" and verb.dep_ == "acl"
    )
    agents = [child for child in verb.children if child.dep_ == "obl:agent"]
    if agents:
        return party_over(parties, agents[0])
    if passive:
        return None
    subject = _subject_of(verb)
    return party_over(parties, subject) if subject is not None else None


def _subject_of(verb: Token) -> Token | None:
    for _ in range(4):
        subject = next((child for child in verb.children if child.dep_ in _SUBJECTS), None)
        if subject is not None:
            is_relative = subject.lower_ in ("who", "which", "that") and verb.dep_.startswith("acl")
            return verb.head if is_relative else subject
        if verb.dep_ not in ("conj", "xcomp", "advcl", "parataxis") or verb.head.i == verb.i:
            return None
        verb = verb.head
    return None


def party_over(parties: Sequence[Party], token: Token) -> Party | None:
    """Return the party that holds *token*, the longest where several do."""
    holding = [party for party in parties if party.start <= token.i < party.end and may_speak(token.doc, party)]
    return max(holding, key=lambda party: (party.end - party.start, -party.start), default=None)


# ── features ─────────────────────────────────────────────────────────────────────────────────


def cue_features(
    sentence: Sentence,
    cue: Cue,
    parties: Sequence[Party],
    events: Sequence[tuple[EventDraft, int]],
    context: Sequence[str],
    plain: frozenset[int] = frozenset(),
    views: Views = (),
) -> tuple[str, ...]:
    """Return the names of what speaks for or against a claim at *cue*.

    *events* are those told in the sentence with their trigger token, *plain* the numbers of those that the outlet tells
    anywhere in its own voice; *context* is what the article as a whole says.
    """
    doc = sentence.doc
    main = {
        f"word={cue.word}",
        f"role={cue.source.role_code if cue.source else 'none'}",
        f"speakerkind={cue.speaker.kind if cue.speaker else 'none'}",
        f"country={_country(cue.speaker)}",
        f"position={'lead' if sentence.number <= _LEAD_SENTENCES else 'body'}",
        f"acts={_amount(sum(is_act(doc[at]) for at in cue.words))}",
        f"form={doc[cue.at].tag_}+{doc[cue.at].dep_}",
        f"targets={_targets(cue, parties)}",
        f"past={any(doc[at].tag_ in _PAST for at in cue.words)}",
        *(f"pattern={name}" for name in _patterns(doc, cue, parties)),
        *_head_features(doc, cue, parties, events, plain),
        *(f"event={event.type_code}" for event, at in events if at in cue.words),
        *_of_network(sentence, cue, parties, views),
    }
    near = {f"next={doc[at].lower_}" for at in range(max(cue.at - 2, 0), min(cue.at + 4, len(doc))) if at != cue.at}
    group = cue.kind if cue.kind != "speech" or cue.speech is None else cue.speech.kind
    crossed = {f"{group}&{name}" for name in main}
    return tuple(sorted({"bias", f"cue={group}", *main, *near, *crossed, *(f"about={name}" for name in context)}))


_TOLD = ("cue:accuses", "cue:admits", "cue:denies", "cue:occurrence")
_SEEN = ("claim:actor", "claim:occurrence", "stance:accuses", "stance:admits", "stance:denies")


def _of_network(sentence: Sentence, cue: Cue, parties: Sequence[Party], views: Views) -> Iterator[str]:
    """What the network says of the sentence's claims, of the speaker as a source, and of the others as accused."""
    view = views[sentence.number] if sentence.number < len(views) else {}
    for label in _SEEN if view else ():
        yield from steps(label, log_odds(view[label]))
    told = odds_of(views, sentence.number, sentence.doc, cue.at, cue.at + 1)
    for part in _TOLD if told else ():
        yield from steps(part, told[part])
    if cue.speaker is not None and cue.speaker.sentence == sentence.number:
        own = odds_of(views, sentence.number, sentence.doc, cue.speaker.start, cue.speaker.end)
        yield from steps("source", own["source"]) if own else ()
    others = (odds_of(views, sentence.number, sentence.doc, p.start, p.end) for p in parties if p.start in cue.words)
    accused = [odds["accused"] for odds in others if odds]
    yield from steps("accused", max(accused)) if accused else ()


def _patterns(doc: Doc, cue: Cue, parties: Sequence[Party]) -> Iterator[str]:
    """The plainest ways to accuse, admit, deny and report."""
    token = doc[cue.at]
    after = doc[cue.at + 1 : cue.at + 1 + _NEAR]
    acts = any(is_act(item) for item in after)
    aimed = any(cue.at < party.start <= cue.at + _NEAR and may_speak(doc, party) for party in parties)
    has_speaker = cue.speaker is not None
    if cue.kind == "accuse":
        yield f"accuse:{'active' if has_speaker else 'passive'}:{'at' if aimed else 'none'}:{'act' if acts else 'none'}"
        yield f"accuse:{token.pos_}:{'act' if acts else 'none'}"
    elif cue.kind == "deny":
        objects = {item.lower_ for item in after} & _ACCUSATIONS or {"ing"} & {item.tag_ for item in after[:2]}
        gerund = any(item.tag_ == "VBG" for item in after[:2])
        yield f"deny:{'accusation' if objects else 'doing' if gerund else 'that' if acts else 'other'}:{has_speaker}"
        yield f"deny:{token.pos_}:{has_speaker}"
    elif cue.kind == "admit":
        yield f"admit:{'responsibility' if cue.word == 'responsibility' else 'act' if acts else 'other'}:{has_speaker}"
        yield f"admit:negated:{any(item.lower_ in _NEGATIONS for item in _near(token))}"
    else:
        yield from (f"says:{_deed(head, parties, cue.speaker)}" for head in _heads(doc, cue))


def _deed(head: Token, parties: Sequence[Party], speaker: Party | None) -> str:
    """Who is said to have done what: "other did act", "own did act", "other would act", "thing did no act", …"""
    below = [head, *(child for child in head.children if child.dep_ in _ARGUMENTS)]
    act = "act" if any(is_act(token) for token in below) else "other"
    agent = next((child for child in head.children if child.dep_ == "obl:agent"), None)
    if agent is not None:
        party = party_over(parties, agent)
        by = "thing" if party is None else "own" if speaker is not None and is_one_side(party, speaker) else "other"
        return f"by {by} {_reality(head)} {act}"
    return f"{_subject_side(head, parties, speaker)} {_reality(head)} {act}"


def _amount(number: int) -> str:
    return str(number) if number < 3 else "3+"


def is_act(token: Token) -> bool:
    """Whether *token* names an act of force or a wrong that one party may do to another."""
    return token.lower_ in HARM or token.lower_ in ACTS or token.lemma_.lower() in ACTS


def _targets(cue: Cue, parties: Sequence[Party]) -> str:
    """Whether somebody else than the speaker is named in the cue's words, and of which side."""
    inside = [party for party in parties if party.start in cue.words and party.kind != "place" and party != cue.speaker]
    if not inside:
        return "none"
    if cue.speaker is None:
        return "some"
    return "own" if all(is_one_side(party, cue.speaker) for party in inside) else "other"


def _heads(doc: Doc, cue: Cue) -> list[Token]:
    """The predicates that the cue's words state: the highest of them, and those coordinated with it."""
    tops = [doc[at] for at in sorted(cue.words) if doc[at].pos_ in _PREDICATES and not _above(doc[at]) & cue.words]
    joined = [child for top in tops for child in top.conjuncts if child.i in cue.words and child.pos_ in _PREDICATES]
    return list(dict.fromkeys([*tops, *joined]))[:_HEADS_MAX]


def _above(token: Token) -> frozenset[int]:
    return frozenset(item.i for item in token.ancestors if item.pos_ in _PREDICATES)


def _head_features(
    doc: Doc,
    cue: Cue,
    parties: Sequence[Party],
    events: Sequence[tuple[EventDraft, int]],
    plain: frozenset[int],
) -> Iterator[str]:
    """What the stated predicates are: tense, polarity, whose act, whether of force, and which event they tell."""
    triggers = {at: event for event, at in events}
    for head in _heads(doc, cue):
        below = [head, *(child for child in head.children if child.dep_ in _ARGUMENTS)]
        here = [triggers[token.i] for token in below if token.i in triggers]
        told = sorted({event.type_code for event in here}) or ["none"]
        side = _subject_side(head, parties, cue.speaker)
        act = "self" if is_act(head) else "below" if any(is_act(token) for token in below) else "no"
        real = _reality(head)
        yield f"headtag={head.tag_}"
        yield f"headside={side}&act={act}"
        yield f"real={real}&act={act}"
        yield f"headside={side}&real={real}&act={act != 'no'}"
        for event in here:
            voice = "plain" if event.number in plain else "once" if len(event.tellings) == 1 else "attributed"
            yield f"voice={voice}"
            yield f"voice={voice}&force={event.type_code in FORCE}"
        for kind in told:
            yield f"told={kind}"
            yield f"told={kind}&headside={side}"
            yield f"told={kind}&real={real}"
        if act != "no":
            yield f"head={_stem(head)}"


def _reality(head: Token) -> str:
    """Whether a predicate is told as past, going on, possible or not so."""
    words = {child.lower_ for child in head.children}
    if words & _NEGATIONS:
        return "negated"
    if words & _MODALS:
        return "modal"
    tags = {head.tag_, *(child.tag_ for child in head.children if child.dep_ in ("aux", "aux:pass", "cop"))}
    return "past" if tags & {"VBD", "VBN"} else "present" if tags & {"VBZ", "VBP"} else "bare"


def _subject_side(head: Token, parties: Sequence[Party], speaker: Party | None) -> str:
    """Whose act a predicate tells: of the speaker, of its country, of others, of nobody known."""
    subject = _subject_of(head)
    if subject is None:
        return "none"
    if subject.lower_ in _SPEAKING:
        return "own"
    party = party_over(parties, subject)
    if party is None:
        return "pronoun" if subject.pos_ == "PRON" else "thing"
    if speaker is None:
        return "party"
    return "own" if party.chain == speaker.chain else "country" if is_one_side(party, speaker) else "other"


def _stem(token: Token) -> str:
    return token.lemma_.lower()


def _country(party: Party | None) -> str:
    return "none" if party is None or party.country is None else "body" if party.country in ("UNO", "IGO") else "state"


def is_one_side(a: Party, b: Party) -> bool:
    """Whether two parties are one, or of one country."""
    return a.chain == b.chain or (a.country is not None and a.country == b.country)
