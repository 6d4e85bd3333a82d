"""Forests that LightGBM trains in a moment, on data with all that trees can meet."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np

ROWS = 800
QUICK = {"verbose": -1, "num_leaves": 8, "min_data_in_leaf": 5, "num_threads": 1, "min_data_per_group": 5,
         "cat_smooth": 1}  # fmt: skip
FOREST = {"boosting": "rf", "bagging_fraction": 0.5, "bagging_freq": 1}


def features() -> np.ndarray:
    """(ROWS, 5): ordinary, categories 0 to 69, a third missing, half zeros, ordinary."""
    random = np.random.default_rng(1)
    x = random.normal(size=(ROWS, 5))
    x[:, 1] = random.integers(0, 70, ROWS)
    x[random.random(ROWS) < 0.3, 2] = np.nan
    x[random.random(ROWS) < 0.5, 3] = 0
    return x


X = features()
NUMBER = X[:, 0] + X[:, 1] % 3 + np.nan_to_num(X[:, 2]) * X[:, 3]
TARGETS = {"number": NUMBER, "two": (NUMBER > 1).astype(int), "three": (X[:, 1] % 3).astype(int),
           "fraction": np.clip(np.abs(NUMBER) / 8, 0.01, 1)}  # fmt: skip


def train(target: str, rounds: int = 6, categories: bool = False, **settings: Any) -> lightgbm.Booster:
    """A booster for one of TARGETS."""
    group = [ROWS // 10] * 10 if "rank" in str(settings.get("objective")) else None
    data = lightgbm.Dataset(X, TARGETS[target], group=group, categorical_feature=[1] if categories else [])
    return lightgbm.train({**QUICK, **settings}, data, rounds)
