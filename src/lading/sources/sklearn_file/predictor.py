"""scikit-learn itself, asked for its numbers."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np


class EstimatorPredictor:
    """decision_function, predict_proba or predict of an estimator, or of the last step of a Pipeline.

    It is given what the graph is given: prepared columns, and the numbers of categories.
    """

    def __init__(self, estimator: Any):
        import sklearn

        self._estimator = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
        self.name = f"scikit-learn {sklearn.__version__}"

    def predict(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Margins and scores of rows (n, features)."""
        import sklearn

        x, estimator = _as_fitted(self._estimator, rows), self._estimator
        with sklearn.config_context(assume_finite=True), np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # rows may be infinite, and have no names
            if hasattr(estimator, "score_samples"):
                return {"margin": estimator.decision_function(x), "score": estimator.score_samples(x)}
            if not hasattr(estimator, "predict_proba"):
                return _both(estimator, x)
            score = estimator.predict_proba(x)
            if not hasattr(estimator, "decision_function") or type(estimator).__name__ == "BaggingClassifier":
                return {"margin": score, "score": score}
            margin = estimator.decision_function(x)
        return {"margin": margin, "score": score[:, 1] if margin.ndim == 1 else score}


def _both(estimator: Any, x: Any) -> dict[str, np.ndarray]:
    score = estimator.predict(x)
    if type(estimator).__name__ == "AdaBoostRegressor":
        return {"score": score}
    margin = estimator._raw_predict(x)[:, 0] if hasattr(estimator, "_raw_predict") else score
    return {"margin": margin, "score": score}


def _as_fitted(estimator: Any, rows: np.ndarray) -> np.ndarray:
    """Rows as the estimator takes them: with the categories that the numbers stand for."""
    columns = [rows[:, i] for i in range(rows.shape[1])]
    preprocessor = getattr(estimator, "_preprocessor", None)
    if preprocessor is not None:
        encoder = preprocessor.named_transformers_["encoder"]
        for at, categories in zip(np.flatnonzero(estimator.is_categorical_), encoder.categories_, strict=True):
            known = np.array([each for each in categories.tolist() if each == each], np.float64)
            with np.errstate(invalid="ignore"):
                number = np.where((columns[at] >= 0) & (columns[at] < len(known)), columns[at], -1).astype(np.int64)
            columns[at] = np.where(number >= 0, np.append(known, np.nan)[number], np.nan)
    return np.stack(columns, axis=1)
