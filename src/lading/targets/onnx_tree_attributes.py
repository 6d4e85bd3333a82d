"""The trees of a forest as attributes of the operators of ONNX-ML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UnsupportedError
from ..trees import Forest
from ..trees.forest import MISSING_LEFT, NAN_IS_ZERO, ZERO_IS_MISSING, ZERO_LIMIT, members_of

if TYPE_CHECKING:
    from onnx import TensorProto

MODES = {"x <= t": 0, "x < t": 1, "x >= t": 2, "x > t": 3}
MEMBER = 6
CLASSIC = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT")


class TreeAttributes:
    """The attributes of ``forest``, its numbers in ``kind``; ``where`` begins messages."""

    def __init__(self, forest: Forest, kind: np.dtype, where: str):
        self.forest, self.kind, self.where = forest, kind, where

    def _missing_left(self) -> np.ndarray:
        """Whether NaN goes left at each node: what is no missing value counts as 0."""
        forest = self.forest
        is_set = np.zeros(len(forest.feature), bool) if forest.category_begin is None else forest.category_begin >= 0
        left, none = forest.missing & MISSING_LEFT > 0, forest.missing & NAN_IS_ZERO > 0
        zero = forest.goes_left(forest.threshold.dtype.type(0))
        for node in np.flatnonzero(is_set & none):
            zero[node] = 0 in members_of(forest, int(node))
        small = forest.goes_left(np.array([[-ZERO_LIMIT], [ZERO_LIMIT]], forest.threshold.dtype))
        as_any_other = ~is_set & (small == left).all(axis=0)
        wrong = np.flatnonzero((forest.missing & ZERO_IS_MISSING > 0) & ~none & ~as_any_other)
        if len(wrong):
            raise UnsupportedError(f"{self.where}: its split {wrong[0]} takes 0 for missing and sends it against the "
                                   "comparison, which ONNX cannot say")
        result: np.ndarray = np.where(none, zero, left)
        return result

    def _leaves(self) -> np.ndarray:
        """(leaves, outputs) values times the weights of their trees; one column where each tree has one output."""
        forest, kind = self.forest, np.dtype(self.forest.sum_type)
        leaf = forest.leaf.astype(kind)
        if forest.tree_weight is not None:
            for tree, weight in zip(self._members(), forest.tree_weight.astype(kind), strict=True):
                leaves = [-1 - at for at in tree if at < 0]
                leaf[leaves] *= weight
        return leaf.reshape(len(leaf), -1)

    def _members(self) -> list[list[int]]:
        """The nodes and leaves (-1 - leaf) of each tree."""
        left, right, trees = self.forest.left.tolist(), self.forest.right.tolist(), []
        for root in self.forest.roots.tolist():
            stack, tree = [root], []
            while stack:
                at = stack.pop()
                tree.append(at)
                if at >= 0:
                    stack += (right[at], left[at])
            trees.append(tree)
        return trees

    def _tensor(self, array: np.ndarray, kind: np.dtype | None = None) -> TensorProto:
        from onnx import numpy_helper

        return numpy_helper.from_array(np.ascontiguousarray(array.astype(kind or self.kind)))

    def ensemble(self) -> dict[str, Any]:
        """Attributes of TreeEnsemble 5. A leaf has one output there: trees of several are written once for each."""
        forest, leaf = self.forest, self._leaves()
        splits, leaves, copies = len(forest.feature), len(leaf), leaf.shape[1]
        alone = np.flatnonzero(forest.roots < 0)  # a tree that is a leaf becomes a node with it on both sides
        mode = np.full(splits, MODES[forest.left_if])
        if forest.category_begin is not None:
            mode[forest.category_begin >= 0] = MEMBER
        columns: dict[str, list[np.ndarray]] = {}

        def put(**parts: np.ndarray) -> None:
            for name, part in parts.items():
                columns.setdefault(name, []).append(np.asarray(part))

        for copy in range(copies):
            step = copy * (splits + len(alone))
            leaf_of = [np.concatenate([np.where(side < 0, -1 - side + copy * leaves, side + step),
                                       -1 - forest.roots[alone] + copy * leaves])
                       for side in (forest.left.astype(np.int64), forest.right.astype(np.int64))]  # fmt: skip
            is_leaf = [np.concatenate([side < 0, np.ones(len(alone), bool)]) for side in (forest.left, forest.right)]
            filler = np.zeros(len(alone))
            roots = forest.roots.astype(np.int64) + step
            roots[alone] = step + splits + np.arange(len(alone))
            put(nodes_featureids=np.concatenate([forest.feature, filler]), nodes_modes=np.concatenate([mode, filler]),
                nodes_splits=np.concatenate([forest.threshold, filler]), tree_roots=roots,
                nodes_missing_value_tracks_true=np.concatenate([self._missing_left(), filler]),
                nodes_truenodeids=leaf_of[0], nodes_falsenodeids=leaf_of[1],
                nodes_trueleafs=is_leaf[0], nodes_falseleafs=is_leaf[1],
                leaf_weights=leaf[:, copy], leaf_targetids=self._targets(copy, leaves))  # fmt: skip
        whole = {name: np.concatenate(parts) for name, parts in columns.items()}
        attributes: dict[str, Any] = {name: whole[name].astype(np.int64).tolist() for name in whole
                                      if name not in ("nodes_splits", "leaf_weights", "nodes_modes")}  # fmt: skip
        attributes |= {"nodes_splits": self._tensor(whole["nodes_splits"]),
                       "leaf_weights": self._tensor(whole["leaf_weights"]),
                       "nodes_modes": self._tensor(whole["nodes_modes"], np.dtype(np.uint8)),
                       "n_targets": forest.outputs, "aggregate_function": 1, "post_transform": 0}  # fmt: skip
        if (mode == MEMBER).any():
            sets = [[*members_of(forest, int(node)), np.nan] for node in np.flatnonzero(mode == MEMBER)]
            attributes["membership_values"] = self._tensor(np.array([each for one in sets for each in one] * copies))
        return attributes

    def _targets(self, copy: int, leaves: int) -> np.ndarray:
        """The output of each leaf."""
        result = np.full(leaves, copy)
        if self.forest.tree_output is not None:
            for tree, output in zip(self._members(), self.forest.tree_output.tolist(), strict=True):
                result[[-1 - at for at in tree if at < 0]] = output
        return result

    def classic(self) -> dict[str, Any]:
        """Attributes of TreeEnsembleRegressor; nodes are numbered within their tree, splits before leaves."""
        forest, leaf, missing = self.forest, self._leaves(), self._missing_left()
        rows: dict[str, list[Any]] = {name: [] for name in ("treeids", "nodeids", "modes", "featureids", "values",
                                      "truenodeids", "falsenodeids", "missing_value_tracks_true")}  # fmt: skip
        votes: dict[str, list[Any]] = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}
        mode = CLASSIC[MODES[forest.left_if]]
        for number, tree in enumerate(self._members()):
            place = {at: i for i, at in enumerate(tree)}
            first = 0 if forest.tree_output is None else int(forest.tree_output[number])
            for i, at in enumerate(tree):
                row = (number, i, "LEAF", 0, 0.0, 0, 0, 0) if at < 0 else (
                    number, i, mode, int(forest.feature[at]), float(forest.threshold[at]),
                    place[int(forest.left[at])], place[int(forest.right[at])], int(missing[at]))  # fmt: skip
                for column, value in zip(rows.values(), row, strict=True):
                    column.append(value)
                for output, value in enumerate(leaf[-1 - at].tolist() if at < 0 else ()):
                    for name, each in zip(votes, (number, i, first + output, value), strict=True):
                        votes[name].append(each)
        attributes: dict[str, Any] = {f"nodes_{name}": column for name, column in rows.items()}
        attributes |= {f"target_{name}": column for name, column in votes.items()}
        if self.kind == np.float64:
            for name in ("nodes_values", "target_weights"):
                attributes[f"{name}_as_tensor"] = self._tensor(np.array(attributes.pop(name)))
        return {**attributes, "n_targets": forest.outputs, "aggregate_function": "SUM", "post_transform": "NONE"}
