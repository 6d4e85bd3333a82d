"""The trees of an XGBoost file; its JSON, UBJSON and old binary form have the same fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...errors import FormatError
from ...trees.forest import MISSING_LEFT, NEGATIVE_IS_NONE, Tree

CATEGORICAL = 1  # of split_type


def trees_of(model: Mapping[str, Any], weights: Any, where: str) -> list[Tree]:
    """The trees of a ``gbtree`` model in their order; ``weights`` are dart's factors, of the first trees at least."""
    files = model["trees"]
    ids = [int(tree.get("id", place)) for place, tree in enumerate(files)]
    if sorted(ids) != list(range(len(files))):
        raise FormatError(f"{where}: the numbers ('id') of its {len(files)} trees are not 0 to {len(files) - 1}; "
                          "damaged file")
    outputs = whole(model["tree_info"])
    factors = np.ones(len(files), np.float32)
    if weights is not None:
        factors[: len(weights)] = real(weights)
    if len(outputs) != len(files):
        raise FormatError(f"{where}: {len(outputs)} items of 'tree_info' for {len(files)} trees; damaged file")
    trees = [_tree(files[place], f"{where}: tree {number}") for number, place in enumerate(np.argsort(ids).tolist())]
    for tree, output, factor in zip(trees, outputs.tolist(), factors.tolist(), strict=True):
        tree.output, tree.weight = output, factor
    return trees


def whole(values: Any) -> np.ndarray:
    """Whole numbers as int64. Raises ValueError for others, which NumPy would cut without a word."""
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iub"):
        raise ValueError(f"{array.dtype} {list(array.shape)} in place of a row of whole numbers")
    return array.astype(np.int64)


def real(values: Any) -> np.ndarray:
    """Numbers as float32. Raises ValueError for what is none."""
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iuf"):
        raise ValueError(f"{array.dtype} {list(array.shape)} in place of a row of numbers")
    with np.errstate(over="ignore"):
        return array.astype(np.float32)


def _tree(tree: Mapping[str, Any], where: str) -> Tree:
    left, right = whole(tree["left_children"]), whole(tree["right_children"])
    threshold, default_left = real(tree["split_conditions"]), whole(tree["default_left"])
    if not len(left) == len(right) == len(threshold) == len(default_left):
        raise FormatError(f"{where}: its arrays have different lengths; damaged file")
    leaves, value = left < 0, threshold
    vector = int(tree["tree_param"].get("size_leaf_vector", 0)) if "tree_param" in tree else 0
    if vector > 1:
        value = _vectors(tree, vector, leaves, right, where)
    result = Tree(left, right, whole(tree["split_indices"]), threshold, value, (default_left != 0) * MISSING_LEFT)
    if "split_type" in tree:
        _take_sets(result, tree, where)
    return result


def _vectors(tree: Mapping[str, Any], size: int, leaves: np.ndarray, right: np.ndarray, where: str) -> np.ndarray:
    """(nodes, size): the leaves' values. From 3.2 on they stand apart, and the right child of a leaf is its place
    among them; before, each node has a vector."""
    if "leaf_weights" not in tree:
        return real(tree["base_weights"]).reshape(len(leaves), size)
    values = real(tree["leaf_weights"]).reshape(-1, size)
    place = right[leaves]
    if len(place) and not 0 <= place.min() <= place.max() < len(values):
        raise FormatError(f"{where}: a leaf is number {place.max()} of {len(values)}; damaged file")
    result = np.zeros((len(leaves), size), np.float32)
    result[leaves] = values[place]
    return result


def _take_sets(result: Tree, tree: Mapping[str, Any], where: str) -> None:
    """Splits by category. What is in the set goes right in XGBoost, and left with us: the children change places."""
    by_category = (whole(tree["split_type"]) == CATEGORICAL) & (result.left >= 0)
    if not by_category.any():
        return
    sets, members = _sets(tree), whole(tree["categories"])
    missing = np.asarray(result.missing)
    for node in np.flatnonzero(by_category).tolist():
        begin, size = sets.get(node, (0, 0))
        if not 0 <= begin < begin + size <= len(members):
            raise FormatError(f"{where}: node {node} splits by category, its set is empty or not there; damaged file")
        result.categories[node] = members[begin : begin + size].tolist()
    result.left, result.right = (np.where(by_category, one, other) for one, other in
                                 ((result.right, result.left), (result.left, result.right)))  # fmt: skip
    result.missing = np.where(by_category, (missing ^ MISSING_LEFT) | NEGATIVE_IS_NONE, missing)
    result.threshold = np.where(by_category, np.float32(0), result.threshold)


def _sets(tree: Mapping[str, Any]) -> dict[int, tuple[int, int]]:
    """Where the set of a node begins, and its size."""
    nodes, begins, sizes = (whole(tree[f"categories_{name}"]).tolist() for name in ("nodes", "segments", "sizes"))
    return dict(zip(nodes, zip(begins, sizes, strict=True), strict=True))
