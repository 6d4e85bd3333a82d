"""One element of an axis is one Gather, if the axis is the one that goes and nobody else reads what was cut."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, operators

X = "float[e,n,4] x"
CONSTANTS = {
    "i0": np.int64([0]), "i1": np.int64([1]), "i2": np.int64([2]), "i3": np.int64([3]), "last": np.int64([-1]),
    "but_one": np.int64([-2]), "far": np.int64([2**63 - 1]), "pick": np.int64(0), "second": np.int64(1),
    "list": np.int64([0]), "two": np.int64([2]), "third": np.int64(2), "i4": np.int64([4]),
}  # fmt: skip
FOUND = {
    "the first": ("c = Slice(x, i0, i1, i1)  p = Squeeze(c, i1)", 1, 0),
    "the second": ("c = Slice(x, i1, i2, i1)  p = Squeeze(c, i1)", 1, 1),
    "the last": ("c = Slice(x, last, far, i1)  p = Squeeze(c, i1)", 1, -1),
    "the last but one": ("c = Slice(x, but_one, last, i1)  p = Squeeze(c, i1)", 1, -2),
    "the axis counted from the end": ("c = Slice(x, i1, i2, but_one)  p = Squeeze(c, but_one)", 1, 1),
    "a variable": ("c = Slice(x, i2, i3, i2)  q = Squeeze(c, i2)  p = Unsqueeze(q, i2)  r = Squeeze(p, i2)", 2, 2),
    "of a Transpose": ("c = Transpose <perm = [1, 0, 2]> (x)  p = Gather <axis = 0> (c, second)", 1, 1),
    "of a Transpose, at the end": ("c = Transpose <perm = [0, 2, 1]> (x)  p = Gather <axis = 2> (c, pick)", 1, 0),
}


@pytest.mark.parametrize("case", FOUND)
def test_one_gather(case):
    nodes, axis, index = FOUND[case]
    name = "r" if "  r =" in nodes else "p"
    output = "float[e,n] y" if axis == 2 else "float[e,4] y"
    written = Written(X, output, f"{nodes}  y = Exp({name})", CONSTANTS)
    feeds = [each for each in written.feeds(0, 2, 3) if axis == 2 or each["x"].shape[1]]
    gather, exp = written.simplified(*feeds)
    assert (gather.operator, gather.inputs[0], exp.operator) == ("Gather", "x", "Exp")
    assert (gather.attributes["axis"], int(gather.inputs[1])) == (axis, index)
    assert gather.inputs[1].shape == ()
    assert "pick" in written.rules


def test_where_the_axis_is_too_short_both_fail():
    written = Written(X, "float[e,4] y", f"{FOUND['the second'][0]}  y = Exp(p)", CONSTANTS)
    with pytest.raises(Exception, match="Squeeze"):
        written.simplified({"x": np.zeros((2, 1, 4), "f4")})


SPLIT = "a, b, c, d = Split <axis = 2, num_outputs = 4> (x)  "
SQUEEZES = "p = Squeeze(a, i2)  q = Squeeze(b, i2)  r = Squeeze(c, i2)  t = Squeeze(d, i2)  "
SUM = "s = Mul(p, q)  u = Sub(r, t)  y = Add(s, u)"


def test_a_split_into_single_elements():
    written = Written(X, "float[e,n] y", SPLIT + SQUEEZES + SUM, CONSTANTS)
    left = written.simplified(*written.feeds(0, 1, 3))
    gathers = [node for node in left if node.operator == "Gather"]
    assert [int(node.inputs[1]) for node in gathers] == [0, 1, 2, 3]
    assert sorted(operators(left)) == ["Add", *["Gather"] * 4, "Mul", "Sub"]


KEPT = {
    "two elements": ("c = Slice(x, i1, i3, i2)  p = ReduceSum <keepdims = 0> (c, i2)  y = Exp(p)", "Slice"),
    "another axis goes": ("c = Slice(x, i1, i2, i2)  u = Unsqueeze(c, i1)  p = Squeeze(u, i1)  q = Exp(p)"
                          "  y = Squeeze(q, i2)", "Slice"),
    "others read the Slice": ("c = Slice(x, i1, i2, i2)  p = Squeeze(c, i2)  m = Mul(x, c)"
                              "  r = ReduceSum <keepdims = 0> (m, i2)  y = Add(p, r)", "Slice"),
    "others read a part": (SPLIT + SQUEEZES + SUM.replace("y =", "v =") + "  m = Mul(x, a)"
                           "  w = ReduceSum <keepdims = 0> (m, i2)  y = Add(v, w)", "Split"),
    "pairs": ("a, b = Split <axis = 2, num_outputs = 2> (x)  c = Mul(a, b)  y = ReduceSum <keepdims = 0> (c, i2)",
              "Split"),
    "a Transpose that turns the rest": ("c = Transpose <perm = [2, 1, 0]> (x)  p = Gather <axis = 0> (c, pick)"
                                        "  q = Transpose <perm = [1, 0]> (p)  e = Exp(p)  f = Transpose(e)"
                                        "  y = Add(q, f)", "Transpose"),
    "a list of one": ("c = Transpose <perm = [0, 2, 1]> (x)  p = Gather <axis = 1> (c, list)"
                      "  y = ReduceSum <keepdims = 0> (p, i1)", "Transpose"),
}  # fmt: skip


@pytest.mark.parametrize("case", KEPT)
def test_kept(case):
    nodes, stays = KEPT[case]
    written = Written(X, "float[e,n] y", nodes, CONSTANTS)
    assert stays in operators(written.simplified(*written.feeds(0, 1, 3)))
    assert "pick" not in written.rules


def test_a_slice_that_is_an_output_stays():
    nodes = "c = Slice(x, i1, i2, i2)  p = Squeeze(c, i2)  y = Exp(p)"
    written = Written(X, "float[e,n] y, float[e,n,1] c", nodes, CONSTANTS)
    assert operators(written.simplified(*written.feeds(0, 1, 3))) == ["Slice", "Squeeze", "Exp"]
