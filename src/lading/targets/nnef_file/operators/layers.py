"""Products of matrices, convolutions, pooling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..writing import Value
from .elementwise import number, on

if TYPE_CHECKING:
    from ....graph import Node
    from ..writing import Writer


def gemm(writer: Writer, node: Node) -> Value:
    """linear() where the weights are known, which NNEF has as (channels out, channels in); else matmul()."""
    a, b, c = writer.scalar(0), writer.scalar(1), writer.operand(2)
    alpha, beta = float(writer.attribute("alpha", 1.0)), float(writer.attribute("beta", 1.0))
    turned_a, turned_b = bool(writer.attribute("transA", 0)), bool(writer.attribute("transB", 0))
    rows, columns = a.shape[turned_a], b.shape[not turned_b]
    if c is not None and beta != 1.0:
        c = on(writer, "mul", c, number(beta))
    bias = _row(writer, c, columns) if c is not None and alpha == 1.0 else None
    if b.array is not None and not turned_a:
        weights = b if turned_b else Value("", b.shape[::-1], "scalar", np.ascontiguousarray(b.array.T), b.name)
        read = [writer.read(a), writer.read(weights), *([writer.read(bias)] if bias is not None else [])]
        made = writer.call("linear", *read, shape=(rows, columns))
    else:
        bias = None
        made = writer.call("matmul", writer.read(a), writer.read(b), shape=(rows, columns), transposeA=turned_a,
                           transposeB=turned_b)
    if alpha != 1.0:
        made = on(writer, "mul", made, number(alpha))
    return made if c is None or bias is not None else on(writer, "add", made, c)


def _row(writer: Writer, bias: Value, length: int) -> Value | None:
    """A known bias of one number a channel, as NNEF has it: (1, channels)."""
    if bias.array is None or bias.array.size != length or bias.shape[-1:] != (length,):
        return None
    return writer.shaped(bias, (1, length))


def matmul(writer: Writer, node: Node) -> Value:
    a, b = writer.scalar(0), writer.scalar(1)
    if min(a.rank, b.rank) < 2:
        writer.refuse("NNEF multiplies matrices, not vectors")
    rank = max(a.rank, b.rank)
    around = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    shape = (*around, a.shape[-2], b.shape[-1])
    a, b = _ranked(writer, a, rank), _ranked(writer, b, rank)
    return writer.call("matmul", writer.read(a), writer.read(b), shape=shape)


def _ranked(writer: Writer, value: Value, rank: int) -> Value:
    if value.array is not None:
        return writer.shaped(value, (*[1] * (rank - value.rank), *value.shape))
    return writer.with_rank(value, rank)


def _padding(writer: Writer, axes: int) -> list[tuple[int, int]]:
    if writer.attribute("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        writer.refuse("its padding is automatic; export it with numbers")
    pads = list(writer.attribute("pads", [0] * (2 * axes)))
    return list(zip(pads[:axes], pads[axes:], strict=True))


def _windows(writer: Writer, axes: int) -> dict[str, Any]:
    return {"border": "constant", "padding": _padding(writer, axes),
            "stride": list(writer.attribute("strides", [1] * axes)),
            "dilation": list(writer.attribute("dilations", [1] * axes))}  # fmt: skip


def _convolution(writer: Writer, operation: str, length: int, **more: Any) -> Value:
    x, filters, bias = writer.scalar(0), writer.scalar(1), writer.operand(2)
    row = None if bias is None else _row(writer, bias, length)
    shape = writer.ran[writer.node.outputs[0]].shape
    read = [writer.read(each) for each in (x, filters, row) if each is not None]
    made = writer.call(operation, *read, shape=shape, **_windows(writer, x.rank - 2),
                       groups=int(writer.attribute("group", 1)), **more)
    if bias is None or row is not None:
        return made
    added = writer.call("unsqueeze", writer.read(bias), shape=(1, length), axes=[0])
    return writer.call("add", made.text, added.text, shape=shape)


def conv(writer: Writer, node: Node) -> Value:
    return _convolution(writer, "conv", writer.scalar(1).shape[0])


def conv_transpose(writer: Writer, node: Node) -> Value:
    channels = writer.scalar(1).shape[1] * int(writer.attribute("group", 1))
    if "output_shape" in node.attributes:
        writer.refuse("its padding follows from output_shape; export it with pads")
    return _convolution(writer, "deconv", channels, output_shape=list(writer.ran[node.outputs[0]].shape))


def _pool(writer: Writer, operation: str, border: str) -> Value:
    x = writer.scalar(0)
    axes = x.rank - 2
    windows = _windows(writer, axes)
    reach = [(size - 1) * dilation + 1 for size, dilation
             in zip(writer.attribute("kernel_shape", []), windows["dilation"], strict=True)]  # fmt: skip
    shape = [(n + a + b - r) // s + 1 for n, (a, b), r, s
             in zip(x.shape[2:], windows["padding"], reach, windows["stride"], strict=True)]  # fmt: skip
    return writer.call(operation, writer.read(x), shape=(*x.shape[:2], *shape), border=border,
                       size=[1, 1, *writer.attribute("kernel_shape", [])],
                       padding=[(0, 0), (0, 0), *windows["padding"]], stride=[1, 1, *windows["stride"]],
                       dilation=[1, 1, *windows["dilation"]])


def max_pool(writer: Writer, node: Node) -> Value:
    return _pool(writer, "max_pool", "ignore")


def average_pool(writer: Writer, node: Node) -> Value:
    return _pool(writer, "avg_pool", "constant" if writer.attribute("count_include_pad", 0) else "ignore")


def batch_normalization(writer: Writer, node: Node) -> Value:
    x = writer.scalar(0)
    scale, offset, mean, variance = (writer.scalar(i) for i in range(1, 5))
    rows = [_row(writer, each, each.shape[0]) for each in (mean, variance, offset, scale)]
    if None in rows:
        writer.refuse("its statistics are known only when the graph runs")
    read = [writer.read(each) for each in rows if each is not None]
    return writer.call("batch_normalization", writer.read(x), *read, shape=x.shape,
                       epsilon=float(writer.attribute("epsilon", 1e-5)))


def local_response(writer: Writer, node: Node) -> Value:
    x = writer.scalar(0)
    return writer.call("local_response_normalization", writer.read(x), shape=x.shape,
                       size=[1, int(node.attributes["size"]), *[1] * (x.rank - 2)],  # type: ignore[arg-type]
                       alpha=float(writer.attribute("alpha", 1e-4)), beta=float(writer.attribute("beta", 0.75)),
                       bias=float(writer.attribute("bias", 1.0)))


OPERATORS: dict[str, Any] = {
    "Gemm": gemm, "MatMul": matmul, "Conv": conv, "ConvTranspose": conv_transpose, "MaxPool": max_pool,
    "AveragePool": average_pool, "BatchNormalization": batch_normalization, "LRN": local_response,
}  # fmt: skip
