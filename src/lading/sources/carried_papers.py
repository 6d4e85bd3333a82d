"""Papers that lading left in a file whose format has room beside its network: lwtnn's JSON, Keras' metadata.json.

They are the ``lading.papers`` of ONNX files (docs/papers.md). The network is read from the file as ever, so what
changes numbers is the file's; texts are the papers': names of axes, units, descriptions, order and selection, version,
record. What the file says of its own origin holds, and the origin that the model had stands within it, as "before".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..bundle.papers import papers_json, shown_papers
from ..endpoints import RESERVED_AXES, Input, Output
from ..errors import LadingError
from .naming import endpoints

if TYPE_CHECKING:
    from ..model import Model

#: The key, as in the ``metadata_props`` of ONNX files.
PAPERS = "lading.papers"

#: The key in ``record.origin`` of what that was before the export.
BEFORE = "before"


def carried(model: Model) -> dict[str, Any]:
    """What goes into the file: the papers under their key."""
    return {PAPERS: json.loads(papers_json(model))}


def take_texts(model: Model, content: Any, where: str, units: bool = True) -> None:
    """Gives ``model`` the texts of the papers in ``content``, the object that holds their key, if there are any.

    What does not fit, because somebody changed the file, is passed over. ``units``: of what goes in, too.
    """
    papers = content.get(PAPERS) if isinstance(content, dict) else None
    if not isinstance(papers, dict):
        return
    try:
        said = shown_papers(json.dumps(papers).encode(), where)
    except (LadingError, RecursionError, ValueError):
        return
    model.name, model.version, model.description = said.name or model.name, said.version, said.description
    model.extra = said.extra
    origin = {**model.came_from, **({BEFORE: said.came_from} if said.came_from else {})}
    model.record = {**model.record, **said.record, "origin": origin}
    _name_axes(model, said)
    for given in model.input_list:
        if given.name in said.inputs:
            _describe_input(given, said.inputs[given.name], units)
    for output in model.output_list:
        if output.name in said.outputs:
            _describe_output(output, said.outputs[output.name])


def _name_axes(model: Model, said: Model) -> None:
    """The papers' names and texts for the entry axis, and for the sequences of inputs."""
    pairs = {model.entry_axis: said.entry_axis}
    for given in model.input_list:
        if given.name in said.inputs:
            ours, theirs = model.sequence_axis(given.axes), said.sequence_axis(said.inputs[given.name].axes)
            if ours is not None and theirs is not None:
                pairs.setdefault(ours, theirs)
    new = {ours: theirs for ours, theirs in pairs.items() if ours in model.axes}
    others = set(model.axes) - set(new)
    if len(set(new.values())) < len(new) or others & set(new.values()) or set(RESERVED_AXES) & set(new.values()):
        return
    for ours, theirs in new.items():
        axis = model.axes[ours]
        if (known := said.axes.get(theirs)) is not None:
            axis.description, axis.order, axis.selection = known.description, known.order, known.selection
        axis.name = theirs
    for axis in model.axes.values():
        axis.of = new.get(axis.of or "", axis.of)
    model.axes = {axis.name: axis for axis in model.axes.values()}
    for each in endpoints(model):
        each.axes = [new.get(use, use) if isinstance(use, str) else use for use in each.axes]


def _describe_input(given: Input, said: Input, units: bool) -> None:
    given.description = said.description
    if [each.name for each in given.variable_list] != [each.name for each in said.variable_list]:
        return
    for variable, known in zip(given.variable_list, said.variable_list, strict=True):
        variable.description = known.description
        if units and variable.source is None:
            variable.unit = known.unit


def _describe_output(output: Output, said: Output) -> None:
    output.description, output.unit, output.range = said.description, said.unit, said.range
    if [each.name for each in output.label_list] != [each.name for each in said.label_list]:
        return
    for label, known in zip(output.label_list, said.label_list, strict=True):
        label.description, label.range = known.description, known.range
