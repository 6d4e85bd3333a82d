"""Recurrent layers and convolutions as layers of lwtnn."""

from __future__ import annotations

import numpy as np

from ...sources.layers.recurrent import GATES
from ..layers.recurrent import cells_of, summed_bias
from .growth import LINEAR, ONE, STEPS, VALUES, Item, affine, listed
from .operators import Reading, named

__all__ = ["convolution", "recurrent"]

KINDS = {"LSTM": "lstm", "GRU": "gru", "RNN": "simplernn"}


def recurrent(r: Reading) -> list[Item]:
    """LSTM, GRU and RNN in one direction. The second output, the last step, is the same node as a vector."""
    x, kind, layout = r.item(0), r.node.operator, int(r.get("layout", 0))
    steps, others = (1, 0) if layout else (0, 1)
    if len(x.axes) != 3 or x.axes[steps] != STEPS or x.axes[others] != ONE or x.axes[2] != VALUES:
        raise r.refuse("runs over something else than the steps of a sequence")
    _refuse(r)
    (cell,) = cells_of(r)
    units, bias = cell.units, summed_bias(cell)
    parts = {gate: {**affine(cell.kernel[gate], bias[gate]), "U": listed(cell.recurrent[gate])} for gate in GATES[kind]}
    layer = {"architecture": KINDS[kind], "components": parts, "activation": named(r, cell.activation),
             "inner_activation": named(r, cell.inner)}  # fmt: skip
    whole = r.growth.layer(x, layer, units, "sequence")
    axes = (STEPS, ONE, ONE, VALUES) if not layout else (ONE, STEPS, ONE, VALUES)
    one = Item(whole.node, (ONE, ONE, VALUES), units)
    return [Item(whole.node, axes, units), one]


def _refuse(r: Reading) -> None:
    if r.get("direction", "forward") != "forward":
        raise r.refuse(f"runs {r.get('direction', '')}; lwtnn runs forward")
    if r.node.operator == "GRU" and r.get("linear_before_reset", 0):
        raise r.refuse("a GRU that resets after the product (linear_before_reset), which lwtnn does not have")


def convolution(r: Reading) -> list[Item]:
    """Conv along the steps, without strides or groups, with the zeros that lwtnn can put around."""
    x, w = r.item(0), r.need(1)
    if x.axes != (ONE, VALUES, STEPS) or w.ndim != 3 or w.shape[1] != x.width:
        raise r.refuse("runs over something else than the steps of a sequence")
    if r.get("group", 1) != 1 or any(each != 1 for each in r.get("strides", [1])):
        raise r.refuse("has groups or strides, which lwtnn does not have")
    dilation = int(r.get("dilations", [1])[0])
    total = (w.shape[2] - 1) * dilation
    bias = r.need(2) if r.has(2) else np.zeros(len(w))
    layer = {"architecture": "conv1d", **affine(w, bias), "padding": _padding(r, total), "dilation_rate": dilation,
             "activation": LINEAR}  # fmt: skip
    return [r.growth.layer(x, layer, len(w), "sequence")]


def _padding(r: Reading, total: int) -> str:
    automatic = r.get("auto_pad", "NOTSET")
    smaller, larger = total // 2, total - total // 2
    pads = {"VALID": [0, 0], "SAME_UPPER": [smaller, larger], "SAME_LOWER": [larger, smaller]}.get(
        automatic, [int(each) for each in r.get("pads", [0, 0])])  # fmt: skip
    known = {"valid": [0, 0], "same": [larger, smaller], "causal": [total, 0]}
    for name, each in known.items():
        if pads == each:
            return name
    raise r.refuse(f"puts {pads[0]} zeros before and {pads[1]} after; lwtnn puts "
                   + ", or ".join(f"{a} and {b} ({name})" for name, (a, b) in known.items()))  # fmt: skip
