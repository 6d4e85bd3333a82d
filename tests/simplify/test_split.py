"""Slices that share out an axis are one Split; with gaps, overlaps or open lengths they stay."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, operators

X = "float[e,n,6] x"
CONSTANTS = {f"i{i}": np.int64([i]) for i in range(7)} | {
    "last": np.int64([-2]), "far": np.int64([2**63 - 1]), "turned": np.int64([-1]), "axis": np.int64([-1]),
    "back": np.int64([-2**63]),
}  # fmt: skip


def cut(*pieces: tuple[str, str], axis: str = "i2", source: str = "x", combine: str = "s{i} = ReduceSum(p{i}, axis)  "):
    nodes = "".join(f"p{i} = Slice({source}, {a}, {b}, {axis})  " for i, (a, b) in enumerate(pieces))
    nodes += "".join(combine.format(i=i) for i in range(len(pieces)))
    return nodes + f"y = Concat <axis = -1> ({', '.join(f's{i}' for i in range(len(pieces)))})"


FOUND = {
    "halves": (cut(("i0", "i3"), ("i3", "i6")), [3, 3]),
    "unequal": (cut(("i0", "i1"), ("i1", "i4"), ("i4", "i6")), [1, 3, 2]),
    "out of order": (cut(("i4", "i6"), ("i0", "i4")), [4, 2]),
    "counted from the end": (cut(("i0", "last"), ("last", "far")), [4, 2]),
    "the axis counted from the end": (cut(("i0", "i3"), ("i3", "far"), axis="turned"), [3, 3]),
}
KEPT = {
    "a gap": cut(("i0", "i2"), ("i3", "i6")),
    "an overlap": cut(("i0", "i4"), ("i3", "i6")),
    "not from the start": cut(("i1", "i3"), ("i3", "i6")),
    "not to the end": cut(("i0", "i3"), ("i3", "i5")),
    "a length that is open": cut(("i0", "i1"), ("i1", "far"), axis="i1", combine="s{i} = ReduceSum(p{i}, i1)  "),
    "one piece": cut(("i0", "i3")),
    "of two tensors": "z = Exp(x)  p = Slice(x, i0, i3, i2)  q = Slice(z, i3, i6, i2)  y = Mul(p, q)",
    "a step": "p = Slice(x, i0, i6, i2, i2)  q = Slice(x, i1, i6, i2, i2)  y = Mul(p, q)",
    "turned round": "p = Slice(x, i2, back, i2, turned)  q = Slice(x, i3, i6, i2)  y = Mul(p, q)",
}


@pytest.mark.parametrize("case", FOUND)
def test_one_split(case):
    nodes, sizes = FOUND[case]
    written = Written(X, "float[e,n,k] y", nodes, CONSTANTS)
    left = written.simplified(*written.feeds(0, 1, 3), tolerance=1e-5)
    assert (left[0].operator, left[0].attributes["axis"], left[0].inputs[1].tolist()) == ("Split", 2, sizes)
    assert "Slice" not in operators(left)
    assert "split" in written.rules


@pytest.mark.parametrize("case", KEPT)
def test_kept(case):
    shape = "e,k,6" if "open" in case else "e,n,k"
    written = Written(X, f"float[{shape}] y", KEPT[case], CONSTANTS)
    assert "Slice" in operators(written.simplified(*written.feeds(0, 1, 3), tolerance=1e-5))
    assert "split" not in written.rules


def test_pieces_that_are_outputs_keep_their_names():
    nodes = "a = Slice(x, i0, i3, i2)  b = Slice(x, i3, i6, i2)"
    written = Written(X, "float[e,n,3] a, float[e,n,3] b", nodes, CONSTANTS)
    (node,) = written.simplified(*written.feeds(0, 1, 3))
    assert (node.operator, node.outputs) == ("Split", ["a", "b"])


def test_other_readers_of_the_tensor_and_of_a_piece():
    nodes = (
        "a = Slice(x, i0, i3, i2)  b = Slice(x, i3, i6, i2)  c = Mul(a, b)  d = Concat <axis = 2> (c, a)"
        "  y = Add(d, x)"
    )
    written = Written(X, "float[e,n,6] y", nodes, CONSTANTS)
    assert operators(written.simplified(*written.feeds(0, 1, 3))) == ["Split", "Mul", "Concat", "Add"]
