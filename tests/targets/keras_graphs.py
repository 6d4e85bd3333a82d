"""Small graphs of ONNX that together hold every operator that is written for Keras."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Weights = dict[str, Any]


class Builder:
    """Grows a graph node by node; weights are random."""

    def __init__(self, seed: int):
        self.random, self.nodes, self.weights, self.count = np.random.default_rng(seed), [], {}, 0

    def add(self, operator: str, *inputs: Any, outputs: int = 1, gives: str = "", **attributes: Any) -> Any:
        self.count += 1
        names = [gives or f"{operator.lower()}_{self.count}", *(f"more_{self.count}_{at}" for at in range(1, outputs))]
        read = [each if isinstance(each, str) else self.weight(each) for each in inputs]
        self.nodes.append(helper.make_node(operator, read, names, name=names[0], **attributes))
        return names[0] if outputs == 1 else names

    def weight(self, array: Any) -> str:
        array = np.asarray(array)
        name = f"w{len(self.weights)}"
        self.weights[name] = array.astype({"f": "f4", "i": "i8", "b": "?"}[array.dtype.kind])
        return name

    def normal(self, *shape: int) -> np.ndarray:
        return self.random.normal(size=shape) * 0.7

    def save(self, path: Path, inputs: dict[str, list[Any]], outputs: dict[str, list[Any]],
             types: dict[str, int] | None = None) -> Path:  # fmt: skip
        sides = [[helper.make_tensor_value_info(name, (types or {}).get(name, TensorProto.FLOAT), shape)
                  for name, shape in side.items()] for side in (inputs, outputs)]  # fmt: skip
        tensors = [numpy_helper.from_array(array, name) for name, array in self.weights.items()]
        graph = helper.make_graph(self.nodes, "net", *sides, tensors)
        opset = [helper.make_opsetid("", 24)]
        onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), path)
        return path


def dense(path: Path) -> Path:
    """Products, normalizations, and a bias and an activation that become parts of their layer."""
    b = Builder(1)
    x = b.add("Relu", b.add("Add", b.add("MatMul", "x", b.normal(4, 6)), b.normal(6)))
    y = b.add("BatchNormalization", x, *(b.normal(6) for _ in range(3)), abs(b.normal(6)) + 0.1, epsilon=1e-3)
    z = b.add("LayerNormalization", b.add("Gemm", y, b.normal(5, 6), b.normal(5), transB=1), b.normal(5), b.normal(5))
    b.add("Softmax", b.add("Gemm", z, b.normal(5, 3)), axis=1, gives="p")
    pair = b.add("Reshape", z, [0, 5, 1])
    b.add("MatMul", pair, b.add("Transpose", pair, perm=[0, 2, 1]), gives="square")
    return b.save(path, {"x": ["n", 4]}, {"p": ["n", 3], "square": ["n", 5, 5]})


FUNCTIONS: list[tuple[str, dict[str, Any]]] = [
    ("Relu", {}), ("Sigmoid", {}), ("Tanh", {}), ("Abs", {}), ("Exp", {}), ("Softplus", {}), ("Softsign", {}),
    ("Selu", {}), ("Gelu", {}), ("Gelu", {"approximate": "tanh"}), ("Mish", {}), ("HardSwish", {}), ("Elu", {}),
    ("Elu", {"alpha": 0.5}), ("Celu", {}), ("LeakyRelu", {"alpha": 0.2}), ("LeakyRelu", {"alpha": 0.1}), ("Swish", {}),
    ("HardSigmoid", {"alpha": 0.2}), ("HardSigmoid", {"alpha": 1 / 6}), ("Neg", {}), ("Sign", {}), ("Sin", {}),
    ("Cos", {}), ("Floor", {}), ("Ceil", {}), ("Reciprocal", {}), ("LogSoftmax", {"axis": 1}), ("Identity", {}),
]  # fmt: skip


def functions(path: Path) -> Path:
    """Every function of one number, of a value that all of them read."""
    b = Builder(2)
    values = [b.add(operator, "x", **attributes) for operator, attributes in FUNCTIONS]
    positive = b.add("Add", b.add("Mul", "x", "x"), 0.25)
    values += [b.add("PRelu", "x", 0.3), b.add("PRelu", "x", b.normal(4)), b.add("Log", positive),
               b.add("Sqrt", positive), b.add("Clip", "x", 0.0, 6.0), b.add("Clip", "x", -0.5, 0.5),
               b.add("Clip", "x", -0.2), b.add("Dropout", "x")]  # fmt: skip
    b.add("Concat", *values, axis=1, gives="all")
    return b.save(path, {"x": ["n", 4]}, {"all": ["n", 4 * len(values)]})


def arithmetic(path: Path) -> Path:
    """Values with each other and with numbers, comparisons, choices and casts."""
    b = Builder(3)
    values = [b.add(each, "x", "y") for each in ("Add", "Sub", "Mul", "Max", "Min", "Mean", "Sum", "Div")]
    for operator in ("Add", "Sub", "Mul", "Div"):
        values += [b.add(operator, "x", abs(b.normal(4)) + 0.5), b.add(operator, "x", 0.75), b.add(operator, 0.75, "x")]
    values += [b.add("Pow", b.add("Abs", "x"), 1.5), b.add("Div", "x", -b.normal(4)[:1])]
    low, high = b.add("Less", "x", "y"), b.add("GreaterOrEqual", "x", -0.25)
    tests = [low, high, b.add("LessOrEqual", "y", 0.5), b.add("Greater", "x", "y"), b.add("Equal", "x", "y"),
             b.add("And", low, high), b.add("Or", low, high), b.add("Xor", low, high), b.add("Not", low),
             b.add("IsNaN", "x"), b.add("IsInf", "y")]  # fmt: skip
    values += [b.add("Cast", each, to=TensorProto.FLOAT) for each in tests]
    values += [b.add("Where", low, "x", "y"), b.add("Where", high, -9.0, "y")]
    b.add("Concat", *values, axis=1, gives="all")
    return b.save(path, {"x": ["n", 4], "y": ["n", 4]}, {"all": ["n", 4 * len(values)]})


def images(path: Path) -> Path:
    """Convolutions, pooling and averages over space, channels first as ONNX has them."""
    b = Builder(4)
    x = b.add("Conv", "image", b.normal(4, 3, 3, 2), b.normal(4), pads=[1, 0, 1, 1], strides=[2, 1])
    x = b.add("Tanh", b.add("BatchNormalization", x, *(b.normal(4) for _ in range(3)), abs(b.normal(4)) + 0.1))
    x = b.add("Conv", b.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 1], auto_pad="SAME_UPPER"),
              b.normal(4, 2, 2, 2), group=2, auto_pad="SAME_LOWER")  # fmt: skip
    x = b.add("Relu", x)
    b.add("Concat", b.add("Flatten", b.add("GlobalAveragePool", x)), b.add("Flatten", b.add("GlobalMaxPool", x)),
          b.add("ReduceMean", x, [2, 3], keepdims=0), axis=1, gives="means")  # fmt: skip
    flat = b.add("Flatten", b.add("AveragePool", x, kernel_shape=[2, 3], strides=[1, 2]))
    b.add("Gemm", flat, b.normal(12, 2), gives="score")
    return b.save(path, {"image": ["n", 3, 7, 8]}, {"means": ["n", 12], "score": ["n", 2]})


def steps(path: Path) -> Path:
    """Recurrent layers of every kind on a sequence of any length, and what follows them."""
    b = Builder(5)
    turned = b.add("Transpose", "tracks", perm=[1, 0, 2])

    def cell(gates: int, inputs: int, ways: int = 1) -> list[np.ndarray]:
        return [b.normal(ways, 4 * gates, inputs), b.normal(ways, 4 * gates, 4), b.normal(ways, 8 * gates)]

    lstm = b.add("LSTM", turned, *cell(4, 3), hidden_size=4)
    both = b.add("GRU", b.add("Squeeze", lstm, [1]), *cell(3, 4, 2), hidden_size=4, direction="bidirectional",
                 linear_before_reset=1)  # fmt: skip
    joined = b.add("Reshape", b.add("Transpose", both, perm=[2, 0, 1, 3]), [0, 0, 8])
    back = b.add("RNN", turned, *cell(1, 3), outputs=2, hidden_size=4, direction="reverse")
    last = b.add("GRU", b.add("Transpose", joined, perm=[1, 0, 2]), *cell(3, 8, 2), outputs=2, hidden_size=4,
                 direction="bidirectional", activations=["Sigmoid", "Relu"] * 2)  # fmt: skip
    ends = b.add("Reshape", b.add("Transpose", last[1], perm=[1, 0, 2]), [0, 8])
    wide = b.add("Conv", b.add("Transpose", joined, perm=[0, 2, 1]), b.normal(4, 8, 3), pads=[2, 0])
    sums = [b.add(f"Reduce{each}", wide, [2], keepdims=0) for each in ("Sum", "Max", "Min", "Mean")]
    taken = b.add("Gather", joined, np.asarray(-1), axis=1)
    b.add("Concat", b.add("Squeeze", back[1], [0]), ends, *sums, taken, "jet", axis=1, gives="summary")
    b.add("Softmax", wide, axis=1, gives="each")
    return b.save(path, {"tracks": ["n", "t", 3], "jet": ["n", 2]}, {"summary": ["n", 38], "each": ["n", 4, "t"]})


def shapes(path: Path) -> Path:
    """Parts of values, axes that come and go, a table, a product along an axis, a softmax over the first one."""
    b = Builder(6)
    grid = b.add("Reshape", b.add("Slice", "x", [1], [7], [1]), [0, 2, 3])
    parts = b.add("Split", "x", [3, 5], axis=1, outputs=2)
    values = [b.add("Reshape", b.add("Softmax", grid, axis=1), [-1, 6]), parts[0], parts[1],
              b.add("Squeeze", b.add("Unsqueeze", "x", [1]), [1]), b.add("Slice", "x", [0], [8], [1], [3]),
              b.add("ReduceProd", grid, [1], keepdims=0),
              b.add("Reshape", b.add("Gather", b.normal(5, 3), "kind", axis=0), [0, 6])]  # fmt: skip
    b.add("Concat", *values, axis=1, gives="all")
    b.add("Gather", b.add("Unsqueeze", "x", [2]), np.asarray(0), axis=2, gives="same")
    return b.save(path, {"x": ["n", 8], "kind": ["n", 2]}, {"all": ["n", 34], "same": ["n", 8]},
                  {"kind": TensorProto.INT64})  # fmt: skip


GRAPHS: dict[str, Callable[[Path], Path]] = {
    each.__name__: each for each in (dense, functions, arithmetic, images, steps, shapes)}  # fmt: skip


def inputs_of(model: Any, entries: int = 9, length: int = 6) -> dict[str, np.ndarray]:
    """Made-up inputs, by name."""
    random, made = np.random.default_rng(7), {}
    for given in model.input_list:
        shape = [entries, *(each if isinstance(each, int) else len(given.variables) or length
                            for each in given.axes[1:])][: len(given.axes)]  # fmt: skip
        numbers = random.normal(size=shape) if given.type.startswith("float") else random.integers(0, 5, shape)
        made[given.name] = numbers.astype(given.type)
    return made
