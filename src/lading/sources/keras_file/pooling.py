"""Pooling; an average counts no padding. And what changes the size of images and sequences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .convolution import is_first, padding, space_first, space_last
from .layer import Layer
from .masking import with_steps
from .values import Length, Value

__all__ = ["cropped", "pooled", "pooled_globally", "upsampled", "zero_padded"]


def pooled(operator: str, dimensions: int) -> Callable[[Layer, Value], Value]:
    """The builder of MaxPooling and AveragePooling."""

    def build(layer: Layer, x: Value) -> Value:
        layer.rank(x, dimensions + 2)
        sizes = layer.integers("pool_size", dimensions, 2)
        strides = layer.integers("strides", dimensions, sizes) if layer.option("strides", None) is not None else sizes
        turned = space_last(layer, x)
        pads, lengths = padding(layer, turned.shape[2:], sizes, strides)
        y = layer.add(operator, turned, kernel_shape=sizes, strides=strides, **pads)
        return space_first(layer, Value(y, (*turned.shape[:2], *lengths), x.type))

    return build


def pooled_globally(operator: str, dimensions: int) -> Callable[[Layer, Value], Value]:
    """The builder of the global ones. An average over a masked sequence counts the steps that are there."""

    def build(layer: Layer, x: Value) -> Value:
        layer.rank(x, dimensions + 2)
        first, keep = is_first(layer), layer.flag("keepdims", False)
        axes = list(range(2, x.rank)) if first else list(range(1, x.rank - 1))
        if operator == "ReduceMean" and dimensions == 1 and x.mask is not None:
            steps = with_steps(layer, x.mask, x.type, 1 if first else 2)
            total = layer.add("ReduceSum", layer.add("Mul", x, steps), np.array(axes), keepdims=int(keep))
            y = layer.add("Div", total, layer.add("ReduceSum", steps, np.array(axes), keepdims=int(keep)))
        elif dimensions == 2:
            pool = {"ReduceMean": "GlobalAveragePool", "ReduceMax": "GlobalMaxPool"}[operator]
            image = space_last(layer, x)
            turned = Value(layer.add(pool, image), (*image.shape[:2], 1, 1), x.type)
            y = space_first(layer, turned).name if keep else layer.add("Squeeze", turned, np.array([2, 3]))
        else:
            y = layer.add(operator, x, np.array(axes), keepdims=int(keep))
        shape = [1 if at in axes else n for at, n in enumerate(x.shape) if keep or at not in axes]
        return Value(y, tuple(shape), x.type)

    return build


def upsampled(dimensions: int) -> Callable[[Layer, Value], Value]:
    """The builder of UpSampling1D and 2D."""

    def build(layer: Layer, x: Value) -> Value:
        layer.rank(x, dimensions + 2)
        sizes = layer.integers("size", dimensions, layer.config.get("length", 2))
        way = layer.text("interpolation", "nearest", ("nearest", "bilinear"))
        turned = space_last(layer, x)
        scales = np.array([1, 1, *sizes], np.float32)
        said = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        if way == "bilinear":
            said = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
        y = layer.add("Resize", turned, "", scales, **said)
        lengths: list[Length] = [n * s if isinstance(n, int) else n if s == 1 else f"{n}*{layer.name}"
                                 for n, s in zip(turned.shape[2:], sizes, strict=True)]  # fmt: skip
        return space_first(layer, Value(y, (*turned.shape[:2], *lengths), x.type))

    return build


def _borders(layer: Layer, option: str, dimensions: int, usual: int) -> list[tuple[int, int]]:
    """How much before and after along each axis: 2, [1, 2] or [[1, 2], [0, 1]]."""
    value = layer.option(option, usual)
    if dimensions == 1 and isinstance(value, list) and len(value) == 2:
        value = [value]
    value = [value] * dimensions if isinstance(value, int) else value
    pairs = [[each, each] if isinstance(each, int) else each for each in value] if isinstance(value, list) else []
    good = all(isinstance(pair, list) and len(pair) == 2 and all(type(n) is int and 0 <= n < 1 << 20 for n in pair)
               for pair in pairs)  # fmt: skip
    if len(pairs) != dimensions or not good:
        layer.fail(f"its '{option}' is {value!r}; it must be integers from 0, one or two along each axis")
    return [(before, after) for before, after in pairs]


def zero_padded(dimensions: int) -> Callable[[Layer, Value], Value]:
    """The builder of ZeroPadding1D and 2D."""

    def build(layer: Layer, x: Value) -> Value:
        borders, first = _placed(layer, x, "padding", dimensions)
        pads = [0] * (2 * x.rank)
        shape = list(x.shape)
        for axis, (before, after) in zip(range(first, first + dimensions), borders, strict=True):
            pads[axis], pads[axis + x.rank] = before, after
            n = shape[axis]
            shape[axis] = n + before + after if isinstance(n, int) else f"{n}+{layer.name}"
        return Value(layer.add("Pad", x, np.array(pads)), tuple(shape), x.type)

    return build


def cropped(dimensions: int) -> Callable[[Layer, Value], Value]:
    """The builder of Cropping1D and 2D."""

    def build(layer: Layer, x: Value) -> Value:
        borders, first = _placed(layer, x, "cropping", dimensions)
        shape = list(x.shape)
        for axis, (before, after) in zip(range(first, first + dimensions), borders, strict=True):
            n = shape[axis]
            if isinstance(n, int) and before + after >= n:
                layer.fail(f"it cuts {before + after} of {n} places")
            shape[axis] = n - before - after if isinstance(n, int) else f"{n}-{layer.name}"
        axes = np.arange(first, first + dimensions)
        begins = np.array([before for before, _ in borders])
        ends = np.array([-after if after else np.iinfo(np.int64).max for _, after in borders])
        return Value(layer.add("Slice", x, begins, ends, axes), tuple(shape), x.type)

    return build


def _placed(layer: Layer, x: Value, option: str, dimensions: int) -> tuple[list[tuple[int, int]], int]:
    layer.rank(x, dimensions + 2)
    return _borders(layer, option, dimensions, 1), 2 if dimensions > 1 and is_first(layer) else 1
