"""Networks on the nearest neighbours of tracks, written as exporters write them."""

from __future__ import annotations

from typing import Any

import numpy as np
from written_network import Network

LATER = np.iinfo(np.int64).max


def distances(net: Network, points: str, columns: bool = False, order: str = "own, products, others") -> str:
    """|p|^2 - 2 p q + |q|^2 of all pairs, added in this order; ``columns``: points are [.., d, n]."""
    axis = 1 if columns else 2
    turned = net.node("Transpose", points, perm=[0, 2, 1])
    squares = net.node("ReduceSum", net.node("Mul", points, points), [axis], keepdims=1)
    other = net.node("Transpose", squares, perm=[0, 2, 1])
    pair = (turned, points) if columns else (points, turned)
    twice = net.node("Mul", net.node("MatMul", *pair), np.array(2, np.float32))
    parts = {"own": other if columns else squares, "others": squares if columns else other, "products": twice}
    first, second, last = order.split(", ")
    assert first != "products"
    inner = net.node("Sub" if second == "products" else "Add", parts[first], parts[second])
    return net.node("Sub" if last == "products" else "Add", inner, parts[last])


def nearest(net: Network, points: str, count: int, **how: Any) -> str:
    """The places of the ``count`` nearest, the point itself left out."""
    _, places = net.node("TopK", net.node("Neg", distances(net, points, **how)), [count + 1], results=2, axis=-1)
    return net.node("Slice", places, [1], [LATER], [2], [1])


def edge_features(net: Network, x: str, places: str, features: int, k: int, parts: str = "centre, difference") -> str:
    """[c, g - c] of every edge, as torch.gather gives it."""
    entries = net.node("Shape", x, start=0, end=1)
    edges = net.node("Mul", net.node("Shape", x, start=1, end=2), [k])
    flat = net.node("Reshape", places, net.node("Concat", entries, edges, [1], axis=0))
    picked = net.node("GatherElements", x, net.node("Expand", flat, [1, 1, features]), axis=1)
    target = net.node("Concat", net.node("Shape", x, start=0, end=2), [k, features], axis=0)
    neighbours = net.node("Reshape", picked, target)
    centres = net.node("Expand", net.node("Unsqueeze", x, [2]), [1, 1, k, 1])
    made = {"centre": centres, "neighbour": neighbours}
    if "difference" in parts:
        made["difference"] = net.node("Sub", neighbours, centres)
    return net.node("Concat", *(made[part] for part in parts.split(", ")), axis=-1)


def edge_conv(net: Network, x: str, places: str, widths: list[int], k: int, pool: str = "ReduceMean",
              activations: str = "Relu", parts: str = "centre, difference") -> str:  # fmt: skip
    """A network of every edge, and its mean or maximum over the neighbours."""
    edges, width = edge_features(net, x, places, widths[0], k, parts), 2 * widths[0]
    for outputs in widths[1:]:
        edges, width = net.dense(edges, width, outputs, activations), outputs
    return net.node(pool, edges, [2], keepdims=0)


def edge_convolutions() -> Network:
    """ParticleNet in small: an EdgeConv, and another among the features of the first. Padding makes equal points."""
    net = Network("edge convolutions")
    net.sequence("track", 21, min=6, pad=0.75)
    points = net.input("points", "jet", "track", "variable", width=2)
    x = net.input("tracks", "jet", "track", "variable", width=5)
    first = edge_conv(net, x, nearest(net, points, 5), [5, 19, 33], 5)
    x = net.node("Relu", net.node("Add", first, net.dense(x, 5, 33, "")))
    places = nearest(net, x, 3, order="others, products, own")
    x = edge_conv(net, x, places, [33, 24, 24, 16], 3, "ReduceMax", parts="difference, centre")
    pooled = net.node("ReduceMean", x, [1], keepdims=0)
    net.output(net.node("Softmax", net.dense(pooled, 16, 3, "")), "jet", "label", labels=3)
    net.output(net.dense(x, 16, 2, "Sigmoid"), "jet", "track", "label", labels=2)
    return net
