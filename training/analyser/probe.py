"""The probe: newswire sentences of our own and the relations in them that event coding stands on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class Relation:
    """*dependant* hangs on *head* by one of *labels*; either word may be any of several."""

    head: str
    labels: frozenset[str]
    dependants: frozenset[str]


@dataclass(frozen=True, slots=True)
class Probe:
    """A sentence and what must be found in it."""

    text: str
    relations: tuple[Relation, ...]


def read_probes(path: Path) -> list[Probe]:
    """Read probes, one a line: text, tab, "head labels dependant; …"."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [
        Probe(text, tuple(_relations(relations))) for text, _, relations in (line.partition("\t") for line in lines)
    ]


def _relations(text: str) -> Iterator[Relation]:
    for relation in text.split("; "):
        head, labels, dependants = relation.split(" ")
        yield Relation(head, frozenset(labels.split("|")), frozenset(dependants.split("|")))


def missed(nlp: Language, probes: list[Probe]) -> list[tuple[Probe, Relation]]:
    """Return the relations that *nlp* does not find."""
    docs = nlp.pipe(probe.text for probe in probes)
    return [
        (probe, relation)
        for probe, doc in zip(probes, docs, strict=True)
        for relation in probe.relations
        if not _finds(doc, relation)
    ]


def _finds(doc: Doc, relation: Relation) -> bool:
    return any(
        token.text in relation.dependants and token.head.text == relation.head and token.dep_ in relation.labels
        for token in doc
    )
