"""Pieces that hostile bundles are put together from: documents, nodes, files; and what a case is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lading.bundle import safetensors

Document = dict[str, Any]
Weights = Mapping[str, np.ndarray]


#: The text of a case that may be refused for whatever reason, or be a model after all.
ANYTHING = "*"


@dataclass(frozen=True)
class Case:
    """A file that must be refused: how it is written, into a folder, and what the refusal says among other things."""

    name: str
    write: Callable[[Path], Path]
    text: str


def one_node(
    operator: str, inputs: Sequence[Any], attributes: Mapping[str, Any], outputs: int = 1, constant: bool = True
) -> tuple[Document, Weights]:
    """A graph of one node 'n' that reads x0, x1 … ; all are constants, or the first is fed."""
    given = {f"x{i}": np.asarray(value) for i, value in enumerate(inputs) if value is not None}
    first = given.get("x0", np.zeros(0))
    feeds = not constant and first.ndim > 0 and first.dtype.kind == "f"
    fixed = {name: value for name, value in given.items() if not feeds or name != "x0"}
    node = {
        "node": "n",
        "operator": operator,
        "inputs": [f"x{i}" if value is not None else "" for i, value in enumerate(inputs)],
        "outputs": [f"y{i}" for i in range(outputs)],
        "attributes": dict(attributes),
    }
    fed = [endpoint(name, value) for name, value in given.items() if name not in fixed]
    return document([node], fed, [result(name) for name in node["outputs"]]), fixed


def endpoint(name: str, value: np.ndarray) -> Document:
    """An input of the tensor's shape; numbers in ``axes`` are at least 1."""
    return {"name": name, "axes": [max(size, 1) for size in value.shape], "type": value.dtype.name}


def result(name: str, *axes: Any, type: str = "float32") -> Document:
    return {"name": name, "axes": list(axes or [1]), "type": type}


def document(nodes: Any, inputs: Any = (), outputs: Any = (), **more: Any) -> Document:
    """The model.json of these nodes, without the record of its weights."""
    return {
        "lading": 1,
        "requires": [],
        "name": "hostile",
        "axes": {"jet": {"kind": "entry"}},
        "inputs": list(inputs),
        "outputs": list(outputs) or [result("y")],
        "operators": {"ai.onnx": 24, "lading": 1},
        "graphs": {"main": list(nodes)},
        **more,
    }


def written(folder: Path, made: Document | bytes, weights: Weights | bytes | None = None) -> Path:
    """The bundle's folder. Where there are weights and the document has no record of them, it is added."""
    folder.mkdir(parents=True, exist_ok=True)
    if weights is not None:
        data = weights if isinstance(weights, bytes) else safetensors.to_bytes(dict(weights))
        (folder / "weights.safetensors").write_bytes(data)
        if isinstance(made, dict):
            made = {**made, "weights": made.get("weights", record(data))}
    text = made if isinstance(made, bytes) else json.dumps(made, ensure_ascii=False).encode()
    (folder / "model.json").write_bytes(text)
    return folder


def record(weights: bytes) -> Document:
    return {
        "file": "weights.safetensors",
        "sha256": hashlib.sha256(weights).hexdigest(),
        "bytes": len(weights),
    }


def bundle_case(name: str, text: str, made: Document | bytes, weights: Weights | bytes | None = None) -> Case:
    return Case(name, lambda folder: written(folder, made, weights), text)
