"""What the sentence classifier reads, and that it tells plain cases apart."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.coder.sentences import PIECES_MAX, WordPieces, classify, load

PIECES = ["[UNK]", "[CLS]", "[SEP]", "cafe", "caf", "##s", "##es", ",", "in"]


def read(text: str) -> list[str]:
    """Return the pieces of *text* between its two marks."""
    opening, *inner, closing = (PIECES[number] for number in WordPieces(PIECES).encode(text).pieces)
    assert (opening, closing) == ("[CLS]", "[SEP]")
    return inner


def test_case_and_accents_do_not_count() -> None:
    assert read("CAFÉ") == read("café") == ["cafe"]


def test_the_longest_known_piece_comes_first() -> None:
    assert read("cafes") == ["cafe", "##s"]


def test_punctuation_stands_for_itself() -> None:
    assert read("in,in") == ["in", ",", "in"]


def test_a_word_with_an_unknown_part_is_unknown_whole() -> None:
    assert read("in cafex") == ["in", "[UNK]"]


def test_control_characters_are_not_read() -> None:
    assert read("ca\u200bfe\u0085") == ["cafe"]


def test_an_overlong_word_is_unknown() -> None:
    assert read("cafe" + "s" * 200) == ["[UNK]"]


def test_a_long_text_is_cut() -> None:
    assert PIECES_MAX - 1 <= len(WordPieces(PIECES).encode("in " * 400).pieces) <= PIECES_MAX


def test_a_word_is_known_by_its_first_character() -> None:
    text = "In\u200b CAFÉS, in"
    encoded = WordPieces(PIECES).encode(text)
    assert [text[start:][:2] for start in encoded.starts] == ["In", "CA", ", ", "in"]
    assert [PIECES[encoded.pieces[first]] for first in encoded.firsts] == ["in", "cafe", ",", "in"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Gunmen shot dead nine villagers near the river on Tuesday.", "ASSAULT"),
        ("A car bomb exploded outside the barracks, wounding four soldiers.", "ASSAULT"),
        ("Police arrested the editor of the newspaper at his home.", "COERCE"),
        ("The two foreign ministers held talks in Vienna on Thursday.", "CONSULT"),
        ("The opposition leader accused the government of lying about the budget.", "ACCUSE"),
        ("Thousands of demonstrators marched through the capital against the new law.", "PROTEST"),
    ],
)
def test_the_type_of_a_plain_event_is_the_most_probable(text: str, told: str) -> None:
    (found,) = classify([text])
    types = {label: share for label, share in found.items() if label.isupper() and "/" not in label}
    assert len(types) == 16
    assert max(types, key=lambda label: types[label]) == told


def test_a_recipe_tells_no_event() -> None:
    attack, recipe = classify(["Rebels attacked the town.", "Stir the onions until they are soft."])
    assert recipe["event"] < 0.3 < 0.7 < attack["event"]


def test_a_toll_is_a_claim_of_deaths() -> None:
    toll, visit = classify(["At least 14 people were killed, the army said.", "The president will visit the town."])
    assert visit["claim:deaths"] < 0.2 < toll["claim:deaths"]


@pytest.mark.parametrize(
    ("text", "attacker", "attacked"),
    [
        ("On Monday Georgia shelled Armenia with mortars.", "Georgia", "Armenia"),
        ("Georgian troops were ambushed by Chechen rebels in the gorge.", "Chechen rebels", "Georgian troops"),
        ("The shelling of Gori by Russian artillery went on all night.", "Russian artillery", "Gori"),
    ],
)
def test_the_attacker_acts_and_the_attacked_undergoes(text: str, attacker: str, attacked: str) -> None:
    (seen,) = classify([text])
    acts, undergoes = (seen.odds(text.index(name), text.index(name) + len(name)) for name in (attacker, attacked))
    assert acts["actor:ASSAULT"] > undergoes["actor:ASSAULT"]
    assert undergoes["recipient:ASSAULT"] > acts["recipient:ASSAULT"]


def test_the_word_that_tells_is_told_from_the_others() -> None:
    text = "Rebels attacked the town on Monday, a spokesman said."
    (seen,) = classify([text])
    odds = {match[0]: seen.odds(*match.span()) for match in re.finditer(r"\w+", text)}
    assert max(odds, key=lambda word: odds[word]["word:ASSAULT"]) == "attacked"
    assert max(odds, key=lambda word: odds[word]["date"]) == "Monday"


def test_the_source_is_told_from_the_other_phrases() -> None:
    text = "Rebels attacked the town on Monday, a spokesman said."
    (seen,) = classify([text])
    phrases = ("Rebels", "the town", "Monday", "a spokesman")
    odds = {name: seen.odds(text.index(name), text.index(name) + len(name))["source"] for name in phrases}
    assert max(phrases, key=lambda name: odds[name]) == "a spokesman"


def test_characters_without_a_word_play_no_part() -> None:
    (seen,) = classify(["in   in"])
    assert seen.odds(2, 5) == {}


def test_a_sentence_reads_the_same_in_whatever_company() -> None:
    short, long = "Troops advanced.", "Troops advanced on the town, " * 9
    assert classify([short, long]) == [*classify([short]), *classify([long])]


def test_no_sentence_no_answer() -> None:
    assert classify([]) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_a_probability_for_every_label(text: str) -> None:
    (found,) = classify([text])
    assert tuple(found) == load().labels
    assert all(0 <= share <= 1 for share in found.values())


@pytest.mark.parametrize("text", ["", " ", "\x00\x07", "x" * 50_000, "😀" * 900, "“" * 3_000, "A" + "\u0301" * 5_000])
def test_hostile_text_is_classified_without_ado(text: str) -> None:
    assert classify([text]) == classify([text])
