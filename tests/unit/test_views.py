"""What the network said, as other models weigh it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.coder.reading import read
from pipeline.coder.sentences import View
from pipeline.coder.views import STEPS, log_odds, odds_at, odds_of, steps
from pipeline.records import Document

PARTS = {"actor": 0, "recipient": 1}


def view(*rows: tuple[int, float, float]) -> View:
    """Return the view of words that begin at the first number of each row."""
    return View({"event": 0.9}, PARTS, [row[0] for row in rows], np.array([row[1:] for row in rows], dtype=np.float32))


def test_the_odds_of_a_phrase_are_the_mean_of_its_words() -> None:
    views = [view((0, 1.0, -2.0), (4, 3.0, -4.0), (9, -5.0, 5.0))]
    assert odds_at(views, 0, 0, 8) == {"actor": 2.0, "recipient": -3.0}


def test_tokens_are_found_by_their_characters() -> None:
    doc = read(Document(document_id="1", title="", text="The army attacked.", published_on=None)).sentences[1].doc
    views = [{}, view((0, 0.0, 0.0), (4, 2.0, -2.0), (9, -1.0, -1.0))]
    assert odds_of(views, 1, doc, 1, 2) == {"actor": 2.0, "recipient": -2.0}


@pytest.mark.parametrize("views", [(), [{}], [{"event": 0.5}]])
def test_a_sentence_that_the_network_was_not_asked_for_has_no_odds(views: list[dict[str, float]]) -> None:
    assert odds_at(views, 0, 0, 9) == {}


@given(st.floats(-9, 9), st.floats(-9, 9))
def test_higher_odds_pass_no_fewer_steps(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert set(steps("x", low)) <= set(steps("x", high))
    assert len(list(steps("x", 9.0))) == len(STEPS) + 1


@given(st.floats(0, 1))
def test_log_odds_are_finite_and_odd(chance: float) -> None:
    assert math.isclose(log_odds(chance), -log_odds(1 - chance), abs_tol=1e-6)
    assert abs(log_odds(chance)) < 6
