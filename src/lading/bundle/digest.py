"""The function digest: the same for two models that compute the same numbers, whatever their texts say.

What is hashed is one line of JSON that holds everything that changes numbers and no name: inputs, axes and
values are numbered, weights stand as the sha256 of their bytes. docs/format.md gives the text exactly.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..endpoints import Axis, ByFold, Input, Output, Variable, usual_raw
from ..folds import Folds, rules_of_fold
from ..graph import BFLOAT16, Attribute, Node, Subgraph, type_name
from .canonical import compact
from .decode import FORMAT
from .safetensors import little

if TYPE_CHECKING:
    from ..model import Model


def function_text(model: Model) -> bytes:
    """The line whose sha256 is the function digest."""
    return compact(_Function(model).value())


def function_digest(model: Model) -> str:
    """sha256, in hexadecimal digits."""
    return hashlib.sha256(function_text(model)).hexdigest()


def tensor_value(array: np.ndarray) -> list[Any]:
    """A tensor as [type, shape, sha256 of its little-endian bytes in C order]; every NaN is the same."""
    data = little(_one_nan(array)).tobytes()
    return [type_name(array), list(array.shape), hashlib.sha256(data).hexdigest()]


def _one_nan(array: np.ndarray) -> np.ndarray:
    """NaN without sign and payload, which no computation keeps."""
    if array.dtype == BFLOAT16:
        bits = array["bfloat16"]
        return np.where((bits & 0x7FFF) > 0x7F80, np.uint16(0x7FC0), bits)
    if array.dtype.kind != "f":
        return array
    return np.where(np.isnan(array), array.dtype.type(np.nan), array)


def number(value: Any, type_: str) -> Any:
    """A number as tensors of this type hold it; NaN and infinities as text."""
    if type_ in ("float64", "float32", "float16", "bfloat16"):
        real = _rounded(float(value), type_)
        return real if np.isfinite(real) else str(real)
    return int(value)


def _rounded(value: float, type_: str) -> float:
    """To nearest, ties to even. bfloat16 is the upper half of a float32."""
    if type_ != "bfloat16":
        return float(np.dtype(type_).type(value))
    if not np.isfinite(value):
        return value
    mantissa, exponent = np.frexp(value)
    lost = max(int(exponent) - 8, -133)  # 8 bits of mantissa; smallest 2**-133
    return float(np.ldexp(np.rint(np.ldexp(value, -lost)), lost)) if mantissa else value


class _Function:
    def __init__(self, model: Model) -> None:
        self._model = model
        self._axes = {name: at for at, name in enumerate(model.axes)}
        self._values: dict[str, int] = {}  # by name, of one fold
        self._count = 0

    def value(self) -> dict[str, Any]:
        model = self._model
        for given in model.input_list:
            self._number_value(given.name)
        axes = [self._axis(axis) for axis in model.axes.values()]
        inputs = [self._input(given) for given in model.input_list]
        graphs, values = self._main_graphs()
        whole = {"nodes": graphs[0]} if model.folds is None else {"folds": self._folds(model.folds, graphs)}
        return {
            "lading": FORMAT,
            "requires": sorted(model.requires),
            "axes": axes,
            "inputs": inputs,
            **whole,
            "outputs": [self._output(output, values) for output in model.output_list],
        }

    def _main_graphs(self) -> tuple[list[list[Any]], list[dict[str, int]]]:
        """The nodes of each main graph and the numbers of its values: those of inputs, then its own."""
        given, graphs, values = dict(self._values), [], []
        for name in self._model.main_graphs:
            self._values = dict(given)
            graphs.append(self._nodes(name))
            values.append(self._values)
        return graphs, values

    def _folds(self, folds: Folds, graphs: list[list[Any]]) -> dict[str, Any]:
        inputs = [given.name for given in self._model.input_list]
        key = [inputs.index(folds.key), None] if folds.key in inputs else list(self._source(folds.key))
        return {"key": key, "pick": {"hash": folds.hash or None, "members": list(folds.members)}, "graphs": graphs}

    def _number_value(self, name: str) -> int:
        if name not in self._values:
            self._values[name] = self._count
            self._count += 1
        return self._values[name]

    def _axis(self, axis: Axis) -> list[Any]:
        if axis.kind == "sequence":
            return ["sequence", axis.min, axis.max, axis.keep, number(axis.pad, "float64")]
        return [axis.kind, axis.size] if axis.kind == "fixed" else [axis.kind]

    def _uses(self, uses: list[str | int]) -> list[Any]:
        """Axes by their number in ``axes``, written "0"; plain numbers stay numbers."""
        return [use if isinstance(use, int) else str(self._axes.get(use, use)) for use in uses]

    def _input(self, given: Input) -> dict[str, Any]:
        value: dict[str, Any] = {"axes": self._uses(given.axes), "type": given.type}
        if given.mask is not None:
            mask = given.mask
            value["mask"] = [
                self._axes[mask.of],
                number(mask.present, given.type),
                number(mask.absent, given.type),
            ]
        if given.variable_list:
            value["variables"] = [self._variable(given, variable) for variable in given.variable_list]
        return value

    def _variable(self, given: Input, variable: Variable) -> dict[str, Any]:
        raw = self._raw(given, variable)
        prepare = _by_fold(variable.prepare, lambda steps: [_step(step, raw) for step in steps])
        value: dict[str, Any] = {"raw": raw, "prepare": prepare}
        if variable.missing is not None:
            when = [self._when(item, given, raw) for item in variable.missing.when]
            value["missing"] = _by_fold(variable.missing.value, lambda fill: [when, number(fill, raw)])
        if variable.categories is not None:
            unknown = variable.unknown if variable.unknown is not None else "refuse"
            value["categories"] = [list(variable.categories), unknown]
        if variable.source is not None:
            value["from"] = list(self._source(variable.source))
        if variable.pad is not None:
            value["pad"] = _by_fold(variable.pad, lambda pad: number(pad, given.type))
        return value

    def _raw(self, given: Input, variable: Variable) -> str:
        if variable.source is not None:
            at, slot = self._source(variable.source)
            given = self._model.input_list[at]
            variable = given.variable_list[slot]
        return variable.raw or usual_raw(given.type)

    def _source(self, text: str) -> tuple[int, int]:
        name, _, variable = text.partition(".")
        at = [given.name for given in self._model.input_list].index(name)
        return at, list(self._model.input_list[at].variables).index(variable)

    def _when(self, item: Any, given: Input, raw: str) -> Any:
        if isinstance(item, str):
            return item
        if not isinstance(item, dict):
            return number(item, raw)
        key, operand = next(iter(item.items()))
        return {key: list(given.variables).index(operand) if key == "flag" else number(operand, raw)}

    def _nodes(self, graph: str) -> list[Any]:
        return [self._node(node) for node in self._model.graphs[graph].nodes]

    def _node(self, node: Node) -> list[Any]:
        inputs = [self._operand(operand) for operand in node.inputs]
        real = "float64" if node.operator.startswith("lading.") else "float32"
        attributes = {name: self._attribute(node.attributes[name], real) for name in sorted(node.attributes)}
        outputs = [self._number_value(name) if name else "" for name in node.outputs]
        return [node.operator, inputs, attributes, outputs]

    def _operand(self, operand: str | np.ndarray) -> Any:
        if not isinstance(operand, str):
            return tensor_value(operand)
        if operand in self._model.weights:
            return tensor_value(self._model.weights[operand])
        return self._values[operand] if operand else ""

    def _attribute(self, value: Attribute, real: str) -> Any:
        if isinstance(value, Subgraph):
            inputs = [self._number_value(name) for name in value.inputs]
            nodes = self._nodes(value.graph)
            return {
                "inputs": inputs,
                "nodes": nodes,
                "outputs": [self._operand(name) for name in value.outputs],
            }
        if isinstance(value, np.ndarray):
            return tensor_value(value)
        if isinstance(value, list):
            return [self._attribute(item, real) for item in value]
        return number(value, real) if isinstance(value, float) else value

    def _output(self, output: Output, values: list[dict[str, int]]) -> dict[str, Any]:
        value: dict[str, Any] = {"axes": self._uses(output.axes), "type": output.type}
        numbers = [each[output.name] for each in values]
        value["value"] = numbers[0] if self._model.folds is None else numbers
        value["labels"] = len(output.label_list)
        folds = ByFold(rules_of_fold(output, fold).when_empty for fold in range(len(values)))
        value["when_empty"] = _by_fold(folds, lambda rule: self._when_empty(rule, output.type))
        return value

    def _when_empty(self, rule: dict[str, list[Any]], type_: str) -> list[Any]:
        empty = sorted((self._axes[axis], values) for axis, values in rule.items())
        return [[axis, [number(x, type_) for x in values]] for axis, values in empty]


def _by_fold(rule: Any, encode: Callable[[Any], Any]) -> Any:
    """What ``encode`` makes of a rule, once where it makes the same of all folds."""
    items = [encode(each) for each in rule] if isinstance(rule, ByFold) else [encode(rule)]
    differ = any(compact(item) != compact(items[0]) for item in items)
    return {"by_fold": items} if differ else items[0]


def _step(step: Any, raw: str) -> Any:
    """A verb as it is, or [verb, numbers]. Integers continue as float64."""
    if isinstance(step, str):
        return step
    verb, operand = next(iter(step.items()))
    type_ = "float64" if raw == "int64" else raw
    numbers = operand if isinstance(operand, (list, tuple)) else [operand]
    return [verb, *(number(x, type_) for x in numbers)]
