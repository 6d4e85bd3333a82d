"""Recurrent layers, convolutions and pooling as layers of Keras, whose channels stand last."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...sources.layers.recurrent import Cell
from ..layers.recurrent import cells_of, summed_bias
from .functions import name_of
from .growth import ENTRY, ONE, Axis, Item
from .reading import Reading

__all__ = ["convolution", "pooling", "recurrent"]

#: The gates of each kind in the order of Keras.
GATES = {"LSTM": "ifco", "GRU": "zrh", "RNN": "h"}
KINDS = {"LSTM": "LSTM", "GRU": "GRU", "RNN": "SimpleRNN"}


# ------------------------------------------------------------------------------------------- recurrent


def recurrent(r: Reading) -> list[Item]:
    """All steps and the last one: a layer for each of the two that is read."""
    cells, layout = cells_of(r), int(r.get("layout", 0))
    backwards = str(r.get("direction", "forward")) == "reverse"
    x = r.arranged(0, 0, 1, 2) if layout else r.arranged(0, 1, 0, 2)
    if backwards and r.gives(0):
        raise r.refuse("gives all steps of a direction that runs backwards, which Keras gives the last one first")
    steps, units, batch = x.shape[0], cells[0].units, r.growth.batch
    both, width = len(cells) == 2, units * len(cells)
    found = [Item(ENTRY, (), (), x.type)] * 2
    direction: Axis = (2, True) if both else ONE
    inside: Axis = (2, False) if both else 2
    if r.gives(0):
        whole = _layer(r, cells, x, (steps, width), True, backwards)
        axes = (batch, 1, direction, inside) if layout else (1, direction, batch, inside)
        found[0] = replace(whole, axes=axes)
    if r.gives(1):
        last = _layer(r, cells, x, (width,), False, backwards)
        direction, inside = ((1, True), (1, False)) if both else (ONE, 1)
        found[1] = replace(last, axes=(batch, direction, inside) if layout else (direction, batch, inside))
    return found


def _layer(r: Reading, cells: list[Cell], x: Item, shape: tuple[int | None, ...], whole: bool,
           backwards: bool) -> Item:  # fmt: skip
    kind, cell = KINDS[cells[0].kind], cells[0]
    said = {"units": cell.units, "return_sequences": whole, "go_backwards": backwards, **_functions(r, cell)}
    if len(cells) == 1:
        return r.growth.layer(kind, r.name, [x], shape, {"cell": _arrays(cell)}, **said)
    inner = [_inner(kind, f"{way}_{r.name}", x.type, {**said, "go_backwards": way == "backward"})
             for way in ("forward", "backward")]  # fmt: skip
    weights = {f"{way}_layer/cell": _arrays(each) for way, each in zip(("forward", "backward"), cells, strict=True)}
    return r.growth.layer("Bidirectional", r.name, [x], shape, weights, layer=inner[0], backward_layer=inner[1],
                          merge_mode="concat")  # fmt: skip


def _inner(kind: str, name: str, type_: str, said: dict[str, Any]) -> dict[str, Any]:
    """A layer inside another one."""
    return {"module": "keras.layers", "class_name": kind, "registered_name": None,
            "config": {"name": name, "trainable": True, "dtype": type_, **said}}  # fmt: skip


def _functions(r: Reading, cell: Cell) -> dict[str, Any]:
    functions = [cell.activation, cell.inner]
    names = [name_of(r, each) for each in functions]
    for name, function in zip(names, functions, strict=True):
        if not name:
            number = "" if function.alpha is None else f" with alpha {function.alpha:g}"
            raise r.refuse(f"has the activation {function.name}{number}, which Keras 3 has not inside a layer")
    said: dict[str, Any] = {"activation": names[0], "use_bias": True}
    if cell.kind != "RNN":
        said["recurrent_activation"] = names[1]
    if cell.kind == "GRU":
        said["reset_after"] = cell.reset_after
    return said


def _arrays(cell: Cell) -> list[np.ndarray]:
    """Kernel (inputs, gates), recurrent kernel and bias; of a GRU that resets after the product two rows of biases."""
    gates = GATES[cell.kind]
    kernel, state = (np.concatenate([each[gate] for gate in gates]).T for each in (cell.kernel, cell.recurrent))
    if cell.reset_after:
        return [kernel, state, np.stack([np.concatenate([each[gate] for gate in gates])
                                         for each in (cell.bias, cell.recurrent_bias)])]  # fmt: skip
    bias = summed_bias(cell)
    return [kernel, state, np.concatenate([bias[gate] for gate in gates])]


# ----------------------------------------------------------------------------------------------- space


def _space(r: Reading) -> tuple[Item, int]:
    """Operand 0 with its channels last, and how many axes there are between entries and channels."""
    rank = len(r.item(0).axes) - 2
    if rank not in (1, 2):
        raise r.refuse(f"over {rank} axes; those over 1 and 2 are written")
    return r.arranged(0, 0, *range(2, rank + 2), 1), rank


def _numbers(r: Reading, name: str, rank: int, usual: int = 1) -> list[int]:
    return [int(each) for each in r.get(name, [usual] * rank)]


def _pads(r: Reading, rank: int, size: list[int], dilation: list[int], strides: list[int],
          lengths: tuple[int | None, ...]) -> list[tuple[int, int]]:  # fmt: skip
    """Zeros before and after on each axis."""
    automatic = str(r.get("auto_pad", "NOTSET"))
    if automatic in ("NOTSET", "VALID"):
        pads = _numbers(r, "pads", 2 * rank, 0) if automatic == "NOTSET" else [0] * 2 * rank
        return list(zip(pads[:rank], pads[rank:], strict=True))
    same = _same(r, size, dilation, strides, lengths)
    return same if automatic == "SAME_UPPER" else [(large, small) for small, large in same]


def _same(r: Reading, size: list[int], dilation: list[int], strides: list[int],
          lengths: tuple[int | None, ...]) -> list[tuple[int, int]]:  # fmt: skip
    """The zeros that keep a length, of which an odd one goes to the end."""
    found = []
    for k, d, s, n in zip(size, dilation, strides, lengths, strict=True):
        if s != 1 and n is None:
            raise r.refuse("pads a sequence by its length, in strides")
        total = (k - 1) * d if s == 1 else max((-(-int(n or 1) // s) - 1) * s + (k - 1) * d + 1 - int(n or 1), 0)
        found.append((total // 2, total - total // 2))
    return found


def _padding(r: Reading, pads: list[tuple[int, int]], size: list[int], dilation: list[int], strides: list[int],
             lengths: tuple[int | None, ...]) -> str:  # fmt: skip
    """How Keras calls these zeros, if it has a name for them."""
    if all(each == (0, 0) for each in pads):
        return "valid"
    if len(size) == 1 and pads[0] == ((size[0] - 1) * dilation[0], 0):
        return "causal"
    known = max(strides) == 1 or None not in lengths
    return "same" if known and pads == _same(r, size, dilation, strides, lengths) else ""


def _lengths(x: Item, pads: list[tuple[int, int]], size: list[int], dilation: list[int],
             strides: list[int]) -> list[int | None]:  # fmt: skip
    return [None if n is None else (n + sum(pad) - (k - 1) * d - 1) // s + 1
            for n, pad, k, d, s in zip(x.shape, pads, size, dilation, strides, strict=False)]  # fmt: skip


def _channels_first(r: Reading, made: Item, rank: int) -> Item:
    return replace(made, axes=(r.growth.batch, rank + 1, *range(1, rank + 1)))


def convolution(r: Reading) -> list[Item]:
    """Conv with the zeros that it puts around as a layer of its own."""
    x, rank = _space(r)
    w = r.need(1)
    size, groups = list(w.shape[2:]), int(r.get("group", 1))
    strides, dilation = _numbers(r, "strides", rank), _numbers(r, "dilations", rank)
    if x.shape[-1] != w.shape[1] * groups:
        raise r.refuse(f"weights for {w.shape[1] * groups} channels, where {x.shape[-1]} go in")
    if max(strides) > 1 and max(dilation) > 1:
        raise r.refuse("has strides and dilations, of which Keras takes one")
    pads = _pads(r, rank, size, dilation, strides, x.shape[:-1])
    shape = [*_lengths(x, pads, size, dilation, strides), len(w)]
    padding = _padding(r, pads, size, dilation, strides, x.shape[:-1])
    if not padding:
        padded = [None if n is None else n + sum(pad) for n, pad in zip(x.shape, pads, strict=False)]
        x = r.growth.layer(f"ZeroPadding{rank}D", f"{r.name}_padding", [x], [*padded, x.shape[-1]],
                           padding=list(pads[0]) if rank == 1 else [list(each) for each in pads])  # fmt: skip
    weights = [np.moveaxis(w, (0, 1), (-1, -2)), *([r.need(2)] if r.has(2) else [])]
    made = r.growth.layer(f"Conv{rank}D", r.name, [x], shape, {"": weights}, filters=len(w), kernel_size=size,
                          strides=strides, dilation_rate=dilation, groups=groups, padding=padding or "valid",
                          activation="linear", use_bias=len(weights) > 1)  # fmt: skip
    return [_channels_first(r, made, rank)]


def pooling(r: Reading) -> list[Item]:
    """MaxPool and AveragePool without anything around."""
    x, rank = _space(r)
    size = _numbers(r, "kernel_shape", rank)
    strides, dilation = _numbers(r, "strides", rank), _numbers(r, "dilations", rank)
    pads = _pads(r, rank, size, dilation, strides, x.shape[:-1])
    padded = any(each != (0, 0) for each in pads)
    same = padded and r.node.operator == "MaxPool" and pads == _same(r, size, dilation, strides, x.shape[:-1])
    if (padded and not same) or max(dilation) > 1 or r.get("ceil_mode", 0) or r.gives(1):
        raise r.refuse("pads, dilates, rounds up or gives places; pooling without these is written")
    kind = "MaxPooling" if r.node.operator == "MaxPool" else "AveragePooling"
    made = r.growth.layer(f"{kind}{rank}D", r.name, [x], [*_lengths(x, pads, size, dilation, strides), x.shape[-1]],
                          pool_size=size, strides=strides, padding="same" if same else "valid")  # fmt: skip
    return [_channels_first(r, made, rank)]
