"""Which output, and which label, of one model is which of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import ValueRefused
from .pairs import Matching, of_the_same_file, source_names
from .slots import Slot, width

if TYPE_CHECKING:
    from ...endpoints import Output
    from ...model import Model


def explicit_outputs(found: Matching, one: Slot, other: Slot, what: str) -> None:
    """What the user says: a whole output, or one label or number of it."""
    first, second = found.a.outputs[one.output], found.b.outputs[other.output]
    if one.part is not None or other.part is not None:
        sizes = [1 if s.part is not None else width(m, m.outputs[s.output])
                 for s, m in ((one, found.a), (other, found.b))]
        if sizes[0] != sizes[1]:
            raise ValueRefused(f"{what}: '{one}' of {found.a.where} has {sizes[0]} numbers, '{other}' of "
                               f"{found.b.where} {sizes[1]}; write output.label or output[0]")
        found.slots.append((one, other))
        return
    found.outputs.append((first.name, second.name))
    if not set(first.labels) & set(second.labels):
        _by_place(found, first, second, what)


def pair_outputs(found: Matching) -> None:
    """By name, by the file both came from, by labels; the only one that is left."""
    a, b = found.a, found.b
    for name in a.outputs:
        if name in b.outputs:
            _pair_output(found, a.outputs[name], b.outputs[name])
    _pair_joined(found)
    for name, same in of_the_same_file(a, b, "outputs"):
        _pair_output(found, a.outputs[name], b.outputs[same], by_place=True)
    for name, same in found.outputs:
        _pair_labels(found, a.outputs[name], b.outputs[same])
    _pair_names_left(found)
    _pair_the_only(found)


def _pair_the_only(found: Matching) -> None:
    """The last output of a model, if one output of the other has its form: not two that have labels."""
    left = [[output for output in model.output_list if all(pair[side].output != output.name for pair in found.slots)]
            for side, model in enumerate((found.a, found.b))]
    alike = [(one, other) for one in left[0] for other in left[1] if _form(found.a, one) == _form(found.b, other)]
    if 1 not in map(len, left) or len(alike) != 1 or all(output.label_list for output in alike[0]):
        return
    one, other = alike[0]
    if (one.name, other.name) not in found.outputs:
        found.outputs.append((one.name, other.name))
    _by_place(found, one, other, "")


def _form(model: Model, output: Output) -> tuple[int, bool, bool]:
    return width(model, output), bool(model.sequence_axis(output.axes)), "int" in output.type


def _pair_output(found: Matching, one: Output, other: Output, by_place: bool = False) -> None:
    if one.name in dict(found.outputs) or other.name in dict(found.outputs).values():
        return
    if any(s.output == one.name for s, _ in found.slots) and any(s.output == other.name for _, s in found.slots):
        return
    found.outputs.append((one.name, other.name))
    if by_place and not set(one.labels) & set(other.labels) and width(found.a, one) == width(found.b, other):
        _by_place(found, one, other, "")


def _pair_labels(found: Matching, one: Output, other: Output) -> None:
    """Labels by name; an output without labels as a whole."""
    done = [{str(pair[side]) for pair in found.slots} for side in (0, 1)]
    if any(pair[0].output == one.name and pair[1].output == other.name for pair in found.slots):
        return
    if not one.label_list and not other.label_list:
        found.slots.append((Slot(one.name), Slot(other.name)))
    for label in one.labels:
        pair = Slot(one.name, label), Slot(other.name, label)
        if label in other.labels and str(pair[0]) not in done[0] and str(pair[1]) not in done[1]:
            found.slots.append(pair)


def _by_place(found: Matching, one: Output, other: Output, what: str) -> None:
    sizes = width(found.a, one), width(found.b, other)
    if sizes[0] != sizes[1]:
        raise ValueRefused(f"{what}: '{one.name}' of {found.a.where} has {sizes[0]} numbers, '{other.name}' of "
                           f"{found.b.where} {sizes[1]}; say which are the same: output.label or output[0]")
    if not one.label_list and not other.label_list:
        found.slots.append((Slot(one.name), Slot(other.name)))
    else:
        found.slots += zip(_parts(found.a, one), _parts(found.b, other), strict=True)


def _parts(model: Model, output: Output) -> list[Slot]:
    return [Slot(output.name, part) for part in [*output.labels] or range(width(model, output))]


def _pair_joined(found: Matching) -> None:
    """Labels of an output that was joined from outputs of the file that the other model is, or has as well."""
    for swap in (False, True):
        a, b = (found.b, found.a) if swap else (found.a, found.b)
        origins = [model.came_from for model in (a, b)]
        if not origins[0].get("sha256") or origins[0]["sha256"] != origins[1].get("sha256"):
            return
        single = {tensor: name for name, tensor in source_names(a, "outputs") if isinstance(tensor, str)}
        for name, tensors in source_names(b, "outputs"):
            labels = list(b.outputs[name].labels)
            if isinstance(tensors, list) and len(tensors) == len(labels) and all(t in single for t in tensors):
                pairs = [(Slot(single[t]), Slot(name, label)) for t, label in zip(tensors, labels, strict=True)]
                found.slots += [(y, x) for x, y in pairs] if swap else pairs


def _pair_names_left(found: Matching) -> None:
    """Labels, or outputs of one number, whose name is left over once in each model."""
    left = []
    for side, model in enumerate((found.a, found.b)):
        done = {str(pair[side]) for pair in found.slots}
        slots = [Slot(o.name, label) for o in model.output_list for label in o.labels]
        slots += [Slot(o.name) for o in model.output_list if not o.label_list and width(model, o) == 1]
        left.append([slot for slot in slots if str(slot) not in done])
    for slot in left[0]:
        same = [each for each in left[1] if each.name == slot.name]
        if len(same) == 1 and [each.name for each in left[0]].count(slot.name) == 1:
            found.slots.append((slot, same[0]))
