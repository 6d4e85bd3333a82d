"""LightGBM itself, asked for its numbers."""

from __future__ import annotations

from typing import Any

import numpy as np


class BoosterPredictor:
    """What ``Booster.predict`` gives, raw scores and predictions."""

    def __init__(self, booster: Any):
        import lightgbm

        self._booster, self.name = booster, f"lightgbm {lightgbm.__version__}"
        self._divisor = _trees_in_a_mean(booster)

    def predict(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Margins and scores of rows (n, features)."""
        return {"margin": self._booster.predict(rows, raw_score=True) / self._divisor,
                "score": self._booster.predict(rows)}  # fmt: skip


def _trees_in_a_mean(booster: Any) -> int:
    """By what the raw score of a random forest, a sum, is divided before its link."""
    header = booster.model_to_string(num_iteration=1).partition("\nTree=0\n")[0]
    if "\naverage_output\n" not in header:
        return 1
    used = booster.best_iteration
    return int(used if used > 0 else booster.current_iteration())
