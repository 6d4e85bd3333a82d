"""What is done to the variables before a method sees them, in float32 as TMVA does it.

``N`` (VariableNormalizeTransform), ``D`` (VariableDecorrTransform), ``P`` (VariablePCATransform), with what was found
for all classes together, which stands last; and another order. A first ``N`` becomes steps of the variables.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from ...errors import FormatError, UnsupportedError
from ..wiring import Wiring
from .parsing import children, integer, number, numbers, text_of
from .setup import Setup

__all__ = ["as_steps", "transformed"]


def as_steps(setup: Setup, where: str) -> list[list[Any]]:
    """Preparation for each variable if the first transformation is ``N``; else nothing."""
    first = setup.transformations[0] if setup.transformations else None
    if setup.kind == "Category" or first is None or first.get("Name") != "Normalize":
        return []
    lowest, scale = _normalisation(first, setup, where)
    return [[{"subtract": float(a)}, {"multiply": float(b)}, {"multiply": 2}, {"subtract": 1}]
            for a, b in zip(lowest, scale, strict=True)]  # fmt: skip


def transformed(wiring: Wiring, setup: Setup, transformations: list[Element], x: str, where: str) -> str:
    """The value of the transformed variables. Raises UnsupportedError naming a transformation that is not read."""
    for each in transformations:
        name = text_of(each, "Name", where)
        if name not in STEPS:
            raise UnsupportedError(f"{where}: transforms its variables by '{name}'; read are {', '.join(STEPS)}")
        x = STEPS[name](wiring, setup, each, x, where)
    return x


def _normalised(wiring: Wiring, setup: Setup, element: Element, x: str, where: str) -> str:
    lowest, scale = _normalisation(element, setup, where)
    two, one = np.asarray(2.0, np.float32), np.asarray(1.0, np.float32)
    scaled = wiring.add("Mul", wiring.add("Sub", x, wiring.weight("lowest", lowest)), wiring.weight("scale", scale))
    return wiring.add("Sub", wiring.add("Mul", scaled, two), one)


def _normalisation(element: Element, setup: Setup, where: str) -> tuple[np.ndarray, np.ndarray]:
    """(variables,) the lowest value, and 1 / (highest - lowest)."""
    where = f"{where}: the transformation 'Normalize'"
    _check_selection(element, setup, where)
    ranges = _last(element, "Class", where)
    old = ranges.find("Ranges") is None
    found = children(ranges.find("Variables" if old else "Ranges"), "Variable" if old else "Range")
    if len(found) != len(setup.variables):
        raise FormatError(f"{where} holds {len(found)} ranges for {len(setup.variables)} variables; damaged file")
    places = [integer(each, "VarIndex" if old else "Index", where, 0) for each in found]
    if places != list(range(len(found))):
        raise FormatError(f"{where} numbers its ranges {places[:10]}; damaged file")
    with np.errstate(all="ignore"):
        lowest, highest = (np.array([number(each, end, where) for each in found], np.float32) for end in ("Min", "Max"))
        scale = (1.0 / (highest - lowest).astype(np.float64)).astype(np.float32)
    wrong = np.flatnonzero(~np.isfinite(scale) | ~np.isfinite(lowest))
    if len(wrong):
        name, least, most = setup.variables[wrong[0]].expression, lowest[wrong[0]], highest[wrong[0]]
        raise UnsupportedError(f"{where}: '{name}' goes from {least} to {most}, which has no finite scale")
    return lowest, scale


def _decorrelated(wiring: Wiring, setup: Setup, element: Element, x: str, where: str) -> str:
    where = f"{where}: the transformation 'Decorrelation'"
    _check_selection(element, setup, where)
    matrix = _matrix(_last(element, "Matrix", where), len(setup.variables), len(setup.variables), where)
    wide = wiring.add("Cast", x, to="float64")
    return wiring.add("Cast", wiring.add("MatMul", wide, wiring.weight("decorrelation", matrix.T.copy())), to="float32")


def _principal(wiring: Wiring, setup: Setup, element: Element, x: str, where: str) -> str:
    where, size = f"{where}: the transformation 'PCA'", len(setup.variables)
    _check_selection(element, setup, where)
    mean = _matrix(_last(element, "Statistics", where), size, 1, where).ravel()
    vectors = _matrix(_last(element, "Eigenvectors", where), size, size, where)
    centred = wiring.add("Sub", wiring.add("Cast", x, to="float64"), wiring.weight("mean", mean))
    return wiring.add("Cast", wiring.add("MatMul", centred, wiring.weight("eigenvectors", vectors)), to="float32")


def _rearranged(wiring: Wiring, setup: Setup, element: Element, x: str, where: str) -> str:
    where, labels = f"{where}: the transformation 'Rearrange'", [each.label for each in setup.variables]
    sources, places = _selected(element, "Input", where), _selected(element, "Output", where)
    given = {("Variable", label): at for at, label in enumerate(labels)}
    if len(sources) != len(places) or set(places) != set(given) or not set(sources) <= set(given):
        raise UnsupportedError(f"{where} is of other things than all variables; not supported")
    source_of = dict(zip(places, sources, strict=True))
    order = [given[source_of["Variable", label]] for label in labels]
    if order == list(range(len(order))):
        return x
    return wiring.add("Gather", x, wiring.weight("order", np.array(order)), axis=1)


STEPS = {"Normalize": _normalised, "Decorrelation": _decorrelated, "PCA": _principal, "Rearrange": _rearranged}


def _last(element: Element, name: str, where: str) -> Element:
    """That of all classes together. Classes are numbered, but those of a decorrelation."""
    found = children(element, name)
    if not found:
        raise FormatError(f"{where} holds no <{name}>; damaged file")
    for place, each in enumerate(found):
        if each.get("ClassIndex") is not None and integer(each, "ClassIndex", where, 0) != place:
            raise FormatError(f"{where}: the <{name}> of class {place} says it is of class {each.get('ClassIndex')}")
    return found[-1]


def _matrix(element: Element, rows: int, columns: int, where: str) -> np.ndarray:
    """Row after row. TMVA says Rows and Columns of a decorrelation, NRows and NCols of what PCA needs."""
    n = "N" if element.get("Rows") is None else ""
    size = (integer(element, f"{n}Rows", where, 0),
            integer(element, "NCols" if n else "Columns", where, 0) if columns > 1 else 1)  # fmt: skip
    if size != (rows, columns):
        raise FormatError(f"{where}: <{element.tag}> is {size[0]} x {size[1]}, for {rows} x {columns}; damaged file")
    return np.array(numbers(element, rows * columns, where)).reshape(rows, columns)


def _selected(element: Element, side: str, where: str) -> list[tuple[str, str]]:
    """Type and label of what goes in or comes out."""
    selection = element.find(f"Selection/{side}")
    return [(text_of(each, "Type", where), text_of(each, "Label", where)) for each in children(selection, side)]


def _check_selection(element: Element, setup: Setup, where: str) -> None:
    """All variables in their order, and nothing else, go in and come out. Old files say so by saying nothing."""
    if element.get("NTargets", "0").strip() != "0":
        raise UnsupportedError(f"{where} also changes the target of the regression; not supported")
    for side in ("Input", "Output"):
        chosen = _selected(element, side, where)
        if element.find("Selection") is not None and chosen != [("Variable", each.label) for each in setup.variables]:
            raise UnsupportedError(f"{where} changes {len(chosen)} things that are not just the {len(setup.variables)} "
                                   "variables in their order; not supported")  # fmt: skip
