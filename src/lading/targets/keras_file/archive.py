"""The ``.keras`` archive: config.json, metadata.json and model.weights.h5, the same bytes for the same model.

The weights of a layer are found by its class and number, in the order in which Keras sorts a functional model:
by the longest way to an output, then as they are met on the way from the outputs to the inputs.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import MissingPackage
from ...sources.keras_file.weights import snake_of_keras
from .growth import Made

__all__ = ["archive_of"]

VERSION = "3.15.1"  # whose form the files have; those since 3.0 are the same


def archive_of(name: str, made: list[Made], inputs: Sequence[int], outputs: Sequence[int], about: dict[str, Any],
               where: str) -> bytes:  # fmt: skip
    """The bytes of the file; ``about`` joins metadata.json."""
    order = _order(made, inputs, outputs)
    config: dict[str, Any] = {
        "name": name, "trainable": True, "layers": [_layer(made, at) for at in order],
        "input_layers": [[made[at].name, 0, 0] for at in inputs],
        "output_layers": [[made[at].name, 0, 0] for at in outputs],
    }  # fmt: skip
    if len(inputs) == 1:
        config["input_layers"] = config["input_layers"][0]
    if len(outputs) == 1:
        config["output_layers"] = config["output_layers"][0]
    model = {"module": "keras.src.models.functional", "class_name": "Functional", "config": config,
             "registered_name": "Functional"}  # fmt: skip
    members = {"metadata.json": json.dumps({"keras_version": VERSION, **about}, indent=1).encode(),
               "config.json": json.dumps(model, indent=1).encode(),
               "model.weights.h5": _weights([made[at] for at in order], where)}  # fmt: skip
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member, data in members.items():
            archive.writestr(zipfile.ZipInfo(member), data)
    return buffer.getvalue()


def _order(made: list[Made], inputs: Sequence[int], outputs: Sequence[int]) -> list[int]:
    """What is needed, as Keras sorts it (``map_graph``)."""
    met: dict[int, int] = {}
    waiting = list(reversed(outputs))
    while waiting:
        at = waiting.pop()
        if at not in met:
            met[at] = len(met)
            waiting += reversed(made[at].sources)
    depth = dict.fromkeys(met, 0)
    for at in sorted(met, reverse=True):  # what is made later is never needed by what was made before
        for source in made[at].sources:
            depth[source] = max(depth[source], depth[at] + 1)
    for at in inputs:
        met.setdefault(at, -1)
        depth.setdefault(at, 0)
    return sorted(met, key=lambda at: (-depth[at], met[at]))


def _layer(made: list[Made], at: int) -> dict[str, Any]:
    each = made[at]
    said = {"module": each.module, "class_name": each.kind, "config": {"name": each.name, **_config(each)},
            "registered_name": None if each.is_layer else each.kind, "name": each.name}  # fmt: skip
    tensors = [_tensor(made[source]) for source in each.sources]
    together = each.kind in ("Concatenate", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
    args: list[Any] = [tensors] if each.is_layer and together else tensors
    if each.call:
        waiting = iter(tensors)
        args = [next(waiting) if given is None else given for given in each.call]
    return {**said, "inbound_nodes": [{"args": args, "kwargs": {}}] if tensors else []}


def _config(each: Made) -> dict[str, Any]:
    if not each.is_layer or each.kind == "InputLayer":
        return each.config
    return {"trainable": True, "dtype": each.type, **each.config}


def _tensor(source: Made) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"shape": [None, *source.shape], "dtype": source.type,
                                                         "keras_history": [source.name, 0, 0]}}  # fmt: skip


def _weights(made: list[Made], where: str) -> bytes:
    try:
        import h5py
    except ImportError:
        raise MissingPackage(f"{where}: writing Keras needs the package h5py: pip install lading[keras]") from None
    buffer, counts = io.BytesIO(), Counter[str]()
    with h5py.File(buffer, "w") as file:
        layers = file.create_group("layers")
        file.create_group("vars")
        for each in made:
            if not each.is_layer:
                continue
            stem = snake_of_keras(each.kind)
            group = layers.create_group(f"{stem}_{counts[stem]}" if counts[stem] else stem)
            counts[stem] += 1
            for part, arrays in (each.weights or {"": []}).items():
                variables = group.require_group(f"{part}/vars" if part else "vars")
                variables.attrs["name"] = each.name
                for number, array in enumerate(arrays):
                    data = np.ascontiguousarray(array, each.type)
                    variables.create_dataset(str(number), data=data, track_times=False)
    return buffer.getvalue()
