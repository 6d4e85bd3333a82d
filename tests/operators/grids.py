"""Random nodes with windows, drawn so that every attribute meets every other one."""

from __future__ import annotations

from typing import Any

import numpy as np

Attributes = dict[str, Any]


def some(rng: np.random.Generator, low: int, high: int, count: int) -> list[int]:
    return [int(each) for each in rng.integers(low, high, count)]


def windows(rng: np.random.Generator, kernel: list[int], auto: bool = True) -> Attributes:
    """strides, dilations, and pads or auto_pad for a kernel; pads are smaller than the kernel."""
    rank, attributes = len(kernel), Attributes()
    if rng.random() < 0.7:
        attributes["strides"] = some(rng, 1, 4, rank)
    if rng.random() < 0.5:
        attributes["dilations"] = some(rng, 1, 3, rank)
    if auto and rng.random() < 0.3:
        attributes["auto_pad"] = str(rng.choice(["SAME_UPPER", "SAME_LOWER", "VALID"]))
    elif rng.random() < 0.7:
        attributes["pads"] = [int(rng.integers(0, length)) for length in kernel * 2]
    return attributes


def numbers(rng: np.random.Generator, dtype: Any, *shape: int) -> np.ndarray:
    return (rng.normal(size=shape) * 8).round(2).astype(dtype)


def convolution(rng: np.random.Generator, auto: bool = True) -> tuple[list[Any], Attributes]:
    """Inputs and attributes of a Conv with 1 to 3 spatial axes."""
    rank, groups = int(rng.integers(1, 4)), int(rng.choice([1, 1, 2, 3]))
    channels, maps = some(rng, 1, 4, 2)
    kernel, space = some(rng, 1, 4, rank), some(rng, 4, 12, rank)
    attributes = windows(rng, kernel, auto)
    if groups > 1:
        attributes["group"] = groups
    dtype = rng.choice([np.float32, np.float64])
    x = numbers(rng, dtype, int(rng.choice([1, 2, 5])), channels * groups, *space)
    w = numbers(rng, dtype, maps * groups, channels, *kernel)
    return [x, w, *([numbers(rng, dtype, maps * groups)] if rng.random() < 0.7 else [])], attributes


def transposed_convolution(rng: np.random.Generator, auto: bool = True) -> tuple[list[Any], Attributes]:
    """The same for a ConvTranspose."""
    rank, groups = int(rng.integers(1, 4)), int(rng.choice([1, 1, 2]))
    channels, maps = some(rng, 1, 4, 2)
    kernel, space = some(rng, 1, 4, rank), some(rng, 2, 6, rank)
    attributes = {**windows(rng, kernel, auto), "group": groups}
    strides = attributes.setdefault("strides", [2] * rank)
    if rng.random() < 0.4:
        attributes["output_padding"] = [int(rng.integers(0, stride)) for stride in strides]
    if rng.random() < 0.2:
        attributes.pop("pads", None)
        attributes["output_shape"] = [stride * size for stride, size in zip(strides, space, strict=True)]
    dtype = rng.choice([np.float32, np.float64])
    x = numbers(rng, dtype, int(rng.choice([1, 3])), channels * groups, *space)
    w = numbers(rng, dtype, channels * groups, maps, *kernel)
    return [x, w, *([numbers(rng, dtype, maps * groups)] if rng.random() < 0.7 else [])], attributes


def pool(rng: np.random.Generator, operator: str, auto: bool = True) -> tuple[list[Any], Attributes]:
    """The same for MaxPool, AveragePool and LpPool."""
    rank = int(rng.integers(1, 4))
    kernel, space = some(rng, 1, 4, rank), some(rng, 5, 11, rank)
    attributes = {"kernel_shape": kernel, **windows(rng, kernel, auto), "ceil_mode": int(rng.integers(0, 2))}
    if operator == "AveragePool":
        attributes["count_include_pad"] = int(rng.integers(0, 2))
    if operator == "LpPool":
        attributes["p"] = int(rng.integers(1, 4))
    if operator == "MaxPool":
        attributes["storage_order"] = int(rng.integers(0, 2))
    types = [np.float32, np.float64, *([np.int8, np.uint8] if operator == "MaxPool" else [])]
    return [numbers(rng, rng.choice(types), int(rng.choice([1, 2])), 3, *space)], attributes
