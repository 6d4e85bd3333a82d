"""From the objects of a file to a Network: the sequential format, the recurrent one, and graphs."""

from __future__ import annotations

from typing import Any

from ...errors import FormatError, UnsupportedError, suggestion
from .layer_reading import layer_of
from .layers import Layer
from .network import Given, Network, Node, Result, inputs_of
from .parsing import listed, member, number, objects, texts, whole

__all__ = ["network_of"]

#: Layers that ``LightweightRNN`` runs first, wherever they stand.
RECURRENT = ("lstm", "gru", "simplernn", "embedding")

SOURCES = {"input": 1, "input_sequence": 1, "feed_forward": 1, "sequence": 1, "time_distributed": 1, "sum": 1,
           "concatenate": None, "add": None}  # fmt: skip
WITH_LAYER = ("feed_forward", "sequence", "time_distributed")


def network_of(content: dict[str, Any], where: str) -> Network:
    """The network in the objects of a file. Raises FormatError or UnsupportedError."""
    return _Graph(content, where).network if "nodes" in content else _sequential(content, where)


# ------------------------------------------------------------------------------------------- sequential


def _sequential(content: dict[str, Any], where: str) -> Network:
    slots = inputs_of(content, "inputs", where)
    if "defaults" in content:  # then those of the variables do not count
        defaults = _defaults(content["defaults"], where)
        for slot in slots:
            slot.default = defaults.get(slot.name)
    layers = objects(content, "layers", where)
    recurrent = [each for each in layers if each[0].get("architecture") in RECURRENT]
    given = [Given("inputs", slots)]
    network = Network("recurrent", [], given, {}, []) if recurrent else Network("sequential", given, [], {}, [])
    network.miscellaneous = _miscellaneous(content)
    network.settle(0, Node("input_sequence" if recurrent else "input", [0]), where)
    # All recurrent layers come first, on the sequence; the last step goes through the others.
    for layer, place in recurrent + [each for each in layers if each not in recurrent]:
        _refuse_convolution(layer, place)
        at, width = len(network.nodes), network.nodes[len(network.nodes) - 1].width
        kind = "sequence" if at <= len(recurrent) else "feed_forward"
        network.settle(at, Node(kind, [at - 1], layer_of(layer, width, place)), place)
    network.outputs = [Result("outputs", texts(content, "outputs", where), len(network.nodes) - 1)]
    labels, width = len(network.outputs[0].labels), network.nodes[len(network.nodes) - 1].width
    if labels != width:
        raise FormatError(f"{where}: outputs has {labels} labels, the last layer gives {width} values")
    return network


def _refuse_convolution(layer: dict[str, Any], where: str) -> None:
    if layer.get("architecture") == "conv1d":
        raise UnsupportedError(f"{where}: conv1d in a list of layers, which lwtnn does not run; it belongs into a "
                               "graph (sequential2graph.py of lwtnn makes one)")  # fmt: skip


def _defaults(content: Any, where: str) -> dict[str, float]:
    if content == "":
        return {}
    if not isinstance(content, dict):
        raise FormatError(f"{where}: defaults: should be an object, a number by the name of each variable")
    return {name: number(each, f"{where}: defaults: {name}") for name, each in content.items()}


def _miscellaneous(content: dict[str, Any]) -> dict[str, str]:
    said = content.get("miscellaneous")
    return {name: str(each) for name, each in said.items()} if isinstance(said, dict) else {}


# ------------------------------------------------------------------------------------------------ graph


class _Graph:
    """A graph, whose nodes stand in any order: those that outputs need are settled from the inputs on."""

    def __init__(self, content: dict[str, Any], where: str):
        self._where = where
        self._nodes = objects(content, "nodes", where)
        self._layers = objects(content, "layers", where)
        self._read: dict[tuple[int, int], Layer] = {}
        self.network = Network("graph", self._given(content, "inputs"), self._given(content, "input_sequences"), {}, [])
        outputs = member(content, "outputs", where)
        if not isinstance(outputs, dict) or not outputs:
            raise FormatError(f"{where}: outputs should be an object that names at least one output")
        for name, each in outputs.items():
            self.network.outputs.append(self._result(name, each, f"{where}: outputs: '{name}'"))

    def _given(self, content: dict[str, Any], key: str) -> list[Given]:
        found = [Given(str(member(each, "name", place)), inputs_of(each, "variables", place))
                 for each, place in objects(content, key, self._where)]  # fmt: skip
        names = [each.name for each in found]
        for name in names:
            if names.count(name) > 1:
                raise FormatError(f"{self._where}: {key}: two are named '{name}'; each needs a name of its own")
        return found

    def _result(self, name: str, content: Any, where: str) -> Result:
        labels = texts(content, "labels", where)
        at = whole(member(content, "node_index", where), f"{where}: node_index")
        node = self._settled(at, where)
        if len(labels) > node.width:
            raise FormatError(f"{where}: {len(labels)} labels for the {node.width} values of node {at}, beyond which "
                              "lwtnn reads what is no output")  # fmt: skip
        return Result(name, labels, at)

    def _settled(self, wanted: int, asker: str) -> Node:
        """Node ``wanted``, after all that it needs; without recursion, as chains may be long."""
        waiting, begun = [(wanted, asker)], set[int]()
        while waiting:
            at, who = waiting[-1]
            if at in self.network.nodes:
                waiting.pop()
                continue
            if at >= len(self._nodes):
                raise FormatError(f"{who}: node {at} does not exist; there are {len(self._nodes)}, from 0")
            content, place = self._nodes[at]
            kind, sources = self._kind_and_sources(content, place)
            needed = [] if kind.startswith("input") else [each for each in sources if each not in self.network.nodes]
            if needed:
                if at in begun:
                    raise FormatError(f"{place}: a cycle: node {at} needs node {needed[0]}, which needs node {at}")
                begun.add(at)
                waiting += [(each, place) for each in needed]
                continue
            self.network.settle(at, self._node(content, kind, sources, place), place)
            waiting.pop()
        return self.network.nodes[wanted]

    def _kind_and_sources(self, content: dict[str, Any], where: str) -> tuple[str, list[int]]:
        kind = str(member(content, "type", where))
        if kind not in SOURCES:
            raise UnsupportedError(f"{where}: type '{kind}' is not one of lwtnn {suggestion(kind, SOURCES)}")
        sources = [whole(each, f"{where}: sources") for each in listed(member(content, "sources", where), where)]
        if not sources or (SOURCES[kind] and len(sources) != SOURCES[kind]):
            raise FormatError(f"{where}: has {len(sources)} sources; a {kind} node has {SOURCES[kind] or 'at least 1'}")
        if kind.startswith("input"):
            known = self.network.sequences if kind == "input_sequence" else self.network.vectors
            if sources[0] >= len(known):
                raise FormatError(f"{where}: takes number {sources[0]} of {len(known)} {kind}s (from 0)")
        return kind, sources

    def _node(self, content: dict[str, Any], kind: str, sources: list[int], where: str) -> Node:
        if kind not in WITH_LAYER:
            node = Node(kind, sources)
            self._check_size(content, node, where)
            return node
        index = whole(member(content, "layer_index", where), f"{where}: layer_index")
        if index >= len(self._layers):
            raise FormatError(f"{where}: layer {index} does not exist; there are {len(self._layers)}, from 0")
        key = index, self.network.nodes[sources[0]].width
        if key not in self._read:
            layer, place = self._layers[index]
            self._read[key] = layer_of(layer, key[1], place)
        return Node(kind, sources, self._read[key])

    def _check_size(self, content: dict[str, Any], node: Node, where: str) -> None:
        """``size`` of inputs: lwtnn looks at it when it runs."""
        if node.kind == "input" and "size" in content:
            size, own = whole(content["size"], f"{where}: size"), len(self.network.vectors[node.sources[0]].slots)
            if size != own:
                raise FormatError(f"{where}: size is {size}, its input has {own} variables")
