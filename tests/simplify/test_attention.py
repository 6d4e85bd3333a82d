"""Attention is recovered from its parts, and nothing that only looks like it."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, normal, operators

ROOT = np.float32(8**-0.5)
CONSTANTS = {
    "root": ROOT, "inverse": np.float32(8**0.5), "quarter": np.float32(8**-0.25), "half": 0.5, "zero": 0, "one": 1,
    "large": -1e9, "lowest": np.finfo(np.float32).min, "hidden": -np.inf, "tiny": 1e-8, "first": np.int64([1]),
    "heads": np.int64([1, 2]), "steps": np.float32([0.5] * 3), "far": np.float32([[0, -np.inf, 0]]),
}  # fmt: skip
FOUR = "float[b,2,n,8] q, float[b,2,k,8] key, float[b,2,k,6] v, float[b,k] m, float[b,2,n,k] u"
THREE = "float[b,n,8] q, float[b,k,8] key, float[b,k,6] v, float[b,k] m, float[b,n,k] u"
Y = {FOUR: "float[b,2,n,6] y", THREE: "float[b,n,6] y"}


def feeds(inputs: str, b: int = 2, n: int = 3, k: int = 5) -> dict[str, np.ndarray]:
    heads = (2,) if inputs == FOUR else ()
    return {
        "q": normal(b, *heads, n, 8), "key": normal(b, *heads, k, 8, seed=4), "v": normal(b, *heads, k, 6, seed=5),
        "m": np.float32(np.random.default_rng(6).random((b, k)) < 0.7), "u": normal(b, *heads, n, k, seed=7),
    }  # fmt: skip


def used(inputs: str, nodes: str) -> str:
    """The inputs that the nodes read."""
    found = [each for each in inputs.replace(", float", ";float").split(";")
             if any(f"{before}{each.split()[1]}{after}" in nodes for before in "( " for after in ",)")]  # fmt: skip
    return ", ".join(found)


def simplified(inputs: str, nodes: str, **more):
    written = Written(used(inputs, nodes), Y[inputs], nodes, CONSTANTS)
    names = [each.split()[1] for each in written.inputs.replace(", float", ";float").split(";")]
    given = [feeds(inputs), feeds(inputs, b=1, n=1, k=1), feeds(inputs, n=0), feeds(inputs, b=0)]
    return written.simplified(*[{name: each[name] for name in names} for each in given], **more)


TURN = "t = Transpose <perm = [0, 1, 3, 2]> (key)  "
TURN_3 = "t = Transpose <perm = [0, 2, 1]> (key)  "
END = "  w = Softmax <axis = -1> (z)  y = MatMul(w, v)"
GUARDED = "  w = Softmax <axis = -1> (z)  x = IsNaN(w)  s = Where(x, zero, w)  y = MatMul(s, v)"
SCORES = TURN + "p = MatMul(q, t)  a = Mul(p, root)  "
BIAS = "i = Sub(m, one)  j = Mul(i, large)  l = Neg(j)  c = Unsqueeze(l, heads)  "
KEEP = "i = Cast <to = 9> (m)  g = Unsqueeze(i, heads)  "

#: Nodes, the Attention's inputs, its attributes without the number of heads.
FOUND = {
    "scale at the product": (FOUR, SCORES.replace("a =", "z =") + END, "q key v", {}),
    "divided": (FOUR, TURN + "p = MatMul(q, t)  z = Div(p, inverse)" + END, "q key v", {}),
    "scale at Q": (FOUR, TURN + "a = Mul(root, q)  z = MatMul(a, t)" + END, "q key v", {}),
    "scale at K": (FOUR, TURN + "a = Mul(t, root)  z = MatMul(q, a)" + END, "q key v", {}),
    "scale at both": (FOUR, TURN + "a = Mul(q, quarter)  e = Mul(t, quarter)  z = MatMul(a, e)" + END, "q key v", {}),
    "another scale": (FOUR, TURN + "p = MatMul(q, t)  z = Mul(p, half)" + END, "q key v", {"scale": 0.5}),
    "no scale": (FOUR, TURN + "z = MatMul(q, t)" + END, "q key v", {"scale": 1.0}),
    "a bias": (FOUR, SCORES + "z = Add(a, u)" + END, "q key v u", {}),
    "a bias first": (FOUR, SCORES + "z = Add(u, a)" + END, "q key v u", {}),
    "a mask of large numbers": (FOUR, BIAS + SCORES + "z = Add(a, c)" + END, "q key v c", {}),
    "a condition of large numbers": (
        FOUR, KEEP + SCORES + "c = Where(g, zero, large)  z = Add(a, c)" + END, "q key v c", {}),
    "a computed bias": (
        FOUR, SCORES + "d = Abs(u)  e = Max(d, tiny)  f = Log(e)  h = Sqrt(d)  c = Sub(h, f)  z = Add(a, c)" + END,
        "q key v c", {}),
    "a bias that goes through Gelu": (
        FOUR, SCORES + "d = Log(u)  e = Gelu(d)  c = Add(e, u)  z = Add(a, c)" + END, "q key v c", {}),
    "a bounded bias": (FOUR, SCORES + "d = Log(u)  c = Tanh(d)  z = Add(a, c)" + END, "q key v c", {}),
    "a bias over a bounded one": (
        FOUR, SCORES + "d = Abs(u)  e = Clip(d, tiny)  c = Div(u, e)  z = Add(a, c)" + END, "q key v c", {}),
    "guarded": (FOUR, SCORES.replace("a =", "z =") + GUARDED, "q key v", {}),
    "guarded, hidden": (FOUR, KEEP + SCORES + "c = Where(g, zero, hidden)  z = Add(a, c)" + GUARDED, "q key v g", {}),
    "guarded, the lowest": (
        FOUR, KEEP + SCORES + "c = Where(g, zero, lowest)  z = Add(a, c)" + GUARDED, "q key v c", {}),
    "guarded, hidden if": (
        FOUR, KEEP + SCORES + "c = Where(g, hidden, zero)  z = Add(a, c)" + GUARDED, "q key v c", {}),
    "without heads": (THREE, TURN_3 + "p = MatMul(q, t)  z = Mul(p, root)" + END, "q key v", {}),
    "without heads, a bias": (
        THREE, TURN_3 + "p = MatMul(q, t)  a = Mul(p, root)  z = Add(a, u)" + END, "q key v -", {}),
}  # fmt: skip
KEPT = {
    "softmax over queries": (FOUR, SCORES.replace("a =", "z =") + END.replace("-1", "2")),
    "a mask that may be infinite": (FOUR, KEEP + SCORES + "c = Where(g, zero, hidden)  z = Add(a, c)" + END),
    "a logarithm as mask": (FOUR, "d = Log(m)  c = Unsqueeze(d, heads)  " + SCORES + "z = Add(a, c)" + END),
    "less what goes through Gelu": (
        FOUR, SCORES + "d = Log(u)  e = Gelu(d)  c = Sub(u, e)  z = Add(a, c)" + END),
    "an inverse as bias": (FOUR, "c = Reciprocal(u)  " + SCORES + "z = Add(a, c)" + END),
    "a quotient as bias": (FOUR, "d = Abs(u)  c = Div(u, d)  " + SCORES + "z = Add(a, c)" + END),
    "one number for all keys": (
        FOUR, "d = ReduceMax <keepdims = 1> (u, last)  c = Relu(d)  " + SCORES + "z = Add(a, c)" + END),
    "a product of tensors": (FOUR, SCORES + "z = Mul(a, u)" + END),
    "a difference": (FOUR, SCORES + "z = Sub(u, a)" + END),
    "scaled after the softmax": (FOUR, SCORES.replace("a =", "z =") + END.replace("MatMul(w", "MatMul(d").replace(
        "  y", "  d = Mul(w, half)  y")),
    "log softmax": (FOUR, SCORES.replace("a =", "z =") + END.replace("Softmax", "LogSoftmax")),
    "values first": (
        THREE, TURN_3 + "z = MatMul(q, t)  w = Softmax <axis = -1> (z)  r = Transpose <perm = [0, 2, 1]> (v)"
                     "  o = Transpose <perm = [0, 2, 1]> (w)  h = MatMul(r, o)  y = Transpose <perm = [0, 2, 1]> (h)"),
    "another guard": (FOUR, SCORES.replace("a =", "z =") + GUARDED.replace("zero, w", "one, w")),
    "a guard that keeps the numbers away": (FOUR, SCORES.replace("a =", "z =") + GUARDED.replace("zero, w", "w, zero")),
}  # fmt: skip


@pytest.mark.parametrize("case", FOUND)
def test_found(case):
    inputs, nodes, operands, attributes = FOUND[case]
    left = simplified(inputs, nodes)
    (attention,) = [node for node in left if node.operator == "Attention"]
    assert not {"Softmax", "MatMul", "IsNaN", "Transpose"} & set(operators(left))
    wanted = operands.split()
    assert len(attention.inputs) == len(wanted)
    assert attention.inputs[:3] == wanted[:3]
    found = {key: value for key, value in attention.attributes.items() if "heads" not in key}
    assert found == pytest.approx(attributes, rel=1e-6)
    if case == "guarded, hidden":
        assert "Where" not in operators(left)  # the condition is the mask
    if case == "without heads, a bias":
        assert operators(left) == ["Unsqueeze", "Attention"]


@pytest.mark.parametrize("case", KEPT)
def test_kept(case):
    inputs, nodes = KEPT[case]
    CONSTANTS["last"] = np.int64([3])
    assert "Attention" not in operators(simplified(inputs, nodes))


@pytest.mark.parametrize("part", ["z", "w"])
def test_a_part_that_is_an_output_is_kept(part):
    nodes = SCORES.replace("a =", "z =") + END
    written = Written(used(FOUR, nodes), f"{Y[FOUR]}, float[b,2,n,k] {part}", nodes, CONSTANTS)
    given = {name: feeds(FOUR)[name] for name in ("q", "key", "v")}
    assert "Softmax" in operators(written.simplified(given))


def test_scores_that_others_read_are_kept():
    nodes = SCORES.replace("a =", "z =") + END + "  o = Relu(z)"
    written = Written(used(FOUR, nodes), f"{Y[FOUR]}, float[b,2,n,k] o", nodes, CONSTANTS)
    given = {name: feeds(FOUR)[name] for name in ("q", "key", "v")}
    assert "Softmax" in operators(written.simplified(given))


def test_a_mask_with_more_entries_than_the_scores_is_kept():
    """The scores are broadcast along the mask; an Attention cannot do that."""
    written = Written(
        "float[1,2,n,8] q, float[1,2,k,8] key, float[b,1,1,k] u, float[1,2,k,6] v", "float[b,2,n,6] y",
        SCORES + "z = Add(a, u)" + END, CONSTANTS,
    )  # fmt: skip
    given = {**{name: feeds(FOUR, b=1)[name] for name in ("q", "key", "v")}, "u": normal(3, 1, 1, 5)}
    assert "Softmax" in operators(written.simplified(given))


def test_values_for_each_entry_and_scores_for_all_are_kept():
    written = Written(
        "float[1,2,n,8] q, float[1,2,k,8] key, float[b,2,k,6] v", "float[b,2,n,6] y",
        SCORES.replace("a =", "z =") + END, CONSTANTS,
    )  # fmt: skip
    given = {**{name: feeds(FOUR, b=1)[name] for name in ("q", "key")}, "v": normal(3, 2, 5, 6)}
    assert "Softmax" in operators(written.simplified(given))


@pytest.mark.parametrize("value, found", [("0", True), ("-inf", False)])
def test_a_class_token_in_front(value, found):
    """Its own mask is a constant as long as there are entries."""
    nodes = (
        "r = Shape <end = 1> (m)  l = Concat <axis = 0> (r, first)"
        f"  o = ConstantOfShape <value = float[1] {{{value}}}> (l)  d = Concat <axis = 1> (o, m)"
        "  c = Unsqueeze(d, heads)  e = Concat <axis = 2> (token, key)  t = Transpose <perm = [0, 1, 3, 2]> (e)"
        "  p = MatMul(q, t)  a = Mul(p, root)  z = Add(a, c)  w = Softmax <axis = -1> (z)  y = MatMul(w, e)"
    )
    inputs = "float[b,2,n,8] q, float[b,2,k,8] key, float[b,2,1,8] token, float[b,k] m"
    given = {name: feeds(FOUR)[name] for name in ("q", "key", "m")}
    written = Written(inputs, "float[b,2,n,8] y", nodes, CONSTANTS)
    left = operators(written.simplified({**given, "token": normal(2, 2, 1, 8, seed=8)}))
    assert ("Attention" in left) is found


def test_float64_is_kept():
    constants = {"root": np.float64(8**-0.5)}
    written = Written(
        "double[b,2,n,8] q, double[b,2,k,8] key, double[b,2,k,6] v", "double[b,2,n,6] y",
        SCORES.replace("a =", "z =") + END, constants,
    )  # fmt: skip
    given = {name: feeds(FOUR)[name].astype(np.float64) for name in ("q", "key", "v")}
    assert "Softmax" in operators(written.simplified(given))


def test_all_keys_hidden_from_a_query():
    """What the guard is for: zeros, before and after."""
    nodes = KEEP + SCORES + "c = Where(g, zero, hidden)  z = Add(a, c)" + GUARDED
    written = Written(used(FOUR, nodes), Y[FOUR], nodes, CONSTANTS)
    given = {**feeds(FOUR), "m": np.zeros((2, 5), np.float32)}
    del given["u"]
    assert "Attention" in operators(written.simplified(given))
