"""Which types the words of a sentence may tell, by the lexicon and by the word lists."""

import pytest
from spacy.tokens import Doc

from pipeline.coder.lexicon import GAP_MAX, patterns
from pipeline.coder.reading import Sentence, read
from pipeline.coder.wording import matches, types_of, word_lists
from pipeline.events.ontology import event_types
from pipeline.records import Document


def sentence_of(text: str) -> Sentence:
    return read(Document(document_id="d", title="", text=text, published_on=None)).sentences[1]


def lexical(text: str) -> set[tuple[str, str]]:
    sentence = sentence_of(text)
    found = matches(sentence.text, sentence.doc)
    return {(sentence.doc[at].text, match.rule.type_code) for at, some in found.items() for match in some}


def listed(text: str, word: str) -> dict[str, str]:
    doc: Doc = sentence_of(text).doc
    [token] = [token for token in doc if token.text == word]
    return types_of(token)


@pytest.mark.parametrize(
    ("text", "carrier", "type_code"),
    [
        ("Rebels attacked a camp.", "attacked", "ASSAULT"),
        ("The army opened fire on the crowd.", "opened", "ASSAULT"),
        ("Police took the editor into custody.", "took", "COERCE"),
        ("Rebels laid down their arms.", "laid", "RETREAT"),
        ("The president called for a ceasefire.", "called", "REQUEST"),
        ("Police used tear gas.", "gas", "ASSAULT"),
        ("The editor was sentenced.", "sentenced", "SANCTION"),
    ],
)
def test_a_pattern_is_carried_by_its_verb_or_its_last_noun(text: str, carrier: str, type_code: str) -> None:
    assert (carrier, type_code) in lexical(text)


def test_a_pattern_bridges_a_few_words_only() -> None:
    assert ("held", "CONSULT") in lexical("The sides held difficult new talks.")
    assert ("held", "CONSULT") not in lexical(f"The sides held {'very ' * (GAP_MAX + 1)}long talks.")


def test_the_words_around_can_make_a_pattern_mean_something_else() -> None:
    assert ("attack", "ASSAULT") in lexical("An attack killed him.")
    assert ("attack", "ASSAULT") not in lexical("A heart attack killed him.")


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("The president called for a ceasefire.", "called", {"REQUEST": "phrase"}),
        ("The president called his mother.", "called", {}),
        ("Rebels laid down their arms.", "laid", {"RETREAT": "phrase", "CONCEDE": "phrase"}),
        ("Soldiers laid a carpet.", "laid", {}),
        ("The editor was sentenced.", "sentenced", {"SANCTION": "word"}),
    ],
)
def test_a_word_may_tell_a_type_alone_or_with_another_beside_it(text: str, word: str, found: dict[str, str]) -> None:
    assert listed(text, word) == found


def test_the_lists_and_the_lexicon_have_no_types_but_the_ontologys() -> None:
    lists = word_lists()
    in_lists = {code for words in (lists.verbs, lists.nouns) for types in words.values() for code in types}
    in_lexicon = {pattern.rule.type_code for some in patterns().values() for pattern in some}
    assert in_lists == in_lexicon == set(event_types())


def test_the_modes_of_the_lexicon_are_their_types() -> None:
    rules = {pattern.rule for some in patterns().values() for pattern in some}
    assert [rule.name for rule in rules if not set(rule.mode_codes) <= set(event_types()[rule.type_code].modes)] == []


def test_words_without_letters_carry_nothing() -> None:
    assert lexical("1,000 — “…” 👩‍🚀 \x07.") == set()
