"""MLflow's signatures: of an ``MLmodel`` (YAML), as JSON, or the columns of an ``input_example.json``.

Columns become the variables of the model's input, in their order; where the model has several inputs, a column is one
of them. Tensors name inputs, and their lengths are checked. A signature says nothing of units and preparation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...bundle.place import Place
from ...bundle.strict_json import parse_json
from ...errors import FormatError, MissingPackage
from ..axes import text
from .content import Content
from .matching import by_name, fed, matched, only_input

if TYPE_CHECKING:
    from ...model import Model

TITLE = "MLflow signature"


def recognises(content: Content) -> bool:
    if content.is_json:
        if content.has("signature") or content.has("columns", "data"):
            return True
        return content.has("inputs") and (isinstance(content.value["inputs"], str) or _is_spec(content.value["inputs"]))
    return content.text is not None and "\nsignature:" in f"\n{content.text}" and "flavors:" in content.text


def _is_spec(inputs: Any) -> bool:
    return (
        isinstance(inputs, list)
        and bool(inputs)
        and all(
            isinstance(item, dict)
            and item.get("type") in ("tensor", "double", "float", "long", "integer", "boolean", "string")
            and "axes" not in item
            for item in inputs
        )
    )


def papers(content: Content, model: Model) -> dict[str, Any]:
    place = content.place if content.is_json or not content.data else Place(_yaml(content), content.where)
    if place.find("columns") is not None:
        return _columns(list(place["columns"].list()), model)
    signature = place.find("signature") or place
    said = _specs(signature, "inputs")
    columns = [item for item in said if item["type"].value != "tensor"]
    if columns and len(columns) != len(said):
        signature.fail("holds columns and tensors side by side, which no model takes")
    found = _columns([item["name"] for item in columns], model) if columns else {}
    for item in said if not columns else ():
        _check_tensor(item, model, content)
    return found


def _specs(signature: Place, key: str) -> list[Place]:
    """The items of inputs: a list, or a text that holds one, as MLflow writes it."""
    said = signature[key]
    if isinstance(said.value, str):
        where = f"{said.file}: {said.path}"
        said = Place(parse_json(said.value.encode(), where), where)
    return list(said.list())


def _columns(names: list[Place], model: Model) -> dict[str, Any]:
    texts = [name.text() for name in names]
    if len(fed(model)) > 1:
        inputs = [by_name(name, model.input_list, model, "inputs") for name in names]
        if all(inputs):
            return {}
    given = only_input(names[0], model, "a signature of columns")
    return {"inputs": [{"of": given.name, "variables": [{"name": name} for name in texts]}]}


def _check_tensor(item: Place, model: Model, content: Content) -> None:
    """A tensor of the signature must be an input; one without a name is the only one."""
    given = (
        only_input(item, model, "a tensor without a name")
        if item.find("name") is None
        else matched([item["name"]], [0], model.input_list, model, content)[0]
    )
    shape = item.find("tensor-spec")
    sizes = [each.integer() for each in shape["shape"]] if shape is not None else []
    if shape is None or given.variable_list:
        return
    if len(sizes) != len(given.axes) or any(
        isinstance(use, int) and size not in (-1, use) for size, use in zip(sizes, given.axes, strict=True)
    ):
        shape["shape"].fail(f"is {sizes}, but '{given.name}' is {text(given.axes)}")


def _yaml(content: Content) -> Any:
    try:
        import yaml  # type: ignore[import-untyped]
    except ImportError:
        raise MissingPackage(
            f"{content.where}: reading YAML needs the package pyyaml: pip install 'lading[mlflow]', or "
            "give the signature as JSON: model.metadata.signature.to_dict()"
        ) from None
    try:
        return yaml.safe_load(content.text or "")
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise FormatError(f"{content.where}: not valid YAML: {str(error).splitlines()[0]}") from None
