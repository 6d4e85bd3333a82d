"""A bundle with a single node (or a few), run by the compiled engine.

>>> run_node("Add", [np.float32([1, 2]), np.float32(3)])
[array([4., 5.], dtype=float32)]
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from backend_suite import endpoint, safetensors_bytes

from lading.engine import _lading


def run_node(
    operator: str,
    inputs: Sequence[Any],
    outputs: int | Sequence[str] = 1,
    constants: Collection[int] = (),
    **attributes: Any,
) -> list[np.ndarray]:
    """What one node gives. ``None`` is an omitted input; ``constants`` are inputs that the bundle holds.

    ``outputs`` is a number, or names of which "" is not wanted.
    """
    names = [f"y{i}" for i in range(outputs)] if isinstance(outputs, int) else list(outputs)
    tensors = {f"x{i}": np.asarray(value) for i, value in enumerate(inputs) if value is not None}
    operands = [f"x{i}" if value is not None else "" for i, value in enumerate(inputs)]
    node: dict[str, Any] = {"node": "n", "operator": operator, "inputs": operands, "outputs": names}
    if attributes:
        node["attributes"] = attributes
    weights = {f"x{i}": tensors.pop(f"x{i}") for i in constants}
    return run_nodes([node], tensors, [name for name in names if name], weights)


def run_nodes(
    nodes: list[dict[str, Any]],
    feeds: Mapping[str, np.ndarray],
    outputs: Sequence[str],
    weights: Mapping[str, np.ndarray] | None = None,
) -> list[np.ndarray]:
    """What nodes give for tensors that are already prepared."""
    return open_session(nodes, feeds, outputs, weights).run_graph(
        [np.array(value, order="C") for value in feeds.values()]
    )


def open_session(
    nodes: list[dict[str, Any]],
    feeds: Mapping[str, np.ndarray],
    outputs: Sequence[str],
    weights: Mapping[str, np.ndarray] | None = None,
) -> _lading.Session:
    """A session for these nodes and tensors like the ones in ``feeds``."""
    return _lading.Session(
        load(
            [endpoint(name, value) for name, value in feeds.items()],
            nodes,
            [{"name": name, "axes": [1], "type": "float32"} for name in outputs],
            weights or {},
        )
    )


def load(
    inputs: list[dict[str, Any]],
    nodes: list[dict[str, Any]],
    outputs: list[dict[str, Any]],
    weights: Mapping[str, np.ndarray],
    axes: Mapping[str, Any] | None = None,
) -> Any:
    """The compiled model of a bundle that is written here in memory."""
    data = safetensors_bytes(weights)
    document = {
        "lading": 1,
        "requires": [],
        "name": "test",
        "axes": dict(axes or {}),
        "inputs": inputs,
        "outputs": outputs,
        "operators": {"ai.onnx": 24, "lading": 1},
        "graphs": {"main": nodes},
        "weights": {
            "file": "weights.safetensors",
            "sha256": hashlib.sha256(data).hexdigest(),
            "bytes": len(data),
        },
    }
    return _lading.Model.from_buffers(json.dumps(document).encode(), np.frombuffer(data, np.uint8), "test")


def same(result: np.ndarray, expected: Any) -> None:
    """Asserts the same type, shape and numbers; NaN equals NaN."""
    expected = np.asarray(expected)
    assert (result.dtype, result.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(result, expected)
