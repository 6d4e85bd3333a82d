"""Networks on the tracks of a jet: sums over them, attention, recurrent layers."""

from __future__ import annotations

from typing import Any

import numpy as np
from written_network import Network


def deep_sets(**rules: Any) -> Network:
    """Tracks that the engine pads and masks: a sum over a length that the bundle does not fix."""
    net = Network("deep sets")
    net.sequence("track", 30, max=24, **rules)
    jets = net.input("jets", "jet", "variable", width=3)
    x = net.input("tracks", "jet", "track", "variable", width=5)
    present = net.mask("present", "jet", "track")
    x = net.dense(net.dense(x, 5, 33), 33, 20)
    masked = net.node("Mul", x, net.node("Unsqueeze", present, [2]))
    pooled = net.node("Concat", jets, net.node("ReduceSum", masked, [1], keepdims=0), axis=1)
    net.output(net.dense(net.dense(pooled, 23, 31), 31, 4, "Sigmoid"), "jet", "label", labels=4)
    net.model.output_list[0].when_empty = {"track": [0.25, 0.5, 0.125, 0.125]}
    net.output(net.dense(x, 20, 2, "Softmax"), "jet", "track", "label", labels=2)
    return net


def one_jet_at_a_time() -> Network:
    """No entry axis anywhere, as ATLAS exports; scalars, a sequence and a row come out."""
    net = Network("one jet at a time")
    net.sequence("track", 15)
    jets = net.input("jets", 1, "variable", width=2)
    x = net.dense(net.input("tracks", "track", "variable", width=6), 6, 19)
    pooled = net.node("Concat", jets, net.node("ReduceSum", x, [0], keepdims=1), axis=1)
    net.output(net.node("Softmax", net.dense(pooled, 21, 3, "")), 1, "label", labels=3)
    first = net.node("Squeeze", net.node("Slice", net.dense(pooled, 21, 2, "Sigmoid"), [0], [1], [1]), [0, 1])
    net.output(first)
    net.output(net.dense(x, 19, 2, "LogSoftmax"), "track", "label", labels=2)
    return net


def self_attention(**rules: Any) -> Network:
    """Attention written out, with a mask that is added; padding must vanish from every softmax and sum."""
    net = Network("self attention")
    net.sequence("track", 21, **rules)
    net.counts["track"] = np.maximum(net.counts["track"], 1)  # softmax over nothing is the graph's own affair
    x = net.dense(net.input("tracks", "jet", "track", "variable", width=8), 8, 24)
    hidden = net.mask("hidden", "jet", "track", present=0, absent=-1e9)
    query, key, value = (net.dense(x, 24, 24, "") for _ in range(3))
    products = net.node("MatMul", query, net.node("Transpose", key, perm=[0, 2, 1]))
    scaled = net.node("Mul", products, np.array(0.25, np.float32))
    weights = net.node("Softmax", net.node("Add", scaled, net.node("Unsqueeze", hidden, [1])))
    x = net.node("Add", x, net.node("MatMul", weights, value))
    gate = net.node("Softmax", net.node("Add", net.dense(x, 24, 1, ""), net.node("Unsqueeze", hidden, [2])), axis=1)
    pooled = net.node("Squeeze", net.node("MatMul", net.node("Transpose", x, perm=[0, 2, 1]), gate), [2])
    net.output(net.node("Softmax", net.dense(pooled, 24, 4, "")), "jet", "label", labels=4)
    net.output(net.dense(x, 24, 3, "Sigmoid"), "jet", "track", "label", labels=3)
    return net


def attention_heads(**rules: Any) -> Network:
    """The operator Attention, its mask from the engine."""
    net = Network("attention heads")
    net.sequence("track", 21, **rules)
    net.counts["track"] = np.maximum(net.counts["track"], 1)
    x = net.dense(net.input("tracks", "jet", "track", "variable", width=7), 7, 32)
    present = net.node("Unsqueeze", net.mask("present", "jet", "track", dtype="bool"), [1, 2])
    operands = [net.dense(x, 32, 32, "") for _ in range(3)]
    x = net.node("Attention", *operands, present, q_num_heads=4, kv_num_heads=4)
    net.output(net.dense(x, 32, 2, "Tanh"), "jet", "track", "label", labels=2)
    return net


def attention_of_pairs() -> Network:
    """Heads whose scores something computed of each pair of tracks is added to, as the Particle Transformer has it."""
    net = Network("attention of pairs")
    net.sequence("track", 21)
    net.counts["track"] = np.maximum(net.counts["track"], 1)
    tracks = net.input("tracks", "jet", "track", "variable", width=5)
    pairs = net.node("Sub", net.node("Unsqueeze", tracks, [2]), net.node("Unsqueeze", tracks, [1]))
    bias = net.node("Transpose", net.dense(net.dense(pairs, 5, 8), 8, 3, ""), perm=[0, 3, 1, 2])
    x = net.dense(tracks, 5, 24)
    for _ in range(2):
        heads = [net.node("Reshape", net.dense(x, 24, 24, ""), [0, 0, 3, 8]) for _ in range(3)]
        query, key, value = (net.node("Transpose", part, perm=perm) for part, perm in
                             zip(heads, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]), strict=True))  # fmt: skip
        scores = net.node("Mul", net.node("MatMul", query, key), np.array(0.35, np.float32))
        weights = net.node("Softmax", net.node("Add", scores, bias))
        found = net.node("Transpose", net.node("MatMul", weights, value), perm=[0, 2, 1, 3])
        x = net.node("Add", x, net.node("Reshape", found, [0, 0, 24]))
    pooled = net.node("ReduceMean", x, [1], keepdims=0)
    net.output(net.node("Softmax", net.dense(pooled, 24, 4, "")), "jet", "label", labels=4)
    net.output(net.dense(x, 24, 2, "Tanh"), "jet", "track", "label", labels=2)
    return net


def recurrent() -> Network:
    """LSTM in both directions, GRU and RNN along the tracks."""
    net = Network("recurrent")
    net.sequence("track", 14, min=1)
    x = net.node("Transpose", net.input("tracks", "jet", "track", "variable", width=6), perm=[1, 0, 2])
    x, last, _ = net.node(
        "LSTM", x, net.weight(2, 68, 6), net.weight(2, 68, 17), net.weight(2, 136), results=3, hidden_size=17,
        direction="bidirectional",
    )  # fmt: skip
    x = net.node("Reshape", net.node("Transpose", x, perm=[0, 2, 1, 3]), [0, 0, 34])
    x, _ = net.node(
        "GRU", x, net.weight(1, 33, 34), net.weight(1, 33, 11), net.weight(1, 66), results=2, hidden_size=11,
        linear_before_reset=1,
    )  # fmt: skip
    _, state = net.node("RNN", net.node("Squeeze", x, [1]), net.weight(1, 5, 11), net.weight(1, 5, 5), results=2,
                        hidden_size=5)  # fmt: skip
    both = net.node("Concat", net.node("Squeeze", net.node("Slice", last, [0], [1], [0]), [0]),
                    net.node("Squeeze", state, [0]), axis=1)  # fmt: skip
    net.output(net.dense(both, 22, 2, "Sigmoid"), "jet", "label", labels=2)
    return net


def recurrent_double_precision() -> Network:
    """What lwtnn's networks become: LSTM, GRU and RNN of float64, one jet at a time, without an entry axis."""
    net = Network("recurrent, double precision", dtype="float64")
    net.sequence("track", 14, min=1)
    x = net.node("Unsqueeze", net.input("tracks", "track", "variable", width=6), [1])
    x, _, _ = net.node(
        "LSTM", x, net.weight(1, 92, 6), net.weight(1, 92, 23), net.weight(1, 184), results=3, hidden_size=23,
        activations=["HardSigmoid", "Tanh", "Tanh"],
    )  # fmt: skip
    x, _ = net.node(
        "GRU", net.node("Squeeze", x, [1]), net.weight(2, 51, 23), net.weight(2, 51, 17), net.weight(2, 102),
        results=2, hidden_size=17, direction="bidirectional",
    )  # fmt: skip
    x = net.node("Reshape", net.node("Transpose", x, perm=[0, 2, 1, 3]), [0, 0, 34])
    x, _ = net.node("RNN", x, net.weight(1, 9, 34), net.weight(1, 9, 9), net.weight(1, 18), results=2, hidden_size=9)
    _, state, cell = net.node("LSTM", net.node("Squeeze", x, [1]), net.weight(1, 20, 9), net.weight(1, 20, 5),
                              results=3, hidden_size=5)  # fmt: skip
    both = net.node("Concat", net.node("Squeeze", state, [0]), net.node("Squeeze", cell, [0]), axis=1)
    net.output(net.node("Softmax", net.dense(both, 10, 3, "Sigmoid")), 1, "label", labels=3)
    return net


def one_event_at_a_time() -> Network:
    """A transformer without an entry axis: the jet's numbers go to each track, a gate pools them; and flows."""
    net = Network("one event at a time")
    net.sequence("track", 26, max=22, keep="last")
    net.sequence("flow", 9, min=2, pad=0.5)
    net.counts["track"] = np.maximum(net.counts["track"], 1)
    net.counts["flow"] = net.counts["flow"][::-1].copy()
    jets = net.input("jets", 1, "variable", width=3)
    tracks = net.input("tracks", "track", "variable", width=5)
    flows = net.dense(net.input("flows", "flow", "variable", width=4), 4, 18)
    target = net.node("Concat", net.node("Shape", tracks, end=1), [3], axis=0)
    x = net.node("Concat", net.node("Expand", jets, target), tracks, axis=1)
    x = net.node("Unsqueeze", net.dense(x, 8, 24), [0])
    x = net.node("Add", x, net.node("Attention", *(net.dense(x, 24, 24, "") for _ in range(3)), q_num_heads=3,
                                    kv_num_heads=3))  # fmt: skip
    x = net.node("LayerNormalization", x, net.weight(24, low=0.5, high=1.5), net.weight(24))
    gate = net.node("Softmax", net.dense(x, 24, 1, ""), axis=1)
    pooled = net.node("ReduceSum", net.node("Mul", x, gate), [1], keepdims=0)
    both = net.node("Concat", pooled, net.node("ReduceSum", flows, [0], keepdims=1), jets, axis=1)
    net.output(net.node("Softmax", net.dense(net.dense(both, 45, 30), 30, 4, "")), 1, "label", labels=4)
    net.output(net.node("Squeeze", net.dense(x, 24, 2, "Sigmoid"), [0]), "track", "label", labels=2)
    net.output(net.dense(flows, 18, 3, "Tanh"), "flow", "label", labels=3)
    return net


def two_sequences() -> Network:
    """A recurrent layer over one sequence and a masked sum over the other, batched; the flows come first."""
    net = Network("two sequences")
    net.sequence("track", 8, min=1)
    net.sequence("flow", 8, max=6)
    net.counts["flow"] = net.counts["flow"][::-1].copy()
    flows = net.dense(net.input("flows", "jet", "flow", "variable", width=4), 4, 18)
    present = net.node("Unsqueeze", net.mask("present", "jet", "flow"), [2])
    x = net.dense(net.input("tracks", "jet", "track", "variable", width=5), 5, 12)
    _, last = net.node(
        "GRU", net.node("Transpose", x, perm=[1, 0, 2]), net.weight(1, 27, 12), net.weight(1, 27, 9),
        net.weight(1, 54), results=2, hidden_size=9, linear_before_reset=1,
    )  # fmt: skip
    pooled = net.node("ReduceSum", net.node("Mul", flows, present), [1], keepdims=0)
    both = net.node("Concat", pooled, net.node("Squeeze", last, [0]), axis=1)
    net.output(net.node("Softmax", net.dense(both, 27, 4, "")), "jet", "label", labels=4)
    net.output(net.dense(flows, 18, 3, "Tanh"), "jet", "flow", "label", labels=3)
    return net
