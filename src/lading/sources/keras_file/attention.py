"""Attention: what a mask hides counts nothing."""

from __future__ import annotations

import math

import numpy as np

from .layer import Layer
from .roles import Role
from .values import Value

__all__ = ["additive_attention", "attention", "multi_head_attention"]


def multi_head_roles(layer: Layer) -> list[Role]:
    """Kernel and bias of the projections, in Keras' order."""
    parts = ["query", "key", *(["gate"] if layer.flag("use_gate", False) else []), "value", "output"]
    each = ["kernel", "bias"] if layer.flag("use_bias", True) else ["kernel"]
    return [Role(f"{part}.{name}", part=f"{part}_dense") for part in parts for name in each]


def multi_head_attention(layer: Layer, query: Value, value: Value, key: Value | None = None,
                         query_mask: Value | None = None, value_mask: Value | None = None,
                         key_mask: Value | None = None, attention_mask: Value | None = None,
                         use_causal_mask: bool = False,
                         return_attention_scores: bool = False) -> Value | list[Value]:  # fmt: skip
    """Dot products in several heads, over the axis of the steps."""
    key = value if key is None else key
    for each in (query, value, key):
        layer.rank(each, 3)
    for option in ("use_gate", "sliding_window"):
        if layer.config.get(option):
            layer.refuse(f"its '{option}'")
    if layer.option("attention_axes", None) not in (None, [1]):
        layer.refuse(f"its attention_axes are {layer.config['attention_axes']}; attention over the steps is read")
    heads, size = layer.integer("num_heads"), layer.integer("key_dim")
    wide = layer.integer("value_dim", size) if layer.option("value_dim", None) is not None else size
    q, k = _heads(layer, query, "query", heads, size), _heads(layer, key, "key", heads, size)
    v = _heads(layer, value, "value", heads, wide)
    scaled = layer.add("Mul", q, layer.constant(1 / math.sqrt(size), query.type))
    scores = layer.add("MatMul", scaled, layer.add("Transpose", k, perm=[0, 1, 3, 2]))
    hidden = _hidden(layer, [(query_mask or query.mask, 2), (value_mask or value.mask, 1), (key_mask or key.mask, 1)])
    hidden = _both(layer, hidden, attention_mask.name if attention_mask else None)
    hidden = _both(layer, hidden, _causal(layer, query, value) if use_causal_mask else None)
    if hidden is not None:
        hidden = layer.add("Unsqueeze", hidden, np.array([1]))
    fused = not layer.option("dropout", 0) and not return_attention_scores
    weights = _softmax(layer, scores, hidden, query.type, fused)
    joined = layer.add("Transpose", layer.add("MatMul", weights, v), perm=[0, 2, 1, 3])
    flat = layer.add("Reshape", joined, np.array([0, 0, heads * wide]))
    result = _output(layer, query, flat, heads, wide)
    if not return_attention_scores:
        return result
    return [result, Value(weights, (query.shape[0], heads, query.shape[1], value.shape[1]), query.type)]


def _heads(layer: Layer, x: Value, part: str, heads: int, size: int) -> str:
    """(entries, heads, steps, numbers of a head)."""
    (n,) = layer.fixed(x, -1)
    kernel = layer.array(f"{part}.kernel", n, heads, size).reshape(n, heads * size)
    y = layer.add("MatMul", x, layer.weight(f"{part}.kernel", kernel, f"{part}.w", x.type))
    if layer.flag("use_bias", True):
        bias = layer.array(f"{part}.bias", heads, size).reshape(-1)
        y = layer.add("Add", y, layer.weight(f"{part}.bias", bias, f"{part}.b", x.type))
    y = layer.add("Reshape", y, np.array([0, 0, heads, size]))
    return layer.add("Transpose", y, perm=[0, 2, 1, 3])


def _output(layer: Layer, query: Value, flat: str, heads: int, wide: int) -> Value:
    shape = layer.option("output_shape", None) or [query.shape[-1]]
    shape = [shape] if isinstance(shape, int) else list(shape)
    if len(shape) != 1 or type(shape[0]) is not int:
        layer.refuse(f"its output_shape is {shape}; one axis is read")
    kernel = layer.array("output.kernel", heads, wide, shape[0]).reshape(heads * wide, shape[0])
    y = layer.add("MatMul", flat, layer.weight("output.kernel", kernel, "output.w", query.type))
    if layer.flag("use_bias", True):
        bias = layer.array("output.bias", shape[0])
        y = layer.add("Add", y, layer.weight("output.bias", bias, "output.b", query.type))
    return Value(y, (*query.shape[:2], shape[0]), query.type, query.mask)


def _hidden(layer: Layer, masks: list[tuple[Value | None, int]]) -> str | None:
    """All masks as one (entries, queries, keys): true where a key is seen."""
    seen: dict[tuple[str, int], None] = {(mask.name, axis): None for mask, axis in masks if mask is not None}
    result = None
    for name, axis in seen:
        result = _both(layer, result, layer.add("Unsqueeze", name, np.array([axis])))
    return result


def _both(layer: Layer, a: str | None, b: str | None) -> str | None:
    if a is None or b is None:
        return a or b
    return layer.add("And", a, b)


def _causal(layer: Layer, query: Value, value: Value) -> str:
    """True where a key is not behind its query: (entries, queries, keys)."""
    places = []
    for x, axis in ((query, 2), (value, 1)):
        first = layer.add("Cast", layer.add("Equal", x, x), to="int64")  # NaN has a place too
        first = layer.add("ReduceMax", layer.add("Mul", first, np.asarray(0)), np.array([2]), keepdims=0)
        place = layer.add("CumSum", layer.add("Add", first, np.asarray(1)), np.asarray(1))
        places.append(layer.add("Unsqueeze", place, np.array([axis])))
    return layer.add("GreaterOrEqual", *places)


def _softmax(layer: Layer, scores: str, seen: str | None, type_: str, fused: bool) -> str:
    """Where all keys of a query are hidden: Keras' fused attention takes them alike, its own softmax gives zeros.

    Keras 2 takes 1e9 from what is hidden.
    """
    if seen is None:
        return layer.add("Softmax", scores, axis=-1)
    if layer.era < 3:
        hidden = layer.add("Sub", scores, layer.constant(1e9, type_))
        return layer.add("Softmax", layer.add("Where", seen, scores, hidden), axis=-1)
    low = layer.constant(-2.3726710e38 if fused else -1e9, type_)
    weights = layer.add("Softmax", layer.add("Where", seen, scores, low), axis=-1)
    return weights if fused else layer.add("Where", seen, weights, layer.constant(0, type_))


# ------------------------------------------------------------------------- Attention, AdditiveAttention


def attention_roles(layer: Layer) -> list[Role]:
    concat = layer.kind == "Attention" and layer.option("score_mode", "dot") == "concat"
    return [Role(name) for name in (["scale"] if layer.flag("use_scale", layer.kind != "Attention") else [])
            + (["concat_score_weight"] if concat else [])]  # fmt: skip


def attention(layer: Layer, values: list[Value], use_causal_mask: bool = False) -> Value:
    """Scores are dot products, or sums of tanh where score_mode is "concat"."""
    q, v, k = _three(layer, values)
    scale = layer.add("Identity", _scalar(layer, "scale", q.type)) if layer.flag("use_scale", False) else ""
    if layer.text("score_mode", "dot", ("dot", "concat")) == "dot":
        scores = layer.add("MatMul", q, layer.add("Transpose", k, perm=[0, 2, 1]))
        scores = layer.add("Mul", scores, scale) if scale else scores
    else:
        pairs = _pairs(layer, q, k)
        pairs = layer.add("Tanh", layer.add("Mul", pairs, scale) if scale else pairs)
        scores = layer.add("ReduceSum", pairs, np.array([3]), keepdims=0)
        scores = layer.add("Mul", scores, _scalar(layer, "concat_score_weight", q.type))
    return _applied(layer, q, v, scores, use_causal_mask)


def additive_attention(layer: Layer, values: list[Value], use_causal_mask: bool = False) -> Value:
    """Scores are sums of ``scale tanh(query + key)``."""
    q, v, k = _three(layer, values)
    pairs = layer.add("Tanh", _pairs(layer, q, k))
    if layer.flag("use_scale", True):
        scale = layer.weight("scale", layer.array("scale", *layer.fixed(q, -1)), "scale", q.type)
        pairs = layer.add("Mul", pairs, scale)
    return _applied(layer, q, v, layer.add("ReduceSum", pairs, np.array([3]), keepdims=0), use_causal_mask)


def _three(layer: Layer, values: list[Value]) -> tuple[Value, Value, Value]:
    if not isinstance(values, list) or len(values) not in (2, 3) or any(each.rank != 3 for each in values):
        layer.fail("it takes [query, value] or [query, value, key], each of three axes")
    return values[0], values[1], values[-1] if len(values) == 3 else values[1]


def _scalar(layer: Layer, name: str, type_: str) -> str:
    return layer.weight(name, layer.array(name), name, type_)


def _pairs(layer: Layer, q: Value, k: Value) -> str:
    """Every query plus every key."""
    return layer.add("Add", layer.add("Unsqueeze", q, np.array([2])), layer.add("Unsqueeze", k, np.array([1])))


def _applied(layer: Layer, q: Value, v: Value, scores: str, causal: bool) -> Value:
    """The values under the softmax of the scores. 1e9 is taken from what is hidden; absent queries give 0."""
    seen = _hidden(layer, [(v.mask, 1)])
    seen = _both(layer, seen, _causal(layer, q, v) if causal else None)
    if seen is not None:
        scores = layer.add("Where", seen, scores, layer.add("Sub", scores, layer.constant(1e9, q.type)))
    y = layer.add("MatMul", layer.add("Softmax", scores, axis=-1), v)
    if q.mask is not None:
        y = layer.add("Where", layer.add("Unsqueeze", q.mask, np.array([2])), y, layer.constant(0, q.type))
    return Value(y, (*q.shape[:2], v.shape[2]), q.type, q.mask)
