"""Primitives that take one number of many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Rule = Callable[..., Any]


def _reduce(operator: str) -> Rule:
    def rule(lowering: Any, equation: Any, x: Any) -> Any:
        axes = np.array(equation.params["axes"], np.int64)
        if not axes.size:
            return x
        if equation.invars[0].aval.dtype != bool:
            return lowering.add(operator, x, axes, keepdims=0)
        small = lowering.add(operator, lowering.add("Cast", x, to="int32"), axes, keepdims=0)
        return lowering.add("Cast", small, to="bool")

    return rule


def _arg(operator: str) -> Rule:
    def rule(lowering: Any, equation: Any, x: Any) -> Any:
        (axis,) = equation.params["axes"]
        found = lowering.add(operator, x, axis=int(axis), keepdims=0)
        return lowering.add("Cast", found, to=np.dtype(equation.params["index_dtype"]).name)

    return rule


def _cumsum(lowering: Any, equation: Any, x: Any) -> Any:
    axis = np.array(equation.params["axis"], np.int64)
    return lowering.add("CumSum", x, axis, reverse=int(equation.params["reverse"]))


def _top_k(lowering: Any, equation: Any, x: Any) -> list[Any]:
    rank, axis = len(equation.invars[0].aval.shape), equation.params.get("axis", -1)
    wiring, base = lowering.wiring, lowering.wiring.name("topk")
    values, places = wiring.name(f"{base}.values"), wiring.name(f"{base}.indices")
    from ...graph import Node

    count = np.array([equation.params["k"]], np.int64)
    wiring.nodes.append(Node(base, "TopK", [x, count], [values, places], {"axis": axis % rank}))
    return [values, lowering.add("Cast", places, to=np.dtype(equation.outvars[1].aval.dtype).name)]


REDUCTIONS: dict[str, Rule] = {
    "reduce_sum": _reduce("ReduceSum"), "reduce_max": _reduce("ReduceMax"), "reduce_min": _reduce("ReduceMin"),
    "reduce_prod": _reduce("ReduceProd"), "reduce_and": _reduce("ReduceMin"), "reduce_or": _reduce("ReduceMax"),
    "argmax": _arg("ArgMax"), "argmin": _arg("ArgMin"), "cumsum": _cumsum, "top_k": _top_k,
}  # fmt: skip
