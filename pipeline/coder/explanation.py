"""What is told of a document's coding: each sentence as it was read, each decision with its chance and its reasons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from pipeline.coder.linear import Linear
from pipeline.coder.reading import Reading
from pipeline.coder.settings import ACTORS, KEEP, MERGE, RECIPIENTS, TELL
from pipeline.records import ClaimKind, Coding, Document, Span

BEST = 3  #: types, days and places told of each that were weighed


@dataclass(frozen=True, slots=True)
class Reason:
    """A feature and the weight with which it spoke for what was weighed, in log-odds."""

    feature: str
    weight: float


@dataclass(frozen=True, slots=True)
class Word:
    """A token with its place in the tree; the root governs itself."""

    number: int
    text: str
    part_of_speech: str
    relation: str
    governor: int


@dataclass(frozen=True, slots=True)
class PartySeen:
    """A party where it is named; *means* is the name that it goes by, *chain* the same for all mentions of it."""

    span: Span
    text: str
    means: str
    kind: str
    country: str | None
    role: str
    chain: int


@dataclass(frozen=True, slots=True)
class TimeSeen:
    """Days that a sentence names, and the rule that read them."""

    span: Span
    text: str
    first: date
    last: date
    precision: str
    rule: str


@dataclass(frozen=True, slots=True)
class PlaceSeen:
    """A place that a sentence names; one of the dateline spans the dateline."""

    span: Span
    text: str
    means: str
    country: str | None
    admin1: str | None
    geonames_id: int | None
    precision: str


@dataclass(frozen=True, slots=True)
class TypeWeighed:
    """How probably a word tells an event of a type: by itself, and weighed with its sentence and article.

    One that is too improbable by itself is not weighed further.
    """

    type_code: str
    alone: float
    chance: float | None


@dataclass(frozen=True, slots=True)
class WordWeighed:
    """A word that may tell an event, its likeliest types first, and what spoke for the first by the word alone."""

    span: Span
    text: str
    types: tuple[TypeWeighed, ...]
    reasons: tuple[Reason, ...]
    patterns: tuple[str, ...]  #: of the lexicon, as "name (TYPE, weight)"
    is_taken: bool
    convention: str | None = None  #: of the codebook, why a likely word is not taken


@dataclass(frozen=True, slots=True)
class ClaimWeighed:
    """A claim that a sentence may make, how probable it is, and what spoke for it."""

    span: Span  #: of the people counted, or of the word that accuses, admits, denies or reports
    text: str
    word: str  #: the harm or the cue in its first form
    kind: ClaimKind
    chance: float
    is_taken: bool
    reasons: tuple[Reason, ...]
    count_min: int | None = None
    count_max: int | None = None
    stance: str | None = None  #: of a count the words of its source decide
    source: str | None = None


@dataclass(frozen=True, slots=True)
class SentenceSeen:
    """A sentence with everything that was found in it."""

    number: int  #: 0 is the title
    span: Span
    text: str
    words: tuple[Word, ...]
    parties: tuple[PartySeen, ...]
    times: tuple[TimeSeen, ...]
    places: tuple[PlaceSeen, ...]
    labels: Mapping[str, float]  #: the sentence classifier's likeliest; empty where it was not asked
    candidates: tuple[WordWeighed, ...]
    claims: tuple[ClaimWeighed, ...]
    tells: bool  #: an event, even one that was not taken, or a claim


@dataclass(frozen=True, slots=True)
class Joined:
    """An earlier telling of the same happening, and the chance that both are of one."""

    sentence: int
    word: str
    chance: float


@dataclass(frozen=True, slots=True)
class TellingSeen:
    """A word that tells a happening, and the earlier ones that it was compared with, the likest first."""

    sentence: int
    span: Span
    word: str
    chance: float
    joined: tuple[Joined, ...]


@dataclass(frozen=True, slots=True)
class PartyWeighed:
    """A party of a sentence that tells a happening, and how it stands to the word that tells it."""

    sentence: int
    text: str
    actor: float
    recipient: float


@dataclass(frozen=True, slots=True)
class Side:
    """A country, or a role without one, with its chances to have done it or to have undergone it."""

    name: str
    parties: tuple[PartyWeighed, ...]  #: the clearest first
    actor: float
    recipient: float
    actor_as: str | None  #: the party that stands for it among the actors
    recipient_as: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A time or place that was weighed for a happening."""

    span: Span
    text: str
    means: str
    chance: float
    bound: float  #: from which the likeliest is taken
    is_taken: bool


@dataclass(frozen=True, slots=True)
class HappeningSeen:
    """Tellings that were joined; one that was dropped has no number, sides, times and places."""

    number: int | None
    type_code: str
    chance: float  #: to be an event by the codebook
    rule: str
    tellings: tuple[TellingSeen, ...]
    rival: float | None  #: the best chance to be one with another happening of its type
    sides: tuple[Side, ...] = ()
    times: tuple[Choice, ...] = ()
    places: tuple[Choice, ...] = ()
    is_only_alleged: bool = False  #: and so has no actor
    deniers: tuple[str, ...] = ()  #: cast as actors but left out, being accused and denying it
    status: str | None = None
    statuses: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The chances from which something is taken; of sides the likeliest, and further ones."""

    tell: float = TELL
    join: float = MERGE
    keep: float = KEEP
    actors: tuple[float, float] = ACTORS
    recipients: tuple[float, float] = RECIPIENTS


@dataclass(frozen=True, slots=True)
class Explanation:
    """A document's coding with all that led to it."""

    document: Document
    coding: Coding
    sentences: tuple[SentenceSeen, ...]
    happenings: tuple[HappeningSeen, ...]
    silent: tuple[int, ...] = ()  #: sentences that were left out
    bounds: Bounds = Bounds()

    def only(self, number: int) -> "Explanation":
        """Return what concerns sentence *number* alone: its happenings, mentions and claims; it may not exist."""
        sentences = tuple(sentence for sentence in self.sentences if sentence.number == number)
        happenings = tuple(
            happening for happening in self.happenings if any(t.sentence == number for t in happening.tellings)
        )
        told = {happening.number for happening in happenings}
        spans = {sentence.span for sentence in sentences}
        coding = replace(
            self.coding,
            mentions=tuple(mention for mention in self.coding.mentions if mention.number in told),
            claims=tuple(claim for claim in self.coding.claims if claim.span in spans),
        )
        return replace(self, coding=coding, sentences=sentences, happenings=happenings)

    def without_silent(self) -> "Explanation":
        """Return it without the sentences that tell nothing."""
        silent = tuple(sentence.number for sentence in self.sentences if not sentence.tells)
        return replace(self, sentences=tuple(s for s in self.sentences if s.tells), silent=silent)


def cite(reading: Reading, sentence: int, start: int, end: int) -> tuple[Span, str]:
    """Return tokens [start, end) of a sentence as characters of the document; no tokens are its dateline."""
    document, whole = reading.document, reading.sentences[sentence]
    if start == end:
        span = Span(part="text", start=0, end=reading.dateline.end if reading.dateline else 0)
    else:
        span = whole.span_of(whole.doc[start], whole.doc[end - 1])
    return span, (document.title if span.part == "title" else document.text)[span.start : span.end]


def reasons_for(model: Linear, features: Iterable[str], label: str) -> tuple[Reason, ...]:
    """Return what spoke for *label*, the strongest first."""
    return tuple(Reason(name, weight) for name, weight in model.reasons(features, label) if weight > 0)


def likeliest(chances: Mapping[str, float], least: float = 0.0) -> dict[str, float]:
    """Return the labels with a chance of at least *least*, the likeliest first."""
    ranked = sorted(chances.items(), key=lambda item: (-item[1], item[0]))
    return {label: chance for label, chance in ranked if chance >= least}
