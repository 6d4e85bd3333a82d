"""The attributes of TreeEnsemble (version 5) and of the older pair, as branches and votes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import FormatError
from ...graph import Node
from .comparing import LEAF, MEMBER, MODES, Branch

#: A leaf's votes: (output, value).
Votes = list[tuple[int, float]]

AGGREGATES = ("AVERAGE", "SUM", "MIN", "MAX")
TRANSFORMS = ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT")


@dataclass
class Ensemble:
    """A forest of a file. ``wide`` if it holds float64 numbers; ``votes[0]`` is that of no leaf."""

    branches: list[Branch]
    roots: list[int]
    votes: list[Votes]
    base: np.ndarray
    wide: bool
    aggregate: str = "SUM"
    transform: str = "NONE"


def old_pair(node: Node, votes: str) -> Ensemble:
    """TreeEnsembleClassifier or -Regressor; its votes are in attributes that begin with ``votes`` (class, target)."""
    given = node.attributes
    values, wide = _numbers(node, "nodes_values")
    weights, wide_weights = _numbers(node, f"{votes}_weights")
    base, wide_base = _numbers(node, "base_values")
    modes = [str(mode) for mode in _list(node, "nodes_modes")]
    trees, ids = (_whole(node, f"nodes_{name}") for name in ("treeids", "nodeids"))
    count = len(modes)
    columns = [_column(node, f"nodes_{name}", count) for name in ("featureids", "truenodeids", "falsenodeids")]
    missing = _whole(node, "nodes_missing_value_tracks_true") or [0] * count
    for name, length in (("treeids", len(trees)), ("nodeids", len(ids)), ("values", len(values)),
                         ("missing_value_tracks_true", len(missing))):  # fmt: skip
        if length != count:
            raise FormatError(f"{_who(node)}: {length} nodes_{name} for {count} nodes; damaged file")
    place = {each: at for at, each in enumerate(zip(trees, ids, strict=True))}
    if len(place) != count:
        raise FormatError(f"{_who(node)}: a node stands twice in its tree; damaged file")
    leaf_votes: list[Votes] = [[] for _ in range(1 + count)]
    owners = zip(_whole(node, f"{votes}_treeids"), _whole(node, f"{votes}_nodeids"), strict=False)
    for owner, output, weight in zip(owners, _whole(node, f"{votes}_ids"), weights.tolist(), strict=False):
        leaf_votes[1 + _at(place, owner, node)].append((output, weight))
    branches = []
    for at, (mode, feature, true, false) in enumerate(zip(modes, *columns, strict=True)):
        if mode not in MODES:
            raise FormatError(f"{_who(node)}: '{mode}' is no mode of a node; damaged file")
        if mode == "LEAF":
            branches.append(Branch(LEAF, leaf=1 + at))
            continue
        true, false = (_at(place, (trees[at], child), node) for child in (true, false))
        branches.append(Branch(MODES.index(mode), feature, float(values[at]), true, false, bool(missing[at])))
    first: dict[int, int] = {}
    for at, tree in enumerate(trees):
        first.setdefault(tree, at)
    return Ensemble(branches, list(first.values()), leaf_votes, base, wide or wide_weights or wide_base,
                    str(given.get("aggregate_function", "SUM")), str(given.get("post_transform", "NONE")))  # fmt: skip


def new_one(node: Node) -> Ensemble:
    """TreeEnsemble of ai.onnx.ml 5: leaves have numbers of their own, and come behind the branches here."""
    splits, wide = _numbers(node, "nodes_splits")
    weights, wide_weights = _numbers(node, "leaf_weights")
    modes = [int(mode) for mode in np.ravel(np.asarray(_list(node, "nodes_modes")))]
    count = len(splits)
    feature, true, false, true_leaf, false_leaf = (
        _column(node, f"nodes_{name}", count)
        for name in ("featureids", "truenodeids", "falsenodeids", "trueleafs", "falseleafs"))  # fmt: skip
    missing = _whole(node, "nodes_missing_value_tracks_true") or [0] * count
    if len(modes) != count or len(missing) != count or not all(0 <= mode <= MEMBER for mode in modes):
        raise FormatError(f"{_who(node)}: the attributes of its nodes do not fit together; damaged file")
    sets = iter(_sets(np.asarray(node.attributes.get("membership_values", ()), np.float64)))

    def child(number: int, is_leaf: int) -> int:
        if not 0 <= number < (len(weights) if is_leaf else count):
            raise FormatError(f"{_who(node)}: a node has the child {number}, which is not there; "
                              "damaged file")
        return number + count if is_leaf else number

    branches = [
        Branch(mode, feature[at], float(splits[at]), child(true[at], true_leaf[at]), child(false[at], false_leaf[at]),
               bool(missing[at]), next(sets, ()) if mode == MEMBER else ())
        for at, mode in enumerate(modes)
    ]  # fmt: skip
    branches += [Branch(LEAF, leaf=1 + leaf) for leaf in range(len(weights))]
    targets = _column(node, "leaf_targetids", len(weights))
    votes: list[Votes] = [[], *([(target, weight)] for target, weight in zip(targets, weights.tolist(), strict=True))]
    roots = _whole(node, "tree_roots")
    if any(not 0 <= root < count for root in roots):
        raise FormatError(f"{_who(node)}: a tree begins at a node that is not there; damaged file")
    aggregate, transform = (int(node.attributes.get(name, usual))  # type: ignore[arg-type]
                            for name, usual in (("aggregate_function", 1), ("post_transform", 0)))  # fmt: skip
    if not (0 <= aggregate < len(AGGREGATES) and 0 <= transform < len(TRANSFORMS)):
        raise FormatError(f"{_who(node)}: it is summed or transformed in a way that ONNX does not have")
    return Ensemble(branches, roots, votes, np.zeros(0, np.float32), wide or wide_weights,
                    AGGREGATES[aggregate], TRANSFORMS[transform])  # fmt: skip


def _sets(values: np.ndarray) -> list[list[float]]:
    """The sets of membership nodes, each ended by NaN."""
    sets: list[list[float]] = [[]]
    for value in values.tolist():
        if value != value:
            sets.append([])
        else:
            sets[-1].append(value)
    return sets


def _at(place: dict[tuple[int, int], int], node_of_tree: tuple[int, int], node: Node) -> int:
    if node_of_tree not in place:
        raise FormatError(f"{_who(node)}: tree {node_of_tree[0]} has no node {node_of_tree[1]}, which "
                          "is needed; damaged file")
    return place[node_of_tree]


def _numbers(node: Node, name: str) -> tuple[np.ndarray, bool]:
    """Real numbers, and whether they are float64: those of the attribute ``name`` or of ``name_as_tensor``."""
    tensor = node.attributes.get(f"{name}_as_tensor")
    given: Any = node.attributes.get(name, ()) if tensor is None else tensor
    array = np.ravel(np.asarray(given))
    return array, isinstance(given, np.ndarray) and array.dtype == np.float64


def _who(node: Node) -> str:
    return f"node '{node.name}' ({node.operator})" if node.name else node.operator


def _list(node: Node, name: str) -> list[Any]:
    given: Any = node.attributes.get(name, ())
    return list(given)


def _whole(node: Node, name: str) -> list[int]:
    return [int(each) for each in _list(node, name)]


def _column(node: Node, name: str, count: int) -> list[int]:
    column = _whole(node, name)
    if len(column) != count:
        raise FormatError(f"{_who(node)}: {len(column)} {name} for {count} nodes; damaged file")
    return column


def leaves_below(found: Ensemble, root: int) -> list[int]:
    """The numbers of the votes of the leaves of a tree."""
    leaves, stack, seen = [], [root], set[int]()
    while stack:
        at = stack.pop()
        if at in seen:
            continue
        seen.add(at)
        branch = found.branches[at]
        if branch.mode == LEAF:
            leaves.append(branch.leaf)
        else:
            stack += [branch.true, branch.false]
    return leaves
