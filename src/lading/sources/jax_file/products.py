"""Products of matrices, convolutions and pooling."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_lowercase
from typing import Any

import numpy as np

Rule = Callable[..., Any]


def _dot_general(lowering: Any, equation: Any, left: Any, right: Any) -> Any:
    """MatMul where the last axis meets the first but one of a matrix, or of a stack of matrices; else Einsum."""
    (over_left, over_right), (batch_left, batch_right) = equation.params["dimension_numbers"]
    ranks = [len(each.aval.shape) for each in equation.invars]
    stacked = list(batch_left) == list(batch_right) == list(range(ranks[0] - 2))
    if list(over_left) == [ranks[0] - 1] and (
        (ranks[1] in (1, 2) and list(over_right) == [0] and not batch_left)
        or (ranks[0] == ranks[1] and stacked and list(over_right) == [ranks[1] - 2])
    ):
        return lowering.add("MatMul", left, right)
    if ranks[0] == 2 and list(over_left) == [1] and list(over_right) == [ranks[1] - 1] and not batch_left:
        made = lowering.add("MatMul", right, lowering.add("Transpose", left, perm=[1, 0]))  # weights first
        return _moved(lowering, made, [ranks[1] - 1, *range(ranks[1] - 1)])
    letters = iter(ascii_lowercase)
    texts = [[""] * ranks[0], [""] * ranks[1]]
    shared: list[list[str]] = []
    for pairs in (zip(batch_left, batch_right, strict=True), zip(over_left, over_right, strict=True)):
        for i, j in pairs:
            texts[0][i] = texts[1][j] = next(letters)
        shared.append([texts[0][i] for i in (batch_left if not shared else over_left)])
    free = []
    for text in texts:
        for i, letter in enumerate(text):
            if not letter:
                text[i] = next(letters)
                free.append(text[i])
    formula = f"{''.join(texts[0])},{''.join(texts[1])}->{''.join(shared[0] + free)}"
    return lowering.add("Einsum", left, right, equation=formula)


def _convolution(lowering: Any, equation: Any, x: Any, kernel: Any) -> Any:
    parameters = equation.params
    numbers = parameters["dimension_numbers"]
    if any(n != 1 for n in parameters["lhs_dilation"]) or parameters["batch_group_count"] != 1:
        raise lowering.refused(equation, "a transposed convolution has no counterpart here")
    pads = [low for low, _ in parameters["padding"]] + [high for _, high in parameters["padding"]]
    made = lowering.add(
        "Conv", _moved(lowering, x, numbers.lhs_spec), _moved(lowering, kernel, numbers.rhs_spec),
        strides=[int(n) for n in parameters["window_strides"]], pads=[int(n) for n in pads],
        dilations=[int(n) for n in parameters["rhs_dilation"]], group=int(parameters["feature_group_count"]),
    )  # fmt: skip
    return _moved(lowering, made, np.argsort(numbers.out_spec))


def _moved(lowering: Any, x: Any, order: Any) -> Any:
    """``x`` with its axes in an order."""
    order = [int(i) for i in order]
    return x if order == sorted(order) else lowering.add("Transpose", x, perm=order)


def _pooling(kind: str) -> Rule:
    """Pooling over windows of all axes but the first and the last, as Flax and Equinox (behind vmap) write it."""

    def rule(lowering: Any, equation: Any, x: Any, *_: Any) -> Any:
        parameters = equation.params
        window, strides = parameters["window_dimensions"], parameters["window_strides"]
        dilated = [*parameters.get("base_dilation", ()), *parameters.get("window_dilation", ())]
        if window[0] != 1 or window[-1] != 1 or any(n != 1 for n in dilated) or len(window) < 3:
            raise lowering.refused(equation, "pooling over these axes has no counterpart here")
        rank = len(window)
        first, last = [0, rank - 1, *range(1, rank - 1)], [0, *range(2, rank), 1]
        padding = parameters["padding"][1:-1]
        settings = {"kernel_shape": [int(n) for n in window[1:-1]], "strides": [int(n) for n in strides[1:-1]],
                    "pads": [int(n) for n in [*(p[0] for p in padding), *(p[1] for p in padding)]]}
        value = _moved(lowering, x, first)
        if kind == "max":
            return _moved(lowering, lowering.add("MaxPool", value, **settings), last)
        mean = lowering.add("AveragePool", value, count_include_pad=1, **settings)
        count = np.array(np.prod(window), equation.invars[0].aval.dtype)
        return _moved(lowering, lowering.add("Mul", mean, count), last)

    return rule


PRODUCTS: dict[str, Rule] = {
    "dot_general": _dot_general, "conv_general_dilated": _convolution, "reduce_window_max": _pooling("max"),
    "reduce_window_sum": _pooling("sum"),
}  # fmt: skip
