"""A forest of a file as lading's Forest, and the node that runs it in the place of the file's node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...model import Model
from ...trees import Forest, add_forest, grow
from ..onnx_opsets import Refused
from ..replacement import Replacement
from .comparing import ALWAYS, LEAF, MOST_COPIES, is_strict, tree_of
from .reading import Ensemble

__all__ = ["grown", "kind_of", "plant"]


def kind_of(to: Replacement, found: Ensemble) -> np.dtype:
    """The type in which values are compared and added: float64 if the input or a number of the forest is."""
    kind = to.values.type(str(to.node.inputs[0]))
    if kind is None:
        raise Refused("the element type of its input is not known")
    return np.dtype(np.float64 if found.wide or kind == "float64" else np.float32)


def grown(
    to: Replacement, found: Ensemble, roots: Sequence[int], votes: np.ndarray, kind: np.dtype, **rules: Any
) -> Forest:
    """The trees below ``roots``, their leaves holding rows of ``votes``. Rules that are None are left out."""
    room = [MOST_COPIES * len(found.branches) + ALWAYS]
    strict = is_strict(found.branches)
    trees = [tree_of(found.branches, root, kind, strict, room).tree(votes, 0) for root in roots]
    shape = to.values.shape(str(to.node.inputs[0]))
    read = max((branch.feature for branch in found.branches if branch.mode != LEAF), default=-1) + 1
    features = shape[1] if shape is not None and len(shape) == 2 and shape[1] is not None else read
    rules = {
        "left_if": "x < t" if strict else "x <= t", "input_type": kind.name, "sum_type": kind.name, "base_at": "end",
        "link_type": kind.name, **{name: value for name, value in rules.items() if value is not None},
    }  # fmt: skip
    return grow(trees, features, to.node.name or to.node.operator, **rules)


def plant(to: Replacement, forest: Forest, margin: str, score: str) -> None:
    """The node that runs ``forest``. A value without a name is not used."""
    name = to.values.fresh(to.node.name.rpartition("/")[0] + "/trees" if "/" in to.node.name else "trees")
    holder = Model(name="forest")
    outputs = tuple(each or to.values.fresh(f"{to.node.outputs[-1]}.unused") for each in (margin, score))
    add_forest(holder, to.nodes, forest, _matrix(to), (outputs[0], outputs[1]), name)
    new = {old: to.values.weight(array, old) for old, array in holder.weights.items()}
    planted = to.nodes[-1]
    planted.inputs = [new.get(each, each) if isinstance(each, str) else each for each in planted.inputs]


def _matrix(to: Replacement) -> str:
    """X as real numbers (n, features)."""
    x = str(to.node.inputs[0])
    shape = to.values.shape(x)
    if shape is not None and len(shape) != 2:
        raise Refused(f"its input has {len(shape)} axes; forests take (rows, features)")
    return to.as_floats(x)[0]
