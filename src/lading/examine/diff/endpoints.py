"""What is said of inputs, outputs and axes, and differs between two models."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...endpoints import Axis, Input, Output, Variable, usual_raw
from ..facts import missing_text, number_text, steps_text
from .formulas import NEAR, apart
from .pairs import Matching
from .slots import Key
from .wording import axes_text, input_text, mask_text, names_text, output_text, variable_text

if TYPE_CHECKING:
    from ...model import Model

#: What stands where one of the two says nothing.
NOTHING = "-"
#: What people read and no program does.
TEXTS = ("meaning", "range")


@dataclass
class EndpointDifference:
    """One thing that is said otherwise: of which ``kind`` ("in", "out", "axis") and name, of which variable or label.

    ``words``: it changes no number and no name that a caller writes, or the numbers of both formulas are the same.
    """

    kind: str
    name: str
    part: str
    what: str
    a: str
    b: str
    words: bool = False
    remark: str = ""

    def __str__(self) -> str:
        where = f"{self.kind} {self.name}" + (f", {self.part}" if self.part else "")
        return f"{where}: {self.what} {self.a} | {self.b}" + (f" ({self.remark})" if self.remark else "")


def endpoint_differences(found: Matching, every_word: bool) -> list[EndpointDifference]:
    """All of them: inputs with their variables, axes, outputs with their labels.

    A text that is absent contradicts none; ``every_word``: it is told all the same.
    """
    said = [*_folds(found), *_inputs(found), *_axes(found), *_outputs(found)]
    return [each for each in said if every_word or each.what not in TEXTS or NOTHING not in (each.a, each.b)]


def _row(kind: str, name: str, part: str, what: str, one: Any, other: Any, **more: Any) -> Iterator[EndpointDifference]:
    """The row, if the two differ."""
    if one != other:
        yield EndpointDifference(kind, name, part, what, _shown(one), _shown(other), **more)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, float):
        return number_text(value)
    return ", ".join(map(_shown, value)) if isinstance(value, (list, tuple)) else str(value)


def _folds(found: Matching) -> Iterator[EndpointDifference]:
    """Which members there are and what picks them."""
    name = next((model.folds.key for model in (found.a, found.b) if model.folds is not None), "")
    yield from _row("in", name, "", "folds", *(str(model.folds or "") for model in (found.a, found.b)))


# ---- inputs


def _inputs(found: Matching) -> Iterator[EndpointDifference]:
    a, b = found.a, found.b
    for one in a.input_list:
        name = found.other(one.name)
        if name is not None:
            yield from _input(found, one, b.inputs[name])
        elif not any(x[0] == one.name for x, _ in found.variables):
            yield EndpointDifference("in", one.name, "", "input", input_text(a, one), NOTHING)
    for other in b.input_list:
        paired = other.name in dict(found.inputs).values()
        if not paired and not any(y[0] == other.name for _, y in found.variables):
            yield EndpointDifference("in", other.name, "", "input", NOTHING, input_text(b, other))
    for key, same in found.variables:
        if found.other(key[0]) != same[0]:
            yield from _row("in", key[0], str(key[1]), "name", ".".join(map(str, key)), ".".join(map(str, same)))
            yield from _variable(found, key, same)


def _input(found: Matching, one: Input, other: Input) -> Iterator[EndpointDifference]:
    name = one.name
    yield from _row("in", name, "", "name", one.name, other.name)
    yield from _row("in", name, "", "type", one.type, other.type)
    yield from _layout("in", found, one, other)
    if one.mask is not None or other.mask is not None:
        yield from _row("in", name, "", "mask", mask_text(one), mask_text(other))
    if bool(one.variable_list) != bool(other.variable_list) and one.mask is None and other.mask is None:
        fed_behind = (f"{'b' if other.variable_list else 'a'}'s prepared numbers go into both"
                      if (one.name, other.name) in found.by_place else "")
        yield from _row("in", name, "", "variables", names_text(one), names_text(other), remark=fed_behind)
        return
    yield from _order("in", name, [*one.variables], [*other.variables])
    pairs = dict(found.variables)
    for variable in one.variable_list:
        same = pairs.get((one.name, variable.name))
        if same is None:
            yield EndpointDifference("in", name, variable.name, "variable", variable_text(variable), NOTHING)
        elif same[0] == other.name:
            yield from _row("in", name, variable.name, "name", variable.name, same[1])
            yield from _variable(found, (one.name, variable.name), same)
    taken = {y for _, y in found.variables}
    for variable in other.variable_list:
        if (other.name, variable.name) not in taken:
            yield EndpointDifference("in", name, variable.name, "variable", NOTHING, variable_text(variable))


def _variable(found: Matching, key: Key, same: Key) -> Iterator[EndpointDifference]:
    given, other = found.a.inputs[key[0]], found.b.inputs[same[0]]
    one, two = given.variables[str(key[1])], other.variables[str(same[1])]
    place = ("in", key[0], one.name)
    yield from _row(*place, "unit", one.unit, two.unit)
    yield from _row(*place, "from", one.source, two.source)
    if one.source is None and two.source is None:
        yield from _row(*place, "raw", one.raw or usual_raw(given.type), two.raw or usual_raw(other.type))
    formulas = [*_formulas(place, (given, one), (other, two))]
    yield from formulas
    yield from _row(*place, "pad", one.pad, two.pad)
    yield from _meaning(*place, one.description, two.description)


def _formulas(place: tuple[str, str, str], one: tuple[Input, Variable], other: tuple[Input, Variable]
              ) -> Iterator[EndpointDifference]:
    """Missing values and preparation: first what both do together, then each alone."""
    first, second = one[1], other[1]
    said = [("missing", missing_text(first), missing_text(second)),
            ("preparation", steps_text(first), steps_text(second)),
            ("unknown", first.unknown, second.unknown)]  # fmt: skip
    if all(x == y for _, x, y in said):
        return
    size = apart(one, other)
    words = size is not None and size <= NEAR
    remark = "" if not words else f"the same but for rounding, to {size:.0e}" if size else "the same numbers"
    for what, x, y in said:
        yield from _row(*place, what, x, y, words=words, remark=remark)


def _order(kind: str, name: str, one: list[str], other: list[str]) -> Iterator[EndpointDifference]:
    """The order of the names that both have."""
    mine, theirs = [x for x in one if x in other], [x for x in other if x in one]
    first = next((at for at, (x, y) in enumerate(zip(mine, theirs, strict=True)) if x != y), None)
    if first is not None:
        last = max(at for at, (x, y) in enumerate(zip(mine, theirs, strict=True)) if x != y)
        lead, tail = "... " if first else "", " ..." if last + 1 < len(mine) else ""
        texts = [lead + " ".join(names[first : last + 1]) + tail for names in (mine, theirs)]
        yield EndpointDifference(kind, name, "", "order", texts[0], texts[1])


def _layout(kind: str, found: Matching, one: Input | Output, other: Input | Output) -> Iterator[EndpointDifference]:
    """Axes; in words only where an item holds as many numbers, and is one per entry, or element, in both."""
    roles = _roles(found.a, one, found.axes), _roles(found.b, other, {})
    if roles[0] != roles[1]:
        sizes = [(math.prod(x for x in each if isinstance(x, int)), bool(model.sequence_axis(given.axes)))
                 for each, model, given in zip(roles, (found.a, found.b), (one, other), strict=True)]
        yield from _row(kind, one.name, "", "axes", axes_text(one), axes_text(other), words=sizes[0] == sizes[1])


def _roles(model: Model, given: Input | Output, renamed: dict[str, str]) -> list[Any]:
    """Axes without the names that a model gives its entries, sequences and fixed lengths; slots as how many."""
    roles: list[Any] = []
    for axis in given.axes:
        if axis == model.entry_axis:
            roles.append("entry")
        elif isinstance(axis, str) and axis in model.axes and model.axes[axis].kind == "fixed":
            roles.append(model.axes[axis].size)
        elif axis in ("variable", "label"):
            roles.append(len(given.variable_list if isinstance(given, Input) else given.label_list))
        else:
            roles.append(renamed.get(axis, axis) if isinstance(axis, str) else axis)
    return roles


# ---- axes


def _axes(found: Matching) -> Iterator[EndpointDifference]:
    for name, same in found.axes.items():
        one, other = found.a.axes[name], found.b.axes[same]
        yield from _row("axis", name, "", "name", name, same, words=True)
        for what in ("min", "max", "keep", "pad"):
            if what != "keep" or (one.max is not None and other.max is not None):
                yield from _row("axis", name, "", what, _rule(one, what), _rule(other, what))
        for what in ("order", "selection"):
            x, y = getattr(one, what), getattr(other, what)
            yield from _row("axis", name, "", what, x, y, words=not (x and y))
        yield from _meaning("axis", name, "", one.description, other.description)


def _rule(axis: Axis, what: str) -> Any:
    value = getattr(axis, what)
    return float(value) if what == "pad" else "any number" if value is None else value


# ---- outputs


def _outputs(found: Matching) -> Iterator[EndpointDifference]:
    a, b = found.a, found.b
    pairs = dict(found.outputs)
    for one in a.output_list:
        if one.name in pairs:
            yield from _output(found, one, b.outputs[pairs[one.name]])
        elif not any(x.output == one.name for x, _ in found.slots):
            yield EndpointDifference("out", one.name, "", "output", output_text(one), NOTHING)
    for other in b.output_list:
        if other.name not in pairs.values() and not any(y.output == other.name for _, y in found.slots):
            yield EndpointDifference("out", other.name, "", "output", NOTHING, output_text(other))
    for slot, same in found.slots:
        if pairs.get(slot.output) != same.output:
            yield from _row("out", slot.output, "" if slot.part is None else str(slot.part), "name", str(slot),
                            str(same))
            types = a.outputs[slot.output].type, b.outputs[same.output].type
            yield from _row("out", slot.output, "" if slot.part is None else str(slot.part), "type", *types)


def _output(found: Matching, one: Output, other: Output) -> Iterator[EndpointDifference]:
    name = one.name
    yield from _row("out", name, "", "name", one.name, other.name)
    yield from _row("out", name, "", "type", one.type, other.type)
    yield from _layout("out", found, one, other)
    yield from _row("out", name, "", "unit", one.unit, other.unit)
    yield from _labels(found, one, other)
    names = {same: axis for axis, same in found.axes.items()}
    empty = {names.get(axis, axis): values for axis, values in other.when_empty.items()}
    for axis in dict.fromkeys([*one.when_empty, *empty]):
        yield from _row("out", name, "", f"without any {axis}", one.when_empty.get(axis), empty.get(axis))
    yield from _row("out", name, "", "range", one.range, other.range, words=True)
    yield from _meaning("out", name, "", one.description, other.description)


def _labels(found: Matching, one: Output, other: Output) -> Iterator[EndpointDifference]:
    name = one.name
    if not set(one.labels) & set(other.labels):
        paired = any((x.output, y.output) == (name, other.name) for x, y in found.slots)
        remark = "its numbers are taken for them by their place" if paired and not (one.labels and other.labels) else ""
        yield from _row("out", name, "", "labels", " ".join(one.labels), " ".join(other.labels), remark=remark)
        return
    yield from _order("out", name, [*one.labels], [*other.labels])
    for label in one.labels:
        if label not in other.labels:
            yield EndpointDifference("out", name, label, "label", "yes", NOTHING)
        else:
            x, y = one.labels[label], other.labels[label]
            yield from _row("out", name, label, "range", x.range, y.range, words=True)
            yield from _meaning("out", name, label, x.description, y.description)
    for label in other.labels:
        if label not in one.labels:
            yield EndpointDifference("out", name, label, "label", NOTHING, "yes")


def _meaning(kind: str, name: str, part: str, one: str, other: str) -> Iterator[EndpointDifference]:
    yield from _row(kind, name, part, "meaning", one, other, words=True)
