"""Fold constants.

1. A node whose inputs are all constant becomes what it gives: weights transposed, cast, sliced and put
   together by an exporter become the weights that are used.

Exact: it is what the node would give at each run. It is computed by the evaluator of the format, in float64
and rounded once, so that a model gives the same bytes on whatever machine it is converted. Left alone are
nodes that draw random numbers, an Identity (which makes a constant an output of the model), those that would
make much of little (a Tile, a ConstantOfShape), and types that NumPy does not have.
"""

from __future__ import annotations

import numpy as np

from ..bundle.evaluate import OPERATORS, attribute
from ..graph import Node, Subgraph
from .comparison import RANDOM
from .view import View

#: A result may hold so many bytes, or as many times more than the inputs.
SMALL, GROWTH = 1 << 16, 4

#: Beyond so many bytes a result may be no larger than the inputs: doublings of doublings end here.
LARGE = 1 << 26


def apply(view: View, node: Node) -> str | None:
    """Replaces a node that computes constants."""
    arrays = _constants(view, node)
    if arrays is None:
        return None
    results = evaluate(node, arrays)
    if results is None or not _worth_keeping(arrays, results):
        return None
    view.settle(node, results, _name_for(view, node))
    return f"{node.operator} of constants"


def _constants(view: View, node: Node) -> list[np.ndarray | None] | None:
    held = any(isinstance(value, Subgraph) for value in node.attributes.values())
    if held or not node.inputs or node.operator in {"Identity", *RANDOM} or node.operator not in OPERATORS:
        return None
    arrays = [None if isinstance(each, str) and not each else view.constant(each) for each in node.inputs]
    known = all(array is not None or (isinstance(each, str) and not each)
                for array, each in zip(arrays, node.inputs, strict=True))
    plain = all(array is None or (array.dtype.kind in "fiub" and array.dtype != np.uint16) for array in arrays)
    return arrays if known and plain else None


def evaluate(node: Node, arrays: list[np.ndarray | None]) -> list[np.ndarray] | None:
    """What the node gives, None if the evaluator refuses it: then whoever runs it says why."""
    function = OPERATORS[node.operator]
    defaults = function.__kwdefaults__ or {}
    given = {name: attribute(value, defaults.get(name)) for name, value in node.attributes.items()}
    try:
        with np.errstate(all="ignore"):
            results = function(*arrays, **given)
    except (ArithmeticError, LookupError, MemoryError, TypeError, ValueError):
        return None
    several = results if isinstance(results, (tuple, list)) else [results]
    return [np.asarray(result) for result in several]


def _worth_keeping(arrays: list[np.ndarray | None], results: list[np.ndarray]) -> bool:
    read = sum(array.nbytes for array in arrays if array is not None)
    return sum(result.nbytes for result in results) <= max(SMALL, read, min(GROWTH * read, LARGE))


def _name_for(view: View, node: Node) -> str:
    """The name of the weight this was made of, if it was made of one, else that of the node's output."""
    made_of = {name.partition("~")[0] for name in node.reads() if view.model.weights[name].ndim > 0}
    parts = {name for name in made_of if view.integers(name) is None}
    return parts.pop() if len(parts) == 1 else node.outputs[0]
