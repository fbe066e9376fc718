"""What the network said, as other models weigh it."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.coder.reading import Reading, read
from pipeline.coder.sentences import ODDS_LEAST, ODDS_MAX, View
from pipeline.coder.views import STEPS, log_odds, odds_at, odds_of, steps
from pipeline.records import Document
from training.coder.corpus import Example
from training.coder.views import STEP, read_views, views_of, write_views


def example_of(text: str) -> Example:
    """Return an article of one sentence as the recipes read it."""
    reading = read_as_document(text)
    return Example("1", "", False, reading, ((), ()), ((), ()), ((), ()), (), (), {}, {}, {})


def read_as_document(text: str) -> Reading:
    return read(Document(document_id="1", title="", text=text, published_on=None))


PARTS = {"actor": 0, "recipient": 1}


def view(*rows: tuple[int, float, float]) -> View:
    """Return the view of words that begin at the first number of each row."""
    table = np.array([row[1:] for row in rows], dtype=np.float32).reshape(-1, len(PARTS))
    return View({"event": 0.9}, PARTS, [row[0] for row in rows], table)


def test_the_odds_of_a_phrase_are_the_mean_of_its_words() -> None:
    views = [view((0, 1.0, -2.0), (4, 3.0, -4.0), (9, -5.0, 5.0))]
    assert odds_at(views, 0, 0, 8) == {"actor": 2.0, "recipient": -3.0}


def test_tokens_are_found_by_their_characters() -> None:
    doc = read_as_document("The army attacked.").sentences[1].doc
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


def test_views_are_kept_with_the_precision_of_a_step(tmp_path: Path) -> None:
    example = example_of("The army attacked.")
    first, second = view(), view((0, 1.0, -2.0), (4, 3.0, -4.0), (9, -5.5, 5.5), (17, 0.0, 0.0))
    write_views({example.identity: [first, second]}, tmp_path / "views.npz")
    title, body = views_of(read_views(tmp_path / "views.npz"), example)
    assert isinstance(body, View)
    assert (title["event"], list(body.starts)) == (pytest.approx(0.9, abs=0.01), [0, 4, 9, 17])
    assert np.allclose(body.table, np.clip(second.table, ODDS_LEAST, ODDS_MAX), atol=STEP)
    assert (body.table.min(), body.table.max()) == (ODDS_LEAST, ODDS_MAX)


def test_an_article_without_views_has_none(tmp_path: Path) -> None:
    write_views({"another": [view((0, 1.0, 1.0))]}, tmp_path / "views.npz")
    assert views_of(read_views(tmp_path / "views.npz"), example_of("The army attacked.")) == [{}, {}]
