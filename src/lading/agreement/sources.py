"""Tensors under the names of a model, and under those of its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ..model import Model


def to_source(model: Model, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Inputs under the names that they have in the source."""
    names = _names(model, "inputs")
    return {names.get(name, name): array for name, array in tensors.items()}


def to_model(model: Model, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Inputs of the source under the names that they have in the model."""
    names = _names(model, "inputs")
    return {given.name: tensors[names.get(given.name, given.name)] for given in model.input_list}


def from_source(model: Model, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The source's outputs as outputs of the model: renamed, and joined where labels were put together.

    What the model computes of its outputs by a formula of its own is not among them.
    """
    names = _names(model, "outputs")
    result = {}
    for output in model.output_list:
        source = names.get(output.name, output.name)
        if isinstance(source, list):
            result[output.name] = _joined([tensors[name] for name in source], len(output.axes))
        elif source in tensors or output.name not in model.record.get("computed", {}):
            result[output.name] = tensors[source]
    return result


def _joined(parts: list[np.ndarray], rank: int) -> np.ndarray:
    """Along their last axis of length 1, or along a new one."""
    return np.concatenate(parts, axis=-1) if parts[0].ndim == rank else np.stack(parts, axis=-1)


def _names(model: Model, kind: str) -> dict[str, Any]:
    if model.exported:
        return {}
    names: dict[str, Any] = model.came_from.get(kind, {})
    return names
