"""The entries of one model, as the other takes them: the same values under the names of the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...endpoints import Input
from ...errors import UnitError
from ...feed import Batch, Column
from ...feed.leading import Leading
from ...feed.units import convert
from ...proving.exchanges import prepared_batch
from .slots import Key, columns, fed, flat_axis, text_of
from .wording import axes_text

if TYPE_CHECKING:
    from ...model import Model
    from .pairs import Matching


def obstacle(found: Matching, of_a: bool) -> str:
    """Why entries of a (or, not ``of_a``, of b) cannot be fed to the other; "" if they can."""
    source, other = (found.a, found.b) if of_a else (found.b, found.a)
    letters = "ab" if of_a else "ba"
    pairs, places = _pairs(found, of_a), _places(found, of_a)
    twins = {(y if of_a else x): (x if of_a else y) for x, y in found.inputs}
    for given in other.input_list:
        twin = source.inputs[twins[given.name]] if given.name in twins else None
        for key in fed(given):
            if key not in pairs and given.name not in places:
                return _unmatched(source, other, twin, given, key, letters)
            if key in pairs and (apart := _other_form(source, other, pairs[key], key, letters)):
                return apart
        if given.name in places and (untold := _untold(source, places[given.name], given, letters)):
            return untold
    return _crossed_axes(found)


def _unmatched(source: Model, other: Model, twin: Input | None, given: Input, key: Key, letters: str) -> str:
    mine, theirs = letters[0], letters[1]
    if twin is not None and key[1] is None and twin.is_fed and not twin.variable_list:
        return f"input '{twin.name}' of {mine} is {axes_text(twin)}, '{given.name}' of {theirs} {axes_text(given)}"
    what = f"variable '{key[1]}' of input '{given.name}'" if key[1] is not None else f"input '{given.name}'"
    if key[1] is None and all(_form(source, one) != _form(other, given) for one in source.input_list):
        listed = ", ".join(f"'{one.name}' {axes_text(one)}" for one in source.input_list)
        return f"{what} of {theirs} is {axes_text(given)}; {mine} has no input of this form, but {listed}"
    text = f"{what} of {theirs} has no counterpart in {mine}"
    bare = [one.name for one in source.input_list if one.is_fed and not one.variable_list]
    if key[1] is not None and bare:
        text += f", whose input '{bare[0]}' has no names for its columns"
    elif key[1] is None and any(one.is_fed and one.variable_list for one in source.input_list):
        text += ", and no names for its columns"
    return f"{text}; say what is what: --match NAME_IN_A=NAME_IN_B"


def _form(model: Model, given: Input) -> tuple[int, bool]:
    """Numbers of an item, and whether it is an element of a sequence."""
    return columns(model, given), bool(model.sequence_axis(given.axes))


def _untold(source: Model, name: str, given: Input, letters: str) -> str:
    """A variable whose raw values cannot be told from the columns that its graph sees."""
    if source.inputs[name].variable_list:
        return ""
    made = [v.name for v in given.variable_list if v.prepare or v.missing or v.categories or v.source]
    return (f"'{name}' of {letters[0]} holds prepared numbers, from which the raw '{given.name}.{made[0]}' of "
            f"{letters[1]} cannot be told") if made else ""  # fmt: skip


def _other_form(source: Model, other: Model, mine: Key, key: Key, letters: str) -> str:
    one, two = source.inputs[mine[0]], other.inputs[key[0]]
    along = [model.sequence_axis(given.axes) for model, given in ((source, one), (other, two))]
    names = f"'{text_of(*mine)}' of {letters[0]}", f"'{text_of(*key)}' of {letters[1]}"
    shapes = [model.fixed_shape(given) for model, given in ((source, one), (other, two))]
    if (along[0] is None) != (along[1] is None):
        words = [f"one number per element of '{axis}'" if axis else f"{int(np.prod(shape)) or 1} per entry"
                 for axis, shape in zip(along, shapes, strict=True)]
        return f"{names[0]} is {words[0]}, {names[1]} {words[1]}"
    if int(np.prod(shapes[0])) != int(np.prod(shapes[1])):
        return f"{names[0]} has the shape {list(shapes[0])}, {names[1]} {list(shapes[1])}"
    return ""


def _crossed_axes(found: Matching) -> str:
    """A sequence of one model whose variables stand in two sequences of the other."""
    for one, other in found.inputs:
        first = found.a.sequence_axis(found.a.inputs[one].axes)
        second = found.b.sequence_axis(found.b.inputs[other].axes)
        if first is not None and second is not None and found.axes[first] != second:
            return f"sequence '{first}' of a belongs to '{found.axes[first]}' and to '{second}' of b"
    return ""


def left_over(found: Matching, of_a: bool) -> list[str]:
    """What a (or, not ``of_a``, b) takes and the other has not."""
    pairs, places = _pairs(found, not of_a), _places(found, not of_a)
    model = found.a if of_a else found.b
    return [text_of(*key) for given in model.input_list if given.name not in places
            for key in fed(given) if key not in pairs]  # fmt: skip


def _pairs(found: Matching, of_a: bool) -> dict[Key, Key]:
    """Where each variable of the other model is taken from."""
    return {(y if of_a else x): (x if of_a else y) for x, y in found.variables}


def _places(found: Matching, of_a: bool) -> dict[str, str]:
    return {(y if of_a else x): (x if of_a else y) for x, y in found.by_place}


def translated(batch: Batch, found: Matching, of_a: bool) -> Batch:
    """A batch of a for b, or, not ``of_a``, of b for a. ``obstacle`` has said that it can be."""
    source, other = (found.a, found.b) if of_a else (found.b, found.a)
    pairs, places = _pairs(found, of_a), _places(found, of_a)
    axes = {(y if of_a else x): (x if of_a else y) for x, y in found.axes.items()}
    made = Batch(batch.entries, Leading((batch.entries,)))
    behind: Batch | None = None
    for given in other.input_list:
        axis = other.sequence_axis(given.axes)
        for key in fed(given):
            if key in pairs:
                made.columns[key] = _column(source, other, batch.columns[pairs[key]], pairs[key], key)
            elif places[given.name] in {name for name, part in batch.columns if part is None}:
                values = batch.columns[places[given.name], None].values
                made.columns[key] = Column(_part(other, given, key, values))
            else:
                behind = behind or prepared_batch(source, batch)
                made.columns[key] = Column(_whole(source, other, behind, places[given.name], given))
            if axis is not None:
                made.axis_of[key] = axis
        if axis is not None:
            made.counts[axis] = (behind if given.name in places and behind else batch).counts[axes[axis]]
    for axis in (x.name for x in other.axes.values() if x.kind == "sequence"):
        made.counts.setdefault(axis, np.zeros(batch.entries, np.int64))
    return replace(made, forms=dict.fromkeys(made.counts, "counts"))


def _column(source: Model, other: Model, column: Column, mine: Key, key: Key) -> Column:
    """The values, with their unit where the other model can convert it."""
    one = source.inputs[mine[0]].variables[str(mine[1])]
    given = other.inputs[key[0]]
    two = given.variables[str(key[1])]
    unit = column.unit or one.unit
    try:
        convertible = bool(unit and two.unit) and convert(unit, two.unit)[0] is not None
    except UnitError:
        convertible = False
    values = column.values.reshape((len(column.values), *other.fixed_shape(given)))
    return Column(values, unit if convertible else None)


def _whole(source: Model, other: Model, behind: Batch, name: str, given: Input) -> np.ndarray:
    """The prepared variables of an input, as columns without names."""
    one = source.inputs[name]
    axis = flat_axis(source, one, "variable")
    values = np.stack([behind.columns[name, v.name].values for v in one.variable_list], axis)
    return values.reshape((len(values), *other.fixed_shape(given)))


def _part(other: Model, given: Input, key: Key, values: np.ndarray) -> np.ndarray:
    """Columns without names, all or the one of a variable."""
    if key[1] is None:
        return values.reshape((len(values), *other.fixed_shape(given)))
    axis = flat_axis(other, given, "variable")
    inner = other.fixed_shape(given)
    shape = (*inner[: axis - 1], len(given.variable_list), *inner[axis - 1 :])
    place = list(given.variables).index(key[1])
    return np.ascontiguousarray(np.take(values.reshape((len(values), *shape)), place, axis))
