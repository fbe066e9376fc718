"""Annotated articles as sentences with the labels that hold of them, and of the words in them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.coder.parties import Party
from pipeline.coder.reading import Sentence
from pipeline.coder.speech import Speech, find_speech
from pipeline.coder.stances import find_cues
from pipeline.coder.tolls import toll_candidates
from pipeline.coder.tolls_groups import find_groups
from training.coder import words as word_learning
from training.coder.claims import COUNTS, cue_labels
from training.coder.corpus import Example, Gold, benchmark, invented
from training.coder.names import same_name
from training.coder.when_where import is_place, is_time
from training.coder.words import Words

TYPES = (
    "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST",
    "ACCUSE", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT",
)  # fmt: skip
HELPERS = (
    "event", "main", "background", "planned", "hypothetical", "negated",
    "claim", "count", "claim:deaths", "claim:injured", "claim:detained", "claim:displaced", "claim:actor",
    "claim:occurrence", "stance:accuses", "stance:admits", "stance:denies",
)  # fmt: skip
MODES = (
    "ACCUSE/allege", "ACCUSE/disapprove", "ACCUSE/investigate", "ASSAULT/abduct", "ASSAULT/aerial",
    "ASSAULT/explosives", "ASSAULT/firearms", "ASSAULT/heavy-weapons", "ASSAULT/primitive", "ASSAULT/suicide-attack",
    "COERCE/arrest", "COERCE/restrict", "COERCE/seize", "CONSULT/visit", "MOBILIZE/weapons", "PROTEST/demo",
    "PROTEST/riot", "REQUEST/assist", "REQUEST/change", "REQUEST/yield", "RETREAT/release", "SANCTION/convict",
    "SANCTION/discontinue", "THREATEN/violence",
)  # fmt: skip
LABELS = (*TYPES, *HELPERS, *MODES)

SIDES = ("actor", "recipient")
SIDE_PARTS = (*SIDES, *(f"{side}:{kind}" for side in SIDES for kind in TYPES))
SPEAKER_PARTS = ("source", "accused")
PLACE_PARTS = ("place", *(f"place:{kind}" for kind in TYPES))
TIME_PARTS = ("date", *(f"date:{kind}" for kind in TYPES))
WORD_PARTS = tuple(f"word:{kind}" for kind in TYPES)
TOLL_PARTS = {kind: f"toll:{kind}" for kind in COUNTS}
CUE_PARTS = ("cue:accuses", "cue:admits", "cue:denies", "cue:occurrence")
PARTS = (*SIDE_PARTS, *SPEAKER_PARTS, *PLACE_PARTS, *TIME_PARTS, *WORD_PARTS, *TOLL_PARTS.values(), *CUE_PARTS)


@dataclass(frozen=True, slots=True)
class Spot:
    """Characters [start, end) of a sentence, which of PARTS are known of them, and which of those they play."""

    start: int
    end: int
    known: tuple[str, ...]
    played: frozenset[str]


@dataclass(frozen=True, slots=True)
class Article:
    """One annotated article; *labels* and *spots* are those of each sentence of *texts*, the title first.

    One without a publisher counts as an outlet of its own. An invented one is learnt from, never measured on.
    """

    identifier: str
    publisher: str
    texts: tuple[str, ...]
    labels: tuple[frozenset[str], ...]
    spots: tuple[tuple[Spot, ...], ...]
    is_real: bool = True


def read_articles(bench: Path) -> list[Article]:
    """Return the articles of the folder *bench*, in order of set and id, then the invented ones of training/coder."""
    words = word_learning.collect([*benchmark(bench), *invented()])
    word_learning.learn(words)
    return [_article(some) for some in words]


def _article(words: Words) -> Article:
    example = words.example
    sentences = example.reading.sentences
    speeches = find_speech(example.reading, example.parties)
    labels: list[set[str]] = [set() for _ in sentences]
    for number, label in (*_event_labels(example.events), *_claim_labels(example.claims)):
        for own in example.ours.get(number, ()):
            labels[own].add(label)
    return Article(
        example.identity,
        example.publisher,
        tuple(sentence.text for sentence in sentences),
        tuple(frozenset(found) for found in labels),
        tuple(
            (*_of_events(words, sentence), *_of_claims(example, sentence, speeches[sentence.number]))
            for sentence in sentences
        ),
        example.is_real,
    )


def _event_labels(events: Iterable[Gold]) -> Iterator[tuple[int, str]]:
    for event in events:
        modes = (f"{event['type']}/{mode}" for mode in event["modes"])
        labels = ("event", event["type"], event["salience"], event["status"], *modes)
        yield from ((number, label) for number in event["mentions"] for label in labels)


def _claim_labels(claims: Iterable[Gold]) -> Iterator[tuple[int, str]]:
    for claim in claims:
        labels = ["claim", f"claim:{claim['kind']}", f"stance:{claim['stance']}"]
        labels += ["count"] if claim["kind"] in COUNTS else []
        yield from ((claim["sentence"], label) for label in labels)


# ── parts of sentences ───────────────────────────────────────────────────────────────────────


def _of_events(words: Words, sentence: Sentence) -> Iterator[Spot]:
    example, number = words.example, sentence.number
    numbers = example.theirs[number]
    told = [event for event in example.events if numbers & set(event["mentions"])]
    parties = example.parties[number]
    for party in parties:
        yield _spot(sentence, party.start, party.end, SIDE_PARTS, _sides(party, parties, told))
    for place in example.places[number]:
        kinds = [event["type"] for event in told if event["place"] and is_place(place, event["place"])]
        yield _spot(sentence, place.start, place.end, PLACE_PARTS, _with_types("place", kinds))
    for time in example.times[number]:
        kinds = [event["type"] for event in told if event["date"] and is_time(time, event["date"])]
        yield _spot(sentence, time.start, time.end, TIME_PARTS, _with_types("date", kinds))
    for candidate, label, weight in zip(words.candidates, words.labels, words.weights, strict=True):
        if candidate.sentence == number and weight:
            yield _spot(sentence, candidate.token, candidate.token + 1, WORD_PARTS, {f"word:{label}"})


def _of_claims(example: Example, sentence: Sentence, speeches: Sequence[Speech]) -> Iterator[Spot]:
    number = sentence.number
    claims = [claim for claim in example.claims if claim["sentence"] in example.theirs[number]]
    parties = example.parties[number]
    for party in parties:
        yield _spot(sentence, party.start, party.end, SPEAKER_PARTS, _speaks(party, claims))
    for toll in toll_candidates(sentence, find_groups(sentence.doc, parties)):
        bounds, part = (toll.group.minimum, toll.group.maximum), TOLL_PARTS[toll.kind]
        is_claim = any(c["kind"] == toll.kind and (c.get("min"), c.get("max")) == bounds for c in claims)
        yield _spot(sentence, toll.group.start, toll.group.end, (part,), (part,) if is_claim else ())
    cues = find_cues(sentence, parties, speeches)
    for cue, stances in zip(cues, cue_labels(claims, cues), strict=True):
        played = {f"cue:{stances['actor']}"} if "actor" in stances else set()
        played |= {"cue:occurrence"} if "occurrence" in stances else set()
        yield _spot(sentence, cue.at, cue.at + 1, CUE_PARTS, played)


def _spot(sentence: Sentence, start: int, end: int, known: tuple[str, ...], played: Iterable[str]) -> Spot:
    first, last = sentence.doc[start], sentence.doc[end - 1]
    return Spot(first.idx, last.idx + len(last), known, frozenset(played) & frozenset(known))


def _with_types(part: str, kinds: Sequence[str]) -> set[str]:
    return {part, *(f"{part}:{kind}" for kind in kinds)} if kinds else set()


def _sides(party: Party, present: Sequence[Party], told: Sequence[Gold]) -> Iterator[str]:
    """The parts of *party* in the events of its sentence; one of the same code stands for one not named there."""
    for event in told:
        for side in SIDES:
            entities = event[f"{side}s"]
            named = {other.text for other in present if any(same_name(other.text, e["text"]) for e in entities)}
            alike = any(e["country"] and (e["country"], e["role"]) == (party.country, party.role) for e in entities)
            if party.text in named or (alike and not named):
                yield from (side, f"{side}:{event['type']}")


def _speaks(party: Party, claims: Sequence[Gold]) -> Iterator[str]:
    for part in ("source", "accused"):
        if any(claim.get(part) and same_name(party.text, claim[part]["text"]) for claim in claims):
            yield part
