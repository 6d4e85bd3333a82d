"""ONNX operators as layers of Keras, and as functions of ``keras.ops`` where there is no layer.

Each takes the node and gives what its outputs are, or raises UnsupportedError with what cannot be said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from .functions import ACTIVE, ONE_VALUE
from .growth import ENTRY, ONE, Item
from .inputs import scaled
from .reading import Reading
from .sequences import convolution, pooling, recurrent
from .shapes import SHAPES

__all__ = ["OPERATORS"]

# ----------------------------------------------------------------------------------------------- dense


def _product(r: Reading) -> list[Item]:
    """Gemm and MatMul: a Dense on the last axis, or the product of two values."""
    if r.constant(1) is None and r.node.operator == "MatMul":
        a, b = r.plain(0), r.plain(1)
        if len(a.shape) != len(b.shape) or len(a.shape) < 2:
            raise r.refuse("a product of values with different numbers of axes")
        return [r.growth.function("Matmul", r.name, [a, b], (*a.shape[:-1], b.shape[-1]))]
    x, w = r.rows(0), r.matrix()
    if x.shape[-1:] != (w.shape[1],):
        raise r.refuse(f"weights for {w.shape[1]} values, where {x.shape[-1] if x.shape else 'none'} go in")
    weights = [w.T]
    if r.has(2):
        bias = r.need(2) * np.float64(r.get("beta", 1.0))
        if bias.size not in (1, len(w)) or bias.shape[-1:] not in ((), (1,), (len(w),)):
            raise r.refuse(f"a bias of shape {list(bias.shape)} for {len(w)} values")
        weights.append(np.broadcast_to(bias.ravel(), (len(w),)))
    made = r.growth.layer("Dense", r.name, [x], (*x.shape[:-1], len(w)), {"": weights}, units=len(w),
                          activation="linear", use_bias=len(weights) > 1)  # fmt: skip
    return [r.same(x, made)]


def _batch_normalization(r: Reading) -> list[Item]:
    x = r.item(0)
    axis = r.axis(x, 1)
    weights = [r.need(at).ravel() for at in range(1, 5)]
    if any(len(each) != x.shape[axis - 1] for each in weights):
        raise r.refuse("normalizes another axis than the second one")
    made = r.growth.layer("BatchNormalization", r.name, [r.growth.whole(x)], x.shape, {"": weights}, axis=axis,
                          epsilon=float(np.float32(r.get("epsilon", 1e-5))))  # fmt: skip
    return [r.same(x, made)]


def _layer_normalization(r: Reading) -> list[Item]:
    x = r.rows(0)
    if r.axis(x, r.get("axis", -1)) != len(x.shape) or r.gives(1) or r.gives(2):
        raise r.refuse("normalizes several axes, or gives its mean; a LayerNormalization of Keras does neither here")
    weights = [r.need(1).ravel(), *([r.need(2).ravel()] if r.has(2) else [])]
    made = r.growth.layer("LayerNormalization", r.name, [x], x.shape, {"": weights}, axis=-1, center=len(weights) > 1,
                          epsilon=float(np.float32(r.get("epsilon", 1e-5))))  # fmt: skip
    return [r.same(x, made)]


# ------------------------------------------------------------------------------------------ arithmetic

#: Operators on values: the layer; and the function for what has none.
MERGED = {"Add": "Add", "Sum": "Add", "Sub": "Subtract", "Mul": "Multiply", "Max": "Maximum", "Min": "Minimum",
          "Mean": "Average", "Div": "Divide", "Pow": "Power"}  # fmt: skip


def _arithmetic(r: Reading) -> list[Item]:
    constants = [at for at in range(len(r.node.inputs)) if r.constant(at) is not None]
    if constants:
        return [_with_number(r, constants)]
    items, kind = r.alike(), MERGED[r.node.operator]
    if len(items) == 1:
        return items
    if kind in ("Divide", "Power", "Average") and not items[0].type.startswith("float"):
        raise r.refuse(f"is computed in {items[0].type}, where Keras goes on with a fraction")
    shape = tuple(_broadcast(r, [each.shape[at] for each in items]) for at in range(len(items[0].shape)))
    whole = [r.growth.whole(each) for each in items]
    make = r.growth.function if kind in ("Divide", "Power") else r.growth.layer
    return [r.same(items[0], make(kind, r.name, whole, shape))]


def _broadcast(r: Reading, lengths: list[int | None]) -> int | None:
    longest = {each for each in lengths if each != 1}
    if len(longest) > 1:
        raise r.refuse(f"values of the lengths {lengths} do not fit each other")
    return next(iter(longest), 1)


def _with_number(r: Reading, constants: list[int]) -> Item:
    """A value and a constant."""
    if len(r.node.inputs) != 2 or len(constants) != 1:
        raise r.refuse("several constants together; Keras has layers on results")
    at, operator = constants[0], r.node.operator
    x, array = r.item(1 - at), r.need(constants[0])
    number, whole = r.row(array, x), r.growth.whole(r.item(1 - at))
    if not x.type.startswith("float"):
        raise r.refuse(f"arithmetic of {x.type}")
    if operator == "Add" and (layer := r.growth.open(x, *ACTIVE)) is not None and not layer.config["use_bias"]:
        layer.weights[""].append(np.broadcast_to(np.asarray(number), (layer.weights[""][0].shape[-1],)))
        layer.config["use_bias"] = True
        return x
    if operator in ("Add", "Mul") or (operator == "Sub" and at == 1):
        if operator == "Sub":
            number = [-each for each in number] if isinstance(number, list) else -number
        return r.same(x, scaled(r.growth, whole, "multiply" if operator == "Mul" else "add", number, r.name))
    if operator == "Div" and at == 1 and min(_listed(number)) >= 1e-7 and max(_listed(number)) <= 1e15:
        return r.same(x, scaled(r.growth, whole, "divide", number, r.name))
    return r.same(x, _with_one(r, whole, number, at, operator))


def _with_one(r: Reading, x: Item, number: float | list[float], at: int, operator: str) -> Item:
    """A function of a value and one number."""
    if isinstance(number, list):
        raise r.refuse("Keras does this with one number, not with one for each column")
    return r.growth.function(MERGED[operator], r.name, [x], x.shape, (number, None) if at == 0 else (None, number))


def _listed(number: float | list[float]) -> list[float]:
    return number if isinstance(number, list) else [number]


COMPARED = {"Less": "Less", "LessOrEqual": "LessEqual", "Greater": "Greater", "GreaterOrEqual": "GreaterEqual",
            "Equal": "Equal", "And": "LogicalAnd", "Or": "LogicalOr", "Xor": "LogicalXor",
            "Where": "Where"}  # fmt: skip


def _compared(r: Reading) -> list[Item]:
    """Comparisons and choices, of values with each other and with single numbers."""
    places = [at for at in range(len(r.node.inputs)) if r.constant(at) is None]
    items = r.alike(places, r.node.operator != "Where")
    call: list[Any] = [None] * len(r.node.inputs)
    for at in set(range(len(call))) - set(places):
        number = r.row(r.need(at), items[0])
        if isinstance(number, list):
            raise r.refuse("Keras does this with one number, not with one for each column")
        call[at] = number
    shape = tuple(_broadcast(r, [each.shape[at] for each in items]) for at in range(len(items[0].shape)))
    types = [item.type for item, at in zip(items, places, strict=True) if at > 0]
    type_ = "bool" if r.node.operator != "Where" else next(iter(types), "float32")
    whole = [r.growth.whole(each) for each in items]
    return [r.same(items[0], r.growth.function(COMPARED[r.node.operator], r.name, whole, shape, tuple(call),
                                               type_=type_))]  # fmt: skip


# ------------------------------------------------------------------------------------------- reductions

REDUCED = {"ReduceMean": "Mean", "ReduceSum": "Sum", "ReduceMax": "Max", "ReduceMin": "Min", "ReduceProd": "Prod"}
GLOBAL = {"ReduceMean": "GlobalAveragePooling1D", "ReduceMax": "GlobalMaxPooling1D"}


def _reduced(r: Reading) -> list[Item]:
    x = r.item(0)
    given = [int(each) % len(x.axes) for each in r.need(1).ravel()] if r.has(1) else []
    if not given:
        raise r.refuse("reduces all axes, those of the entries too")
    gone = [r.axis(x, at) for at in given if x.axes[at] != ONE]
    keep, operator = bool(r.get("keepdims", 1)), r.node.operator
    shape = [n for at, n in enumerate(x.shape, 1) if at not in gone]
    axes: list[Any] = [ONE if at in given else axis for at, axis in enumerate(x.axes) if keep or at not in given]
    left = [axis - sum(one < axis for one in gone) if isinstance(axis, int) and axis > ENTRY else axis for axis in axes]
    if any(isinstance(axis, tuple) for axis in axes):
        raise r.refuse("reduces a value that is two directions of a recurrent layer")
    whole = r.growth.whole(x)
    if gone == [1] and len(x.shape) == 2 and operator in GLOBAL and x.type.startswith("float"):
        made = r.growth.layer(GLOBAL[operator], r.name, [whole], shape)
    else:
        made = r.growth.function(REDUCED[operator], r.name, [whole], shape, axis=sorted(gone), keepdims=False)
    return [replace(made, axes=tuple(left))]


def _global(r: Reading) -> list[Item]:
    """GlobalAveragePool and GlobalMaxPool: the axes behind the second one stay, one long."""
    x = r.item(0)
    rank = len(x.axes) - 2
    if rank not in (1, 2):
        raise r.refuse(f"over {rank} axes; Keras has it over 1 and 2")
    whole = r.arranged(0, 0, *range(2, rank + 2), 1)
    kind = "Average" if r.node.operator == "GlobalAveragePool" else "Max"
    made = r.growth.layer(f"Global{kind}Pooling{rank}D", r.name, [whole], whole.shape[-1:])
    return [replace(made, axes=(r.growth.batch, 1, *[ONE] * rank))]


def _concat(r: Reading) -> list[Item]:
    items = r.alike()
    axis = r.axis(items[0], int(r.get("axis", 0)))
    lengths = [each.shape[axis - 1] for each in items]
    shape = list(items[0].shape)
    shape[axis - 1] = None if None in lengths else sum(n for n in lengths if n is not None)
    made = r.growth.layer("Concatenate", r.name, [r.growth.whole(each) for each in items], shape, axis=axis)
    return [r.same(items[0], made)]


def _same(r: Reading) -> list[Item]:
    if r.node.operator == "Dropout" and (r.gives(1) or (r.has(2) and r.need(2).any())):
        raise r.refuse("a dropout that is at work")
    return [r.item(0)]


OPERATORS: dict[str, Callable[[Reading], list[Item]]] = {
    "Gemm": _product, "MatMul": _product, "BatchNormalization": _batch_normalization,
    "LayerNormalization": _layer_normalization, **dict.fromkeys(MERGED, _arithmetic),
    **ONE_VALUE, "Identity": _same, "Dropout": _same,
    **dict.fromkeys(COMPARED, _compared), **dict.fromkeys(REDUCED, _reduced),
    "GlobalAveragePool": _global, "GlobalMaxPool": _global, "Concat": _concat,
    "LSTM": recurrent, "GRU": recurrent, "RNN": recurrent, "Conv": convolution, "MaxPool": pooling,
    "AveragePool": pooling, **SHAPES,
}  # fmt: skip
