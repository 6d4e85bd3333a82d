"""From a Model to the values of its model.json, keys in the format's order, defaults left out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..endpoints import Axis, ByFold, Input, Label, Missing, Output, Variable, of_fold
from ..errors import FormatError
from ..folds import Folds
from ..graph import LADING_OPERATORS, OPSET, Attribute, Node, Subgraph, type_name
from .decode import FORMAT
from .values import LONGEST_CONSTANT

if TYPE_CHECKING:
    from ..model import Model


def encode_model(
    model: Model, weights: dict[str, Any] | None, samples: dict[str, Any] | None
) -> dict[str, Any]:
    """All of model.json; ``weights`` and ``samples`` are the records of the two files of numbers."""
    return {
        "lading": FORMAT,
        "requires": list(model.requires),
        "name": model.name,
        "version": model.version,
        **_given(description=model.description),
        **_given(axes={name: _axis(axis) for name, axis in model.axes.items()}),
        "inputs": [_input(given) for given in model.input_list],
        "outputs": [_output(output) for output in model.output_list],
        "operators": {"ai.onnx": OPSET, "lading": LADING_OPERATORS},
        **_given(folds=None if model.folds is None else _folds(model.folds)),
        "graphs": {name: [_node(node) for node in graph.nodes] for name, graph in _main_first(model)},
        **_given(weights=weights, samples=samples),
        **_given(names=plain(model.names), record=plain(model.record)),
        **plain(model.extra),
    }


def _given(**members: Any) -> dict[str, Any]:
    """The members that say something: neither None nor empty."""
    return {key: value for key, value in members.items() if value is not None and value not in ("", [], {})}


def _main_first(model: Model) -> list[tuple[str, Any]]:
    main = model.main_graphs
    return sorted(model.graphs.items(), key=lambda item: main.index(item[0]) if item[0] in main else len(main))


def _axis(axis: Axis) -> dict[str, Any]:
    if axis.kind != "sequence":
        return {"kind": axis.kind, **_given(size=plain(axis.size), description=axis.description)}
    return {
        "kind": axis.kind,
        "of": axis.of,
        "min": plain(axis.min),
        **_given(max=plain(axis.max)),
        "keep": axis.keep,
        "pad": plain(axis.pad),
        **_given(order=axis.order, selection=axis.selection, description=axis.description),
    }


def _input(given: Input) -> dict[str, Any]:
    members: dict[str, Any] = {"name": given.name, "axes": plain(given.axes), "type": given.type}
    members |= _given(description=given.description)
    if given.mask is not None:
        mask = given.mask
        members["mask"] = {"of": mask.of, "present": _counted(mask.present), "absent": _counted(mask.absent)}
    return members | _given(variables=[_variable(variable) for variable in given.variable_list])


def _counted(value: Any) -> Any:
    """A number; true and false as 1 and 0."""
    value = plain(value)
    return int(value) if isinstance(value, bool) else value


def _variable(variable: Variable) -> dict[str, Any]:
    return {
        "name": variable.name,
        **_given(unit=variable.unit, description=variable.description, raw=variable.raw),
        **_given(**{"from": variable.source}),
        **_given(missing=_missing(variable.missing), categories=plain(variable.categories)),
        **_given(unknown=plain(variable.unknown), prepare=plain(variable.prepare), pad=plain(variable.pad)),
    }


def _missing(missing: Missing | None) -> Any:
    if missing is None:
        return None
    if isinstance(missing.value, ByFold):
        return plain(ByFold({"when": missing.when, "value": value} for value in missing.value))
    return {"when": plain(missing.when), "value": plain(missing.value)}


def _output(output: Output) -> dict[str, Any]:
    return {
        "name": output.name,
        "axes": plain(output.axes),
        "type": output.type,
        **_given(description=output.description, unit=output.unit, range=plain(output.range)),
        **_given(when_empty=_when_empty(output), labels=[_label(label) for label in output.label_list]),
    }


def _when_empty(output: Output) -> Any:
    empty = output.when_empty
    folds = max((len(values) for values in empty.values() if isinstance(values, ByFold)), default=0)
    by_fold = ByFold({axis: of_fold(values, at) for axis, values in empty.items()} for at in range(folds))
    return plain(by_fold if folds else empty)


def _folds(folds: Folds) -> dict[str, Any]:
    usual = list(range(len(folds.graphs)))
    members = None if folds.members == usual else plain(folds.members)
    pick = _given(hash=folds.hash) | {"modulo": plain(folds.modulo)} | _given(members=members)
    return {"key": folds.key, "pick": pick, "graphs": list(folds.graphs)}


def _label(label: Label) -> Any:
    more = _given(description=label.description, range=plain(label.range))
    return {"label": label.name, **more} if more else label.name


def _node(node: Node) -> dict[str, Any]:
    members: dict[str, Any] = {
        "node": node.name,
        "operator": node.operator,
        "inputs": [operand if isinstance(operand, str) else tensor(operand, node) for operand in node.inputs],
        "outputs": list(node.outputs),
    }
    attributes = {name: _attribute(value, node) for name, value in sorted(node.attributes.items())}
    return members | _given(attributes=attributes)


def _attribute(value: Attribute, node: Node) -> Any:
    if isinstance(value, Subgraph):
        return {"graph": value.graph, "outputs": value.outputs, **_given(inputs=value.inputs)}
    if isinstance(value, np.ndarray):
        return tensor(value, node)
    if isinstance(value, (list, tuple)):
        return [_number(item, node) for item in value]
    return _number(value, node)


def _number(value: Any, node: Node) -> Any:
    """Real attributes of ONNX's own operators are float32."""
    value = _counted(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise FormatError(f"node '{node.name}': an attribute cannot be {value} in format 1; make it an input")
    if isinstance(value, float) and not node.operator.startswith("lading."):
        return np.float32(value)
    return value


def tensor(array: np.ndarray, node: Node) -> dict[str, Any]:
    """A small tensor written in place: {"int64": [0, -1]}."""
    array = np.asarray(array)
    name = type_name(array)
    if array.ndim > 1 or array.size > LONGEST_CONSTANT or name in ("float16", "bfloat16"):
        raise FormatError(
            f"node '{node.name}': a {name} tensor of shape {list(array.shape)} cannot be written in place "
            f"(a number or at most {LONGEST_CONSTANT} in a list, not half precision); make it a weight"
        )
    items = [item if name == "float32" else item.item() for item in array.reshape(-1)]
    return {name: items if array.ndim else items[0]}


def plain(value: Any) -> Any:
    """NumPy numbers, tuples and mappings as Python's own; a ByFold as it stands in the file."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, ByFold):
        items = [plain(item) for item in value]
        differ = any(repr(item) != repr(items[0]) for item in items)
        return {"by_fold": items} if differ else items[0]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [plain(item) for item in value]
    return value
