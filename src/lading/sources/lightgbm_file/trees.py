"""The trees of a LightGBM file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...errors import FormatError
from ...trees.forest import MISSING_LEFT, NAN_IS_ZERO, ZERO_IS_MISSING, ZERO_LIMIT, Linear, Tree

#: Bits of ``decision_type``; above them the missing type: nothing is missing, zeros and NaN are, NaN is.
CATEGORICAL, DEFAULT_LEFT = 1, 2
NONE, ZERO = 0, 1


def tree_of(block: dict[str, str], output: int, where: str) -> Tree:
    """One tree. ``where`` names it in messages."""
    leaves = int(block["num_leaves"])
    if leaves < 1:
        raise FormatError(f"{where} has {leaves} leaves; damaged file")
    values = _numbers(block, "leaf_value", float, leaves, where)
    linear = _linear(block, leaves, where) if block.get("is_linear", "0").strip() == "1" else {}
    if leaves == 1:
        one, none = np.full(1, -1), np.zeros(1)
        return Tree(one, one, np.zeros(1, int), none, np.array(values), output=output, linear=linear)
    splits = leaves - 1
    decision = np.array(_numbers(block, "decision_type", int, splits, where))
    threshold = np.array(_numbers(block, "threshold", float, splits, where))
    return Tree(
        left=_children(block, "left_child", leaves, where),
        right=_children(block, "right_child", leaves, where),
        feature=_behind(_numbers(block, "split_feature", int, splits, where), leaves),
        threshold=_behind(np.where(decision & CATEGORICAL, 0, _without_tiny(threshold)), leaves),
        value=np.concatenate([np.zeros(splits), values]),
        missing=_behind(_missing(decision, where), leaves),
        output=output,
        categories=_categories(block, np.flatnonzero(decision & CATEGORICAL), threshold, where),
        linear={splits + leaf: terms for leaf, terms in linear.items()},
    )


def _numbers(block: dict[str, str], key: str, kind: Callable[[str], float], count: int, where: str) -> list[float]:
    numbers = [kind(each) for each in block[key].split()]
    if len(numbers) != count:
        raise FormatError(f"{where}: {len(numbers)} items of '{key}', there should be {count}; damaged file")
    return numbers


def _behind(of_splits: object, leaves: int) -> np.ndarray:
    """Splits first, then leaves, for which an array of splits says nothing."""
    array = np.asarray(of_splits)
    return np.concatenate([array, np.zeros(leaves, array.dtype)])


def _children(block: dict[str, str], side: str, leaves: int, where: str) -> np.ndarray:
    """The numbers of children; a leaf is ``-1 - leaf`` in the file and stands behind all splits here."""
    splits = leaves - 1
    child = np.array(_numbers(block, side, int, splits, where))
    wrong = child[(child >= splits) | (child < -leaves)]
    if len(wrong):
        raise FormatError(f"{where}: '{side}' leads to {wrong[0]}; of {splits} nodes, {leaves} leaves; damaged file")
    return np.concatenate([np.where(child < 0, splits - 1 - child, child), np.full(leaves, -1)])


def _without_tiny(threshold: np.ndarray) -> np.ndarray:
    """Thresholds that say the same of every x as the file's do of an x whose tiny values have become zero."""
    below = np.nextafter(-ZERO_LIMIT, -np.inf)
    return np.where((threshold >= -ZERO_LIMIT) & (threshold < 0), below,
                    np.where((threshold >= 0) & (threshold < ZERO_LIMIT), ZERO_LIMIT, threshold))  # fmt: skip


def _missing(decision: np.ndarray, where: str) -> np.ndarray:
    kind = decision >> 2 & 3
    wrong = decision[(decision < 0) | (decision > 11)]
    if len(wrong):
        raise FormatError(f"{where}: 'decision_type' holds {wrong[0]}, which does not exist; damaged file")
    left = np.where(decision & DEFAULT_LEFT, MISSING_LEFT, 0)
    rule = np.where(kind == NONE, NAN_IS_ZERO, np.where(kind == ZERO, left | ZERO_IS_MISSING, left))
    return np.where(decision & CATEGORICAL, 0, rule).astype(np.uint8)  # NaN is in no set


def _categories(
    block: dict[str, str], nodes: np.ndarray, threshold: np.ndarray, where: str
) -> dict[int, Sequence[int]]:
    """The categories that go left, of the splits that hold a set: its number stands where others have a threshold."""
    if not len(nodes):
        return {}
    words = np.array([int(each) for each in block["cat_threshold"].split()], np.uint32)
    bounds = [int(each) for each in block["cat_boundaries"].split()]
    sets: dict[int, Sequence[int]] = {}
    for node in nodes.tolist():
        number = int(threshold[node])
        if not (0 <= number < len(bounds) - 1 and 0 <= bounds[number] <= bounds[number + 1] <= len(words)):
            raise FormatError(f"{where}: node {node} has the set {number}, which is not in the file; damaged file")
        bits = words[bounds[number] : bounds[number + 1]].astype("<u4").view(np.uint8)
        sets[node] = np.flatnonzero(np.unpackbits(bits, bitorder="little")).tolist()
    return sets


def _linear(block: dict[str, str], leaves: int, where: str) -> dict[int, Linear]:
    """The leaves that are linear functions of some features."""
    constants = _numbers(block, "leaf_const", float, leaves, where)
    counts = [int(each) for each in _numbers(block, "num_features", int, leaves, where)]
    if min(counts) < 0:
        raise FormatError(f"{where}: 'num_features' holds {min(counts)}; damaged file")
    features = [int(each) for each in _numbers(block, "leaf_features", int, sum(counts), where)]
    coefficients = _numbers(block, "leaf_coeff", float, sum(counts), where)
    ends = np.cumsum(counts).tolist()
    return {
        leaf: Linear(constants[leaf], features[end - count : end], coefficients[end - count : end])
        for leaf, (count, end) in enumerate(zip(counts, ends, strict=True))
    }
