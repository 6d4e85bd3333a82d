"""What goes in and what comes out as structs: a member for each variable and each label."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ....endpoints import Input, Output, Variable, usual_raw
from ..names import MACROS, comment, identifiers
from .lengths import Length
from .literals import CPP

if TYPE_CHECKING:
    from ....model import Model

__all__ = ["Endpoint", "Struct", "axis_length", "inputs_struct", "outputs_struct"]


@dataclass(eq=False)
class Endpoint:
    """One input or output: its member, its axes, and how the member is indexed.

    ``axes`` are (loop variable, length, axis name or None); ``slots`` are the members along the variable or label axis,
    which stands at ``slot_axis``; without one the member holds numbers.
    """

    of: Input | Output
    member: str
    axes: list[tuple[str, Length, str | None]]
    slot_axis: int | None = None
    slots: list[str] = field(default_factory=list)

    @property
    def shape(self) -> tuple[Length, ...]:
        return tuple(length for _, length, _ in self.axes)

    def path(self, root: str, slot: str = "") -> str:
        """The number in the innermost loop: in.tracks[i0].d0"""
        before = self.axes if self.slot_axis is None else self.axes[: self.slot_axis]
        behind = [] if self.slot_axis is None else self.axes[self.slot_axis + 1 :]
        return f"{root}.{self.member}{_index(before)}{f'.{slot}' if slot else ''}{_index(behind)}"


def _index(axes: list[tuple[str, Length, str | None]]) -> str:
    return "".join(f"[{variable}]" for variable, length, _ in axes if length.number != 1)


@dataclass(eq=False)
class Struct:
    """The text of a struct and its endpoints by name; ``counts`` are the members that hold lengths, by axis."""

    text: str
    endpoints: dict[str, Endpoint]
    counts: dict[str, str]


def inputs_struct(model: Model, capacity: Mapping[str, int]) -> Struct:
    """struct Inputs: what is fed, and how long the sequences are. Masks have no member, for the engine makes them."""
    fed = [given for given in model.input_list if given.mask is None]
    members = identifiers([f"{axis}_count" for axis in capacity] + [given.name for given in fed])
    counts = dict(zip(capacity, members, strict=False))
    lines, endpoints = [], {}
    for given, member in zip(fed, members[len(capacity) :], strict=True):
        endpoints[given.name], own = _fed(model, given, member, capacity, members)
        lines += own
    lines += [_count(model, axis, count, capacity[axis]) for axis, count in counts.items()]
    for given in model.input_list:
        if given.mask is not None:
            endpoints[given.name] = _endpoint(model, given, "", capacity)
    return Struct("\n".join(["struct Inputs {", *lines, "};", ""]), endpoints, counts)


def _fed(model: Model, given: Input, member: str, capacity: Mapping[str, int], members: list[str]
         ) -> tuple[Endpoint, list[str]]:
    """An input and the lines of its member; variables that are taken from other inputs have no place in it."""
    variables = [variable for variable in given.variable_list if variable.source is None]
    names = identifiers([variable.name for variable in variables])
    slots = dict(zip((variable.name for variable in variables), names, strict=True))
    endpoint = _endpoint(model, given, member, capacity)
    endpoint.slots = [slots.get(variable.name, "") for variable in given.variable_list]
    if given.variable_list and not variables:
        return endpoint, []
    usual = usual_raw(given.type)
    said = [(slots[each.name], CPP[each.raw or usual], _about_variable(each)) for each in variables]
    return endpoint, _member(endpoint, said, usual, given.description, capacity, members)


def _count(model: Model, axis: str, member: str, most: int) -> str:
    """The line of the member that holds how long a sequence is."""
    about = model.axes[axis]
    hint = f"; of more give the {about.keep}" if about.max is not None else ""
    more = "".join(f"; {text}" for text in (about.order, about.selection) if text)
    return f"  std::int32_t {member};  // {comment(f'how many, at most {most}{hint}{more}')}"


def outputs_struct(model: Model, capacity: Mapping[str, int]) -> Struct:
    """struct Outputs."""
    members = identifiers([output.name for output in model.output_list])
    lines, endpoints = [], {}
    for output, member in zip(model.output_list, members, strict=True):
        endpoint = _endpoint(model, output, member, capacity)
        endpoint.slots = identifiers([label.name for label in output.label_list])
        endpoints[output.name] = endpoint
        said = [(slot, CPP[output.type], comment(f"{'' if label.name == slot else label.name} {label.description}"))
                for slot, label in zip(endpoint.slots, output.label_list, strict=True)]  # fmt: skip
        about = f"{output.description} {f'[{output.unit}]' if output.unit else ''}".strip()
        lines += _member(endpoint, said, output.type, about, capacity, members)
    return Struct("\n".join(["struct Outputs {", *lines, "};", ""]), endpoints, {})


def _about_variable(variable: Variable) -> str:
    unit = f"[{variable.unit}] " if variable.unit else ""
    renamed = "" if identifiers([variable.name])[0] == variable.name else f"{variable.name}: "
    return comment(f"{unit}{renamed}{variable.description}")


def _endpoint(model: Model, of: Input | Output, member: str, capacity: Mapping[str, int]) -> Endpoint:
    slot = "variable" if isinstance(of, Input) else "label"
    axes: list[tuple[str, Length, str | None]] = []
    slot_axis = None
    for i, use in enumerate(of.axes):
        if use == slot:
            slot_axis = i
        axes.append((f"i{i}", axis_length(model, of, use, capacity),
                     use if isinstance(use, str) and use in capacity else None))  # fmt: skip
    return Endpoint(of, member, axes, slot_axis)


def axis_length(model: Model, of: Input | Output, use: str | int, sequences: Container[str]) -> Length:
    """Of one axis of an input or output, for one entry."""
    if isinstance(use, int):
        return Length.of(use)
    if use == ("variable" if isinstance(of, Input) else "label"):
        return Length.of(len(of.variable_list if isinstance(of, Input) else of.label_list))
    if use in sequences:
        return Length({(use,): 1})
    axis = model.axes.get(use)
    return Length.of(1 if axis is None or axis.kind == "entry" else axis.size or 1)


def _extent(axes: list[tuple[str, Length, str | None]], capacity: Mapping[str, int]) -> str:
    return "".join(f"[{max(length.at(capacity), 1)}]" for _, length, _ in axes if length.number != 1)


def _member(endpoint: Endpoint, slots: list[tuple[str, str, str]], type_: str, about: str,
            capacity: Mapping[str, int], members: list[str]) -> list[str]:  # fmt: skip
    said = f"  // {comment(about)}" if about else ""
    if endpoint.slot_axis is None:
        return [f"  {CPP[type_]} {endpoint.member}{_extent(endpoint.axes, capacity)};{said}"]
    before, behind = endpoint.axes[: endpoint.slot_axis], endpoint.axes[endpoint.slot_axis + 1 :]
    inner, name = _extent(behind, capacity), _type_name(endpoint.member, [*members, *(slot for slot, _, _ in slots)])
    lines = [f"  struct {name} {{{said}"]
    lines += [f"    {kind} {slot}{inner};{f'  // {text}' if text else ''}" for slot, kind, text in slots]
    return [*lines, "  };", f"  {name} {endpoint.member}{_extent(before, capacity)};"]


def _type_name(member: str, taken: list[str]) -> str:
    """tracks -> Tracks; if another name is that already, one with a _ at its end, which no name of the model has."""
    name = _camel(member)
    first = next(each for each in taken if _camel(each) == name) == member
    free = first and name not in (*taken, "Inputs", "Outputs") and not MACROS.fullmatch(name)
    return name if free else f"{member.rstrip('_')}_type_"


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
