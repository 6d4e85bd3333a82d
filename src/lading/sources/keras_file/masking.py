"""Masks: which steps of a sequence are there. They travel with values as they do in Keras."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .layer import Layer
from .values import Value

__all__ = ["Compacted", "compacted", "identity", "masking", "sum_of_lwtnn", "with_steps"]


def identity(layer: Layer, x: Value) -> Value:
    """What does nothing outside training."""
    return x


def masking(layer: Layer, x: Value) -> Value:
    """A step counts if any of its numbers is not ``mask_value``; others become zeros."""
    layer.rank(x, *range(3, 8))
    differs = layer.add("Not", layer.add("Equal", x, layer.constant(layer.number("mask_value", 0.0), x.type)))
    there = layer.add("ReduceMax", differs, np.array([-1]), keepdims=1)
    y = layer.add("Where", there, x, layer.constant(0, x.type))
    mask = Value(layer.add("Squeeze", there, np.array([-1])), x.shape[:-1], "bool")
    return Value(y, x.shape, x.type, mask)


def with_steps(layer: Layer, mask: Value, type_: str, axis: int = 2) -> str:
    """A mask as numbers 0 and 1, with an axis more."""
    return layer.add("Cast", layer.add("Unsqueeze", mask, np.array([axis])), to=type_)


def sum_of_lwtnn(layer: Layer, x: Value) -> Value:
    """The custom layer that comes with lwtnn: the sum over the steps that are there."""
    layer.rank(x, 3)
    y = x.name if x.mask is None else layer.add("Mul", x, with_steps(layer, x.mask, x.type))
    return Value(layer.add("ReduceSum", y, np.array([1]), keepdims=0), (x.shape[0], x.shape[2]), x.type)


@dataclass
class Compacted:
    """A sequence whose steps that are there stand in front, in their order.

    A recurrent layer of ONNX takes how many there are, where Keras skips steps anywhere.
    """

    layer: Layer
    values: str  # (entries, steps, numbers)
    lengths: str  # int32 (entries)
    mask: Value
    present: str  # int64 (entries, steps): 1 where a step is there
    count: str  # int64 (entries, steps): how many are there up to a step

    def spread(self, y: str, backwards: bool, zeros: bool) -> str:
        """What was computed for the steps in front, (entries, steps, units), where they stood.

        Steps that are not there repeat the one computed before them, zeros at the beginning; or are ``zeros``.
        """
        layer, number = self.layer, np.asarray(1)
        at = layer.add("Sub", self.count, self.present if backwards else number)
        last = layer.add("Sub", layer.add("Shape", y, start=1, end=2), np.array([1]))
        at = layer.add("Max", layer.add("Min", at, last), np.asarray(0))
        spread = _gathered(layer, y, at)
        if zeros or backwards:
            there = self.mask.name
            if not zeros:
                there = layer.add("Less", layer.add("Sub", self.count, self.present),
                                  layer.add("ReduceSum", self.present, np.array([1]), keepdims=1))  # fmt: skip
        else:
            there = layer.add("Greater", self.count, np.asarray(0))
        kept = layer.add("Unsqueeze", there, np.array([2]))
        return layer.add("Where", kept, spread, layer.constant(0))


def compacted(layer: Layer, x: Value, mask: Value) -> Compacted:
    """The nodes that bring the steps that are there to the front."""
    present = layer.add("Cast", mask, to="int64")
    count = layer.add("CumSum", present, np.asarray(1))
    lengths = layer.add("Cast", layer.add("ReduceSum", present, np.array([1]), keepdims=0), to="int32")
    every = layer.add("Add", layer.add("Mul", present, np.asarray(0)), np.asarray(1))
    place = layer.add("CumSum", every, np.asarray(1))
    rank = layer.add("Sub", layer.add("Mul", present, np.asarray(1 << 40)), place)
    ordered = layer.wiring.name("ranks")
    order = layer.wiring.name("order")
    layer.add("TopK", rank, layer.add("Shape", mask, start=1, end=2), axis=1, gives=ordered)
    layer.wiring.nodes[-1].outputs = [ordered, order]
    return Compacted(layer, _gathered(layer, x.name, order), lengths, mask, present, count)


def _gathered(layer: Layer, x: str, order: str) -> str:
    """Steps of x (entries, steps, numbers) in another order (entries, steps)."""
    index = layer.add("Expand", layer.add("Unsqueeze", order, np.array([2])), layer.add("Shape", x))
    return layer.add("GatherElements", x, index, axis=1)
