"""A forest as trees whose float32 leaves are only added: weights, means and bases dissolved in the leaves."""

from __future__ import annotations

import numpy as np

from ...errors import UnsupportedError
from ...trees import Forest, Tree

__all__ = ["summed_trees"]


def summed_trees(forest: Forest, where: str, rounded: bool) -> list[Tree]:
    """The trees, of output i modulo the number of outputs. Raises UnsupportedError for leaves that need rounding."""
    _refuse_float64(forest, where, rounded)
    trees = [part for number, tree in enumerate(forest.trees()) for part in _parts(_scaled(tree, forest, number))]
    by_output: list[list[Tree]] = [[] for _ in range(forest.outputs)]
    for tree in trees:
        by_output[tree.output].append(tree)
    rounds = max(1, *map(len, by_output))
    for of in by_output:
        of += [_leaf() for _ in range(rounds - len(of))]
    if forest.base is not None:
        for of, base in zip(by_output, forest.base.tolist(), strict=True):
            first = of[0]
            first.value = np.where(first.left < 0, first.value.astype(np.float64) + base, 0)
    return [_narrow(of[i], where) for i in range(rounds) for of in by_output]


def _refuse_float64(forest: Forest, where: str, rounded: bool) -> None:
    wide = [
        what
        for what, is_so in (
            ("variables are float64", forest.input_type == "float64"),
            ("sums are float64", forest.sum_type == "float64"),
            ("leaves are float64", bool((forest.leaf.astype(np.float32) != forest.leaf).any())),
        )
        if is_so
    ]
    if wide and not rounded:
        raise UnsupportedError(f"{where}: MVAUtils computes in float32, but of this forest {', '.join(wide)}: scores "
                               "near a cut can differ; rounded=True (--rounded) writes it all the same")  # fmt: skip


def _scaled(tree: Tree, forest: Forest, number: int) -> Tree:
    """Leaves with the weight of the tree, the mean and the scale in them, in the type of the sum."""
    kind = np.dtype(forest.sum_type).type
    value = tree.value.astype(kind) * kind(tree.weight)
    if forest.combine != "sum":
        value = value / kind(forest.divisor)
    tree.value = value * kind(forest.scale) if forest.scale != 1 else value
    return tree


def _parts(tree: Tree) -> list[Tree]:
    """A tree for every output where leaves hold a value for each."""
    if tree.value.ndim == 1:
        return [tree]
    return [Tree(tree.left, tree.right, tree.feature, tree.threshold, tree.value[:, output], tree.missing, output)
            for output in range(tree.value.shape[1])]  # fmt: skip


def _leaf() -> Tree:
    none, zero = np.full(1, -1), np.zeros(1, np.float32)
    return Tree(none, none, np.zeros(1, np.int64), zero, zero, np.zeros(1, np.uint8))


def _narrow(tree: Tree, where: str) -> Tree:
    with np.errstate(over="ignore"):
        value = tree.value.astype(np.float32)
    beyond = np.flatnonzero(np.isinf(value) & np.isfinite(tree.value))
    if len(beyond):
        raise UnsupportedError(f"{where}: a leaf of {tree.value[beyond[0]]} is more than float32 holds")
    tree.value = value
    return tree
