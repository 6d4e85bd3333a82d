"""What others give for a single node: ``onnx.reference``, ONNX Runtime, and ``lading.bundle.evaluate``."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper
from onnx.reference import ReferenceEvaluator

from lading.bundle import evaluate


def model(
    operator: str, inputs: Sequence[Any], outputs: int = 1, opset_of_model: int = 22, **attributes: Any
) -> onnx.ModelProto:
    """A model with one node, its output types left open."""
    names = [f"x{i}" if value is not None else "" for i, value in enumerate(inputs)]
    values = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
        for name, value in zip(names, inputs, strict=True)
        if name
    ]
    given = [f"y{i}" for i in range(outputs)]
    graph = helper.make_graph(
        [helper.make_node(operator, names, given, **attributes)],
        "g",
        values,
        [onnx.ValueInfoProto(name=name) for name in given],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset_of_model)], ir_version=10)


def feeds(inputs: Sequence[Any]) -> dict[str, np.ndarray]:
    return {f"x{i}": value for i, value in enumerate(inputs) if value is not None}


def by_reference(operator: str, inputs: Sequence[Any], outputs: int = 1, **attributes: Any) -> list[np.ndarray]:
    """What onnx.reference gives, float32 inputs taken as float64."""
    wide = [value.astype(np.float64) if value is not None and value.dtype == np.float32 else value for value in inputs]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ReferenceEvaluator(model(operator, wide, outputs, **attributes)).run(None, feeds(wide))


def by_onnx_runtime(
    operator: str, inputs: Sequence[Any], outputs: int = 1, **attributes: Any
) -> list[np.ndarray] | None:
    """What ONNX Runtime gives, or None where it has no kernel for this case."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    try:
        session = onnxruntime.InferenceSession(model(operator, inputs, outputs, **attributes).SerializeToString())
        return session.run(None, feeds(inputs))
    except Exception:  # its errors have no common base
        return None


def by_evaluate(operator: str, inputs: Sequence[Any], **attributes: Any) -> list[np.ndarray]:
    """What the NumPy evaluator gives, float32 inputs taken as float64."""
    wide = [value.astype(np.float64) if value is not None and value.dtype == np.float32 else value for value in inputs]
    with np.errstate(all="ignore"):
        result = evaluate.OPERATORS[operator](*wide, **attributes)
    return list(result) if isinstance(result, tuple) else [result]
