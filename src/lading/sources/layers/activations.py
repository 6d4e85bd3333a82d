"""Activation functions by name, as nodes.

Names are those of Keras, in lower case with underscores; formulas are those of ONNX's operators. Where Keras and others
mean different functions by one name, the numbers say which is meant: ``hard_sigmoid`` has its slope as ``alpha``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import UnsupportedError, suggestion
from ..wiring import Wiring

__all__ = ["ACTIVATIONS", "Activation", "activate", "gate_function"]


@dataclass(frozen=True)
class Activation:
    """A function by name, with what it lets one choose (``alpha``; None: the usual value)."""

    name: str
    alpha: float | None = None

    def parameter(self) -> float:
        """Its ``alpha``, or the usual one."""
        return USUAL_ALPHA[self.name] if self.alpha is None else self.alpha


#: What ``alpha`` is where it is not given. The slope of a hard sigmoid is that of Keras 1 and 2; Keras 3 has 1/6.
USUAL_ALPHA = {"elu": 1.0, "celu": 1.0, "leaky_relu": 0.2, "swish": 1.0, "hard_sigmoid": 0.2, "relu6": 6.0}

#: Operators that say it all, with their attributes.
PLAIN: dict[str, tuple[str, dict[str, Any]]] = {
    "sigmoid": ("Sigmoid", {}),
    "relu": ("Relu", {}),
    "tanh": ("Tanh", {}),
    "abs": ("Abs", {}),
    "exponential": ("Exp", {}),
    "softplus": ("Softplus", {}),
    "softsign": ("Softsign", {}),
    "selu": ("Selu", {}),
    "gelu": ("Gelu", {}),
    "gelu_tanh": ("Gelu", {"approximate": "tanh"}),
    "mish": ("Mish", {}),
    "hard_silu": ("HardSwish", {}),
}

#: The names that recurrent operators take, and how many numbers go with each.
GATES = {"sigmoid": ("Sigmoid", 0), "relu": ("Relu", 0), "tanh": ("Tanh", 0), "softsign": ("Softsign", 0),
         "softplus": ("Softplus", 0), "elu": ("Elu", 1), "leaky_relu": ("LeakyRelu", 1),
         "hard_sigmoid": ("HardSigmoid", 2), "linear": ("Affine", 2)}  # fmt: skip


def activate(
    wiring: Wiring, x: str, function: Activation, type_: str = "float32", axis: int = -1, gives: str = ""
) -> str:
    """The name of ``function`` of ``x``; ``x`` itself for "linear", unless a name is wished (``gives``).

    ``type_`` is the tensor type of ``x``. ``axis`` is what a softmax normalises over. Raises UnsupportedError.
    """
    if function.name == "linear":
        return wiring.add("Identity", x, gives=gives) if gives else x
    if function.name in ("softmax", "log_softmax"):
        operator = "Softmax" if function.name == "softmax" else "LogSoftmax"
        return wiring.add(operator, x, gives=gives, axis=axis)
    if function.name in PLAIN:
        operator, attributes = PLAIN[function.name]
        return wiring.add(operator, x, gives=gives, **attributes)
    if function.name in ALPHA:
        return ALPHA[function.name](wiring, x, function.parameter(), np.dtype(type_), gives)
    raise UnsupportedError(f"activation '{function.name}' is not read {suggestion(function.name, ACTIVATIONS)}")


def gate_function(function: Activation) -> tuple[str, list[float], list[float]]:
    """How recurrent operators write a function: its name, its alpha and its beta, where it has them.

    Raises UnsupportedError for one that they do not have.
    """
    if function.name not in GATES:
        raise UnsupportedError(
            f"activation '{function.name}' is not read inside recurrent layers {suggestion(function.name, GATES)}"
        )
    name, numbers = GATES[function.name]
    if function.name == "linear":
        return name, [1.0], [0.0]
    return name, [function.parameter()] if numbers else [], [0.5] if numbers == 2 else []


# Attributes are float32. A float64 model gets what would be rounded there as tensors of its own type.


def _fits(alpha: float, type_: np.dtype) -> bool:
    return type_ != np.float64 or float(np.float32(alpha)) == alpha


def _hard_sigmoid(wiring: Wiring, x: str, alpha: float, type_: np.dtype, gives: str) -> str:
    if _fits(alpha, type_):
        return wiring.add("HardSigmoid", x, gives=gives, alpha=alpha, beta=0.5)
    line = wiring.add("Add", wiring.add("Mul", x, np.asarray(alpha, type_)), np.asarray(0.5, type_))
    return wiring.add("Clip", line, np.asarray(0, type_), np.asarray(1, type_), gives=gives)


def _elu(wiring: Wiring, x: str, alpha: float, type_: np.dtype, gives: str) -> str:
    if _fits(alpha, type_):
        return wiring.add("Elu", x, gives=gives, alpha=alpha)
    below = wiring.add("Mul", wiring.add("Elu", x, alpha=1.0), np.asarray(alpha, type_))
    return wiring.add("Where", wiring.add("Less", x, np.asarray(0, type_)), below, x, gives=gives)


def _celu(wiring: Wiring, x: str, alpha: float, type_: np.dtype, gives: str) -> str:
    return wiring.add("Celu", x, gives=gives, alpha=alpha)


def _leaky_relu(wiring: Wiring, x: str, alpha: float, type_: np.dtype, gives: str) -> str:
    if _fits(alpha, type_):
        return wiring.add("LeakyRelu", x, gives=gives, alpha=alpha)
    return wiring.add("PRelu", x, np.asarray(alpha, type_), gives=gives)


def _swish(wiring: Wiring, x: str, alpha: float, type_: np.dtype, gives: str) -> str:
    if _fits(alpha, type_):
        return wiring.add("Swish", x, gives=gives, alpha=alpha)
    slope = wiring.add("Sigmoid", wiring.add("Mul", x, np.asarray(alpha, type_)))
    return wiring.add("Mul", x, slope, gives=gives)


def _relu6(wiring: Wiring, x: str, alpha: float, type_: np.dtype, gives: str) -> str:
    return wiring.add("Clip", x, np.asarray(0, type_), np.asarray(alpha, type_), gives=gives)


ALPHA: dict[str, Callable[[Wiring, str, float, np.dtype, str], str]] = {
    "hard_sigmoid": _hard_sigmoid, "elu": _elu, "celu": _celu, "leaky_relu": _leaky_relu, "swish": _swish,
    "relu6": _relu6,
}  # fmt: skip

#: Every function that ``activate`` writes.
ACTIVATIONS = ("linear", "softmax", "log_softmax", *PLAIN, *ALPHA)
