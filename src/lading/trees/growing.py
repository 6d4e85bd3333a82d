"""From trees as files hold them to one forest, with every link checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import FormatError
from .forest import Forest, Linear, Tree

__all__ = ["grow"]

LARGEST_CATEGORY = 1 << 24  # a set is an array of bits up to its largest member


def grow(trees: Sequence[Tree], features: int, where: str, **rules: Any) -> Forest:
    """The forest of ``trees``, on ``features`` columns; ``rules`` are the other fields of Forest.

    Nodes that cannot be reached from the root are left out (XGBoost keeps pruned ones). ``where`` begins the
    messages. Raises FormatError for a child that does not exist, a node with two parents (so also a cycle), a feature
    that does not exist, or a threshold or leaf that is NaN.
    """
    for number, tree in enumerate(trees):
        _check_lengths(tree, number, where)
    rows = _Rows(trees, features, where)
    rows.walk()
    fields: dict[str, Any] = {**rows.arrays(), **rules}
    forest = Forest(features=features, **fields)
    if rules.get("tree_output") is None and any(tree.output for tree in trees):
        forest.tree_output = np.array([tree.output for tree in trees], np.int32)
    if any(tree.weight != 1.0 for tree in trees):
        forest.tree_weight = np.array([tree.weight for tree in trees], forest.sum_type)
    return forest


def _check_lengths(tree: Tree, number: int, where: str) -> None:
    nodes = len(tree.left)
    for name in ("right", "feature", "threshold", "value"):
        if len(getattr(tree, name)) != nodes:
            raise FormatError(
                f"{where}: tree {number}: {len(getattr(tree, name))} items of '{name}' for {nodes} nodes; damaged file"
            )
    if not nodes:
        raise FormatError(f"{where}: tree {number} has no nodes; damaged file")


class _Rows:
    """The nodes of all trees in a row, splits and leaves numbered together."""

    def __init__(self, trees: Sequence[Tree], features: int, where: str):
        self.trees, self.features, self.where = trees, features, where
        sizes = [len(tree.left) for tree in trees]
        self.first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self.tree_of = np.repeat(np.arange(len(trees)), sizes)
        self.left, self.right = self._joined("left").astype(np.int64), self._joined("right").astype(np.int64)
        self.feature = self._joined("feature").astype(np.int64)
        self.threshold, self.value = self._joined("threshold"), self._joined("value")
        missing = [np.broadcast_to(np.asarray(tree.missing, np.uint8), len(tree.left)) for tree in trees]
        self.missing = np.concatenate(missing or [np.zeros(0, np.uint8)])
        self.is_leaf = self.left < 0

    def _joined(self, name: str) -> np.ndarray:
        parts = [np.asarray(getattr(tree, name)) for tree in self.trees]
        if len({part.shape[1:] for part in parts}) > 1:
            raise FormatError(f"{self.where}: some leaves hold other numbers of values than others; damaged file")
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def walk(self) -> None:
        """Numbers what can be reached, level by level of all trees at once, and checks it on the way."""
        seen = np.zeros(len(self.left), bool)
        level = self.first[:-1]
        while len(level):
            twice = level[seen[level] | (np.bincount(level, minlength=len(seen))[level] > 1)]
            if len(twice):
                self._fail(twice[0], "has two parents, or is its own descendant")
            seen[level] = True
            splits = level[~self.is_leaf[level]]
            self._check_splits(splits)
            offset = self.first[self.tree_of[splits]]
            level = np.concatenate([self.left[splits] + offset, self.right[splits] + offset])
        self.splits, self.leaves = np.flatnonzero(seen & ~self.is_leaf), np.flatnonzero(seen & self.is_leaf)
        nan = np.isnan(self.value[self.leaves])
        wrong = self.leaves[nan if nan.ndim == 1 else nan.any(axis=1)]
        if len(wrong):
            self._fail(wrong[0], "is a leaf whose value is NaN")

    def _check_splits(self, splits: np.ndarray) -> None:
        sizes = np.diff(self.first)[self.tree_of[splits]]
        for side in (self.left, self.right):
            wrong = splits[(side[splits] < 0) | (side[splits] >= sizes)]
            if len(wrong):
                at = wrong[0]
                self._fail(at, f"has the child {side[at]}, its tree has {np.diff(self.first)[self.tree_of[at]]} nodes")
        wrong = splits[(self.feature[splits] < 0) | (self.feature[splits] >= self.features)]
        if len(wrong):
            self._fail(wrong[0], f"looks at feature {self.feature[wrong[0]]}, there are {self.features}")
        wrong = splits[np.isnan(self.threshold[splits])]
        if len(wrong):
            self._fail(wrong[0], "has the threshold NaN")

    def _fail(self, at: Any, why: str) -> None:
        tree = int(self.tree_of[at])
        raise FormatError(f"{self.where}: node {int(at - self.first[tree])} of tree {tree} {why}; damaged file")

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays of a Forest, splits and leaves apart."""
        number = np.zeros(len(self.left), np.int64)
        number[self.splits] = np.arange(len(self.splits))
        number[self.leaves] = -1 - np.arange(len(self.leaves))
        offset = self.first[self.tree_of[self.splits]]
        return {
            "roots": number[self.first[:-1]].astype(np.int32),
            "feature": self.feature[self.splits].astype(np.int32),
            "threshold": self.threshold[self.splits],
            "left": number[self.left[self.splits] + offset].astype(np.int32),
            "right": number[self.right[self.splits] + offset].astype(np.int32),
            "missing": self.missing[self.splits],
            "leaf": np.ascontiguousarray(self.value[self.leaves]),
            **self._sets(),
            **self._linear_leaves(),
        }

    def _linear_leaves(self) -> dict[str, np.ndarray]:
        if not any(tree.linear for tree in self.trees):
            return {}
        begin, terms = np.full(len(self.left), -1, np.int32), np.zeros(len(self.left), np.int32)
        constant = self.value.copy()
        features: list[int] = []
        coefficients: list[float] = []
        for tree, first in zip(self.trees, self.first[:-1].tolist(), strict=True):
            for node, leaf in tree.linear.items():
                self._check_linear(leaf, first + node)
                begin[first + node], terms[first + node] = len(features), len(leaf.features)
                constant[first + node] = leaf.constant
                features += leaf.features
                coefficients += leaf.coefficients
        return {"linear_begin": begin[self.leaves], "linear_terms": terms[self.leaves],
                "linear_constant": constant[self.leaves], "linear_feature": np.array(features, np.int32),
                "linear_coefficient": np.array(coefficients, self.value.dtype)}  # fmt: skip

    def _check_linear(self, leaf: Linear, at: int) -> None:
        wrong = [feature for feature in leaf.features if not 0 <= feature < self.features]
        if wrong:
            self._fail(at, f"is a leaf that looks at feature {wrong[0]}, there are {self.features}")
        if np.isnan([leaf.constant, *leaf.coefficients]).any():
            self._fail(at, "is a leaf with a coefficient that is NaN")

    def _sets(self) -> dict[str, np.ndarray]:
        if not any(tree.categories for tree in self.trees):
            return {}
        begin, words = np.full(len(self.left), -1, np.int32), np.zeros(len(self.left), np.int32)
        sets: list[np.ndarray] = []
        filled = 0
        for tree, first in enumerate(self.first[:-1].tolist()):
            for node, members in self.trees[tree].categories.items():
                bits = self._bits(members, first + node)
                begin[first + node], words[first + node] = filled, len(bits)
                sets.append(bits)
                filled += len(bits)
        return {"category_begin": begin[self.splits], "category_words": words[self.splits],
                "categories": np.concatenate(sets)}  # fmt: skip

    def _bits(self, members: Sequence[int], at: int) -> np.ndarray:
        """A set as bits, category k in bit k % 32 of word k // 32."""
        numbers = np.asarray(members, np.int64)
        wrong = numbers[(numbers < 0) | (numbers > LARGEST_CATEGORY)]
        if len(wrong):
            self._fail(at, f"has the category {wrong[0]}; categories are 0 to {LARGEST_CATEGORY}")
        bits = np.zeros(int(numbers.max(initial=0)) // 32 + 1, np.uint32)
        np.bitwise_or.at(bits, numbers // 32, np.uint32(1) << (numbers % 32).astype(np.uint32))
        return bits
