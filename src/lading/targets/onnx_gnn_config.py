"""ATLAS's ``gnn_config``: a model as athena's FlavorTagInference reads it, version V1.

There every input is ``<x>_features``, ``[1, variables]`` or ``[n, variables]`` for a sequence whose name says selection
and order; every output is one tensor: rank 0 for a number per jet, rank 1 for one per element, named
``<model>_<what>``. The framework computes (x + offset) * scale in double precision and puts ``default`` in for NaN.
What else a model says is written into the graph where that changes no bit (lengths, ``when_empty``), or refused.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from ..describe import apply
from ..describe.finding import source_names
from ..endpoints import Axis, Input, Output, Variable
from ..errors import UnknownName, UnsupportedError, suggestion
from ..graph import Node, Subgraph
from ..sources.naming import endpoints, rename_values

if TYPE_CHECKING:
    from ..model import Model

KEY = "gnn_config"

_WORD = re.compile(r"[A-Za-z0-9]+$")


def for_atlas(model: Model, wanted: bool | str | list[str], where: str) -> tuple[Model, dict[str, str]]:
    """The model in ATLAS's form, and the metadata that go with it. ``wanted``: True, or the names of outputs to write.

    Raises UnsupportedError for what that form cannot say, UnknownName for an output that is not there.
    """
    outputs = _wanted(model, wanted, where)
    if any(axis in each.axes for each in endpoints(model) for axis in [model.entry_axis]):
        raise UnsupportedError(f"{where}: ATLAS's framework evaluates one jet at a time, but the tensors of this model "
                               f"have the entry axis '{model.entry_axis}'; export the network from its own "
                               "framework for one jet, with example tensors [1, variables] and [tracks, variables] and "
                               "no batch among the dynamic axes, as salt does, and convert that file")
    groups = [_group(model, given, where) for given in model.input_list]
    pairs = list(zip(model.input_list, groups, strict=True))
    name = re.sub(r"[^A-Za-z0-9]", "", model.name) or "model"
    made = apply(model, {"inputs": [{"of": given.name, "name": group["tensor"]} for given, group in pairs]}, where)
    made.names, made.samples = model.names, None
    split = [each for output in outputs for each in _split(made, output, name, where)]
    made.output_list = split
    _cut_sequences(made)
    _drop_unused(made)
    said: dict[str, Any] = {"inputs": [], "input_sequences": []}
    for given, group in pairs:
        kind = "inputs" if model.sequence_axis(given.axes) is None else "input_sequences"
        said[kind].append({"name": group["name"], "variables": group["variables"]})
    config = said | {"layers": [], "nodes": [], "onnx_model_version": "v1", "model_name": name,
                     "output_names": [each.name for each in split]}  # fmt: skip
    return made, {KEY: json.dumps(config)}


def _wanted(model: Model, wanted: bool | str | list[str], where: str) -> list[Output]:
    names = [wanted] if isinstance(wanted, str) else list(model.outputs) if wanted is True else list(wanted or ())
    for name in names:
        if name not in model.outputs:
            raise UnknownName(f"{where}: no output '{name}' {suggestion(str(name), model.outputs)}")
    return [model.outputs[name] for name in names]


# -------------------------------------------------------------------------------------------------- inputs


def _group(model: Model, given: Input, where: str) -> dict[str, Any]:
    """Name, tensor and variables of an input in the configuration."""
    what = f"{where}: input '{given.name}'"
    axis = model.axes.get(str(model.sequence_axis(given.axes)))
    if given.mask is not None or not given.variable_list or given.axes[1:] != ["variable"] or given.type != "float32":
        raise UnsupportedError(f"{what} should be a float32 tensor [1, variable] or [sequence, variable] with named "
                               f"variables for gnn_config; it is {given.type} [{', '.join(map(str, given.axes))}]")
    source = str(source_names(model, "inputs").get(given.name, given.name))
    base = source.removesuffix("_features") if source.endswith("_features") else given.name.removesuffix("s")
    name = f"{base}_var" if axis is None else _sequence_name(base, axis, what)
    variables = [_variable(each, f"{what}: variable '{each.name}'") for each in given.variable_list]
    return {"name": name, "tensor": f"{base}_features", "variables": variables}


def _sequence_name(base: str, axis: Axis, what: str) -> str:
    """``tracks_r22default_sd0sort``: there the name of a sequence is what selects and sorts it."""
    for key, said in (("selection", axis.selection), ("order", axis.order)):
        if not _WORD.match(said):
            raise UnsupportedError(f"{what}: its axis '{axis.name}' should say its {key} in ATLAS's one word (such as "
                                   f"\"r22default\", \"sd0sort\"), for gnn_config names it so; it says '{said}'")
    if axis.min > 0:
        raise UnsupportedError(f"{what}: its axis '{axis.name}' is padded up to {axis.min}, which there cannot be said")
    return f"{base}s_{axis.selection}_{axis.order}"


def _variable(variable: Variable, what: str) -> dict[str, Any]:
    offset, scale = _offset_and_scale(variable, what)
    said: dict[str, Any] = {"name": variable.name, "offset": offset, "scale": scale}
    if variable.missing is not None:
        if variable.missing.when != ["nan"]:
            raise UnsupportedError(f"{what}: gnn_config replaces NaN alone, here {variable.missing.when} are missing")
        said["default"] = float(variable.missing.value)
    return said


def _offset_and_scale(variable: Variable, what: str) -> tuple[float, float]:
    """The numbers of (x + offset) * scale that give the same bits as the steps."""
    steps: list[tuple[str, Any]] = [
        next(iter(each.items())) if isinstance(each, dict) else (each, None) for each in variable.prepare]
    if variable.categories is not None or variable.source is not None:
        raise UnsupportedError(f"{what}: gnn_config has neither categories nor variables taken from others")
    if steps and variable.raw != "float64":
        raise UnsupportedError(f"{what} is prepared in {variable.raw or 'float32'}, there in float64: other bits")
    offset, scale, left = 0.0, 1.0, list(steps)
    if left and left[0][0] in ("add", "subtract"):
        verb, value = left.pop(0)
        offset = float(value) if verb == "add" else -float(value)
    if left and (left[0][0] == "multiply" or (left[0][0] == "divide" and abs(math.frexp(left[0][1])[0]) == 0.5)):
        verb, value = left.pop(0)
        scale = float(value) if verb == "multiply" else 1 / float(value)
    if left:
        verb, value = left[0]
        step = verb if value is None else f"{verb} {value}"
        more = "; to divide is not to multiply by the inverse, to the bit" if verb == "divide" else ""
        raise UnsupportedError(f"{what}: gnn_config can say (x + offset) * scale, but not its step '{step}'{more}")
    return offset, scale


def _cut_sequences(model: Model) -> None:
    """Puts the greatest length of a sequence into the graph: the first or last elements of its tensors."""
    for given in model.input_list:
        axis = model.axes.get(str(given.axes[0]))
        if axis is None or axis.max is None:
            continue
        first, last = (0, axis.max) if axis.keep == "first" else (-axis.max, np.iinfo(np.int64).max)
        cut = _free(model, f"{given.name}.cut")
        rename_values(model.graphs.values(), {given.name: cut})
        ends = [np.array([first], np.int64), np.array([last], np.int64), np.array([0], np.int64)]
        model.graphs["main"].nodes.insert(0, Node(cut, "Slice", [given.name, *ends], [cut]))


# ------------------------------------------------------------------------------------------------- outputs


def _split(model: Model, output: Output, name: str, where: str) -> list[Output]:
    """The tensors that stand for an output: one for each label."""
    sequence = model.sequence_axis(output.axes)
    what = f"{where}: output '{output.name}'"
    rest = [axis for axis in output.axes if axis not in (1, "label", sequence)]
    if rest or (sequence is not None and output.label_list) or output.type not in ("float32", "int8") or (
        sequence is None and output.type != "float32"
    ):
        raise UnsupportedError(f"{what} is {output.type} [{', '.join(map(str, output.axes))}]; gnn_config has numbers "
                               "per jet (float32), and float32 or int8 per element; name the outputs to write: "
                               "gnn_config=[...]")
    if sequence is not None and model.axes[sequence].max is not None:
        raise UnsupportedError(f"{what} has one number for each of at most {model.axes[sequence].max} elements, but "
                               "there all elements must have one; name the outputs to write: gnn_config=[...]")
    names = _names(model, output, name)
    return [_one(model, output, i, each, sequence) for i, each in enumerate(names)]


def _names(model: Model, output: Output, name: str) -> list[str]:
    """Names in the file: those of the source where they have ATLAS's form, else MODEL_LABEL."""
    before = source_names(model, "outputs").get(output.name, output.name)
    before = [before] if isinstance(before, str) else list(before)
    count = max(1, len(output.label_list))
    if len(before) == count and all(re.match(r"[A-Za-z0-9]+_\w+$", each) for each in before):
        return before
    return [f"{name}_{label.name}" for label in output.label_list] or [f"{name}_{output.name}"]


def _one(model: Model, output: Output, at: int, name: str, sequence: str | None) -> Output:
    """Adds the nodes that make one tensor of an output, of rank 0, or 1 along a sequence."""
    nodes, value = model.graphs["main"].nodes, output.name
    if name == value:
        value = _renamed_away(model, value)
    if output.label_list:
        picked = _free(model, f"{name}.number")
        nodes.append(Node(picked, "Gather", [value, np.int64(at)], [picked], {"axis": output.axes.index("label")}))
        value = picked
    shape = np.array([-1] if sequence is not None else [], np.int64)
    ending = output.when_empty
    result = name if not ending else _free(model, f"{name}.any")
    nodes.append(Node(_free(model, f"{name}.shape"), "Reshape", [value, shape], [result], {}))
    for i, (axis, numbers) in enumerate(reversed(ending.items())):
        after = name if i == len(ending) - 1 else _free(model, f"{name}.{i}")
        result = _where_empty(model, axis, np.float32(numbers[at]), result, after)
    return Output(name, [sequence] if sequence is not None else [], output.type, description=output.description)


def _where_empty(model: Model, axis: str, number: Any, value: str, result: str) -> str:
    """``number`` where a sequence is empty, else ``value``."""
    given = next(each.name for each in model.input_list if axis in each.axes)
    nodes = model.graphs["main"].nodes
    count, empty = _free(model, f"{result}.count"), _free(model, f"{result}.empty")
    nodes.append(Node(count, "Size", [given], [count]))
    nodes.append(Node(empty, "Equal", [count, np.int64(0)], [empty]))
    nodes.append(Node(_free(model, f"{result}.given"), "Where", [empty, number, value], [result]))
    return result


def _renamed_away(model: Model, name: str) -> str:
    """Gives the value ``name`` another name, so that an output can have it; gives that."""
    other = _free(model, f"{name}.value")
    rename_values(model.graphs.values(), {name: other})
    return other


def _free(model: Model, name: str) -> str:
    """``name``, or one like it that nothing in the model has."""
    nodes = [node for graph in model.graphs.values() for node in graph.nodes]
    taken = {node.name for node in nodes} | {each for node in nodes for each in node.outputs} | set(model.weights)
    taken |= {each.name for each in endpoints(model)}
    while name in taken:
        name += "~"
    return name


def _drop_unused(model: Model) -> None:
    """Leaves out nodes and weights that no output needs."""
    needed = {output.name for output in model.output_list}
    kept = []
    for node in reversed(model.graphs["main"].nodes):
        if needed & set(node.outputs):
            needed |= set(_reads(model, node))
            kept.append(node)
    model.graphs["main"].nodes = kept[::-1]
    model.weights = {name: array for name, array in model.weights.items() if name in needed}


def _reads(model: Model, node: Node) -> list[str]:
    """All names that a node reads, in the graphs that it holds too."""
    names = list(node.reads())
    for value in node.attributes.values():
        if isinstance(value, Subgraph):
            names += [*value.outputs, *(n for inner in model.graphs[value.graph].nodes for n in _reads(model, inner))]
    return names
