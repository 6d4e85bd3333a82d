"""A few bytes that ask for a lot: 10^12 numbers, sums of sizes that overflow, doublings, nodes that never end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from making import Case, bundle_case, document, one_node, result

F, I = np.float32, np.int64  # noqa: E741
X = np.ones((3, 4), F)
TERA = 10**12
MEMORY = "memory limit"
SIZE = "too large"

#: Operator, inputs, attributes, what the refusal says.
EXPANDING: list[tuple[str, list[Any], dict[str, Any], str]] = [
    ("ConstantOfShape", [I([TERA])], {}, MEMORY),
    ("ConstantOfShape", [I([10**6, 10**6])], {}, MEMORY),
    ("ConstantOfShape", [I([10**5] * 8)], {}, SIZE),
    ("ConstantOfShape", [I([2**63 - 1])], {}, SIZE),
    ("ConstantOfShape", [I([2**32, 2**32])], {}, SIZE),
    ("ConstantOfShape", [I([0, 2**62, 2**62])], {}, SIZE),
    ("ConstantOfShape", [I([2**38])], {"value": {"float64": [1]}}, MEMORY),
    ("ConstantOfShape", [I([2])], {"value": {"float32": [1, 2]}}, "one element"),
    ("ConstantOfShape", [np.ones(9, I)], {}, "at most 8"),
    ("Expand", [F([[1]]), I([10**6, 10**6])], {}, MEMORY),
    ("Expand", [F([1]), I([2**31, 2**31, 2**31])], {}, SIZE),
    ("Expand", [F([1]), I([2**63 - 1])], {}, SIZE),
    ("Tile", [X, I([10**6, 10**5])], {}, SIZE),
    ("Tile", [X, I([2**63 - 1, 1])], {}, SIZE),
    ("Tile", [X, I([2**62, 4])], {}, SIZE),
    ("Range", [I(0), I(TERA), I(1)], {}, MEMORY),
    ("Range", [I(-(2**63)), I(2**63 - 1), I(1)], {}, SIZE),
    ("Range", [F(0), F(1e12), F(1)], {}, MEMORY),
    ("Range", [np.float64(0), np.float64(1), np.float64(1e-300)], {}, SIZE),
    ("Range", [np.float64(0), np.float64(np.inf), np.float64(1)], {}, "must be finite"),
    ("Range", [np.float64(np.nan), np.float64(1), np.float64(1)], {}, "must be finite"),
    ("Range", [np.float64(0), np.float64(1), np.float64(5e-324)], {}, SIZE),
    ("Resize", [X, None, F([1e6, 1e5])], {}, SIZE),
    ("Resize", [X, None, None, I([10**6, 10**6])], {}, MEMORY),
    ("Resize", [X, None, None, I([2**63 - 1, 2**63 - 1])], {}, SIZE),
    ("Pad", [X, I([0, 0, 10**6, 10**6])], {}, MEMORY),
    ("Pad", [X, I([2**62, 2**62, 2**62, 2**62])], {}, "cannot pad"),
    ("OneHot", [I([0, 1]), I(TERA), F([0, 1])], {}, SIZE),
    ("OneHot", [I([0, 1]), np.float64(1e300), F([0, 1])], {}, "must be a whole number"),
    ("MatMul", [np.ones((2**19, 1), F), np.ones((1, 2**19), F)], {}, MEMORY),
    ("Add", [np.ones((2**19, 1), F), np.ones((1, 2**19), F)], {}, MEMORY),
    ("Equal", [np.ones((2**19, 1), F), np.ones((1, 2**19), F)], {}, MEMORY),
    ("Where", [np.ones((2**12, 1, 1)) > 0, np.ones((1, 2**12, 1), F), np.ones((1, 1, 2**12), F)], {}, MEMORY),
    ("Einsum", [np.ones(2**10, F)] * 4, {"equation": "a,b,c,d->abcd"}, MEMORY),
    ("Einsum", [np.ones(2**15, F)] * 3, {"equation": "a,b,c->abc"}, SIZE),
    ("Gather", [np.ones((1, 2**16), F), np.zeros(2**20, I)], {}, MEMORY),
    ("GatherND", [np.ones((1, 2**16), F), np.zeros((2**20, 1), I)], {}, MEMORY),
    ("ConvTranspose", [np.ones((1, 1, 9, 9), F), np.ones((1, 1, 2, 2), F)], {"strides": [2**17, 2**17]}, SIZE),
    ("Conv", [np.ones((1, 1, 4, 4), F), np.ones((1, 1, 1, 1), F)], {"pads": [2**19] * 4}, SIZE),
    ("MaxPool", [np.ones((1, 1, 4, 4), F)], {"kernel_shape": [2, 2], "pads": [2**20] * 4}, SIZE),
    (
        "AveragePool",
        [np.ones((1, 1, 4, 4), F)],
        {"kernel_shape": [2**15, 2**15], "pads": [2**14] * 4},
        "the graph gives float32 [1, 1, 5, 5]",
    ),
    ("Unsqueeze", [X, np.arange(7)], {}, "at most 8"),
    ("EyeLike", [np.ones((1, 1), F)], {"k": 2**63 - 1}, "the graph gives float32 [1, 1]"),
    ("Split", [np.ones(2, F)], {"num_outputs": 2**31}, "the node has 2 outputs"),
    ("BitShift", [np.uint64([1]), np.uint64([2**63])], {"direction": "LEFT"}, "the graph gives uint64 [1]"),
    ("LRN", [np.ones((1, 4, 2), F)], {"size": 2**62}, "the graph gives"),
    ("TopK", [X, I([2**63 - 1])], {}, "cannot take"),
    ("GroupNormalization", [np.ones((1, 4, 2), F), F([1] * 4), F([1] * 4)], {"num_groups": 2**62}, "do not make"),
    ("LpPool", [np.ones((1, 1, 9), F)], {"kernel_shape": [2], "p": 2**63 - 1}, "the graph gives"),
]


def chain(count: int, operator: str, inputs: Any, attributes: dict[str, Any]) -> tuple[Any, Any]:
    """Each node on the result of the one before."""
    nodes = [
        {"node": f"n{at}", "operator": operator, "inputs": inputs(f"h{at}"), "outputs": [f"h{at + 1}"],
         "attributes": attributes}
        for at in range(count)
    ]  # fmt: skip
    nodes.append({"node": "out", "operator": "Identity", "inputs": [f"h{count}"], "outputs": ["y"]})
    return document(nodes, [{"name": "h0", "axes": ["jet", 4], "type": "float32"}], [result("y", "jet", 4)]), {}


def constant_chain(count: int, operator: str, inputs: Any, attributes: dict[str, Any]) -> tuple[Any, Any]:
    made, _ = chain(count, operator, inputs, attributes)
    return {**made, "inputs": [], "outputs": [result("y", 3, 4)]}, {"h0": X}


def loop(trips: int) -> Any:
    """A Loop that counts."""
    body = [{"node": "step", "operator": "Identity", "inputs": ["go"], "outputs": ["again"]},
            {"node": "more", "operator": "Add", "inputs": ["a", "a"], "outputs": ["b"]}]  # fmt: skip
    node = {
        "node": "l",
        "operator": "Loop",
        "inputs": [{"int64": trips}, {"bool": True}, "x"],
        "outputs": ["y"],
        "attributes": {"body": {"graph": "body", "inputs": ["i", "go", "a"], "outputs": ["again", "b"]}},
    }
    made = document([node], [{"name": "x", "axes": [1], "type": "float32"}], axes={})
    return {**made, "graphs": {**made["graphs"], "body": body}}


def cases() -> Iterator[Case]:
    for at, (operator, inputs, attributes, text) in enumerate(EXPANDING):
        several = 2 if operator in ("TopK", "Split") else 1
        yield bundle_case(f"huge {at} {operator}", text, *one_node(operator, inputs, attributes, several))
    for make, kind in ((chain, "fed"), (constant_chain, "constant")):
        doubled = make(60, "Concat", lambda h: [h, h], {"axis": 0 if kind == "constant" else 1})
        yield bundle_case(f"60 doublings, {kind}", MEMORY if kind == "constant" else SIZE, *doubled)
        tiled = make(12, "Tile", lambda h: [h, {"int64": [1, 64]}], {})
        yield bundle_case(f"12 tilings by 64, {kind}", MEMORY if kind == "constant" else SIZE, *tiled)
        spread = make(30, "Add", lambda h: [h, {"float32": [1.0, 2.0]}], {})
        yield bundle_case(f"shapes that do not meet, {kind}", "do not broadcast", *spread)
    for trips in (10**5, -1, -(2**63)):
        yield bundle_case(f"a Loop of {trips} turns", "computed", loop(trips))
    for size in (2**31, 2**40, 2**62, 2**63 - 1):
        wide = [{"name": "x", "axes": ["jet", size], "type": "float32"}]
        copy = [{"node": "c", "operator": "Identity", "inputs": ["x"], "outputs": ["y"]}]
        yield bundle_case(
            f"an input of {size} numbers", "one entry needs more memory", document(copy, wide, [result("y", "jet", 1)])
        )
        fixed = {"jet": {"kind": "entry"}, "cell": {"kind": "fixed", "size": size}}
        along = [{"name": "x", "axes": ["jet", "cell", "cell"], "type": "float32"}]
        made = document(copy, along, [result("y", "jet", "cell")], axes=fixed)
        yield bundle_case(f"a fixed axis of {size}", "the name 'cell' stands twice", made)
        least = {"jet": {"kind": "entry"}, "track": {"kind": "sequence", "of": "jet", "min": size}}
        padded = [{"name": "x", "axes": ["jet", "track"], "type": "float32"}]
        yield bundle_case(
            f"sequences of at least {size}",
            "one entry needs more memory",
            document(copy, padded, [result("y", "jet", "track")], axes=least),
        )
    yield bundle_case("an output of 2^62 numbers", "one entry needs more memory", document(
        [{"node": "c", "operator": "Identity", "inputs": ["x"], "outputs": ["y"]}],
        [{"name": "x", "axes": ["jet", 4], "type": "float32"}], [result("y", "jet", 2**31, 2**31)]))  # fmt: skip
