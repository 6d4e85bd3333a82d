"""Fisher cuts: splits on a sum over all variables (``DecisionTreeNode``: GoesRight, ReadAttributes).

A node that has them goes right if ``offset + c0 x0 + c1 x1 + ... > cut``, whatever the release: the coefficients are
float64, and so are all products and sums, made in this order. Each sum becomes one more column of the forest.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np

from ...errors import FormatError
from ..wiring import Wiring
from .parsing import integer, number

__all__ = ["FisherCuts"]


class FisherCuts:
    """The sums that the nodes of a forest cut on, each of them once; columns after the ``variables``."""

    def __init__(self, variables: int, at_cut_goes_right: bool):
        self.variables, self._at_cut_goes_right = variables, at_cut_goes_right
        self._sums: dict[tuple[float, ...], int] = {}

    def __len__(self) -> int:
        return len(self._sums)

    def column(self, node: Element, where: str) -> int | None:
        """The column of a node's sum; None if it cuts on one variable."""
        if node.get("NCoef", "0").strip() == "0":
            return None
        count = integer(node, "NCoef", where, 0)
        if count != self.variables + 1:
            raise FormatError(f"{where}: a Fisher cut of {count} coefficients; {self.variables} variables and an "
                              f"offset have {self.variables + 1}; damaged file")  # fmt: skip
        coefficients = tuple(number(node, f"fC{i}", where) for i in range(count))
        if not np.isfinite([*coefficients, np.float32(number(node, "Cut", where))]).all():
            raise FormatError(f"{where}: a Fisher cut of coefficients or a cut that are not finite; damaged file")
        return self.variables + self._sums.setdefault(coefficients, len(self._sums))

    def threshold(self, cut: float) -> float:
        """What a sum is compared with, in float64: at the cut it goes left, also where a variable would go right."""
        return float(np.nextafter(cut, np.inf)) if self._at_cut_goes_right else cut

    def columns(self, wiring: Wiring, x: str) -> str:
        """The variables ``x`` and behind them the sums, in float64; ``x`` itself if there are none."""
        if not self._sums:
            return x
        within = wiring.within("fisher")
        coefficients = np.array(list(self._sums))
        wide = within.add("Cast", x, to="float64")
        total: str = within.weight("offset", coefficients[:, -1:].T.copy())
        for at in range(self.variables):
            variable = within.add("Gather", wide, np.array([at]), axis=1)
            factor = within.weight(f"coefficient_{at}", coefficients[:, at : at + 1].T.copy())
            total = within.add("Add", total, within.add("Mul", variable, factor))
        return within.add("Concat", wide, total, axis=1)
