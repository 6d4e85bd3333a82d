"""Nodes that give what they get go, each kind of them; what changes a bit, a shape or a type stays."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, normal, operators

X = "float[n,4] x"
LENGTHS = (0, 1, 3)
CONSTANTS = {
    "none": np.zeros(0, np.int64), "zeros": np.int64([0, 0, 0, 0]), "pad": np.int64([0, 1, 0, 0]), "zero": 0, "one": 1,
    "minus": np.float32(-0.0), "two": 2, "ones": np.int64([1, 1]), "twice": np.int64([1, 2]), "row": np.ones(4, "f4"),
    "wide": np.ones((2, 1, 4), "f4"), "start": np.int64([0]), "second": np.int64([1]), "four": np.int64([4]),
    "three": np.int64([3]), "far": np.int64([2**63 - 1]), "axis": np.int64([1]), "back": np.int64([-1]),
    "copied": np.int64([0, 4]), "pairs": np.int64([0, 2, 2]), "flags": np.ones((1, 4), bool),
    "mixed": np.array([[True, False, True, True]]), "yes": np.bool_(True), "no": np.bool_(False), "double": np.ones(4),
    "i0": np.int64(0), "i1": np.int64(1), "whole": np.int64([[4]]), "half": 0.5, "off": np.bool_(False),
    "least": np.int64([-2**63]),
}  # fmt: skip

#: Written with "a" the value before and "b" the copy.
COPIES = {
    "Identity": "b = Identity(a)",
    "Dropout": "b = Dropout(a)",
    "Dropout with a ratio": "b, u = Dropout(a, half)",
    "Dropout, not training": "b = Dropout(a, half, off)",
    "Cast": "b = Cast <to = 1> (a)",
    "CastLike": "b = CastLike(a, x)",
    "Transpose": "b = Transpose <perm = [0, 1]> (a)",
    "Reshape": "b = Reshape(a, copied)",
    "Reshape to the shape of another": "s = Shape(x)  b = Reshape(a, s)",
    "Flatten": "b = Flatten <axis = 1> (a)",
    "Expand": "b = Expand(a, ones)",
    "Expand to its own shape": "s = Shape(a)  b = Expand(a, s)",
    "Tile": "b = Tile(a, ones)",
    "Pad": "b = Pad(a, zeros)",
    "Slice": "b = Slice(a, start, four, axis)",
    "Slice to the end": "b = Slice(a, start, far, start)",
    "Slice to its length": "s = Shape <end = 1> (x)  b = Slice(a, start, s, start)",
    "Unsqueeze": "b = Unsqueeze(a, none)",
    "Concat": "b = Concat <axis = 1> (a)",
    "Sum": "b = Sum(a)",
    "Mean": "b = Mean(a)",
    "Max": "b = Max(a)",
    "Min": "b = Min(a)",
    "Clip": "b = Clip(a)",
    "Split": "b = Split <axis = 1, num_outputs = 1> (a)",
    "times one": "b = Mul(a, one)",
    "one times": "b = Mul(row, a)",
    "by one": "b = Div(a, one)",
    "to the one": "b = Pow(a, one)",
    "minus zero": "b = Sub(a, zero)",
    "plus minus zero": "b = Add(minus, a)",
    "Where": "b = Where(flags, a, x)",
    "Where not": "f = Not(flags)  b = Where(f, x, a)",
}
KEPT = {
    "Cast": "c = Cast <to = 11> (a)  b = Cast <to = 1> (c)",
    "Slice": "c = Slice(a, start, three, axis)  b = Concat <axis = 1> (c, c)",
    "Slice from the second": "b = Slice(a, second, far, second)",
    "Slice turned round": "b = Slice(a, back, least, start, back)",
    "Pad": "b = Pad(a, pad)",
    "Tile": "b = Tile(a, twice)",
    "Reshape": "b = Reshape(a, pairs)",
    "Transpose": "b = Transpose <perm = [1, 0]> (a)",
    "Concat": "b = Concat <axis = 1> (a, a)",
    "Max": "b = Max(a, zero)",
    "Clip": "b = Clip(a, zero)",
    "plus zero": "b = Add(a, zero)",
    "minus minus zero": "b = Sub(a, minus)",
    "one by": "b = Div(one, a)",
    "one minus": "b = Sub(one, a)",
    "zero minus": "b = Sub(zero, a)",
    "one to the": "b = Pow(one, a)",
    "twice": "b = Mul(a, two)",
    "times one, wider": "b = Mul(a, wide)",
    "Where": "b = Where(mixed, a, x)",
}


@pytest.mark.parametrize("case", COPIES)
def test_a_copy_goes(case):
    written = Written(X, "float[n,4] y", f"a = Tanh(x)  {COPIES[case]}  y = Neg(b)", CONSTANTS)
    reference = case not in ("Unsqueeze", "Flatten")  # onnx.reference refuses no axes and empty axes
    assert operators(written.simplified(*written.feeds(*LENGTHS), reference=reference)) == ["Tanh", "Neg"]


@pytest.mark.parametrize("case", KEPT)
def test_what_changes_something_stays(case):
    written = Written(X, "float[a,b] y", f"a = Tanh(x)  {KEPT[case]}  y = Neg(b)", CONSTANTS)
    zeros = {"x": np.float32([[0, -0.0, 1, -1]])}
    written.simplified(*written.feeds(*LENGTHS), zeros)
    assert "copies" not in written.rules


def test_the_sign_of_zero_stays():
    written = Written(X, "float[n,4] y", "a = Add(x, zero)  y = Div(one, a)", CONSTANTS)
    nodes = written.simplified({"x": np.float32([[0, -0.0, 1, -1]])})
    assert operators(nodes) == ["Add", "Div"]


INTEGERS = {"plus zero": "Add(a, i0)", "zero plus": "Add(i0, a)", "times one": "Mul(a, i1)", "by one": "Div(a, i1)",
            "minus zero": "Sub(a, i0)"}  # fmt: skip


@pytest.mark.parametrize("case", INTEGERS)
def test_integers(case):
    written = Written("int64[n,4] x", "int64[n,4] y", f"a = Abs(x)  b = {INTEGERS[case]}  y = Neg(b)", CONSTANTS)
    feeds = [{"x": np.arange(-2, 4 * n - 2).reshape(n, 4)} for n in LENGTHS]
    assert operators(written.simplified(*feeds)) == ["Abs", "Neg"]


def test_truth_values():
    feeds = [{"x": normal(n, 4)} for n in LENGTHS]
    for copy, goes in {"And(a, yes)": True, "Or(no, a)": True, "And(a, no)": False, "Or(a, yes)": False}.items():
        written = Written(X, "bool[n,4] y", f"a = Greater(x, zero)  b = {copy}  y = Not(b)", CONSTANTS)
        found = operators(written.simplified(*feeds))
        assert (found == ["Greater", "Not"]) is goes, copy


def test_a_copy_of_an_input_that_is_an_output_is_an_identity():
    written = Written(X, "float[n,4] y", "y = Mul(x, one)", CONSTANTS)
    assert operators(written.simplified(*written.feeds(*LENGTHS))) == ["Identity"]


def test_a_copy_that_is_an_output_gives_its_name_to_the_original():
    written = Written(X, "float[n,4] y, float[n,4] z", "a = Tanh(x)  y = Mul(a, one)  z = Neg(a)", CONSTANTS)
    nodes = written.simplified(*written.feeds(*LENGTHS))
    assert [(node.operator, node.inputs, node.outputs) for node in nodes] == [
        ("Tanh", ["x"], ["y"]), ("Neg", ["y"], ["z"])
    ]  # fmt: skip


def test_both_the_original_and_its_copy_are_outputs():
    written = Written(X, "float[n,4] y, float[n,4] a", "a = Tanh(x)  y = Mul(a, one)", CONSTANTS)
    assert operators(written.simplified(*written.feeds(*LENGTHS))) == ["Tanh", "Identity"]
