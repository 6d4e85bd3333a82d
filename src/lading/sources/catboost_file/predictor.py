"""CatBoost itself, asked for its numbers and for the hashes of categories."""

from __future__ import annotations

from typing import Any

import numpy as np

from .categories import LARGEST
from .loss import EXPONENTIAL, LOGISTIC, OF_CLASSES


def with_categories(rows: np.ndarray, columns: list[int]) -> np.ndarray:
    """Rows as CatBoost takes them: what is a category is the text of a whole number, or of none."""
    if not columns:
        return rows
    mixed = rows.astype(object)
    for column in columns:
        mixed[:, column] = [str(int(x)) if np.isfinite(x) and x >= 0 else "none" for x in rows[:, column]]
    return mixed


def known_categories(thing: Any) -> dict[str, Any]:
    """For a model with categories, the numbers among which its file looks for their hashes: it keeps no texts."""
    columns: list[int] = getattr(thing, "get_cat_feature_indices", list)()
    if not columns or thing.get_text_feature_indices() or thing.get_embedding_feature_indices():
        return {}
    import catboost

    numbers = np.repeat(np.arange(LARGEST + 1.0)[:, None], len(thing.feature_names_), axis=1)
    pool = catboost.Pool(with_categories(numbers, columns), cat_features=columns, feature_names=thing.feature_names_)
    return {"pool": pool}


class CatBoostPredictor:
    """Raw values, and what the loss makes of them: probabilities, or the exponential."""

    def __init__(self, model: Any):
        import catboost

        self._model, self.name = model, f"catboost {catboost.__version__}"
        loss = str(model.get_all_params()["loss_function"]).partition(":")[0]
        self._kind = {**dict.fromkeys((*LOGISTIC, *OF_CLASSES), "Probability"),
                      **dict.fromkeys(EXPONENTIAL, "Exponent"),
                      "RMSEWithUncertainty": "RMSEWithUncertainty"}.get(loss, "RawFormulaVal")  # fmt: skip

    def predict(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Margins and scores of rows (n, features)."""
        rows = with_categories(rows, self._model.get_cat_feature_indices())
        margin, score = (self._model.predict(rows, prediction_type=kind) for kind in ("RawFormulaVal", self._kind))
        if margin.ndim == 1 and score.ndim == 2:  # of two classes, and the margin is the second's
            score = score[:, 1]
        return {"margin": margin, "score": score}
