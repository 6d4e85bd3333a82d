"""Papers to fill in: all that a model knows of itself, and gaps for the rest."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ..bundle.encode import encode_model
from ..computed import formulas
from ..endpoints import Output
from .axes import size_of
from .finding import source_names
from .known import known_variables

if TYPE_CHECKING:
    from ..model import Model


def template(model: Model) -> dict[str, Any]:
    """The fragment of a model.json that describes ``model``; empty texts are to be filled in.

    Taken over: what the model says already, and names and scales that are known from metadata of its source.
    Outputs of one number each that share the beginning of their names are proposed as one output with labels.
    """
    encoded = encode_model(model, None, None)
    papers = {
        "name": model.name, "version": model.version, "description": model.description,
        "axes": {name: _axis(item) for name, item in encoded.get("axes", {}).items()},
        "inputs": [_input(model, item) for item in encoded["inputs"]],
        "outputs": _outputs(model, encoded["outputs"]),
        "record": {key: model.record.get(key, default)
                   for key, default in (("licence", ""), ("authors", []), ("citation", ""), ("training", {}))},
    }  # fmt: skip
    return papers if papers["axes"] else {key: value for key, value in papers.items() if key != "axes"}


def _axis(item: dict[str, Any]) -> dict[str, Any]:
    texts = ("order", "selection", "description") if item["kind"] == "sequence" else ("description",)
    return {**item, **{key: item.get(key, "") for key in texts}}


def _input(model: Model, item: dict[str, Any]) -> dict[str, Any]:
    given = model.inputs[item["name"]]
    papers = {"of": source_names(model, "inputs").get(given.name, given.name), **item, "description": given.description}
    if given.mask is not None:
        return papers
    if given.variable_list:
        papers["variables"] = [{"name": "", "unit": "", "description": "", **each} for each in item["variables"]]
        return papers
    place = _widest(item["axes"])
    if place is None:
        return papers
    count = item["axes"][place]
    papers["axes"] = ["variable" if i == place else use for i, use in enumerate(item["axes"])]
    papers["variables"] = known_variables(model, given, count) or [
        {"name": "", "unit": "", "description": ""} for _ in range(count)
    ]
    return papers


def _widest(axes: list[Any]) -> int | None:
    """The axis on which variables most likely stand: the last of the fixed ones that are longer than 1."""
    fixed = [i for i, use in enumerate(axes) if isinstance(use, int)]
    longer = [i for i in fixed if axes[i] > 1]
    chosen = longer or [i for i in fixed if i > 0]
    return chosen[-1] if chosen else None


def _outputs(model: Model, encoded: list[dict[str, Any]]) -> list[dict[str, Any]]:
    groups = _groups(model)
    grouped = {name for names in groups.values() for name in names}
    before = source_names(model, "outputs")
    papers = []
    for item in encoded:
        output = model.outputs[item["name"]]
        if item["name"] in grouped:
            continue
        if (formula := formulas(model).get(item["name"])) is not None:
            papers.append(_computed(output, formula))
            continue
        papers.append({"of": before.get(output.name, output.name), **item, "description": output.description})
        if isinstance(papers[-1]["of"], list):  # joined by earlier papers
            del papers[-1]["of"]
        place = _widest(item["axes"])
        if not output.label_list and place is not None and item["axes"][place] > 1:
            papers[-1]["axes"] = ["label" if i == place else use for i, use in enumerate(item["axes"])]
            papers[-1]["labels"] = [{"label": "", "description": ""} for _ in range(item["axes"][place])]
    for prefix, names in groups.items():
        labels = [{"label": name.removeprefix(prefix).lstrip("_"), "description": "", "of": before.get(name, name)}
                  for name in names]
        papers.append({"name": prefix, "description": "", "labels": labels})
    return papers


def _computed(output: Output, formula: dict[str, Any]) -> dict[str, Any]:
    texts = {"description": output.description, **({"unit": output.unit} if output.unit else {})}
    extent = {"range": output.range} if output.range else {}
    constants = {"constants": formula["constants"]} if formula.get("constants") else {}
    return {"name": output.name, "from": formula["expression"], **constants, **texts, **extent}


def _groups(model: Model) -> dict[str, list[str]]:
    """Names of outputs of one number each, by what stands before their first underscore."""
    groups: dict[str, list[str]] = defaultdict(list)
    for output in model.output_list:
        prefix, _, rest = output.name.partition("_")
        if rest and output.name not in formulas(model) and _is_number(model, output):
            groups[prefix].append(output.name)
    kinds = {prefix: {model.outputs[name].type for name in names} for prefix, names in groups.items()}
    return {prefix: names for prefix, names in groups.items()
            if len(names) > 1 and len(kinds[prefix]) == 1 and prefix not in model.outputs}


def _is_number(model: Model, output: Output) -> bool:
    """One number per entry."""
    sizes = [size_of(output, use, model.axes) for use in output.axes if use != model.entry_axis]
    return all(size == 1 for size in sizes)
