"""XGBoost itself, asked for its numbers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np


class BoosterPredictor:
    """What ``Booster.predict`` gives, margins and predictions."""

    def __init__(self, booster: Any):
        import xgboost

        self._booster, self.name = booster, f"xgboost {xgboost.__version__}"
        learner = json.loads(booster.save_config())["learner"]
        self._dart = learner["gradient_booster"]["name"] == "dart" or "dart_train_param" in learner["gradient_booster"]
        self._gives_class = learner["objective"]["name"] == "multi:softmax"

    def predict(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Margins, and scores or classes, of rows (n, features)."""
        return {"margin": self._predict(rows, margin=True),
                "class" if self._gives_class else "score": self._predict(rows, margin=False)}  # fmt: skip

    def _predict(self, rows: np.ndarray, margin: bool) -> np.ndarray:
        if not self._dart:  # a DMatrix would refuse infinities
            kind = "margin" if margin else "value"
            return np.asarray(self._booster.inplace_predict(rows, predict_type=kind, validate_features=False))
        import xgboost

        # inplace_predict of dart adds the base score to each tree and takes it away again, which predict does not
        top = np.finfo(np.float32).max
        finite = np.nan_to_num(rows, nan=np.nan, posinf=top, neginf=-top)
        matrix = xgboost.DMatrix(finite, missing=np.nan)
        return np.asarray(self._booster.predict(matrix, output_margin=margin, validate_features=False))
