"""What is done to the variables before a method sees them, in float32 as TMVA does it.

``N`` (``normalisation.py``), ``G`` and ``U`` (``gauss.py``), ``D`` (VariableDecorrTransform), ``P``
(VariablePCATransform), with what was found for all classes together, which stands last and which TMVA's Reader
takes; and another order. Each changes all variables, or some of them.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np

from ...errors import FormatError, UnsupportedError
from ..wiring import Wiring
from .gauss import gaussianised
from .normalisation import normalised
from .parsing import integer, last, numbers, text_of
from .selection import Selection, selection_of
from .setup import Setup

__all__ = ["forgets_nan", "transformed"]


def transformed(wiring: Wiring, setup: Setup, transformations: list[Element], x: str, where: str) -> str:
    """The value of the transformed variables. Raises UnsupportedError naming a transformation that is not read."""
    for each in transformations:
        name = text_of(each, "Name", where)
        if name not in STEPS:
            raise UnsupportedError(f"{where}: transforms its variables by '{name}'; read are {', '.join(STEPS)}")
        inside = f"{where}: the transformation '{name}'"
        selection = selection_of(each, setup, inside)
        taken = selection.of(wiring, x)
        x = selection.into(wiring, x, STEPS[name](wiring, setup, each, selection, taken, inside))
    return x


def forgets_nan(setup: Setup) -> bool:
    """Whether a NaN may come out as a number."""
    return any(each.get("Name") in ("Gauss", "Uniform") for each in setup.transformations)


def _gaussianised(wiring: Wiring, setup: Setup, element: Element, selection: Selection, x: str, where: str) -> str:
    return gaussianised(wiring, element, x, len(selection.taken), where)


def _decorrelated(wiring: Wiring, setup: Setup, element: Element, selection: Selection, x: str, where: str) -> str:
    size = len(selection.taken)
    matrix = _matrix(last(element, "Matrix", where), size, size, where)
    wide = wiring.add("Cast", x, to="float64")
    return wiring.add("Cast", wiring.add("MatMul", wide, wiring.weight("decorrelation", matrix.T.copy())), to="float32")


def _principal(wiring: Wiring, setup: Setup, element: Element, selection: Selection, x: str, where: str) -> str:
    size = len(selection.taken)
    mean = _matrix(last(element, "Statistics", where), size, 1, where).ravel()
    vectors = _matrix(last(element, "Eigenvectors", where), size, size, where)
    centred = wiring.add("Sub", wiring.add("Cast", x, to="float64"), wiring.weight("mean", mean))
    return wiring.add("Cast", wiring.add("MatMul", centred, wiring.weight("eigenvectors", vectors)), to="float32")


def _rearranged(wiring: Wiring, setup: Setup, element: Element, selection: Selection, x: str, where: str) -> str:
    return x


STEPS = {
    "Normalize": normalised, "Gauss": _gaussianised, "Uniform": _gaussianised, "Decorrelation": _decorrelated,
    "PCA": _principal, "Rearrange": _rearranged,
}  # fmt: skip


def _matrix(element: Element, rows: int, columns: int, where: str) -> np.ndarray:
    """Row after row. TMVA says Rows and Columns of a decorrelation, NRows and NCols of what PCA needs."""
    n = "N" if element.get("Rows") is None else ""
    size = (integer(element, f"{n}Rows", where, 0),
            integer(element, "NCols" if n else "Columns", where, 0) if columns > 1 else 1)  # fmt: skip
    if size != (rows, columns):
        raise FormatError(f"{where}: <{element.tag}> is {size[0]} x {size[1]}, for {rows} x {columns}; damaged file")
    return np.array(numbers(element, rows * columns, where)).reshape(rows, columns)
