"""Gelu is recovered from its parts in both its forms, and nothing that only looks like it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from written_graph import Written, normal, operators

X, Y = "float[n,4] x", "float[n,4] y"
FEEDS = ({"x": 3 * normal(5, 4)}, {"x": normal(0, 4)}, {"x": np.float32([[-20, -0.0, 0, 20]])})
CONSTANTS = {
    "half": 0.5, "one": 1, "two": 2, "three": 3, "root": math.sqrt(2), "inverse": math.sqrt(0.5), "cubic": 0.044715,
    "slope": math.sqrt(2 / math.pi), "other": 1.5,
}  # fmt: skip

ERF = "d = Div(x, root)  e = Erf(d)  a = Add(e, one)  "
TANH = "c = Pow(x, three)  k = Mul(c, cubic)  p = Add(x, k)  q = Mul(p, slope)  t = Tanh(q)  a = Add(t, one)  "
FOUND = {
    "x * gate * half": (ERF + "p = Mul(x, a)  y = Mul(p, half)", ""),
    "half * x * gate": (ERF + "h = Mul(x, half)  y = Mul(h, a)", ""),
    "x * (half * gate)": (ERF + "g = Mul(half, a)  y = Mul(x, g)", ""),
    "divided by two": (ERF + "p = Mul(a, x)  y = Div(p, two)", ""),
    "times the inverse root": ("d = Mul(inverse, x)  e = Erf(d)  a = Add(one, e)  p = Mul(x, a)  y = Mul(p, half)", ""),
    "tanh": (TANH + "h = Mul(x, half)  y = Mul(h, a)", "tanh"),
    "tanh, the cube by products": (
        "s = Mul(x, x)  c = Mul(x, s)  k = Mul(cubic, c)  p = Add(x, k)  q = Mul(slope, p)  t = Tanh(q)"
        "  a = Add(one, t)  h = Mul(half, x)  y = Mul(h, a)", "tanh"),
    "tanh, factored": (
        "s = Mul(x, x)  k = Mul(cubic, s)  m = Add(one, k)  v = Mul(x, m)  q = Mul(slope, v)  t = Tanh(q)"
        "  a = Add(one, t)  h = Mul(half, x)  y = Mul(h, a)", "tanh"),
}  # fmt: skip
KEPT = {
    "not halved": ERF + "y = Mul(x, a)",
    "another factor": ERF + "p = Mul(x, a)  y = Mul(p, other)",
    "another width": "d = Div(x, two)  e = Erf(d)  a = Add(e, one)  p = Mul(x, a)  y = Mul(p, half)",
    "minus one": "d = Div(x, root)  e = Erf(d)  a = Sub(e, one)  p = Mul(x, a)  y = Mul(p, half)",
    "plus two": "d = Div(x, root)  e = Erf(d)  a = Add(e, two)  p = Mul(x, a)  y = Mul(p, half)",
    "gate of another": "z = Abs(x)  d = Div(z, root)  e = Erf(d)  a = Add(e, one)  p = Mul(x, a)  y = Mul(p, half)",
    "another function": "d = Div(x, root)  e = Tanh(d)  a = Add(e, one)  p = Mul(x, a)  y = Mul(p, half)",
    "tanh without the cube": "q = Mul(x, slope)  t = Tanh(q)  a = Add(t, one)  h = Mul(x, half)  y = Mul(h, a)",
    "tanh with a square": TANH.replace("three", "two") + "h = Mul(x, half)  y = Mul(h, a)",
    "tanh with another cube": TANH.replace("cubic", "half") + "h = Mul(x, half)  y = Mul(h, a)",
}


@pytest.mark.parametrize("case", FOUND)
def test_found(case):
    nodes, approximate = FOUND[case]
    (node,) = Written(X, Y, nodes, CONSTANTS).simplified(*FEEDS)
    assert (node.operator, node.inputs, node.attributes.get("approximate", "")) == (
        "Gelu",
        ["x"],
        approximate,
    )


@pytest.mark.parametrize("case", KEPT)
def test_kept(case):
    assert "Gelu" not in operators(Written(X, Y, KEPT[case], CONSTANTS).simplified(*FEEDS))


@pytest.mark.parametrize("case", ["e", "a"])
def test_a_part_that_is_an_output_is_kept(case):
    nodes, _ = FOUND["x * gate * half"]
    found = operators(Written(X, f"{Y}, float[n,4] {case}", nodes, CONSTANTS).simplified(*FEEDS))
    assert "Gelu" not in found
    assert "Erf" in found


def test_a_part_that_others_read_is_kept():
    nodes = FOUND["half * x * gate"][0] + "  z = Relu(a)"
    assert "Gelu" not in operators(Written(X, f"{Y}, float[n,4] z", nodes, CONSTANTS).simplified(*FEEDS))
