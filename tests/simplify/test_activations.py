"""Swish, HardSwish and Mish are recovered from their parts, and nothing that only looks like them."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, normal, operators

X, Y = "float[n,4] x", "float[n,4] y"
FEEDS = ({"x": 3 * normal(5, 4)}, {"x": normal(0, 4)}, {"x": np.float32([[-100, -0.0, 0, 100]])})
CONSTANTS = {
    "two": 2,
    "half": 0.5,
    "three": 3,
    "six": 6,
    "zero": 0,
    "sixth": np.float32(1) / np.float32(6),
    "one": 1,
}

SWISH = "s = Sigmoid(x)  y = Mul(x, s)"
FOUND = {
    "swish": (SWISH, "Swish", {}),
    "swish, the gate first": ("s = Sigmoid(x)  y = Mul(s, x)", "Swish", {}),
    "swish with a slope": ("a = Mul(two, x)  s = Sigmoid(a)  y = Mul(x, s)", "Swish", {"alpha": 2.0}),
    "swish divided": ("a = Div(x, two)  s = Sigmoid(a)  y = Mul(x, s)", "Swish", {"alpha": 0.5}),
    "swish of the negative": ("a = Neg(x)  s = Sigmoid(a)  y = Mul(x, s)", "Swish", {"alpha": -1.0}),
    "hard swish": ("s = HardSigmoid <alpha = 0.16666667, beta = 0.5> (x)  y = Mul(x, s)", "HardSwish", {}),
    "hard swish clipped, divided": (
        "a = Add(x, three)  c = Clip(a, zero, six)  p = Mul(x, c)  y = Div(p, six)", "HardSwish", {}),
    "hard swish, the gate divided": (
        "a = Add(three, x)  c = Clip(a, zero, six)  d = Div(c, six)  y = Mul(x, d)", "HardSwish", {}),
    "hard swish by a sixth": (
        "a = Add(x, three)  c = Clip(a, zero, six)  p = Mul(c, x)  y = Mul(p, sixth)", "HardSwish", {}),
    "mish": ("s = Softplus(x)  t = Tanh(s)  y = Mul(x, t)", "Mish", {}),
}  # fmt: skip
KEPT = {
    "gate of another": "a = Abs(x)  s = Sigmoid(a)  y = Mul(x, s)",
    "shifted gate": "a = Add(x, one)  s = Sigmoid(a)  y = Mul(x, s)",
    "squared gate": "a = Mul(x, x)  s = Sigmoid(a)  y = Mul(x, s)",
    "sum": "s = Sigmoid(x)  y = Add(x, s)",
    "quotient": "s = Sigmoid(x)  y = Div(x, s)",
    "hard sigmoid of another slope": "s = HardSigmoid <alpha = 0.2, beta = 0.5> (x)  y = Mul(x, s)",
    "hard sigmoid of another offset": "s = HardSigmoid <alpha = 0.16666667, beta = 0.4> (x)  y = Mul(x, s)",
    "clip of another width": "a = Add(x, three)  c = Clip(a, zero, three)  p = Mul(x, c)  y = Div(p, six)",
    "clip from another start": "a = Add(x, three)  c = Clip(a, one, six)  p = Mul(x, c)  y = Div(p, six)",
    "clip that is not divided": "a = Add(x, three)  c = Clip(a, zero, six)  y = Mul(x, c)",
    "clip of another shift": "a = Add(x, two)  c = Clip(a, zero, six)  p = Mul(x, c)  y = Div(p, six)",
    "tanh alone": "t = Tanh(x)  y = Mul(x, t)",
    "softplus of another": "a = Abs(x)  s = Softplus(a)  t = Tanh(s)  y = Mul(x, t)",
}
NAMES = {"Swish", "HardSwish", "Mish"}


@pytest.mark.parametrize("case", FOUND)
def test_found(case):
    nodes, operator, attributes = FOUND[case]
    (node,) = Written(X, Y, nodes, CONSTANTS).simplified(*FEEDS)
    assert (node.operator, node.inputs) == (operator, ["x"])
    assert {key: value for key, value in node.attributes.items() if value != 1.0} == attributes


@pytest.mark.parametrize("case", KEPT)
def test_kept(case):
    assert not NAMES & set(operators(Written(X, Y, KEPT[case], CONSTANTS).simplified(*FEEDS)))


def test_a_part_that_others_read_is_kept():
    written = Written(X, f"{Y}, float[n,4] z", f"{SWISH}  z = Relu(s)")
    assert operators(written.simplified(*FEEDS)) == ["Sigmoid", "Mul", "Relu"]


def test_a_part_that_is_an_output_is_kept():
    assert operators(Written(X, f"{Y}, float[n,4] s", SWISH).simplified(*FEEDS)) == ["Sigmoid", "Mul"]


def test_a_factor_stays_outside():
    written = Written(X, Y, "s = Sigmoid(x)  p = Mul(x, s)  y = Mul(p, half)", CONSTANTS)
    assert operators(written.simplified(*FEEDS)) == ["Swish", "Mul"]


def test_a_gated_layer():
    """Each gate finds its own x."""
    written = Written(X, Y, "s = Sigmoid(x)  g = Mul(x, s)  u = Abs(x)  y = Mul(g, u)")
    assert sorted(operators(written.simplified(*FEEDS))) == ["Abs", "Mul", "Swish"]
