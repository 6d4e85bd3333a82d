"""Layers that are an activation function and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..layers.activations import Activation, activate
from .functions import activated, apply_function
from .layer import Layer
from .values import Value

__all__ = ["activation_layer", "function_layer", "prelu", "swish_of_lwtnn"]


def function_layer(name: str, **usual: Any) -> Callable[[Layer, Value], Value]:
    """The builder of a layer that is a function alone; what its configuration says goes before ``usual``."""

    def build(layer: Layer, x: Value) -> Value:
        known = {key: value for key, value in layer.config.items() if value is not None}
        return apply_function(layer, x, name, {**usual, **known})

    return build


def prelu(layer: Layer, x: Value) -> Value:
    """x, or ``alpha`` x below 0; ``alpha`` is learned, for each place or shared along axes."""
    shared = layer.option("shared_axes", None) or []
    wanted = [1 if at in shared else length for at, length in enumerate(x.shape) if at > 0]
    if not all(isinstance(each, int) for each in wanted):
        layer.refuse("it has a slope for each step, and the number of steps is open; share it (shared_axes=[1])")
    alpha = layer.array("alpha", *map(int, wanted))
    return Value(layer.add("PRelu", x, layer.weight("alpha", alpha, "slope", x.type)), x.shape, x.type)


def swish_of_lwtnn(layer: Layer, x: Value) -> Value:
    """The custom layer that comes with lwtnn: x sigmoid(beta x)."""
    swish = Activation("swish", layer.number("beta", 1.0))
    return Value(activate(layer.wiring, x.name, swish, x.type), x.shape, x.type)


def activation_layer(layer: Layer, x: Value) -> Value:
    """The layer ``Activation``."""
    return activated(layer, x)
