"""What is known of every value of a model, inferred when it is asked for and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..endpoints import Input
from ..folds import subgraphs
from ..graph import Node, Subgraph, axis_of, states_of
from .inference import NOTHING, Fact, infer
from .inference.fact import Shape, of_array
from .sizes import Size, symbol

if TYPE_CHECKING:
    from ..model import Model


class Facts:
    """Facts by name. An input's axis is its size if that is fixed, else a symbol of the axis' name.

    ``keeps_shapes``: takes it that what turns of a Loop hand on keeps its shape.
    """

    def __init__(self, model: Model, producer: Callable[[str], Node | None], keeps_shapes: bool = False):
        self._model = model
        self._producer = producer
        self._inputs = {each.name: each for each in model.input_list}
        self._keeps_shapes = keeps_shapes
        self._known: dict[str, Fact] = {}
        self._holder = {name: (node, at) for graph in model.graphs.values() for node in graph.nodes
                        for held in subgraphs(node) for at, name in enumerate(held.inputs)}  # fmt: skip

    def __getitem__(self, operand: str | np.ndarray) -> Fact:
        if isinstance(operand, np.ndarray):
            return of_array(operand)
        if operand not in self._known:
            self._learn(operand)
        return self._known.get(operand, NOTHING)

    def clear(self) -> None:
        """Forgets everything."""
        self._known.clear()

    def _learn(self, name: str) -> None:
        """Infers a fact, after those it needs; a stack of names, since a graph may be deeper than Python's own."""
        waiting = [name]
        while waiting:
            node = self._producer(waiting[-1])
            wanted = self._fed(waiting[-1]) if node is None else _needs(node)
            missing = [each for each in wanted if each not in self._known]
            if missing:
                waiting.extend(missing)
                continue
            current = waiting.pop()
            if node is None:
                self._known[current] = self._of_source(current)
            else:
                found = zip(node.outputs, self._of_node(node), strict=True)
                self._known.update((made, fact) for made, fact in found if made)

    def _of_node(self, node: Node) -> list[Fact]:
        if node.operator == "If":
            return self._of_branches(node)
        if node.operator in ("Loop", "Scan"):
            return self._of_turns(node)
        return infer(node, [NOTHING if isinstance(each, str) and not each else self[each] for each in node.inputs])

    def _of_branches(self, node: Node) -> list[Fact]:
        """What both branches agree on."""
        branches = [value.outputs for value in node.attributes.values() if isinstance(value, Subgraph)]
        facts = [[self._known.get(name, NOTHING) for name in names] for names in zip(*branches, strict=True)]
        return [each[0] if all(fact == each[0] for fact in each) else NOTHING for each in facts]

    def _of_turns(self, node: Node) -> list[Fact]:
        """Types are those of a turn. A Scan's state keeps its shape, a Loop's if ``keeps_shapes``."""
        results = [name for held in subgraphs(node) for name in held.outputs][node.operator == "Loop" :]
        carried = len(node.inputs) - 2 if node.operator == "Loop" else states_of(node)
        facts = []
        for at, name in enumerate(node.outputs):
            turn = self._known.get(results[at], NOTHING) if at < len(results) else NOTHING
            facts.append(Fact(turn.type, self._carried_shape(node, at) if at < carried
                              else self._stacked_shape(node, at - carried, name, turn.shape)))  # fmt: skip
        return facts

    def _carried_shape(self, node: Node, at: int) -> Shape | None:
        if node.operator == "Loop":
            return self[node.inputs[at + 2]].shape if self._keeps_shapes and at + 2 < len(node.inputs) else None
        return self[node.inputs[at]].shape

    def _stacked_shape(self, node: Node, at: int, name: str, turn: Shape | None) -> Shape | None:
        """The shape that a turn gives, and the number of turns as one more axis."""
        axis = 0 if turn is None or node.operator == "Loop" else axis_of(node, "scan_output_axes", at, len(turn) + 1)
        return None if turn is None else (*turn[:axis], symbol(f"{name}.turns"), *turn[axis:])

    def _fed(self, name: str) -> list[str]:
        """The name of what the body of a loop is fed as ``name``."""
        node, at = self._holder.get(name, (None, 0))
        operand = node.inputs[at] if node is not None and at < len(node.inputs) else ""
        return [operand] if isinstance(operand, str) and operand else []

    def _of_body_input(self, node: Node, at: int) -> Fact:
        """Turns may change the numbers of what they hand on, and in a Loop the shape; never the type."""
        if node.operator == "Loop" and at < 2:
            return Fact(("int64", "bool")[at], ())
        fed = self[node.inputs[at]] if at < len(node.inputs) else NOTHING
        if node.operator == "Loop":
            return Fact(fed.type, fed.shape if self._keeps_shapes else None)
        states = states_of(node)
        if fed.shape is None or at < states:
            return Fact(fed.type, fed.shape)
        axis = axis_of(node, "scan_input_axes", at - states, len(fed.shape))
        return Fact(fed.type, (*fed.shape[:axis], *fed.shape[axis + 1 :]))

    def _of_source(self, name: str) -> Fact:
        """What is known of a weight, of an input of the model, or of one of a body."""
        if name in self._holder:
            return self._of_body_input(*self._holder[name])
        array = self._model.weights.get(name)
        if array is not None:
            return of_array(array)
        declared = self._inputs.get(name)
        if declared is None:
            return NOTHING
        return Fact(declared.type, tuple(self._size(declared, axis) for axis in declared.axes))

    def _size(self, declared: Input, axis: str | int) -> Size:
        if isinstance(axis, int):
            return axis
        if axis == "variable":
            return len(declared.variable_list)
        known = self._model.axes.get(axis)
        fixed = known.size if known is not None and known.kind == "fixed" else None
        return symbol(axis) if fixed is None else fixed


def _needs(node: Node) -> list[str]:
    """What must be known before a node: what it reads, and for a node that holds graphs what these give."""
    held = [value for value in node.attributes.values() if isinstance(value, Subgraph)]
    return node.reads() + [name for graph in held for name in graph.outputs]
