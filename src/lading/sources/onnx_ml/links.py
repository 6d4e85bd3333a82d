"""What ONNX-ML calls post transforms: what the operator's own link does not do, written in nodes."""

from __future__ import annotations

import numpy as np

from ..replacement import Replacement

#: Post transforms that are links of lading.TreeEnsemble.
LINKS = {"NONE": "identity", "LOGISTIC": "logistic", "SOFTMAX": "softmax"}

#: Numbers this near to 0 stay what they are in SOFTMAX_ZERO.
ZERO = np.float32(1e-7)


def transformed(to: Replacement, x: str, transform: str, made: str) -> None:
    """Nodes that make ``made`` of (n, outputs) sums in float32."""
    if transform == "LOGISTIC":
        to.add("Sigmoid", x, to=made)
    elif transform == "SOFTMAX":
        to.add("Softmax", x, to=made, axis=-1)
    elif transform == "SOFTMAX_ZERO":
        _softmax_zero(to, x, made)
    elif transform == "PROBIT":
        _probit(to, x, made)
    else:
        to.add("Identity", x, to=made)


def _softmax_zero(to: Replacement, x: str, made: str) -> None:
    """Exponentials of what is not 0, over the sum of these; zeros stay zeros."""
    greatest = to.add("ReduceMax", x, np.array([1]), keepdims=1)
    counts = to.add("Greater", to.add("Abs", x), np.array(ZERO))
    powers = to.add("Exp", to.add("Sub", x, greatest))
    total = to.add("ReduceSum", to.add("Where", counts, powers, np.array(np.float32(0))), np.array([1]), keepdims=1)
    small = to.add("Mul", x, to.add("Exp", to.add("Neg", greatest)))
    to.add("Div", to.add("Where", counts, powers, small), total, to=made)


def _probit(to: Replacement, x: str, made: str) -> None:
    """The square root of 2 times the inverse error function of 2 x - 1, by the approximation of S. Winitzki (2008)."""
    f, a = np.float32, 0.147
    y = to.add("Sub", to.add("Mul", x, np.array(f(2))), np.array(f(1)))
    inside = to.add("Mul", to.add("Sub", np.array(f(1)), y), to.add("Add", np.array(f(1)), y))
    log = to.add("Log", inside)
    v = to.add("Add", np.array(f(2) / (f(3.14159) * f(a))), to.add("Mul", log, np.array(f(0.5))))
    root = to.add("Sqrt", to.add("Sub", to.add("Mul", v, v), to.add("Mul", log, np.array(f(1) / f(a)))))
    size = to.add("Mul", to.add("Sqrt", to.add("Sub", root, v)), np.array(f(1.41421356)))
    to.add("Where", to.add("Less", y, np.array(f(0))), to.add("Neg", size), size, to=made)
