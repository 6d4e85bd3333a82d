"""What is said of an endpoint, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...endpoints import Input, Output, Variable
from ..facts import missing_text, number_text, steps_text

if TYPE_CHECKING:
    from ...model import Model


def counted(number: int, what: str) -> str:
    """ "1 entry", "12 entries"."""
    plural = {"entry": "entries"}.get(what, f"{what}s")
    return f"{number} {what if number == 1 else plural}"


def axes_text(given: Input | Output) -> str:
    return f"[{', '.join(map(str, given.axes))}]"


def mask_text(given: Input) -> str:
    if given.mask is None:
        return "fed"
    return f"{number_text(given.mask.present)} {given.mask.of}, {number_text(given.mask.absent)} padding"


def names_text(given: Input) -> str:
    return " ".join(given.variables) if given.variable_list else "without names"


def input_text(model: Model, given: Input) -> str:
    return f"{axes_text(given)} {given.type}" + (f": {' '.join(given.variables)}" if given.variable_list else "")


def variable_text(variable: Variable) -> str:
    if variable.source:
        return f"from {variable.source}"
    said = [variable.unit, missing_text(variable), steps_text(variable)]
    return "; ".join(text for text in said if text) or "yes"


def output_text(given: Output) -> str:
    labels = f": {' '.join(given.labels)}" if given.label_list else ""
    return f"{axes_text(given)} {given.type}{labels}"
