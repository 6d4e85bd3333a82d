"""Arithmetic with shapes becomes constants that hold for all lengths; what depends on a length stays."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, operators

X = "float[e,n,8] x"
CONSTANTS = {
    "zero": np.int64([0]), "one": np.int64([1]), "two": np.int64([2]), "four": np.int64([4]), "open": np.int64([-1]),
    "ones": np.int64([1, 1, 1]), "far": np.int64([2**63 - 1]), "i1": np.int64(1), "three": np.int64([3]),
    "last_axis": np.int64([2]), "pair": np.int64([1, 2]), "rows": np.int64([0]), "minus": np.int64([-1]),
}  # fmt: skip
SHAPE = "s = Shape(x)  e = Shape <end = 1> (x)  n = Shape <start = 1, end = 2> (x)  w = Shape <start = 2> (x)  "
LENGTHS = (0, 1, 3)


def left(nodes: str, output: str, lengths: tuple[int, ...] = LENGTHS, inputs: str = X, **options) -> Written:
    written = Written(inputs, f"float[{output}] y", SHAPE + nodes, CONSTANTS)
    written.simplified(*written.feeds(*lengths), **options)
    return written


TARGETS = {
    "heads": ("h = Div(w, four)  t = Concat <axis = 0> (e, n, four, h)  r = Reshape(x, t)  y = Exp(r)", "e,n,4,2",
              [0, 0, 4, 2]),
    "halves": ("h = Div(w, two)  t = Concat <axis = 0> (e, n, two, h)  r = Reshape(x, t)  y = Exp(r)", "e,n,2,4",
               [0, 0, 2, 4]),
}  # fmt: skip


@pytest.mark.parametrize("case", TARGETS)
def test_the_target_of_a_reshape(case):
    nodes, output, target = TARGETS[case]
    written = left(nodes, output, reference=False)
    reshape = written.left.graphs["main"].nodes[0]
    assert (reshape.operator, reshape.inputs[1].tolist()) == ("Reshape", target)
    assert len(written.left.graphs["main"].nodes) == 2
    assert "fold_shapes" in written.rules


def test_a_target_that_no_constant_serves_stays_computed():
    """[e, n, 8] cut into [n, e, 8]: neither length stands where it stood."""
    written = left("t = Concat <axis = 0> (n, e, w)  r = Reshape(x, t)  c = ReduceSum <keepdims = 0> (r)"
                   "  y = Add(x, c)", "e,n,8", (1, 3), reference=False)  # fmt: skip
    reshape = next(each for each in written.left.graphs["main"].nodes if each.operator == "Reshape")
    assert isinstance(reshape.inputs[1], str)


def test_the_target_of_an_expand():
    inputs = "float[e,n,8] x, float[e,1,1] z"
    nodes = "t = Concat <axis = 0> (e, one, w)  r = Expand(z, t)  y = Exp(r)"
    written = left(nodes, "e,1,8", inputs=inputs)
    expand = written.left.graphs["main"].nodes[0]
    assert (expand.operator, expand.inputs[1].tolist()) == ("Expand", [1, 1, 8])


def test_an_expand_to_a_length_stays_computed():
    inputs = "float[e,n,8] x, float[e,1,8] z"
    written = left("r = Expand(z, s)  y = Exp(r)", "e,n,8", inputs=inputs)
    assert operators(written.left.graphs["main"].nodes) == ["Shape", "Expand", "Exp"]


BOUNDS = {
    "to the end": ("y = Slice(x, one, n, one)", [1], [2**63 - 1]),
    "to before the last": ("m = Sub(n, one)  y = Slice(x, zero, m, one)", [0], [-1]),
    "from the last": ("m = Sub(n, one)  y = Slice(x, m, n, one)", [-1], [2**63 - 1]),
}


@pytest.mark.parametrize("case", BOUNDS)
def test_a_slice(case):
    nodes, start, end = BOUNDS[case]
    written = left(nodes.replace("y =", "c =") + "  y = ReduceSum <keepdims = 0> (c, one)", "e,8")
    found = written.left.graphs["main"].nodes[0]
    assert [each.tolist() for each in found.inputs[1:3]] == [start, end]
    assert operators(written.left.graphs["main"].nodes) == ["Slice", "ReduceSum"]


KEPT_BOUNDS = {
    "two before the end": "m = Sub(n, two)  c = Slice(x, zero, m, one)",
    "from the length": "c = Slice(x, n, far, one)",
    "the length of another axis": "c = Slice(x, zero, e, one)",
    "half of it": "d = Add(n, n)  m = Sub(d, one)  c = Slice(x, zero, m, one)",
}


@pytest.mark.parametrize("case", KEPT_BOUNDS)
def test_other_bounds_stay_computed(case):
    written = left(KEPT_BOUNDS[case] + "  y = ReduceSum <keepdims = 0> (c, one)", "e,8", (0, 1, 2, 5))
    found = next(each for each in written.left.graphs["main"].nodes if each.operator == "Slice")
    assert any(isinstance(each, str) for each in found.inputs[1:3])


def test_a_gather_of_the_last_element():
    written = left("m = Sub(n, one)  g = Gather <axis = 1> (x, m)  y = Exp(g)", "e,1,8", (1, 3))
    gather = written.left.graphs["main"].nodes[0]
    assert (gather.operator, gather.inputs[1].tolist()) == ("Gather", [-1])


def test_a_gather_of_the_last_but_one_stays_computed():
    written = left("m = Sub(n, two)  g = Gather <axis = 1> (x, m)  y = Exp(g)", "e,1,8", (2, 3))
    assert "Sub" in operators(written.left.graphs["main"].nodes)


def test_a_gather_counted_on_another_axis_stays_computed():
    written = left("m = Sub(e, one)  g = Gather <axis = 1> (x, m)  y = Exp(g)", "e,1,8", (1,), reference=False)
    assert "Sub" in operators(written.left.graphs["main"].nodes)


KNOWN = {
    "a width": ("c = Cast <to = 1> (w)  y = Mul(x, c)", True),
    "the rank": ("l = Shape(s)  c = Cast <to = 1> (l)  y = Mul(x, c)", True),
    "a comparison": ("q = Greater(n, minus)  c = Cast <to = 1> (q)  y = Mul(x, c)", True),
    "a difference": ("d = Sub(n, n)  c = Cast <to = 1> (d)  y = Mul(x, c)", True),
    "a length": ("c = Cast <to = 1> (n)  y = Mul(x, c)", False),
    "a comparison with zero": ("q = Greater(n, zero)  c = Cast <to = 1> (q)  y = Mul(x, c)", False),
    "two lengths": ("q = Equal(n, e)  c = Cast <to = 1> (q)  y = Mul(x, c)", False),
}


@pytest.mark.parametrize("case", KNOWN)
def test_numbers(case):
    nodes, known = KNOWN[case]
    written = left(nodes, "e,n,8")
    found = operators(written.left.graphs["main"].nodes)
    assert ("Shape" in found) is not known
    assert ("Cast" in found) is not known
