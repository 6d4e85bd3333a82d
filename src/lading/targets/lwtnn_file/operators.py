"""ONNX operators as nodes and layers of lwtnn: one function for each kind of operator.

Each takes the node and gives what its outputs are, or raises UnsupportedError with what cannot be said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...graph import Node
from ...sources.layers.activations import Activation
from ..layers.activations import activation_of
from ..layers.operands import Operands
from .growth import LINEAR, ONE, STEPS, VALUES, Growth, Item, affine, listed

__all__ = ["OPERATORS", "Reading"]


class Reading(Operands):
    """A node of the model: its operands as items or constants."""

    def __init__(self, node: Node, items: Mapping[str, Item], weights: Mapping[str, np.ndarray], growth: Growth):
        super().__init__(node, weights, "lwtnn")
        self.growth, self._items = growth, items

    def item(self, at: int, whole: bool = True) -> Item:
        """Operand ``at`` as a value of lwtnn; ``whole``: with all its values and steps."""
        operand = self.node.inputs[at] if self.has(at) else ""
        found = self._items.get(operand) if isinstance(operand, str) else None
        if found is None:
            raise self.refuse(f"operand {at} is no vector or sequence of lwtnn")
        if found.gated:
            raise self.refuse("lwtnn multiplies values with each other in highway layers only")
        if whole and (found.kept is not None or found.last):
            raise self.refuse("lwtnn has no node for a part of a vector or of a sequence")
        return found

    def operand(self, at: int) -> Item:
        """Operand ``at``, 1 minus an item too."""
        operand = self.node.inputs[at]
        found = self._items.get(operand) if isinstance(operand, str) else None
        return found if found is not None and len(found.gated) == 1 else self.item(at)

    def gated(self, at: int) -> tuple[Item, ...]:
        """The parts of operand ``at``, if it is no node yet."""
        operand = self.node.inputs[at]
        found = self._items.get(operand) if isinstance(operand, str) else None
        return () if found is None else found.gated

    def row(self, array: np.ndarray, x: Item) -> np.ndarray:
        """A constant that broadcasts along the values of ``x``."""
        if array.size == 1:
            return np.full(x.width, array.ravel()[0], np.float64)
        shape = (1,) * (len(x.axes) - array.ndim) + array.shape
        if len(shape) != len(x.axes) or any(
            length != (x.width if use == VALUES else 1) for length, use in zip(shape, x.axes, strict=True)
        ):
            raise self.refuse(f"a constant of shape {list(array.shape)} is not one number for each of {x.width} values")
        return array.astype(np.float64).ravel()


# ----------------------------------------------------------------------------------------------- dense


def _product(r: Reading) -> list[Item]:
    """Gemm and MatMul with constant weights."""
    x, w = r.item(0), r.matrix()
    if not x.axes or x.axes[-1] != VALUES:
        raise r.refuse("is no product of a vector with a matrix of the file")
    if w.shape[1] != x.width:
        raise r.refuse(f"weights for {w.shape[1]} values, where {x.width} go in")
    bias = None
    if r.has(2):
        bias = r.row(r.need(2), replace(x, width=len(w))) * np.float64(r.get("beta", 1.0))
    return [r.growth.dense(x, w, bias)]


def _sum(r: Reading) -> list[Item]:
    """Add and Sub: a bias, or the sum of vectors."""
    sign = -1.0 if r.node.operator == "Sub" else 1.0
    for at in (0, 1) if sign > 0 else (1,):
        if len(r.node.inputs) == 2 and (constant := r.constant(at)) is not None:
            return [_biased(r, r.item(1 - at), sign * r.row(constant, r.item(1 - at)))]
    if sign < 0:
        return [_rest(r)]
    if (highway := _highway(r)) is not None:
        return [highway]
    items = [r.item(at) for at in range(len(r.node.inputs))]
    if len({each.width for each in items}) > 1 or any(each.is_sequence for each in items):
        raise r.refuse("lwtnn adds vectors of one length, no sequences")
    return [r.growth.add("add", [each.node for each in items], items[0].axes, items[0].width)]


def _rest(r: Reading) -> Item:
    """1 - x, as in a highway."""
    one = r.constant(0)
    if one is None or one.size != 1 or one.ravel()[0] != 1:
        raise r.refuse("lwtnn adds vectors, and subtracts nothing but numbers of the file")
    return replace(r.item(1), gated=(r.item(1),))


def _highway(r: Reading) -> Item | None:
    """carry * transform + (1 - carry) * x, both of them dense layers of x."""
    products = [r.gated(at) for at in (0, 1)] if len(r.node.inputs) == 2 else []
    if not all(len(each) == 2 for each in products) or not products:
        return None
    rest = [side for side in products if any(len(each.gated) == 1 for each in side)]
    gate = [side for side in products if side not in rest]
    if len(rest) != 1 or len(gate) != 1:
        return None
    opened = next(each for each in rest[0] if each.gated)
    x = next((each for each in rest[0] if not each.gated), opened)
    carry = opened.gated[0]
    transform = [each for each in gate[0] if each.node != carry.node]
    layers = [r.growth.layers.get(each.node, {}) for each in (carry, *transform)]
    of_x = all(r.growth.nodes[each.node]["sources"] == [x.node] for each in (carry, *transform))
    if len(transform) != 1 or not of_x or [each.get("architecture") for each in layers] != ["dense", "dense"]:
        return None
    if layers[0]["activation"] != "sigmoid" or not all(each["weights"] for each in layers):
        return None
    parts = {name: {"weights": each["weights"], "bias": each["bias"]}
             for name, each in zip(("carry", "t"), layers, strict=True)}  # fmt: skip
    layer = {"architecture": "highway", "components": parts, "activation": layers[1]["activation"]}
    return r.growth.layer(replace(x, gated=()), layer, x.width)


def _biased(r: Reading, x: Item, bias: np.ndarray) -> Item:
    layer = r.growth.last_layer(x)
    if layer is not None and layer["architecture"] == "dense" and layer["weights"] and not layer["bias"]:
        layer["bias"] = listed(bias)
        return x
    return r.growth.dense(x, None, bias)


def _scaled(r: Reading) -> list[Item]:
    """Mul and Div by numbers of the file: a normalization, with the bias before it if there is one."""
    at = next((at for at in (1, 0) if r.constant(at) is not None), None)
    if at is None and r.node.operator == "Mul":
        sides = tuple(r.operand(each) for each in (0, 1))
        return [replace(sides[0], gated=sides)]
    if at is None or (r.node.operator == "Div" and at == 0):
        raise r.refuse("lwtnn multiplies by numbers of the file only")
    x = r.item(1 - at)
    factor = r.row(r.need(at), x)
    factor = 1 / factor if r.node.operator == "Div" else factor
    layer = r.growth.last_layer(x)
    if layer is not None and layer["architecture"] == "dense" and not layer["weights"]:
        bias = layer["bias"] or [0.0] * x.width
        layer.clear()
        layer.update({"architecture": "normalization", "weights": listed(factor), "bias": bias, "activation": LINEAR})
        return [x]
    return [_normalization(r, x, factor, np.zeros(x.width))]


def _normalization(r: Reading, x: Item, factor: np.ndarray, bias: np.ndarray) -> Item:
    return r.growth.layer(x, {"architecture": "normalization", **affine(factor, bias), "activation": LINEAR}, x.width)


def _batch_normalization(r: Reading) -> list[Item]:
    x = r.item(0)
    scale, shift, mean, variance = (r.need(at).astype(np.float64).ravel() for at in range(1, 5))
    if len(x.axes) < 2 or x.axes[1] != VALUES or any(len(each) != x.width for each in (scale, shift, mean, variance)):
        raise r.refuse("normalizes something else than the values of a vector")
    y = _normalization(r, x, scale / np.sqrt(variance + np.float64(r.get("epsilon", 1e-5))), -mean)
    return [y if not shift.any() else r.growth.dense(y, None, shift)]


def _maxout(r: Reading) -> list[Item]:
    """Max of linear layers of one vector."""
    items = [r.item(at) for at in range(len(r.node.inputs))]
    layers = [r.growth.last_layer(each) for each in items]
    sources = {r.growth.nodes[each.node]["sources"][0] for each in items}
    if len(sources) != 1 or not all(each and each["architecture"] == "dense" for each in layers):
        raise r.refuse("lwtnn takes the maximum of linear layers of one vector only (maxout)")
    pieces = [{"weights": each["weights"], "bias": each["bias"]} for each in layers if each is not None]
    if not all(piece["weights"] for piece in pieces) or len({each.width for each in items}) > 1:
        raise r.refuse("lwtnn takes the maximum of linear layers of one vector only (maxout)")
    x = replace(items[0], node=sources.pop())
    return [r.growth.layer(x, {"architecture": "maxout", "sublayers": pieces}, items[0].width)]


# ----------------------------------------------------------------------------------------- activations

#: Functions of lwtnn by the names of ``sources.layers.activations``.
NAMES = {"relu": "rectified", "sigmoid": "sigmoid", "tanh": "tanh", "abs": "abs", "linear": LINEAR}
WITH_ALPHA = {"elu": "elu", "leaky_relu": "leakyrelu", "swish": "swish"}


def _activation(r: Reading) -> list[Item]:
    return [_activated(r, r.item(0), named(r, activation_of(r)))]


def named(r: Operands, function: Activation) -> Any:
    """How lwtnn writes a function. Raises UnsupportedError for one that it does not have."""
    if function.name in NAMES:
        return NAMES[function.name]
    if function.name in WITH_ALPHA:
        return {"function": WITH_ALPHA[function.name], "alpha": function.parameter()}
    if function.name != "hard_sigmoid":
        raise r.refuse(f"activation '{function.name}' is none of lwtnn")
    if np.float32(function.parameter()) != np.float32(0.2):
        raise r.refuse(f"a hard sigmoid with alpha {function.parameter():g}; that of lwtnn has 0.2")
    return "hard_sigmoid"


def _softmax(r: Reading) -> list[Item]:
    x = r.item(0)
    use = x.axis(r.get("axis", -1) % len(x.axes))
    layer = r.growth.last_layer(x)
    is_convolution = layer is not None and layer["architecture"] == "conv1d"
    if use == STEPS and layer is not None and is_convolution:
        layer["activation"] = "softmax"
        return [x]
    if use != VALUES:
        raise r.refuse("lwtnn has a softmax over the values of a vector (over steps: in conv1d only)")
    return [r.growth.dense(x, None, None, "softmax") if is_convolution else _activated(r, x, "softmax")]


def _activated(r: Reading, x: Item, activation: Any) -> Item:
    layer = r.growth.last_layer(x)
    if layer is not None and layer["architecture"] in ("dense", "conv1d"):
        layer["activation"] = activation
        return x
    return r.growth.dense(x, None, None, activation)


# ----------------------------------------------------------------------------------------------- shape


def _same(r: Reading) -> list[Item]:
    return [r.item(0, whole=False)]


def _transpose(r: Reading) -> list[Item]:
    x = r.item(0, whole=False)
    perm = r.get("perm", [*range(len(x.axes))][::-1])
    return [replace(x, axes=tuple(x.axes[at] for at in perm))]


def _unsqueeze(r: Reading) -> list[Item]:
    x = r.item(0, whole=False)
    axes, added = list(x.axes), [int(each) for each in r.need(1).ravel()]
    for at in sorted(each % (len(x.axes) + len(added)) for each in added):
        axes.insert(at, ONE if VALUES in axes or x.width != 1 or at < len(axes) else VALUES)
    return [replace(x, axes=tuple(axes))]


def _squeeze(r: Reading) -> list[Item]:
    x = r.item(0, whole=False)
    gone = [int(each) % len(x.axes) for each in r.need(1).ravel()]
    if any(x.axes[at] == STEPS or (x.axes[at] == VALUES and x.width != 1) for at in gone):
        raise r.refuse("takes away an axis that holds more than one number")
    return [x.without(*gone)]


def _reshape(r: Reading) -> list[Item]:
    """To what the value is already: (entries, values)."""
    x = r.item(0, whole=False)
    wanted = [1, -1] if r.node.operator == "Flatten" else [int(each) for each in r.need(1).ravel()]
    rest = tuple(use for use in x.axes if use != ONE)
    if x.width == 1 and set(rest) == {STEPS, VALUES} and wanted == [-1, 1]:
        return [replace(x, axes=(STEPS, VALUES))]
    if rest != (VALUES,) or len(wanted) != 2 or wanted[1] not in (-1, x.width):
        raise r.refuse("lwtnn reshapes nothing")
    return [replace(x, axes=(ONE, VALUES))]


def _reduce_sum(r: Reading) -> list[Item]:
    x = r.item(0, whole=False)
    axes = [int(each) % len(x.axes) for each in r.need(1).ravel()] if r.has(1) else []
    if len(axes) != 1 or x.axes[axes[0]] != STEPS or x.kept is not None:
        raise r.refuse("lwtnn sums over the steps of a sequence only")
    kept = x.axes[: axes[0]] + ((ONE,) if r.get("keepdims", 1) else ()) + x.axes[axes[0] + 1 :]
    if x.last:  # the sum over one step
        return [replace(x, axes=kept, last=False)]
    return [r.growth.add("sum", [x.node], kept, x.width)]


def _slice(r: Reading) -> list[Item]:
    """The first values, which an output may leave it at; or the last step."""
    x = r.item(0)
    begin, end = (int(r.need(at).ravel()[0]) for at in (1, 2))
    axes, step = r.need(3).ravel() if r.has(3) else np.array([0]), r.need(4).ravel() if r.has(4) else np.array([1])
    use = x.axis(int(axes[0])) if len(axes) == 1 and step[0] == 1 else ONE
    if use == VALUES and begin == 0 and 0 < end < x.width:
        return [replace(x, kept=end)]
    if use == STEPS and begin == -1 and end > 1 << 31 and r.growth.nodes[x.node]["type"] == "sequence":
        return [replace(x, last=True)]
    raise r.refuse("lwtnn has no node for a part of a vector or of a sequence")


def _pad(r: Reading) -> list[Item]:
    """NaN behind the steps of an output that has fewer than go in: lwtnn leaves them out."""
    x, pads = r.item(0, whole=False), r.need(1).ravel()
    filler = r.constant(2)
    if filler is None or not np.isnan(filler).all() or x.axes != (STEPS, VALUES) or list(np.flatnonzero(pads)) != [2]:
        raise r.refuse("lwtnn pads in conv1d only")
    return [x]


def _gather(r: Reading) -> list[Item]:
    """The last step of a layer on a sequence."""
    x, index = r.item(0), r.need(1)
    axis = int(r.get("axis", 0)) % len(x.axes)
    is_last = index.size == 1 and int(index.ravel()[0]) == -1 and x.axes[axis] == STEPS
    if not is_last or r.growth.nodes[x.node]["type"] != "sequence":
        raise r.refuse("lwtnn has no node for a part of a vector or of a sequence")
    axes = x.axes[:axis] + (ONE,) * index.ndim + x.axes[axis + 1 :]
    return [replace(x, axes=axes)]


def _concat(r: Reading) -> list[Item]:
    items = [r.item(at) for at in range(len(r.node.inputs))]
    axis = int(r.get("axis", 0)) % len(items[0].axes)
    if any(each.is_sequence or each.axes[axis] != VALUES for each in items):
        raise r.refuse("lwtnn joins the values of vectors only")
    width = sum(each.width for each in items)
    return [r.growth.add("concatenate", [each.node for each in items], items[0].axes, width)]


OPERATORS: dict[str, Callable[[Reading], list[Item]]] = {
    "Gemm": _product, "MatMul": _product, "Add": _sum, "Sub": _sum, "Sum": _sum, "Mul": _scaled, "Div": _scaled,
    "BatchNormalization": _batch_normalization, "Max": _maxout, "Softmax": _softmax,
    **dict.fromkeys(("Relu", "Sigmoid", "Tanh", "Abs", "Elu", "LeakyRelu", "Swish", "HardSigmoid", "PRelu"),
                    _activation),
    "Identity": _same, "Cast": _same, "Dropout": _same, "Transpose": _transpose, "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze, "Reshape": _reshape, "Flatten": _reshape, "ReduceSum": _reduce_sum, "Slice": _slice,
    "Gather": _gather, "Concat": _concat, "Pad": _pad,
}  # fmt: skip
