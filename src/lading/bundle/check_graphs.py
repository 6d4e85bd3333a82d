"""The nodes as a whole: names given once, values made before they are read, weights and graphs all used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import suggestion
from ..graph import Node, Subgraph
from .place import Place

if TYPE_CHECKING:
    from ..model import Model

DEEPEST_GRAPH = 16


def check_graphs(file: Place, model: Model, weights: Iterable[str]) -> None:
    """Raises FormatError for the first node, value or graph that breaks a rule. ``weights`` are names."""
    check = _GraphCheck(file, model)
    names = sorted(weights, key=str.encode)
    check.start(names)
    for graph in model.main_graphs:
        check.check_main(graph)
    check.check_all_used(names)


class _GraphCheck:
    def __init__(self, file: Place, model: Model) -> None:
        self._file, self._model, self._graphs = file, model, file["graphs"]
        self._taken: set[str] = set()  # names of values, as far as it was walked; each fold has its own
        self._nodes: set[str] = set()
        self._read: set[str] = set()
        self._used_graphs = set(model.main_graphs)
        self._visible: dict[str, None] = {}  # what a node may read where the walk stands, in order
        self._depth = 0

    def start(self, weights: list[str]) -> None:
        for place, given in zip(self._file["inputs"], self._model.input_list, strict=True):
            self._give(place, given.name)
        for name in weights:
            if name in self._taken:
                self._file.fail(f"the weight '{name}' has the name of an input")
            self._give(self._file, name)

    def check_main(self, graph: str) -> None:
        """The main graph, or that of a fold: it sees inputs and weights, and nothing of another fold."""
        taken, visible = set(self._taken), dict(self._visible)
        self.walk(graph)
        self.check_outputs(graph)
        self._taken, self._visible = taken, visible

    def walk(self, graph: str) -> None:
        for place, node in zip(self._graphs[graph], self._model.graphs[graph].nodes, strict=True):
            self._check_node(place, node)

    def _give(self, place: Place, name: str) -> None:
        if name in self._taken:
            place.fail(f"the name '{name}' stands twice")
        self._taken.add(name)
        self._visible[name] = None

    def _read_value(self, place: Place, name: str) -> None:
        self._read.add(name)
        if name in self._visible:
            return
        if any(name in node.outputs for graph in self._model.graphs.values() for node in graph.nodes):
            place.fail(f"'{name}' is read before it is made, or outside its graph; "
                       "nodes stand in the order in which they run")  # fmt: skip
        place.fail(f"no value '{name}' {suggestion(name, self._visible)}")

    def _check_node(self, place: Place, node: Node) -> None:
        if node.name in self._nodes:
            place["node"].fail(f"the name '{node.name}' stands twice")
        self._nodes.add(node.name)
        for at, operand in enumerate(node.inputs):
            if isinstance(operand, str) and operand:
                self._read_value(place["inputs"][at], operand)
        for key, attribute in node.attributes.items():
            if isinstance(attribute, Subgraph):
                self._check_subgraph(place["attributes"][key], attribute)
        for at, name in enumerate(node.outputs):
            if name:
                self._give(place["outputs"][at], name)

    def _check_subgraph(self, place: Place, subgraph: Subgraph) -> None:
        """Walked where the node stands: it sees what is visible there; what it makes stays inside."""
        graph = place["graph"]
        self._check_use(graph, subgraph.graph)
        before = dict(self._visible)
        self._depth += 1
        if self._depth > DEEPEST_GRAPH:
            graph.fail(f"graphs within graphs more than {DEEPEST_GRAPH} deep")
        for at, name in enumerate(subgraph.inputs):
            self._give(place["inputs"][at], name)
        self.walk(subgraph.graph)
        for at, name in enumerate(subgraph.outputs):
            self._read_value(place["outputs"][at], name)
        self._depth -= 1
        self._visible = before

    def _check_use(self, place: Place, graph: str) -> None:
        if graph not in self._model.graphs:
            names = sorted(self._model.graphs, key=str.encode)
            place.fail(f"no graph '{graph}' {suggestion(graph, names)}")
        if graph in self._used_graphs:
            place.fail(f"the graph '{graph}' belongs to another node")
        self._used_graphs.add(graph)

    def check_outputs(self, graph: str) -> None:
        """An output is what a node of the graph makes: no input's or weight's memory goes out as one."""
        made = [name for node in self._model.graphs[graph].nodes for name in node.outputs if name]
        for place, output in zip(self._file["outputs"], self._model.output_list, strict=True):
            if output.name in made:
                continue
            if output.name in self._visible:
                place.fail(f"'{output.name}' is an input or a weight; put an Identity node between")
            where = self._graphs[graph].path
            place.fail(f"no node of {where} gives '{output.name}' {suggestion(output.name, made)}")

    def check_all_used(self, weights: list[str]) -> None:
        for name in weights:
            if name not in self._read:
                self._file.fail(f"no node reads the weight '{name}'; remove it")
        for name, place in self._graphs.members():
            if name not in self._used_graphs:
                place.fail("no node uses this graph; remove it")
