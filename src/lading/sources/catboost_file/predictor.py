"""CatBoost itself, asked for its numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from .loss import EXPONENTIAL, LOGISTIC, OF_CLASSES


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
        margin, score = (self._model.predict(rows, prediction_type=kind) for kind in ("RawFormulaVal", self._kind))
        if margin.ndim == 1 and score.ndim == 2:  # of two classes, and the margin is the second's
            score = score[:, 1]
        return {"margin": margin, "score": score}
