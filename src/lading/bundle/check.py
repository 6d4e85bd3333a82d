"""What the parts of a file say about one another: flags, ``from``, the entry axis, padding."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..endpoints import Input, Variable, usual_raw
from ..errors import MemoryLimit, suggestion
from .decode_axes import IMPLICIT_ENTRY
from .decode_inputs import decode_rules
from .decode_outputs import entry_size
from .place import Place
from .values import holds

if TYPE_CHECKING:
    from ..model import Model

#: Bytes that a session may ask for unless told otherwise.
MEMORY_LIMIT = 8 << 30


def check_inputs(list_place: Place, model: Model) -> None:
    """``flag`` and ``from`` name variables that exist and that can be used there."""
    inputs = {given.name: given for given in model.input_list}
    for place, given in zip(list_place, model.input_list, strict=True):
        for at, variable in enumerate(given.variable_list):
            there = place["variables"][at]
            _check_flag(there, given, variable)
            if variable.source is not None:
                _check_source(there, given, variable, inputs, model)


def find_variable(place: Place, given: Input, name: str) -> Variable:
    if name not in given.variables:
        place.fail(f"no variable '{name}' in input '{given.name}' {suggestion(name, given.variables)}")
    return given.variables[name]


def _check_flag(place: Place, given: Input, variable: Variable) -> None:
    for item in variable.missing.when if variable.missing else ():
        if isinstance(item, dict) and "flag" in item:
            missing = place["missing"]
            when = (missing["by_fold"][0] if missing.find("by_fold") else missing)["when"]
            flag = find_variable(when, given, item["flag"])
            if flag is variable:
                when.fail("the variable cannot be its own flag")
            if flag.source is not None:
                when.fail(f"the flag '{flag.name}' is taken from '{flag.source}'; a flag is fed")


def _check_source(
    place: Place, given: Input, variable: Variable, inputs: dict[str, Input], model: Model
) -> None:
    """A value taken from elsewhere comes in the raw type and unit that it has there."""
    source_input, source = _find_source(place["from"], given, inputs, model)
    if raw := place.find("raw"):
        raw.fail(f"'{variable.source}' has its own; leave this out")
    if variable.unit and variable.unit != source.unit:
        place.fail(f"its unit '{variable.unit}' is not that of '{variable.source}', '{source.unit}'")
    decode_rules(place, variable, source.raw or usual_raw(source_input.type), model.folds)


def _find_source(
    place: Place, given: Input, inputs: dict[str, Input], model: Model
) -> tuple[Input, Variable]:
    text = place.text()
    name, _, variable = text.partition(".")
    if name not in inputs:
        place.fail(f"no input '{name}' {suggestion(name, inputs)}")
    source = find_variable(place, inputs[name], variable)
    if source.source is not None:
        place.fail(f"'{text}' is itself taken from '{source.source}'; name that one")
    sequence = model.sequence_axis(inputs[name].axes)
    if sequence is not None and sequence != model.sequence_axis(given.axes):
        place.fail(f"'{text}' has the axis '{sequence}', this input has not")
    theirs, own = (math.prod(model.fixed_shape(each)) for each in (inputs[name], given))
    if theirs != own:
        place.fail(f"'{text}' and this input differ in numbers for each item: {theirs} and {own}")
    return inputs[name], source


def check_endpoints(file: Place, model: Model) -> None:
    """Either all tensors have the entry axis or none; padding fits the type of the tensor."""
    entry = next((axis.name for axis in model.axes.values() if axis.kind == "entry"), IMPLICIT_ENTRY)
    batched = any(entry in given.axes for given in model.input_list)
    for place, given in zip(file["inputs"], model.input_list, strict=True):
        _check_entry(place, given.axes, entry, batched)
        if given.mask is None:
            _check_pad(place, given, model)
        _check_size(place, given.axes, len(given.variable_list), model)
    for place, output in zip(file["outputs"], model.output_list, strict=True):
        _check_entry(place, output.axes, entry, batched)
        _check_sequence(place, output.axes, model)
        _check_size(place, output.axes, len(output.label_list), model)


def _check_entry(place: Place, axes: list[str | int], entry: str, batched: bool) -> None:
    if (entry in axes) == batched:
        return
    if batched:
        place["axes"].fail(f"lacks the entry axis '{entry}', which other inputs have")
    place["axes"].fail(f"has the entry axis '{entry}', which no input has")


def _check_sequence(place: Place, axes: list[str | int], model: Model) -> None:
    """Who feeds an input says how long its sequences are; nobody says it of an output's."""
    axis = model.sequence_axis(axes)
    if axis is not None and not any(axis in given.axes for given in model.input_list):
        place["axes"].fail(f"has the sequence axis '{axis}', which no input has")


def _check_pad(place: Place, given: Input, model: Model) -> None:
    for use in given.axes:
        axis = model.axes.get(use) if isinstance(use, str) else None
        if axis is not None and axis.kind == "sequence" and not holds(given.type, axis.pad):
            place.fail(f"the pad of the axis '{axis.name}' does not fit into {given.type}")


def _check_size(place: Place, axes: list[str | int], named: int, model: Model) -> None:
    """One padded entry, as numbers of eight bytes, must fit into the memory that a session may have."""
    size = entry_size(axes, named, model.axes)
    for use in axes:
        axis = model.axes.get(use) if isinstance(use, str) else None
        size *= max(axis.min, 1) if axis is not None else 1
    if 8 * size > MEMORY_LIMIT:
        place.fail(f"one entry needs more memory than the limit of {MEMORY_LIMIT} bytes", MemoryLimit)
