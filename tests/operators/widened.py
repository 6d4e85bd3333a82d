"""Cases of the ONNX backend suite in double precision, and what onnx.reference gives for them.

    case = widened(case)                       # float64 wherever there was float32
    reference = Reference(case.model)
    exact = reference.outputs(inputs)
    moved = reference.movement(inputs, exact)  # how far elements move per relative change of what they are made of

The suite's own outputs are rounded to float32, at every node; these are exact enough to judge a float32 result to a
fraction of its last place.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import backend_suite as suite
import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

FLOAT, DOUBLE = onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE
Arrays = list[np.ndarray]

#: Operators whose results are numbers that went in, or whole numbers: nothing is rounded.
EXACT = frozenset((
    "Abs", "And", "ArgMax", "ArgMin", "BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor", "Cast",
    "CastLike", "Ceil", "CenterCropPad", "Clip", "Compress", "Concat", "Constant", "ConstantOfShape", "DepthToSpace",
    "Dropout", "Equal", "Expand", "EyeLike", "Flatten", "Floor", "Gather", "GatherElements", "GatherND",
    "GlobalMaxPool", "Greater", "GreaterOrEqual", "Hardmax", "Identity", "If", "IsInf", "IsNaN", "Less",
    "LessOrEqual", "Max", "MaxPool", "Min", "Neg", "NonZero", "Not", "OneHot", "Or", "Pad", "ReduceMax", "ReduceMin",
    "Relu", "Reshape", "ReverseSequence", "Round", "Shape", "Sign", "Size", "Slice", "SpaceToDepth", "Split",
    "Squeeze", "ThresholdedRelu", "Tile", "TopK", "Transpose", "Trilu", "Unique", "Unsqueeze", "Where", "Xor",
))  # fmt: skip

# ------------------------------------------------------------------------------------------------- widening


def widened(case: suite.Case) -> suite.Case:
    """The case with float64 for float32 in its model and inputs. Its outputs stay what they were."""
    model = onnx.ModelProto.FromString(case.model.SerializeToString())
    widen_graph(model.graph)
    return suite.Case(case.name, case.kind, model, [(wide_inputs(case, i), o) for i, o in case.data], 0, 0)


def in_double(case: suite.Case) -> suite.Case:
    """The widened case with the outputs that the reference gives for it. Raises what the reference raises."""
    wide, kept = widened(case), single(case.model.graph)
    reference, names = Reference(wide.model), [each.name for each in case.model.graph.output]
    for number, (inputs, _) in enumerate(wide.data):
        exact = zip(names, reference.outputs(inputs), strict=True)
        wide.data[number] = inputs, [each.astype(np.float32) if name in kept else each for name, each in exact]
    return wide


def wide_inputs(case: suite.Case, inputs: list[Any]) -> list[Any]:
    """Arrays in float64, but for those of ``single``."""
    kept = single(case.model.graph)
    return [each if name in kept else wide(each) for name, each in zip(fed(case.model, inputs), inputs, strict=True)]


def wide(value: Any) -> Any:
    if isinstance(value, onnx.TensorProto):
        value = onnx.numpy_helper.to_array(value)
    if isinstance(value, list):
        return [wide(each) for each in value]
    return np.asarray(value, np.float64) if getattr(value, "dtype", None) == np.float32 else value


def fed(model: onnx.ModelProto, inputs: list[Any]) -> list[str]:
    """The names of the inputs: those without an initializer, unless all are fed."""
    initialized = {each.name for each in model.graph.initializer}
    names = [each.name for each in model.graph.input]
    given = [name for name in names if name not in initialized]
    return given if len(given) == len(inputs) else names[: len(inputs)]


def single(graph: onnx.GraphProto) -> set[str]:
    """Values that are float32 whatever the data: scales of a Resize, means and deviations of a LayerNormalization."""
    scales = {"Resize": 2, "Upsample": 1}
    return {name for node in graph.node for name in (
        node.output[1:] if node.op_type == "LayerNormalization" else
        node.input[scales[node.op_type] :][:1] if node.op_type in scales else ())}  # fmt: skip


def widen_graph(graph: onnx.GraphProto) -> None:
    kept = single(graph)
    for value in [*graph.input, *graph.output, *graph.value_info]:
        if value.name not in kept:
            widen_type(value.type)
    for tensor in graph.initializer:
        if tensor.name not in kept:
            widen_tensor(tensor)
    for node in graph.node:
        if node.op_type != "Constant" or kept.isdisjoint(node.output):
            widen_node(node)


def widen_type(item: onnx.TypeProto) -> None:
    kind = item.WhichOneof("value")
    if kind == "tensor_type" and item.tensor_type.elem_type == FLOAT:
        item.tensor_type.elem_type = DOUBLE
    elif kind in ("sequence_type", "optional_type"):
        widen_type(getattr(item, kind).elem_type)


def widen_node(node: onnx.NodeProto) -> None:
    if node.op_type == "ConstantOfShape" and not node.attribute:  # zeros of float32, if nothing is said
        node.attribute.append(onnx.helper.make_attribute("value", onnx.helper.make_tensor("", DOUBLE, [1], [0.0])))
    if node.op_type in NAMED_TYPES:
        node.attribute.append(onnx.helper.make_attribute(NAMED_TYPES[node.op_type], int(DOUBLE)))
    for attribute in node.attribute:
        if attribute.type == onnx.AttributeProto.GRAPH:
            widen_graph(attribute.g)
        elif attribute.type == onnx.AttributeProto.TENSOR:
            widen_tensor(attribute.t)
        elif node.op_type == "Constant" and attribute.name.startswith("value_float"):
            value = np.array(onnx.helper.get_attribute_value(attribute), dtype=np.float64)
            attribute.CopyFrom(onnx.helper.make_attribute("value", onnx.numpy_helper.from_array(value)))
        elif (node.op_type, attribute.name) in WIDENED_TYPES and attribute.i == FLOAT:
            attribute.i = DOUBLE


#: Attributes that name a type. Other normalizations keep their stash_type: the reference takes and ignores float32.
WIDENED_TYPES = {("Cast", "to"), ("EyeLike", "dtype"), ("Attention", "softmax_precision")}
NAMED_TYPES = {"GroupNormalization": "stash_type", **dict.fromkeys(
    ("BlackmanWindow", "HammingWindow", "HannWindow"), "output_datatype")}  # fmt: skip


def widen_tensor(tensor: onnx.TensorProto) -> None:
    if tensor.data_type == FLOAT:
        array = onnx.numpy_helper.to_array(tensor).astype(np.float64)
        tensor.CopyFrom(onnx.numpy_helper.from_array(array, tensor.name))


# ------------------------------------------------------------------------------------------- the reference


class Erf(OpRun):
    """The reference's own rounds to float32."""

    op_domain = ""

    def _run(self, x: np.ndarray) -> tuple[np.ndarray]:
        return (np.vectorize(math.erf, otypes=[x.dtype])(x),)


class Shaken:
    """A node whose results are shaken while ``shake`` is given: its part in how far the end moves."""

    def __init__(self, node: Any, owner: Reference):
        self.node, self.owner = node, owner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.node, name)

    def run(self, *inputs: Any, **context: Any) -> tuple[Any, ...]:
        return tuple(map(self.owner.shaken, self.node.run(*inputs, **context)))


class Reference:
    """onnx.reference on one model, in the precision of its inputs: attributes and constants are widened as well."""

    STEP, TIMES = 2.0**-24, 8

    def __init__(self, model: onnx.ModelProto):
        self.model, self.random = model, None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.evaluator = ReferenceEvaluator(model, new_ops=[Erf])
        widen_constants(self.evaluator)
        self.evaluator.rt_nodes_ = [
            node if node.op_type in EXACT else Shaken(node, self) for node in self.evaluator.rt_nodes_]  # fmt: skip

    def outputs(self, inputs: list[Any]) -> Arrays:
        return self.run(dict(zip(fed(self.model, inputs), inputs, strict=True)))

    def run(self, feeds: dict[str, Any]) -> Arrays:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return [np.asarray(each) for each in self.evaluator.run(None, feeds)]

    def shaken(self, value: Any) -> Any:
        """A float64 array, each element off by up to STEP of itself; all else as it is."""
        if self.random is None or getattr(value, "dtype", None) != np.float64:
            return value
        return value * (1 + self.STEP * self.random.uniform(-1, 1, np.shape(value)))

    def movement(self, inputs: list[Any], exact: Arrays) -> Arrays:
        """How far the outputs move when all that goes in, and all that nodes give, is shaken, divided by STEP.

        So an element's movement has the size of the largest numbers that are summed to it, times its condition.
        """
        moved = [np.zeros(each.shape) for each in exact]
        feeds = dict(zip(fed(self.model, inputs), inputs, strict=True))
        weights = {each.name: onnx.numpy_helper.to_array(each) for each in self.model.graph.initializer}
        self.random = np.random.default_rng(1)
        for _ in range(self.TIMES):
            found = self.run({name: self.shaken(value) for name, value in {**weights, **feeds}.items()})
            for most, there, here in zip(moved, found, exact, strict=True):
                if there.shape == here.shape and here.dtype.kind == "f":  # the shape can depend on numbers
                    with np.errstate(all="ignore"):
                        np.fmax(most, np.nan_to_num(np.abs(there - here) / self.STEP, posinf=0), out=most)
        self.random = None
        return moved


def widen_constants(evaluator: ReferenceEvaluator) -> None:
    """In graphs, subgraphs and bodies of functions. Numbers of float32 would pull others down to their precision."""
    for node in evaluator.rt_nodes_:
        for name, value in list(vars(node).items()):
            if isinstance(value, ReferenceEvaluator):
                widen_constants(value)
            elif isinstance(value, np.float32):
                setattr(node, name, float(value))
            elif isinstance(value, np.ndarray) and value.dtype == np.float32 and node.op_type == "Constant":
                setattr(node, name, value.astype(np.float64))
            elif isinstance(value, list) and value and isinstance(value[0], np.float32):
                setattr(node, name, [float(each) for each in value])
