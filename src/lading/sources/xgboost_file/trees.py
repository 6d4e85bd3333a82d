"""The trees of an XGBoost file, its JSON and UBJSON having the same fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...trees.forest import MISSING_LEFT, Tree


def trees_of(model: dict[str, Any], weights: Sequence[float] | None) -> list[Tree]:
    """The trees of a ``gbtree`` model; ``weights`` are dart's factors."""
    trees, outputs = model["trees"], model["tree_info"]
    factors = [1.0] * len(trees) if weights is None else weights
    return [_tree(*each) for each in zip(trees, outputs, factors, strict=True)]


def _tree(tree: dict[str, Any], output: int, weight: float) -> Tree:
    left, right = (np.asarray(tree[f"{side}_children"], np.int64) for side in ("left", "right"))
    conditions = np.asarray(tree["split_conditions"], np.float32)
    missing = np.asarray(tree["default_left"], np.uint8) * np.uint8(MISSING_LEFT)
    feature = np.asarray(tree["split_indices"], np.int64)
    return Tree(left, right, feature, conditions, conditions, missing, int(output), float(weight))
