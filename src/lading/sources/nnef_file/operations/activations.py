"""Activations with parameters; formulas of the specification, chapter 4.6."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..building import Builder, Ints, Operand, Tensor
from .elementwise import binary, comparison, select, square, unary

#: gelu(x) is x times the logistic function of this times x, in the specification.
GELU = 1.702


def elu(build: Builder, x: Tensor, alpha: float = 1.0) -> Any:
    return unary(build, "Elu", x, alpha=alpha)


def selu(build: Builder, x: Tensor, alpha: float = 1.67326319, lambda_: float = 1.05070102) -> Any:
    return unary(build, "Selu", x, alpha=alpha, gamma=lambda_)


def gelu(build: Builder, x: Tensor) -> Any:
    return binary(build, "Mul", x, unary(build, "Sigmoid", binary(build, "Mul", x, GELU)))


def silu(build: Builder, x: Tensor) -> Any:
    return unary(build, "Swish", x)


def leaky_relu(build: Builder, x: Tensor, alpha: float) -> Any:
    return unary(build, "LeakyRelu", x, alpha=alpha)


def prelu(build: Builder, x: Tensor, alpha: Operand) -> Any:
    if not isinstance(alpha, Tensor):
        return unary(build, "LeakyRelu", x, alpha=float(alpha))
    (x_, alpha), shape = build.aligned(build.as_float(x), build.as_float(alpha))
    if shape == x.shape:
        return build.add("PRelu", x_, alpha, shape=shape)
    return select(build, comparison(build, "Less", x, 0.0), binary(build, "Mul", alpha, x), x)


def softabs(build: Builder, x: Tensor, epsilon: float) -> Any:
    return unary(build, "Sqrt", binary(build, "Add", square(build, x), epsilon))


def softmax(build: Builder, x: Tensor, axes: Ints = (1,)) -> Any:
    axes = build.axes(list(axes), x.rank)
    build.as_float(x)
    if len(axes) == 1:
        return build.add("Softmax", x, shape=x.shape, axis=axes[0])
    from .reductions import reduced

    risen = unary(build, "Exp", binary(build, "Sub", x, reduced(build, "ReduceMax", x, axes)))
    return binary(build, "Div", risen, reduced(build, "ReduceSum", risen, axes))


OPERATIONS: dict[str, Callable[..., Any]] = {
    "elu": elu, "selu": selu, "gelu": gelu, "silu": silu, "leaky_relu": leaky_relu, "prelu": prelu,
    "softabs": softabs, "softmax": softmax,
}  # fmt: skip
