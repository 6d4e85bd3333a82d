"""Small ONNX files, and what ONNX Runtime makes of them.

>>> data = file([node("Relu", "x", "y")], {"x": ["batch", 3]}, {"y": None})
>>> agrees(data, {"x": np.float32([[1, -1, 2]])})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from lading.evaluation import evaluator
from lading.model import Model
from lading.sources.onnx import read_bytes

FLOAT = TensorProto.FLOAT
IR_VERSION = 8


def node(
    operator: str, inputs: str, outputs: str, name: str = "", domain: str = "", **attributes: Any
) -> onnx.NodeProto:
    """``node("Add", "x w", "y")``; "-" stands for an omitted input or output."""
    split = [["" if each == "-" else each for each in names.split()] for names in (inputs, outputs)]
    return helper.make_node(operator, *split, name=name, domain=domain, **attributes)


def graph(nodes: Sequence[onnx.NodeProto], inputs: Mapping[str, Any], outputs: Mapping[str, Any],
          weights: Mapping[str, np.ndarray] | None = None, name: str = "g") -> onnx.GraphProto:
    """Inputs and outputs by name: a shape (float32), a shape and a type, or None where the file says no shape."""
    tensors = [numpy_helper.from_array(np.asarray(array), key) for key, array in (weights or {}).items()]
    return helper.make_graph(list(nodes), name, _values(inputs), _values(outputs), tensors)


def file(nodes: Sequence[onnx.NodeProto], inputs: Mapping[str, Any], outputs: Mapping[str, Any],
         weights: Mapping[str, np.ndarray] | None = None, opset: int = 17, **more: Any) -> bytes:
    """The bytes of an ONNX file."""
    return model(nodes, inputs, outputs, weights, opset, **more).SerializeToString()


def model(nodes: Sequence[onnx.NodeProto], inputs: Mapping[str, Any], outputs: Mapping[str, Any],
          weights: Mapping[str, np.ndarray] | None = None, opset: int = 17, functions: Sequence[Any] = (),
          opsets: Mapping[str, int] | None = None) -> onnx.ModelProto:
    imports = [helper.make_opsetid("", opset)] + [helper.make_opsetid(*each) for each in (opsets or {}).items()]
    return helper.make_model(graph(nodes, inputs, outputs, weights), opset_imports=imports, ir_version=IR_VERSION,
                             functions=list(functions))


def _values(described: Mapping[str, Any]) -> list[onnx.ValueInfoProto]:
    values = []
    for name, shape in described.items():
        kind = FLOAT
        if isinstance(shape, tuple):
            shape, kind = shape
        values.append(helper.make_tensor_value_info(name, kind, shape))
    return values


def runtime(data: bytes, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What ONNX Runtime gives."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, dict(tensors)), strict=True))


def read(data: bytes) -> Model:
    return read_bytes(data, "network.onnx")


def run(data: bytes, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What the file gives after it was read."""
    return evaluator(read(data))(tensors)


def agrees(data: bytes, tensors: Mapping[str, np.ndarray], tolerance: float = 1e-6) -> None:
    """Asserts that the file gives the same before (ONNX Runtime) and after it was read."""
    expected, found = runtime(data, tensors), run(data, tensors)
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert (found[name].shape, found[name].dtype) == (array.shape, array.dtype)
        np.testing.assert_allclose(found[name], array, rtol=tolerance, atol=tolerance)


def normal(*shape: int, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)
