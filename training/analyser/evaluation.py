"""Scores on gold trees: spaCy's scorer, punctuation left out of the attachment scores."""

from collections.abc import Collection, Iterable

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

METRICS = {
    "UPOS": "pos_acc", "XPOS": "tag_acc", "UAS": "dep_uas", "LAS": "dep_las", "sentence F": "sents_f",
    "lemma": "lemma_acc", "morph": "morph_acc",
}  # fmt: skip


def evaluate(nlp: Language, gold: Iterable[Doc], *, tokenise: bool = False) -> dict[str, float]:
    """Return percentages by metric, on the gold tokens or on those of *nlp*'s own tokeniser."""
    scores = nlp.evaluate([Example(nlp.make_doc(doc.text) if tokenise else bare(doc), doc) for doc in gold])
    return {name: round(100 * (scores[key] or 0.0), 2) for name, key in METRICS.items()}


def dev_score(scores: Collection[dict[str, float]]) -> float:
    """Return what models are chosen by: labelled attachment over all dev sets."""
    return sum(score["LAS"] for score in scores) / len(scores)


def bare(doc: Doc) -> Doc:
    """Return *doc*'s tokens without any annotation."""
    return Doc(doc.vocab, words=[token.text for token in doc], spaces=[bool(token.whitespace_) for token in doc])
