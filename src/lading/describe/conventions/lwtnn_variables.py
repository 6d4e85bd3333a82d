"""lwtnn's variables files, of its graph and of its sequential form, and what salt writes in the same form.

    {"inputs": [{"name": node, "variables": [{"name", "offset", "scale", "default"?}]}],
     "input_sequences": [the same], "outputs": [{"name": node, "labels": [...]}]}
    {"inputs": [{"name", "offset", "scale", "default"?}], "class_labels": [...], "defaults": {name: number}?}

Formula: (x + offset) * scale in double precision; a default stands in for NaN and infinities, before that. lwtnn pairs
the lists with the layers of Keras by place; here names win, and places are taken where no name fits and all sizes do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...bundle.place import Place
from ...endpoints import Input
from .content import Content, objects
from .matching import fed, fits, matched, only_input
from .variables import name_of, number, offset_then_scale

if TYPE_CHECKING:
    from ...model import Model

TITLE = "lwtnn variables"


def recognises(content: Content) -> bool:
    if not content.has("inputs") or not isinstance(content.value["inputs"], list):
        return False
    items = objects(content.value["inputs"]) + objects(content.value.get("input_sequences"))
    inner = [variable for item in items for variable in objects(item.get("variables"))]
    return any("offset" in item or "scale" in item for item in (*items, *inner))


def papers(content: Content, model: Model) -> dict[str, Any]:
    place = content.place
    if any("variables" in item for item in place["inputs"].value if isinstance(item, dict)):
        return _graph(content, model)
    if not place["inputs"].value and place.find("input_sequences") is not None:
        return _graph(content, model)
    return _sequential(content, model)


def _graph(content: Content, model: Model) -> dict[str, Any]:
    place = content.place
    vectors = list(place["inputs"].list())
    sequences = list(place.find("input_sequences") or ())
    taken = {is_sequence: [each for each in fed(model) if _has_elements(each, model) == is_sequence]
             for is_sequence in (False, True)}  # fmt: skip
    inputs: list[dict[str, Any]] = []
    for groups, endpoints in ((vectors, taken[False]), (sequences, taken[True])):
        sizes = [len(group["variables"].list()) for group in groups]
        for group in groups:
            name_of(group)
        names = [group["name"] for group in groups]
        for group, given in zip(groups, matched(names, sizes, endpoints, model, content, True), strict=True):
            inputs.append({"of": given.name, "variables": [offset_then_scale(item) for item in group["variables"]]})
    outputs = list(place.find("outputs") or ())
    return {"inputs": inputs} | ({"outputs": _outputs(outputs, content, model)} if outputs else {})


def _has_elements(given: Input, model: Model) -> bool:
    """A sequence of any length, or, as networks of Keras may have it, of a fixed one."""
    return model.sequence_axis(given.axes) is not None or len(model.item_shape(given)) > 1


def _outputs(groups: list[Place], content: Content, model: Model) -> list[dict[str, Any]]:
    labels = [[label.text() for label in group["labels"].list()] for group in groups]
    names = [group["name"] for group in groups]
    found = matched(names, [len(each) for each in labels], model.output_list, model, content, True)
    return [{"of": output.name, "labels": said} for output, said in zip(found, labels, strict=True)]


def _sequential(content: Content, model: Model) -> dict[str, Any]:
    place = content.place
    given: Input = only_input(place["inputs"], model, "a sequential file of lwtnn")
    variables = [offset_then_scale(item) for item in place["inputs"].list()]
    _put_defaults(variables, place.find("defaults"))
    found: dict[str, Any] = {"inputs": [{"of": given.name, "variables": variables}]}
    said = place.find("class_labels") or place.find("outputs")
    labels = [label.text() for label in said.list()] if said is not None else []
    if labels and len(model.output_list) == 1 and (len(labels) > 1 or fits(model.output_list[0], 1)):
        found["outputs"] = [{"of": model.output_list[0].name, "labels": labels}]
    return found


def _put_defaults(variables: list[dict[str, Any]], defaults: Place | None) -> None:
    """A map of defaults takes the place of all that stand with the variables."""
    if defaults is None or not defaults.object().value:
        return
    for variable in variables:
        variable.pop("missing", None)
        if (value := defaults.find(variable["name"])) is not None:
            variable["missing"] = {"when": ["nan", "inf"], "value": number(value)}
