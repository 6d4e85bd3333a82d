"""From a module to a Model under readable names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...endpoints import Axis
from ...errors import UnsupportedError
from ..naming import endpoints, snake
from ..onnx import read_bytes
from ..traced.describing import by_name, described
from ..traced.lengths import ENTRY, Lengths, declared, guessed, sequence_name
from .calls import call_of
from .exporting import export, export_program
from .loading import Loaded
from .packages import name_of, need
from .scripts import export_script, is_script

if TYPE_CHECKING:
    from ...model import Model

#: What an ONNX file says of itself that the module did not say.
_OF_ONNX = ("ir_version", "opset", "graph", "domain", "model_version", "endpoint_metadata", "nodes",
            "metadata", "sha256")  # fmt: skip


def model_of(subject: Loaded, variables: Any, labels: Any, axes: Any, where: str) -> Model:
    """The model of a module, traced on an example and named. Raises LadingError of several kinds."""
    torch, module = need(where), subject.module
    call = call_of(module, subject.example, where)
    arrays = call.arrays
    named = by_name(variables, call.names, "variables", where)
    known = declared(axes, arrays, where)
    lengths = guessed(arrays, known, {name: len(listed) for name, listed in named.items()})
    if subject.program is not None:
        data, batched = export_program(subject.program, module, call, lengths, set(known), where)
    else:
        writer = export_script if is_script(module) else export
        data, batched = writer(module, call, lengths, set(known), where)
    model = read_bytes(data, where)
    if subject.program is not None and not known and not batched:
        _check_entries(model, where)
    elif model.batched and not batched:
        _let_one_be_a_sequence(model, known, call.names[0])
    remarks = _fixed_all_the_same(model, lengths)
    kind = subject.kind
    model.name = snake(kind)
    origin = {key: value for key, value in model.record["origin"].items() if key not in _OF_ONNX}
    model.record["origin"] = origin | {"format": "torch", "class": kind, "producer": name_of(torch)}
    if remarks:
        model.record["origin"]["remarks"] = remarks
    return described(model, named, labels, axes or {}, where)


def _fixed_all_the_same(model: Model, lengths: Lengths) -> list[str]:
    """What to say of lengths that looked like those of sequences, and that the module, or its graph, has fixed."""
    said = []
    for name, axes in lengths.items():
        if (given := model.inputs.get(name)) is None or len(given.axes) != len(axes):
            continue
        fixed = [use for use, axis in zip(given.axes, axes, strict=True)
                 if axis and axis != ENTRY and isinstance(use, int)]
        if fixed and all(isinstance(use, int) for use in given.axes[1:]):
            said.append(f"input '{name}' is [{', '.join(map(str, given.axes))}]: a length of {fixed[0]}, as in the "
                        "example, and no other; if it should be open, say so in axes")
    return said


def _check_entries(model: Model, where: str) -> None:
    """Refuses a program that was exported for several entries, if a trial showed that it cannot do with others."""
    first = {each.axes[0] if each.axes else 1 for each in endpoints(model)}
    number = next(iter(first))
    if not model.batched and len(first) == 1 and isinstance(number, int) and number > 1:
        raise UnsupportedError(f"{where}: exported for {number} entries, and it does not give each of another number "
                               "what it gives it alone: the number is written into it (in a reshape, say), or the "
                               "entries are mixed. Export it with dynamic_shapes, or give the module itself: "
                               "lading.convert(module, example)")


def _let_one_be_a_sequence(model: Model, known: Lengths, first: str) -> None:
    """Makes a sequence of the axis that was taken for that of the entries: along it, elements change each other."""
    entry = model.entry_axis
    at = model.inputs[first].axes.index(entry)
    name = (known.get(first) or [None])[0] if at == 0 else None
    name = name or sequence_name(first, set(model.axes))
    for endpoint in endpoints(model):
        endpoint.axes = [name if axis == entry else axis for axis in endpoint.axes]
    model.axes[name] = Axis(name, "sequence", of=entry)
