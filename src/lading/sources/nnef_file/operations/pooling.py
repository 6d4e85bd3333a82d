"""Pooling, and sampling up and down."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..building import Builder, Ints, Pairs, Tensor
from .elementwise import binary, square, unary
from .layout import slice_
from .windows import Windows


def _windows(build: Builder, input: Tensor, size: Ints, padding: Any, stride: Any, dilation: Any) -> Windows:
    """Windows of a pooling, which NNEF gives for all axes; on entries and channels they are of one number."""
    build.as_float(input)
    lists = [list(size), list(stride) or [1] * input.rank, list(dilation) or [1] * input.rank]
    if input.rank < 3 or any(len(each) != input.rank for each in lists) or (padding and len(padding) != input.rank):
        build.fail(f"its size, stride, dilation and padding have one item for each axis of {list(input.shape)}, at "
                   "least 3")
    if any(each[:2] != [1, 1] for each in lists[:2]) or any(tuple(pair) != (0, 0) for pair in list(padding)[:2]):
        build.unsupported("over entries or channels; over what is behind them it is read")
    sizes, strides, dilations = (each[2:] for each in lists)
    return Windows(build, input.shape[2:], sizes, list(padding)[2:], strides, dilations)


def _pooled(build: Builder, operator: str, input: Tensor, windows: Windows, **attributes: Any) -> Tensor:
    shape = (*input.shape[:2], *windows.lengths())
    return build.add(operator, input, shape=shape, kernel_shape=windows.sizes, **attributes, **windows.attributes())


def max_pool(build: Builder, input: Tensor, size: Ints, border: str = "constant", padding: Pairs = (),
             stride: Ints = (), dilation: Ints = ()) -> Any:
    windows = _windows(build, input, size, padding, stride, dilation)
    if border == "constant" and any(any(pair) for pair in windows.padding):
        from .layout import pad

        input = pad(build, input, [(0, 0), (0, 0), *windows.padding])
        windows = Windows(build, input.shape[2:], windows.sizes, [(0, 0)] * len(windows.sizes), windows.strides,
                          windows.dilations)
    elif border not in ("constant", "ignore"):
        input = windows.bordered(input, border)
    return _pooled(build, "MaxPool", input, windows)


def box(build: Builder, input: Tensor, size: Ints, border: str = "constant", padding: Pairs = (), stride: Ints = (),
        dilation: Ints = (), normalize: bool = False) -> Any:
    """The sum over each window, or its mean; with the border "ignore" over what is inside."""
    windows = _windows(build, input, size, padding, stride, dilation)
    if border not in ("constant", "ignore"):
        input = windows.bordered(input, border)
    counted = int(border != "ignore" or not normalize)
    mean = _pooled(build, "AveragePool", input, windows, count_include_pad=counted)
    return mean if normalize else binary(build, "Mul", mean, float(math.prod(windows.sizes)))


def avg_pool(build: Builder, input: Tensor, size: Ints, border: str = "constant", padding: Pairs = (),
             stride: Ints = (), dilation: Ints = ()) -> Any:
    return box(build, input, size, border, padding, stride, dilation, True)


def rms_pool(build: Builder, input: Tensor, size: Ints, border: str = "constant", padding: Pairs = (),
             stride: Ints = (), dilation: Ints = ()) -> Any:
    squares = square(build, input)
    return unary(build, "Sqrt", box(build, squares, size, border, padding, stride, dilation, True))


def _factors(build: Builder, input: Tensor, factor: Ints, divides: bool) -> None:
    fits = not divides or all(n % f == 0 for n, f in zip(input.shape[2:], factor, strict=False) if f > 0)
    if input.rank < 3 or len(factor) != input.rank - 2 or min(factor) < 1 or not fits:
        build.fail(f"the factor {factor} does not fit {list(input.shape)}")


def area_downsample(build: Builder, input: Tensor, factor: Ints) -> Any:
    _factors(build, input, factor, True)
    size = [1, 1, *factor]
    return box(build, input, size, "constant", [(0, 0)] * input.rank, size, (), True)


def nearest_downsample(build: Builder, input: Tensor, factor: Ints) -> Any:
    _factors(build, input, factor, True)
    axes = list(range(2, input.rank))
    return slice_(build, input, axes, [0] * len(axes), list(input.shape[2:]), list(factor))


def nearest_upsample(build: Builder, input: Tensor, factor: Ints) -> Any:
    _factors(build, input, factor, False)
    shape = [*input.shape[:2], *(n * f for n, f in zip(input.shape[2:], factor, strict=True))]
    scales = np.asarray([1, 1, *factor], np.float32)
    return build.add("Resize", build.as_float(input), None, scales, shape=shape, mode="nearest",
                     coordinate_transformation_mode="asymmetric", nearest_mode="floor")


OPERATIONS: dict[str, Callable[..., Any]] = {
    "max_pool": max_pool, "box": box, "avg_pool": avg_pool, "rms_pool": rms_pool, "area_downsample": area_downsample,
    "nearest_downsample": nearest_downsample, "nearest_upsample": nearest_upsample,
}  # fmt: skip
