"""The graphs of a model as the rules of ``simplify`` look at them and change them.

All graphs of a model share one space of names, so one view covers them: a value is made once, and may
be read in the graph that makes it or in one held by its nodes. Every edit keeps three things true: an
output keeps its name, nodes stand in an order in which they can run, and what a name means never changes.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from ..graph import Attribute, Graph, Node, Subgraph
from .comparison import computation
from .facts import Facts
from .inference import Fact
from .sizes import Size

if TYPE_CHECKING:
    from ..model import Model

#: What a node may read: a name, "" for an omitted input, or an array in place.
Operand = str | np.ndarray


class View:
    """Who makes a value, who reads it, what is known of it, and how to change that."""

    def __init__(self, model: Model):
        self.model = model
        self.facts = Facts(model, self.producer)
        self._graph: dict[int, Graph] = {}
        self._producer: dict[str, Node] = {}
        self._readers: dict[str, dict[int, Node]] = {}
        self._leaving = Counter(output.name for output in model.output_list)
        self._names = {each.name for each in model.input_list} | set(model.weights)
        for graph in model.graphs.values():
            for node in graph.nodes:
                self._register(node, graph)

    # ------------------------------------------------------------------------------------- looking

    def nodes(self) -> list[Node]:
        """All nodes now, graph by graph, in running order."""
        return [node for graph in self.model.graphs.values() for node in graph.nodes]

    def before(self, node: Node) -> list[Node]:
        """The nodes of its graph that stand before a node."""
        nodes = self._graph[id(node)].nodes
        return nodes[: next(i for i, each in enumerate(nodes) if each is node)]

    def is_before(self, node: Node, other: Node) -> bool:
        """Whether ``node`` stands before ``other`` in the same graph."""
        graph = self._graph[id(node)]
        if graph is not self._graph[id(other)]:
            return False
        return next(each for each in graph.nodes if each is node or each is other) is node

    def holds(self, node: Node) -> bool:
        """Whether the node is (still) in a graph."""
        return id(node) in self._graph

    def producer(self, operand: Operand, *operators: str) -> Node | None:
        """The node that makes a value; with ``operators``, only if it is one of these."""
        node = self._producer.get(operand) if isinstance(operand, str) else None
        return node if node is not None and (not operators or node.operator in operators) else None

    def readers(self, name: str) -> list[Node]:
        """The nodes that read a value."""
        return list(self._readers.get(name, {}).values())

    def is_output(self, name: str) -> bool:
        """Whether a value leaves its graph, so that its name is not ours to change."""
        return self._leaving[name] > 0

    def is_only_for(self, name: str, node: Node) -> bool:
        """Whether ``node`` is the only one that sees a value, so that it goes when ``node`` goes."""
        return not self.is_output(name) and all(reader is node for reader in self.readers(name))

    def is_read(self, name: str) -> bool:
        """Whether anything at all uses a value."""
        return bool(name) and (self.is_output(name) or bool(self._readers.get(name)))

    def gives_only_first(self, node: Node) -> bool:
        """Whether no output of a node but its first is used."""
        return not any(self.is_read(name) for name in node.outputs[1:])

    def constant(self, operand: Operand) -> np.ndarray | None:
        """The array, if it is a weight or written in place."""
        return operand if isinstance(operand, np.ndarray) else self.model.weights.get(operand)

    def scalar(self, operand: Operand) -> float | None:
        """The number, if it is a constant of one element."""
        array = self.constant(operand)
        return array.item() if array is not None and array.size == 1 and array.dtype.kind in "iufb" else None

    def fact(self, operand: Operand) -> Fact:
        """What is known of a value."""
        return self.facts[operand]

    def integers(self, operand: Operand) -> list[int] | None:
        """The numbers, if they are integers known now."""
        return self.facts[operand].integers

    def shape(self, operand: Operand) -> tuple[Size, ...] | None:
        """The shape, if the rank is known; sizes may be symbols."""
        return self.facts[operand].shape

    def twin(self, node: Node, before: Node) -> Node | None:
        """A node that computes what ``node`` would, and runs before ``before`` in its graph."""
        wanted, first = computation(node), next(iter(node.reads()), None)
        for other in self.nodes() if first is None else self.readers(first):
            if other is not node and computation(other) == wanted and self.is_before(other, before):
                return other
        return None

    # ------------------------------------------------------------------------------------ changing

    def set_input(self, node: Node, index: int, operand: Operand) -> None:
        """Lets a node read something else; omitted inputs at the end go."""
        self._forget_reader(node)
        node.inputs[index] = operand
        while node.inputs and isinstance(node.inputs[-1], str) and not node.inputs[-1]:
            node.inputs.pop()
        self._note_reader(node)

    def redirect(self, old: str, new: Operand) -> None:
        """Lets all readers of one value read another."""
        for reader in self.readers(old):
            for index, operand in enumerate(reader.inputs):
                if isinstance(operand, str) and operand == old:
                    self.set_input(reader, index, new)

    def set_outputs(self, node: Node, names: list[str]) -> None:
        """Gives other names (or none, "") to outputs that nobody reads."""
        for name in node.outputs:
            self._producer.pop(name, None)
        node.outputs = names
        self._producer.update((name, node) for name in names if name)

    def insert(
        self, before: Node, operator: str, inputs: list[Operand], attributes: dict[str, Attribute] | None = None
    ) -> str:
        """Puts a new node of one output in front of another one and gives the name of what it makes.

        If the same computation stands there already, gives its name instead.
        """
        node = Node(self.fresh(before.name), operator, list(inputs), [""], attributes or {})
        twin = self.twin(node, before)
        if twin is not None:
            return twin.outputs[0]
        node.outputs = [self.fresh(before.outputs[0])]
        self._place(node, before)
        return node.outputs[0]

    def replace(
        self, node: Node, operator: str, inputs: list[Operand], attributes: dict[str, Attribute] | None = None
    ) -> Node:
        """Puts another node in the place of ``node``, under its name and making its first output."""
        new = Node(node.name, operator, list(inputs), node.outputs[:1], attributes or {})
        self._place(new, node)
        self.remove(node)
        return new

    def remove(self, node: Node) -> None:
        """Takes a node out, whose outputs nobody reads any more, with the graphs it holds."""
        graph = self._graph.pop(id(node))
        graph.nodes = [each for each in graph.nodes if each is not node]
        self._forget_reader(node)
        for name in node.outputs:
            if self._producer.get(name) is node:
                del self._producer[name]
        for held in _held(node):
            self._leaving.subtract(held.outputs)
            for inner in list(self.model.graphs[held.graph].nodes):
                self.remove(inner)
            del self.model.graphs[held.graph]

    def settle(self, node: Node, arrays: list[np.ndarray], hint: str) -> None:
        """Removes a node that always gives these arrays; its readers read them as constants."""
        for name, array in zip(node.outputs, arrays, strict=False):
            if not self.is_read(name):
                continue
            weight = self.add_weight(array, hint)
            if self.is_output(name):
                self.place_copy(weight, name, node)
            else:
                self.redirect(name, weight)
        self.remove(node)

    def join(self, nodes: list[Node], operator: str, inputs: list[Operand], attributes: dict[str, Attribute]) -> None:
        """Replaces several nodes by one that makes the first output of each; it stands where the first one stood."""
        new = Node(nodes[0].name, operator, list(inputs), [node.outputs[0] for node in nodes], attributes)
        first = next(node for node in self._graph[id(nodes[0])].nodes if any(node is each for each in nodes))
        self._place(new, first)
        for node in nodes:
            self.remove(node)

    def merge(self, node: Node, twin: Node) -> bool:
        """Removes a node that computes what an earlier one does; gives False if nothing could be changed."""
        if len(node.outputs) == 1 and twin.outputs[0]:
            return self.forward(node, twin.outputs[0])
        wanted = [(old, new) for old, new in zip(node.outputs, twin.outputs, strict=False) if self.is_read(old)]
        if any(self.is_output(old) or not new for old, new in wanted):
            return False
        for old, new in wanted:
            self.redirect(old, new)
        self.remove(node)
        return True

    def forward(self, node: Node, operand: Operand) -> bool:
        """Lets whoever reads the first output of ``node`` read ``operand``, and removes ``node``.

        An output of a graph needs a node that makes it: the one that makes ``operand`` if it can take that
        name, else an Identity. Gives False if nothing could be changed.
        """
        old, producer = node.outputs[0], self.producer(operand)
        if not self.is_output(old):
            self.redirect(old, operand)
            self.remove(node)
        elif isinstance(operand, str) and producer is not None and self._may_rename(operand, node):
            self.remove(node)
            self.redirect(operand, old)
            producer.outputs = [old if name == operand else name for name in producer.outputs]
            self._producer[old] = self._producer.pop(operand)
        elif node.operator == "Identity":
            return False
        else:
            self.replace(node, "Identity", [operand if isinstance(operand, str) else self.add_weight(operand, old)])
        return True

    def move_in(self, held: Subgraph, before: Node) -> list[Node]:
        """Moves the nodes of a graph held by ``before`` in front of it; the graph is left empty."""
        inner, outer = self.model.graphs[held.graph], self._graph[id(before)]
        moved, inner.nodes = inner.nodes, []
        at = next(i for i, each in enumerate(outer.nodes) if each is before)
        outer.nodes[at:at] = moved
        self._graph.update((id(node), outer) for node in moved)
        return moved

    def place_copy(self, source: str, name: str, before: Node) -> None:
        """Lets an Identity in front of a node, which is about to go, make its output ``name`` of ``source``."""
        if name:
            self._place(Node(self.fresh(before.name), "Identity", [source], [name]), before)

    def add_weight(self, array: np.ndarray, hint: str) -> str:
        """A new weight, under a name like ``hint``."""
        name = self.fresh(hint)
        self.model.weights[name] = np.array(array, order="C")
        return name

    def fresh(self, hint: str) -> str:
        """A name like ``hint`` that nothing has."""
        stem, number = hint.partition("~")[0], 1
        while f"{stem}~{number}" in self._names:
            number += 1
        self._names.add(f"{stem}~{number}")
        return f"{stem}~{number}"

    # ------------------------------------------------------------------------------ keeping the books

    def _register(self, node: Node, graph: Graph) -> None:
        self._graph[id(node)] = graph
        self._names.update([node.name, *node.outputs])
        self._producer.update((name, node) for name in node.outputs if name)
        self._note_reader(node)
        for held in _held(node):
            self._leaving.update(held.outputs)
            self._names.update(held.inputs)

    def _place(self, node: Node, before: Node) -> None:
        graph = self._graph[id(before)]
        at = next(i for i, each in enumerate(graph.nodes) if each is before)
        graph.nodes.insert(at, node)
        self._register(node, graph)

    def _note_reader(self, node: Node) -> None:
        for name in node.reads():
            self._readers.setdefault(name, {})[id(node)] = node

    def _forget_reader(self, node: Node) -> None:
        for name in node.reads():
            self._readers.get(name, {}).pop(id(node), None)

    def _may_rename(self, name: str, for_node: Node) -> bool:
        """Whether the maker of ``name`` may make it under the name of ``for_node``'s output."""
        same_graph = self._graph[id(self._producer[name])] is self._graph[id(for_node)]
        return same_graph and not self.is_output(name)


def _held(node: Node) -> list[Subgraph]:
    return [value for value in node.attributes.values() if isinstance(value, Subgraph)]
