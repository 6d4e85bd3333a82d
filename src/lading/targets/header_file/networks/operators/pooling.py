"""Pools over windows of fixed size, and over whole channels."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from ..lengths import product
from ..literals import CPP
from ..windows import Window, windows_of
from .picking import _sum

if TYPE_CHECKING:
    from .....graph import Node
    from ..writing import Writer

__all__ = ["OPERATORS"]


def _pool(writer: Writer, node: Node) -> None:
    """float32 sums along the first spatial axis, then what comes out along the next; float64 all in one, in order."""
    x = writer.operand(0)
    if writer.wants(1):
        writer.refuse("a header gives the largest numbers, not their places")
    if not x.type.startswith("float"):
        writer.refuse(f"a header pools no {x.type}")
    result = writer.result()
    windows = windows_of(writer, x, writer.integers("kernel_shape"), result.shape[2:])
    largest, by_axes = node.operator == "MaxPool", x.type == "float32" and all(
        window.dilation == 1 or window.kernel == 1 for window in windows)  # fmt: skip
    writer.use("bits")
    kind = CPP[x.type]
    axes = [(f"r{i}", window.windows) for i, window in enumerate(windows)]
    before = x.shape[0] * x.shape[1]
    with writer.loops([("e", before), *axes]), writer.block(""):
        plane = product(x.shape[2:])
        start = _sum(writer, [("e", plane, before)])
        writer.line(f"const {kind}* from = {writer.pointer(x)} + {start};")
        sums = "double" if not by_axes and not largest else kind
        for i, window in enumerate(windows):
            _ends(writer, i, window)
        order = list(range(len(windows)))[::-1] if by_axes else list(range(len(windows)))
        neutral = f"-std::numeric_limits<{sums}>::infinity()" if largest else f"{sums}(0)"
        join = "detail::larger({a}, {b})" if largest else "{a} + {b}"
        strides = writer.strides(x.shape[2:])
        at = " + ".join(f"k{i}" if strides[i].number == 1 else f"k{i} * {strides[i].factor(writer.axes)}"
                        for i in range(len(windows)))  # fmt: skip
        writer.line(f"{sums} sum = {neutral};")
        _nest(writer, windows, order, sums, neutral, join, f"from[{at}]", by_axes)
        to = _sum(writer, [("e", product(result.shape[2:]), before),
                           *((name, step, length) for (name, length), step
                             in zip(axes, writer.strides(result.shape[2:]), strict=True))])  # fmt: skip
        writer.line(f"{result.text}[{to}] = {_value(writer, windows, kind, largest)};")


def _ends(writer: Writer, i: int, window: Window) -> None:
    """The elements under window r{i} that exist, and how many places it has with the padding."""
    place = writer.variable(f"r{i}", window.windows)
    length = writer.text(window.length)
    begin = f"{place} * {window.stride} - {window.before}"
    writer.line(f"int begin{i} = {begin}, end{i} = begin{i} + {window.reach};")
    writer.line(f"const int places{i} = (detail::smaller(end{i}, {length} + {window.after}) - begin{i} + "
                f"{window.dilation - 1}) / {window.dilation};")  # fmt: skip
    writer.line(f"static_cast<void>(places{i});")
    writer.line(f"while (begin{i} < 0) begin{i} += {window.dilation};")
    writer.line(f"end{i} = detail::larger(detail::smaller(end{i}, {length}), begin{i});")


def _nest(writer: Writer, windows: list[Window], order: list[int], sums: str, neutral: str, join: str, element: str,
          by_axes: bool) -> None:  # fmt: skip
    """Loops over the elements; by axes, each inner loop has a sum of its own."""
    with ExitStack() as stack:
        outer = "sum"
        for depth, i in enumerate(order):
            head = f"for (int k{i} = begin{i}; k{i} < end{i}; k{i} += {windows[i].dilation})"
            stack.enter_context(writer.block(head))
            if depth + 1 == len(order):
                writer.line(f"{outer} = {join.format(a=outer, b=element)};")
            elif by_axes:
                inner = f"sum{depth}"
                writer.line(f"{sums} {inner} = {neutral};")
                stack.callback(writer.line, f"{outer} = {join.format(a=outer, b=inner)};")
                outer = inner


def _value(writer: Writer, windows: list[Window], kind: str, largest: bool) -> str:
    if largest:
        return "sum"
    padding = writer.integer("count_include_pad", 0)
    count = " * ".join(f"places{i}" if padding else
                       f"((end{i} - begin{i} + {window.dilation - 1}) / {window.dilation})"
                       for i, window in enumerate(windows))  # fmt: skip
    return f"static_cast<{kind}>(sum) / static_cast<{kind}>({count})"


def _global(writer: Writer, node: Node) -> None:
    x, result = writer.operand(0), writer.result()
    rows, count = writer.text(product(x.shape[:2])), writer.text(product(x.shape[2:]))
    largest = node.operator == "GlobalMaxPool"
    if x.type == "float32":
        writer.use("rows")
        kind = "Largest" if largest else "Sum"
        writer.line(f"detail::reduce_rows<detail::{kind}>({writer.pointer(x)}, {result.text}, {rows}, {count});")
        if not largest:
            writer.elementwise(result, [result], lambda y: f"{y} / static_cast<float>({count})")
        return
    writer.use("bits")
    with writer.block(f"for (int i = 0; i < {rows}; ++i)"):
        writer.line(f"double sum = {'-std::numeric_limits<double>::infinity()' if largest else '0'};")
        value = f"{writer.pointer(x)}[i * ({count}) + k]"
        step = f"detail::larger(sum, {value})" if largest else f"sum + {value}"
        writer.line(f"for (int k = 0; k < {count}; ++k) sum = {step};")
        writer.line(f"{result.text}[i] = {'sum' if largest else f'sum / static_cast<double>({count})'};")


OPERATORS: dict[str, Callable[[Writer, Node], None]] = {
    "MaxPool": _pool, "AveragePool": _pool, "GlobalMaxPool": _global, "GlobalAveragePool": _global,
}  # fmt: skip
