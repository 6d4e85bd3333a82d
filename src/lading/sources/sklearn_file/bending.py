"""Steps that bend each column: powers, quantiles and functions of NumPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...errors import UnsupportedError
from .columns import Growth, Table
from .normal import inverse_normal
from .scaling import scaled, take_steps
from .searching import interpolated
from .state import State

__all__ = ["BENDERS", "apply_function"]

#: Functions of NumPy that are verbs of preparation, and those that are one node.
VERBS = {"log1p": "log1p", "log": "log", "log10": "log10", "sqrt": "sqrt", "abs": "abs", "absolute": "abs",
         "fabs": "abs"}  # fmt: skip
NODES = {"exp": "Exp", "negative": "Neg", "sign": "Sign", "tanh": "Tanh", "sin": "Sin", "cos": "Cos", "tan": "Tan",
         "sinh": "Sinh", "cosh": "Cosh", "arctan": "Atan", "arcsinh": "Asinh", "arcsin": "Asin", "arccos": "Acos",
         "reciprocal": "Reciprocal", "floor": "Floor", "ceil": "Ceil", "isnan": "IsNaN"}  # fmt: skip


def _function(step: State, table: Table, growth: Growth) -> Table:
    """A FunctionTransformer of a function of NumPy, or of none."""
    function = step.get("func")
    if function is None:
        return table
    if step.get("kw_args"):
        raise UnsupportedError(f"{step.where}: the FunctionTransformer gives its function arguments (kw_args), which "
                               "is not read")  # fmt: skip
    return apply_function(growth, table, function, step)


def apply_function(growth: Growth, table: Table, function: object, step: State) -> Table:
    """``table`` after a function of NumPy, by its name. Raises UnsupportedError for others."""
    name = function.kind if isinstance(function, State) else repr(function)
    own = isinstance(function, State) and function.module.split(".")[0] in ("numpy", "builtins", "scipy")
    wiring = growth.wiring
    if own and name in VERBS:
        return take_steps([(VERBS[name], None)], table, growth)
    if own and name in (*NODES, "square", "expm1", "expit"):
        value = growth.value_of(table)
        if name == "square":
            result = wiring.add("Mul", value, value)
        elif name == "expm1":
            result = wiring.add("Sub", wiring.add("Exp", value), np.ones((), table.type))
        else:
            result = wiring.add("Sigmoid" if name == "expit" else NODES[name], value)
        if name == "isnan":
            result = wiring.add("Cast", result, to=table.type)
        return growth.of_value(result, table.size, table.type)
    raise UnsupportedError(
        f"{step.where}: the {step.kind} calls '{name}', which is a program and is not read; functions of NumPy are: "
        f"{', '.join([*VERBS, *NODES, 'square', 'expm1'])}"
    )


def _binarised(step: State, table: Table, growth: Growth) -> Table:
    above = growth.wiring.add("Greater", growth.value_of(table), np.array(step.number("threshold"), table.type))
    return growth.of_value(growth.wiring.add("Cast", above, to=table.type), table.size, table.type)


def _power(step: State, table: Table, growth: Growth) -> Table:
    """Box-Cox or Yeo-Johnson (Yeo and Johnson, Biometrika 87, 2000), then a StandardScaler if it has one."""
    powers = step["lambdas_"]
    powers = np.asarray(powers, np.float64)
    if powers.shape != (table.size,) or not np.isfinite(powers).all():
        raise step.damaged(f"'lambdas_' are not {table.size} numbers")
    value, wiring = growth.typed(table, "float64"), growth.wiring
    if step["method"] == "box-cox":
        bent = _box_cox(growth, wiring.add("Log", value), powers)
    else:
        zero, one = np.zeros(()), np.ones(())
        negative = wiring.add("Less", value, zero)
        rise = wiring.add("Log", wiring.add("Add", wiring.add("Abs", value), one))
        above, below = _box_cox(growth, rise, powers), _box_cox(growth, rise, 2 - powers)
        bent = wiring.add("Where", negative, wiring.add("Neg", below), above)
    result = growth.of_value(bent, table.size, "float64")
    if table.type == "float32":
        result = growth.of_value(growth.typed(result, "float32"), table.size, "float32")
    return scaled(step.state("_scaler"), result, growth) if step["standardize"] else result


def _box_cox(growth: Growth, logarithm: str, powers: np.ndarray) -> str:
    """(e^(power · log) - 1) / power, the log itself for power 0. e^u - 1 is tanh(u / 2) (e^u + 1), exact near 0."""
    wiring = growth.wiring
    zero = np.abs(powers) < 1e-300
    divisor = np.where(zero, 1.0, powers)
    u = wiring.add("Mul", logarithm, powers)
    rise = wiring.add("Sub", wiring.add("Exp", u), np.ones(()))
    small = wiring.add("Tanh", wiring.add("Mul", u, np.array(0.5)))
    exact = wiring.add("Mul", small, wiring.add("Add", wiring.add("Exp", u), np.ones(())))
    near = wiring.add("Less", wiring.add("Abs", u), np.ones(()))
    bent = wiring.add("Div", wiring.add("Where", near, exact, rise), divisor)
    return wiring.add("Where", zero, logarithm, bent) if zero.any() else bent


def _quantiles(step: State, table: Table, growth: Growth) -> Table:
    """The mean of the interpolations from below and from above, which differ where quantiles repeat."""
    quantiles = step.array("quantiles_", 2, "f").astype(np.float64)
    references = step.array("references_", 1, "f").astype(np.float64)
    if quantiles.shape != (len(references), table.size) or not len(references):
        raise step.damaged(f"'quantiles_' are {quantiles.shape} for {table.size} columns")
    wiring, columns = growth.wiring, list(quantiles.T)
    value = growth.typed(table, "float64")
    wide = growth.of_value(value, table.size, "float64")
    if table.columns is not None and table.type == "float64":
        wide = table
    mirrored = growth.of_value(wiring.add("Neg", value), table.size, "float64")
    rising = interpolated(growth, wide, columns, [references] * table.size)
    falling = interpolated(growth, mirrored, [-each[::-1] for each in columns], [-references[::-1]] * table.size)
    both = wiring.add("Sub", rising.value, falling.value)
    mean = wiring.add("Mul", both, np.array(0.5))
    lowest, highest, bound = quantiles[0], quantiles[-1], np.array(1e-7)
    normal = step["output_distribution"] == "normal"
    if normal:
        over = wiring.add("Greater", wiring.add("Add", value, bound), highest)
        under = wiring.add("Less", wiring.add("Sub", value, bound), lowest)
    else:
        over, under = wiring.add("Equal", value, highest), wiring.add("Equal", value, lowest)
    mean = wiring.add("Where", over, np.ones(()), mean)
    mean = wiring.add("Where", under, np.zeros(()), mean)
    if normal:
        mean = inverse_normal(growth, mean, 1e-7 - np.spacing(1))
    result = growth.of_value(mean, table.size, "float64")
    if table.type == "float32":
        return growth.of_value(growth.typed(result, "float32"), table.size, "float32")
    return result


BENDERS: dict[str, Callable[[State, Table, Growth], Table]] = {
    "FunctionTransformer": _function, "Binarizer": _binarised, "PowerTransformer": _power,
    "QuantileTransformer": _quantiles,
}  # fmt: skip
