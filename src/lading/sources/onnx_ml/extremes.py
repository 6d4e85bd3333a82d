"""MIN and MAX of the trees: a forest with a column for each tree that votes for a target, and the extreme of these.

A base value is added behind it. A target that no leaf of a row votes for has its base value, or 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..replacement import Replacement
from .planting import grown, kind_of, plant
from .reading import Ensemble, leaves_below

__all__ = ["extremes"]


def extremes(to: Replacement, found: Ensemble, targets: int) -> str:
    """The name of (n, targets) numbers in the type of the forest."""
    columns = [_column(to, found, target) for target in range(targets)]
    value = columns[0] if targets == 1 else to.add("Concat", *columns, axis=1)
    if not found.base.size:
        return value
    return to.add("Add", value, to.operand(found.base.astype(kind_of(to, found)), "base"))


def _column(to: Replacement, found: Ensemble, target: int) -> str:
    """(n, 1) numbers: the extreme of what the leaves vote for ``target``."""
    kind, least = kind_of(to, found), found.aggregate == "MIN"
    none = np.finfo(kind).max if least else np.finfo(kind).min  # the vote of a leaf that has none
    votes = np.array([_vote(vote, target, none, least) for vote in found.votes], kind)
    voting = [root for root in found.roots if any(votes[leaf] != none for leaf in leaves_below(found, root))]
    roots = voting or found.roots[:1]
    forest = grown(to, found, roots, votes, kind, tree_output=np.arange(len(roots), dtype=np.int32), combine="sum",
                   link="identity")  # fmt: skip
    each = to.values.fresh(f"{to.node.outputs[0]}.trees")
    plant(to, forest, each, "")
    value = to.add("ReduceMin" if least else "ReduceMax", each, np.array([1]), keepdims=1)
    if voting and all(votes[leaf] != none for leaf in leaves_below(found, voting[0])):
        return value
    return to.add("Where", to.add("Equal", value, np.array(none, kind)), np.array(0, kind), value)


def _vote(vote: list[tuple[int, float]], target: int, none: Any, least: bool) -> Any:
    values = [value for output, value in vote if output == target]
    return (min if least else max)(values, default=none)
