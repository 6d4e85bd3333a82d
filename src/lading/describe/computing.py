"""Outputs that papers say a formula for.

    {"name": "D_b", "from": "log(p_b / (f_c * p_c + (1 - f_c) * p_u))", "constants": {"f_c": 0.2}}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..bundle.place import Place
from ..computed import add_output, formulas
from ..errors import FormatError, LadingError, UnknownName

if TYPE_CHECKING:
    from ..model import Model

#: What a formula is said with.
FORMULA = ("from", "constants")
_ALLOWED = ("name", *FORMULA, "description", "unit", "range")


def is_formula(place: Place, model: Model) -> bool:
    """Whether an output of the papers is to be computed. One that the model has by now, by this formula, is not."""
    if place.object().find("from") is None:
        return False
    place.allow(_ALLOWED)
    known = formulas(model).get(str(place["name"].value))
    said = {"expression": place["from"].text(), "constants": _constants(place)}
    return known is None or {"constants": {}, **known} != said


def compute(place: Place, model: Model) -> None:
    """Adds the output to ``model`` itself. Raises FormatError or UnknownName, naming the place in the papers."""
    name = place["name"].text()
    try:
        output = add_output(model, name, place["from"].text(), _constants(place))
    except LadingError as error:
        place["from"].fail(str(error), UnknownName if isinstance(error, UnknownName) else FormatError)
    for key in ("description", "unit"):
        if (said := place.find(key)) is not None:
            setattr(output, key, said.text())
    if (extent := place.find("range")) is not None:
        if len(extent.list()) != 2:
            extent.fail("should be the lowest and the highest value, [0, 1]")
        output.range = [extent[0].number(), extent[1].number()]


def rename_formulas(model: Model, new: Mapping[str, str]) -> None:
    """The words of formulas under other names of their outputs."""
    if formulas(model):
        model.record["computed"] = {new.get(name, name): formula for name, formula in formulas(model).items()}


def _constants(place: Place) -> dict[str, float]:
    given = place.find("constants")
    return {} if given is None else {name: number.real() for name, number in given.members()}
