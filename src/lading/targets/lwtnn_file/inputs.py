"""Inputs as lwtnn has them: names of variables, ``(raw + offset) * scale``, and what stands in for NaN."""

from __future__ import annotations

from typing import Any

from ...endpoints import Input, Variable
from ...errors import UnsupportedError
from ...model import Model

__all__ = ["inputs_of"]

REPLACED = ("nan", "inf")  # what lwtnn's NanReplacer replaces


def inputs_of(model: Model, where: str) -> dict[str, list[dict[str, Any]]]:
    """``inputs`` and ``input_sequences`` of a graph. Raises UnsupportedError for what lwtnn does not do."""
    sides: dict[str, list[dict[str, Any]]] = {"inputs": [], "input_sequences": []}
    for given in model.input_list:
        axis = model.sequence_axis(given.axes)
        if given.mask is not None:
            raise UnsupportedError(f"{where}: input '{given.name}' is a mask, which lwtnn does not have")
        if axis is not None:
            _refuse_lengths(model, axis, where)
        sides["inputs" if axis is None else "input_sequences"].append(
            {"name": _name_in_file(model, given), "variables": _variables(model, given, where)})
    return sides


def _name_in_file(model: Model, given: Input) -> str:
    """In a file of lwtnn a vector and a sequence may have one name; the latter is called NAME_sequence here."""
    name, said = given.name.removesuffix("_sequence"), model.came_from.get("inputs", {})
    return name if said.get(given.name) == f"input_sequences/{name}" else given.name


def _refuse_lengths(model: Model, name: str, where: str) -> None:
    axis = model.axes[name]
    if axis.min or axis.max is not None:
        raise UnsupportedError(f"{where}: sequences along '{name}' are cut or padded (min {axis.min}, max {axis.max}), "
                               "which lwtnn does not do")  # fmt: skip


def _variables(model: Model, given: Input, where: str) -> list[dict[str, Any]]:
    if not given.variable_list:
        sizes = [use for use in given.axes if isinstance(use, int) and use > 1] or [1]
        if len(sizes) > 1:
            raise UnsupportedError(f"{where}: input '{given.name}' has {len(sizes)} axes of numbers; lwtnn has vectors "
                                   "and sequences of them")  # fmt: skip
        return [{"name": f"variable_{at}", "offset": 0.0, "scale": 1.0} for at in range(sizes[0])]
    return [_variable(given, each, where) for each in given.variable_list]


def _variable(given: Input, variable: Variable, where: str) -> dict[str, Any]:
    place = f"{where}: variable '{variable.name}' of '{given.name}'"
    if variable.categories is not None:
        raise UnsupportedError(f"{place} is a category; embeddings are not written")
    name = variable.name
    if variable.source is not None:
        input_, _, name = variable.source.partition(".")
        if input_ != given.name:
            raise UnsupportedError(f"{place} is taken from '{variable.source}'; lwtnn takes it from its own input only")
    offset, scale = _line(variable, place)
    written: dict[str, Any] = {"name": name, "offset": offset, "scale": scale}
    if variable.missing is not None:
        if "nan" not in variable.missing.when or any(each not in REPLACED for each in variable.missing.when):
            raise UnsupportedError(f"{place}: missing values are {variable.missing.when}; lwtnn replaces NaN and inf")
        written["default"] = float(variable.missing.value)
    return written


def _line(variable: Variable, place: str) -> tuple[float, float]:
    """Offset and scale that do what ``prepare`` does, to the rounding of float64."""
    offset, scale = 0.0, 1.0
    for step in variable.prepare:
        verb, number = next(iter(step.items())) if isinstance(step, dict) else (step, 0.0)
        if verb in ("add", "subtract") and scale:
            offset += (number if verb == "add" else -number) / scale
        elif verb in ("multiply", "divide"):
            scale = scale * number if verb == "multiply" else scale / number
        else:
            raise UnsupportedError(f"{place}: the step '{verb}' of its preparation is none of lwtnn, which adds and "
                                   "multiplies")  # fmt: skip
    return float(offset), float(scale)
