"""From a Network to a Model.

Without sequences the tensors are ["entry", "variable"]. With them the graph is of one entry, as lwtnn's is: vectors
[1, "variable"], sequences [steps, "variable"]. Raw values are float64 and prepared in float64, as lwtnn does, then
rounded once to the type of the model.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import numpy as np

from ...endpoints import Axis, Input, Label, Missing, Output, Variable, valid_name
from ...errors import UnsupportedError
from ...graph import Graph
from ...model import Model
from ...trees.modelling import unique_names
from ..wiring import Wiring
from .layer_nodes import LayerNodes
from .layers import Embedding
from .network import Given, Network, Node, Result, Slot

__all__ = ["model_of_network"]

ENTRY = "entry"


def model_of_network(network: Network, type_: str, origin: dict[str, Any], where: str) -> Model:
    """The model of a network, computed in ``type_``: "float32" or "float64"."""
    return _Modelling(network, type_, where).model(origin)


class _Modelling:
    def __init__(self, network: Network, type_: str, where: str):
        self._network, self._type, self._where = network, type_, where
        self._made = Model(name=valid_name(PurePath(where).name.split(".")[0]), origin=where, names={"from source": {}})
        self._made.graphs = {"main": Graph()}
        self._made.axes[ENTRY] = Axis(ENTRY, "entry")
        self._values: dict[int, str] = {}  # by node: a vector, or all steps of a sequence
        self._lasts: dict[int, str] = {}  # by node: the last step
        self._remarks: list[str] = []

    def model(self, origin: dict[str, Any]) -> Model:
        names = self._add_inputs()
        outputs = self._output_names(list(names))
        wiring = Wiring(self._made, self._made.graphs["main"].nodes, outputs.values())
        self._layers = LayerNodes(wiring, self._type, self._where)
        for number in self._network.order:
            self._add_node(number, list(names))
        for (form, at), name in outputs.items():
            self._add_output(wiring, self._network.outputs[at], form, name)
        said = {name: f"{form}/{self._network.outputs[at].name}" for (form, at), name in outputs.items()}
        self._made.record = {"origin": origin | {"kind": self._network.kind, "inputs": names, "outputs": said}}
        self._describe_training()
        return self._made

    # --------------------------------------------------------------------------------------------- inputs

    def _add_inputs(self) -> dict[str, str]:
        """The inputs of the model, and what each is called in the file."""
        given = [("inputs", each) for each in self._network.vectors]
        given += [("input_sequences", each) for each in self._network.sequences]
        vectors = [each.name for each in self._network.vectors]
        wishes = [f"{each.name}_sequence" if kind == "input_sequences" and each.name in vectors else each.name
                  for kind, each in given]  # fmt: skip
        names = unique_names([valid_name(wish) for wish in wishes])
        for at, (name, (kind, each)) in enumerate(zip(names, given, strict=True)):
            axes: list[str | int] = [1 if self._network.sequences else ENTRY]
            if kind == "input_sequences":
                axes = [self._add_sequence(name)]
            variables = self._variables(name, each, at - len(vectors) if kind == "input_sequences" else None)
            self._made.input_list.append(Input(name, [*axes, "variable"], self._type, variables))
        return {name: f"{kind}/{each.name}" for name, (kind, each) in zip(names, given, strict=True)}

    def _add_sequence(self, name: str) -> str:
        alone = len(self._network.sequences) == 1
        axis = "sequence" if alone else name if name.endswith("_sequence") else f"{name}_sequence"
        order = self._network.miscellaneous.get("sort_order", "")
        self._made.axes[axis] = Axis(axis, "sequence", of=ENTRY, order=order)
        return axis

    def _variables(self, name: str, given: Given, sequence: int | None) -> list[Variable]:
        sizes = self._category_counts(sequence)
        names = unique_names([valid_name(slot.name) for slot in given.slots])
        first: dict[str, str] = {}
        variables = []
        for at, (own, slot) in enumerate(zip(names, given.slots, strict=True)):
            variable = Variable(own, raw="float64")
            if slot.default is not None:
                variable.missing = Missing(["nan", "inf"], slot.default)
            if at in sizes:
                variable.categories = self._categories(name, slot, sizes[at])
            else:
                variable.prepare = _steps(slot)
            if slot.name in first:  # a variable that stands there twice is fed once
                variable.source, variable.raw = f"{name}.{first[slot.name]}", None
            first.setdefault(slot.name, own)
            variables.append(variable)
        return variables

    def _category_counts(self, sequence: int | None) -> dict[int, int]:
        """How many categories there are of the variables that embeddings of this sequence read, by their place."""
        sizes: dict[int, int] = {}
        for number in self._network.order:
            node = self._network.nodes[number]
            if node.sequence != sequence or not isinstance(node.layer, Embedding):
                continue
            columns = list(self._network.nodes[node.sources[0]].columns)
            for piece in node.layer.pieces:
                column, size = columns[piece.index], piece.weights.shape[1]
                assert column is not None
                sizes[column] = min(size, sizes.get(column, size))
                columns[piece.index : piece.index + 1] = [None] * len(piece.weights)
        return sizes

    def _categories(self, name: str, slot: Slot, size: int) -> list[int]:
        """The raw values that are the categories 0, 1, 2 … behind offset and scale."""
        wanted = np.arange(size, dtype=np.float64)
        with np.errstate(all="ignore"):
            raw = np.rint(wanted / slot.scale - slot.offset)
            if not np.all(np.isfinite(raw)) or np.any(np.abs(raw) > 1 << 53):
                raw = np.full(size, np.nan)
        if not np.array_equal((raw + slot.offset) * slot.scale, wanted):
            raise UnsupportedError(f"{self._where}: variable '{slot.name}' of '{name}' is a category, but its offset "
                                   "and scale bring no whole numbers to 0, 1, 2 …")  # fmt: skip
        return [int(each) for each in raw]

    # ---------------------------------------------------------------------------------------------- nodes

    def _add_node(self, number: int, inputs: list[str]) -> None:
        node, layers, wiring = self._network.nodes[number], self._layers, self._layers.wiring
        if node.kind.startswith("input"):
            skipped = len(self._network.vectors) if node.kind == "input_sequence" else 0
            self._values[number] = inputs[skipped + node.sources[0]]
        elif node.kind == "sequence":
            assert node.layer is not None
            self._values[number], self._lasts[number] = layers.sequence(node.layer, self._values[node.sources[0]])
        elif node.kind == "time_distributed":
            assert node.layer is not None
            self._values[number] = layers.feed_forward(node.layer, self._values[node.sources[0]])
        elif node.kind == "sum":
            steps = self._values[node.sources[0]]
            self._values[number] = wiring.add("ReduceSum", steps, np.array([0]), keepdims=1)
        else:
            self._values[number] = self._of_vectors(node, [self._vector(each) for each in node.sources])

    def _vector(self, number: int) -> str:
        return self._lasts.get(number, self._values[number])

    def _of_vectors(self, node: Node, sources: list[str]) -> str:
        if node.layer is not None:
            return self._layers.feed_forward(node.layer, sources[0])
        if len(sources) == 1:
            return sources[0]
        if node.kind == "concatenate":
            return self._layers.wiring.add("Concat", *sources, axis=1)
        return self._layers.wiring.add("Add" if len(sources) == 2 else "Sum", *sources)

    # -------------------------------------------------------------------------------------------- outputs

    def _output_names(self, taken: list[str]) -> dict[tuple[str, int], str]:
        """By form ("compute", "scan") and number. Of two forms of one output, that of all steps is NAME_sequence."""
        wishes: dict[tuple[str, int], str] = {}
        for at, output in enumerate(self._network.outputs):
            node = self._network.nodes[output.node]
            if node.is_vector:
                wishes["compute", at] = output.name
            if node.is_sequence:
                wishes["scan", at] = f"{output.name}_sequence" if node.is_vector else output.name
        names = [valid_name(wish) for wish in wishes.values()]
        names = [f"{name}_output" if name in taken else name for name in names]
        return dict(zip(wishes, unique_names([*taken, *names])[len(taken) :], strict=True))

    def _add_output(self, wiring: Wiring, output: Result, form: str, name: str) -> None:
        node = self._network.nodes[output.node]
        value = self._values[output.node] if form == "scan" else self._vector(output.node)
        labels = [Label(each) for each in unique_names([valid_name(each) for each in output.labels])]
        if 0 < len(labels) < node.width:
            value = wiring.add("Slice", value, np.array([0]), np.array([len(labels)]), np.array([1]))
        if form == "scan" and node.lost:  # a sequence has one result for each step
            pads = np.array([0, 0, node.lost, 0])
            value = wiring.add("Pad", value, pads, np.asarray(np.nan, self._type))
        wiring.add("Identity", value, gives=name)
        axes = [self._made.input_list[len(self._network.vectors) + node.sequence].axes[0] if form == "scan"
                and node.sequence is not None else 1 if self._network.sequences else ENTRY]  # fmt: skip
        made = Output(name, [*axes, "label" if labels else node.width], self._type, labels)
        if self._network.kind == "graph":
            made.description = f"node {output.node}{_said_of(node, form)}"
        self._made.output_list.append(made)

    def _describe_training(self) -> None:
        if self._network.miscellaneous:
            self._made.record["training"] = {"miscellaneous": self._network.miscellaneous}


def _said_of(node: Node, form: str) -> str:
    if form == "compute":
        return ", its last step" if node.is_sequence else ""
    return ", every step" + (f"; the last {node.lost} are NaN" if node.lost else "")


def _steps(slot: Slot) -> list[Any]:
    """``(x + offset) * scale``; what changes nothing is left out."""
    if slot.offset == 0 and slot.scale == 1:
        return []
    if slot.offset == 0:
        return [{"multiply": slot.scale}]
    return [{"add": slot.offset}] + ([{"multiply": slot.scale}] if slot.scale != 1 else [])
