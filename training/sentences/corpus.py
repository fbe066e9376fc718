"""Annotated articles as sentences with the labels that hold of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from training.coder.corpus import Example, Gold, benchmark, invented

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

_COUNTED = frozenset({"deaths", "injured", "missing", "detained", "displaced"})


@dataclass(frozen=True, slots=True)
class Article:
    """One annotated article; *labels* are those of each sentence of *texts*, the title first.

    One without a publisher counts as an outlet of its own. An invented one is learnt from, never measured on.
    """

    identifier: str
    publisher: str
    texts: tuple[str, ...]
    labels: tuple[frozenset[str], ...]
    is_real: bool = True


def read_articles(bench: Path) -> list[Article]:
    """Return the articles of the folder *bench*, in order of set and id, then the invented ones of training/coder."""
    return [_article(example) for example in (*benchmark(bench), *invented())]


def _article(example: Example) -> Article:
    sentences = example.reading.sentences
    labels: list[set[str]] = [set() for _ in sentences]
    for number, label in (*_event_labels(example.events), *_claim_labels(example.claims)):
        for own in example.ours.get(number, ()):
            labels[own].add(label)
    return Article(
        example.identity,
        example.publisher,
        tuple(sentence.text for sentence in sentences),
        tuple(frozenset(found) for found in labels),
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
        labels += ["count"] if claim["kind"] in _COUNTED else []
        yield from ((claim["sentence"], label) for label in labels)
