"""ATLAS ``gnn_config``: the JSON that salt writes into an ONNX file, or the same as a file of its own.

Formula, of athena's FlavorTagDiscriminants: (x + offset) * scale in double precision; ``default`` stands in for NaN.
Inputs ``x_features`` take the variables of ``x_var``; a name ``tracks_SELECTION_ORDER`` says how a sequence was made.
Version V1 says nothing of outputs; V0 lists the outputs of one number each that make up one node.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...bundle.place import Place
from ...endpoints import Input
from ...errors import UnknownName, suggestion
from ...model import Model as _Model
from ..axes import text
from .content import Content
from .variables import name_of, offset_then_scale

if TYPE_CHECKING:
    from ...model import Model

TITLE = "ATLAS gnn_config"

KEY = "gnn_config"


def recognises(content: Content) -> bool:
    if content.has(KEY):
        return True
    version = content.has("onnx_model_version", "inputs")
    return version or (content.has("inputs", "input_sequences", "layers") and not content.value["layers"])


def papers(content: Content, model: Model) -> dict[str, Any]:
    return of_config(config_of(content.place), model)


def config_of(place: Place) -> Place:
    """The configuration itself: it may stand as a text under its key, as ONNX keeps metadata."""
    inner = place.find(KEY)
    if inner is None:
        return place
    if isinstance(inner.value, str):
        from ...bundle.strict_json import parse_json

        where = f"{place.file}: {KEY}"
        return Place(parse_json(inner.value.encode(), where), where).object()
    return inner.object()


def of_config(config: Place, model: Model) -> dict[str, Any]:
    """The papers of a configuration. Raises FormatError or UnknownName."""
    version = config.find("onnx_model_version")
    if version is not None and str(version.value).lower() not in ("v0", "v1"):
        version.fail(f"should be 'v1' (or be left out, for V0), is {json.dumps(version.value)}")
    found: dict[str, Any] = {"axes": {}, "inputs": []}
    for group in (*(config.find("inputs") or ()), *(config.find("input_sequences") or ())):
        name = name_of(group)
        given = _input(group["name"], model)
        variables = [variable(item) for item in group["variables"].list()]
        found["inputs"].append({"of": given.name, "axes": _axes(group, given, len(variables)), "variables": variables})
        axis, parts = model.sequence_axis(given.axes), name.split("_")
        if axis is not None and len(parts) == 3:
            found["axes"][axis] = {"selection": parts[1], "order": parts[2]}
    outputs = config.find("outputs")
    if outputs is not None and outputs.is_object() and outputs.value:
        found["outputs"] = [item for key, node in outputs.members() if (item := _output(key, node, model))]
    return {key: value for key, value in found.items() if value}


def variable(item: Place) -> dict[str, Any]:
    """A variable; its ``prepare`` is there even if it is empty, for 0 and 1 are said."""
    made = offset_then_scale(item)
    if "missing" in made:
        made["missing"]["when"] = ["nan"]
    return made


def tensor_of(name: str) -> str:
    """The tensor of a group: ``jet_features`` of ``jet_var``, ``track_features`` of ``tracks_r22default_sd0sort``."""
    first = name.removesuffix("_var") if name.endswith("_var") else name.partition("_")[0].removesuffix("s")
    return f"{first}_features"


def _input(place: Place, model: _Model) -> Input:
    from .matching import by_name

    names = (place.text(), tensor_of(place.text()))
    for name in names:
        if (given := by_name(Place(name, place.file), model.input_list, model, "inputs")) is not None:
            return given
    return place.fail(
        f"no input '{names[0]}' or '{names[1]}' in {model.where} {suggestion(names[1], model.inputs)}", UnknownName
    )


def _axes(group: Place, given: Input, count: int) -> list[Any]:
    if "variable" in given.axes:
        if len(given.variable_list) != count:
            group["variables"].fail(f"{count} variables, but input '{given.name}' has {len(given.variable_list)}")
        return list(given.axes)
    if not given.axes or given.axes[-1] != count:
        group["variables"].fail(f"{count} variables, but the tensor '{given.name}' is {text(given.axes)}")
    return [*given.axes[:-1], "variable"]


def _output(key: str, node: Place, model: _Model) -> dict[str, Any] | None:
    """An output of V0: the outputs of one number each that its labels name, joined; None where there is but one."""
    from .matching import by_name

    labels = [item.text() for item in node["labels"].list()]
    tensors = [by_name(Place(name, node.file), model.output_list, model, "outputs") for name in labels]
    if all(tensors) and len(labels) > 1:
        name = key if key not in model.outputs else f"{key}_joined"
        return {"name": name, "labels": [{"label": label, "of": label} for label in labels]}
    whole = by_name(Place(key, node.file), model.output_list, model, "outputs")
    if whole is not None and not all(tensors) and len(labels) > 1:
        return {"of": whole.name, "labels": labels}
    missing = [label for label, tensor in zip(labels, tensors, strict=True) if tensor is None]
    if missing and whole is None:
        node["labels"].fail(
            f"no output '{missing[0]}' or '{key}' in {model.where} {suggestion(missing[0], model.outputs)}", UnknownName
        )
    return None
