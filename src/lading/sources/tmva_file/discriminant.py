"""``Fisher`` and ``LD``: an offset and a coefficient for each variable (``MethodFisher``, ``MethodLD``: GetMvaValue).

TMVA adds the terms one after the other, ``LD`` in float32: for many variables that differs by some 1e-7 of the largest
term from the sum here, which is float64.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np

from ...errors import FormatError, UnsupportedError
from ..wiring import Wiring
from .parsing import children, integer, number
from .setup import Setup

__all__ = ["discriminant_values"]

MOST_OUTPUTS = 1000


def discriminant_values(wiring: Wiring, setup: Setup, x: str, where: str) -> tuple[str, str, int]:
    """The nodes of a linear sum of ``x``: the names of margin and score, and how many numbers they are per entry."""
    if setup.analysis not in ("Classification", "Regression")[: 2 if setup.kind == "LD" else 1]:
        raise UnsupportedError(f"{where}: {setup.analysis.lower()} by '{setup.kind}', which TMVA has not got")
    coefficients = _coefficients(setup, where)
    w, b = wiring.weight("linear.w", coefficients[:, 1:].T.copy()), wiring.weight("linear.b", coefficients[:, 0].copy())
    value = wiring.add("Gemm", wiring.add("Cast", x, to="float64"), w, b)
    if setup.kind == "LD":
        value = wiring.add("Cast", wiring.add("Cast", value, to="float32"), to="float64")
    if setup.analysis == "Regression":
        return value, value, len(coefficients)
    margin = wiring.add("Gather", value, np.asarray(0), axis=1)
    return margin, margin, 0


def _coefficients(setup: Setup, where: str) -> np.ndarray:
    """(outputs, 1 + variables): the offset stands first."""
    count = len(setup.variables) + 1
    outputs = integer(setup.weights, "NOut", where, 1, MOST_OUTPUTS) if setup.kind == "LD" else 1
    found = children(setup.weights, "Coefficient")
    said = integer(setup.weights, "NCoeff", where, 0)
    if said != count or len(found) != outputs * count:
        raise FormatError(f"{where}: {len(found)} coefficients for {outputs} x {count - 1} variables and offsets; "
                          "damaged file")  # fmt: skip
    if [_place(each, setup.kind, count, where) for each in found] != list(range(len(found))):
        raise FormatError(f"{where}: the coefficients are not numbered one after the other; damaged file")
    values = np.array([number(each, "Value", where) for each in found])
    if not np.isfinite(values).all():
        raise FormatError(f"{where}: a coefficient that is not finite; damaged file")
    return values.reshape(outputs, count)


def _place(element: Element, kind: str, count: int, where: str) -> int:
    if kind == "Fisher":
        return integer(element, "Index", where, 0)
    return integer(element, "IndexOut", where, 0, MOST_OUTPUTS) * count + integer(element, "IndexCoeff", where, 0)
