"""lwtnn's JSON: a graph for LightweightGraph, or a list of layers for LightweightNeuralNetwork and correctionlib.

What lwtnn can say: dense layers, normalization, maxout, highway, LSTM, GRU, simple recurrent layers, convolutions
along steps, layers on each step, sums over steps, sums and joins of vectors, and its activations. Variables are
prepared by an offset and a scale in float64. The numbers are those of the model to its own rounding, as lwtnn computes
in double precision. Names of inputs, variables, outputs and labels go along; all other papers stand under
``lading.papers``, a key that lwtnn passes over.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UnsupportedError, ValueRefused, suggestion
from ..sources.carried_papers import carried
from ..whole_file import whole_file

if TYPE_CHECKING:
    from ..endpoints import Output
    from ..model import Model
    from .lwtnn_file.growth import Growth, Item

FORMS = ("sequential", "graph")


def write(model: Model, path: Path, form: str | None = None) -> None:
    """Writes ``model`` as JSON, all of it or nothing.

    ``form``: "graph", or "sequential", a list of layers, which has no names for its input and output. None: the latter
    if the model is one and nothing is lost, its input and output being called "inputs" and "outputs".

    Raises UnsupportedError, with the first node that lwtnn has nothing for.
    """
    data = to_bytes(model, str(path), form)
    with whole_file(path) as beside:
        beside.write_bytes(data)


def to_bytes(model: Model, where: str = "model.json", form: str | None = None) -> bytes:
    """The bytes of the file: the same model gives the same bytes."""
    if form is not None and form not in FORMS:
        raise ValueRefused(f"{where}: form is {' or '.join(FORMS)}, not '{form}'")
    graph = _graph(model, where)
    named = list(model.inputs) == ["inputs"] and list(model.outputs) == ["outputs"]
    content = _sequential(graph) if form == "sequential" or (form is None and named) else None
    if content is None and form == "sequential":
        raise UnsupportedError(f"{where}: the model is no list of layers from one input to one output, as the "
                               "sequential form is; write it with form='graph'")  # fmt: skip
    return _text((graph if content is None else content) | carried(model)).encode()


def _graph(model: Model, where: str) -> dict[str, Any]:
    from .lwtnn_file.growth import Growth
    from .lwtnn_file.inputs import inputs_of

    given, growth = inputs_of(model, where), Growth()
    items = _input_items(model, growth, given)
    _grow(model, items, growth, where)
    outputs: dict[str, Any] = {}
    for output in model.output_list:
        content, alone = _output(output, items[output.name], where), output.name.removesuffix("_sequence")
        if content != outputs.get(alone):  # else all steps of what is there already, which lwtnn calls by one name
            outputs[output.name] = content
    nodes, layers = growth.written(outputs.values())
    return {**given, "nodes": nodes, "layers": layers, "outputs": outputs}


def _input_items(model: Model, growth: Growth, given: dict[str, list[dict[str, Any]]]) -> dict[str, Item]:
    from .lwtnn_file.growth import ONE, STEPS, VALUES

    items, counts = {}, Counter[str]()
    for each in model.input_list:
        kind = "input" if model.sequence_axis(each.axes) is None else "input_sequence"
        variables = given[f"{kind}s"][counts[kind]]["variables"]
        axes = [STEPS if use == model.sequence_axis(each.axes) else
                VALUES if use == "variable" or (isinstance(use, int) and use == len(variables) > 1) else ONE
                for use in each.axes]  # fmt: skip
        if VALUES not in axes and isinstance(each.axes[-1], int):
            axes[-1] = VALUES
        items[each.name] = growth.add(kind, [counts[kind]], tuple(axes), len(variables), size=len(variables))
        counts[kind] += 1
    return items


def _grow(model: Model, items: dict[str, Item], growth: Growth, where: str) -> None:
    from .lwtnn_file.operators import OPERATORS, Reading
    from .lwtnn_file.sequences import convolution, recurrent

    operators = OPERATORS | {"LSTM": recurrent, "GRU": recurrent, "RNN": recurrent, "Conv": convolution}
    nodes = model.graphs["main"].nodes
    readers = Counter(name for node in nodes for name in node.reads())
    readers.update(output.name for output in model.output_list)
    for node in nodes:
        if node.operator not in operators:
            raise UnsupportedError(f"{where}: node '{node.name}' is a {node.operator}, which lwtnn does not have "
                                   f"{suggestion(node.operator, operators)}")  # fmt: skip
        try:
            made = operators[node.operator](Reading(node, items, model.weights, growth))
        except UnsupportedError as error:
            raise UnsupportedError(f"{where}: {error}") from None
        for name, item in zip(node.outputs, made, strict=False):
            items[name] = replace(item, shared=item.shared or readers[name] > 1)


def _output(output: Output, item: Item, where: str) -> dict[str, Any]:
    """The content of an output of a graph."""
    if output.when_empty:
        raise UnsupportedError(f"{where}: output '{output.name}' says what entries without "
                               f"'{next(iter(output.when_empty))}' give, which lwtnn does not have")  # fmt: skip
    width = item.width if item.kept is None else item.kept
    labels = [label.name for label in output.label_list] or [f"out_{at}" for at in range(width)]
    return {"labels": labels, "node_index": item.node}


def _sequential(graph: dict[str, Any]) -> dict[str, Any] | None:
    """The same as a list of layers, if it is one."""
    nodes, (output, *others) = graph["nodes"], graph["outputs"].values()
    chain = all(node["type"] == "feed_forward" and node["sources"] == [at] for at, node in enumerate(nodes[1:]))
    if graph["input_sequences"] or not chain or others or output["node_index"] != len(nodes) - 1 or len(nodes) < 2:
        return None
    variables = graph["inputs"][0]["variables"]
    names = [each["name"] for each in variables]
    layers = [graph["layers"][node["layer_index"]] for node in nodes[1:]]
    if len(output["labels"]) != _width(layers, len(names)):
        return None
    defaults = {each["name"]: each["default"] for each in variables if "default" in each}
    inputs = [{key: each[key] for key in ("name", "offset", "scale")} for each in variables]
    return {"inputs": inputs, "layers": layers, "outputs": output["labels"], "defaults": defaults}


def _width(layers: list[dict[str, Any]], width: int) -> int:
    for layer in layers:
        if layer["architecture"] == "maxout":
            width = len(layer["sublayers"][0]["weights"]) // width
        elif layer["architecture"] == "dense" and layer["weights"]:
            width = len(layer["weights"]) // width
    return width


def _text(content: dict[str, Any]) -> str:
    """JSON with one layer, node or variable a line."""
    lines = []
    for key, value in content.items():
        items = [json.dumps(each) for each in value] if isinstance(value, list) else None
        lines.append(f"{json.dumps(key)}: " + (json.dumps(value) if not items else "[\n" + ",\n".join(items) + "\n]"))
    return "{\n" + ",\n".join(lines) + "\n}\n"
