"""Attributes that say what holds without them go; others stay, also those that would be the default elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, normal

from lading.simplify.defaults import DEFAULTS

X, Y = "float[n,4] x", "float[a,b] y"
IMAGE, RESULT = "float[n,4,6,6] x", "float[a,b,c,d] y"
CONSTANTS = {
    "w": normal(4, 4), "k": normal(2, 4, 3, 3), "one": np.int64([1]), "zeros": np.int64([0, 0, 0, 0]),
    "pads": np.int64([0, 1, 0, 1]), "flat": np.int64([-1, 2, 2]), "copied": np.int64([0, 4]), "first": np.int64([0]),
}  # fmt: skip

GONE = {
    "Gemm": (X, "y = Gemm <alpha = 1.0, beta = 1.0, transA = 0, transB = 0> (x, w)"),
    "Softmax": (X, "y = Softmax <axis = -1> (x)"),
    "Gather": (X, "y = Gather <axis = 0> (x, first)"),
    "ReduceSum": (X, "y = ReduceSum <keepdims = 1, noop_with_empty_axes = 0> (x, one)"),
    "LeakyRelu, rounded to float32": (X, "y = LeakyRelu <alpha = 0.009999999776482582> (x)"),
    "Flatten": (X, "a = Unsqueeze(x, one)  b = Abs(a)  e = Exp(b)  y = Flatten <axis = 1> (e)"),
    "Reshape": (X, "y = Reshape <allowzero = 0> (x, flat)"),
    "Reshape to no zero": (X, "y = Reshape <allowzero = 1> (x, flat)"),
    "Pad": (X, 'y = Pad <mode = "constant"> (x, pads)'),
    "Conv": (IMAGE, 'y = Conv <auto_pad = "NOTSET", dilations = [1, 1], group = 1, kernel_shape = [3, 3],'
                    " pads = [0, 0, 0, 0], strides = [1, 1]> (x, k)"),
}  # fmt: skip
KEPT = {
    "Gemm": (X, "y = Gemm <alpha = 0.5, transB = 1> (x, w)", {"alpha", "transB"}),
    "Softmax": (X, "y = Softmax <axis = 0> (x)", {"axis"}),
    "Gather": (X, "y = Gather <axis = 1> (x, first)", {"axis"}),
    "ReduceSum": (X, "r = ReduceSum <keepdims = 0> (x, one)  y = Neg(r)", {"keepdims"}),
    "LeakyRelu": (X, "y = LeakyRelu <alpha = 0.0100001> (x)", {"alpha"}),
    "Conv": (IMAGE, "y = Conv <dilations = [2, 2], pads = [0, 0, 0, 1], strides = [1, 2]> (x, k)",
             {"dilations", "pads", "strides"}),
    "kernel of a pool": (IMAGE, "y = MaxPool <kernel_shape = [2, 2], strides = [1, 1]> (x)", {"kernel_shape"}),
    "Trilu": (X, "y = Trilu <upper = 0> (x)", {"upper"}),
}  # fmt: skip


@pytest.mark.parametrize("case", GONE)
def test_defaults_go(case):
    inputs, nodes = GONE[case]
    written = Written(inputs, RESULT if inputs == IMAGE else Y, nodes, CONSTANTS)
    node = written.simplified(*written.feeds(1, 3), tolerance=1e-5)[-1]
    assert not node.attributes
    assert "defaults" in written.rules or "Reshape" in case or "Flatten" in case  # which other rules rewrite


@pytest.mark.parametrize("case", KEPT)
def test_others_stay(case):
    inputs, nodes, attributes = KEPT[case]
    outputs = "float[a] y" if case == "ReduceSum" else RESULT if inputs == IMAGE else Y
    written = Written(inputs, outputs, nodes, CONSTANTS)
    node = written.simplified(*written.feeds(1, 3), tolerance=1e-5)[0]
    assert set(node.attributes) == attributes


def test_a_zero_that_is_meant_keeps_allowzero():
    nodes = "y = Reshape <allowzero = 1> (x, sizes)"
    written = Written("float[0,4] x", "float[4,0] y", nodes, {"sizes": np.int64([4, 0])})
    (node,) = written.simplified({"x": normal(0, 4)})
    assert node.attributes == {"allowzero": 1}


@pytest.mark.parametrize("operator", sorted(DEFAULTS))
def test_the_table_says_what_the_onnx_schema_says(operator):
    schemas = pytest.importorskip("onnx").defs
    schema = schemas.get_schema(operator, 24)
    for name, value in DEFAULTS[operator].items():
        default = schema.attributes[name].default_value
        said = {1: default.f, 2: default.i, 3: default.s.decode()}.get(default.type)
        assert said == (np.float32(value) if isinstance(value, float) else value), name
