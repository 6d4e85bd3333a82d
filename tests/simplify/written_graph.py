"""Small graphs in ONNX's own notation, before and after they are simplified.

>>> written = Written("float[n,4] x", "float[n,4] y", "s = Sigmoid(x)  y = Mul(x, s)")
>>> [node.operator for node in written.simplified({"x": normal(3, 4)})]
['Swish']
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import onnx
import onnx.parser
import onnx.reference

from lading.evaluation import evaluator
from lading.graph import Node
from lading.model import Model
from lading.simplify import simplify
from lading.sources.onnx import read_bytes

Tensors = Mapping[str, np.ndarray]


@dataclass
class Written:
    """A graph: declared inputs and outputs, nodes as text, constants by name (numbers are float32)."""

    inputs: str
    outputs: str
    nodes: str
    constants: Mapping[str, object] = field(default_factory=dict)
    opset: int = 20
    #: Filled by ``simplified``: the model as it was left, and the rules that changed something.
    left: Model | None = None
    rules: set[str] = field(default_factory=set)

    def feeds(self, *lengths: int) -> list[dict[str, np.ndarray]]:
        """Float inputs for every combination of these lengths of the named axes."""
        declared = dict(reversed(each.split("] ")) for each in re.findall(r"float\[([^\]]*\] \w+)", self.inputs))
        shapes = {name: [axis.strip() for axis in axes.split(",") if axis] for name, axes in declared.items()}
        named = sorted({axis for shape in shapes.values() for axis in shape if not axis.isdigit()})
        return [
            {
                name: normal(*(int(dict(zip(named, each, strict=True)).get(axis, axis)) for axis in shape), seed=number)
                for number, (name, shape) in enumerate(shapes.items())
            }
            for each in itertools.product(lengths, repeat=len(named))
        ]

    def model(self) -> onnx.ModelProto:
        head = f'<ir_version: 9, opset_import: ["" : {self.opset}]>'
        model = onnx.parser.parse_model(f"{head} g ({self.inputs}) => ({self.outputs}) {{ {self.nodes} }}")
        for name, value in self.constants.items():
            array = value if isinstance(value, np.ndarray | np.generic) else np.float32(value)
            model.graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(array), name))
        return model

    def simplified(self, *feeds: Tensors, tolerance: float = 2e-6, reference: bool = True) -> list[Node]:
        """The nodes that are left, which give for all feeds what the written ones gave.

        They are compared in the evaluator and, if ``reference``, with the file in onnx.reference. Simplifying
        once more must change nothing: rules that undo each other would go round in circles.
        """
        proto = self.model()
        model = read_bytes(proto.SerializeToString(), "network.onnx")
        before = [evaluator(model)(each) for each in feeds]
        changes = simplify(model)
        assert not simplify(model)
        self.left, self.rules = model, {change.rule for change in changes}
        for each, old in zip(feeds, before, strict=True):
            new = evaluator(model)(each)
            assert list(new) == list(old)
            for name, expected in old.items():
                near(new[name], expected, tolerance)
            if reference:
                for found, expected in zip(new.values(), referee(proto, each), strict=True):
                    near(found, expected, 5 * tolerance)
        return model.graphs["main"].nodes


def referee(proto: onnx.ModelProto, tensors: Tensors) -> list[np.ndarray]:
    with np.errstate(all="ignore"):
        return [np.asarray(each) for each in onnx.reference.ReferenceEvaluator(proto).run(None, dict(tensors))]


def near(found: np.ndarray, expected: np.ndarray, tolerance: float) -> None:
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    scale = np.max(np.abs(expected[np.isfinite(expected)]), initial=0.0)
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * scale)


def operators(nodes: list[Node]) -> list[str]:
    return [node.operator for node in nodes]


def normal(*shape: int, seed: int = 3, dtype: str = "float32") -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)
