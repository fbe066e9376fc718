"""Sentences as plain rows, between the treebank, the augmentation and spaCy's documents."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.tokens import Doc, DocBin, Span
from spacy.vocab import Vocab

# What the coder reads; spelling and style marks only thin the classes out.
FEATURES = frozenset({
    "Case", "Degree", "Gender", "Mood", "NumType", "Number", "Person", "Polarity", "Poss", "PronType", "Tense",
    "VerbForm", "Voice",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One token; *head* is the place of its head in the sentence, its own place for the root."""

    text: str
    lemma: str
    pos: str
    tag: str
    morph: str
    head: int
    dep: str
    has_space: bool = True


Sentence = tuple[Word, ...]
Text = tuple[Sentence, ...]


def read_texts(path: Path, vocab: Vocab) -> list[Text]:
    """Read a DocBin of the treebank; each text is a run of sentences of one source document."""
    docs = DocBin().from_disk(path).get_docs(vocab)
    return [tuple(_sentence(span) for span in doc.sents) for doc in docs]


def _sentence(span: Span) -> Sentence:
    return tuple(
        Word(
            text=token.text, lemma=token.lemma_, pos=token.pos_, tag=token.tag_, morph=_trim(str(token.morph)),
            head=token.head.i - span.start, dep=token.dep_, has_space=bool(token.whitespace_),
        )
        for token in span
    )  # fmt: skip


def _trim(morph: str) -> str:
    return "|".join(feature for feature in morph.split("|") if feature.partition("=")[0] in FEATURES)


def to_doc(sentences: Iterable[Sentence], vocab: Vocab) -> Doc:
    """Return a document of *sentences* with everything annotated."""
    rows = list(_placed(sentences))
    words: Sequence[Word] = [word for word, _ in rows]
    return Doc(
        vocab,
        words=[word.text for word in words],
        spaces=[word.has_space for word in words],
        tags=[word.tag for word in words],
        pos=[word.pos for word in words],
        morphs=[word.morph for word in words],
        lemmas=[word.lemma for word in words],
        heads=[head for _, head in rows],
        deps=[word.dep for word in words],
    )


def _placed(sentences: Iterable[Sentence]) -> Iterator[tuple[Word, int]]:
    offset = 0
    for sentence in sentences:
        for word in sentence:
            yield word, word.head + offset
        offset += len(sentence)
