"""Small constants stand in the node that reads them, bit for bit; weights stay weights."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, normal

X, Y = "float[n,4] x", "float[a,b] y"
WRITTEN = {
    "a number": ("y = Add(x, c)", np.float32(0.1)),
    "a list of one, elementwise": ("y = Mul(x, c)", np.float32([0.1])),
    "integers": ("y = Reshape(x, c)", np.int64([-1, 2, 2])),
    "an index": ("y = Gather(x, c)", np.int32([0, 0])),
    "64 integers": ("y = Gather <axis = 1> (x, c)", np.arange(64) % 4),
    "truth values": ("y = Where(c, x, x)", np.array([True, False, True, False])),
}
KEPT = {
    "a bias of one": ("p = MatMul(x, w)  y = Gemm(p, v, c)", np.float32([0.1])),
    "several floats": ("y = Mul(x, c)", np.float32([1, 2, 3, 4])),
    "a table": ("y = Mul(x, c)", np.float32([[2]])),
    "65 integers": ("y = Gather <axis = 1> (x, c)", np.arange(65) % 4),
    "a half": ("h = Cast <to = 10> (x)  m = Mul(h, c)  y = Cast <to = 1> (m)", np.float16(0.5)),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_written_in_place(case):
    nodes, constant = WRITTEN[case]
    written = Written(X, Y, f"z = Exp(x)  {nodes.replace('x, x', 'x, z')}", {"c": constant})
    node = written.simplified(*written.feeds(1, 2))[-1]
    held = next(each for each in node.inputs if isinstance(each, np.ndarray))
    assert (held.dtype, held.shape, held.tobytes()) == (constant.dtype, constant.shape, constant.tobytes())
    assert not written.left.weights
    assert "in_place" in written.rules


@pytest.mark.parametrize("case", KEPT)
def test_weights_stay(case):
    nodes, constant = KEPT[case]
    written = Written(X, Y, nodes, {"c": constant, "w": normal(4, 3), "v": normal(3, 3, seed=4)})
    written.simplified(*written.feeds(1, 2), tolerance=1e-5)
    assert any(each.tobytes() == constant.tobytes() for each in written.left.weights.values())
    assert "in_place" not in written.rules


def test_two_readers_hold_it_each():
    written = Written(X, Y, "a = Add(x, c)  t = Tanh(a)  y = Mul(t, c)", {"c": 0.1})
    nodes = written.simplified(*written.feeds(0, 1, 2))
    assert sum(isinstance(each, np.ndarray) for node in nodes for each in node.inputs) == 2


def test_a_constant_that_is_an_output_stays_a_weight():
    written = Written(X, f"{Y}, float[] z", "y = Add(x, c)  z = Identity(c)", {"c": 0.1})
    nodes = written.simplified(*written.feeds(0, 1, 2))
    assert [node.operator for node in nodes if node.outputs == ["z"]] == ["Identity"]
    assert [each.tobytes() for each in written.left.weights.values()] == [np.float32(0.1).tobytes()]
