"""Attention parts the heads itself where they are only cut out of joined features."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, normal, operators

CONSTANTS = {
    "cut": np.int64([0, 0, 2, 4]), "join": np.int64([0, 0, 8]), "cut3": np.int64([0, 0, 3, 2, 4]), "i0": np.int64(0),
    "i1": np.int64(1), "i2": np.int64(2), "parts": np.int64([8, 8, 8]), "other": np.int64([0, 0, 2, 2, 3, 2]),
    "cut4": np.int64([0, 0, 4, 2]), "last": np.int64([0, 0, 2, 4, 3]),
}  # fmt: skip
X, Y, Q = "float[b,n,24] x", "float[b,n,8] y", "float[b,n,8] q"
JOIN = "o = Transpose <perm = [0, 2, 1, 3]> (h)  y = Reshape(o, join)"
ATTENTION = "h = Attention(q4, k4, v4)  "


def heads(name: str, source: str, cut: str = "cut") -> str:
    return f"{name}r = Reshape({source}, {cut})  {name}4 = Transpose <perm = [0, 2, 1, 3]> ({name}r)  "


def three_parts() -> str:
    """[b, n, 3, heads, width] to [3, b, heads, n, width], and one of each."""
    return ("r = Reshape(x, cut3)  t = Transpose <perm = [2, 0, 3, 1, 4]> (r)  q4 = Gather <axis = 0> (t, i0)"
            "  k4 = Gather <axis = 0> (t, i1)  v4 = Gather <axis = 0> (t, i2)  ")  # fmt: skip


def run(inputs: str, nodes: str, **tensors: np.ndarray):
    written = Written(inputs, Y, nodes, CONSTANTS, opset=23)
    given = tensors or {"x": normal(2, 5, 24)}
    if not tensors:  # an Attention of nothing, which onnx.reference cannot do
        written.simplified({"x": normal(2, 0, 24)}, {"x": normal(0, 5, 24)}, reference=False)
    return written.simplified(given)


def test_three_tensors():
    inputs = "float[b,n,8] q, float[b,k,8] kk, float[b,k,8] v"
    nodes = heads("q", "q") + heads("k", "kk") + heads("v", "v") + ATTENTION + JOIN
    (node,) = run(inputs, nodes, q=normal(2, 3, 8), kk=normal(2, 5, 8, seed=4), v=normal(2, 5, 8, seed=5))
    assert (node.operator, node.inputs) == ("Attention", ["q", "kk", "v"])
    assert (node.attributes["q_num_heads"], node.attributes["kv_num_heads"]) == (2, 2)


def test_one_tensor_split_in_three():
    nodes = (
        "a, b, c = Split <axis = 2> (x, parts)  "
        + heads("q", "a")
        + heads("k", "b")
        + heads("v", "c")
        + ATTENTION
        + JOIN
    )
    left = run(X, nodes)
    assert operators(left) == ["Split", "Attention"]
    assert left[1].inputs == left[0].outputs


def test_one_tensor_cut_into_three_parts_and_heads():
    left = run(X, three_parts() + ATTENTION + JOIN)
    assert operators(left) == ["Split", "Attention"]
    assert left[1].inputs == left[0].outputs


def test_parts_in_another_order():
    nodes = (
        three_parts().replace("t, i0", "t, i9").replace("t, i2", "t, i0").replace("t, i9", "t, i2") + ATTENTION + JOIN
    )
    left = run(X, nodes)
    assert operators(left) == ["Split", "Attention"]
    assert left[1].inputs == left[0].outputs[::-1]


def test_a_mask_and_a_scale_stay():
    nodes = three_parts() + "h = Attention <scale = 0.3> (q4, k4, v4, m)  " + JOIN
    left = run(f"{X}, float[b,1,1,n] m", nodes, x=normal(2, 5, 24), m=normal(2, 1, 1, 5))
    assert operators(left) == ["Split", "Attention"]
    assert left[1].inputs[3] == "m"
    assert left[1].attributes["scale"] == pytest.approx(0.3)


def test_heads_that_are_read_on_are_cut_out_behind():
    written = Written(X, "float[b,2,n,4] h", three_parts() + ATTENTION, CONSTANTS, opset=23)
    left = written.simplified({"x": normal(2, 5, 24)})
    assert operators(left) == ["Split", "Attention", "Reshape", "Transpose"]


KEPT = {
    "heads within the width": (
        "r = Reshape(x, last)  t = Transpose <perm = [4, 0, 2, 1, 3]> (r)  q4 = Gather <axis = 0> (t, i0)"
        "  k4 = Gather <axis = 0> (t, i1)  v4 = Gather <axis = 0> (t, i2)  "),
    "parts within the heads": (
        "r = Reshape(x, mid)  t = Transpose <perm = [3, 0, 2, 1, 4]> (r)  q4 = Gather <axis = 0> (t, i0)"
        "  k4 = Gather <axis = 0> (t, i1)  v4 = Gather <axis = 0> (t, i2)  "),
}  # fmt: skip


@pytest.mark.parametrize("case", KEPT)
def test_kept(case):
    CONSTANTS["mid"] = np.int64([0, 0, 2, 3, 4])
    left = run(X, KEPT[case] + ATTENTION + JOIN)
    (attention,) = [node for node in left if node.operator == "Attention"]
    assert "q_num_heads" not in attention.attributes


def test_heads_that_come_as_such_are_kept():
    written = Written("float[b,2,n,4] q", "float[b,2,n,4] h", "h = Attention(q, q, q)", opset=23)
    (node,) = written.simplified({"q": normal(2, 2, 5, 4)})
    assert "q_num_heads" not in node.attributes


def test_widths_before_heads_are_kept():
    """[b, n, width, heads] instead of [b, n, heads, width]."""
    nodes = "r = Reshape(q, cut4)  q4 = Transpose <perm = [0, 3, 1, 2]> (r)  h = Attention(q4, q4, q4)  " + JOIN
    left = run(Q, nodes, q=normal(2, 5, 8))
    (attention,) = [node for node in left if node.operator == "Attention"]
    assert "q_num_heads" not in attention.attributes
