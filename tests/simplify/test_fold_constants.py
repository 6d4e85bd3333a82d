"""What is made of constants alone becomes a weight; what would grow too much, or is given, stays."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, normal, operators

X, Y = "float[n,4] x", "float[n,a] y"
CONSTANTS = {
    "w": normal(3, 4), "scale": normal(3, 1), "half": 0.5, "first": np.int64([0, 2]), "start": np.int64([1]),
    "end": np.int64([3]), "column": np.int64([1]), "row": normal(1, 4), "many": np.int64([300, 1]),
    "shape": np.int64([4, 20000]),
}  # fmt: skip
FOUND = {
    "transposed": "c = Transpose <perm = [1, 0]> (w)  y = MatMul(x, c)",
    "cast": "d = Cast <to = 11> (w)  e = Cast <to = 1> (d)  c = Transpose <perm = [1, 0]> (e)  y = MatMul(x, c)",
    "scaled": "m = Mul(w, scale)  c = Transpose <perm = [1, 0]> (m)  y = MatMul(x, c)",
    "sliced": "c = Slice(row, start, end, column)  z = Slice(x, start, end, column)  y = Mul(z, c)",
    "picked": "g = Gather(w, first)  c = Transpose <perm = [1, 0]> (g)  y = MatMul(x, c)",
    "one part of a Split": "a, b = Split <axis = 0, num_outputs = 2> (w)  c = Transpose(a)  y = MatMul(x, c)",
}
ARITHMETIC = {"Transpose", "Mul", "Cast", "Split"}


@pytest.mark.parametrize("case", FOUND)
def test_folded(case):
    written = Written(X, Y, FOUND[case], CONSTANTS)
    left = written.simplified(*written.feeds(0, 1, 3))
    assert operators(left) == (["Slice", "Mul"] if case == "sliced" else ["MatMul"])
    assert "fold_constants" in written.rules
    assert len(written.left.weights) == 1


def test_what_depends_on_the_input_stays():
    written = Written(X, Y, "m = Mul(x, row)  y = Add(m, row)", CONSTANTS)
    assert operators(written.simplified(*written.feeds(0, 1, 3))) == ["Mul", "Add"]
    assert "fold_constants" not in written.rules


@pytest.mark.parametrize("nodes", ["c = Tile(row, many)  p = MatMul(c, v)", "c = ConstantOfShape(shape)  p = Exp(c)"])
def test_much_of_little_stays(nodes):
    nodes += "  r = ReduceSum <keepdims = 0> (p)  y = Add(x, r)"
    written = Written(X, Y, nodes, {**CONSTANTS, "row": normal(1, 200), "v": normal(200, 2)})
    left = operators(written.simplified(*written.feeds(0, 3), tolerance=1e-4))
    assert left[0] in ("Tile", "ConstantOfShape")
    assert "fold_constants" not in written.rules


def test_random_numbers_stay_random():
    from lading.graph import Graph, Node
    from lading.simplify import fold_constants
    from lading.simplify.view import View
    from lading.sources.onnx import read_bytes

    model = read_bytes(Written(X, Y, "y = Add(x, row)", CONSTANTS).model().SerializeToString(), "network.onnx")
    node = Node("noise", "RandomNormalLike", [next(iter(model.weights))], ["noise"])
    model.graphs["main"] = Graph([node, *model.graphs["main"].nodes])
    assert fold_constants.apply(View(model), node) is None


def test_a_constant_that_is_an_output_is_an_identity_of_a_weight():
    nodes = "c = Transpose <perm = [1, 0]> (w)  y = MatMul(x, c)"
    written = Written(X, f"{Y}, float[4,3] c", nodes, CONSTANTS)
    assert sorted(operators(written.simplified(*written.feeds(0, 1, 3)))) == ["Identity", "MatMul"]


def test_a_constant_that_others_read_too():
    nodes = "c = Mul(row, half)  a = Add(x, c)  b = Sub(a, row)  y = Mul(b, c)"
    written = Written(X, Y, nodes, CONSTANTS)
    assert operators(written.simplified(*written.feeds(0, 1, 3))) == ["Add", "Sub", "Mul"]
    assert len(written.left.weights) == 2


def test_the_last_bit_is_that_of_float64_rounded_once():
    a, b = normal(3, 40), normal(40, 4)
    written = Written("float[n,3] x", "float[n,4] y", "c = MatMul(a, b)  y = MatMul(x, c)", {"a": a, "b": b})
    written.simplified(*written.feeds(0, 1, 3), tolerance=1e-5)
    (found,) = written.left.weights.values()
    exact = (a.astype("f8") @ b.astype("f8")).astype("f4")
    np.testing.assert_array_equal(found, exact)
