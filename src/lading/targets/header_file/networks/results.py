"""From tensors to the struct of outputs, and what stands there for empty sequences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ....errors import UnsupportedError
from ..names import comment
from .literals import number

if TYPE_CHECKING:
    from .structs import Endpoint, Struct
    from .writing import Value, Writer

__all__ = ["take", "when_empty"]


def take(writer: Writer, struct: Struct) -> None:
    """Writes the graph's results into ``out``; those of padding are left out."""
    for output in writer.model.output_list:
        endpoint, value = struct.endpoints[output.name], writer.value(output.name)
        _check_shape(writer, endpoint, value)
        conditions = " || ".join(_cases(writer, output.when_empty))
        writer.line(f"// output '{comment(output.name)}'")
        if conditions:
            with writer.block(f"if (!({conditions}))"):
                _copy(writer, endpoint, value)
        else:
            _copy(writer, endpoint, value)


def _check_shape(writer: Writer, endpoint: Endpoint, value: Value) -> None:
    """What the graph gives has as many numbers along each axis as the output says."""
    said = endpoint.shape
    if len(said) != value.rank or not all(map(writer.probes.same, said, value.shape)):
        texts = [", ".join(length.text({axis: axis for axis in writer.axes}) for length in shape)
                 for shape in (said, value.shape)]  # fmt: skip
        raise UnsupportedError(f"{writer.where}: output '{endpoint.of.name}' has the axes [{texts[0]}], but what the "
                               f"graph computes has [{texts[1]}], which a header does not hold")


def when_empty(writer: Writer, struct: Struct) -> list[str]:
    """Lines for the outputs of empty sequences, to stand before the graph runs; returns if that is then not needed."""
    rest, writer.lines = writer.lines, []
    needed = []
    for output in writer.model.output_list:
        cases = _cases(writer, output.when_empty)
        for i, (condition, axis) in enumerate(cases.items()):
            with writer.block(f"{'else ' * (i > 0)}if ({condition})"):
                _fill(writer, struct.endpoints[output.name], list(output.when_empty[axis]))
        along = writer.model.sequence_axis(output.axes)
        nothing = [f"{writer.kept[along]} == 0"] if along is not None else []
        needed.append(" || ".join([*nothing, *cases]))
    if all(needed):
        conditions = " && ".join(each if " || " not in each or len(needed) == 1 else f"({each})" for each in needed)
        writer.line(f"if ({conditions}) return nullptr;")
    made, writer.lines = writer.lines, rest
    return made


def _cases(writer: Writer, rules: Mapping[str, object]) -> dict[str, str]:
    """Conditions and the axis of each, in the order of the axes."""
    return {f"{writer.kept[axis]} == 0": axis for axis in writer.model.axes if axis in rules}


def _copy(writer: Writer, endpoint: Endpoint, value: Value) -> None:
    loops, places = [], []
    strides = writer.strides(value.shape)
    for i, (variable, length, axis) in enumerate(endpoint.axes):
        if i == endpoint.slot_axis or length.number == 1:
            continue
        end = writer.text(length) if axis is None else writer.kept[axis]
        loops.append(f"for (int {variable} = 0; {variable} < {end}; ++{variable})")
        stride = strides[i]
        places.append(variable if stride.number == 1 else f"{variable} * {stride.factor(writer.axes)}")
    lines = []
    for place, slot in enumerate(endpoint.slots) if endpoint.slot_axis is not None else [(0, "")]:
        offset = strides[endpoint.slot_axis] if endpoint.slot_axis is not None else None
        own = []
        if offset is not None and place:
            own = [str(place) if offset.number == 1 else f"{place} * {offset.factor(writer.axes)}"]
        at = " + ".join([*places, *own]) or "0"
        lines.append(f"{endpoint.path('out', slot)} = {writer.element(value, at)};")
    with writer.block(" ".join(loops)) if loops else _nothing():
        for line in lines:
            writer.line(line)


def _fill(writer: Writer, endpoint: Endpoint, numbers: list[object]) -> None:
    """One number for each of an entry, last axis fastest."""
    sizes = [length.number or 1 for length in endpoint.shape]
    for i, each in enumerate(numbers):
        places, rest = [], i
        for size in reversed(sizes):
            places.append(rest % size)
            rest //= size
        places.reverse()
        slot = endpoint.slots[places[endpoint.slot_axis]] if endpoint.slot_axis is not None else ""
        path = endpoint.path("out", slot)
        for (variable, length, _), place in zip(endpoint.axes, places, strict=True):
            if length.number != 1:
                path = path.replace(f"[{variable}]", f"[{place}]")
        writer.line(f"{path} = {number(float(each), endpoint.of.type)};")  # type: ignore[arg-type]


class _nothing:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...
