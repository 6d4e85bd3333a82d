"""The nodes that compute a formula, at the end of the main graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import ValueRefused
from ..graph import Attribute
from ..sources.wiring import Wiring
from .expression import Name, Step, Tree
from .quantities import Axes, Quantity, found

if TYPE_CHECKING:
    from ..model import Model

FLOATS = ("float32", "float64", "float16", "bfloat16")


class FormulaNodes:
    """A formula on its way into a graph. ``type`` and ``axes`` are those of its result."""

    def __init__(self, model: Model, name: str, tree: Tree, wiring: Wiring):
        self.model, self.name, self.wiring = model, name, wiring
        self.quantities = {each: found(model, each) for each in _names(tree)}
        if not self.quantities:
            raise ValueRefused("names no output: a constant is no output")
        self.type = self._type()
        self.axes = self._axes()
        self._made: dict[str, str] = {}  # values by what made them: nothing is computed twice
        result = self._value(tree)
        if isinstance(result, np.ndarray) or not self._rename(result):
            self.wiring.add("Identity", result, gives=name)

    # ------------------------------------------------------------------------------------- what comes out

    def _type(self) -> str:
        """float64 if one of the outputs is, else float32."""
        for name, quantity in self.quantities.items():
            if quantity.output.type not in FLOATS:
                raise ValueRefused(f"'{name}' is {quantity.output.type}; formulas take real numbers")
        return "float64" if any(q.output.type == "float64" for q in self.quantities.values()) else "float32"

    def _axes(self) -> Axes:
        """Those of all outputs once the label is taken; axes of length 1 go where they are not the same."""
        all_axes = [quantity.axes for quantity in self.quantities.values()]
        kept = [self._without_ones(axes) for axes in all_axes]
        for name, axes in zip(self.quantities, kept, strict=True):
            if axes != kept[0]:
                first = next(iter(self.quantities))
                raise ValueRefused(f"'{first}' has {self._said(kept[0])}, '{name}' {self._said(axes)}; a formula takes "
                                   "numbers of one kind")
        leading_one = not self.model.batched and all_axes[0][:1] == [1]
        plain = [1, *kept[0]] if leading_one else kept[0]
        return plain if all(axes == plain for axes in all_axes) else kept[0]

    def _without_ones(self, axes: Axes) -> Axes:
        return [use for use in axes if use != 1 and not (self.model.is_fixed(use) and self._size(use) == 1)]

    def _size(self, use: str | int) -> int | None:
        return use if isinstance(use, int) else self.model.axes[use].size

    def _said(self, axes: Axes) -> str:
        """ "one number for each jet and track"."""
        entry = self.model.entry_axis
        along = [str(use) for use in axes if use != entry and not self.model.is_fixed(use)]
        sizes = " x ".join(str(self._size(use)) for use in axes if self.model.is_fixed(use))
        return f"{sizes or 'one'} number{'s' if sizes else ''} for each {along[0] if along else entry}"

    # ---------------------------------------------------------------------------------------- its nodes

    def _value(self, tree: Tree) -> str | np.ndarray:
        if isinstance(tree, float):
            return self._number(tree)
        if isinstance(tree, Name):
            return self._quantity(self.quantities[tree])
        return self._add(tree.operator, *(self._value(each) for each in tree.operands))

    def _number(self, value: float) -> np.ndarray:
        with np.errstate(over="ignore"):
            number = np.array(value, self.type)
        if not np.isfinite(number):
            raise ValueRefused(f"the constant {value} does not fit into {self.type}, the type of the result")
        return number

    def _quantity(self, quantity: Quantity) -> str:
        """The value of a label, without axes of length 1 that the result has not, in the type of the result."""
        value: str = quantity.output.name
        if quantity.axis is not None:
            value = self._add("Gather", value, np.array(quantity.index), wish=quantity.text, axis=quantity.axis)
        ones = [at for at, use in enumerate(quantity.axes) if self._size_or_none(use) == 1]
        if quantity.axes != self.axes:
            value = self._add("Squeeze", value, np.array(ones), wish=f"{quantity.text}.squeeze")
        if quantity.output.type != self.type:
            value = self._add("Cast", value, wish=f"{quantity.text}.cast", to=self.type)
        return value

    def _size_or_none(self, use: str | int) -> int | None:
        return self._size(use) if self.model.is_fixed(use) else None

    def _add(self, operator: str, *operands: str | np.ndarray, wish: str = "", **attributes: Attribute) -> str:
        key = repr((operator, [each if isinstance(each, str) else each.tolist() for each in operands], attributes))
        if key not in self._made:
            gives = self.wiring.name(wish or operator.lower())
            self._made[key] = self.wiring.add(operator, *operands, gives=gives, **attributes)
        return self._made[key]

    def _rename(self, result: str) -> bool:
        """Lets the last node give the output itself; not if that is no node of the formula."""
        if result not in self._made.values():
            return False
        self.wiring.nodes[-1].outputs = [self.name]
        return True


def _names(tree: Tree) -> dict[Name, None]:
    """All names in the order in which they are met."""
    if isinstance(tree, Step):
        return {name: None for each in tree.operands for name in _names(each)}
    return {tree: None} if isinstance(tree, Name) else {}
