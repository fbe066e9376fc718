"""Forests of boosted trees: their answers, and that they come back from their file as they went in."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.coder.trees import UNKNOWN, Forest, Row, pack, unpack

#: One tree: a > 1 leads right, to a leaf; else b > 0 is asked, where an unknown b goes right.
FOREST = Forest(
    names=("a", "b"),
    roots=np.array([0], dtype=np.int32),
    feature=np.array([0, 1, 0, 0, 0], dtype=np.int16),
    threshold=np.array([1.0, 0.0, 0.0, 0.0, 0.0], dtype=np.float32),
    left=np.array([1, 3, 2, 3, 4], dtype=np.int32),
    right=np.array([2, 4, 2, 3, 4], dtype=np.int32),
    unknown_left=np.array([True, False, False, False, False]),
    value=np.array([0.0, 0.0, 2.0, -1.0, 1.0], dtype=np.float32),
    baseline=0.5,
    depth=2,
)
NUMBERS = st.floats(-9, 9, width=32) | st.just(UNKNOWN)


def chance(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))


@pytest.mark.parametrize(
    ("a", "b", "leaf"), [(2.0, 0.0, 2.0), (1.0, 0.0, -1.0), (1.0, 0.5, 1.0), (1.0, UNKNOWN, 1.0), (UNKNOWN, -1.0, -1.0)]
)
def test_a_row_takes_the_branches_of_its_numbers_and_unknown_ones_their_own(a: float, b: float, leaf: float) -> None:
    assert FOREST.chances([{"a": a, "b": b}]) == [pytest.approx(chance(0.5 + leaf))]


def test_further_numbers_do_not_count() -> None:
    assert FOREST.chances([{"a": 2.0, "b": 0.0, "c": 7.0}]) == FOREST.chances([{"a": 2.0, "b": 0.0}])


def test_no_rows_have_no_chances() -> None:
    assert FOREST.chances([]) == []


def test_a_missing_number_is_an_error_rather_than_unknown() -> None:
    with pytest.raises(KeyError, match="b"):
        FOREST.chances([{"a": 1.0}])


@given(st.lists(st.fixed_dictionaries({"a": NUMBERS, "b": NUMBERS}), min_size=1))
def test_a_row_has_the_same_chance_in_any_company(rows: list[Row]) -> None:
    assert FOREST.chances(rows) == [FOREST.chances([row])[0] for row in rows]


def test_many_rows_are_judged_as_one_by_one() -> None:
    rows = [{"a": float(n % 3), "b": float(n % 5 - 2)} for n in range(10_001)]
    assert FOREST.chances(rows)[-3:] == FOREST.chances(rows[-3:])


def test_a_forest_comes_back_from_its_bytes_and_gives_the_same_ones() -> None:
    blob = pack(FOREST)
    again = unpack(blob)
    assert pack(again) == blob == pack(replace(FOREST))
    assert (again.names, again.baseline, again.depth) == (FOREST.names, FOREST.baseline, FOREST.depth)
    rows = [{"a": 1.0, "b": UNKNOWN}, {"a": 2.0, "b": 1.0}]
    assert again.chances(rows) == FOREST.chances(rows)


def test_a_fitted_forest_gives_the_probabilities_of_the_library_that_fitted_it() -> None:
    pytest.importorskip("sklearn")
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    from training.coder.forests import SEED, fit_forest

    rows, outcomes = _cases(300)
    model = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=20, max_leaf_nodes=6, min_samples_leaf=30, l2_regularization=5.0,
        early_stopping=False, random_state=SEED,
    )  # fmt: skip
    table = np.array([[row[name] for name in sorted(row)] for row in rows], dtype=np.float32)
    with threadpool_limits(1):
        forest = unpack(pack(fit_forest(rows, outcomes, trees=20, leaves=6)))
        expected = model.fit(table, outcomes).predict_proba(table)[:, 1]
    assert forest.chances(rows) == pytest.approx(expected.tolist(), abs=1e-5)
    assert max(expected) - min(expected) > 0.3


def _cases(count: int) -> tuple[list[Row], list[bool]]:
    chosen = random.Random(7)
    rows = [
        {"size": chosen.random(), "age": UNKNOWN if chosen.random() < 0.3 else chosen.random(), "flag": float(n % 2)}
        for n in range(count)
    ]
    return rows, [row["size"] + (0.4 if np.isnan(row["age"]) else row["age"]) > 0.9 for row in rows]
