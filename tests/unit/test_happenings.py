"""Which tellings are of one happening: pairs, what is known of them, and how they are joined."""

import gc
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.coder.happenings import OPEN_MAX, Identity, identify, merge, pair_row, pairs, survey
from pipeline.coder.parties import find_parties
from pipeline.coder.reading import Reading, read
from pipeline.coder.tellings import Telling
from pipeline.coder.triggers import Candidate
from pipeline.coder.when import find_times
from pipeline.coder.where import find_locations
from pipeline.records import Document

TEXT = (
    "Rebels attacked the town of Goma on Monday. The attack killed nine people in Goma. "
    "The governor praised the army. On 3 October, soldiers had attacked a camp near Bukavu."
)


def reading_of(text: str) -> Reading:
    return read(Document(document_id="d", title="", text=text, published_on=date(2026, 11, 18)))


def identities_of(text: str, *words: str, type_code: str = "ASSAULT") -> tuple[Reading, list[Identity]]:
    reading = reading_of(text)
    parties, places, times = find_parties(reading), find_locations(reading), find_times(reading)
    views: list[Mapping[str, float]] = [{}] * len(reading.sentences)
    told = [
        telling(sentence.number, token.i, type_code)
        for sentence in reading.sentences
        for token in sentence.doc
        if token.text in words
    ]
    return reading, identify(reading, told, parties, places, times, views)


def telling(sentence: int, token: int, type_code: str = "ASSAULT") -> Telling:
    return Telling(sentence, token, type_code, 0.9, 0.9, 0.1, Candidate(sentence, token, (0, 0), (), ()))


def joined(chances: Mapping[tuple[int, int], float], count: int, threshold: float = 0.5) -> list[list[int]]:
    _, [one] = identities_of("Rebels shelled a town.", "shelled")
    return merge([one] * count, chances, threshold)


def test_an_identity_holds_who_where_and_when() -> None:
    _, [attacked, *_] = identities_of(TEXT, "attacked")
    assert (attacked.lemma, attacked.is_noun, attacked.determiner) == ("attack", False, "")
    assert attacked.places == {"goma"}
    assert attacked.days == ((date(2026, 11, 16), date(2026, 11, 16)),)
    assert len(attacked.agents) == 1 and attacked.chains


def test_two_tellings_are_compared_in_numbers() -> None:
    reading, (first, second, third) = identities_of(TEXT, "attacked", "attack")
    article = survey([first, second, third], len(reading.sentences))
    near, far = pair_row(reading, first, second, article), pair_row(reading, first, third, article)
    assert (near["gap"], near["places"], near["noun:second"], near["definite"], near["between"]) == (1, 1, 1, 1, 0)
    assert (far["gap"], far["places"], far["lemma"], far["days"], far["between"]) == (3, 0, 1, 0, 1)
    assert near["meaning"] > 0.3
    assert set(near) == set(far)


def test_only_tellings_of_one_type_are_pairs() -> None:
    _, some = identities_of(TEXT, "attacked")
    other = replace(some[0], telling=replace(some[0].telling, type_code="CONSULT"))
    assert pairs([some[0], other, some[1]]) == [(0, 2)]


def test_the_pairs_of_a_long_article_grow_with_its_length_alone() -> None:
    _, [one] = identities_of("Rebels shelled a town.", "shelled")
    many = pairs([one] * 500)
    assert len(many) == 500 * OPEN_MAX - OPEN_MAX * (OPEN_MAX + 1) // 2
    assert all(0 < second - first <= OPEN_MAX for first, second in many)


def test_a_telling_joins_the_happening_that_it_fits_best() -> None:
    chances = {(0, 1): 0.1, (0, 2): 0.6, (1, 2): 0.8, (0, 3): 0.2, (1, 3): 0.1, (2, 3): 0.1}
    assert joined(chances, 4) == [[0], [1, 2], [3]]


def test_of_two_that_fit_alike_the_earlier_is_joined() -> None:
    assert joined({(0, 1): 0.0, (0, 2): 0.6, (1, 2): 0.6}, 3) == [[0, 2], [1]]


def test_two_happenings_are_joined_when_a_later_telling_shows_them_to_be_one() -> None:
    chances = {(0, 1): 0.9, (0, 2): 0.3, (1, 2): 0.3, (0, 3): 0.3, (1, 3): 0.9, (2, 3): 0.95}
    assert joined(chances, 4) == [[0, 1, 2, 3]]


def test_half_the_best_and_half_the_mean_chance_decide() -> None:
    chances = {(0, 1): 0.9, (0, 2): 0.8, (1, 2): 0.0}
    assert joined(chances, 3, threshold=0.59) == [[0, 1, 2]]
    assert joined(chances, 3, threshold=0.61) == [[0, 1], [2]]


def test_tellings_that_were_not_compared_stay_apart() -> None:
    assert joined({}, 3) == [[0], [1], [2]]
    assert joined({}, 0) == []


CHANCES = st.dictionaries(st.tuples(st.integers(0, 8), st.integers(0, 8)), st.floats(0, 1), max_size=40)


@given(CHANCES, st.floats(0.05, 0.95))
def test_every_telling_is_in_one_happening_and_any_order_of_chances_gives_the_same(
    chances: dict[tuple[int, int], float], threshold: float
) -> None:
    ordered = {pair: chance for pair, chance in chances.items() if pair[0] < pair[1]}
    groups = joined(ordered, 9, threshold)
    assert sorted(at for group in groups for at in group) == list(range(9))
    assert groups == joined(dict(sorted(ordered.items(), reverse=True)), 9, threshold)
    assert all(group == sorted(group) for group in groups)


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_joining_takes_time_in_proportion(chance: float) -> None:
    _, [one] = identities_of("Rebels shelled a town.", "shelled")

    def seconds(count: int) -> float:
        chances = dict.fromkeys(pairs([one] * count), chance)
        gc.disable()  # it would look at everything that other tests left
        started = process_time()
        merge([one] * count, chances, 0.5)
        took = process_time() - started
        gc.enable()
        return took

    assert seconds(4_000) < 80 * seconds(250) + 0.05
