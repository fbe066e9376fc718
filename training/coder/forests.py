"""Fit a forest of trees, and hand it over in the form that the coder reads."""

from collections.abc import Sequence

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from pipeline.coder.trees import Forest, Row

SEED = 5


def fit_forest(
    rows: Sequence[Row],
    outcomes: Sequence[bool],
    weights: Sequence[float] | None = None,
    *,
    trees: int = 120,
    leaves: int = 10,
    least: int = 30,
    rate: float = 0.05,
) -> Forest:
    """Fit a forest to *rows* of the same names and their *outcomes*."""
    names = tuple(sorted(rows[0]))
    table = np.array([[row[name] for name in names] for row in rows], dtype=np.float32)
    model = HistGradientBoostingClassifier(
        learning_rate=rate, max_iter=trees, max_leaf_nodes=leaves, min_samples_leaf=least, l2_regularization=5.0,
        early_stopping=False, random_state=SEED,
    )  # fmt: skip
    model.fit(table, np.asarray(outcomes, dtype=bool), sample_weight=weights)
    return _exported(model, names)


def _exported(model: HistGradientBoostingClassifier, names: tuple[str, ...]) -> Forest:
    tables = [trees[0].nodes for trees in model._predictors]
    roots = np.cumsum([0, *(len(nodes) for nodes in tables[:-1])]).astype(np.int32)
    nodes = np.concatenate(tables)
    offset = np.repeat(roots, [len(table) for table in tables])
    own = np.arange(len(nodes))
    leaf = nodes["is_leaf"].astype(bool)
    return Forest(
        names=names,
        roots=roots,
        feature=nodes["feature_idx"].astype(np.int16),
        threshold=nodes["num_threshold"].astype(np.float32),
        left=np.where(leaf, own, nodes["left"] + offset).astype(np.int32),
        right=np.where(leaf, own, nodes["right"] + offset).astype(np.int32),
        unknown_left=nodes["missing_go_to_left"].astype(bool),
        value=np.where(leaf, nodes["value"], 0).astype(np.float32),
        baseline=float(model._baseline_prediction.ravel()[0]),
        depth=int(nodes["depth"].max()),
    )
