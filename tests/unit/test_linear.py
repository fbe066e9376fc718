"""Linear models over named features: their answers, and that they come back from their file as they went in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.coder.linear import Linear, load, pack, unpack
from training.coder.when_where import Group
from training.coder.when_where import fit as fit_choice

MODEL = Linear(
    labels=("no", "yes"),
    rows={"rain": 0, "naïve café": 1, "wind": 2},
    weights=np.array([[0.0, 1.5], [0.25, -2.0], [0.0, 0.5]], dtype=np.float32),
    bias=np.array([0.5, 0.0], dtype=np.float32),
)
FEATURES = st.lists(st.sampled_from(["rain", "naïve café", "wind", "snow", ""]))


def test_a_score_is_the_softmax_of_bias_and_weights() -> None:
    odds = np.exp(1.5 + 0.5 - 0.5)
    assert MODEL.scores(["rain", "wind"])["yes"] == pytest.approx(odds / (1 + odds), abs=1e-6)


def test_an_unknown_feature_counts_nothing() -> None:
    assert MODEL.scores(["rain", "never seen"]) == MODEL.scores(["rain"])
    assert MODEL.scores([]) == MODEL.scores(["never seen"])


def test_a_feature_counts_once_and_in_any_order() -> None:
    assert MODEL.scores(["wind", "rain", "wind"]) == MODEL.scores(["rain", "wind"])


@given(FEATURES)
def test_scores_are_probabilities(features: list[str]) -> None:
    scores = MODEL.scores(features)
    assert sum(scores.values()) == pytest.approx(1, abs=1e-6)
    assert all(0 <= score <= 1 for score in scores.values())


def test_huge_weights_do_not_overflow() -> None:
    sure = Linear(("no", "yes"), {"x": 0}, np.array([[-1e30, 1e30]], dtype=np.float32), np.zeros(2, np.float32))
    assert sure.scores(["x"]) == {"no": 0.0, "yes": 1.0}


def test_the_reasons_for_a_label_begin_with_the_strongest() -> None:
    assert MODEL.reasons(["wind", "snow", "rain", "naïve café"], "yes", count=2) == [("rain", 1.5), ("wind", 0.5)]


def test_a_model_comes_back_from_its_bytes() -> None:
    again = unpack(pack(MODEL))
    assert (again.labels, dict(again.rows)) == (MODEL.labels, dict(MODEL.rows))
    assert again.scores(["naïve café", "wind"]) == MODEL.scores(["naïve café", "wind"])


def test_the_same_model_gives_the_same_bytes() -> None:
    turned = Linear(MODEL.labels, dict(reversed(MODEL.rows.items())), MODEL.weights, MODEL.bias)
    assert pack(MODEL) == pack(turned) == pack(unpack(pack(MODEL)))


def test_a_packaged_model_is_loaded_once_and_packs_to_what_it_was_read_from() -> None:
    assert load("when") is load("when")
    assert unpack(pack(load("when"))).scores(["where own"]) == load("when").scores(["where own"])


def test_fitting_finds_what_tells_two_labels_apart() -> None:
    pytest.importorskip("sklearn")
    from training.coder.lines import fit_linear

    features = [["wet", "grey"], ["wet"], ["dry", "grey"], ["dry", "rare"]] * 10
    model = fit_linear(features, ["rain", "rain", "sun", "sun"] * 10, penalty=0.1, least=11)
    assert "rare" not in model.rows
    assert model.scores(["wet"])["rain"] > 0.9 > 0.1 > model.scores(["dry"])["rain"]


@pytest.mark.parametrize(("stated", "silent", "is_taken"), [(1.0, 0.1, True), (0.1, 1.0, False)])
def test_an_event_of_little_weight_teaches_little(stated: float, silent: float, is_taken: bool) -> None:
    choices = [(None, frozenset(["near"]))]
    groups = [Group(choices, frozenset([0]), True, stated), Group(choices, frozenset(), False, silent)] * 3
    assert (fit_choice(groups).scores(["near"])["yes"] > 0.5) is is_taken
