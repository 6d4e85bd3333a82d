"""An If whose condition is known for all lengths becomes its branch; one that depends on the data stays."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, normal, operators

X, Y = "float[n,4] x", "float[n,4] y"
BRANCHES = (
    " <then_branch = t () => (float[n,4] p) { a = Neg(x)  p = Exp(a) },"
    " else_branch = e () => (float[n,4] q) { q = Abs(x) }>"
)
CONSTANTS = {"four": np.int64([4]), "one": np.int64([1]), "zero": 0,
             "none": np.int64([0]), "less": np.int64([-1])}  # fmt: skip
WIDTHS = "s = Shape <start = 1> (x)  always = Equal(s, four)  never = Equal(s, one)  "
THEN, ELSE = ["Neg", "Exp"], ["Abs"]
FOUND = {
    "the width of a layer": (f"s = Shape <start = 1> (x)  c = Equal(s, four)  y = If(c){BRANCHES}", THEN),
    "a width that it has not": (f"s = Shape <start = 1> (x)  c = Equal(s, one)  y = If(c){BRANCHES}", ELSE),
    "no length is negative": (f"s = Shape <end = 1> (x)  c = Greater(s, less)  y = If(c){BRANCHES}", THEN),
}
KEPT = {
    "a length": f"s = Shape <end = 1> (x)  c = Equal(s, one)  y = If(c){BRANCHES}",
    "an empty axis": f"s = Shape <end = 1> (x)  c = Greater(s, none)  y = If(c){BRANCHES}",
    "the data": f"m = ReduceSum <keepdims = 0> (x)  c = Greater(m, zero)  y = If(c){BRANCHES}",
}


@pytest.mark.parametrize("case", FOUND)
def test_the_branch_that_is_always_taken(case):
    nodes, left = FOUND[case]
    written = Written(X, Y, nodes, CONSTANTS)
    assert operators(written.simplified(*written.feeds(0, 1, 3))) == left
    assert "inline_if" in written.rules
    assert list(written.left.graphs) == ["main"]


@pytest.mark.parametrize("case", KEPT)
def test_a_branch_that_is_not_always_taken(case):
    written = Written(X, Y, KEPT[case], CONSTANTS)
    found = written.simplified(*written.feeds(0, 1, 3), {"x": -np.abs(normal(2, 4))})
    assert operators(found)[-1] == "If"
    assert "inline_if" not in written.rules
    assert len(written.left.graphs) == 3


def test_an_if_in_the_branch_that_is_taken():
    inner = f"p = If(never){BRANCHES}".replace(" p)", " i)").replace("p = Exp", "i = Exp")
    outer = f"{WIDTHS}y = If(always) <then_branch = o () => (float[n,4] p) {{ {inner} }},"
    written = Written(X, Y, f"{outer} else_branch = u () => (float[n,4] v) {{ v = Sqrt(x) }}>", CONSTANTS)
    assert operators(written.simplified(*written.feeds(0, 1, 3))) == ELSE
    assert list(written.left.graphs) == ["main"]


def test_a_branch_that_gives_what_it_is_given():
    branches = "<then_branch = t () => (float[n,4] p) { p = Identity(x) }, else_branch = e () => (float[n,4] q)"
    written = Written(X, Y, f"{WIDTHS}a = If(always) {branches} {{ q = Abs(x) }}>  y = Neg(a)", CONSTANTS)
    assert operators(written.simplified(*written.feeds(0, 1, 3))) == ["Neg"]
