"""Leave out attributes that say what holds without them.

1. An attribute with the value that opset 24 gives it by default: ``alpha = 1``, ``axis = -1`` of a Softmax.
2. ``dilations``, ``strides`` and ``pads`` of convolutions and pools that are all 1, 1 and 0; a
   ``kernel_shape`` that is that of the weights; ``allowzero`` of a Reshape to sizes none of which is 0.

Exact: a model of one opset means one default.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph import Node
from .view import View

REDUCE = {"keepdims": 1, "noop_with_empty_axes": 0}
RECURRENT = {"direction": "forward", "layout": 0}
REDUCTIONS = ("Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare")
SPATIAL = {"auto_pad": "NOTSET", "group": 1}
DEFAULTS: dict[str, dict[str, Any]] = {
    "Gemm": {"alpha": 1.0, "beta": 1.0, "transA": 0, "transB": 0},
    **{name: {"axis": -1} for name in ("Softmax", "LogSoftmax", "Hardmax")},
    **{name: {"axis": 0} for name in ("Gather", "GatherElements", "ScatterElements", "Split")},
    **{name: {"axis": 0, "keepdims": 1, "select_last_index": 0} for name in ("ArgMax", "ArgMin")},
    **{f"Reduce{kind}": REDUCE for kind in REDUCTIONS},
    "TopK": {"axis": -1, "largest": 1, "sorted": 1},
    "Flatten": {"axis": 1},
    "Cast": {"saturate": 1, "round_mode": "up"},
    "Shape": {"start": 0},
    "LayerNormalization": {"axis": -1, "epsilon": 1e-5, "stash_type": 1},
    "BatchNormalization": {"epsilon": 1e-5, "momentum": 0.9, "training_mode": 0},
    "InstanceNormalization": {"epsilon": 1e-5},
    "LeakyRelu": {"alpha": 0.01},
    "Elu": {"alpha": 1.0},
    "Celu": {"alpha": 1.0},
    "Swish": {"alpha": 1.0},
    "HardSigmoid": {"alpha": 0.2, "beta": 0.5},
    "Gelu": {"approximate": "none"},
    "LSTM": {**RECURRENT, "input_forget": 0},
    "GRU": {**RECURRENT, "linear_before_reset": 0},
    "RNN": RECURRENT,
    **dict.fromkeys(["Conv", "ConvTranspose"], SPATIAL),
    "MaxPool": {"auto_pad": "NOTSET", "ceil_mode": 0, "storage_order": 0},
    "AveragePool": {"auto_pad": "NOTSET", "ceil_mode": 0, "count_include_pad": 0},
    "Pad": {"mode": "constant"},
    "CumSum": {"exclusive": 0, "reverse": 0},
    "Trilu": {"upper": 1},
    "OneHot": {"axis": -1},
    "GatherND": {"batch_dims": 0},
    "ScatterND": {"reduction": "none"},
    "Mod": {"fmod": 0},
}
CONVOLUTIONS = {"Conv", "ConvTranspose"}
WINDOWS = {*CONVOLUTIONS, "MaxPool", "AveragePool"}


def apply(view: View, node: Node) -> str | None:
    """Drops attributes without effect."""
    gone = [name for name, value in node.attributes.items() if _is_default(view, node, name, value)]
    for name in gone:
        del node.attributes[name]
    return f"{', '.join(gone)} as by default" if gone else None


def _is_default(view: View, node: Node, name: str, value: Any) -> bool:
    defaults = DEFAULTS.get(node.operator, {})
    if name in defaults:
        default = defaults[name]
        close = isinstance(default, float) and isinstance(value, (int, float)) and _as_float32(value, default)
        return bool(close or (type(value) is type(default) and value == default))
    if node.operator in WINDOWS and isinstance(value, list):
        return _is_plain_window(view, node, name, value)
    if node.operator == "Reshape" and name == "allowzero":
        return value == 0 or 0 not in (view.integers(node.inputs[1]) or [0])
    return False


def _as_float32(value: float, default: float) -> bool:
    """Real attributes are float32 in ONNX: 0.009999999776482582 is the default 0.01."""
    return bool(np.float32(value) == np.float32(default))


def _is_plain_window(view: View, node: Node, name: str, value: list[Any]) -> bool:
    if name in ("dilations", "strides"):
        return all(number == 1 for number in value)
    if name == "pads":
        return not any(value) and node.attributes.get("auto_pad", "NOTSET") == "NOTSET"
    weights = view.shape(node.inputs[1]) if name == "kernel_shape" and node.operator in CONVOLUTIONS else None
    return weights is not None and list(weights[2:]) == value

