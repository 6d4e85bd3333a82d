"""Small networks of every kind, with their events: numbers from a formula, so that every machine makes the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lading.endpoints import Axis, Input, Label, Mask, Missing, Output, Variable
from lading.graph import Node, Subgraph
from lading.model import Model

ENTRIES = 1000


def numbers(seed: int, *shape: int, low: float = -1, high: float = 1) -> np.ndarray:
    """float64 values in [low, high): SplitMix64 of the place, its upper 24 bits."""
    z = np.arange(1 + (seed << 32), 1 + (seed << 32) + int(np.prod(shape)), dtype=np.uint64)
    z *= np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    unit = (z ^ (z >> np.uint64(31))) >> np.uint64(40)
    return (low + (high - low) * (unit.astype(np.float64) / 2**24)).reshape(shape)


class Network:
    """A model that is written node by node, and 1000 entries to run it on."""

    def __init__(self, name: str, dtype: str = "float32"):
        self.model, self.dtype = Model(name), dtype
        self.model.axes["jet"] = Axis("jet", "entry")
        self.columns: dict[tuple[str, str | None], np.ndarray] = {}
        self.counts: dict[str, np.ndarray] = {}

    def sequence(self, name: str, longest: int = 12, **rules: Any) -> None:
        """A sequence axis; entry e has hash(e) elements, 0 and ``longest`` among them."""
        self.model.axes[name] = Axis(name, "sequence", of="jet", **rules)
        self.counts[name] = numbers(7, ENTRIES, low=0, high=longest + 1).astype(np.int64)
        self.counts[name][:3] = max(1, rules.get("min", 0)), longest, 0

    def input(self, name: str, *axes: Any, width: int = 0, low: float = -2, high: float = 2) -> str:
        """An input with values for all entries; ``width`` variables if one of its axes is "variable"."""
        variables = [Variable(f"v{i}") for i in range(width)]
        self.model.input_list.append(Input(name, list(axes), self.dtype, variables))
        along = [self.counts[axis].sum() for axis in axes if axis in self.counts]
        items, seed = int(along[0]) if along else ENTRIES, 100 + len(self.columns)
        fed = "float32" if self.dtype == "float16" else self.dtype  # as slots hold it
        fixed = [size for size in axes if isinstance(size, int)]
        for i, variable in enumerate(variables or [None]):
            shape = (items, *(fixed if variable is None else ()))
            key = (name, variable.name if variable else None)
            self.columns[key] = numbers(seed + i, *shape, low=low, high=high).astype(fed)
        return name

    def mask(self, name: str, *axes: Any, **rules: Any) -> str:
        of = next(axis for axis in axes if axis in self.counts)
        made = Input(name, list(axes), rules.pop("dtype", self.dtype), mask=Mask(of, **rules))
        self.model.input_list.append(made)
        return name

    def weight(self, *shape: int, low: float | None = None, high: float | None = None) -> str:
        """A new weight of the size that keeps the numbers of a layer near one."""
        reach = 1.7 / float(np.sqrt(shape[-2] if len(shape) > 1 else 9))
        name = f"w{len(self.model.weights)}"
        low, high = -reach if low is None else low, reach if high is None else high
        values = numbers(1000 + len(self.model.weights), *shape, low=low, high=high)
        self.model.weights[name] = values.astype(self.dtype)
        return name

    def node(self, operator: str, *inputs: Any, results: int = 1, graph: str = "main", **attributes: Any) -> Any:
        """Appends a node; its result, or a list of its results. Lists and numbers are int64 constants."""
        nodes = self.model.graphs[graph].nodes
        name = f"{graph}_{len(nodes)}_{operator}"
        operands = [x if isinstance(x, str | np.ndarray) else np.array(x, np.int64) for x in inputs]
        made = [f"{name}_y{i}" for i in range(results)]
        nodes.append(Node(name, operator, operands, made, attributes))
        return made if results > 1 else made[0]

    def dense(self, x: str, inputs: int, outputs: int, activation: str = "Relu") -> str:
        y = self.node("Add", self.node("MatMul", x, self.weight(inputs, outputs)), self.weight(outputs))
        return self.node(activation, y) if activation else y

    def normalize(self, x: str, width: int) -> str:
        scale, bias, mean, variance = (self.weight(width, low=low, high=1) for low in (0.5, -1, -0.5, 0.2))
        return self.node("BatchNormalization", x, scale, bias, mean, variance)

    def output(self, value: str, *axes: Any, labels: int = 0, dtype: str | None = None) -> None:
        names = [Label(f"p{i}") for i in range(labels)]
        self.model.output_list.append(Output(value, list(axes), dtype or self.dtype, names))


def multilayer_perceptron() -> Network:
    """Layers of the three orders of sums (below 32, below 128, from 128 inputs), and normalisations to fold."""
    net = Network("multilayer perceptron")
    x = net.input("jets", "jet", 13)
    for inputs, outputs, activation in ((13, 40, "Relu"), (40, 130, "Elu"), (130, 67, "Tanh")):
        x = net.node("Gemm", x, net.weight(inputs, outputs), net.weight(outputs))
        x = net.node(activation, net.normalize(x, outputs))
    net.output(net.node("Softmax", net.dense(x, 67, 3, "")), "jet", "label", labels=3)
    return net


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


STEPS: list[list[Any]] = [
    [],
    [{"subtract": 0.3}, {"divide": 1.7}],
    [{"add": 0.1}, {"multiply": 0.7}],
    ["abs", "sqrt"],
    ["abs", {"add": 0.01}, "log"],
    ["abs", {"add": 0.01}, "log10", {"subtract": 4.3}],
    ["abs", "log1p"],
    [{"clip": [-0.5, 1.25]}, "float32", {"divide": 3}],
]
MISSING = [None, Missing(["nan", -1.0], 0.5), Missing([{"above": 1.5}, {"below": -1.25}], 0.25), Missing(["inf"], 3)]


def preparation(type_name: str, raw: str) -> Network:
    """All steps and rules for missing values, with slots of one type and a tensor of another."""
    net = Network(f"preparation of {raw} to {type_name}", dtype=type_name)
    net.sequence("track", 9, min=2, max=6, keep="last", pad=-1)
    for name, axes in (("jets", ["jet", "variable"]), ("tracks", ["jet", "track", "variable"])):
        variables, items = [], ENTRIES if name == "jets" else int(net.counts["track"].sum())
        for i, (steps, missing) in enumerate((s, m) for s in STEPS for m in MISSING):
            if raw == "int64":
                missing = None if missing is None else Missing([{"above": 5}, -3], 2)
            variables.append(Variable(f"v{i}", raw=raw, prepare=steps, missing=missing))
            values = numbers(200 + i, items, low=-2, high=2)
            values[1::7], values[2::11] = (-1, np.nan) if missing and "nan" in missing.when else (1, 0)
            if missing and "inf" in missing.when:
                values[3::13] = -np.inf
            net.columns[name, f"v{i}"] = (values * 4 if raw == "int64" else values).astype(raw)
        net.model.input_list.append(Input(name, axes, type_name, variables))
        net.output(net.node("Neg", name), *axes[:-1], "label", labels=len(variables))
    return net


def categories() -> Network:
    """Integers that become places, flags that hide, a value per jet given to each track, with rules of its own."""
    net = Network("categories", dtype="int64")
    net.sequence("track", 9)
    items, hidden = int(net.counts["track"].sum()), numbers(6, ENTRIES) > 0.3
    charge = Variable("charge", raw="int64", categories=[-1, 0, 1], unknown=3)
    net.model.input_list = [
        Input("jets", ["jet", "variable"], "float32", [
            Variable("pt", missing=Missing([-999, {"flag": "bad"}], 0.5), prepare=[{"multiply": 3}]), Variable("bad")]),
        Input("tracks", ["jet", "track", "variable"], "float32", [
            Variable("d0"), Variable("bad"), Variable("jet_pt", source="jets.pt", prepare=["abs", "sqrt"]),
            Variable("other_pt", source="jets.pt", missing=Missing([-998, {"flag": "bad"}], 2))]),
        Input("kinds", ["jet", "track", "variable"], "int64", [charge]),
    ]  # fmt: skip
    net.columns = {
        ("jets", "pt"): np.where(hidden, np.resize([-999, -998], ENTRIES), numbers(1, ENTRIES)).astype(np.float32),
        ("jets", "bad"): (numbers(2, ENTRIES) > 0.5).astype(np.float32),
        ("tracks", "d0"): numbers(3, items).astype(np.float32),
        ("tracks", "bad"): (numbers(5, items) > 0.5).astype(np.float32),
        ("kinds", "charge"): numbers(4, items, low=-3, high=4).astype(np.int64),
    }
    net.output(net.node("Identity", "jets"), "jet", "label", labels=2, dtype="float32")
    net.output(net.node("Identity", "tracks"), "jet", "track", "label", labels=4, dtype="float32")
    table = net.node("Gather", np.float32([0.5, -2, 3, 7]), "kinds", axis=0)
    net.output(table, "jet", "track", "label", labels=1, dtype="float32")
    return net


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


NETWORKS: dict[str, Callable[[], Network]] = {
    f.__name__: f
    for f in (multilayer_perceptron, deep_sets, one_jet_at_a_time, rows, self_attention, attention_heads, categories,
              choice, nearest_neighbours, images, recurrent, double_precision, half_precision)
} | {
    f"preparation_{raw}_{name}": lambda raw=raw, name=name: preparation(name, raw)
    for raw in ("float32", "float64", "int64") for name in ("float32", "float64")
} | {f"functions_{name}": lambda name=name: functions(name) for name in ("float32", "float64")}  # fmt: skip
