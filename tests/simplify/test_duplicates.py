"""The same thing is computed, and kept, once; things that differ in one bit are not the same."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, normal, operators

X, Y = "float[n,4] x, float[n,4] z", "float[n,4] y"
CONSTANTS = {
    "half": 0.5, "zero": 0, "minus": np.float32(-0.0), "w": normal(4, 4), "same": normal(4, 4),
    "other": normal(4, 4) + 1,
    "row": np.float32([0, 0, 0, 0]), "minus_row": -np.float32([0, 0, 0, 0]),
}  # fmt: skip
ONCE = {
    "nodes": "a = Exp(x)  b = Exp(x)  y = Add(a, b)",
    "with attributes": "a = LeakyRelu <alpha = 0.2> (x)  b = LeakyRelu <alpha = 0.2> (x)  y = Add(a, b)",
    "with constants": "a = Sub(x, half)  b = Sub(x, half)  y = Add(a, b)",
}
TWICE = {
    "another input": "a = Exp(x)  b = Exp(z)  y = Add(a, b)",
    "another operator": "a = Exp(x)  b = Tanh(x)  y = Add(a, b)",
    "another attribute": "a = LeakyRelu <alpha = 0.2> (x)  b = LeakyRelu <alpha = 0.3> (x)  y = Add(a, b)",
    "the order of inputs": "a = Sub(x, z)  b = Sub(z, x)  y = Add(a, b)",
    "zeros of another sign": "a = Add(x, zero)  b = Max(a, minus)  c = Max(a, zero)  y = Add(b, c)",
}


@pytest.mark.parametrize("case", ONCE)
def test_the_later_one_goes(case):
    written = Written(X, Y, ONCE[case], CONSTANTS)
    left = written.simplified(*written.feeds(0, 1, 3))
    assert len(left) == 2
    assert left[1].inputs == [left[0].outputs[0]] * 2
    assert "duplicates" in written.rules


@pytest.mark.parametrize("case", TWICE)
def test_others_stay(case):
    written = Written(X, Y, TWICE[case], CONSTANTS)
    left = written.simplified(*written.feeds(0, 1, 3))
    assert len(left) == 4 if "sign" in case else 3
    assert "duplicates" not in written.rules


def test_whole_branches():
    branch = "{0}a = MatMul(x, {1})  {0}b = Tanh({0}a)  {0}c = Sub({0}b, half)  "
    nodes = branch.format("p", "w") + branch.format("q", "same") + branch.format("r", "other")
    written = Written(X, Y, nodes + "s = Mul(pc, qc)  y = Add(s, rc)", CONSTANTS)
    left = operators(written.simplified(*written.feeds(0, 1, 3), tolerance=1e-5))
    assert left.count("MatMul") == 2
    assert [each.shape for each in written.left.weights.values()] == [(4, 4), (4, 4)]


def test_weights_of_equal_bits_only():
    written = Written(X, Y, "a = Add(x, row)  b = Exp(a)  c = Mul(b, minus_row)  y = Sub(c, z)", CONSTANTS)
    written.simplified(*written.feeds(0, 1, 3))
    assert len(written.left.weights) == 2


def test_two_outputs_of_the_same_value():
    written = Written(X, f"{Y}, float[n,4] u", "y = Exp(x)  u = Exp(x)")
    assert operators(written.simplified(*written.feeds(0, 1, 3))) == ["Exp", "Identity"]


def test_an_output_and_a_value_inside():
    written = Written(X, f"{Y}, float[n,4] u", "a = Exp(x)  u = Exp(x)  y = Neg(a)")
    left = written.simplified(*written.feeds(0, 1, 3))
    assert [(node.operator, node.outputs) for node in left] == [("Exp", ["u"]), ("Neg", ["y"])]


RECURRENT = {"w": normal(1, 8, 4), "r": normal(1, 8, 2), "axis": np.int64([1])}


def test_two_lstms_of_which_one_gives_only_its_state():
    """The first one does not make what the second one gives."""
    nodes = (
        "t = Transpose <perm = [1, 0, 2]> (x)  u, h = LSTM <hidden_size = 2> (t, w, r)  a = LSTM <hidden_size = 2>"
        " (t, w, r)  b = Squeeze(a, axis)  c = Transpose <perm = [1, 0, 2]> (b)  g = Transpose <perm = [1, 0, 2]> (h)"
        "  y = Add(c, g)"
    )
    written = Written("float[n,5,4] x", "float[n,5,2] y", nodes, RECURRENT)
    left = operators(written.simplified(*written.feeds(1, 3)))
    assert "LSTM" in left


def test_two_lstms_with_all_their_outputs():
    nodes = (
        "t = Transpose <perm = [1, 0, 2]> (x)  a, h = LSTM <hidden_size = 2> (t, w, r)  u, k = LSTM <hidden_size = 2>"
        " (t, w, r)  s = Squeeze(u, axis)  c = Transpose <perm = [1, 0, 2]> (s)  b = Squeeze(a, axis)"
        "  d = Transpose <perm = [1, 0, 2]> (b)  m = Mul(h, k)  g = Transpose <perm = [1, 0, 2]> (m)  e = Add(c, d)"
        "  y = Add(e, g)"
    )
    written = Written("float[n,5,4] x", "float[n,5,2] y", nodes, RECURRENT)
    assert operators(written.simplified(*written.feeds(1, 3))).count("LSTM") == 1
