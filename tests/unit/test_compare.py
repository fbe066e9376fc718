"""Two outcomes of one page: same, changed, gained or lost."""

import pytest
from support.make import article

from pipeline.articles.compare import band, compare, similarity
from pipeline.records import Rejection

URL = "http://post.example/1"
NO_TEXT = Rejection(key=URL, error="RecordError", message="no text")


def test_equal_outcomes_are_the_same_whatever_made_them() -> None:
    found = compare(URL, article(extractor="1"), article(extractor="2"))
    assert found and (found.state, found.similarity, found.changes) == ("same", 1.0, {})


def test_a_field_that_differs_is_shown_before_and_after() -> None:
    found = compare(URL, article(authors=()), article(authors=("A. Writer",), title="Ten dead"))
    assert found and found.state == "changed"
    assert found.changes == {"authors": ((), ("A. Writer",)), "title": ("Nine dead", "Ten dead")}


def test_another_text_is_a_change_with_its_likeness() -> None:
    found = compare(URL, article(text="Nine people died."), article(text="Nine people died there."))
    assert found and (found.state, found.changes) == ("changed", {})
    assert found.similarity == pytest.approx(4 / 7)


def test_gained_and_lost_articles_say_why_they_were_or_are_rejected() -> None:
    gained, lost = compare(URL, NO_TEXT, article()), compare(URL, article(), NO_TEXT)
    assert gained and lost
    assert (gained.state, gained.reason, gained.similarity) == ("gained", "no text", None)
    assert (lost.state, lost.reason, lost.words_before) == ("lost", "no text", 3)
    assert compare(URL, NO_TEXT, NO_TEXT) is None


def test_likeness_heeds_the_order_of_words() -> None:
    assert similarity("a b c", "a b c") == 1
    assert similarity("a b c d", "d c b a") == 0.25
    assert similarity("", "") == 1
    assert similarity("a", "") == 0


@pytest.mark.parametrize(("value", "low"), [(1, 1), (0.995, 0.99), (0.99, 0.99), (0.94, 0.8), (0.3, 0), (0, 0)])
def test_each_likeness_has_one_band(value: float, low: float) -> None:
    assert band(value) == low
