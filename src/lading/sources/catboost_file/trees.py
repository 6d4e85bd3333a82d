"""The trees of a CatBoost model, of both kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import FormatError
from ...trees.forest import Tree
from .features import Asked, Features

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
    levels = [features.of_split(split) for split in reversed(splits)]
    asked = [each for level, each in enumerate(levels) for _ in range(1 << level)]
    return _tree(np.arange(leaves - 1) * 2 + 1, np.arange(leaves - 1) * 2 + 2, asked, values.reshape(leaves, -1))


def plain_tree(root: dict[str, Any], features: Features, where: str) -> Tree:
    """A tree whose nodes hold their subtrees as ``left`` and ``right``."""
    splits: list[Asked] = []
    children: list[list[int]] = []  # of splits; -1 - leaf
    values: list[Any] = []
    todo = [(root, -1, 0)]
    for node, parent, side in todo:  # grows while it is gone through: level by level
        number = len(splits)
        if "value" in node:
            number = -1 - len(values)
            values.append(np.atleast_1d(np.asarray(node["value"], np.float64)))
        else:
            splits.append(features.of_split(node["split"]))
            children.append([0, 0])
            todo += [(node["left"], number, 0), (node["right"], number, 1)]
        if parent >= 0:
            children[parent][side] = number
    if len({value.shape for value in values}) > 1:
        raise FormatError(f"{where}: its leaves hold different numbers of values; damaged file")
    child = np.array(children, np.int64).reshape(-1, 2)
    child = np.where(child < 0, len(splits) - 1 - child, child)
    return _tree(child[:, 0], child[:, 1], splits, np.array(values))


def _tree(no: np.ndarray, yes: np.ndarray, asked: Sequence[Asked], values: np.ndarray) -> Tree:
    """Splits, then leaves; ``no`` and ``yes`` are the children by the answer, ``values`` is (leaves, outputs).

    Above the border is right, but a category of a set goes left.
    """
    is_set = np.array([each.category is not None for each in asked], bool)
    splits, leaves = len(asked), len(values)
    none = np.full(leaves, -1)
    value = np.concatenate([np.zeros((splits, values.shape[1])), values])

    def padded(of_splits: list[Any], kind: Any) -> np.ndarray:
        return np.concatenate([np.asarray(of_splits, kind), np.zeros(leaves, kind)])

    return Tree(
        np.concatenate([np.where(is_set, yes, no), none]), np.concatenate([np.where(is_set, no, yes), none]),
        padded([each.column for each in asked], np.int64), padded([each.border for each in asked], np.float32),
        value[:, 0] if value.shape[1] == 1 else value, padded([each.missing for each in asked], np.uint8),
        categories={node: [each.category] for node, each in enumerate(asked) if each.category is not None},
    )  # fmt: skip
