"""Preparation of variables as ONNX nodes (docs/format.md, section 3): those that go the same way go side by side.

Variables with the same verbs, the same kinds of missing values and the same categories are one block of columns, whose
constants are a row; so no step is made that a variable has not. Every step is one operation in the variable's raw type.
Logarithms, and roots of float32, are computed in float64 and rounded, as the engine does. ONNX has no log10 and no
log1p: ln x / ln 10, and x ln(u) / (u - 1) with u = 1 + x (Kahan), a few units of the last place of float64 away.
ONNX Runtime's Where keeps the sign of a zero in its last operand alone, so there stands what passes as it is; no Not
stands before it, for then the runtime would exchange the two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...endpoints import Variable
from .growth import Growth

__all__ = ["Block", "blocks", "prepared", "verb_of"]

ARITHMETIC = {"add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div"}


@dataclass
class Block:
    """Columns of one input that are prepared in the same way; ``places`` are theirs among its variables."""

    places: list[int]
    variables: list[Variable]
    raw: str
    flags: list[str | None]  # the raw types of the variables that hide them
    after: int  # how many axes stand behind that of the variables

    def row(self, values: list[Any]) -> np.ndarray:
        """Numbers, one a column, in the shape in which they meet the columns."""
        return np.array(values, dtype=np.dtype(self.raw)).reshape(-1, *[1] * self.after)


def blocks(variables: list[Variable], raws: list[str], flags: list[str | None], after: int) -> list[Block]:
    """The variables of an input by the way that they go, in the order of the first of each."""
    found: dict[Any, Block] = {}
    for place, variable in enumerate(variables):
        key = (variable.source and variable.source.partition(".")[0], raws[place], flags[place], *_way(variable))
        block = found.setdefault(key, Block([], [], raws[place], [], after))
        block.places.append(place)
        block.variables.append(variable)
        block.flags.append(flags[place])
    return list(found.values())


def _way(variable: Variable) -> tuple[Any, ...]:
    when = () if variable.missing is None else tuple(sorted(kind for kind, _ in rules_of(variable)))
    categories = None if variable.categories is None else (tuple(variable.categories), variable.unknown)
    return when, categories, tuple(verb for verb, _ in map(verb_of, variable.prepare))


def verb_of(step: Any) -> tuple[str, Any]:
    """The verb of a step, and its operand or None."""
    return next(iter(step.items())) if isinstance(step, dict) else (step, None)


def rules_of(variable: Variable) -> list[tuple[str, Any]]:
    """What counts as missing, by kind: ("nan", None), ("equal", -999), ("above", 3), ("flag", "bad")."""
    when = [] if variable.missing is None else variable.missing.when
    pairs = [next(iter(each.items())) if isinstance(each, dict) else (each, None) if each in ("nan", "inf")
             else ("equal", each) for each in when]  # fmt: skip
    return sorted(pairs, key=lambda pair: pair[0])  # which of them it is does not matter


def prepared(growth: Growth, x: str, block: Block, flags: str | None) -> tuple[str, str]:
    """The columns ``x`` behind their preparation, and their type. ``flags``: whether each is hidden by its flag."""
    x = _missing(growth, x, block, flags)
    if block.variables[0].categories is not None:
        x = _categories(growth, x, block)
    steps = [[verb_of(step) for step in each.prepare] for each in block.variables]
    if steps[0] and block.raw == "int64":
        x, block.raw = growth.cast(x, "float64"), "float64"
    for side_by_side in zip(*steps, strict=True):
        x = _step(growth, x, block, side_by_side[0][0], [operand for _, operand in side_by_side])
    return x, block.raw


def _missing(growth: Growth, x: str, block: Block, flags: str | None) -> str:
    rules = [rules_of(each) for each in block.variables]
    if block.variables[0].missing is None:
        return x
    found = []
    for side_by_side in zip(*rules, strict=True):
        kind, values = side_by_side[0][0], [value for _, value in side_by_side]
        if kind == "flag":
            found.append(str(flags))
        elif kind in ("nan", "inf"):
            if block.raw != "int64":
                found.append(growth.add("IsNaN" if kind == "nan" else "IsInf", [x]))
        else:
            operator = {"equal": "Equal", "above": "Greater", "below": "Less"}[kind]
            found.append(growth.add(operator, [x, growth.tensor(block.row(_numbers(values)), block.raw)]))
    value = block.row(_numbers([each.missing.value for each in block.variables if each.missing]))
    if not found:
        return x
    missing = found[0]
    for other in found[1:]:
        missing = growth.add("Or", [missing, other])
    return growth.add("Where", [missing, growth.tensor(value, block.raw), x])


def _numbers(values: list[Any]) -> list[Any]:
    return [float(value) if isinstance(value, str) else value for value in values]


def _categories(growth: Growth, x: str, block: Block) -> str:
    """The places of the categories, from a table; what is none of them takes the place behind the last.

    The table ends there if unknown ones are refused: the runtime refuses to look.
    """
    first = block.variables[0]
    count = len(first.categories or ())
    wide = growth.add("Unsqueeze", [x, growth.tensor([-1])])
    same = growth.add("Equal", [wide, growth.tensor(first.categories, block.raw)])
    back = growth.tensor(count - np.arange(count), "float32")
    place = growth.add("MatMul", [growth.cast(same, "float32"), back])
    place = growth.cast(growth.add("Sub", [growth.tensor(count, "float32"), place]), "int64")
    refused = first.unknown is None or first.unknown == "refuse"
    table = [*range(count), *([] if refused else [first.unknown])]
    return growth.add("Gather", [growth.tensor(table, block.raw), place], axis=0)


def _step(growth: Growth, x: str, block: Block, verb: str, operands: list[Any]) -> str:
    if verb in ARITHMETIC:
        return growth.add(ARITHMETIC[verb], [x, growth.tensor(block.row(operands), block.raw)])
    if verb == "clip":
        lowest, highest = (growth.tensor(block.row([each[i] for each in operands]), block.raw) for i in (0, 1))
        below, above = growth.add("Less", [x, lowest]), growth.add("Greater", [x, highest])
        return growth.add("Where", [below, lowest, growth.add("Where", [above, highest, x])])
    if verb == "abs":
        return growth.add("Abs", [x])
    narrow = block.raw != "float64"
    if verb == "float32":
        return x if narrow else growth.cast(growth.cast(x, "float32"), "float64")
    wide = FUNCTIONS[verb](growth, growth.cast(x, "float64") if narrow else x)
    return growth.cast(wide, block.raw) if narrow else wide


def _sqrt(growth: Growth, x: str) -> str:
    return growth.add("Sqrt", [x])


def _log(growth: Growth, x: str) -> str:
    return growth.add("Log", [x])


def _log10(growth: Growth, x: str) -> str:
    return growth.add("Div", [growth.add("Log", [x]), growth.tensor(math.log(10), "float64")])


def _log1p(growth: Growth, x: str) -> str:
    """Where 1 + x is rounded to 1 it is x, where it is rounded to x, as for an infinity, ln x."""
    one = growth.tensor(1, "float64")
    u = growth.add("Add", [x, one])
    log = growth.add("Log", [u])
    corrected = growth.add("Mul", [x, growth.add("Div", [log, growth.add("Sub", [u, one])])])
    large = growth.add("Where", [growth.add("Equal", [u, x]), log, corrected])
    apart = growth.add("Or", [growth.add("Less", [u, one]), growth.add("Greater", [u, one])])
    return growth.add("Where", [apart, large, x])


FUNCTIONS = {"sqrt": _sqrt, "log": _log, "log10": _log10, "log1p": _log1p}
