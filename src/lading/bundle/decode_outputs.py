"""``outputs``: tensors, their labels, and what they are where a sequence is empty."""

from __future__ import annotations

import math
from typing import Any

from ..endpoints import Axis, ByFold, Label, Output
from ..errors import suggestion
from ..folds import Folds
from .decode_axes import decode_tensor_axes
from .decode_folds import by_fold
from .place import Place
from .values import add_name, check_name, decode_name, decode_number, decode_text, decode_type


def decode_outputs(file: Place, axes: dict[str, Axis], folds: Folds | None) -> list[Output]:
    outputs: list[Output] = []
    names: set[str] = set()
    for place in file["outputs"]:
        outputs.append(_decode_output(place, axes, folds))
        add_name(place, outputs[-1].name, names)
    if not outputs:
        file["outputs"].fail("should have at least one output")
    return outputs


def _decode_output(place: Place, axes: dict[str, Axis], folds: Folds | None) -> Output:
    place.allow(("name", "axes", "type", "labels", "description", "unit", "range", "when_empty"))
    uses, type_name, name = place["axes"], place["type"], place["name"]
    output = Output(decode_name(name), [], decode_type(type_name))
    if labels := place.find("labels"):
        output.label_list = _decode_labels(labels)
    output.axes = decode_tensor_axes(uses, "label", bool(output.label_list), axes)
    output.description, output.unit = decode_text(place, "description"), decode_text(place, "unit")
    output.range = _decode_range(place)
    if when_empty := place.find("when_empty"):
        found = by_fold(when_empty, folds, lambda place: _decode_when_empty(place, output, axes))
        output.when_empty = _by_axis(when_empty, found) if isinstance(found, ByFold) else found
    return output


def _decode_when_empty(place: Place, output: Output, axes: dict[str, Axis]) -> dict[str, list[float]]:
    found = {}
    for axis, values in place.members():
        _check_empty_axis(values, axis, output, axes)
        found[axis] = _decode_values(values, output, axes)
    return found


def _by_axis(place: Place, found: ByFold) -> dict[str, list[Any]]:
    for at, values in enumerate(found):
        if values.keys() != found[0].keys():
            place["by_fold"][at].fail("should name the same axes in all folds")
    return {axis: ByFold(values[axis] for values in found) for axis in found[0]}


def _decode_labels(list_place: Place) -> list[Label]:
    labels: list[Label] = []
    names: set[str] = set()
    for place in list_place:
        labels.append(_decode_label(place))
        add_name(place, labels[-1].name, names)
    if not labels:
        list_place.fail("should have at least one label")
    return labels


def _decode_label(place: Place) -> Label:
    if not place.is_object():
        return Label(decode_name(place))
    place.allow(("label", "description", "range"))
    name, description, extent = place["label"], decode_text(place, "description"), _decode_range(place)
    return Label(decode_name(name), description, extent)


def _decode_range(place: Place) -> list[float] | None:
    extent = place.find("range")
    if extent is None:
        return None
    if len(extent.list()) != 2:
        extent.fail("should be the lowest and the highest value, [0, 1]")
    lowest, highest = extent[0].number(), extent[1].number()
    if not lowest <= highest:
        extent.fail("the lowest value should not be above the highest")
    return [lowest, highest]


def _check_empty_axis(values: Place, axis: str, output: Output, axes: dict[str, Axis]) -> None:
    check_name(values, axis)
    sequences = [each.name for each in axes.values() if each.kind == "sequence"]
    if axis not in sequences:
        values.fail(f"no sequence axis '{axis}' {suggestion(axis, sequences)}")
    if axis in output.axes:
        values.fail("the output has this axis itself; where it is empty there is nothing to give")


def _decode_values(list_place: Place, output: Output, axes: dict[str, Axis]) -> list[float]:
    count = len(list_place.list())
    if entry_size(output.axes, len(output.label_list), axes) != count:
        list_place.fail(f"should have one value for each number of an entry, has {count}")
    return [decode_number(item, output.type) for item in list_place]


def entry_size(uses: list[str | int], named: int, axes: dict[str, Axis]) -> int:
    """Numbers of one entry over all axes of fixed length; ``named`` is the length of the reserved axis."""
    sizes = (use if isinstance(use, int) else _size(use, named, axes) for use in uses)
    return math.prod(sizes)


def _size(use: str, named: int, axes: dict[str, Axis]) -> int:
    if use in ("variable", "label"):
        return named
    axis = axes.get(use)
    return axis.size if axis is not None and axis.size is not None else 1
