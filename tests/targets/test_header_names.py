"""Whatever a model calls things, its header compiles with all warnings, and gives the engine's bits."""

from __future__ import annotations

from pathlib import Path

import network_headers as headers
import numpy as np
import pytest
from test_header_networks import check
from written_network import Network, numbers

from lading.endpoints import Axis, Input, Label, Output, Variable
from lading.graph import Node
from lading.targets.header_file.names import KEYWORDS, comment, identifiers

#: Names that the header itself makes or uses, those that C++ keeps, and what cleaning makes equal.
AWKWARD: dict[str, list[str]] = {
    "of the header": ["inputs", "Inputs", "outputs", "Outputs", "memory", "Memory", "run", "detail", "in", "out"],
    "of its loops": ["i", "i0", "i1", "r0", "k", "k0", "e", "g", "j", "p0", "v", "whole", "kept", "order", "next"],
    "of its operators": ["sum", "sum0", "from", "to", "s", "f", "l", "q", "values", "y", "x", "begin0", "end0", "w0"],
    "of its prefixes": ["n_a", "kept_a", "v_a", "a", "a_kept", "a_count", "count", "n", "kept", "v", "x_2", "x", "a_2"],
    "kept by C++": ["class", "class_", "class__", "std", "double", "while", "operator", "not", "xor", "nullptr"],
    "macros": ["NAN", "INFINITY", "M_PI", "INT_MAX", "EOF", "errno", "assert", "stdin", "linux", "unix", "I", "min"],
    "no letters": ["η", "Δη", "φ/σ", "日本", "", " ", "_", "__", "7", "2jets", 'a"b', "a\\", "??/", "??",
                   "\u202e\u200b"],
    "equal when cleaned": ["d0/sigma", "d0_sigma", "d0 sigma", "d0__sigma", "_d0_sigma_", "d0_sigma_2", "d0-sigma"],
    "equal types": ["tracks", "Tracks", "tracks_", "tracks_type", "tracks_type_", "Tracks_type", "a_b", "aB", "AB"],
    "with dots": ["a.b", "a.b.c", "a::b", "a->b", "a b", "*/", "//", "%d", "{", "}", "#define x"],
}  # fmt: skip


def given_names(kind: str) -> list[str]:
    """Those that a bundle takes for names."""
    return [name for name in dict.fromkeys(AWKWARD[kind]) if name.strip() and "/" not in name]


def named(kind: str) -> Network:
    """Every name once as an axis, an input, a variable, a value, a node, an output and a label."""
    names = given_names(kind)
    net = Network(names[0])
    net.model.axes = {"jet": Axis("jet", "entry")}
    ends = [name for name in names if name.strip()]
    axes = [name for name in ends if name not in ("jet", "variable", "label")][:2]
    for axis in axes:
        net.sequence(axis, 5, max=6)
    for i, name in enumerate(ends):
        use = ["jet", axes[i // 2 % len(axes)], "variable"] if i % 2 else ["jet", "variable"]
        net.model.input_list.append(Input(name, use, "float32", [Variable(each) for each in ends]))
    net.model.input_list = net.model.input_list[:6]
    for i, given in enumerate(net.model.input_list):
        items = int(net.counts[given.axes[1]].sum()) if len(given.axes) == 3 else 1000
        for variable in given.variable_list:
            net.columns[given.name, variable.name] = numbers(i, items).astype("float32")
    return net


def graph(net: Network, names: list[str]) -> None:
    """Sums of all inputs; each value and node has a name from the list that no input has."""
    taken = set(net.model.inputs)
    free = [f"{name}{suffix}" for suffix in ("", "_", "__", "-", ".") for name in names]
    free = [name for name in dict.fromkeys(free) if name.strip() and name not in taken]
    net.model.input_list, inputs = list(net.model.input_list), list(net.model.input_list)
    values = iter(free)
    parts, nodes = [], net.model.graphs["main"].nodes
    for given in inputs:
        made = given.name
        if len(given.axes) == 3:
            made = next(values)
            nodes.append(Node(made, "ReduceSum", [given.name, np.array([1])], [made], {"keepdims": 0}))
        parts.append(made)
    for operator in ("Relu", "Softmax", "Neg"):
        total = next(values)
        nodes.append(Node(total, "Sum", list(parts), [total]))
        last = next(values)
        nodes.append(Node(last, operator, [total], [last]))
        labels = [Label(each) for each in [v.name for v in inputs[0].variable_list]]
        net.model.output_list.append(Output(last, ["jet", "label"], "float32", labels))


@pytest.mark.parametrize("compiler", headers.compilers())
@pytest.mark.parametrize("kind", AWKWARD)
def test_awkward_names_compile(kind: str, compiler: str, tmp_path: Path) -> None:
    net = named(kind)
    graph(net, given_names(kind))
    check(net, tmp_path, compiler)


@pytest.mark.parametrize("names", [[*KEYWORDS], *AWKWARD.values()], ids=["keywords", *AWKWARD])
def test_identifiers_are_different_and_free(names: list[str]) -> None:
    made = identifiers(names)
    assert len(set(made)) == len(names)
    assert not KEYWORDS & set(made)
    assert all(each.isidentifier() and each.isascii() and "__" not in each and each[0] != "_" for each in made)


@pytest.mark.parametrize(("text", "expected"), [
    ("two\nlines", "two lines"), ("ends with \\", "ends with /"), ("why??/", "why? ?/"), ("a\u202eb\x07c", "a b c"),
    ("η and 日本 stay", "η and 日本 stay"),
])  # fmt: skip
def test_comments_keep_to_their_line_and_direction(text: str, expected: str) -> None:
    assert comment(text) == expected
