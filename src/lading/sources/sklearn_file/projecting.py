"""Steps that mix columns: projections on components, norms of rows, products of columns."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, combinations_with_replacement

import numpy as np

from ...errors import UnsupportedError
from .columns import Growth, Table
from .ensemble import features_of
from .state import State

__all__ = ["MIXERS"]

#: More products of columns than anybody writes down.
MOST_PRODUCTS = 1 << 16


def _projected(step: State, table: Table, growth: Growth) -> Table:
    """PCA, FastICA and TruncatedSVD: rows, less the mean, times the components."""
    components = _matrix(step, "components_", table)
    type_ = "float32" if table.type == "float32" and components.dtype == np.float32 else "float64"
    value = growth.typed(table, type_)
    wiring = growth.wiring
    matrix = np.ascontiguousarray(components.T, type_)  # products with it have the bits of one order only
    mean = step.get("mean_")
    if isinstance(mean, np.ndarray) and step.kind == "FastICA":
        value = wiring.add("Sub", value, mean.astype(type_))
    value = wiring.add("MatMul", value, matrix)
    if isinstance(mean, np.ndarray) and step.kind != "FastICA":  # after the projection, as scikit-learn does it
        value = wiring.add("Sub", value, (mean.reshape(1, -1).astype(type_) @ matrix).ravel())
    if step.get("whiten") is True and step.kind != "FastICA":
        scale = np.sqrt(step.array("explained_variance_", 1, "f"))
        value = wiring.add("Div", value, np.maximum(scale, np.finfo(scale.dtype).eps).astype(type_))
    return growth.of_value(value, len(components), type_)


def _normalised(step: State, table: Table, growth: Growth) -> Table:
    """Rows divided by their norm; a row of zeros stays as it is."""
    wiring, value, norm = growth.wiring, growth.value_of(table), step["norm"]
    axes = np.array([1])
    if norm == "l1":
        length = wiring.add("ReduceL1", value, axes, keepdims=1)
    elif norm == "l2":
        length = wiring.add("ReduceL2", value, axes, keepdims=1)
    elif norm == "max":
        length = wiring.add("ReduceMax", wiring.add("Abs", value), axes, keepdims=1)
    else:
        raise step.damaged(f"the norm is {norm!r}")
    tiny = wiring.add("Less", length, np.array(10 * np.finfo(table.type).eps, table.type))
    divisor = wiring.add("Where", tiny, np.ones((), table.type), length)
    return growth.of_value(wiring.add("Div", value, divisor), table.size, table.type)


def _products(step: State, table: Table, growth: Growth) -> Table:
    """Products of columns, lower degrees first, each multiplied from its last column to its first."""
    degree, least = step["degree"], 0
    if isinstance(degree, list):
        least, degree = degree
    choose = combinations if step["interaction_only"] else combinations_with_replacement
    parts, count = [], 0
    for d in range(max(1, least), degree + 1):
        chosen = []
        for each in choose(range(table.size), d):
            chosen.append(each)
            if count + len(chosen) > MOST_PRODUCTS:
                raise UnsupportedError(f"{step.where}: more than {MOST_PRODUCTS} products of columns")
        if chosen:
            parts.append(_product(growth, table, np.array(chosen)))
            count += len(chosen)
    if step["include_bias"]:
        zero = growth.wiring.add("Mul", parts[0].value or growth.value_of(growth.selected(parts[0], [0])),
                                 np.zeros((), table.type)) if parts else ""  # fmt: skip
        if not zero:
            raise step.damaged("it makes no columns but a constant")
        one = growth.wiring.add("Add", growth.wiring.add("Gather", zero, np.array([0]), axis=1),
                                np.ones((), table.type))  # fmt: skip
        parts.insert(0, growth.of_value(one, 1, table.type))
    return growth.joined(parts)


def _product(growth: Growth, table: Table, chosen: np.ndarray) -> Table:
    if chosen.shape[1] == 1:
        return growth.selected(table, chosen[:, 0].tolist())
    value, wiring = growth.value_of(table), growth.wiring
    factors = [wiring.add("Gather", value, chosen[:, i].copy(), axis=1) for i in range(chosen.shape[1])]
    product = factors[-1]
    for factor in reversed(factors[:-1]):
        product = wiring.add("Mul", product, factor)
    return growth.of_value(product, len(chosen), table.type)


def _matrix(step: State, name: str, table: Table) -> np.ndarray:
    matrix = step.array(name, 2, "f")
    if matrix.shape[1] != table.size or features_of(step) != table.size:
        raise step.damaged(f"'{name}' is for {matrix.shape[1]} columns, and it gets {table.size}")
    return matrix


MIXERS: dict[str, Callable[[State, Table, Growth], Table]] = {
    **dict.fromkeys(("PCA", "IncrementalPCA", "TruncatedSVD", "FastICA"), _projected),
    "Normalizer": _normalised, "PolynomialFeatures": _products,
}  # fmt: skip
