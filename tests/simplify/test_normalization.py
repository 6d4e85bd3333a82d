"""LayerNormalization and RMSNormalization are recovered from their parts, and nothing that only looks like them."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, normal, operators

X, Y = "float[n,3,4] x", "float[n,3,4] y"
FEEDS = ({"x": 3 * normal(5, 3, 4)}, {"x": normal(0, 3, 4)}, {"x": np.ones((1, 3, 4), np.float32)})
CONSTANTS = {
    "two": 2, "half": 0.5, "one": 1, "three": 3, "tiny": 1e-5, "small": 1e-3,
    "w": normal(4), "b": normal(4, seed=4), "wide": normal(3, 4),
    "last": np.int64([-1]), "both": np.int64([1, 2]), "middle": np.int64([1]),
}  # fmt: skip

CENTRED = "m = ReduceMean(x, last)  d = Sub(x, m)  "
VARIANCE = "s = Pow(d, two)  v = ReduceMean(s, last)  e = Add(v, tiny)  r = Sqrt(e)  "
LAYER = CENTRED + VARIANCE
SQUARES = "s = Pow(x, two)  v = ReduceMean(s, last)  e = Add(v, tiny)  r = Sqrt(e)  "
FOUND = {
    "layer": (LAYER + "y = Div(d, r)", "LayerNormalization", "x", -1),
    "layer, scaled and shifted": (
        LAYER + "q = Div(d, r)  g = Mul(q, w)  y = Add(g, b)", "LayerNormalization", "x w b", -1),
    "layer, scaled": (LAYER + "q = Div(d, r)  y = Mul(w, q)", "LayerNormalization", "x w", -1),
    "layer, shifted": (LAYER + "q = Div(d, r)  y = Add(b, q)", "LayerNormalization", "x 1 b", -1),
    "layer, square by product": (
        CENTRED + VARIANCE.replace("Pow(d, two)", "Mul(d, d)") + "y = Div(d, r)", "LayerNormalization", "x", -1),
    "layer, root by power": (
        CENTRED + VARIANCE.replace("Sqrt(e)", "Pow(e, half)") + "y = Div(d, r)", "LayerNormalization", "x", -1),
    "layer, epsilon first": (
        CENTRED + VARIANCE.replace("Add(v, tiny)", "Add(tiny, v)") + "y = Div(d, r)", "LayerNormalization", "x", -1),
    "layer by a reciprocal": (LAYER + "i = Reciprocal(r)  y = Mul(d, i)", "LayerNormalization", "x", -1),
    "layer by one over the root": (LAYER + "i = Div(one, r)  y = Mul(i, d)", "LayerNormalization", "x", -1),
    "layer over two axes": (
        (LAYER + "q = Div(d, r)  y = Mul(q, wide)").replace("last", "both"), "LayerNormalization", "x wide", -2),
    "rms": (SQUARES + "y = Div(x, r)", "RMSNormalization", "x", -1),
    "rms, scaled": (SQUARES + "q = Div(x, r)  y = Mul(q, w)", "RMSNormalization", "x w", -1),
    "rms by a reciprocal": (SQUARES + "i = Reciprocal(r)  q = Mul(x, i)  y = Mul(w, q)", "RMSNormalization", "x w", -1),
    "rms by one over the root": (
        SQUARES + "i = Div(one, r)  q = Mul(x, i)  y = Mul(q, w)", "RMSNormalization", "x w", -1),
    "rms, square by product": (
        SQUARES.replace("Pow(x, two)", "Mul(x, x)") + "y = Div(x, r)", "RMSNormalization", "x", -1),
}  # fmt: skip
KEPT = {
    "times the root": LAYER + "i = Reciprocal(r)  y = Div(d, i)",
    "over twice the inverse": LAYER + "i = Div(two, r)  y = Mul(d, i)",
    "x over its own spread": LAYER + "y = Div(x, r)",
    "not over the last axes": LAYER.replace("last", "middle") + "y = Div(d, r)",
    "the third power": SQUARES.replace("two", "three") + "y = Div(x, r)",
    "no epsilon": SQUARES.replace("e = Add(v, tiny)", "e = Abs(v)") + "y = Div(x, r)",
    "epsilon outside the root":
        SQUARES.replace("e = Add(v, tiny)  r = Sqrt(e)", "e = Sqrt(v)  r = Add(e, tiny)") + "y = Div(x, r)",
    "another root": SQUARES.replace("Sqrt(e)", "Pow(e, two)") + "y = Div(x, r)",
    "a sum for the mean": SQUARES.replace("ReduceMean", "ReduceSum") + "y = Div(x, r)",
    "the square of another": SQUARES.replace("Pow(x, two)", "Pow(a, two)") + "y = Div(x, r)",
}  # fmt: skip
NOT_CENTRED = {
    "mean over another axis": LAYER.replace("m = ReduceMean(x, last)", "m = ReduceMean(x, middle)") + "y = Div(d, r)",
    "the mean of another": LAYER.replace("ReduceMean(x, last)  d", "ReduceMean(a, last)  d") + "y = Div(d, r)",
}
NAMES = {"LayerNormalization", "RMSNormalization"}


@pytest.mark.parametrize("case", FOUND)
def test_found(case):
    nodes, operator, inputs, axis = FOUND[case]
    (node,) = Written(X, Y, nodes, CONSTANTS).simplified(*FEEDS)
    assert (node.operator, node.attributes.get("axis", -1)) == (operator, axis)
    assert abs(node.attributes.get("epsilon", 1e-5) - 1e-5) < 1e-11
    wanted = inputs.split()
    assert node.inputs[0] == wanted[0]
    assert len(node.inputs) == max(2, len(wanted))  # without a scale one of ones is made


@pytest.mark.parametrize("case", KEPT)
def test_kept(case):
    written = Written(X, Y, "a = Neg(x)  " + KEPT[case], CONSTANTS)
    assert not NAMES & set(operators(written.simplified(*FEEDS, tolerance=1e-5)))


@pytest.mark.parametrize("case", NOT_CENTRED)
def test_what_is_not_centred_is_at_most_of_mean_square_one(case):
    found = operators(Written(X, Y, "a = Neg(x)  " + NOT_CENTRED[case], CONSTANTS).simplified(*FEEDS[:2]))
    assert found[-2:] == ["Sub", "RMSNormalization"]


def test_another_epsilon():
    (node,) = Written(X, Y, (SQUARES + "y = Div(x, r)").replace("tiny", "small"), CONSTANTS).simplified(*FEEDS)
    assert abs(node.attributes["epsilon"] - 1e-3) < 1e-9


def test_a_scale_of_another_shape_stays_outside():
    nodes = SQUARES + "q = Div(x, r)  y = Mul(q, wide)"
    assert operators(Written(X, Y, nodes, CONSTANTS).simplified(*FEEDS)) == ["RMSNormalization", "Mul"]


def test_rms_has_no_shift():
    nodes = SQUARES + "q = Div(x, r)  g = Mul(q, w)  y = Add(g, b)"
    assert operators(Written(X, Y, nodes, CONSTANTS).simplified(*FEEDS)) == ["RMSNormalization", "Add"]


@pytest.mark.parametrize("part", ["d", "v", "r"])
def test_a_part_that_is_an_output_is_kept(part):
    shape = "n,3,4" if part == "d" else "n,3,1"
    written = Written(X, f"{Y}, float[{shape}] {part}", LAYER + "y = Div(d, r)", CONSTANTS)
    assert "LayerNormalization" not in operators(written.simplified(*FEEDS))


def test_only_the_last_layer_that_others_read_too():
    """The normalised value has a second reader: the scale stays outside."""
    nodes = SQUARES + "q = Div(x, r)  y = Mul(q, w)  z = Relu(q)"
    found = operators(Written(X, f"{Y}, float[n,3,4] z", nodes, CONSTANTS).simplified(*FEEDS))
    assert sorted(found) == ["Mul", "RMSNormalization", "Relu"]


def test_float64_is_kept():
    constants = {key: np.asarray(value, np.float64) if np.asarray(value).dtype != np.int64 else value
                 for key, value in CONSTANTS.items()}  # fmt: skip
    written = Written("double[n,3,4] x", "double[n,3,4] y", SQUARES + "y = Div(x, r)", constants)
    assert "RMSNormalization" not in operators(written.simplified({"x": normal(2, 3, 4, dtype="float64")}))


def test_an_open_last_axis_is_kept():
    """The shape of the scale would not be known."""
    written = Written("float[3,n] x", "float[3,n] y", SQUARES + "y = Div(x, r)", CONSTANTS)
    assert "RMSNormalization" not in operators(written.simplified({"x": normal(3, 5)}))
