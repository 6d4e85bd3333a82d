"""``N`` (``VariableNormalizeTransform``): variables from -1 to 1, and targets of a regression back from there; float32.

Where it comes first and changes all variables it becomes steps of the variables.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from ...errors import FormatError, UnsupportedError
from ..wiring import Wiring
from .parsing import children, integer, last, number
from .selection import Selection, selection_of
from .setup import Setup

__all__ = ["as_steps", "normalised", "targets_restored", "with_targets"]

TWO, ONE = np.asarray(2.0, np.float32), np.asarray(1.0, np.float32)


def as_steps(setup: Setup, where: str) -> list[list[Any]]:
    """Preparation for each variable if the first transformation is ``N`` of all of them; else nothing."""
    first = setup.transformations[0] if setup.transformations else None
    if setup.kind == "Category" or first is None or first.get("Name") != "Normalize":
        return []
    where = f"{where}: the transformation 'Normalize'"
    selection = selection_of(first, setup, where)
    if not selection.whole:
        return []
    lowest, scale = _ranges(first, setup, selection, where)
    return [[{"subtract": float(a)}, {"multiply": float(b)}, {"multiply": 2}, {"subtract": 1}]
            for a, b in zip(lowest[: selection.variables], scale, strict=False)]  # fmt: skip


def normalised(wiring: Wiring, setup: Setup, element: Element, selection: Selection, x: str, where: str) -> str:
    """The variables that are selected, normalised."""
    lowest, scale = (each[: len(selection.taken)] for each in _ranges(element, setup, selection, where))
    scaled = wiring.add("Mul", wiring.add("Sub", x, wiring.weight("lowest", lowest)), wiring.weight("scale", scale))
    return wiring.add("Sub", wiring.add("Mul", scaled, TWO), ONE)


def with_targets(setup: Setup, where: str) -> Element | None:
    """The transformation that also changes the targets of the regression."""
    named = [(each, f"{where}: the transformation '{each.get('Name')}'") for each in setup.transformations]
    found = [each for each, inside in named if selection_of(each, setup, inside).targets]
    if not found:
        return None
    if len(found) > 1 or found[0].get("Name") != "Normalize" or setup.analysis != "Regression":
        names = ", ".join(str(each.get("Name")) for each in found)
        raise UnsupportedError(f"{where}: the target of a regression is transformed by '{names}'; one 'Normalize' is "
                               "supported")  # fmt: skip
    return found[0]


def targets_restored(wiring: Wiring, setup: Setup, element: Element, numbers: int, where: str) -> None:
    """Puts what undoes ``element`` before the output "score", which is ``numbers`` for each entry (0: one)."""
    where = f"{where}: the transformation 'Normalize'"
    selection = selection_of(element, setup, where)
    if selection.targets != max(numbers, 1):
        raise FormatError(f"{where} changes {selection.targets} targets, the method has {max(numbers, 1)}")
    lowest, scale = (each[len(selection.taken) :] for each in _ranges(element, setup, selection, where))
    if not numbers:
        lowest, scale = lowest[0], scale[0]
    value = wiring.name("normalised_score")
    wiring.nodes[-1].name, wiring.nodes[-1].outputs = value, [value]
    steps = wiring.add("Div", wiring.add("Add", value, ONE), np.asarray(scale * TWO, np.float32))
    wiring.add("Add", steps, np.asarray(lowest, np.float32), gives="score")


def _ranges(element: Element, setup: Setup, selection: Selection, where: str) -> tuple[np.ndarray, np.ndarray]:
    """(variables and targets,) the lowest value, and 1 / (highest - lowest)."""
    ranges, count = last(element, "Class", where), len(selection.taken) + selection.targets
    if ranges.find("Ranges") is not None:
        found, index = children(ranges.find("Ranges"), "Range"), [("Index", count)]
    else:
        found = children(ranges.find("Variables"), "Variable") + children(ranges.find("Targets"), "Target")
        index = [("VarIndex", len(selection.taken)), ("TargetIndex", selection.targets)]
    if len(found) != count:
        raise FormatError(f"{where} holds {len(found)} ranges for {count} variables; damaged file")
    expected = [(name, place) for name, many in index for place in range(many)]
    places = [integer(each, name, where, 0) for each, (name, _) in zip(found, expected, strict=True)]
    if places != [place for _, place in expected]:
        raise FormatError(f"{where} numbers its ranges {places[:10]}; damaged file")
    return _lowest_and_scale(found, setup, selection, where)


def _lowest_and_scale(
    found: list[Element], setup: Setup, selection: Selection, where: str
) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(all="ignore"):
        lowest, highest = (np.array([number(each, end, where) for each in found], np.float32) for end in ("Min", "Max"))
        scale = (1.0 / (highest - lowest).astype(np.float64)).astype(np.float32)
    wrong = np.flatnonzero(~np.isfinite(scale) | ~np.isfinite(lowest))
    if len(wrong):
        names = [setup.variables[place].expression for place in selection.taken] + ["target"] * selection.targets
        least, most = lowest[wrong[0]], highest[wrong[0]]
        raise UnsupportedError(f"{where}: '{names[wrong[0]]}' goes from {least} to {most}, which has no finite scale")
    return lowest, scale
