"""What sources put into their metadata by conventions of their own: names, offsets and scales of variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..bundle.place import Place
from ..endpoints import Input
from ..errors import LadingError
from .conventions import gnn_config, onnx_metadata

if TYPE_CHECKING:
    from ..model import Model


def known_variables(model: Model, given: Input, count: int) -> list[dict[str, Any]] | None:
    """The variables of an input as metadata of the source tell them; None if they tell none, or another number."""
    metadata = _metadata(model)
    try:
        said = onnx_metadata.of_metadata(metadata, model)
    except LadingError:
        return None
    numbered = metadata.find(gnn_config.KEY) is None
    for item in said.get("inputs", ()):
        if item["of"] == given.name and len(item["variables"]) == count:
            return [_brief(variable, numbered) for variable in item["variables"]]
    return None


def papers_of_gnn_config(model: Model) -> dict[str, Any] | None:
    """Papers for inputs whose variables the ``gnn_config`` of ATLAS in the metadata names; None without one.

    Its sequences also say how they were selected and sorted. Outputs are left as the file has them.
    """
    metadata = _metadata(model)
    if metadata.find(gnn_config.KEY) is None:
        return None
    try:
        said = gnn_config.of_config(gnn_config.config_of(metadata), model)
    except LadingError:
        return None
    said.pop("outputs", None)
    return said if said.get("inputs") else None


def _metadata(model: Model) -> Place:
    metadata = model.came_from.get("metadata", {})
    return Place(metadata if isinstance(metadata, dict) else {}, model.where)


def _brief(variable: dict[str, Any], numbered: bool) -> dict[str, Any]:
    """A variable for a template: without steps that there are none of, with gaps where nothing else will fill them."""
    if not variable.get("prepare"):
        variable = {key: value for key, value in variable.items() if key not in ("prepare", "raw")}
    return {"name": variable["name"], "unit": "", "description": "", **variable} if numbered else variable
