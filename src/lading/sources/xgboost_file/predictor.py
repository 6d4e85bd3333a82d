"""XGBoost itself, asked for its numbers."""

from __future__ import annotations

from typing import Any

import numpy as np


class BoosterPredictor:
    """What ``Booster.predict`` gives, margins and predictions."""

    def __init__(self, booster: Any):
        import xgboost

        self._booster, self.name = booster, f"xgboost {xgboost.__version__}"

    def predict(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Margins and scores of rows (n, features)."""
        predict = self._booster.inplace_predict  # a DMatrix would refuse infinities
        return {"margin": predict(rows, predict_type="margin", validate_features=False),
                "score": predict(rows, validate_features=False)}  # fmt: skip
