"""Several outputs of one number become one output with labels.

    {"name": "flavour", "labels": [{"label": "p_b", "of": "GN2v01_pb"}, {"label": "p_c", "of": "GN2v01_pc"}]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..bundle.place import Place
from ..endpoints import Output
from ..graph import Node
from ..sources.naming import endpoints, rename_values
from .axes import text
from .finding import find, source_names

if TYPE_CHECKING:
    from ..model import Model


def is_group(place: Place) -> bool:
    """Whether an output of the papers is put together from several by its labels."""
    labels = place.find("labels")
    return place.find("of") is None and bool(labels) and any(
        item.is_object() and item.find("of") is not None for item in labels or ()
    )


def group(place: Place, model: Model) -> Output:
    """Joins the outputs that the labels name along a new last axis, in the order of the labels; gives the new one.

    Outputs whose last axis has length 1 are joined along it. Raises FormatError or UnknownName.
    """
    parts = [_part(item, model) for item in place["labels"]]
    for item, part in zip(place["labels"], parts, strict=True):
        if parts.count(part) > 1:
            item["of"].fail(f"'{part.name}' stands behind several labels")
        if (part.axes, part.type) != (parts[0].axes, parts[0].type):
            item["of"].fail(f"'{part.name}' is {part.type} {text(part.axes)}, '{parts[0].name}' is {parts[0].type} "
                            f"{text(parts[0].axes)}; only outputs of one form can be joined")
    name = place["name"].text()
    values = _release(model, parts, place)
    nodes, axes = _joined(name, values, parts[0].axes)
    model.graphs["main"].nodes += nodes
    at = min(model.output_list.index(part) for part in parts)
    before = source_names(model, "outputs")
    joined = Output(name, axes, parts[0].type)
    model.output_list = [each for each in model.output_list if each not in parts]
    model.output_list.insert(at, joined)
    model.record["origin"].setdefault("outputs", {})[name] = [before.pop(part.name, part.name) for part in parts]
    return joined


def _part(item: Place, model: Model) -> Output:
    if not item.is_object() or item.find("of") is None:
        item.fail('should say of which output it is ("of"), as the other labels do')
    output = find(item["of"], "outputs", model, model.output_list)
    if output.label_list:
        item["of"].fail(f"'{output.name}' has labels of its own")
    return output


def _release(model: Model, parts: list[Output], place: Place) -> list[str]:
    """Renames the outputs inside the graph, so that their names are free; gives the new names."""
    labels = [item["label"].text() for item in place["labels"]]
    taken = _names(model)
    new = {}
    for part, label in zip(parts, labels, strict=True):
        name = f"{place['name'].text()}.{label}"
        while name in taken:
            name += "~"
        taken.add(name)
        new[part.name] = name
    rename_values(model.graphs.values(), new)
    return [new[part.name] for part in parts]


def _names(model: Model) -> set[str]:
    made = {name for graph in model.graphs.values() for node in graph.nodes for name in node.outputs}
    return made | set(model.weights) | {each.name for each in endpoints(model)}


def _joined(name: str, values: list[str], axes: list[str | int]) -> tuple[list[Node], list[str | int]]:
    """The nodes that join ``values`` to ``name``, and the axes of the result."""
    nodes = []
    if axes and axes[-1] == 1:
        before = axes[:-1]
    else:
        before = axes
        for i, value in enumerate(values):
            nodes.append(Node(f"{value}.unsqueeze", "Unsqueeze", [value, np.array([-1])], [f"{value}.column"]))
            values = [*values[:i], f"{value}.column", *values[i + 1 :]]
    nodes.append(Node(name, "Concat", list(values), [name], {"axis": -1}))
    return nodes, [*before, len(values)]
