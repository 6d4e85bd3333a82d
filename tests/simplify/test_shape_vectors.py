"""Lists of sizes are made in their shortest form, where the graph gets smaller by it, and only there."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, normal, operators

X = "float[e,n,8] x"
CONSTANTS = {
    "i0": np.int64([0]), "i1": np.int64([1]), "i2": np.int64([2]), "first": np.int64(0), "second": np.int64(1),
    "five": np.int64([5]), "two": np.int64([2]), "eight": np.int64([8]), "axis": np.int64([-1]), "s1": np.int64(1),
    "s0": np.int64(0), "open": np.int64([-1]), "steps": np.int64([2]), "far": np.int64([2**63 - 1]),
}  # fmt: skip
LENGTHS = (0, 1, 3)
PARTS = (
    "s = Shape(x)  g = Gather(s, first)  u = Unsqueeze(g, i0)  t = Shape(x)  h = Gather(t, second)"
    "  v = Unsqueeze(h, i0)  "
)
SMALL = "float[e,n,8] x, float[e,1,5] b"
SHORT = {
    "two lengths": (SMALL, PARTS + "c = Concat <axis = 0> (u, v, five)  y = Expand(b, c)", "e,n,5",
                    ["Shape", "Concat", "Expand"]),
    "a whole shape": ("float[e,n,8] x, float[e,1,8] b", PARTS + "c = Concat <axis = 0> (u, v, eight)  y = Expand(b, c)",
                      "e,n,8", ["Shape", "Concat", "Expand"]),
    "by way of others": (SMALL, "a = Exp(x)  d = Transpose <perm = [1, 0, 2]> (a)  s = Shape(d)  g = Gather(s, first)"
                         "  u = Unsqueeze(g, i0)  h = Gather(s, second)  v = Unsqueeze(h, i0)"
                         "  c = Concat <axis = 0> (v, u, five)  y = Expand(b, c)", "e,n,5",
                         ["Shape", "Concat", "Expand"]),
    "a sum that is one length": (SMALL, PARTS + "d = Add(v, v)  f = Sub(d, v)  c = Concat <axis = 0> (u, f, five)"
                                 "  y = Expand(b, c)", "e,n,5", ["Shape", "Concat", "Expand"]),
}  # fmt: skip


def left(inputs: str, nodes: str, output: str) -> tuple[list[str], set[str]]:
    written = Written(inputs, f"float[{output}] y", nodes, CONSTANTS)
    found = written.simplified(*written.feeds(*LENGTHS), reference=False)
    return operators(found), written.rules


@pytest.mark.parametrize("case", SHORT)
def test_the_shortest_form(case):
    inputs, nodes, output, wanted = SHORT[case]
    found, rules = left(inputs, nodes, output)
    assert found == wanted
    assert "shape_vectors" in rules


def test_a_length_is_asked_of_an_input_of_the_model():
    inputs, nodes, output, _ = SHORT["by way of others"]
    written = Written(inputs, f"float[{output}] y", nodes, CONSTANTS)
    shape = written.simplified(*written.feeds(*LENGTHS))[0]
    assert (shape.operator, shape.inputs, shape.attributes) == ("Shape", ["x"], {"end": 2})


def test_the_limit_of_a_range():
    nodes = PARTS + "d = Mul(h, s1)  p = Add(d, s0)  r = Range(s0, p, s1)  f = Cast <to = 1> (r)  k = Unsqueeze(f, i1)"
    found, _ = left(X, nodes + "  y = Add(x, k)", "e,n,8")
    assert found == ["Shape", "Gather", "Range", "Cast", "Unsqueeze", "Add"]


KEPT = {
    "as short as can be": (SMALL, "s = Shape <end = 2> (x)  c = Concat <axis = 0> (s, five)  y = Expand(b, c)"),
    "made of the data": (SMALL, "m = ReduceMax <keepdims = 0> (b)  k = Mul(m, m)  f = Cast <to = 7> (k)"
                         "  z = Mul(f, first)  o = Add(z, second)  u = Unsqueeze(o, i0)"
                         "  c = Concat <axis = 0> (u, u, five)  y = Expand(b, c)"),
}  # fmt: skip


@pytest.mark.parametrize("case", KEPT)
def test_kept(case):
    inputs, nodes = KEPT[case]
    written = Written(inputs, f"float[e,{'n' if 'can be' in case else '1'},5] y", nodes, CONSTANTS)
    written.simplified(*[each for each in written.feeds(*LENGTHS) if each["b"].size], reference=False)
    assert "shape_vectors" not in written.rules


def test_a_list_that_is_an_output_stays_beside_its_short_form():
    nodes = PARTS + "c = Concat <axis = 0> (u, v, five)  y = Expand(b, c)"
    written = Written(SMALL, "float[e,n,5] y, int64[3] c", nodes, CONSTANTS)
    assert any(node.outputs == ["c"] for node in written.simplified(*written.feeds(*LENGTHS)))


# ----------------------------------------------- makers of tensors that others still use are not freed

#: Pairs of particles, as in a Particle Transformer: the length of "cut" is a length that no input of the model has,
#: so that it can be asked of "cut" alone, which everything else reads too.
CUT = "cut = Slice(x, i0, far, i1, steps)  "
PAIRS = (
    "row = Unsqueeze(cut, i2)  column = Unsqueeze(cut, i1)  s = Shape(cut)  h = Gather(s, second)"
    "  v = Unsqueeze(h, i0)  g = Gather(s, first)  u = Unsqueeze(g, i0)  c = Concat <axis = 0> (u, v, v, eight)"
    "  a = Expand(row, c)  b = Expand(column, c)  "
)


def test_a_length_asked_of_a_tensor_that_stays_in_use():
    """Rewriting it again and again would make nothing smaller."""
    nodes = CUT + PAIRS + (
        "d = Sub(a, b)  f = Reshape(d, c)  k = Exp(f)  r = ReduceSum <keepdims = 0> (k, i2)"
        "  y = ReduceSum <keepdims = 0> (r, i1)"
    )
    written = Written(X, "float[e,8] y", nodes, CONSTANTS)
    written.simplified(*written.feeds(1, 2, 5), reference=False, tolerance=1e-5)
    assert operators(written.left.graphs["main"].nodes)[:4] == ["Slice", "Unsqueeze", "Unsqueeze", "Sub"]


def test_lengths_that_others_read_as_numbers_are_not_freed():
    """One Shape of both lengths would come on top of the two that stay."""
    nodes = PARTS + (
        "c = Concat <axis = 0> (u, v, five)  z = Expand(b, c)  k = Cast <to = 1> (u)  l = Cast <to = 1> (v)"
        "  m = Mul(z, k)  y = Mul(m, l)"
    )
    written = Written(SMALL, "float[e,n,5] y", nodes, CONSTANTS)
    assert operators(written.simplified(*written.feeds(*LENGTHS), tolerance=1e-5)).count("Shape") == 2


def test_lengths_that_are_outputs_are_not_freed():
    nodes = PARTS + "c = Concat <axis = 0> (u, v, five)  y = Expand(b, c)"
    written = Written(SMALL, "float[e,n,5] y, int64[1] u, int64[1] v", nodes, CONSTANTS)
    assert operators(written.simplified(*written.feeds(*LENGTHS))).count("Shape") == 2


@pytest.mark.parametrize("reader", ["Expand(o, c)", "Reshape(w, c)"])
def test_two_tensors_of_one_length_do_not_take_turns(reader):
    """Either could be asked for it; both are in use."""
    nodes = CUT + (
        "p = Exp(cut)  q = Tanh(cut)  o = ReduceSum <keepdims = 1> (q, i1)  w = Mul(p, q)  s = Shape(q)"
        "  h = Gather(s, second)  v = Unsqueeze(h, i0)  t = Shape(p)  g = Gather(t, first)  u = Unsqueeze(g, i0)"
        f"  c = Concat <axis = 0> (u, v, eight)  z = {reader}  m = Mul(z, p)  k = Mul(z, q)  n = Add(m, k)"
        "  y = ReduceSum <keepdims = 0> (n, i1)"
    )
    written = Written(X, "float[e,8] y", nodes, CONSTANTS)
    written.simplified(*written.feeds(1, 2, 5), reference=False, tolerance=1e-5)
    assert operators(written.left.graphs["main"].nodes).count("Shape") <= 1


def test_the_makers_of_what_is_asked_for_a_length_are_not_freed():
    """The data decide the length of "some": only through it, and what makes it, can the length be known."""
    nodes = (
        "z = Compress <axis = 1> (x, keep)  some = Exp(z)  s = Shape(some)  h = Gather(s, second)"
        "  v = Unsqueeze(h, i0)  e = Shape <end = 1> (x)  c = Concat <axis = 0> (e, v, five)  a = Expand(b, c)"
        "  y = ReduceSum <keepdims = 0> (a, i1)"
    )
    constants = {**CONSTANTS, "keep": np.array([True, False, True])}
    written = Written("float[e,3,8] x, float[e,1,5] b", "float[e,5] y", nodes, constants)
    feeds = [{"x": normal(e, 3, 8), "b": normal(e, 1, 5)} for e in LENGTHS]
    written.simplified(*feeds, reference=False, tolerance=1e-5)
    assert "Compress" in operators(written.left.graphs["main"].nodes)
