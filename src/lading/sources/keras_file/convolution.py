"""Convolutions in one and two dimensions, as TensorFlow pads them: what ``same`` cannot halve goes to the end.

ONNX has channels in front of space; layers with ``channels_last`` are turned and turned back.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .functions import activated
from .layer import Layer
from .roles import Role, kernel_and_bias, trained
from .values import Length, Value

__all__ = ["convolution", "depthwise", "separable", "space_first", "space_last", "transposed"]


def convolution(dimensions: int) -> Callable[[Layer, Value], Value]:
    """The builder of Conv1D or Conv2D."""

    def build(layer: Layer, x: Value) -> Value:
        _check(layer, x, dimensions)
        sizes, filters = layer.integers("kernel_size", dimensions), layer.integer("filters")
        groups, inside = layer.integer("groups", 1), _channels(layer, x)
        kernel = _kernel(layer, "kernel", dimensions, *sizes, inside // groups, filters)
        w = layer.weight("kernel", _out_first(kernel), "w", x.type)
        y = _conv(layer, space_last(layer, x), w, _bias(layer, filters, x.type), sizes, filters, groups)
        return activated(layer, space_first(layer, y))

    return build


def depthwise(dimensions: int) -> Callable[[Layer, Value], Value]:
    """The builder of DepthwiseConv1D or 2D: every channel has its own filters."""

    def build(layer: Layer, x: Value) -> Value:
        _check(layer, x, dimensions)
        y = _each_channel(layer, space_last(layer, x), dimensions, "kernel", bias=True)
        return activated(layer, space_first(layer, y))

    return build


def separable(dimensions: int) -> Callable[[Layer, Value], Value]:
    """The builder of SeparableConv1D or 2D: depthwise, then across channels."""

    def build(layer: Layer, x: Value) -> Value:
        _check(layer, x, dimensions)
        y = _each_channel(layer, space_last(layer, x), dimensions, "depthwise_kernel", bias=False)
        inside, filters = y.shape[1], layer.integer("filters")
        assert isinstance(inside, int)
        ones = [1] * dimensions
        kernel = layer.array("pointwise_kernel", *ones, inside, filters)
        w = layer.weight("pointwise_kernel", _out_first(kernel), "point.w", x.type)
        y_name = layer.add("Conv", y, w, *_bias(layer, filters, x.type), kernel_shape=ones)
        return activated(layer, space_first(layer, Value(y_name, (y.shape[0], filters, *y.shape[2:]), x.type)))

    return build


def transposed(dimensions: int) -> Callable[[Layer, Value], Value]:
    """The builder of Conv1DTranspose or Conv2DTranspose."""

    def build(layer: Layer, x: Value) -> Value:
        _check(layer, x, dimensions)
        sizes, filters = layer.integers("kernel_size", dimensions), layer.integer("filters")
        strides = layer.integers("strides", dimensions, 1)
        dilated = layer.integers("dilation_rate", dimensions, 1) != [1] * dimensions
        if dilated or layer.option("output_padding", None) is not None:
            layer.refuse("output_padding or dilation_rate of a transposed convolution")
        kernel = layer.array("kernel", *sizes, filters, _channels(layer, x))
        w = layer.weight("kernel", _out_first(kernel), "w", x.type)
        same = layer.text("padding", "valid", ("valid", "same")) == "same"
        cut = [max(k - s, 0) if same else 0 for k, s in zip(sizes, strides, strict=True)]
        more = [max(s - k, 0) for k, s in zip(sizes, strides, strict=True)]
        y = space_last(layer, x)
        name = layer.add("ConvTranspose", y, w, *_bias(layer, filters, x.type), kernel_shape=sizes, strides=strides,
                         pads=[*(c // 2 for c in cut), *(c - c // 2 for c in cut)], output_padding=more)  # fmt: skip
        lengths = [n * s + max(k - s, 0) - c if isinstance(n, int) else f"{n}*{layer.name}"
                   for n, s, k, c in zip(y.shape[2:], strides, sizes, cut, strict=True)]  # fmt: skip
        return activated(layer, space_first(layer, Value(name, (y.shape[0], filters, *lengths), x.type)))

    return build


def separable_roles(layer: Layer) -> list[Role]:
    return trained("depthwise_kernel", "pointwise_kernel", *(["bias"] if layer.flag("use_bias", True) else []))


def convolution_roles(layer: Layer) -> list[Role]:
    return kernel_and_bias(layer)


# ---------------------------------------------------------------------------------------- their parts


def _check(layer: Layer, x: Value, dimensions: int) -> None:
    layer.rank(x, dimensions + 2)


def _channels(layer: Layer, x: Value) -> int:
    return layer.fixed(x, 1 if is_first(layer) else x.rank - 1)[0]


def is_first(layer: Layer) -> bool:
    """Whether channels come before space."""
    order = layer.option("data_format", None) or "channels_last"
    if order not in ("channels_last", "channels_first"):
        layer.fail(f"its 'data_format' is {order!r}")
    return bool(order == "channels_first")


def space_last(layer: Layer, x: Value) -> Value:
    """With channels in front of space, as ONNX has them."""
    if is_first(layer):
        return x
    order = [0, x.rank - 1, *range(1, x.rank - 1)]
    return Value(layer.add("Transpose", x, perm=order), tuple(x.shape[at] for at in order), x.type)


def space_first(layer: Layer, x: Value) -> Value:
    """Back to where the layer has its channels."""
    if is_first(layer):
        return x
    order = [0, *range(2, x.rank), 1]
    return Value(layer.add("Transpose", x, perm=order), tuple(x.shape[at] for at in order), x.type)


def _kernel(layer: Layer, name: str, dimensions: int, *shape: int) -> np.ndarray:
    """Keras 1 writes one-dimensional kernels with an axis of length 1 more."""
    if layer.era == 1 and dimensions == 1 and layer.arrays.get(name, np.zeros(0)).ndim == 4:
        flat: np.ndarray = layer.array(name, shape[0], 1, *shape[1:])
        return flat.reshape(shape)
    return layer.array(name, *shape)


def _out_first(kernel: np.ndarray) -> np.ndarray:
    """(space, in, out) as (out, in, space)."""
    return np.transpose(kernel, (kernel.ndim - 1, kernel.ndim - 2, *range(kernel.ndim - 2)))


def _bias(layer: Layer, filters: int, type_: str) -> list[str]:
    return [layer.weight("bias", layer.array("bias", filters), "b", type_)] if layer.flag("use_bias", True) else []


def _each_channel(layer: Layer, x: Value, dimensions: int, name: str, bias: bool) -> Value:
    sizes, (inside,) = layer.integers("kernel_size", dimensions), layer.fixed(x, 1)
    several = layer.integer("depth_multiplier", 1)
    kernel = layer.array(name, *sizes, inside, several)
    turned = kernel.transpose(dimensions, dimensions + 1, *range(dimensions)).reshape(inside * several, 1, *sizes)
    w = layer.weight(name, turned, "w", x.type)
    biases = _bias(layer, inside * several, x.type) if bias else []
    return _conv(layer, x, w, biases, sizes, inside * several, inside)


def _conv(layer: Layer, x: Value, w: str, bias: list[str], sizes: list[int], filters: int, groups: int) -> Value:
    dimensions = len(sizes)
    strides, dilations = layer.integers("strides", dimensions, 1), layer.integers("dilation_rate", dimensions, 1)
    reach = [(k - 1) * d + 1 for k, d in zip(sizes, dilations, strict=True)]
    pads, lengths = padding(layer, x.shape[2:], reach, strides)
    said = {"kernel_shape": sizes, "strides": strides, "dilations": dilations, "group": groups}
    said = {key: value for key, value in said.items() if value not in (1, [1] * dimensions) or key == "kernel_shape"}
    y = layer.add("Conv", x, w, *bias, **said, **pads)
    return Value(y, (x.shape[0], filters, *lengths), x.type)


def padding(layer: Layer, lengths: tuple[Length, ...], reach: list[int],
            strides: list[int]) -> tuple[dict[str, list[int] | str], list[Length]]:  # fmt: skip
    """How a window is padded, as attributes, and how many places it then has along each axis."""
    mode = layer.text("padding", "valid", ("valid", "same", "causal"))
    begin: list[int] = []
    end: list[int] = []
    after: list[Length] = []
    for n, r, s in zip(lengths, reach, strides, strict=True):
        if not isinstance(n, int) and s > 1 and mode == "same":
            return {"auto_pad": "SAME_UPPER"}, [f"{each}/{layer.name}" if isinstance(each, str) else -(-each // t)
                                                for each, t in zip(lengths, strides, strict=True)]  # fmt: skip
        total = {"valid": 0, "causal": r - 1, "same": r - 1}[mode]
        if mode == "same" and isinstance(n, int):
            total = max((-(-n // s) - 1) * s + r - n, 0)
        begin.append(total if mode == "causal" else total // 2)
        end.append(total - begin[-1])
        if isinstance(n, int):
            if n + total < r:
                layer.fail(f"{n} places are fewer than its window of {r}")
            after.append((n + total - r) // s + 1)
        else:
            after.append(n if total == r - 1 and s == 1 else f"{n}-{layer.name}")
    return ({"pads": begin + end} if any(begin + end) else {}), after
