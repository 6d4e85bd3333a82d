"""Whether two ways to write a preparation are the same function: numbers decide, not words.

``subtract 4`` and ``add -4`` give the same bits, ``divide 10`` and ``multiply 0.1`` do not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...agreement import difference_of
from ...bundle.encode import encode_model
from ...bundle.evaluate import prepare
from ...endpoints import Input, Variable, usual_raw
from ...errors import UnitError
from ...feed.units import convert
from ...graph import dtype_of
from ...model import Model
from ..facts import differs_by_fold

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Results that are as near as this are those of the same formula, rounded otherwise.
NEAR = 1e-6
#: Raw values on which two formulas are held against each other: all sizes and signs, and what is odd.
ODD = (0.0, -0.0, np.nan, np.inf, -np.inf, 1.0, -1.0)

Side = tuple[Input, Variable]


def apart(one: Side, other: Side) -> float | None:
    """The greatest |a - b| / max(|a|, |b|, 1) of two prepared values a and b: prepared, numbers are of the order of 1.

    0: the same bits on all values that were tried, so the same function. None: they cannot be held against each
    other (flags, other categories, folds).
    """
    if not _comparable(one, other):
        return None
    values = np.array([*_values(one[1], other[1])], np.float64)
    raw = [_raw(*side) for side in (one, other)]
    if "float32" in raw:
        values = values.astype(np.float32).astype(np.float64)
    if "int64" in raw:
        values = np.unique(np.rint(values[np.abs(values) < 2**31]))
    results = [_prepared(one, values, None), _prepared(other, values, one[1].unit)]
    sizes = [np.where(np.isfinite(x), np.abs(x.astype(np.float64)), 1.0) for x in results]
    return float((difference_of(*results) / np.maximum(np.maximum(*sizes), 1.0)).max(initial=0))


def _comparable(one: Side, other: Side) -> bool:
    said = [variable for _, variable in (one, other)]
    if any(differs_by_fold(variable) for variable in said):
        return False
    if any(isinstance(when, dict) and "flag" in when for v in said if v.missing for when in v.missing.when):
        return False
    if any(v.source is not None or dtype_of(given.type).kind == "V" for given, v in (one, other)):
        return False
    return said[0].categories == said[1].categories and said[0].unknown == said[1].unknown


def _values(one: Variable, other: Variable) -> Iterator[float]:
    if one.categories is not None:
        yield from map(float, one.categories)
        return
    yield from ODD
    sizes = np.logspace(-6, 9, 400)
    yield from sizes
    yield from -sizes
    yield from np.random.default_rng(5).normal(size=400)
    for number in _numbers(one, other):
        yield from (number, -number, number * (1 + 1e-5), number * (1 - 1e-5))


def _numbers(*variables: Variable) -> Iterator[float]:
    """Numbers that the formulas hold: limits, marks, means."""
    for variable in variables:
        steps: list[Any] = [*variable.prepare, *(variable.missing.when if variable.missing else ())]
        for step in steps:
            given = next(iter(step.values())) if isinstance(step, dict) else step
            for number in given if isinstance(given, (list, tuple)) else [given]:
                if isinstance(number, (int, float)) and np.isfinite(number):
                    yield float(number)


def _raw(given: Input, variable: Variable) -> str:
    return variable.raw or usual_raw(given.type)


def _prepared(side: Side, values: np.ndarray, fed_in: str | None) -> np.ndarray:
    """``values``, fed in the unit ``fed_in`` (None: the variable's own), as the graph sees them."""
    given, variable = side
    raw = np.dtype(_raw(given, variable))
    alone = Input("x", ["entry", "variable"], given.type, [replace(variable, source=None)])
    written = encode_model(Model("x", input_list=[alone]), None, None)["inputs"][0]["variables"][0]
    missing = written.pop("missing", None)
    with np.errstate(all="ignore"):
        x = values.astype(raw)
        shifted = _in_unit(x, fed_in, variable.unit)
        if missing is not None:
            shifted = np.where(_is_missing(missing["when"], x, shifted), raw.type(missing["value"]), shifted)
        return prepare(written, shifted, {}).astype(dtype_of(given.type))


def _is_missing(when: list[Any], fed: np.ndarray, shifted: np.ndarray) -> np.ndarray:
    """Numbers are compared as fed, limits in the model's unit."""
    found = np.zeros(fed.shape, bool)
    for item in when:
        if item == "nan":
            found |= np.isnan(fed)
        elif item == "inf":
            found |= np.isinf(fed)
        elif isinstance(item, dict):
            ((key, limit),) = item.items()
            bound = fed.dtype.type(limit)
            found |= shifted > bound if key == "above" else shifted < bound
        else:
            found |= fed == fed.dtype.type(item)
    return found


def _in_unit(x: np.ndarray, unit: str | None, own: str) -> np.ndarray:
    if unit is None or not unit or not own or x.dtype.kind != "f":
        return x
    try:
        verb, power = convert(unit, own)
    except UnitError:
        return x
    factor = np.asarray(10.0**power, x.dtype)
    return x if verb is None else np.asarray(x * factor if verb == "multiply" else x / factor)
