"""Layers that multiply by a matrix, and tables of vectors."""

from __future__ import annotations

import numpy as np

from .functions import activated
from .layer import Layer
from .roles import Role, kernel_and_bias, trained
from .values import Value

__all__ = ["dense", "dense_roles", "einsum_dense", "embedding", "highway", "maxout"]


def dense(layer: Layer, x: Value) -> Value:
    """``act(x W + b)`` on the last axis."""
    units, (n,) = layer.integer("units"), layer.fixed(x, -1)
    kernel = layer.weight("kernel", layer.array("kernel", n, units), "w", x.type)
    bias = layer.weight("bias", layer.array("bias", units), "b", x.type) if layer.flag("use_bias", True) else ""
    if x.rank == 2 and bias:
        y = layer.add("Gemm", x, kernel, bias)
    else:
        y = layer.add("MatMul", x, kernel)
        y = layer.add("Add", y, bias) if bias else y
    return activated(layer, Value(y, (*x.shape[:-1], units), x.type))


def dense_roles(layer: Layer) -> list[Role]:
    if mode := layer.config.get("quantization_mode"):
        layer.refuse(f"it is quantized ({mode}); save the model as it was before quantize()")
    return kernel_and_bias(layer)


def maxout(layer: Layer, x: Value) -> Value:
    """Keras 1: the largest of several products, ``max_k(x W_k + b_k)``."""
    layer.rank(x, 2)
    units, pieces, (n,) = layer.integer("units"), layer.integer("nb_feature"), layer.fixed(x, -1)
    kernel = layer.array("kernel", pieces, n, units).transpose(1, 0, 2).reshape(n, pieces * units)
    w = layer.weight("kernel", kernel, "w", x.type)
    if layer.flag("use_bias", True):
        b = layer.weight("bias", layer.array("bias", pieces, units).reshape(-1), "b", x.type)
        y = layer.add("Gemm", x, w, b)
    else:
        y = layer.add("MatMul", x, w)
    y = layer.reshape(y, (x.shape[0], pieces, units)).name
    return Value(layer.add("ReduceMax", y, np.array([1]), keepdims=0), (x.shape[0], units), x.type)


def highway(layer: Layer, x: Value) -> Value:
    """Keras 1: ``t act(x W + b) + (1 - t) x`` with ``t = sigmoid(x W_carry + b_carry)``."""
    layer.rank(x, 2)
    (n,) = layer.fixed(x, -1)
    has_bias = layer.flag("use_bias", True)

    def product(kernel: str, bias: str, short: str) -> str:
        w = layer.weight(kernel, layer.array(kernel, n, n), f"{short}.w", x.type)
        if not has_bias:
            return layer.add("MatMul", x, w)
        return layer.add("Gemm", x, w, layer.weight(bias, layer.array(bias, n), f"{short}.b", x.type))

    gate = layer.add("Sigmoid", product("kernel_carry", "bias_carry", "carry"))
    changed = activated(layer, Value(product("kernel", "bias", "transform"), x.shape, x.type))
    kept = layer.add("Mul", layer.add("Sub", layer.constant(1, x.type), gate), x)
    return Value(layer.add("Add", layer.add("Mul", gate, changed), kept), x.shape, x.type)


def highway_roles(layer: Layer) -> list[Role]:
    """As Keras 1 writes them: W, b, W_carry, b_carry."""
    return trained("kernel", "bias", "kernel_carry", "bias_carry") if layer.flag("use_bias", True) else \
        trained("kernel", "kernel_carry")


def einsum_dense(layer: Layer, x: Value) -> Value:
    """``act(einsum(equation, x, W) + b)``; ``...`` in the equation stands for the axes in front."""
    equation = layer.text("equation").replace(" ", "")
    takes, _, gives = equation.partition("->")
    left, _, right = takes.partition(",")
    if "." in left:
        spare = [letter for letter in "zyxwvutsrq" if letter not in equation][: x.rank - len(left.replace(".", ""))]
        left, gives = left.replace("...", "".join(spare)), gives.replace("...", "".join(spare))
    if len(left) != x.rank or not set(gives) <= set(left + right):
        layer.refuse(f"its equation '{equation}' does not fit a value of {x.rank} axes")
    kernel = layer.array("kernel", *[-1] * len(right))
    sizes = dict(zip(left, x.shape, strict=True)) | dict(zip(right, kernel.shape, strict=True))
    w = layer.weight("kernel", kernel, "w", x.type)
    y = layer.add("Einsum", x, w, equation=f"{left},{right}->{gives}")
    if axes := layer.option("bias_axes", None):
        bias = layer.arrays.get("bias")
        wanted = [size if letter in axes else 1 for letter, size in ((c, sizes[c]) for c in gives)]
        while wanted and wanted[0] == 1:
            wanted.pop(0)
        if bias is None or bias.size != np.prod(wanted, dtype=np.int64):
            layer.fail(f"its weight 'bias' does not fit; it must hold {wanted} numbers")
        y = layer.add("Add", y, layer.weight("bias", bias.reshape(wanted), "b", x.type))
    return activated(layer, Value(y, tuple(sizes[letter] for letter in gives), x.type))


def einsum_roles(layer: Layer) -> list[Role]:
    return trained("kernel", *(["bias"] if layer.option("bias_axes", None) else []))


def embedding(layer: Layer, x: Value) -> Value:
    """Row ``x`` of a table; the mask is ``x != 0`` where ``mask_zero``."""
    table = layer.array("embeddings", layer.integer("input_dim"), layer.integer("output_dim"))
    index = x if x.type.startswith("int") else Value(layer.add("Cast", x, to="int64"), x.shape, "int64")
    y = layer.add("Gather", layer.weight("embeddings", table, "table"), index, axis=0)
    mask = None
    if layer.flag("mask_zero", False):
        zero = layer.constant(0, index.type)
        mask = Value(layer.add("Not", layer.add("Equal", index, zero)), x.shape, "bool")
    return Value(y, (*x.shape, table.shape[1]), mask=mask)


def embedding_roles(layer: Layer) -> list[Role]:
    return trained("embeddings")
