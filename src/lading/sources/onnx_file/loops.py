"""``Loop`` whose number of turns the file fixes: its body once for each turn, and no loop left.

So do exporters write a ``for`` over a fixed range, and loops of TensorFlow whose condition counts up to a number of
the file. Where the number of turns depends on the inputs, or is large, the loop stays one (``loop_nodes.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from onnx import GraphProto, NodeProto

from ...graph import Node
from .held_graphs import graph_of
from .loop_nodes import LoopNodes
from .node_hints import exporter_name
from .scope import Scope

if TYPE_CHECKING:
    from .reading import Reading

__all__ = ["Loops"]

#: The most turns of a loop, and the most nodes of all turns of a file's loops together, that are written out.
TURNS, NODES = 128, 4096


class Loops:
    """The loops of one file."""

    def __init__(self, reading: Reading):
        # what was written in vain counts too: loops in loops would be tried without end
        self._reading, self._nodes, self._written = reading, LoopNodes(reading), 0

    def read(self, proto: NodeProto, scope: Scope, opsets: Mapping[str, int]) -> list[Node]:
        """The nodes of all turns, or the loop if the file does not say how many there are, or if they are too many."""
        body = graph_of(proto, "body", self._reading.where)
        reading = self._reading
        faults, graphs, classes = reading.faults.mark(), set(reading.graphs), len(reading.classes)
        nodes = self._turns(proto, body, scope, opsets)
        if nodes is not None:
            return nodes
        reading.faults.go_back(faults)
        reading.graphs = {name: graph for name, graph in reading.graphs.items() if name in graphs}
        del reading.classes[classes:]
        return self._nodes.read(proto, body, scope, opsets)

    def _turns(self, proto: NodeProto, body: GraphProto, scope: Scope, opsets: Mapping[str, int]) -> list[Node] | None:
        """The nodes of all turns, as long as the condition is known; None if it is not, or if they are too many.

        Where no condition is given, ONNX's page says that the body's does not count, and ONNX Runtime stops by it; so
        it must be true.
        """
        count, goes_on = self._number(proto, 0, scope, TURNS), self._number(proto, 1, scope, 1)
        if count is None or count > TURNS:
            return None
        values = [scope[name] for name in proto.input[2:]]
        stacked: list[list[str]] = [[] for _ in proto.output[len(values) :]]
        nodes: list[Node] = []
        before, conditional = self._written, any(proto.input[1:2])
        for turn in range(count):
            if not goes_on:
                break
            if turn == 1 and not conditional and before + count * (self._written - before) > NODES:
                return None  # as long as the first turn was; so loops in loops are soon given up
            self._written += len(body.node)
            if self._written > NODES:
                return None
            inner = self._before(turn, body, values, scope)
            nodes += self._reading.read_graph(body, inner, opsets)
            condition, *results = [inner[output.name] for output in body.output]
            known = self._reading.constant(condition)
            goes_on = None if known is None else int(known.item())
            if not goes_on and not conditional:
                return None
            values, made = results[: len(values)], results[len(values) :]
            for each, value in zip(stacked, made, strict=False):
                each.append(value)
        if goes_on is None or (goes_on and not proto.input[0]):
            return None
        return self._give(proto, values, stacked, nodes, scope)

    def _before(self, turn: int, body: GraphProto, values: list[str], scope: Scope) -> Scope:
        """What a turn sees: its number, the condition, which is true, and what the turn before gave."""
        inner = Scope(self._reading.names, scope)
        number = self._reading.weight(np.array(turn, np.int64), "turn")
        condition = self._reading.weight(np.array(True), "goes_on")
        for given, value in zip(body.input, [number, condition, *values], strict=False):
            inner.alias(given.name, value)
        return inner

    def _give(self, proto: NodeProto, values: list[str], stacked: list[list[str]], nodes: list[Node], scope: Scope
              ) -> list[Node] | None:
        """Lets the outputs mean what the last turn gave, and what all turns gave side by side."""
        for name, value in zip(proto.output, values, strict=False):
            scope.alias(name, value)
        for name, pieces in zip(proto.output[len(values) :], stacked, strict=True):
            if not name:
                continue
            if not pieces:  # of a shape that nothing tells
                return None
            wide = [self._reading.fresh(piece) for piece in pieces]
            stem = f"{exporter_name(proto)}/{name}"
            nodes += [Node(f"{stem}/Unsqueeze_{turn}", "Unsqueeze", [piece, np.array([0])], [one])
                      for turn, (piece, one) in enumerate(zip(pieces, wide, strict=True))]  # fmt: skip
            nodes.append(Node(stem, "Concat", list(wide), [scope.define(name)], {"axis": 0}))
        return nodes

    def _number(self, proto: NodeProto, index: int, scope: Scope, omitted: int) -> int | None:
        """A number that the loop is given, if the file has it."""
        if len(proto.input) <= index or not proto.input[index]:
            return omitted
        known = self._reading.constant(scope[proto.input[index]])
        return None if known is None or known.size != 1 else int(known.item())
