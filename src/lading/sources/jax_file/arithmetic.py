"""Primitives that compute each number by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Rule = Callable[..., Any]

_SAME = {
    "neg": "Neg", "exp": "Exp", "log": "Log", "tanh": "Tanh", "logistic": "Sigmoid", "sqrt": "Sqrt", "abs": "Abs",
    "sign": "Sign", "floor": "Floor", "ceil": "Ceil", "erf": "Erf", "sin": "Sin", "cos": "Cos", "tan": "Tan",
    "asin": "Asin", "acos": "Acos", "atan": "Atan", "sinh": "Sinh", "cosh": "Cosh", "asinh": "Asinh", "acosh": "Acosh",
    "atanh": "Atanh", "not": "Not", "add": "Add", "add_any": "Add", "sub": "Sub", "mul": "Mul", "div": "Div",
    "max": "Max", "min": "Min", "pow": "Pow", "eq": "Equal", "lt": "Less", "gt": "Greater", "le": "LessOrEqual",
    "ge": "GreaterOrEqual",
}  # fmt: skip
_LOGICAL = {"and": "And", "or": "Or", "xor": "Xor"}


def _same(operator: str) -> Rule:
    return lambda lowering, equation, *operands: lowering.add(operator, *operands)


def _logical(operator: str) -> Rule:
    def rule(lowering: Any, equation: Any, *operands: Any) -> Any:
        if equation.outvars[0].aval.dtype != bool:
            raise lowering.refused(equation, f"'{equation.primitive.name}' of whole numbers has no counterpart here")
        return lowering.add(operator, *operands)

    return rule


def _number(equation: Any, value: float) -> np.ndarray:
    return np.array(value, equation.invars[0].aval.dtype)


def _unchanged(lowering: Any, equation: Any, *operands: Any) -> list[Any]:
    return list(operands)


def _integer_pow(lowering: Any, equation: Any, x: Any) -> Any:
    y = equation.params["y"]
    if y == 2:
        return lowering.add("Mul", x, x)
    return lowering.add("Reciprocal", x) if y == -1 else lowering.add("Pow", x, _number(equation, y))


def _cast(lowering: Any, equation: Any, x: Any) -> Any:
    before, after = equation.invars[0].aval.dtype, equation.outvars[0].aval.dtype
    if before == after:
        return x
    if isinstance(x, np.ndarray):
        return x.astype(after)
    return lowering.add("Cast", x, to=np.dtype(after).name)


def _select(lowering: Any, equation: Any, which: Any, *cases: Any) -> Any:
    if len(cases) != 2 or equation.invars[0].aval.dtype != bool:
        raise lowering.refused(equation, f"a choice among {len(cases)} has no counterpart here")
    return lowering.add("Where", which, cases[1], cases[0])


def _is_finite(lowering: Any, equation: Any, x: Any) -> Any:
    return lowering.add("Not", lowering.add("Or", lowering.add("IsInf", x), lowering.add("IsNaN", x)))


def _round(lowering: Any, equation: Any, x: Any) -> Any:
    if int(equation.params["rounding_method"]) != 1:  # RoundingMethod.TO_NEAREST_EVEN
        raise lowering.refused(equation, "rounding away from zero has no counterpart here (numpy's rounds to even)")
    return lowering.add("Round", x)


def _jit(lowering: Any, equation: Any, *operands: Any) -> Any:
    """A function that is called; a rectifier is called what it is."""
    if equation.params.get("name") == "relu" and len(operands) == 1 and equation.outvars[0].aval.dtype.kind == "f":
        return lowering.add("Relu", *operands)
    return lowering.called(equation.params["jaxpr"], list(operands))


ARITHMETIC: dict[str, Rule] = {
    **{name: _same(operator) for name, operator in _SAME.items()},
    **{name: _logical(operator) for name, operator in _LOGICAL.items()},
    "ne": lambda low, eq, x, y: low.add("Not", low.add("Equal", x, y)),
    "rsqrt": lambda low, eq, x: low.add("Reciprocal", low.add("Sqrt", x)),
    "square": lambda low, eq, x: low.add("Mul", x, x),
    "exp2": lambda low, eq, x: low.add("Pow", _number(eq, 2), x),
    "log1p": lambda low, eq, x: low.add("Log", low.add("Add", x, _number(eq, 1))),
    "expm1": lambda low, eq, x: low.add("Sub", low.add("Exp", x), _number(eq, 1)),
    "erfc": lambda low, eq, x: low.add("Sub", _number(eq, 1), low.add("Erf", x)),
    "rem": lambda low, eq, x, y: low.add("Mod", x, y, fmod=1),
    "clamp": lambda low, eq, least, x, most: low.add("Min", low.add("Max", x, least), most),
    "integer_pow": _integer_pow, "convert_element_type": _cast, "select_n": _select, "is_finite": _is_finite,
    "round": _round, "stop_gradient": _unchanged, "copy": _unchanged, "copy_p": _unchanged,
    "optimization_barrier": _unchanged, "reduce_precision": _unchanged, "jit": _jit, "pjit": _jit,
}  # fmt: skip
