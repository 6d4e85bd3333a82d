"""Networks around single operators: a choice, neighbours, every function of one number."""

from __future__ import annotations

import numpy as np
from written_network import Network

from lading.graph import Subgraph


def choice() -> Network:
    """An If that looks at the jet: two layers, of which one runs."""
    net = Network("choice")
    x = net.input("jets", 1, "variable", width=5)
    weights = [net.weight(5, 17), net.weight(5, 17)]
    first = net.node("Squeeze", net.node("Slice", x, [0], [1], [1]), [0, 1])
    positive = net.node("Greater", first, np.array(0, np.float32))
    branches = {}
    for branch, weight, operator in zip(("then", "else"), weights, ("Tanh", "Sigmoid"), strict=True):
        net.model.graphs[branch] = type(net.model.graphs["main"])()
        result = net.node(operator, net.node("MatMul", x, weight, graph=branch), graph=branch)
        branches[f"{branch}_branch"] = Subgraph(branch, [result])
    net.output(net.dense(net.node("If", positive, **branches), 17, 2, ""), 1, "label", labels=2)
    return net


def nearest_neighbours() -> Network:
    """Distances, the nearest four, and what they carry: TopK, Gather, and equal distances decided by place."""
    net = Network("nearest neighbours")
    points, x = net.input("points", "jet", 11, 2), net.input("x", "jet", 11, 5)
    squares = net.node("ReduceSum", net.node("Mul", points, points), [2])
    products = net.node("MatMul", points, net.node("Transpose", points, perm=[0, 2, 1]))
    twice = net.node("Mul", products, np.array(-2, np.float32))
    distances = net.node("Add", net.node("Add", squares, twice), net.node("Transpose", squares, perm=[0, 2, 1]))
    values, places = net.node("TopK", distances, [4], results=2, axis=2, largest=0)
    first = net.node("Slice", places, [0], [1], [2])
    picked = net.node("GatherElements", x, net.node("Expand", first, [1, 1, 5]), axis=1)
    edges = net.node("Concat", x, net.node("Sub", picked, x), values, axis=2)
    net.output(net.node("ReduceMean", net.dense(edges, 14, 9), [1], keepdims=0), "jet", "label", labels=9)
    net.output(net.node("Identity", places), "jet", 11, 4, dtype="int64")
    return net


POSITIVE = ("Sqrt", "Log", "Reciprocal", "Acosh")
WITHIN_ONE = ("Acos", "Asin", "Atanh")
ANYWHERE = (
    "Abs", "Asinh", "Atan", "Ceil", "Celu", "Cos", "Cosh", "Elu", "Erf", "Exp", "Floor", "Gelu", "HardSigmoid",
    "HardSwish", "LeakyRelu", "Mish", "Neg", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh",
    "Softplus", "Softsign", "Swish", "Tan", "Tanh", "ThresholdedRelu",
)  # fmt: skip


def functions(type_name: str) -> Network:
    """Every function of one number."""
    net = Network(f"functions of {type_name}", dtype=type_name)
    given = {
        "x": (net.input("x", "jet", 19, low=-6, high=6), ANYWHERE),
        "positive": (net.input("positive", "jet", 19, low=1, high=9), POSITIVE),
        "small": (net.input("small", "jet", 19, low=-0.97, high=0.97), WITHIN_ONE),
    }
    results = [net.node(operator, x) for x, operators in given.values() for operator in operators]
    results += [net.node("Gelu", "x", approximate="tanh"), net.node("Pow", "positive", "x")]
    net.output(net.node("Concat", *results, axis=1), "jet", 19 * len(results))
    return net
