"""Layers that shift and scale."""

from __future__ import annotations

import numpy as np

from .layer import Layer
from .roles import Role, trained
from .values import Value

__all__ = ["batch_normalization", "group_normalization", "layer_normalization", "normalization", "rescaling",
           "rms_normalization", "unit_normalization"]  # fmt: skip


def scale_and_center(layer: Layer) -> list[Role]:
    """"gamma" and "beta", if it has them."""
    return trained(*(["gamma"] if layer.flag("scale", True) else []), *(["beta"] if layer.flag("center", True) else []))


def layer_roles(layer: Layer) -> list[Role]:
    return trained("gamma") if layer.flag("rms_scaling", False) else scale_and_center(layer)


def batch_roles(layer: Layer) -> list[Role]:
    return [*scale_and_center(layer), Role("moving_mean", False), Role("moving_variance", False)]


def normalization_roles(layer: Layer) -> list[Role]:
    if layer.option("mean", None) is not None:
        return []
    return [Role("mean", False), Role("variance", False), Role("count", False)]


def _axis(layer: Layer, x: Value) -> int:
    axis = layer.option("axis", -1)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if type(axis) is not int or not -x.rank <= axis < x.rank or axis % x.rank == 0:
        layer.refuse(f"its axis is {axis!r}, for a value of {x.rank} axes")
    return int(axis % x.rank)


def _vector(layer: Layer, name: str, flag: str, n: int, usual: float) -> np.ndarray:
    return layer.array(name, n) if layer.flag(flag, True) else np.full(n, usual)


def _channel_second(layer: Layer, x: Value, axis: int) -> tuple[str, list[int] | None]:
    """With the axis right behind the entries, and the order that brings it back."""
    if axis == 1:
        return x.name, None
    order = [0, axis, *(at for at in range(1, x.rank) if at != axis)]
    return layer.add("Transpose", x, perm=order), [order.index(at) for at in range(x.rank)]


def batch_normalization(layer: Layer, x: Value) -> Value:
    """With the mean and the variance that training left behind."""
    if layer.config.get("mode", 0) != 0:
        layer.refuse(f"its mode is {layer.config['mode']!r}: it normalises by the batch at hand")
    axis = _axis(layer, x)
    (n,) = layer.fixed(x, axis)
    arrays = [_vector(layer, "gamma", "scale", n, 1), _vector(layer, "beta", "center", n, 0),
              layer.array("moving_mean", n), layer.array("moving_variance", n)]  # fmt: skip
    weights = [layer.weight(name, array, name, x.type)
               for name, array in zip(("scale", "b", "mean", "var"), arrays, strict=True)]  # fmt: skip
    y, back = _channel_second(layer, x, axis)
    y = layer.add("BatchNormalization", y, *weights, epsilon=layer.number("epsilon", 1e-3))
    return Value(layer.add("Transpose", y, perm=back) if back else y, x.shape, x.type)


def layer_normalization(layer: Layer, x: Value) -> Value:
    """Over the last axes, each entry by itself."""
    axes = layer.option("axis", -1)
    axes = sorted(at % x.rank for at in (axes if isinstance(axes, list) else [axes]))
    if axes != list(range(axes[0], x.rank)) or axes[0] == 0:
        layer.refuse(f"it normalises over the axes {axes} of {x.rank}; read are the last ones")
    shape, epsilon = layer.fixed(x, *axes), layer.number("epsilon", 1e-3)
    rms = layer.flag("rms_scaling", False)
    gamma = layer.array("gamma", *shape) if rms or layer.flag("scale", True) else np.ones(shape)
    operands = [layer.weight("gamma", gamma, "scale", x.type)]
    if not rms and layer.flag("center", True):
        operands.append(layer.weight("beta", layer.array("beta", *shape), "b", x.type))
    operator = "RMSNormalization" if rms else "LayerNormalization"
    return Value(layer.add(operator, x, *operands, axis=axes[0] - x.rank, epsilon=epsilon), x.shape, x.type)


def rms_normalization(layer: Layer, x: Value) -> Value:
    """By the root of the mean square."""
    axis = _axis(layer, x)
    if axis != x.rank - 1:
        layer.refuse("it normalises over another axis than the last")
    scale = layer.weight("scale", layer.array("scale", *layer.fixed(x, -1)), "scale", x.type)
    y = layer.add("RMSNormalization", x, scale, axis=-1, epsilon=layer.number("epsilon", 1e-6))
    return Value(y, x.shape, x.type)


def group_normalization(layer: Layer, x: Value) -> Value:
    """Over groups of channels, and space."""
    axis = _axis(layer, x)
    (n,), groups = layer.fixed(x, axis), layer.integer("groups", 32, least=-1)
    groups = n if groups == -1 else groups
    if groups < 1 or n % groups:
        layer.fail(f"{n} channels do not come in {groups} groups")
    weights = [layer.weight("gamma", _vector(layer, "gamma", "scale", n, 1), "scale", x.type),
               layer.weight("beta", _vector(layer, "beta", "center", n, 0), "b", x.type)]  # fmt: skip
    y, back = _channel_second(layer, x, axis)
    y = layer.add("Unsqueeze", y, np.array([2])) if x.rank == 2 else y
    y = layer.add("GroupNormalization", y, *weights, num_groups=groups, epsilon=layer.number("epsilon", 1e-3))
    y = layer.add("Squeeze", y, np.array([2])) if x.rank == 2 else y
    return Value(layer.add("Transpose", y, perm=back) if back else y, x.shape, x.type)


def unit_normalization(layer: Layer, x: Value) -> Value:
    """Vectors of length 1."""
    axes = layer.option("axis", -1)
    axes = np.array([at % x.rank for at in (axes if isinstance(axes, list) else [axes])])
    length = layer.add("ReduceL2", x, axes, keepdims=1)
    least = layer.constant(1e-12, x.type)
    return Value(layer.add("Div", x, layer.add("Max", length, least)), x.shape, x.type)


def normalization(layer: Layer, x: Value) -> Value:
    """``(x - mean) / max(sqrt(variance), 1e-7)``, adapted to the data before training."""
    axes = layer.option("axis", -1)
    axes = [] if axes is None else sorted(at % x.rank for at in (axes if isinstance(axes, list) else [axes]))
    kept = [layer.fixed(x, at)[0] if at in axes else 1 for at in range(1, x.rank)]
    mean, spread = _moments(layer, kept, x.type)
    if layer.flag("invert", False):
        y = layer.add("Add", layer.add("Mul", x, layer.weight("spread", spread, "std", x.type)),
                      layer.weight("mean", mean, "mean", x.type))  # fmt: skip
        return Value(y, x.shape, x.type)
    y = layer.add("Sub", x, layer.weight("mean", mean, "mean", x.type))
    return Value(layer.add("Div", y, layer.weight("spread", spread, "std", x.type)), x.shape, x.type)


def _moments(layer: Layer, shape: list[int], type_: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation, in single precision as Keras has them."""
    found = []
    for name in ("mean", "variance"):
        value = layer.option(name, None)
        value = layer.arrays.get(name) if value is None else value
        value = value.get("config", value).get("value", value) if isinstance(value, dict) else value
        try:
            array = np.asarray(value, np.float64)
            found.append(np.broadcast_to(array.reshape(-1) if array.size == 1 else array.reshape(shape), shape))
        except (ValueError, TypeError):
            layer.fail(f"its {name} does not fit; it must hold {shape} numbers")
    with np.errstate(invalid="ignore"):
        spread = np.maximum(np.sqrt(found[1].astype(type_)), np.asarray(1e-7, type_))
    return found[0].astype(type_), spread


def rescaling(layer: Layer, x: Value) -> Value:
    """``x scale + offset``."""
    scale, offset = layer.option("scale"), layer.option("offset", 0.0)
    result = x.name
    for operator, value in (("Mul", scale), ("Add", offset)):
        try:
            array = np.asarray(value.get("config", {}).get("value") if isinstance(value, dict) else value, x.type)
        except (ValueError, TypeError, AttributeError):
            layer.fail(f"a number of it is {value!r}")
        if array.ndim and array.shape != (x.shape[-1],):
            layer.fail(f"it has {list(array.shape)} numbers for {x.shape[-1]} columns")
        result = layer.add(operator, result, layer.constant(array, x.type))
    return Value(result, x.shape, x.type)


# ------------------------------------------------------------------------------------------ categories


def discretization(layer: Layer, x: Value) -> Value:
    """The number of the bin: how many boundaries are not above x."""
    bins = layer.option("bin_boundaries", None)
    if not isinstance(bins, list) or not bins or not all(isinstance(each, (int, float)) for each in bins):
        layer.refuse("its bin_boundaries are not in the file")
    above = layer.add("GreaterOrEqual", layer.add("Unsqueeze", x, np.array([x.rank])), layer.constant(bins, x.type))
    number = layer.add("ReduceSum", layer.add("Cast", above, to="int64"), np.array([x.rank]), keepdims=0)
    return _encoded(layer, Value(number, x.shape, "int64"), layer.text("output_mode", "int"), len(bins) + 1)


def category_encoding(layer: Layer, x: Value) -> Value:
    """Whole numbers as vectors of 0 and 1."""
    index = x if x.type.startswith("int") else Value(layer.add("Cast", x, to="int64"), x.shape, "int64")
    return _encoded(layer, index, layer.text("output_mode", "multi_hot"), layer.integer("num_tokens"))


def _encoded(layer: Layer, x: Value, mode: str, tokens: int) -> Value:
    if mode == "int":
        return x
    if mode not in ("one_hot", "multi_hot"):
        layer.refuse(f"its output_mode is '{mode}'; read are int, one_hot and multi_hot")
    if x.rank > 1 and x.shape[-1] == 1:
        x = Value(layer.add("Squeeze", x, np.array([x.rank - 1])), x.shape[:-1], x.type)
        hot = layer.add("OneHot", x, np.array([tokens]), layer.constant([0, 1]), axis=-1)
        return Value(hot, (*x.shape, tokens))
    hot = layer.add("OneHot", x, np.array([tokens]), layer.constant([0, 1]), axis=-1)
    if mode == "one_hot" or x.rank == 1:
        return Value(hot, (*x.shape, tokens))
    return Value(layer.add("ReduceMax", hot, np.array([x.rank - 1]), keepdims=0), (*x.shape[:-1], tokens))
