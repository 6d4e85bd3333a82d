"""scikit-learn itself, asked for its numbers."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ...trees.modelling import OPERATOR, unique_names

if TYPE_CHECKING:
    from ...model import Model

#: Where estimators hold those that do the work.
SEARCHES = "best_estimator_"


class EstimatorPredictor:
    """decision_function, predict_proba or predict of an estimator, transform of what has none of them.

    ``predict_table`` takes the raw columns that the whole of it takes. ``predict`` asks the last step of a Pipeline
    alone, and is given what the graph is given: prepared columns, and the numbers of categories.
    """

    def __init__(self, estimator: Any):
        import sklearn

        self._whole = self._last = estimator
        while (inner := _inner(self._last)) is not None:
            self._last = inner
        self.name = f"scikit-learn {sklearn.__version__}"
        names = getattr(estimator, "feature_names_in_", None)
        self._names = None if names is None else list(names)
        each = [f"x{i}" for i in range(estimator.n_features_in_)] if names is None else [str(name) for name in names]
        self.columns = unique_names(each)
        self.type = "float64"

    def is_alone(self, model: Model) -> bool:
        """Whether the graph is a forest on the columns as they were fed or prepared, and what belongs to it."""
        self.type = _type_fed(model)
        given = model.input_list[0].name
        readers = [node.operator for node in model.graphs["main"].nodes if given in node.reads()]
        return readers == [OPERATOR] and (_is_foreign(self._last) or _is_forest(self._last))

    def predict_table(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Margins and scores of raw rows."""
        rows = rows.astype(self.type)
        table: Any = rows
        if self._names is not None:
            import pandas

            table = pandas.DataFrame(rows, columns=self._names)
        with _quiet():
            return _numbers(self._whole, table)

    def predict(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Margins and scores of rows (n, features) of the last step."""
        if _is_foreign(self._last):
            from .. import recognise_object

            numbers: dict[str, np.ndarray] = recognise_object(self._last).predictor(self._last).predict(rows)
            return numbers
        x, estimator = _as_fitted(self._last, rows), self._last
        with _quiet():
            if hasattr(estimator, "score_samples"):
                return {"margin": estimator.decision_function(x), "score": estimator.score_samples(x)}
            if not hasattr(estimator, "predict_proba"):
                return _both(estimator, x)
            score = estimator.predict_proba(x)
            if not hasattr(estimator, "decision_function") or type(estimator).__name__ == "BaggingClassifier":
                return {"margin": score, "score": score}
            margin = estimator.decision_function(x)
        return {"margin": margin, "score": score[:, 1] if margin.ndim == 1 else score}


@contextmanager
def _quiet() -> Iterator[None]:
    """Rows may be infinite, and have no names."""
    import sklearn

    with sklearn.config_context(assume_finite=True), np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _inner(estimator: Any) -> Any:
    if hasattr(estimator, "steps"):
        return estimator.steps[-1][1]
    return getattr(estimator, SEARCHES, None)


def _is_foreign(estimator: Any) -> bool:
    return type(estimator).__module__.split(".")[0] in ("xgboost", "lightgbm", "catboost")


def _is_forest(estimator: Any) -> bool:
    from .building import FORESTS

    return type(estimator).__name__ in FORESTS


def _type_fed(model: Model) -> str:
    """The type of the columns that a model is fed with, for what only forests read may be float32 in either way."""
    given = model.input_list[0]
    raws = {"float32" if "float32" in variable.prepare[:1] else variable.raw or given.type
            for variable in given.variable_list if variable.source is None}  # fmt: skip
    return "float32" if raws == {"float32"} or (not raws and given.type == "float32") else "float64"


def _numbers(estimator: Any, table: Any) -> dict[str, np.ndarray]:
    """What the outputs of these names are; a model may have fewer."""
    found: dict[str, np.ndarray] = {}
    if hasattr(estimator, "score_samples") and hasattr(estimator, "decision_function"):
        return {"margin": estimator.decision_function(table), "score": estimator.score_samples(table)}
    if hasattr(estimator, "decision_function"):
        found["margin"] = np.asarray(estimator.decision_function(table))
    if hasattr(estimator, "predict_proba"):
        found["score"] = np.asarray(estimator.predict_proba(table))
    elif not found and hasattr(estimator, "predict"):
        found["score"] = np.asarray(estimator.predict(table))
    elif not found:
        made = estimator.transform(table)
        found["transformed"] = np.asarray(made.toarray() if hasattr(made, "toarray") else made)
    return found


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
