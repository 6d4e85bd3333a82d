"""Networks with bodies that run in turns: Loop and Scan."""

from __future__ import annotations

import numpy as np
from written_network import Network

from lading.graph import Graph, Subgraph


def body(net: Network, name: str, inputs: list[str]) -> Subgraph:
    """A new graph in the model, whose results are to be appended to ``outputs``."""
    net.model.graphs[name] = Graph()
    return Subgraph(name, [], inputs)


def walk_over_tracks() -> Network:
    """A Scan over the tracks of a jet, and a Loop that turns once for each track, less if it settles."""
    net = Network("walk over tracks")
    net.sequence("track", 15, min=1)
    net.counts["track"] = np.maximum(net.counts["track"], 1)
    tracks = net.input("tracks", "track", "variable", width=6)
    state, step = net.weight(1, 9), net.weight(9, 9)

    walk = body(net, "walk", ["before", "track_now"])
    row = net.node("Unsqueeze", "track_now", [0], graph="walk")
    moved = net.node("Add", net.node("MatMul", row, net.weight(6, 9), graph="walk"),
                     net.node("MatMul", "before", step, graph="walk"), graph="walk")  # fmt: skip
    after = net.node("Tanh", moved, graph="walk")
    walk.outputs = [after, net.node("Squeeze", after, [0], graph="walk")]
    last, steps = net.node("Scan", state, tracks, results=2, body=walk, num_scan_inputs=1)

    settle = body(net, "settle", ["turn", "goes_on", "jet_now"])
    mixed = net.node("Sigmoid", net.node("MatMul", "jet_now", step, graph="settle"), graph="settle")
    change = net.node("ReduceMax", net.node("Abs", net.node("Sub", mixed, "jet_now", graph="settle"), graph="settle"),
                      graph="settle", keepdims=0)  # fmt: skip
    settle.outputs = [net.node("Greater", change, np.array(0.04, np.float32), graph="settle"), mixed]
    turns = net.node("Squeeze", net.node("Shape", tracks, start=0, end=1), [0])
    settled = net.node("Loop", turns, "", last, body=settle)

    pooled = net.node("Concat", settled, net.node("ReduceMax", steps, [0], keepdims=1), axis=1)
    net.output(net.node("Softmax", net.dense(pooled, 18, 3, "")), 1, "label", labels=3)
    net.output(net.dense(steps, 9, 2, "Sigmoid"), "track", "label", labels=2)
    return net


def turns_of_jets() -> Network:
    """Many jets at once: the same layer three times, then a Scan along the constituents, from the last to the first."""
    net = Network("turns of jets")
    jets = net.input("jets", "jet", 7, 5)
    again = body(net, "again", ["turn", "goes_on", "now"])
    product = net.node("MatMul", "now", net.weight(5, 5), graph="again")
    product = net.node("Add", product, net.node("Cast", "turn", graph="again", to="float32"), graph="again")
    again.outputs = [net.node("Identity", "goes_on", graph="again"), net.node("Tanh", product, graph="again")]
    again.outputs.append(net.node("ReduceMean", again.outputs[1], [1], graph="again", keepdims=0))
    three, means = net.node("Loop", np.array(3), "", jets, results=2, body=again)

    sums = body(net, "sums", ["sum", "one"])
    total = net.node("Add", net.node("Mul", "sum", np.array(0.75, np.float32), graph="sums"), "one", graph="sums")
    sums.outputs = [total, net.node("Relu", total, graph="sums")]
    first = net.node("ReduceMin", three, [1], keepdims=0)
    last, every = net.node("Scan", first, three, results=2, body=sums, num_scan_inputs=1, scan_input_axes=[1],
                           scan_input_directions=[1], scan_output_axes=[1], scan_output_directions=[1])  # fmt: skip
    pooled = net.node("Concat", last, net.node("ReduceMean", means, [0], keepdims=0), axis=1)
    net.output(net.dense(pooled, 10, 4, "Softmax"), "jet", "label", labels=4)
    net.output(every, "jet", 7, 5)
    return net
