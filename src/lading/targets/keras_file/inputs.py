"""Inputs of Keras, and preparation as layers behind them where those give the very numbers.

A step that adds or multiplies is a ``Rescaling`` (``x scale + offset`` with 1 or 0 in the other place), one that
divides by d > 0 a ``Normalization`` of variance d^2, whose square root is d again; a subtraction before it is its mean.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...endpoints import Input, Variable
from ...errors import UnsupportedError
from ...model import Model
from .growth import ENTRY, ONE, Growth, Item

__all__ = ["entries_of", "input_item", "scaled"]

WAY = "write what stands behind the preparation with preparation=False (--without-preparation)"

TYPES = ("float32", "float64", "int32", "int64", "bool")

#: Numbers for each column: what it is multiplied by, what is added, what it is divided by.
Step = tuple[str, list[float]]


def input_item(model: Model, given: Input, growth: Growth, preparation: bool, where: str) -> Item:
    """The item that the graph sees. Raises UnsupportedError for what Keras does not do with an input."""
    place = f"{where}: input '{given.name}'"
    if given.mask is not None:
        raise UnsupportedError(f"{place} is a mask, which Keras makes itself and does not take")
    if given.type not in TYPES:
        raise UnsupportedError(f"{place} is of the type {given.type}; written are {', '.join(TYPES)}")
    single = given.axes[:1] == [1] if growth.alone else given.axes[:1] == entries_of(model)
    if not single and not growth.alone:
        raise UnsupportedError(f"{place} has no axis of entries in front ({given.axes}), where Keras has it")
    shape = [_length(model, given, use, preparation, place) for use in given.axes[single:]]
    item = growth.layer("InputLayer", given.name, [], shape, batch_shape=[None, *shape], dtype=given.type)
    whole = item.axes
    columns = given.axes.index("variable") if "variable" in given.axes else ENTRY
    steps = [] if not preparation else _steps(given, place)
    if steps and (columns != len(given.axes) - 1 or not given.type.startswith("float")):
        raise UnsupportedError(f"{place} ({given.type}) has no variables on its last axis, where Keras scales numbers "
                               f"with a point; {WAY}")  # fmt: skip
    while steps:
        kind, numbers = steps.pop(0)
        if kind == "add" and steps and steps[0][0] == "divide":
            mean = [-each for each in numbers]
            item = scaled(growth, item, "divide", steps.pop(0)[1], f"{given.name}_normalization", mean)
        else:
            item = scaled(growth, item, kind, numbers, f"{given.name}_scaling")
    return replace(item, axes=(ONE, *whole)) if growth.alone and single else item


def entries_of(model: Model) -> list[str | int]:
    """The axis of entries."""
    return [name for name, axis in model.axes.items() if axis.kind == "entry"]


def scaled(growth: Growth, x: Item, kind: str, numbers: list[float] | float, name: str,
           mean: list[float] | float = 0.0) -> Item:  # fmt: skip
    """``x`` with a number for each column, or one for all, added or multiplied to it, or x - mean divided by it."""
    if kind == "add":
        return growth.layer("Rescaling", name, [x], x.shape, scale=1.0, offset=numbers)
    if kind == "multiply":
        return growth.layer("Rescaling", name, [x], x.shape, scale=numbers, offset=0.0)
    if not x.shape or x.shape[-1] is None:
        raise UnsupportedError(f"'{name}' divides a value whose last axis has no fixed length; Keras does not")
    spread = np.broadcast_to(np.asarray(numbers, np.float64), (x.shape[-1],))
    means = np.broadcast_to(np.asarray(mean, np.float64), spread.shape)
    return growth.layer("Normalization", name, [x], x.shape, axis=-1, mean=means.tolist(),
                        variance=(spread**2).tolist())  # fmt: skip


def _length(model: Model, given: Input, use: str | int, preparation: bool, place: str) -> int | None:
    if isinstance(use, int):
        return use
    if use == "variable":
        return len(given.variable_list)
    axis = model.axes[use]
    if preparation and (axis.min or axis.max is not None):
        raise UnsupportedError(f"{place}: sequences along '{use}' are cut or padded (min {axis.min}, max {axis.max}), "
                               f"which Keras does not do; {WAY}")  # fmt: skip
    return None


def _steps(given: Input, place: str) -> list[Step]:
    """The steps of all columns side by side: of each in its order, with what changes nothing in between."""
    lists = [_of_variable(each, given, f"{place}: variable '{each.name}'") for each in given.variable_list]
    found: list[Step] = []
    while any(lists):
        kind = next(each for each in lists if each)[0][0]
        idle = 0.0 if kind == "add" else 1.0
        found.append((kind, [each.pop(0)[1] if each and each[0][0] == kind else idle for each in lists]))
    return found


def _of_variable(variable: Variable, given: Input, place: str) -> list[tuple[str, float]]:
    for what in ("missing", "categories", "source"):
        if getattr(variable, what) is not None:
            what = "taken from another" if what == "source" else f"said to be {what}" if what == "missing" else what
            raise UnsupportedError(f"{place} has values that are {what}, which Keras does not do; {WAY}")
    if variable.prepare and variable.raw not in (None, given.type):
        raise UnsupportedError(f"{place} is prepared in {variable.raw}, and Keras would do it in {given.type}: other "
                               f"numbers in the last place; {WAY}")  # fmt: skip
    return [_of_step(step, given.type, place) for step in variable.prepare]


def _of_step(step: Any, type_: str, place: str) -> tuple[str, float]:
    verb, number = next(iter(step.items())) if isinstance(step, dict) else (step, 0.0)
    if verb not in ("add", "subtract", "multiply", "divide"):
        raise UnsupportedError(f"{place}: no layer of Keras does the step '{verb}' of its preparation; {WAY}")
    exact = float(np.dtype(type_).type(number))
    if verb == "divide" and not 1e-7 <= exact <= 1e15:
        raise UnsupportedError(f"{place} is divided by {number:g}, which a Normalization of Keras does not; {WAY}")
    return ("add", -exact if verb == "subtract" else exact) if verb in ("add", "subtract") else (verb, exact)
