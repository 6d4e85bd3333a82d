"""Activations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..writing import Value
from .elementwise import number, on
from .reductions import reduced

if TYPE_CHECKING:
    from ....graph import Node
    from ..writing import Writer

SELU = 1.67326319217681884765625, 1.05070102214813232421875  # ONNX's defaults


def elu(writer: Writer, node: Node) -> Value:
    return on(writer, "elu", writer.scalar(0), alpha=float(writer.attribute("alpha", 1.0)))


def selu(writer: Writer, node: Node) -> Value:
    alpha, gamma = writer.attribute("alpha", SELU[0]), writer.attribute("gamma", SELU[1])
    return on(writer, "selu", writer.scalar(0), alpha=float(alpha), lambda_=float(gamma))


def leaky_relu(writer: Writer, node: Node) -> Value:
    return on(writer, "leaky_relu", writer.scalar(0), alpha=float(writer.attribute("alpha", 0.01)))


def prelu(writer: Writer, node: Node) -> Value:
    return on(writer, "prelu", writer.scalar(0), writer.scalar(1))


def swish(writer: Writer, node: Node) -> Value:
    x, alpha = writer.scalar(0), float(writer.attribute("alpha", 1.0))
    if alpha == 1.0:
        return on(writer, "silu", x)
    return on(writer, "mul", x, on(writer, "sigmoid", on(writer, "mul", x, number(alpha))))


def hard_sigmoid(writer: Writer, node: Node) -> Value:
    alpha, beta = float(writer.attribute("alpha", 0.2)), float(writer.attribute("beta", 0.5))
    return _hard_sigmoid(writer, alpha, beta)


def hard_swish(writer: Writer, node: Node) -> Value:
    return on(writer, "mul", writer.scalar(0), _hard_sigmoid(writer, 1 / 6, 0.5))


def _hard_sigmoid(writer: Writer, alpha: float, beta: float) -> Value:
    line = on(writer, "add", on(writer, "mul", writer.scalar(0), number(alpha)), number(beta))
    return on(writer, "clamp", line, number(0), number(1))


def softsign(writer: Writer, node: Node) -> Value:
    x = writer.scalar(0)
    return on(writer, "div", x, on(writer, "add", on(writer, "abs", x), number(1)))


def mish(writer: Writer, node: Node) -> Value:
    return on(writer, "mul", writer.scalar(0), on(writer, "tanh", on(writer, "softplus", writer.scalar(0))))


def softmax(writer: Writer, node: Node) -> Value:
    x = writer.scalar(0)
    return on(writer, "softmax", x, axes=[int(writer.attribute("axis", -1)) % max(x.rank, 1)])


def log_softmax(writer: Writer, node: Node) -> Value:
    """x − max − ln Σ exp(x − max)."""
    x = writer.scalar(0)
    axes = [int(writer.attribute("axis", -1)) % max(x.rank, 1)]
    apart = on(writer, "sub", x, reduced(writer, "max_reduce", x, axes))
    total = reduced(writer, "sum_reduce", on(writer, "exp", apart), axes)
    return on(writer, "sub", apart, on(writer, "log", total))


def gelu(writer: Writer, node: Node) -> Value:
    writer.refuse("its specification gives gelu as x · sigmoid(1.702 x), which is up to 0.02 from this one, and has no "
                  "error function")


OPERATORS: dict[str, Any] = {
    "Elu": elu, "Selu": selu, "LeakyRelu": leaky_relu, "PRelu": prelu, "Swish": swish, "HardSigmoid": hard_sigmoid,
    "HardSwish": hard_swish, "Softsign": softsign, "Mish": mish, "Softmax": softmax, "LogSoftmax": log_softmax,
    "Gelu": gelu,
}  # fmt: skip
