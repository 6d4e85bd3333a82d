"""Whether the graphs and the key that ``folds`` names are there and fit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..endpoints import Input, Variable, usual_raw
from ..errors import suggestion
from .check import find_variable
from .place import Place

if TYPE_CHECKING:
    from ..model import Model


def check_folds(file: Place, model: Model) -> None:
    """The graphs of all folds are there, and the key is one."""
    if folds := file.find("folds"):
        _check_graphs(file, list(model.graphs))
        _check_key(folds["key"], model)


def _check_graphs(file: Place, names: list[str]) -> None:
    if main := file["graphs"].find("main"):
        main.fail("a model with folds has their graphs instead of 'main'")
    for place in file["folds"]["graphs"]:
        if place.value not in names:
            place.fail(f"no graph '{place.value}' {suggestion(place.value, sorted(names, key=str.encode))}")


def _check_key(place: Place, model: Model) -> None:
    """The key is fed, a whole number for each entry, and nothing changes it before it is read."""
    given, variable = _find_key(place, model)
    if given.mask is not None:
        place.fail(f"the input '{given.name}' is a mask; a key is fed")
    raw = (variable.raw if variable else None) or usual_raw(given.type)
    if given.type != "int64" or raw != "int64":
        place.fail(f"'{place.value}' is {given.type}, fed as {raw}; a key is int64, fed as int64")
    if sequence := model.sequence_axis(given.axes):
        place.fail(f"'{place.value}' has the axis '{sequence}'; a key is one number an entry")
    if (count := math.prod(model.fixed_shape(given))) != 1:
        place.fail(f"'{place.value}' has {count} numbers an entry; a key is one")
    if variable is not None:
        _check_plain(place, variable)


def _find_key(place: Place, model: Model) -> tuple[Input, Variable | None]:
    text = place.text()
    inputs = {given.name: given for given in model.input_list}
    name, dot, variable = (text, "", "") if text in inputs else text.partition(".")
    if name not in inputs:
        place.fail(f"no input '{name}' {suggestion(name, inputs)}")
    given = inputs[name]
    if dot:
        return given, find_variable(place, given, variable)
    if given.variable_list:
        place.fail(f"the input '{name}' has variables; say which: '{name}.{given.variable_list[0].name}'")
    return given, None


def _check_plain(place: Place, variable: Variable) -> None:
    rules = {"unit": variable.unit, "from": variable.source, "missing": variable.missing,
             "categories": variable.categories, "prepare": variable.prepare}  # fmt: skip
    for key, value in rules.items():
        if value:
            place.fail(f"'{place.value}' has '{key}'; a key is taken as it is fed")
