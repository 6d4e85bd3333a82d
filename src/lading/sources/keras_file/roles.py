"""Which weights a layer has, by its configuration, in the order in which Keras makes them."""

from __future__ import annotations

from dataclasses import dataclass

from .layer import Layer

__all__ = ["Role", "kernel_and_bias", "none", "trained"]


@dataclass(frozen=True)
class Role:
    """One weight: its name in Keras, whether it is trained, and the attribute of the layer that holds it."""

    name: str
    trained: bool = True
    part: str = ""


def none(layer: Layer) -> list[Role]:
    """No weights."""
    return []


def trained(*names: str, part: str = "") -> list[Role]:
    return [Role(name, part=part) for name in names]


def kernel_and_bias(layer: Layer) -> list[Role]:
    """"kernel", and "bias" if it has one."""
    return trained("kernel", *(["bias"] if layer.flag("use_bias", True) else []))
