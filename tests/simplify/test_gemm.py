"""A MatMul of matrices and its constant bias are one Gemm; anything else keeps its Add."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, normal, operators

X, Y = "float[n,4] x", "float[n,3] y"
CONSTANTS = {
    "w": normal(4, 3), "b": normal(3), "row": normal(1, 3), "number": 0.3, "cube": normal(1, 1, 3), "v": normal(3, 3),
    "w1": normal(4, 1), "w64": normal(4, 3, dtype="float64"), "b64": normal(3, dtype="float64"),
    "turned": normal(2, 4),
}  # fmt: skip
FOUND = {
    "a bias": "p = MatMul(x, w)  y = Add(p, b)",
    "the bias first": "p = MatMul(x, w)  y = Add(b, p)",
    "a row": "p = MatMul(x, w)  y = Add(p, row)",
    "a number": "p = MatMul(x, w)  y = Add(p, number)",
}
KEPT = {
    "a bias that is computed": (X, Y, "p = MatMul(x, w)  r = ReduceSum(x, axis)  y = Add(p, r)"),
    "a bias that widens": (X, Y, "p = MatMul(x, w1)  y = Add(p, b)"),
    "a bias of more axes": (X, "float[1,n,3] z", "p = MatMul(x, w)  q = Add(p, cube)  y = ReduceSum <keepdims = 0>"
                            " (q, first)"),
    "Sub": (X, Y, "p = MatMul(x, w)  y = Sub(p, b)"),
    "sequences": ("float[n,5,4] x", "float[n,5,3] y", "p = MatMul(x, w)  y = Add(p, b)"),
    "a bias twice": (X, Y, "p = MatMul(x, w)  a = Add(p, b)  c = Exp(p)  y = Mul(a, c)"),
}  # fmt: skip
LENGTHS = (0, 1, 3)


@pytest.mark.parametrize("case", FOUND)
def test_found(case):
    written = Written(X, Y, FOUND[case], CONSTANTS)
    (node,) = written.simplified(*written.feeds(*LENGTHS))
    assert (node.operator, node.inputs[0], node.attributes) == ("Gemm", "x", {})
    assert "gemm" in written.rules


@pytest.mark.parametrize("case", KEPT)
def test_kept(case):
    inputs, outputs, nodes = KEPT[case]
    constants = {**CONSTANTS, "axis": np.int64([1]), "first": np.int64([0])}
    written = Written(inputs, Y if "more axes" in case else outputs, nodes, constants)
    left = operators(written.simplified(*written.feeds(*LENGTHS), tolerance=1e-5))
    assert "MatMul" in left
    assert "Gemm" not in left


def test_a_product_that_is_an_output_is_kept():
    written = Written(X, f"{Y}, float[n,3] p", FOUND["a bias"], CONSTANTS)
    assert operators(written.simplified(*written.feeds(*LENGTHS))) == ["MatMul", "Add"]


def test_layers_in_a_row():
    nodes = "p = MatMul(x, w)  a = Add(p, b)  r = Relu(a)  q = MatMul(r, v)  y = Add(row, q)"
    written = Written(X, Y, nodes, CONSTANTS)
    assert operators(written.simplified(*written.feeds(*LENGTHS), tolerance=1e-5)) == ["Gemm", "Relu", "Gemm"]


def test_float64():
    nodes = "d = Cast <to = 11> (x)  p = MatMul(d, w64)  a = Add(p, b64)  y = Cast <to = 1> (a)"
    written = Written(X, Y, nodes, CONSTANTS)
    assert operators(written.simplified(*written.feeds(*LENGTHS))) == ["Cast", "Gemm", "Cast"]


def test_integers_are_kept():
    nodes = "d = Cast <to = 7> (x)  p = MatMul(d, k)  a = Add(p, c)  y = Cast <to = 1> (a)"
    written = Written(X, Y, nodes, {"k": np.arange(12).reshape(4, 3), "c": np.arange(3)})
    assert operators(written.simplified(*written.feeds(*LENGTHS))) == ["Cast", "MatMul", "Add", "Cast"]
