"""The trees of a CatBoost model, of both kinds."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import FormatError
from ...trees.forest import Tree
from .features import Features

#: CatBoost's own limit for symmetric trees is 16.
DEEPEST = 20


def oblivious_tree(tree: dict[str, Any], features: Features, where: str) -> Tree:
    """A tree all of whose nodes of a level ask the same: 2^depth - 1 splits, level by level, then the leaves in order.

    Split i is bit i of the number of a leaf, so the last split stands at the root; the children of node n are
    2n + 1 and 2n + 2.
    """
    splits, values = tree.get("splits") or [], np.asarray(tree["leaf_values"], np.float64)
    if len(splits) > DEEPEST:
        raise FormatError(f"{where} has {len(splits)} levels; damaged file")
    leaves = 1 << len(splits)
    if not len(values) or len(values) % leaves:
        raise FormatError(f"{where} has {len(values)} values for {leaves} leaves; damaged file")
    asked = [_asked(split, features) for split in reversed(splits)]
    level = np.repeat(np.arange(len(splits)), 1 << np.arange(len(splits)))
    column, rule, border = (np.array([each[i] for each in asked])[level] if asked else np.zeros(0, np.float32)
                            for i in range(3))  # fmt: skip
    return _tree(np.arange(leaves - 1) * 2 + 1, np.arange(leaves - 1) * 2 + 2, column, border, rule,
                 values.reshape(leaves, -1))  # fmt: skip


def plain_tree(root: dict[str, Any], features: Features, where: str) -> Tree:
    """A tree whose nodes hold their subtrees as ``left`` and ``right``."""
    splits: list[tuple[int, int, np.float32]] = []
    children: list[list[int]] = []  # of splits; -1 - leaf
    values: list[Any] = []
    todo = [(root, -1, 0)]
    for node, parent, side in todo:  # grows while it is gone through: level by level
        number = len(splits)
        if "value" in node:
            number = -1 - len(values)
            values.append(np.atleast_1d(np.asarray(node["value"], np.float64)))
        else:
            splits.append(_asked(node["split"], features))
            children.append([0, 0])
            todo += [(node["left"], number, 0), (node["right"], number, 1)]
        if parent >= 0:
            children[parent][side] = number
    if len({value.shape for value in values}) > 1:
        raise FormatError(f"{where}: its leaves hold different numbers of values; damaged file")
    child = np.array(children, np.int64).reshape(-1, 2)
    child = np.where(child < 0, len(splits) - 1 - child, child)
    column, rule, border = zip(*splits, strict=True) if splits else ((), (), ())
    return _tree(child[:, 0], child[:, 1], column, border, rule, np.array(values))


def _asked(split: dict[str, Any], features: Features) -> tuple[int, int, np.float32]:
    """Column, rule for missing values and border; a border beyond float32 is one that nothing exceeds."""
    column, rule = features.of_split(split)
    with np.errstate(over="ignore"):
        return column, rule, np.float32(split["border"])


def _tree(left: Any, right: Any, column: Any, border: Any, rule: Any, values: np.ndarray) -> Tree:
    """Splits, then leaves; ``values`` is (leaves, outputs)."""
    splits, leaves = len(left), len(values)
    none = np.full(leaves, -1)
    value = np.concatenate([np.zeros((splits, values.shape[1])), values])

    def padded(of_splits: Any, kind: Any) -> np.ndarray:
        return np.concatenate([np.asarray(of_splits, kind), np.zeros(leaves, kind)])

    return Tree(np.concatenate([left, none]), np.concatenate([right, none]), padded(column, np.int64),
                padded(border, np.float32), value[:, 0] if value.shape[1] == 1 else value,
                padded(rule, np.uint8))  # fmt: skip
