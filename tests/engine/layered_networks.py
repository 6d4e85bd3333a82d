"""Networks on a row or an image: layers, normalisations, convolutions; float64 and float16."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from written_network import Network, numbers

from lading.bundle.evaluate import to_bfloat16


def multilayer_perceptron() -> Network:
    """Layers of the three orders of sums (below 32, below 128, from 128 inputs), and normalisations to fold."""
    net = Network("multilayer perceptron")
    x = net.input("jets", "jet", 13)
    for inputs, outputs, activation in ((13, 40, "Relu"), (40, 130, "Elu"), (130, 67, "Tanh")):
        x = net.node("Gemm", x, net.weight(inputs, outputs), net.weight(outputs))
        x = net.node(activation, net.normalize(x, outputs))
    net.output(net.node("Softmax", net.dense(x, 67, 3, "")), "jet", "label", labels=3)
    return net


def small_weights() -> Network:
    """Layers with bfloat16 weights, which one row reads two in a word, in panels of many widths; and one with int8."""
    net = Network("small weights")
    x = net.input("jets", "jet", 13)
    for inputs, outputs in pairwise((13, 200, 136, 264, 150, 130, 177, 16, 3)):
        name = net.weight(inputs, outputs)
        net.model.weights[name] = to_bfloat16(net.model.weights[name])
        x = net.node("Elu", net.node("Gemm", x, net.node("Cast", name, to="float32"), net.weight(outputs)))
    net.model.weights["steps"] = numbers(3, 3, 5, low=-128, high=128).astype(np.int8)
    weights = net.node("DequantizeLinear", "steps", net.weight(5, low=0.01, high=0.02), axis=1)
    net.output(net.node("MatMul", x, weights), "jet", "label", labels=5)
    return net


def rows() -> Network:
    """Everything that runs along a row: normalisations, softmax, sums, greatest values."""
    net = Network("rows")
    x = net.input("x", "jet", 3, 37)
    x = net.node("LayerNormalization", x, net.weight(37), net.weight(37), epsilon=float(np.float32(1e-5)))
    softmax = net.node("Softmax", x)
    other = net.node("RMSNormalization", net.node("LogSoftmax", x, axis=1), net.weight(37))
    net.output(net.node("Gelu", net.node("Add", softmax, other)), "jet", 3, 37)
    for operator in ("ReduceSum", "ReduceMean", "ReduceL2", "ReduceMax", "ReduceLogSumExp"):
        net.output(net.node(operator, x, [2], keepdims=0), "jet", 3)
    near_one = net.node("Add", softmax, np.array(1, np.float32))
    net.output(net.node("ReduceProd", near_one, [2], keepdims=0), "jet", 3)
    return net


def images() -> Network:
    """Convolutions, plain and by groups, what is folded into them, and pools."""
    net = Network("images")
    x = net.input("image", "jet", 2, 12, 10)
    x = net.node("Conv", x, net.weight(8, 2, 3, 3), net.weight(8), pads=[1, 1, 1, 1])
    x = net.node("MaxPool", net.node("Relu", net.normalize(x, 8)), kernel_shape=[2, 2], strides=[2, 2])
    x = net.node("Conv", x, net.weight(12, 4, 2, 3), group=2, dilations=[2, 1])
    x = net.node("ConvTranspose", x, net.weight(12, 3, 2, 2), strides=[2, 2])
    net.output(net.node("AveragePool", x, kernel_shape=[3, 2]), "jet", 3, 6, 5)
    pooled = net.node("Flatten", net.node("GlobalAveragePool", x))
    net.output(net.dense(pooled, 3, 2, "Sigmoid"), "jet", "label", labels=2)
    return net


def jet_image() -> Network:
    """A chain of convolutions whose images keep their channels last: of one chain of sums and of four, with a pool in
    the convolution and one beside it, a residual, and windows that strides and padding cut."""
    net = Network("jet image")
    x = net.input("image", "jet", 1, 14, 12)
    x = net.node("Relu", net.node("Conv", x, net.weight(16, 1, 3, 3), net.weight(16), pads=[1, 1, 1, 1]))
    x = net.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    kept = net.node("Tanh", net.node("Conv", x, net.weight(24, 16, 3, 3), net.weight(24), pads=[1, 1, 1, 1]))
    x = net.node("Conv", kept, net.weight(24, 24, 3, 3), auto_pad="SAME_UPPER")
    x = net.node("LeakyRelu", net.node("Add", x, kept))
    x = net.node("AveragePool", x, kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 2])
    x = net.node("Relu", net.node("Conv", x, net.weight(9, 24, 1, 1), net.weight(9)))
    x = net.node("Conv", x, net.weight(8, 9, 3, 2), net.weight(8), strides=[2, 1], pads=[1, 0, 1, 1])
    net.output(net.dense(net.node("Flatten", x), 96, 2, ""), "jet", "label", labels=2)
    return net


def double_precision() -> Network:
    """A network of float64, and whole numbers beside it."""
    net = Network("double precision", dtype="float64")
    x = net.node("Gemm", net.input("x", "jet", 35), net.weight(35, 41), net.weight(41))
    x = net.node("Tanh", net.node("LayerNormalization", x, net.weight(41), stash_type="float64"))
    net.output(net.node("Softmax", net.dense(x, 41, 5, "")), "jet", "label", labels=5)
    whole = net.node("Cast", net.node("Mul", x, np.array(1000, np.float64)), to="int64")
    net.output(net.node("CumSum", net.node("Mod", whole, 7), 1), "jet", 41, dtype="int64")
    return net


def half_precision() -> Network:
    """Inputs, masks, padding and weights of float16, computed with in float32."""
    net = Network("half precision", dtype="float16")
    net.sequence("track", 11, min=4, max=8, pad=0.5)
    operands = net.input("tracks", "jet", "track", "variable", width=3), net.weight(3, 5)
    x = net.node("MatMul", *(net.node("Cast", each, to="float32") for each in operands))
    present = net.node("Cast", net.mask("present", "jet", "track"), to="float32")
    pooled = net.node("ReduceSum", net.node("Mul", x, net.node("Unsqueeze", present, [2])), [1], keepdims=0)
    net.output(net.node("Cast", pooled, to="float16"), "jet", "label", labels=5)
    net.output(net.node("Neg", x), "jet", "track", 5, dtype="float32")
    return net
