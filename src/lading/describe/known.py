"""What sources put into their metadata by conventions of their own: names, offsets and scales of variables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..endpoints import Input

if TYPE_CHECKING:
    from ..model import Model


def known_variables(model: Model, given: Input, count: int) -> list[dict[str, Any]] | None:
    """The variables of an input as metadata of the source tell them; None if they tell none, or another number."""
    metadata = model.record.get("origin", {}).get("metadata", {})
    for found in (_of_gnn_config(metadata, given, count), _numbered(metadata, model)):
        if found and len(found) == count:
            return found
    return None


def papers_of_gnn_config(model: Model) -> dict[str, Any] | None:
    """Papers for inputs whose variables the ``gnn_config`` of ATLAS names; None without one.

    Its formula is (x + offset) * scale in double precision, and ``default`` stands in for NaN. The name of a
    sequence says how it was selected and sorted: ``tracks_r22default_sd0sort``.
    """
    metadata = model.record.get("origin", {}).get("metadata", {})
    papers: dict[str, Any] = {"axes": {}, "inputs": []}
    for name, variables in _gnn_groups(metadata):
        given = next((each for each in model.input_list if each.name in (name, _tensor(name))), None)
        if given is None or not given.axes or given.axes[-1] != len(variables):
            continue
        papers["inputs"].append({"of": given.name, "axes": [*given.axes[:-1], "variable"], "variables": variables})
        axis, parts = model.sequence_axis(given.axes), name.split("_")
        if axis is not None and len(parts) == 3:
            papers["axes"][axis] = {"selection": parts[1], "order": parts[2]}
    return papers if papers["inputs"] else None


def _of_gnn_config(metadata: dict[str, Any], given: Input, count: int) -> list[dict[str, Any]] | None:
    groups = list(_gnn_groups(metadata))
    for name, variables in groups:
        if _tensor(name) == given.name or name == given.name:
            return variables if len(variables) == count else None
    return None


def _gnn_groups(metadata: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Names of groups of variables in ``gnn_config`` and the variables of each; nothing if it is of another form."""
    try:
        config = json.loads(metadata.get("gnn_config", ""))
        groups = [*config.get("inputs", []), *config.get("input_sequences", [])]
        for group in groups:
            yield str(group["name"]), [_gnn_variable(item) for item in group["variables"]]
    except (ValueError, TypeError, KeyError, AttributeError):
        return


def _gnn_variable(item: dict[str, Any]) -> dict[str, Any]:
    variable: dict[str, Any] = {"name": str(item["name"])}
    steps: list[dict[str, float]] = []
    if item["offset"] != 0:
        steps.append({"add": float(item["offset"])})
    if item["scale"] != 1:
        steps.append({"multiply": float(item["scale"])})
    if steps:
        variable |= {"raw": "float64", "prepare": steps}
    if item.get("default") is not None:
        variable["missing"] = {"when": ["nan"], "value": item["default"]}
    return variable


def _tensor(name: str) -> str:
    """The tensor of a group: ``jet_features`` of ``jet_var``, ``track_features`` of ``tracks_r22default_sd0sort``."""
    first = name.removesuffix("_var") if name.endswith("_var") else name.partition("_")[0].removesuffix("s")
    return f"{first}_features"


def _numbered(metadata: dict[str, Any], model: Model) -> list[dict[str, Any]] | None:
    """``input_0``, ``input_1`` … name the variables of the only input, ``<name>_mean`` and ``<name>_std`` scale them.

    In the networks published so (ATLAS searches) the formula is (x + mean) * std, against the words: what is called
    mean is minus the mean, what is called std is one over it. Whoever fills the papers in must judge that.
    """
    if len(model.input_list) != 1:
        return None
    names: list[str] = []
    while f"input_{len(names)}" in metadata:
        names.append(str(metadata[f"input_{len(names)}"]))
    variables = []
    for name in names:
        steps = []
        for key, verb in ((f"{name}_mean", "add"), (f"{name}_std", "multiply")):
            if key in metadata:
                try:
                    steps.append({verb: float(metadata[key])})
                except ValueError:
                    return None
        preparation = {"raw": "float64", "prepare": steps} if steps else {}
        variables.append({"name": name, "unit": "", "description": "", **preparation})
    return variables
