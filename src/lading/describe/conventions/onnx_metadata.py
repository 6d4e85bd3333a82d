"""Metadata of ONNX files as published by ATLAS searches: ``input_0`` … name the variables, ``<name>_mean`` and
``<name>_std`` scale them; as an object of JSON, or in the ONNX file itself.

Formula: (x + mean) * std in double precision, against the words: what is called mean is minus the mean, what is called
std is one over it. An ONNX file with a ``gnn_config`` gives that.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...bundle.place import Place
from ...errors import FormatError
from . import gnn_config
from .content import Content
from .matching import only_input
from .variables import number, steps

if TYPE_CHECKING:
    from ...model import Model

TITLE = "ATLAS metadata of ONNX"


def recognises(content: Content) -> bool:
    if content.has("input_0"):
        return isinstance(content.value["input_0"], str)
    return content.text is None and content.folder is not None and _is_onnx(Path(content.where))


def papers(content: Content, model: Model) -> dict[str, Any]:
    place = content.place if content.value is not None else _metadata(Path(content.where))
    return of_metadata(place, model)


def of_metadata(place: Place, model: Model) -> dict[str, Any]:
    """The papers in metadata of an ONNX file, {} if there are none. Raises FormatError or UnknownName."""
    if place.find(gnn_config.KEY) is not None:
        return gnn_config.of_config(gnn_config.config_of(place), model)
    variables = numbered(place)
    if not variables:
        place.fail("its metadata name no variables (neither gnn_config nor input_0, input_1 …)")
    given = only_input(place, model, "a list of input_0, input_1 …")
    return {"inputs": [{"of": given.name, "variables": variables}]}


def numbered(place: Place) -> list[dict[str, Any]]:
    """The variables ``input_0`` and on; those without mean and std have no ``prepare``: nothing is said of it."""
    variables: list[dict[str, Any]] = []
    while (name := place.find(f"input_{len(variables)}")) is not None:
        variable: dict[str, Any] = {"name": name.text()}
        mean, std = (place.find(f"{variable['name']}_{key}") for key in ("mean", "std"))
        if mean is not None or std is not None:
            variable |= {"raw": "float64", "prepare": steps(
                ("add", number(mean) if mean is not None else 0.0),
                ("multiply", number(std) if std is not None else 1.0))}  # fmt: skip
        variables.append(variable)
    return variables


def _is_onnx(path: Path) -> bool:
    from ...sources import onnx

    return path.is_file() and onnx.recognises(path)


def _metadata(path: Path) -> Place:
    from ...sources.onnx import describe_only

    found = describe_only(path)
    metadata = found.came_from.get("metadata", {})
    if not metadata:
        raise FormatError(f"{path}: an ONNX file without metadata: it holds no papers")
    return Place(metadata, str(path))
