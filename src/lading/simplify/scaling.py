"""Scaling that a network does first becomes preparation of its variables.

A network that was trained behind a layer of scaling (``Normalization``, ``Rescaling``) subtracts and divides in its
graph, where nobody sees what happens to which variable. The same operations in ``prepare`` stand beside the names.
This changes no bit: each is one operation, rounded once, in the same type and order. What goes into the graph is then
another tensor; so it is done once the model has been compared with its source.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..endpoints import Input, usual_raw
from ..graph import Node
from ..model import Model, drop_unread_weights
from .view import View

__all__ = ["scaling_to_preparation"]

#: The step that an operator is, and the number that changes nothing.
STEPS = {"Add": ("add", None), "Sub": ("subtract", 0.0), "Mul": ("multiply", 1.0), "Div": ("divide", 1.0)}


def scaling_to_preparation(model: Model) -> list[str]:
    """Moves the first nodes behind inputs with named variables into ``prepare``; gives the names of these inputs.

    Only nodes that do one step to each variable, and that alone see the input. Left where they are: scaling of
    variables that are prepared in another type than the graph's, and of sequences that are padded, whose padding is
    scaled too.
    """
    view = View(model)
    moved = [given.name for given in model.input_list if _is_plain(model, given) and _move(view, given)]
    drop_unread_weights(model)
    return moved


def _is_plain(model: Model, given: Input) -> bool:
    padded = any(isinstance(use, str) and use in model.axes and model.axes[use].min for use in given.axes)
    return (given.axes[-1] == "variable" and given.type == usual_raw(given.type) and given.type.startswith("float")
            and given.mask is None and not padded
            and all(each.raw in (None, given.type) and each.source is None and each.categories is None
                    and each.pad is None for each in given.variable_list))  # fmt: skip


def _move(view: View, given: Input) -> bool:
    moved = False
    for node, steps in _first_steps(view, given):
        for variable, step in zip(given.variable_list, steps, strict=True):
            variable.prepare += step
        view.forward(node, given.name)
        moved = True
    return moved


def _first_steps(view: View, given: Input) -> Iterator[tuple[Node, list[list[Any]]]]:
    """The node that alone reads an input, with its steps of each variable; then, when it is gone, the next one."""
    while len(readers := view.readers(given.name)) == 1:
        steps = _steps(view, readers[0], given)
        if steps is None:
            return
        yield readers[0], steps


def _steps(view: View, node: Node, given: Input) -> list[list[Any]] | None:
    """What a node does to each variable, if it is a step of preparation."""
    if node.operator not in STEPS or node.reads().count(given.name) != 1:
        return None
    at = next(i for i, each in enumerate(node.inputs) if isinstance(each, str) and each == given.name)
    numbers = view.constant(node.inputs[1 - at])
    if numbers is None or (at == 1 and node.operator in ("Sub", "Div")):
        return None
    count, (verb, idle) = len(given.variable_list), STEPS[node.operator]
    by_variable = numbers.shape[-1:] == (count,) and numbers.size == count
    if numbers.ndim > len(given.axes) or not (by_variable or numbers.size == 1):
        return None
    if not np.all(np.isfinite(numbers)) or (verb == "divide" and not np.all(numbers)):
        return None
    shortest = [float(str(each)) for each in np.broadcast_to(numbers.ravel(), (count,))]
    return [[] if number == idle else [{verb: number}] for number in shortest]
