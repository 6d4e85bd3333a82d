"""What nobody reads goes: nodes, names of optional outputs, weights. All else stays."""

from __future__ import annotations

import numpy as np
from written_graph import Written, normal, operators

X, Y = "float[n,4] x", "float[n,4] y"
RECURRENT = {"w": normal(1, 8, 4), "r": normal(1, 8, 2), "lost": normal(4, 4), "no": np.bool_(False)}


def test_a_node_that_nobody_reads():
    written = Written(X, Y, "u = Exp(x)  b = Where(no, u, x)  y = Relu(b)", {"no": np.bool_(False)})
    assert operators(written.simplified(*written.feeds(0, 1, 3))) == ["Relu"]
    assert "unused" in written.rules


def test_a_chain_that_nobody_reads_goes_with_what_it_held():
    written = Written(X, Y, "a = Exp(x)  b = MatMul(a, lost)  c = Tanh(b)  d = Where(no, c, x)  y = Relu(d)", RECURRENT)
    assert operators(written.simplified(*written.feeds(0, 1, 3))) == ["Relu"]
    assert not written.left.weights


def test_a_fork_of_which_one_end_is_read():
    written = Written(X, Y, "a = Exp(x)  b = Tanh(a)  y = Relu(a)")
    assert operators(written.simplified(*written.feeds(0, 1, 3))) == ["Exp", "Relu"]


def test_a_value_that_leaves_the_model_is_read():
    written = Written(X, f"{Y}, float[n,4] u", "u = Exp(x)  y = Relu(x)")
    assert operators(written.simplified(*written.feeds(0, 1, 3))) == ["Exp", "Relu"]
    assert "unused" not in written.rules


def test_a_value_that_only_a_branch_reads_is_read():
    nodes = (
        "u = Exp(x)  m = ReduceMax <keepdims = 0> (x)  b = Greater(m, zero)"
        "  y = If(b) <then_branch = t () => (float[n,4] p) { p = Neg(u) }, else_branch = e () => (float[n,4] q)"
        " { q = Abs(x) }>"
    )
    written = Written(X, Y, nodes, {"zero": 0})
    found = operators(written.simplified(*written.feeds(1, 3), {"x": -np.abs(normal(2, 4))}))
    assert found == ["Exp", "ReduceMax", "Greater", "If"]


def lstm(read: str) -> Written:
    """An LSTM with all its outputs, one of which is read."""
    shape = {"a": "float[n,1,2,2]", "h": "float[1,2,2]", "c": "float[1,2,2]"}[read]
    written = Written(
        "float[n,2,4] x", f"{shape} y", f"a, h, c = LSTM <hidden_size = 2> (x, w, r)  y = Relu({read})", RECURRENT
    )
    written.simplified(*written.feeds(1, 3), reference=read != "c")  # onnx.reference has no last cell state
    return written


def test_outputs_at_the_end_go_and_those_in_the_middle_are_left_out():
    for read, outputs in {"a": ["a"], "h": ["", "h"], "c": ["", "", "c"]}.items():
        written = lstm(read)
        found = written.left.graphs["main"].nodes[0].outputs
        assert [bool(name) for name in found] == [bool(name) for name in outputs]
        assert "unused" in written.rules


def test_outputs_that_are_not_optional_stay():
    written = Written(X, "float[n,2] y", "y, u = Split <axis = 1, num_outputs = 2> (x)")
    (node,) = written.simplified(*written.feeds(0, 1, 3))
    assert len(node.outputs) == 2
    assert "unused" not in written.rules


def test_weights_that_nobody_reads():
    written = Written(X, Y, "y = MatMul(x, lost)", {"lost": normal(4, 4), "other": normal(3, 3)})
    written.simplified(*written.feeds(0, 1, 3))
    assert [each.shape for each in written.left.weights.values()] == [(4, 4)]
