"""Formats of models that are written: one file each, with ``write(model, path)``."""

from __future__ import annotations

import os
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FormatError, UnsupportedError, check_options
from .wide_weights import with_wide_weights

if TYPE_CHECKING:
    from ..model import Model

__all__ = ["TARGETS", "export"]

#: Every format that is written, by the ending of its files: its name is its file beside this one.
TARGETS = {".onnx": "onnx", ".root": "mvautils", ".hpp": "header", ".json": "lwtnn", ".nnef": "nnef", ".tgz": "nnef",
           ".keras": "keras"}  # fmt: skip

#: Formats that hold no forests, and what they are called.
WITHOUT_FORESTS = {"lwtnn": "lwtnn", "nnef": "NNEF", "keras": "Keras"}


def export(model: Model, path: str | os.PathLike[str], **options: Any) -> None:
    """Writes ``model`` in the format that the ending of ``path`` tells. Raises FormatError for other endings."""
    path = Path(path)
    name = TARGETS.get(path.suffix.lower())
    if name is None:
        raise FormatError(f"{path}: models are exported to files ending in {', '.join(TARGETS)}; save() writes bundles")
    if model.folds is not None:
        one = model.folds.graphs[0]
        how = f"export a member: model.member('{one}').export(...), or lading export --member {one}"
        raise UnsupportedError(f"{path}: {model.where} has folds ({', '.join(model.folds.graphs)}), which only bundles "
                               f"hold; {how}")
    if name in WITHOUT_FORESTS:
        _refuse_forests(model, path, WITHOUT_FORESTS[name])
    if name != "onnx":
        model = with_wide_weights(model)
    write = import_module(f".{name}", __name__).write
    check_options(partial(write, model), options, f"{path}: the format {name}")
    write(model, path, **options)


def _refuse_forests(model: Model, path: Path, what: str) -> None:
    for node in (node for graph in model.graphs.values() for node in graph.nodes):
        if node.operator == "lading.TreeEnsemble":
            raise UnsupportedError(f"{path}: node '{node.name}' is a forest ({node.operator}); {what} has networks; "
                                   "forests are written to files ending in .onnx, .root and .hpp")
