"""Shapes that several nodes read, one length picked out of a shape, and lengths that are sums."""

from __future__ import annotations

import numpy as np
from written_graph import Written, normal, operators

CONSTANTS = {
    "one": np.int64([1]), "zero": np.int64([0]), "first": np.int64(1), "open": np.int64([-1]),
    "ones": np.int64([1, 1, 1]),
    "pick": np.array([True, False, True]), "four": np.int64([4]), "two": np.int64([2]), "last": np.int64([-1]),
    "three": np.int64(3),
}  # fmt: skip
PICKED = "s = Shape(x)  g = Gather(s, first)  u = Unsqueeze(g, zero)  "
TARGET = PICKED + "c = Concat <axis = 0> (open, u, open)  w = Where(pick, ones, c)  "


def feeds(**shapes: tuple[int, ...]) -> list[dict[str, np.ndarray]]:
    full = {name: normal(*shape) for name, shape in shapes.items()}
    return [full, {name: value[:, :0] if name == "x" else value for name, value in full.items()}]


def test_a_target_that_two_nodes_read():
    nodes = TARGET + "y = Expand(a, w)  z = Expand(b, w)"
    written = Written(
        "float[e,n,4] x, float[e,1,4] a, float[e,1,2] b", "float[e,n,4] y, float[e,n,2] z", nodes, CONSTANTS
    )
    left = written.simplified(*feeds(x=(3, 5, 4), a=(3, 1, 4), b=(3, 1, 2)))
    assert operators(left) == ["Shape", "Concat", "Expand", "Expand"]
    assert left[2].inputs[1] == left[3].inputs[1]


def test_a_target_that_is_an_output_too():
    nodes = TARGET + "y = Expand(a, w)"
    written = Written("float[e,n,4] x, float[e,1,4] a", "float[e,n,4] y, int64[3] w", nodes, CONSTANTS)
    found = written.simplified(*feeds(x=(3, 5, 4), a=(3, 1, 4)))
    assert [node.outputs for node in found if "w" in node.outputs] == [["w"]]


def test_one_length_picked_out_of_a_shape():
    nodes = PICKED + (
        "c = Concat <axis = 0> (u, four)  y = Expand(a, c)  d = Concat <axis = 0> (u, two)  z = Expand(b, d)"
    )
    written = Written(
        "float[e,n,4] x, float[e,1,4] a, float[e,1,2] b", "float[e,n,4] y, float[e,n,2] z", nodes, CONSTANTS
    )
    left = operators(written.simplified(*feeds(x=(3, 5, 4), a=(3, 1, 4), b=(3, 1, 2))))
    assert sorted(left) == ["Concat", "Concat", "Expand", "Expand", "Shape"]


def test_a_length_that_is_used_as_a_number_stays():
    nodes = PICKED + "c = Concat <axis = 0> (u, four)  y = Expand(a, c)  f = Cast <to = 1> (g)  z = Mul(a, f)"
    written = Written("float[e,n,4] x, float[e,1,4] a", "float[e,n,4] y, float[e,1,4] z", nodes, CONSTANTS)
    left = written.simplified(*feeds(x=(3, 5, 4), a=(3, 1, 4)))
    assert "Cast" in operators(left)


def test_an_open_axis_beside_a_sum_of_lengths():
    """[e, 2, n + m + 1, 4] by way of [-1, n + m + 1, 4] is transposed in one step."""
    nodes = (
        "j = Concat <axis = 2> (x, b, o)  s = Shape <start = 2, end = 3> (j)  t = Concat <axis = 0> (open, s, four)"
        "  r = Reshape(j, t)  p = Transpose <perm = [0, 2, 1]> (r)  h = Shape <end = 2> (j)"
        "  q = Concat <axis = 0> (h, four, s)  z = Reshape(p, q)  y = ReduceSum <keepdims = 0> (z, last)"
    )
    written = Written("float[e,2,n,4] x, float[e,2,m,4] b, float[e,2,1,4] o", "float[e,2,4] y", nodes, CONSTANTS)
    tensors = {"x": normal(3, 2, 5, 4), "b": normal(3, 2, 3, 4, seed=4), "o": normal(3, 2, 1, 4, seed=5)}
    left = written.simplified(tensors, {**tensors, "x": tensors["x"][:, :, :0]})
    assert operators(left) == ["Concat", "Transpose", "ReduceSum"]
    assert left[1].attributes["perm"] == [0, 1, 3, 2]
