"""Deep syntax: who does what to whom, whatever form the clause takes."""

import pytest

from pipeline.coder.frames import logical_arguments
from pipeline.coder.reading import read
from pipeline.records import Document

AGENT = ("agent", "owner", "light-obj:subject", "modifier:compound")
PATIENT = ("patient", "target", "noun:of", "light-obl:under:subject", "oblique:against", "light:on")
PARTNER = ("partner",)


def relations(text: str, word: str) -> dict[str, tuple[str, ...]]:
    [_, sentence] = read(Document(document_id="d", title="", text=text, published_on=None)).sentences
    [trigger] = [token for token in sentence.doc if token.lower_ == word]
    return {sentence.doc[at].text: labels for at, labels in logical_arguments(trigger).items()}


def standing(text: str, word: str, labels: tuple[str, ...]) -> set[str]:
    return {name for name, found in relations(text, word).items() if any(one.startswith(labels) for one in found)}


@pytest.mark.parametrize(
    ("text", "word", "agents", "patients"),
    [
        ("Rebels shelled the town.", "shelled", {"Rebels"}, {"town"}),
        ("The town was shelled by rebels.", "shelled", {"rebels"}, {"town"}),
        ("Two soldiers were killed by gunmen.", "killed", {"gunmen"}, {"soldiers"}),
        ("The hostages were freed.", "freed", set(), {"hostages"}),
        ("The town, shelled by rebels, burned.", "shelled", {"rebels"}, {"town"}),
        ("The two soldiers killed by gunmen came from Chad.", "killed", {"gunmen"}, {"soldiers"}),
        ("The gunmen killing the villagers came from Chad.", "killing", {"gunmen"}, {"villagers"}),
        ("The rebels who shelled the town fled.", "shelled", {"who"}, {"town"}),
        ("Police arrested the editor and a teacher.", "arrested", {"Police"}, {"editor", "teacher"}),
        ("Police stormed the office and arrested the editor.", "arrested", {"Police"}, {"editor"}),
        ("The president promised to release the hostages.", "release", {"president"}, {"hostages"}),
        ("The army denied that soldiers attacked the village.", "attacked", {"soldiers"}, {"village"}),
        ("Thousands of students protested against the law.", "protested", {"Thousands"}, {"law"}),
    ],
)
def test_a_verb_has_its_agent_and_patient(text: str, word: str, agents: set[str], patients: set[str]) -> None:
    assert (standing(text, word, AGENT), standing(text, word, PATIENT)) == (agents, patients)


@pytest.mark.parametrize(
    ("text", "word", "agents", "patients"),
    [
        ("The shelling of the town by rebels went on.", "shelling", {"rebels"}, {"town"}),
        ("The rebels' attack on the village went on.", "attack", {"rebels"}, {"village"}),
        ("Rebel attacks on villages continued.", "attacks", {"Rebel"}, {"villages"}),
        ("Rebels carried out an attack on the town.", "attack", {"Rebels"}, {"town"}),
        ("Rebels launched an attack against soldiers.", "attack", {"Rebels"}, {"soldiers"}),
        ("The government imposed sanctions on the bank.", "sanctions", {"government"}, {"bank"}),
        ("Soldiers came under attack.", "attack", set(), {"Soldiers"}),
    ],
)
def test_a_noun_of_action_has_its_agent_and_patient(text: str, word: str, agents: set[str], patients: set[str]) -> None:
    assert (standing(text, word, AGENT), standing(text, word, PATIENT)) == (agents, patients)


@pytest.mark.parametrize(
    ("text", "word", "partners"),
    [
        ("Talks between Chile and Peru failed.", "talks", {"Chile", "Peru"}),
        ("Chile held talks with Peru.", "talks", {"Peru"}),
        ("Germany signed an agreement with Ghana.", "agreement", {"Ghana"}),
    ],
)
def test_those_with_whom_something_is_done_are_partners(text: str, word: str, partners: set[str]) -> None:
    assert standing(text, word, PARTNER) == partners


@pytest.mark.parametrize(
    ("text", "word", "does_it"),
    [
        ("The president urged the rebels to release the hostages.", "release", "rebels"),
        ("The army accused the rebels of shelling the town.", "shelling", "rebels"),
        ("The rebels were ordered to leave the town.", "leave", "rebels"),
        ("Rebels have been accused of shelling the town.", "shelling", "Rebels"),
        ("The minister wants to meet the king.", "meet", "minister"),
    ],
)
def test_what_is_demanded_or_alleged_is_the_deed_of_those_of_whom_it_is(text: str, word: str, does_it: str) -> None:
    assert does_it in standing(text, word, ("agent",))


def test_who_gives_what_to_whom() -> None:
    found = relations("France gave Mali aircraft.", "gave")
    assert found == {"France": ("agent",), "Mali": ("receiver",), "aircraft": ("patient",)}


def test_a_word_alone_has_no_arguments() -> None:
    assert relations("Attack.", "attack") == {}
