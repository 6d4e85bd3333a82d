"""Which nodes keep the entries of a block apart: many entries may run at once only where that is proven.

Each case is a small graph on tensors with an entry axis "e", and the axes of its output. TOGETHER must be
proven: there a session takes memory for a block of entries. APART must run entry by entry, since the graph
looks across entries or at their number. Either way a batch gives the bits that each entry gives alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from one_node import load

from lading.engine import _lading

E = "e"
I64 = lambda *values: {"int64": list(values)}  # noqa: E731


def node(operator: str, inputs: list[Any], **attributes: Any) -> dict[str, Any]:
    """A node that reads names and constants, or the node before it for "_"."""
    return {"operator": operator, "inputs": inputs, **({"attributes": attributes} if attributes else {})}


def graph(*nodes: dict[str, Any]) -> list[dict[str, Any]]:
    """Node k gives "v<k>", the last one "y"; "_" in the inputs is what the node before gives."""
    result = []
    for k, each in enumerate(nodes):
        inputs = [f"v{k - 1}" if name == "_" else name for name in each["inputs"]]
        outputs = each.get("outputs") or ["y" if k == len(nodes) - 1 else f"v{k}"]
        result.append({**each, "node": f"n{k}", "inputs": inputs, "outputs": outputs})
    return result


def one(operator: str, *more: Any, **attributes: Any) -> list[dict[str, Any]]:
    return graph(node(operator, ["x", *more], **attributes))



def kernel(*shape: int) -> list[dict[str, Any]]:
    """Nodes that make weights of that shape, "w"; constants in place are lists."""
    values = [round((-1) ** k / (k + 1), 3) for k in range(int(np.prod(shape)))]
    reshape = node("Reshape", [{"float32": values}, I64(*shape)])
    return [{**reshape, "node": "weights", "outputs": ["w"]}]


def cell(width: int, inputs: int, hidden: int) -> list[dict[str, Any]]:
    """Nodes that make weights "w" and "r" of a recurrent layer."""
    r = {**kernel(1, width, hidden)[0], "node": "recurrence", "outputs": ["r"]}
    return [*kernel(1, width, inputs), r]


COUNT = node("Shape", ["x"], start=0, end=1)  # the number of entries, where x has them first
X = {"x": [E, 3, 4]}
MIDDLE = {"x": [3, E, 4]}
NEAREST = [
    {
        "node": "k",
        "operator": "TopK",
        "inputs": ["x", I64(2)],
        "outputs": ["v", "i"],
        "attributes": {"axis": 1},
    }
]

TOGETHER = {
    "relu": (X, one("Relu"), [E, 3, 4]),
    "add of a constant vector": (X, one("Add", {"float32": [1, 2, 3, 4]}), [E, 3, 4]),
    "add of two": ({"x": [E, 3, 4], "z": [E, 1, 4]}, one("Add", "z"), [E, 3, 4]),
    "where": (
        {"x": [E, 4], "z": [E, 4]},
        graph(node("Greater", ["x", {"float32": 0}]), node("Where", ["_", "x", "z"])),
        [E, 4],
    ),
    "clip": (X, one("Clip", {"float32": 0}, {"float32": 1}), [E, 3, 4]),
    "power": (X, one("Pow", {"float32": 2}), [E, 3, 4]),
    "cast": (X, one("Cast", to="float64"), [E, 3, 4]),
    "max of three": ({"x": [E, 4], "z": [E, 1]}, one("Max", "z", {"float32": 0}), [E, 4]),
    "prelu": (X, one("PRelu", {"float32": [1, 2, 3, 4]}), [E, 3, 4]),
    "transpose": (X, one("Transpose", perm=[2, 0, 1]), [4, E, 3]),
    "reshape": (X, one("Reshape", I64(-1, 12)), [E, 12]),
    "reshape by copied lengths": (X, one("Reshape", I64(0, 2, 6)), [E, 2, 6]),
    "reshape to the number of entries": (
        X,
        graph(COUNT, node("Concat", ["_", I64(-1)], axis=0), node("Reshape", ["x", "_"])),
        [E, 12],
    ),
    "flatten": (X, one("Flatten"), [E, 12]),
    "squeeze": ({"x": [1, E, 1, 4]}, one("Squeeze", I64(0, 2)), [E, 4]),
    "unsqueeze": ({"x": [E, 4]}, one("Unsqueeze", I64(0, -1)), [1, E, 4, 1]),
    "concat": ({"x": [E, 3, 4], "z": [E, 2, 4]}, one("Concat", "z", axis=1), [E, 5, 4]),
    "split": (
        X,
        [
            {
                "node": "n",
                "operator": "Split",
                "inputs": ["x", I64(1, 2)],
                "outputs": ["a", "y"],
                "attributes": {"axis": 1},
            }
        ],
        [E, 2, 4],
    ),
    "slice": (X, one("Slice", I64(1), I64(3), I64(1)), [E, 2, 4]),
    "slice of all entries": (X, one("Slice", I64(0), I64(2**63 - 1), I64(0)), [E, 3, 4]),
    "gather": (X, one("Gather", I64(2, 0), axis=1), [E, 2, 4]),
    "gather of one": (X, one("Gather", {"int64": 1}, axis=1), [E, 4]),
    "gather before the entries": (MIDDLE, one("Gather", I64(2, 0), axis=0), [2, E, 4]),
    "gather from a table": (
        {"x": [E, 4]},
        graph(
            node("Greater", ["x", {"float32": 0}]),
            node("Cast", ["_"], to="int64"),
            node("Gather", [{"float32": [5, 7]}, "_"], axis=0),
        ),
        [E, 4],
    ),
    "neighbours": (
        X,
        [
            *NEAREST,
            {
                "node": "n",
                "operator": "GatherElements",
                "inputs": ["x", "i"],
                "outputs": ["y"],
                "attributes": {"axis": 1},
            },
        ],
        [E, 2, 4],
    ),
    "scatter": (
        X,
        [
            *NEAREST,
            {
                "node": "n",
                "operator": "ScatterElements",
                "inputs": ["x", "i", "v"],
                "outputs": ["y"],
                "attributes": {"axis": 1, "reduction": "add"},
            },
        ],
        [E, 3, 4],
    ),
    "top k": (
        X,
        [
            {
                "node": "n",
                "operator": "TopK",
                "inputs": ["x", I64(2)],
                "outputs": ["y"],
                "attributes": {"axis": 2},
            }
        ],
        [E, 3, 2],
    ),
    "one hot": (
        {"x": [E, 4]},
        graph(
            node("Cast", ["x"], to="int64"), node("OneHot", ["_", {"int64": 3}, {"float32": [0, 1]}], axis=0)
        ),
        [3, E, 4],
    ),
    "pad": (X, one("Pad", I64(0, 1, 0, 0, 0, 2)), [E, 4, 6]),
    "tile": (X, one("Tile", I64(1, 2, 1)), [E, 6, 4]),
    "expand": ({"x": [E, 1, 4]}, one("Expand", I64(1, 3, 1)), [E, 3, 4]),
    "expand with a new axis": ({"x": [E, 4]}, one("Expand", I64(2, 1, 4)), [2, E, 4]),
    "constant given to each entry": (
        {"x": [E, 4]},
        graph(
            COUNT,
            node("Concat", ["_", I64(4)], axis=0),
            node("Expand", [{"float32": [1, 2, 3, 4]}, "_"]),
            node("Add", ["x", "_"]),
        ),
        [E, 4],
    ),
    "constant of the entries' shape": (
        {"x": [E, 4]},
        graph(
            node("Shape", ["x"]),
            node("ConstantOfShape", ["_"], value={"float32": [2]}),
            node("Mul", ["x", "_"]),
        ),
        [E, 4],
    ),
    "constant joined to each entry": (
        {"x": [E, 4]},
        graph(
            COUNT,
            node("Concat", ["_", I64(1)], axis=0),
            node("ConstantOfShape", ["_"]),
            node("Concat", ["x", "_"], axis=1),
        ),
        [E, 5],
    ),
    "number of features as a number": (
        X,
        graph(
            node("Shape", ["x"], start=2, end=3),
            node("Cast", ["_"], to="float32"),
            node("Sqrt", ["_"]),
            node("Div", ["x", "_"]),
        ),
        [E, 3, 4],
    ),
    "triangle": ({"x": [E, 3, 3]}, one("Trilu"), [E, 3, 3]),
    "dropout": (X, one("Dropout"), [E, 3, 4]),
    "depth to space": ({"x": [E, 4, 2, 2]}, one("DepthToSpace", blocksize=2), [E, 1, 4, 4]),
    "convolution": ({"x": [E, 2, 5]}, [*kernel(3, 2, 3), *one("Conv", "w", pads=[1, 1])], [E, 3, 5]),
    "convolution by strides": (
        {"x": [E, 2, 5, 4]},
        [*kernel(4, 1, 2, 3), *one("Conv", "w", {"float32": [1, 2, 3, 4]}, group=2, strides=[2, 1])],
        [E, 4, 2, 2],
    ),
    "transposed convolution": (
        {"x": [E, 2, 5]},
        [*kernel(2, 3, 3), *one("ConvTranspose", "w", strides=[2])],
        [E, 3, 11],
    ),
    "convolution and pool": (
        {"x": [E, 1, 6]},
        [
            *kernel(4, 1, 3),
            *graph(
                node("Conv", ["x", "w"]),
                node("Relu", ["_"]),
                node("MaxPool", ["_"], kernel_shape=[2], strides=[2]),
            ),
        ],
        [E, 4, 2],
    ),
    "average pool": ({"x": [E, 2, 5]}, one("AveragePool", kernel_shape=[3], pads=[1, 1]), [E, 2, 5]),
    "pool of another axis": ({"x": [2, E, 5]}, one("LpPool", kernel_shape=[3]), [2, E, 3]),
    "global pool": (X, one("GlobalAveragePool"), [E, 3, 1]),
    "part of an image, smoothed": (
        {"x": [E, 8, 3]},
        one(
            "Resize", {"float32": [0.2, 1.1]}, "", I64(3), axes=[1], mode="linear", antialias=1,
            coordinate_transformation_mode="tf_crop_and_resize",
        ),
        [E, 3, 3],
    ),
    "convolution that is moved": (
        {"x": [E, 2, 4, 4], "o": [E, 8, 3, 3]},
        [*kernel(3, 2, 2, 2), *one("DeformConv", "w", "o")],
        [E, 3, 3, 3],
    ),
    "samples at places of the entry": (
        {"x": [E, 2, 3, 4], "g": [E, 2, 2, 2]},
        one("GridSample", "g"),
        [E, 2, 2, 2],
    ),
    "response": (X, one("LRN", size=2), [E, 3, 4]),
    "transform": ({"x": [E, 6, 2]}, one("DFT"), [E, 6, 2]),
    "one side of a transform": ({"x": [6, E, 1]}, one("DFT", "", {"int64": 0}, onesided=1), [4, E, 2]),
    "short transforms": ({"x": [E, 8, 1]}, one("STFT", {"int64": 2}, "", {"int64": 4}), [E, 3, 3, 2]),
    "columns of an image": ({"x": [E, 4, 4]}, one("Col2Im", I64(3, 3), I64(2, 2)), [E, 1, 3, 3]),
    "determinant": ({"x": [E, 3, 3]}, one("Det"), [E]),
    "lstm": ({"x": [3, E, 4]}, [*cell(8, 4, 2), *one("LSTM", "w", "r")], [3, 1, E, 2]),
    "gru of entries first": ({"x": [E, 3, 4]}, [*cell(6, 4, 2), *one("GRU", "w", "r", layout=1)], [E, 3, 1, 2]),
    "rnn from states of the entries": (
        {"x": [3, E, 4], "z": [1, E, 2]},
        [*cell(2, 4, 2), *one("RNN", "w", "r", "", "", "z")],
        [3, 1, E, 2],
    ),
    "last state of an lstm": (
        {"x": [3, E, 4]},
        [*cell(8, 4, 2), {**one("LSTM", "w", "r")[0], "outputs": ["", "", "y"]}],
        [1, E, 2],
    ),
    "lstm from zeros as exporters make them": (
        {"x": [3, E, 4]},
        [
            *cell(8, 4, 2),
            *graph(
                node("Shape", ["x"], start=1, end=2),
                node("Concat", [I64(1), "_", I64(2)], axis=0),
                node("ConstantOfShape", ["_"]),
                node("LSTM", ["x", "w", "r", "", "", "_", "_"]),
            ),
        ],
        [3, 1, E, 2],
    ),
    "resize": ({"x": [E, 2, 3]}, one("Resize", "", {"float32": [1, 2, 1.5]}, mode="linear"), [E, 4, 4]),
    "quantize": (
        X,
        graph(
            node("QuantizeLinear", ["x", {"float32": 0.1}, {"int8": 0}]),
            node("DequantizeLinear", ["_", {"float32": 0.1}]),
        ),
        [E, 3, 4],
    ),
}

APART = {
    "steps that are entries": ({"x": [E, 3, 4]}, [*cell(8, 4, 2), *one("LSTM", "w", "r")], [E, 1, 3, 2]),
    "channels that are entries": (
        {"x": [2, E, 5]},
        [*kernel(1, 1, 3), *one("Conv", "w")],
        [2, E, 3],
    ),
    "pool over entries": ({"x": [2, 3, E]}, one("MaxPool", kernel_shape=[1]), [2, 3, E]),
    "places in all entries": (
        {"x": [E, 1, 4]},
        [
            {
                "node": "n0",
                "operator": "MaxPool",
                "inputs": ["x"],
                "outputs": ["v", "i"],
                "attributes": {"kernel_shape": [2]},
            },
            *[{**n, "node": "n1"} for n in graph(node("Cast", ["i"], to="float32"))],
        ],
        [E, 1, 3],
    ),
    "add along different axes": ({"x": [E, 1], "z": [1, E]}, one("Add", "z"), [E, 1]),
    "squeeze of whatever is one": (
        {"x": [E, 1, 4]},
        graph(node("Squeeze", ["x"]), node("Add", ["x", "_"])),
        [E, 1, 4],
    ),
    "slice of the first entries": (X, one("Slice", I64(0), I64(4), I64(0)), [E, 3, 4]),
    "slice of reversed entries": (X, one("Slice", I64(-1), I64(-(2**63)), I64(0), I64(-1)), [E, 3, 4]),
    "slice up to the number of entries": (
        {"x": [E, 4]},
        graph(COUNT, node("Slice", ["x", I64(0), "_", I64(1)])),
        [E, 1],
    ),
    "gather of entries": (X, one("Gather", I64(0), axis=0), [E, 3, 4]),
    "number of entries as a number": (
        X,
        graph(COUNT, node("Cast", ["_"], to="float32"), node("Div", ["x", "_"])),
        [E, 3, 4],
    ),
    "number of entries as an index": (X, graph(COUNT, node("Gather", ["x", "_"], axis=1)), [E, 1, 4]),
    "counted entries": (
        {"x": [E]},
        graph(
            node("Size", ["x"]),
            node("Range", [{"int64": 0}, "_", {"int64": 1}]),
            node("Cast", ["_"], to="float32"),
            node("Add", ["x", "_"]),
        ),
        [E],
    ),
    "top k of entries": (
        X,
        [
            {
                "node": "n",
                "operator": "TopK",
                "inputs": ["x", I64(1)],
                "outputs": ["y"],
                "attributes": {"axis": 0},
            }
        ],
        [E, 3, 4],
    ),
    "triangle across entries": (MIDDLE, one("Trilu"), [3, E, 4]),
    "triangle of entries": ({"x": [E, 3]}, one("Trilu"), [E, 3]),
    "non zero": (
        {"x": [E, 4]},
        graph(
            node("NonZero", ["x"]),
            node("Size", ["_"]),
            node("Cast", ["_"], to="float32"),
            node("Add", ["x", "_"]),
        ),
        [E, 4],
    ),
}


def tensor(rng: np.random.Generator, axes: list[Any], entries: int) -> np.ndarray:
    """Values of both signs, entries first."""
    return np.float32(rng.normal(size=(entries, *[length for length in axes if length != E])) * 2)


class Prepared:
    """The bundle of one case, and how to run it."""

    def __init__(self, inputs: dict[str, list[Any]], nodes: list[dict[str, Any]], output: list[Any]):
        self.axes = inputs
        endpoints = [{"name": name, "axes": axes, "type": "float32"} for name, axes in inputs.items()]
        result = {"name": "y", "axes": output, "type": "float64" if "float64" in str(nodes) else "float32"}
        self.dtype = np.dtype(result["type"])
        self.model = load(endpoints, nodes, [result], {}, {E: {"kind": "entry"}})

    def alone(self, feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
        """Numbers of each entry, the graph run on it alone."""
        entries = len(next(iter(feeds.values())))
        session = _lading.Session(self.model)
        return [
            session.run_graph(
                [
                    np.ascontiguousarray(np.moveaxis(value[e : e + 1], 0, self.axes[name].index(E)))
                    for name, value in feeds.items()
                ]
            )[0].ravel()
            for e in range(entries)
        ]

    def together(self, feeds: dict[str, np.ndarray], width: int) -> tuple[np.ndarray, int]:
        """Numbers of all entries, and the memory of the session that made them."""
        entries = len(next(iter(feeds.values())))
        session = _lading.Session(self.model)
        result = np.full((entries, width), np.nan, self.dtype)
        session.run_batch(entries, list(feeds.values()), [(0, 1.0)] * len(feeds), [None], [result], 1)
        return result, session.memory


def prepare(
    case: tuple[dict[str, list[Any]], list[dict[str, Any]], list[Any]],
) -> tuple[Prepared, dict[str, np.ndarray]]:
    rng = np.random.default_rng(1)
    return Prepared(*case), {name: tensor(rng, axes, 64) for name, axes in case[0].items()}


@pytest.mark.parametrize("case", [*TOGETHER, *APART])
def test_a_batch_gives_what_each_entry_gives_alone(case):
    prepared, feeds = prepare({**TOGETHER, **APART}[case])
    alone = np.array(prepared.alone(feeds))
    np.testing.assert_array_equal(prepared.together(feeds, alone.shape[1])[0], alone)


@pytest.mark.parametrize("case", TOGETHER)
def test_entries_are_proven_apart(case):
    prepared, feeds = prepare(TOGETHER[case])
    width = prepared.alone(feeds)[0].size
    few = {name: value[:7] for name, value in feeds.items()}
    assert prepared.together(feeds, width)[1] > 2 * prepared.together(few, width)[1]


@pytest.mark.parametrize("case", APART)
def test_entries_that_meet_are_run_one_by_one(case):
    prepared, feeds = prepare(APART[case])
    width = prepared.alone(feeds)[0].size
    few = {name: value[:7] for name, value in feeds.items()}
    assert prepared.together(feeds, width)[1] == prepared.together(few, width)[1]
