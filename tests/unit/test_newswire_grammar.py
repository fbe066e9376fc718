"""The made newswire: well-formed trees, the same for the same seed, held-out families kept apart."""

import random
from collections import Counter

import pytest

from training.analyser.newswire import HELD_OUT, WEIGHTS, newswire
from training.analyser.newswire.patterns import makers
from training.analyser.newswire.phrases import Phrases
from training.analyser.newswire.tree import to_sentence
from training.analyser.noise import damage
from training.analyser.trees import Sentence


def sentences(seed: int, count: int = 200) -> list[Sentence]:
    return [sentence for text in newswire(count, random.Random(seed)) for sentence in text]


def is_tree(sentence: Sentence) -> bool:
    """Every word reaches the one root."""
    roots = [place for place, word in enumerate(sentence) if word.head == place]
    for place in range(len(sentence)):
        steps = 0
        while sentence[place].head != place and steps <= len(sentence):
            place, steps = sentence[place].head, steps + 1
        if steps > len(sentence):
            return False
    return len(roots) == 1 and sentence[roots[0]].dep == "ROOT"


def crosses(sentence: Sentence) -> bool:
    arcs = [tuple(sorted((place, word.head))) for place, word in enumerate(sentence) if word.head != place]
    return any(a < c < b < d for a, b in arcs for c, d in arcs)


@pytest.mark.parametrize("seed", range(3))
def test_made_sentences_are_projective_trees(seed: int) -> None:
    made = sentences(seed)
    assert len(made) == 200
    assert all(is_tree(sentence) and not crosses(sentence) for sentence in made)


def test_every_word_is_fully_annotated() -> None:
    assert all(word.text and word.lemma and word.pos and word.tag and word.dep for s in sentences(4) for word in s)


def test_the_same_seed_makes_the_same_sentences() -> None:
    assert sentences(5) == sentences(5)
    assert sentences(5) != sentences(6)


def test_every_family_makes_sentences() -> None:
    families = makers(Phrases(random.Random(0)))
    assert set(HELD_OUT) < families.keys() == WEIGHTS.keys()
    for name, make in families.items():
        assert len(to_sentence(make())) > 2, name


def test_damage_keeps_the_tree() -> None:
    rng = random.Random(0)
    damaged = [damage(sentence, rng) for sentence in sentences(7)]
    assert all(is_tree(sentence) for sentence in damaged)
    assert Counter(len(a) - len(b) for a, b in zip(sentences(7), damaged, strict=True)).keys() == {0, 1}
