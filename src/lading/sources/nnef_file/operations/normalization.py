"""Normalizations, by constants and by norms (specification, chapter 4.9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..building import Builder, Ints, Operand, Tensor
from .elementwise import binary, square, unary
from .pooling import box
from .reductions import reduced


def batch_normalization(build: Builder, input: Tensor, mean: Operand, variance: Operand, offset: Operand,
                        scale: Operand, epsilon: float) -> Any:
    """offset + scale · (x − mean) / √(variance + epsilon): one node where all four are constants by channel."""
    build.as_float(input)
    parts = [scale, offset, mean, variance]
    vectors = [build.vector(each, input.shape[1]) for each in parts] if input.rank > 1 else [None]
    if None not in vectors:
        return build.add("BatchNormalization", input, *vectors, shape=input.shape, epsilon=epsilon)
    spread = unary(build, "Sqrt", binary(build, "Add", variance, epsilon))
    apart = binary(build, "Mul", scale, binary(build, "Sub", input, mean))
    return binary(build, "Add", offset, binary(build, "Div", apart, spread))


def _divided(build: Builder, input: Tensor, norm: Tensor, bias: float, epsilon: float) -> Tensor:
    if bias:
        norm = binary(build, "Add", norm, bias)
    if epsilon:
        norm = binary(build, "Max", norm, epsilon)
    return binary(build, "Div", input, norm)


def l1_normalization(build: Builder, input: Tensor, axes: Ints, bias: float = 0.0, epsilon: float = 0.0) -> Any:
    norm = reduced(build, "ReduceSum", unary(build, "Abs", input), axes)
    return _divided(build, input, norm, bias, epsilon)


def l2_normalization(build: Builder, input: Tensor, axes: Ints, bias: float = 0.0, epsilon: float = 0.0) -> Any:
    norm = unary(build, "Sqrt", reduced(build, "ReduceSum", square(build, input), axes))
    return _divided(build, input, norm, bias, epsilon)


def local_response_normalization(build: Builder, input: Tensor, size: Ints, alpha: float = 1.0, beta: float = 0.5,
                                 bias: float = 1.0) -> Any:
    if len(size) != input.rank or input.rank < 3 or any(n != 1 for i, n in enumerate(size) if i != 1):
        build.unsupported(f"with size {size}; over neighbouring channels, [1, n, 1, …], it is read")
    return build.add("LRN", build.as_float(input), shape=input.shape, size=size[1], alpha=alpha, beta=beta, bias=bias)


def local_mean_normalization(build: Builder, input: Tensor, size: Ints) -> Any:
    return binary(build, "Sub", input, box(build, input, size, normalize=True))


def local_variance_normalization(build: Builder, input: Tensor, size: Ints, bias: float = 0.0, epsilon: float = 0.0
                                 ) -> Any:
    norm = unary(build, "Sqrt", box(build, square(build, input), size, normalize=True))
    return _divided(build, input, norm, bias, epsilon)


def local_contrast_normalization(build: Builder, input: Tensor, size: Ints, bias: float = 0.0, epsilon: float = 0.0
                                 ) -> Any:
    return local_variance_normalization(build, local_mean_normalization(build, input, size), size, bias, epsilon)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "batch_normalization": batch_normalization, "l1_normalization": l1_normalization,
    "l2_normalization": l2_normalization, "local_response_normalization": local_response_normalization,
    "local_mean_normalization": local_mean_normalization,
    "local_variance_normalization": local_variance_normalization,
    "local_contrast_normalization": local_contrast_normalization,
}  # fmt: skip
