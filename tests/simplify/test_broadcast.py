"""Operands that broadcasting makes again are read as they were; where the result would shrink they stay."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, operators

X = "float[e,n,4] x, float[e,1,4] z"
CONSTANTS = {"two": np.int64([1, 1, 2]), "wide": np.int64([3, 1, 1, 1]), "one": np.int64([1])}
FULL = "s = Shape(x)  f = ConstantOfShape <value = float[1] {2.5}> (s)  "
FOUND = {
    "Expand": "s = Shape(x)  b = Expand(z, s)  y = Add(x, b)",
    "Expand, first": "s = Shape(x)  b = Expand(z, s)  y = Sub(b, x)",
    "Expand of a condition": "s = Shape(x)  g = Greater(z, half)  b = Expand(g, s)  y = Where(b, x, half)",
    "a number": FULL + "y = Mul(x, f)",
    "a number reshaped": FULL + "t = Reshape(f, s)  y = Div(t, x)",
    "a number in a condition": FULL + "g = Greater(x, f)  y = Where(g, x, z)",
}
KEPT = {
    "nobody else is so long": "s = Shape(x)  b = Expand(z, s)  y = Mul(b, z)",
    "more axes": "b = Expand(x, wide)  m = Mul(b, z)  y = ReduceSum <keepdims = 0> (m, axis)",
    "not elementwise": "s = Shape(x)  b = Expand(z, s)  y = Concat <axis = 2> (b, x)",
    "others read it": "s = Shape(x)  b = Expand(z, s)  c = Add(x, b)  y = Concat <axis = 2> (b, c)",
    "a number that gives the shape": FULL + "y = Mul(f, z)",
}


@pytest.mark.parametrize("case", FOUND)
def test_read_as_it_was(case):
    written = Written(X, "float[e,n,4] y", FOUND[case], {**CONSTANTS, "half": 0.5})
    left = operators(written.simplified(*written.feeds(0, 1, 3)))
    assert not {"Expand", "ConstantOfShape", "Shape"} & set(left)
    assert "broadcast" in written.rules


@pytest.mark.parametrize("case", KEPT)
def test_kept(case):
    constants = {**CONSTANTS, "axis": np.int64([0])}
    written = Written(X, "float[e,n,w] y", KEPT[case], constants)
    left = operators(written.simplified(*written.feeds(0, 1, 3), tolerance=1e-5))
    assert {"Expand", "ConstantOfShape"} & set(left)
    assert "broadcast" not in written.rules


def test_an_expanded_value_that_is_an_output_stays():
    nodes = "s = Shape(x)  b = Expand(z, s)  y = Add(x, b)"
    written = Written(X, "float[e,n,4] y, float[e,n,4] b", nodes, CONSTANTS)
    assert "Expand" in operators(written.simplified(*written.feeds(0, 1, 3)))


def test_the_bits_of_the_number_stay():
    nodes = "s = Shape(x)  f = ConstantOfShape <value = float[1] {-0.0}> (s)  y = Mul(x, f)"
    written = Written("float[e,4] x", "float[e,4] y", nodes)
    (node,) = written.simplified(*written.feeds(0, 1, 3))
    held = next(each for each in node.inputs if isinstance(each, np.ndarray))
    assert (held.dtype, held.shape, held.tobytes()) == (np.dtype("f4"), (), np.float32(-0.0).tobytes())
