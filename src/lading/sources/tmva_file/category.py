"""``Category``: cuts choose the method for an entry (``MethodCategory::GetMvaValue``)."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

import numpy as np

from ...errors import FormatError, UnsupportedError
from ..wiring import Wiring
from .cuts import Cut, names_in
from .parsing import children, text_of
from .setup import Quantity, Setup, setup_of

__all__ = ["category_values", "spectators_read"]

#: The nodes of a method on its variables: (wiring, setup, x, where) -> (variables, margin, score, numbers).
MethodValues = Callable[[Wiring, Setup, str, str], "tuple[str, str, str, int]"]


def _methods(setup: Setup, where: str) -> list[Element]:
    if setup.analysis != "Classification":
        raise UnsupportedError(f"{where}: categories of {setup.analysis.lower()}; those of classification are read")
    if setup.transformations:
        raise UnsupportedError(f"{where}: transforms the variables before it looks at the categories; not supported")
    found = children(setup.weights, "SubMethod")
    if not found:
        raise FormatError(f"{where}: a Category without a <SubMethod>; damaged file")
    return found


def _labels(method: Element) -> list[str]:
    """The variables of a category, by label; none said: those of the whole method."""
    return [each for each in method.get("Variables", "").split(":") if each]


def spectators_read(setup: Setup, where: str) -> list[Quantity]:
    """The spectators that a cut or a category looks at: they have to be fed."""
    wanted: set[str] = set()
    for method in _methods(setup, where):
        wanted |= {*names_in(text_of(method, "Cut", where), where), *_labels(method)}
    known = {name for each in setup.variables for name in (each.expression, each.label)}
    return [each for each in setup.spectators if {each.expression, each.label} & wanted - known]


def category_values(
    wiring: Wiring, setup: Setup, extra: list[Quantity], method_values: MethodValues, where: str
) -> tuple[str, str, str, int]:
    """The nodes of all categories and of the choice: 0 where no cut is passed, NaN where two are (TMVA stops there)."""
    fed = setup.variables + extra
    columns: dict[int, str] = {}

    def value_of(name: str) -> str:
        at = _place(name, [each.expression for each in fed], where)
        if at not in columns:
            column = wiring.add("Gather", "features", np.asarray(at), axis=1)
            columns[at] = wiring.add("Cast", column, to="float64")
        return columns[at]

    margin: str | np.ndarray = np.asarray(0.0)
    score, passes = margin, list[str]()
    for number, method in enumerate(_methods(setup, where)):
        inside = f"{where}: category {number}"
        part = setup_of(method, inside, setup)
        passes.append(Cut(text_of(method, "Cut", inside), wiring, value_of, inside).passed())
        x = _variables(wiring, part, _labels(method) or [each.label for each in setup.variables], fed, inside)
        _, m, s, _ = method_values(wiring.within(f"category_{number}"), part, x, inside)
        margin = wiring.add("Where", passes[-1], m, margin)
        score = wiring.add("Where", passes[-1], s, score)
    margin, score = _where_alone(wiring, passes, margin), _where_alone(wiring, passes, score)
    checked = "features" if not extra else wiring.add(
        "Gather", "features", wiring.weight("variables", np.arange(len(setup.variables))), axis=1)
    return checked, margin, score, 0


def _where_alone(wiring: Wiring, passes: list[str], value: str | np.ndarray) -> str:
    """NaN where more than one cut is passed."""
    if len(passes) == 1:
        return str(value)
    count = wiring.add("Sum", *(wiring.add("Cast", each, to="float32") for each in passes))
    return wiring.add("Where", wiring.add("Greater", count, np.asarray(1.0, np.float32)), np.asarray(np.nan), value)


def _variables(wiring: Wiring, part: Setup, labels: list[str], fed: list[Quantity], where: str) -> str:
    """The variables of a category among those that are fed."""
    if len(labels) != len(part.variables):
        raise FormatError(f"{where}: {len(labels)} variables are listed, its method has {len(part.variables)}")
    places = [_place(label, [each.label for each in fed], where) for label in labels]
    if places == list(range(len(fed))):
        return "features"
    return wiring.add("Gather", "features", wiring.weight("variables", np.array(places)), axis=1)


def _place(name: str, names: list[str], where: str) -> int:
    if name not in names:
        raise UnsupportedError(f"{where}: looks at '{name[:100]}', which is no variable or spectator of the file")
    return names.index(name)
