"""Sums, means, extremes over axes, which stay with length 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..building import Builder, Ints, Tensor
from .elementwise import binary, square


def reduced(build: Builder, operator: str, x: Tensor, axes: Ints, type_: str = "float32") -> Tensor:
    """A reduction of ONNX; over no axes it is the tensor itself."""
    axes = build.axes(list(axes), x.rank)
    if x.type != type_:
        build.fail(f"takes {type_}, the tensor is {x.type}")
    if not axes:
        return build.add("Identity", x, shape=x.shape, type=x.type)
    shape = [1 if axis in axes else length for axis, length in enumerate(x.shape)]
    return build.add(operator, x, np.asarray(axes, np.int64), shape=shape, type=x.type, keepdims=1)


def sum_reduce(build: Builder, input: Tensor, axes: Ints, normalize: bool = False) -> Any:
    return reduced(build, "ReduceMean" if normalize else "ReduceSum", input, axes)


def mean_reduce(build: Builder, input: Tensor, axes: Ints) -> Any:
    return reduced(build, "ReduceMean", input, axes)


def max_reduce(build: Builder, input: Tensor, axes: Ints) -> Any:
    return reduced(build, "ReduceMax", input, axes)


def min_reduce(build: Builder, input: Tensor, axes: Ints) -> Any:
    return reduced(build, "ReduceMin", input, axes)


def any_reduce(build: Builder, input: Tensor, axes: Ints) -> Any:
    return reduced(build, "ReduceMax", input, axes, "bool")


def all_reduce(build: Builder, input: Tensor, axes: Ints) -> Any:
    return reduced(build, "ReduceMin", input, axes, "bool")


def _place_of_extreme(build: Builder, operator: str, input: Tensor, axes: Ints) -> Tensor:
    axes = build.axes(axes, input.rank)
    if len(axes) != 1:
        build.unsupported(f"over {len(axes)} axes at once; over one it is read")
    shape = [1 if axis in axes else length for axis, length in enumerate(input.shape)]
    return build.add(operator, build.as_float(input), shape=shape, type="int64", axis=axes[0], keepdims=1)


def argmax_reduce(build: Builder, input: Tensor, axes: Ints) -> Any:
    return _place_of_extreme(build, "ArgMax", input, axes)


def argmin_reduce(build: Builder, input: Tensor, axes: Ints) -> Any:
    return _place_of_extreme(build, "ArgMin", input, axes)


def moments(build: Builder, input: Tensor, axes: Ints) -> Any:
    mean = mean_reduce(build, input, axes)
    return mean, mean_reduce(build, square(build, binary(build, "Sub", input, mean)), axes)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "sum_reduce": sum_reduce, "mean_reduce": mean_reduce, "max_reduce": max_reduce, "min_reduce": min_reduce,
    "any_reduce": any_reduce, "all_reduce": all_reduce, "argmax_reduce": argmax_reduce,
    "argmin_reduce": argmin_reduce, "moments": moments,
}  # fmt: skip
