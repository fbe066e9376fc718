"""The shipped analyser, loaded once: what it gives for newswire, and for what is no sentence at all."""

import resource
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from pipeline.language import analyser
from pipeline.language.analyser.lemmas import Lemmas
from training.analyser.probe import missed, read_probes

PROBE = Path(__file__).parents[1] / "data" / "analyser_probe.tsv"
MODEL = Path(analyser.__file__).with_name("model.bin")
NEWS = (
    "Gunmen shot dead at least 11 worshippers at a mosque in Zabul on Friday, police said. "
    "No group claimed responsibility for the attack. The governor blamed the insurgents."
)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return analyser.load()


def test_it_is_loaded_once_per_process(nlp: Language) -> None:
    assert analyser.load() is nlp


def test_the_model_stays_small() -> None:
    assert MODEL.stat().st_size <= 15_000_000


def test_every_token_has_tag_lemma_and_head(nlp: Language) -> None:
    doc = nlp(NEWS)
    assert all(token.pos_ and token.tag_ and token.lemma_ and token.dep_ for token in doc)
    assert {token.text: token.lemma_ for token in doc if token.text in ("shot", "claimed", "insurgents")} == {
        "shot": "shoot", "claimed": "claim", "insurgents": "insurgent",
    }  # fmt: skip


@pytest.mark.parametrize(
    "headline, lemmas",
    [
        ("Gunmen Kidnapped Two Militiamen", {"Gunmen": "gunman", "Kidnapped": "kidnap", "Militiamen": "militiaman"}),
        ("REBELS KILLED POLICEMEN IN GOMA", {"REBELS": "rebel", "KILLED": "kill", "POLICEMEN": "policeman"}),
    ],
    ids=["title case", "capitals"],
)
def test_capitals_do_not_hide_a_lemma(nlp: Language, headline: str, lemmas: dict[str, str]) -> None:
    assert {token.text: token.lemma_ for token in nlp(headline) if token.text in lemmas} == lemmas


VERBS = {
    "VBD": {
        "fled": "flee", "died": "die", "denied": "deny", "agreed": "agree", "indicted": "indict", "accused": "accuse",
        "expelled": "expel", "killed": "kill", "crossed": "cross", "visited": "visit", "stormed": "storm",
        "besieged": "besiege", "persecuted": "persecute", "kidnapped": "kidnap", "added": "add", "toppled": "topple",
        "shot": "shoot", "struck": "strike", "withdrew": "withdraw",
    },
    "VBN": {"shelled": "shell", "torn": "tear", "overthrown": "overthrow", "cut": "cut", "relocated": "relocate"},
    "VBG": {
        "changing": "change", "banning": "ban", "wounding": "wound", "hanging": "hang", "striking": "strike",
        "dying": "die", "fleeing": "flee", "jailing": "jail", "revoking": "revoke", "breathing": "breathe",
    },
    "VBZ": {"clashes": "clash", "denies": "deny", "goes": "go", "dies": "die", "closes": "close"},
    "VBP": {"are": "be", "bring": "bring"},
}  # fmt: skip
NOUNS = {
    "NNS": {
        "gunmen": "gunman", "crises": "crisis", "cities": "city", "movies": "movie", "wives": "wife", "lives": "life",
        "troops": "troop", "police": "police", "aircraft": "aircraft", "churches": "church", "shoes": "shoe",
        "children": "child", "hostages": "hostage",
    },
    "NN": {"fighting": "fighting", "bus": "bus"},
}  # fmt: skip
FORMS = [
    (form, pos, tag, lemma)
    for pos, table in (("VERB", VERBS), ("NOUN", NOUNS))
    for tag, forms in table.items()
    for form, lemma in forms.items()
]


@pytest.mark.parametrize("form, pos, tag, lemma", FORMS, ids=[form for form, *_ in FORMS])
def test_inflection_is_undone(nlp: Language, form: str, pos: str, tag: str, lemma: str) -> None:
    assert Lemmas(nlp.vocab.has_vector).lemma(form, pos, tag, "") == lemma


@given(st.text(), st.sampled_from(["NOUN", "VERB"]), st.sampled_from(["NNS", "VBZ", "VBD", "VBN", "VBG", "NN", "NNP"]))
def test_any_string_has_a_lemma(form: str, pos: str, tag: str) -> None:
    assert Lemmas(lambda word: False).lemma(form, pos, tag, "learned") or not form


def test_the_lemma_of_an_endless_word_is_the_learned_one() -> None:
    assert Lemmas(lambda word: True).lemma("a" * 1_000_000 + "lling", "VERB", "VBG", "learned") == "learned"


def test_sentences_of_a_paragraph_are_told_apart(nlp: Language) -> None:
    assert [sentence.text.split()[0] for sentence in nlp(NEWS).sents] == ["Gunmen", "No", "The"]


def test_offsets_give_the_text_back(nlp: Language) -> None:
    doc = nlp("  “We will not go,”\n\nsaid Mr. O’Neil…  \t— in Kyiv. ")
    assert "".join(token.text_with_ws for token in doc) == doc.text
    assert all(doc.text[token.idx : token.idx + len(token)] == token.text for token in doc)


def test_the_same_text_gives_the_same_trees_alone_or_among_others(nlp: Language) -> None:
    alone = nlp(NEWS)
    among = list(nlp.pipe(["Short.", NEWS, "Another sentence follows here."]))[1]
    assert [(t.head.i, t.dep_, t.tag_, t.lemma_) for t in alone] == [
        (t.head.i, t.dep_, t.tag_, t.lemma_) for t in among
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n\n",
        "Word",
        "!!!",
        "🙂🙂 🇺🇦",
        "a" * 5000,
        "KILLED " * 300,
        "Поезд прибыл в Киев вовремя.",
        "x\x00y\u200b",
        "“" * 200,
    ],
    ids=[
        "empty",
        "space",
        "newlines",
        "word",
        "marks",
        "emoji",
        "long word",
        "no full stop",
        "Russian",
        "control",
        "quotes",
    ],
)
def test_odd_text_is_no_error(nlp: Language, text: str) -> None:
    doc = nlp(text)
    assert doc.text == text
    assert all(0 <= token.head.i < len(doc) for token in doc)


def test_most_relations_of_the_probe_are_found(nlp: Language) -> None:
    """A floor well under what the model card reports, to notice a broken model, not a slightly worse one."""
    probes = read_probes(PROBE)
    relations = sum(len(probe.relations) for probe in probes)
    assert len(probes) >= 60
    assert len(missed(nlp, probes)) / relations <= 0.15


def test_speed_is_printed(nlp: Language) -> None:
    texts = [NEWS] * 200
    started = time.process_time()
    tokens = sum(len(doc) for doc in nlp.pipe(texts))
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"analyser: {tokens / seconds:,.0f} tokens per CPU-second, {peak:.0f} MB at most")
    assert tokens == 200 * len(nlp(NEWS))
