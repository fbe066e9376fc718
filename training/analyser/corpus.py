"""What is trained on: the treebank cut anew every epoch, mixed with made newswire, both with a little damage."""

import random
from dataclasses import dataclass
from pathlib import Path

from spacy.tokens import Doc
from spacy.vocab import Vocab

from training.analyser.batches import cut
from training.analyser.newswire import NAMES, newswire
from training.analyser.noise import damage
from training.analyser.trees import Text, read_texts, to_doc

TESTS = ("pudnews", "gumnews", "ewt")


@dataclass(frozen=True, slots=True)
class Corpus:
    """The training texts and how much newswire to mix in, as a share of the treebank's sentences."""

    vocab: Vocab
    texts: list[Text]
    newswire_share: float

    def epoch(self, rng: random.Random) -> list[Doc]:
        """Return the documents of one epoch."""
        sentences = sum(len(text) for text in self.texts)
        made = newswire(round(self.newswire_share * sentences), rng)
        runs = cut([*self.texts, *made], rng)
        return [to_doc([damage(sentence, rng) for sentence in run], self.vocab) for run in runs]

    def words(self) -> set[str]:
        """Return all words of the treebank and of the grammar's names, without digits."""
        words = {word.text for text in self.texts for sentence in text for word in sentence}
        names = {
            part
            for entries in NAMES.values()
            for entry in entries
            for part in entry.replace("/", " ").replace("-", " ").split()
        }
        return {word for word in words | names if not any(letter.isdigit() for letter in word)}


def read_corpus(treebank: Path, vocab: Vocab, newswire_share: float) -> Corpus:
    """Read the training part of *treebank*."""
    return Corpus(vocab, read_texts(treebank / "syn_train.spacy", vocab), newswire_share)


def read_dev(treebank: Path, vocab: Vocab) -> dict[str, list[Doc]]:
    """Return the treebank's dev part and made newswire of the held-out families."""
    made = newswire(400, random.Random(1), held_out=True)
    return {
        "dev": [to_doc(text, vocab) for text in read_texts(treebank / "syn_dev.spacy", vocab)],
        "held-out newswire": [to_doc(text, vocab) for text in made],
    }


def read_tests(treebank: Path, vocab: Vocab) -> dict[str, list[Doc]]:
    """Return the treebank's tests: to report, never to choose by."""
    return {
        name: [to_doc(text, vocab) for text in read_texts(treebank / f"syn_test_{name}.spacy", vocab)] for name in TESTS
    }
