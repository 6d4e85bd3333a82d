"""CMS ``preprocess.json``, as ParticleNets and particle transformers have it.

Formula, of cmssw's ``btagbtvdeep::center_norm_pad`` and ``catch_infs``, in single precision:

    v = x if it is finite and -1e32 <= x <= 1e32, else replace_inf_value
    y = (v - median) * norm_factor, cut to [lower_bound, upper_bound]

1e32 is a double there, and no float equals it: the float32 next to it is already above. Sequences keep their first
``max_length`` elements and are filled with ``pad`` after all that; ``var_length`` is both lengths.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from ...bundle.place import Place
from ...endpoints import Input
from ...errors import FormatError
from ..axes import text
from .content import Content
from .matching import fed, matched
from .variables import number, steps

if TYPE_CHECKING:
    from ...model import Model

TITLE = "CMS preprocess.json"

#: The largest float32 that is not above 1e32, in as few digits as it takes.
LARGEST = float(str(np.nextafter(np.float32(1e32), np.float32(0))))

#: What groups of one collection are told apart by.
_KIND = re.compile(r"(_(features|points|mask|vectors|lorentz|pairs|fts))*(__\d+)?$")


def recognises(content: Content) -> bool:
    if not content.has("input_names") or not isinstance(content.value["input_names"], list):
        return False
    return any(isinstance(group, dict) and "var_names" in group for group in content.value.values())


def papers(content: Content, model: Model) -> dict[str, Any]:
    place = content.place
    names = list(place["input_names"].list())
    groups = [place[name.text()].object() for name in names]
    sizes = [len(group["var_names"].list()) for group in groups]
    found = matched(names, sizes, fed(model), model, content)
    axes: dict[str, tuple[str, dict[str, Any]]] = {}
    inputs = [_input(group, given, model, axes) for group, given in zip(groups, found, strict=True)]
    said: dict[str, Any] = {"axes": {name: item for name, (_, item) in axes.items()}, "inputs": inputs}
    if labels := _labels(place):
        said["outputs"] = _outputs(labels, content, model)
    return {key: value for key, value in said.items() if value}


def _input(group: Place, given: Input, model: Model, axes: dict[str, tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    names = group["var_names"].list()
    infos = group["var_infos"].object()
    variables = [_variable(name.text(), infos[name.text()]) for name in names]
    least, most = _lengths(group)
    at, along = _layout(group, given, len(variables), model)
    layout: list[str | int] = ["variable" if i == at else use for i, use in enumerate(given.axes)]
    if along is not None:
        layout[along] = _sequence(group, given.axes[along], least, most, axes)
    elif most != 1:
        group.fail(
            f"is of {least} to {most} elements, but the tensor '{given.name}' is {text(given.axes)}, "
            "without an axis for them"
        )
    return {"of": given.name, "axes": layout, "variables": variables}


def _variable(name: str, info: Place) -> dict[str, Any]:
    median, factor = number(info["median"]), number(info["norm_factor"])
    low, high = number(info["lower_bound"]), number(info["upper_bound"])
    instead = number(info["replace_inf_value"])
    pad = number(info["pad"]) if info.find("pad") is not None else 0.0
    if not low <= pad <= high:
        info.fail(f"pads with {pad:g}, outside of its bounds {low:g} to {high:g}: CMS's own code refuses that too")
    prepare = steps(("subtract", median), ("multiply", factor))
    if prepare or max(abs(instead), LARGEST) > min(-low, high):  # else nothing is left to cut
        prepare.append({"clip": [low, high]})
    missing = {"when": ["nan", {"above": LARGEST}, {"below": -LARGEST}], "value": instead}
    return {"name": name, "raw": "float32", "missing": missing, "prepare": prepare} | ({"pad": pad} if pad else {})


def _lengths(group: Place) -> tuple[int, int]:
    if (fixed := group.find("var_length")) is not None:
        length = fixed.integer_from(1)
        return length, length
    least, most = group["min_length"].integer_from(0), group["max_length"].integer_from(1)
    if least > most:
        group["min_length"].fail(f"is {least}, more than max_length, {most}")
    return least, most


def _layout(group: Place, given: Input, count: int, model: Model) -> tuple[int, int | None]:
    """Where the variables and the elements stand in a tensor: cmssw writes variable by variable, [1, variables, n]."""
    axes = given.axes
    if "variable" in axes and len(given.variable_list) == count:
        at = axes.index("variable")
    else:
        places = [i for i, use in enumerate(axes) if use == count and i > 0]
        if not places:
            group["var_names"].fail(
                f"{count} variables, but no axis of the tensor '{given.name}' {text(axes)} has that length"
            )
        at = 1 if 1 in places else places[0]
    others = [
        i
        for i, use in enumerate(axes)
        if i not in (0, at) and use != 1 and use != "label" and (isinstance(use, int) or use in model.axes)
    ]
    if len(others) > 1:
        group.fail(f"the tensor '{given.name}' {text(axes)} has several axes that might hold its elements")
    return at, others[0] if others else None


def _sequence(group: Place, use: str | int, least: int, most: int, axes: dict[str, tuple[str, dict[str, Any]]]) -> str:
    """Declares the axis of a group, and gives its name; groups of one axis have one length."""
    name = use if isinstance(use, str) else _axis_name(group, use, axes)
    said = {"kind": "sequence", "min": least, "max": most, "keep": "first"}
    if isinstance(use, int) and (least, most) != (use, use):
        group.fail(f"is of {least} to {most} elements, but its tensor is fixed to {use}")
    before, known = axes.setdefault(name, (group.path, said))
    if known != said:
        raise FormatError(
            f"{group.file}: {group.path} is of {least} to {most} elements and {before} of "
            f"{known['min']} to {known['max']}, though both stand on the axis '{name}' of the model"
        )
    return name


def _axis_name(group: Place, use: int, axes: dict[str, tuple[str, dict[str, Any]]]) -> str:
    """A name for an axis that the tensor fixes: ``pf`` of ``pf_features__1`` and ``pf_mask``, the same for both."""
    kind = _KIND.sub("", group.path) or "element"
    name = re.sub(r"\W", "_", kind)
    while name in axes and axes[name][1]["max"] != use:
        name += "_"
    return name


def _labels(place: Place) -> list[str]:
    """The names of the outputs; where they are an object, its keys: the values are formulas of the training."""
    for key in ("output_names", "flav_names"):
        said = place.find(key)
        if said is not None and said.value:
            return list(said.value) if said.is_object() else [item.text() for item in said.list()]
    return []


def _outputs(labels: list[str], content: Content, model: Model) -> list[dict[str, Any]]:
    outputs = [
        o
        for o in model.output_list
        if any(isinstance(use, int) and use == len(labels) for use in o.axes) or len(o.label_list) == len(labels)
    ]
    if len(outputs) == 1 and len(model.output_list) == 1:
        return [{"of": outputs[0].name, "labels": labels}]
    if len(model.output_list) == 1:
        shape = text(model.output_list[0].axes)
        raise FormatError(
            f"{content.where}: names {len(labels)} outputs, but the tensor '{model.output_list[0].name}' is {shape}"
        )
    content.remarks.append(
        f"{content.where}: {len(labels)} names of outputs are left out: "
        f"the model has {len(model.output_list)} outputs, and it does not say whose they are"
    )
    return []
