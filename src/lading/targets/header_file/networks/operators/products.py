"""Products of matrices: dense layers, whose sums are those of the engine, and products of two computed matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..lengths import Length, product
from ..literals import number
from ..writing import Value
from .layout import contiguous

if TYPE_CHECKING:
    from .....graph import Node
    from ..writing import Writer

__all__ = ["OPERATORS"]

ONE = Length.of(1)


def _dense(writer: Writer, node: Node) -> None:
    """internal.Dense of the passes: x, w [K, N], bias [N]."""
    weights = writer.constant(1)
    assert weights is not None
    bias = writer.constant(2) if writer.has(2) else None
    _layer(writer, writer.operand(0), weights, bias, writer.result(), node.attributes.get("activation") == "Relu")


def _layer(writer: Writer, x: Value, weights: np.ndarray, bias: np.ndarray | None, result: Value,
           relu: bool = False) -> None:  # fmt: skip
    writer.use("products")
    k, n = weights.shape
    if k == 0 or n == 0:
        writer.refuse(f"its weights have the shape {list(weights.shape)}")
    rows = writer.text(product(result.shape[:-1]))
    start = writer.pointer(writer.table(bias)) if bias is not None else "nullptr"
    types = f"{k}, {n}, {'true' if relu else 'false'}, float"
    writer.line(f"detail::dense<{types}>({rows}, {writer.pointer(x)}, {writer.table(weights).text}, {start}, "
                f"{result.text});")  # fmt: skip


def _gemm(writer: Writer, node: Node) -> None:
    alpha, beta = writer.real("alpha", 1), writer.real("beta", 1)
    turn_a, turn_b = (bool(writer.integer(name, 0)) for name in ("transA", "transB"))
    a = writer.operand(0)
    a = contiguous(writer, a, [1, 0]) if turn_a else a
    weights, bias = writer.constant(1), writer.constant(2) if writer.has(2) else None
    result = writer.result()
    if weights is not None and weights.dtype == np.float32:
        w = np.ascontiguousarray(weights.T if turn_b else weights) * alpha
        taken = bias is not None and bias.dtype == np.float32 and (
            bias.size == 1 or (bias.size == w.shape[1] and bias.shape[-1] == w.shape[1]))  # fmt: skip
        start = np.broadcast_to(bias.ravel() * beta, w.shape[1:]) if taken and bias is not None else None
        _layer(writer, a, w, start, result)
        if taken or not writer.has(2):
            return
    else:
        b = writer.operand(1)
        b = contiguous(writer, b, [1, 0]) if turn_b else b
        _multiply(writer, a, b, result, result.shape[0], result.shape[1], a.shape[1])
        if alpha != 1:
            writer.elementwise(result, [result], lambda y: f"{number(alpha, result.type)} * {y}")
    if writer.has(2):
        factor = f"{number(beta, result.type)} * " if beta != 1 else ""
        writer.elementwise(result, [result, writer.operand(2)], lambda y, c: f"{y} + {factor}{c}")


def _multiply(writer: Writer, a: Value, b: Value, y: Value, m: Length, n: Length, k: Length, at_a: str = "",
              at_b: str = "", at_y: str = "") -> None:  # fmt: skip
    if not y.type.startswith("float"):
        writer.refuse(f"a header multiplies no matrices of {y.type}")
    writer.use("products")
    texts = [f"{writer.pointer(value)}{at}" for value, at in ((a, at_a), (b, at_b), (y, at_y))]
    writer.line(f"detail::multiply({', '.join([*texts, *(writer.text(each) for each in (m, n, k))])});")


def _matmul(writer: Writer, node: Node) -> None:
    a, b, result = writer.operand(0), writer.operand(1), writer.result()
    left = a.shape if a.rank > 1 else (ONE, *a.shape)
    right = b.shape if b.rank > 1 else (*b.shape, ONE)
    m, k, n = left[-2], left[-1], right[-1]
    lead = result.shape[: len(result.shape) - (a.rank > 1) - (b.rank > 1)]
    loops = writer.broadcast(lead, [left[:-2], right[:-2], lead])
    sizes = [m * k, k * n, m * n]
    loops = [(variable, length, [stride * size for stride, size in zip(strides, sizes, strict=True)])
             for variable, length, strides in loops]  # fmt: skip
    with writer.loops([(variable, length) for variable, length, _ in loops]):
        places = [f" + {place}" if (place := writer.place(loops, i)) != "0" else "" for i in range(3)]
        _multiply(writer, a, b, result, m, n, k, *places)


OPERATORS: dict[str, Callable[[Writer, Node], None]] = {"internal.Dense": _dense, "Gemm": _gemm, "MatMul": _matmul}
