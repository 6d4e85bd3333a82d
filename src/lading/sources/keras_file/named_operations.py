"""Functions between layers by the names that files have for them: those of ``keras.ops``, and of TensorFlow before."""

from __future__ import annotations

from typing import Any

from ...errors import suggestion
from .layer import Layer
from .operations import OPERATIONS
from .tensorflow_names import TENSORFLOW

__all__ = ["is_operation", "operation"]


def is_operation(layer: Layer) -> bool:
    """Whether a layer of a file is a function, which has no weights."""
    if layer.kind in ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"):
        return True
    if not layer.module and layer.era >= 3:  # an .h5 file: layers can be trained, operations cannot
        return layer.kind in OPERATIONS and "trainable" not in layer.config
    return ".layers" not in layer.module and (".ops" in layer.module or ".activations." in layer.module)


def operation(layer: Layer, args: list[Any], kwargs: dict[str, Any]) -> tuple[Any, list[Any], dict[str, Any]]:
    """What builds it, and what it is called with. Raises UnsupportedError for one that is not read."""
    name = layer.kind
    if name in ("TFOpLambda", "SlicingOpLambda"):
        function = layer.text("function")
        if function not in TENSORFLOW:
            layer.refuse(f"the function '{function}' of TensorFlow {suggestion(function, TENSORFLOW)}")
        name = TENSORFLOW[function]
        args, kwargs = _in_words_of_keras(name, args, kwargs)
    if name not in OPERATIONS:
        layer.refuse(f"the operation '{name}' {suggestion(name, OPERATIONS)}")
    return OPERATIONS[name], args, kwargs


def _in_words_of_keras(name: str, args: list[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Arguments of TensorFlow under the names that Keras 3 has for them."""
    other = {"y": "x2", "b": "x2", "slice_spec": "key", "input": "x", "clip_value_min": "low", "clip_value_max": "high"}
    named = {other.get(key, key): value for key, value in kwargs.items() if key != "name"}
    if name in ("Concatenate", "Stack") and len(args) == 1 and not isinstance(args[0], list):
        args = [[args[0]]]
    if name == "Where" and len(args) == 1:
        named = {{"x": "x1", "y": "x2"}.get(key, key): value for key, value in kwargs.items() if key != "name"}
    return args, named
