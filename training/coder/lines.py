"""Fit a linear model over named features, and hand it over in the form that the coder reads."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeline.coder.linear import Linear


def fit_linear(
    features: Sequence[Sequence[str]],
    labels: Sequence[str],
    weights: Sequence[float] | None = None,
    *,
    penalty: float = 3.3,
    least: int = 3,
    steps: int = 60,
) -> Linear:
    """Fit multinomial logistic regression; features seen fewer than *least* times are left out."""
    counts = Counter(name for some in features for name in set(some))
    names = sorted(name for name, count in counts.items() if count >= least)
    rows = {name: row for row, name in enumerate(names)}
    model = LogisticRegression(C=1 / penalty, max_iter=steps, tol=1e-3)
    model.fit(_matrix(features, rows), np.asarray(labels), sample_weight=weights)
    coefficients, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        coefficients, bias = np.vstack([0 * coefficients, coefficients]), np.concatenate([[0.0], bias])
    return Linear(
        labels=tuple(str(label) for label in model.classes_),
        rows=rows,
        weights=coefficients.T.astype(np.float32),
        bias=bias.astype(np.float32),
    )


def _matrix(features: Sequence[Sequence[str]], rows: dict[str, int]) -> csr_matrix:
    columns = [sorted({rows[name] for name in some if name in rows}) for some in features]
    ends = np.cumsum([0, *map(len, columns)])
    flat = np.concatenate([np.asarray(some, dtype=np.int32) for some in columns]) if ends[-1] else np.zeros(0, np.int32)
    return csr_matrix((np.ones(len(flat), np.float32), flat, ends), shape=(len(features), max(1, len(rows))))
