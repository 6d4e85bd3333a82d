"""Chains of Transpose, Reshape, Squeeze and Unsqueeze become the shortest that does the same for all lengths."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, operators

X = "float[e,n,8] x"
CONSTANTS = {
    "one": np.int64([1]), "two": np.int64([2]), "both": np.int64([1, 2]), "heads": np.int64([0, 0, 2, 4]),
    "wide": np.int64([0, 0, 8]), "flat": np.int64([-1, 8]), "split": np.int64([0, 0, 1, 8]), "last": np.int64([3]),
    "turned": np.int64([0, 0, 4, 2]), "axis": np.int64([-1]), "pair": np.int64([-1, 2, 4]),
}  # fmt: skip
FOUND = {
    "there and back": ("a = Transpose <perm = [0, 2, 1]> (u)  v = Transpose <perm = [0, 2, 1]> (a)", []),
    "cut and joined": ("a = Reshape(u, heads)  v = Reshape(a, wide)", []),
    "put in and taken out": ("a = Unsqueeze(u, one)  v = Squeeze(a, one)", []),
    "two turns": ("a = Transpose <perm = [1, 0, 2]> (u)  v = Transpose <perm = [1, 2, 0]> (a)", ["Transpose"]),
    "an axis of one put in": ("v = Reshape(u, split)", ["Unsqueeze"]),
    "an axis of one, moved": ("a = Unsqueeze(u, two)  b = Transpose <perm = [0, 2, 1, 3]> (a)  v = Squeeze(b, one)",
                              []),
    "two put in": ("a = Unsqueeze(u, one)  v = Unsqueeze(a, last)", ["Unsqueeze"]),
    "two cuts": ("a = Reshape(u, heads)  v = Reshape(a, turned)", ["Reshape"]),
    "heads and back": ("a = Reshape(u, heads)  b = Transpose <perm = [0, 2, 1, 3]> (a)"
                       "  c = Transpose <perm = [0, 2, 1, 3]> (b)  v = Reshape(c, wide)", []),
    "joined and cut, turned inside": ("a = Reshape(u, heads)  b = Transpose <perm = [0, 1, 3, 2]> (a)"
                                      "  v = Reshape(b, wide)", ["Reshape", "Transpose", "Reshape"]),
}  # fmt: skip
CHAIN = {"Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten"}
OUTPUTS = {"two turns": "e,8,n", "an axis of one put in": "e,n,1,8", "two put in": "e,1,n,1,8", "two cuts": "e,n,4,2"}
KEPT = ["joined and cut, turned inside"]


@pytest.mark.parametrize("case", FOUND)
def test_the_shortest_chain(case):
    nodes, left = FOUND[case]
    written = Written(X, f"float[{OUTPUTS.get(case, 'e,n,8')}] y", f"u = Tanh(x)  {nodes}  y = Exp(v)", CONSTANTS)
    found = operators(written.simplified(*written.feeds(0, 1, 3)))
    assert found == ["Tanh", *left, "Exp"]
    assert ("layout" in written.rules) is (case not in KEPT)


def test_a_value_in_between_stays_for_others():
    nodes = "a = Transpose <perm = [0, 2, 1]> (x)  b = Transpose <perm = [0, 2, 1]> (a)  y = Exp(b)  z = Tanh(a)"
    written = Written(X, "float[e,n,8] y, float[e,8,n] z", nodes)
    left = written.simplified(*written.feeds(0, 1, 3))
    assert sorted(operators(left)) == ["Exp", "Tanh", "Transpose"]
    assert next(node for node in left if node.operator == "Exp").inputs == ["x"]


def test_a_value_in_between_that_is_an_output_stays():
    nodes = "a = Transpose <perm = [0, 2, 1]> (x)  b = Transpose <perm = [0, 2, 1]> (a)  y = Exp(b)"
    written = Written(X, "float[e,n,8] y, float[e,8,n] a", nodes)
    left = written.simplified(*written.feeds(0, 1, 3))
    assert sorted(operators(left)) == ["Exp", "Transpose"]
    assert any(node.outputs == ["a"] for node in left)


def test_an_operator_in_between_ends_the_chain():
    nodes = "a = Transpose <perm = [0, 2, 1]> (x)  b = Softmax(a)  y = Transpose <perm = [0, 2, 1]> (b)"
    written = Written(X, "float[e,n,8] y", nodes)
    assert operators(written.simplified(*written.feeds(0, 1, 3))) == ["Transpose", "Softmax", "Transpose"]


def test_a_reshape_that_mixes_two_lengths_stays():
    """[e, n, 8] turned to [e, 8, n] and read as [e, n, 8] is another order of the elements."""
    nodes = "s = Shape(x)  a = Transpose <perm = [0, 2, 1]> (x)  b = Reshape(a, s)  y = Exp(b)"
    written = Written(X, "float[e,n,8] y", nodes)
    left = operators(written.simplified(*written.feeds(1, 3)))
    assert [each for each in left if each in CHAIN] == ["Transpose", "Reshape"]


def test_a_chain_whose_end_is_an_output():
    nodes = "u = Tanh(x)  a = Transpose <perm = [0, 2, 1]> (u)  y = Transpose <perm = [0, 2, 1]> (a)"
    written = Written(X, "float[e,n,8] y", nodes)
    (node,) = written.simplified(*written.feeds(0, 1, 3))
    assert (node.operator, node.outputs) == ("Tanh", ["y"])


def test_a_value_in_between_that_stays_is_not_counted_as_saved():
    """From x it would be two nodes as well, and the first Transpose stays for its other reader."""
    nodes = (
        "a = Transpose <perm = [0, 2, 1]> (x)  b = Reshape(a, rows)  c = Transpose <perm = [0, 1, 3, 2]> (b)"
        "  y = Exp(c)  z = Tanh(a)"
    )
    written = Written(X, "float[e,2,n,4] y, float[e,8,n] z", nodes, {"rows": np.int64([0, 2, 4, -1])})
    left = written.simplified(*written.feeds(1, 3))
    assert operators(left).count("Transpose") == 2
    assert "layout" not in written.rules
