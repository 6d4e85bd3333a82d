"""Convolutions with constant weights: a product of the weights with what stands under each window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..lengths import Length, product
from ..literals import CPP
from ..windows import windows_of
from .picking import _sum

if TYPE_CHECKING:
    from .....graph import Node
    from ..windows import Window
    from ..writing import Value, Writer

__all__ = ["OPERATORS"]


def _convolve(writer: Writer, node: Node) -> None:
    x, weights = writer.operand(0), writer.constant(1)
    if weights is None:
        writer.refuse("its weights are computed, and a header wants them fixed")
    result = writer.result()
    windows = windows_of(writer, x, list(weights.shape[2:]), result.shape[2:])
    groups = writer.integer("group", 1)
    maps, depth = weights.shape[0] // groups, int(np.prod(weights.shape[1:]))
    packed = writer.table(np.ascontiguousarray(weights.reshape(groups, maps, depth).transpose(0, 2, 1)))
    bias = writer.pointer(writer.operand(2)) if writer.has(2) else ""
    image, extents = _image(writer, x, windows)
    writer.use("products")
    places, size = product(result.shape[2:]), product(extents)
    plane = x.shape[1] * size
    axes = [(f"r{i}", window.windows) for i, window in enumerate(windows)]
    loops = [("e", x.shape[0]), ("g", Length.of(groups)), *axes]
    steps = [Length.of(window.stride) * product(extents[i + 1 :]) for i, window in enumerate(windows)]
    with writer.loops(loops), writer.block(""):
        first = [(name, step, length) for (name, length), step in zip(axes, steps, strict=True)]
        start = _sum(writer, [("e", plane, x.shape[0]), ("g", Length.of(weights.shape[1]) * size, Length.of(groups)),
                              *first])  # fmt: skip
        to = _sum(writer, [("e", Length.of(groups * maps) * places, x.shape[0]),
                           ("g", Length.of(maps) * places, Length.of(groups)),
                           *((name, step, length) for (name, length), step
                             in zip(axes, writer.strides(result.shape[2:]), strict=True))])  # fmt: skip
        kind = CPP[x.type]
        group = "" if groups == 1 else f" + g * {maps * depth}"
        own = "" if groups == 1 else f" + g * {maps}"
        writer.line(f"const {kind}* from = {writer.pointer(image)} + {start};")
        writer.line(f"{kind}* to = {result.text} + {to};")
        begin = f"[=](int j) {{ return ({bias}{own})[j]; }}" if bias else f"[](int) {{ return {kind}(0); }}"
        value = "sum < 0 ? 0 : sum" if node.operator == "internal.Convolution" else "sum"
        writer.line(f"detail::products<{depth}, {maps}>(")
        writer.line(f"    [=](int k) {{ return from[{_under(writer, windows, extents)}]; }},")
        writer.line(f"    {packed.text}{group}, {begin},")
        writer.line(f"    [=](int j, {kind} sum) {{ to[j{_times(writer, places)}] = {value}; }});")


def _times(writer: Writer, length: Length) -> str:
    return "" if length.number == 1 else f" * {length.factor(writer.axes)}"


def _under(writer: Writer, windows: list[Window], extents: list[Length]) -> str:
    """Where element k of a window is from its first one: k counts channels, then the places of the kernel."""
    parts, inner = [], 1
    for i in reversed(range(len(windows))):
        step = Length.of(windows[i].dilation) * product(extents[i + 1 :])
        if windows[i].kernel != 1:
            parts.append(f"{f'k / {inner}' if inner != 1 else 'k'} % {windows[i].kernel}{_times(writer, step)}")
        inner *= windows[i].kernel
    channel = f"k / {inner}" if inner != 1 else "k"
    return " + ".join([f"{channel}{_times(writer, product(extents))}", *reversed(parts)])


def _image(writer: Writer, x: Value, windows: list[Window]) -> tuple[Value, list[Length]]:
    """The input with its padding, and its lengths."""
    extents = [window.length + Length.of(window.before + window.after) for window in windows]
    if not any(window.before or window.after for window in windows):
        return x, extents
    shape = (*x.shape[:2], *extents)
    image = writer.scratch(x.type, product(shape))
    writer.line(f"for (int i = 0; i < {writer.text(product(shape))}; ++i) {image.text}[i] = 0;")
    strides, at = writer.strides(shape), Length.of(0)
    for window, stride in zip(windows, strides[2:], strict=True):
        at = at + Length.of(window.before) * stride
    writer.move(x.shape, image, (at, strides), x, (Length.of(0), writer.strides(x.shape)))
    return image, extents


def _transposed(writer: Writer, node: Node) -> None:
    """Every element, times the weights of each place of the kernel in turn, is added where that place falls."""
    x, weights = writer.operand(0), writer.constant(1)
    if weights is None:
        writer.refuse("its weights are computed, and a header wants them fixed")
    result, groups = writer.result(), writer.integer("group", 1)
    kernel, channels, maps = list(weights.shape[2:]), weights.shape[0] // groups, weights.shape[1]
    windows = windows_of(writer, x, kernel, x.shape[2:], result.shape[2:])
    packed = weights.reshape(groups, channels, maps, -1).transpose(0, 3, 1, 2)
    table, kind = writer.table(np.ascontiguousarray(packed)).text, CPP[x.type]
    writer.use("products")
    plane, elements = product(result.shape[2:]), product(x.shape[2:])
    bias = writer.operand(2) if writer.has(2) else None
    every = Length.of(groups * maps)
    with writer.loops([("r0", x.shape[0] * every), ("r1", plane)]):
        place = "r0" if x.shape[0].number == 1 else f"r0 % {groups * maps}"
        to = _sum(writer, [("r0", plane, x.shape[0] * every), ("r1", Length.of(1), plane)])
        writer.line(f"{result.text}[{to}] = {writer.element(bias, place) if bias is not None else 0};")
    axes = [(f"k{i}", Length.of(each)) for i, each in enumerate(kernel)]
    axes += [(f"r{i}", window.windows) for i, window in enumerate(windows)]
    with writer.loops([("e", x.shape[0]), ("g", Length.of(groups)), *axes]), writer.block(""):
        for i, window in enumerate(windows):
            writer.line(f"const int p{i} = {writer.variable(f'r{i}', window.windows)} * {window.stride} + "
                        f"{writer.variable(f'k{i}', Length.of(window.kernel))} * {window.dilation} - {window.before};")
            writer.line(f"if (p{i} < 0 || p{i} >= {writer.text(window.length)}) continue;")
        strides = writer.strides(x.shape[2:])
        here = _sum(writer, [(f"r{i}", stride, window.windows)
                             for i, (window, stride) in enumerate(zip(windows, strides, strict=True))])
        there = _sum(writer, [(f"p{i}", stride, None) for i, stride in enumerate(writer.strides(result.shape[2:]))])
        tap = _sum(writer, [(f"k{i}", Length.of(int(np.prod(kernel[i + 1 :])) * channels * maps), Length.of(each))
                            for i, each in enumerate(kernel)])  # fmt: skip
        block = Length.of(channels * maps * int(np.prod(kernel)))
        source, to = (_sum(writer, [("e", Length.of(groups) * step, x.shape[0]), ("g", step, Length.of(groups))])
                      for step in (Length.of(channels) * elements, Length.of(maps) * plane))  # fmt: skip
        weight = _sum(writer, [("g", block, Length.of(groups))])
        writer.line(f"const {kind}* from = {writer.pointer(x)} + {source} + {here};")
        writer.line(f"{kind}* to = {result.text} + {to} + {there};")
        writer.line(f"detail::products<{channels}, {maps}>([=](int k) {{ return from[k{_times(writer, elements)}]; }},")
        writer.line(f"    {table} + {weight} + {tap}, [](int) {{ return {kind}(0); }},")
        writer.line(f"    [=](int j, {kind} sum) {{ to[j{_times(writer, plane)}] += sum; }});")


OPERATORS: dict[str, Callable[[Writer, Node], None]] = {"Conv": _convolve, "internal.Convolution": _convolve,
                                                        "ConvTranspose": _transposed}
