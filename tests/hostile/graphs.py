"""Graphs that are none: cycles, names given twice or never, graphs in graphs, texts without end."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from making import Case, Document, bundle_case, document, result

X = {"name": "x", "axes": ["jet", 4], "type": "float32"}


def node(name: str, inputs: Any, outputs: Any, operator: str = "Identity", **more: Any) -> Document:
    return {"node": name, "operator": operator, "inputs": inputs, "outputs": outputs, **more}


def graph(*nodes: Document, outputs: Any = None, **more: Any) -> Document:
    return document(nodes, [X], outputs or [result("y", "jet", 4)], **more)


def choice(depth: int) -> Document:
    """An If in an If, and so on."""
    graphs = {"main": [branch("main", "d0" if depth else None, "y")]}
    for level in range(depth):
        deeper = f"d{level + 1}" if level + 1 < depth else None
        graphs[f"d{level}"] = [branch(f"d{level}", deeper, f"y{level}")]
        graphs[f"e{level}"] = [node(f"e{level}", ["x"], [f"z{level}"])]
    return {**graph(), "graphs": graphs}


def branch(name: str, then: str | None, made: str) -> Document:
    if then is None:
        return node(name, ["x"], [made])
    level = then[1:]
    return node(name, [{"bool": True}], [made], "If", attributes={
        "then_branch": {"graph": then, "outputs": [f"y{level}"]},
        "else_branch": {"graph": f"e{level}", "outputs": [f"z{level}"]}})  # fmt: skip


def itself() -> Document:
    made = choice(1)
    made["graphs"]["d0"] = [
        node(
            "again",
            [{"bool": True}],
            ["y0"],
            "If",
            attributes={
                "then_branch": {"graph": "d0", "outputs": ["y0"]},
                "else_branch": {"graph": "d0", "outputs": ["y0"]},
            },
        )
    ]
    return made


def main_in_main() -> Document:
    return graph(
        node(
            "again",
            [{"bool": True}],
            ["y"],
            "If",
            attributes={
                "then_branch": {"graph": "main", "outputs": ["y"]},
                "else_branch": {"graph": "main", "outputs": ["y"]},
            },
        )
    )


def changed(made: Document, *path: Any, value: Any) -> Document:
    made = copy.deepcopy(made)
    place: Any = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return made


GOOD = graph(node("n", ["x"], ["y"]))
CHOICE = choice(1)
WIDE = [node(f"n{'w' * 240}{at}", ["x"], [f"h{'v' * 240}{at}"]) for at in range(20_000)]

GRAPHS: list[tuple[str, str, Document | bytes]] = [
    ("reads itself", "'y' is read before it is made", graph(node("n", ["y"], ["y"]))),
    (
        "two that read each other",
        "'b' is read before it is made",
        graph(node("n", ["b"], ["a"]), node("m", ["a"], ["b"]), node("o", ["b"], ["y"])),
    ),
    (
        "a ring of 1000",
        "is read before it is made",
        graph(*(node(f"n{i}", [f"h{(i - 1) % 1000}"], [f"h{i}"]) for i in range(1000)), node("o", ["h1"], ["y"])),
    ),
    ("out of order", "'h' is read before it is made", graph(node("n", ["h"], ["y"]), node("m", ["x"], ["h"]))),
    ("no such value", "did you mean 'x'?", graph(node("n", ["X"], ["y"]))),
    ("a value made twice", "the name 'y' stands twice", graph(node("n", ["x"], ["y"]), node("m", ["x"], ["y"]))),
    ("a node made twice", "the name 'n' stands twice", graph(node("n", ["x"], ["h"]), node("n", ["h"], ["y"]))),
    ("one value twice from one node", "stands twice", graph(node("n", ["x"], ["y", "y"], "Dropout"))),
    ("a value named as the input", "the name 'x' stands twice", graph(node("n", ["x"], ["x"]))),
    ("two inputs of one name", "'x'", document([node("n", ["x"], ["y"])], [X, X])),
    ("two outputs of one name", "'y'", graph(node("n", ["x"], ["y"]), outputs=[result("y", "jet", 4)] * 2)),
    (
        "output that is the input",
        "put an Identity node between",
        graph(node("n", ["x"], ["h"]), outputs=[result("x", "jet", 4)]),
    ),
    ("output that nobody gives", "gives 'y'", graph(node("n", ["x"], ["yy"]))),
    ("no nodes", "gives 'y' (there are none)", graph()),
    ("no outputs", "outputs: should have at least one output", changed(GOOD, "outputs", value=[])),
    ("no inputs of the node", "input 0 is missing", graph(node("n", [], ["y"]))),
    ("no results of the node", "gives 'y' (there are none)", graph(node("n", ["x"], []))),
    ("unwanted results only", "gives 'y' (there are none)", graph(node("n", ["x"], [""]))),
    ("a result without a name that is an output", "not a name", changed(GOOD, "outputs", 0, "name", value="")),
    (
        "a thousand results",
        "gives 1 output, the node asks for 1001",
        graph(node("n", ["x"], ["y", *(f"h{i}" for i in range(1000))])),
    ),
    ("a thousand inputs", "takes at most 1 input", graph(node("n", ["x"] * 1000, ["y"]))),
    (
        "65 numbers in place",
        "graphs.main[0].inputs[0].float32: more than 64 numbers",
        graph(node("n", [{"float32": [0.5] * 65}], ["y"])),
    ),
    (
        "numbers in place that differ in length",
        "graphs.main[0].inputs[0].float32[0]: should be a number, is a list",
        graph(node("n", [{"float32": [[1.0], [1.0, 2.0]]}], ["y"])),
    ),
    (
        "numbers in place nine deep",
        "graphs.main[0].inputs[0].float32[0]: should be a number, is a list",
        graph(node("n", [{"float32": [[[[[[[[[1.0]]]]]]]]]}], ["y"])),
    ),
    (
        "an integer in place that is too large",
        "graphs.main[0].inputs[0].int8[0]: does not fit into int8",
        graph(node("n", [{"int8": [128]}], ["y"])),
    ),
    (
        "a real number in place of an integer",
        "graphs.main[0].inputs[0].int64[0]: should be an integer, is a real num",
        graph(node("n", [{"int64": [0.5]}], ["y"])),
    ),
    (
        "text in place",
        "graphs.main[0].inputs[0].float32[0]: should be a number, 'nan', 'inf' ",
        graph(node("n", [{"float32": ["one"]}], ["y"])),
    ),
    (
        "a type nobody knows",
        "graphs.main[0].inputs[0]: no such type 'float31' (has: 'float32', 'flo",
        graph(node("n", [{"float31": [1.0]}], ["y"])),
    ),
    (
        "two types in place",
        "graphs.main[0].inputs[0]: should be a tensor with its type as the only",
        graph(node("n", [{"float32": [1.0], "int64": [1]}], ["y"])),
    ),
    (
        "nothing in place",
        "graphs.main[0].inputs[0]: should be a tensor with its type as the only",
        graph(node("n", [{}], ["y"])),
    ),
    (
        "an operand that is a number",
        'graphs.main[0].inputs[0]: should be a name, "" or a tensor, {"int64": ',
        graph(node("n", [1], ["y"])),
    ),
    (
        "an operand that is null",
        'graphs.main[0].inputs[0]: should be a name, "" or a tensor, {"int64": ',
        graph(node("n", [None], ["y"])),
    ),
    ("a result that is a tensor", "should be text", graph(node("n", ["x"], [{"float32": 1.0}]))),
    ("nodes as an object", "should be a list", changed(GOOD, "graphs", "main", value={})),
    ("a node that is a list", "should be an object", changed(GOOD, "graphs", "main", value=[[]])),
    ("an operator that is a number", "should be text", graph({**node("n", ["x"], ["y"]), "operator": 1})),
    ("attributes as a list", "should be an object", graph(node("n", ["x"], ["y"], attributes=[]))),
    ("an unknown key of a node", "did you mean 'attributes'", graph(node("n", ["x"], ["y"], attribute={}))),
    (
        "an unknown attribute",
        "node 'n' (Identity): has no attribute 'axis' (there are none)",
        graph(node("n", ["x"], ["y"], attributes={"axis": 1})),
    ),
    (
        "an attribute with another name",
        "node 'n' (Softmax): has no attribute 'axes' (has: 'axis'); did you mean 'axis'?",
        graph({**node("n", ["x"], ["y"], attributes={"axes": 1}), "operator": "Softmax"}),
    ),
    (
        "an attribute that is a list of all kinds",
        "graphs.main[0].attributes.a[1]: should be a number, 'nan', 'inf' or '-",
        graph(node("n", ["x"], ["y"], attributes={"a": [1, "two", 3.0]})),
    ),
    (
        "an attribute that is deep",
        "graphs.main[0].attributes.a[0]: should be a number, is a list",
        graph(node("n", ["x"], ["y"], attributes={"a": [[[[1]]]]})),
    ),
    (
        "an attribute that is null",
        "graphs.main[0].attributes.a: should be a number, text, a list, a tenso",
        graph(node("n", ["x"], ["y"], attributes={"a": None})),
    ),
    ("no main", "graphs: lacks 'main'", changed(GOOD, "graphs", value={"mian": GOOD["graphs"]["main"]})),
    ("graphs as a list", "should be an object", changed(GOOD, "graphs", value=[])),
    ("a graph nobody uses", "no node uses this graph", {**GOOD, "graphs": {**GOOD["graphs"], "other": []}}),
    ("If without branches", "attribute 'then_branch' is missing", graph(node("n", [{"bool": True}], ["y"], "If"))),
    (
        "If with one branch",
        "attribute 'else_branch' is missing",
        graph(node("n", [{"bool": True}], ["y"], "If", attributes={"then_branch": {"graph": "t", "outputs": ["z"]}}))
        | {
            "graphs": {
                "main": graph(
                    node(
                        "n", [{"bool": True}], ["y"], "If", attributes={"then_branch": {"graph": "t", "outputs": ["z"]}}
                    )
                )["graphs"]["main"],
                "t": [node("m", ["x"], ["z"])],
            }
        },
    ),
    (
        "If on a number",
        "node 'main' (If): the condition must be one bool, it is float32 []",
        changed(CHOICE, "graphs", "main", 0, "inputs", value=[{"float32": 1.0}]),
    ),
    (
        "If on two conditions",
        "node 'main' (If): the condition must be one bool, it is bool [2]",
        changed(CHOICE, "graphs", "main", 0, "inputs", value=[{"bool": [True, False]}]),
    ),
    (
        "If on nothing",
        "node 'main' (If): takes 1 input, the condition",
        changed(CHOICE, "graphs", "main", 0, "inputs", value=[]),
    ),
    (
        "branches of two shapes",
        "inputs[1].axes: lacks the entry axis 'jet', which other inputs have",
        changed(
            changed(CHOICE, "graphs", "main", 0, "inputs", value=["b"]),
            "graphs",
            "e0",
            value=[node("e0", ["x"], ["z0"], "Flatten", attributes={"axis": 0})],
        )
        | {"inputs": [X, {"name": "b", "axes": [1], "type": "bool"}]},
    ),
    (
        "a branch of two results",
        "node 'main' (If): a branch gives 2 results, the node 1",
        changed(CHOICE, "graphs", "main", 0, "attributes", "then_branch", "outputs", value=["y0", "y0"]),
    ),
    (
        "a branch of no results",
        "node 'main' (If): a branch gives 0 results, the node 1",
        changed(CHOICE, "graphs", "main", 0, "attributes", "then_branch", "outputs", value=[]),
    ),
    (
        "a branch that reads the other",
        "outside its graph",
        changed(CHOICE, "graphs", "d0", value=[node("d", ["z0"], ["y0"])]),
    ),
    (
        "a branch that is not there",
        "did you mean",
        changed(CHOICE, "graphs", "main", 0, "attributes", "then_branch", "graph", value="dO"),
    ),
    (
        "a branch that is text",
        "graphs.d0: no node uses this graph",
        changed(CHOICE, "graphs", "main", 0, "attributes", "then_branch", value="d0"),
    ),
    (
        "one branch for both",
        "belongs to another node",
        changed(CHOICE, "graphs", "main", 0, "attributes", "else_branch", value={"graph": "d0", "outputs": ["y0"]}),
    ),
    ("a branch that holds itself", "belongs to another node", itself()),
    ("main in main", "belongs to another node", main_in_main()),
    ("graphs 17 deep", "more than 16 deep", choice(17)),
    ("graphs 3000 deep", "more than 16 deep", choice(3000)),
    (
        "10000 nodes of operators that nobody knows",
        "no operator for 10000 nodes",
        graph(*(node(f"n{at}", ["x"], [f"h{at}"], f"Nonsense{at}") for at in range(10_000)), node("o", ["x"], ["y"])),
    ),
    ("a wrong name among 20000 long ones", "no value", graph(*WIDE, node("o", ["h" + "v" * 247], ["y"]))),
    ("an output that nobody gives among 20000", "gives 'y'", graph(*WIDE)),
    ("a name of a million letters", "not a name", graph(node("n" * 10**6, ["x"], ["y"]))),
    ("an operand of a million letters", "not a name", graph(node("n", ["x" * 10**6], ["y"]))),
    (
        "an axis of a million letters",
        "inputs[0].axes[0]: no such axis 'jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj",
        changed(GOOD, "inputs", 0, "axes", 0, value="j" * 10**6),
    ),
    (
        "a type of a million letters",
        "inputs[0].type: no such type 'ffffffffffffffffffffffffffffffffffffffff",
        changed(GOOD, "inputs", 0, "type", value="f" * 10**6),
    ),
    (
        "a key of a million letters",
        "inputs[0]: has the unknown key 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
        changed(GOOD, "inputs", 0, "k" * 10**6, value=1),
    ),
    (
        "a kind of a million letters",
        "axes.jet.kind: no such kind 'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
        changed(GOOD, "axes", "jet", "kind", value="e" * 10**6),
    ),
    (
        "a text attribute of a million letters",
        "attribute 'approximate' is 'tttttttttttttttttttttttttttttttttttttttttt",
        graph(node("n", ["x"], ["y"], "Gelu", attributes={"approximate": "t" * 10**6})),
    ),
    ("a number of a million digits", "64 bits", b'{"lading": ' + b"1" * 10**6 + b"}"),
    (
        "a real number of a million digits",
        "lading: should be an integer, is a real number",
        b'{"lading": 1.' + b"1" * 10**6 + b"}",
    ),
    ("an exponent of a million digits", "too large", b'{"lading": 1e' + b"9" * 10**6 + b"}"),
    ("a million lists", "nested more than 64 deep", b'{"lading": ' + b"[" * 10**6),
    ("a million keys of one name", "stands twice", b"{" + b'"a":1,' * 10**6 + b'"a":1}'),
    (
        "a million keys",
        "not a bundle of lading: it lacks the key 'lading'",
        json.dumps({f"k{i}": 0 for i in range(10**5)}).encode(),
    ),
    (
        "65 axes",
        "axes: has 65 axes; at most 64 are allowed",
        {**GOOD, "axes": {"jet": {"kind": "entry"}, **{f"a{i}": {"kind": "fixed", "size": 1} for i in range(64)}}},
    ),
    (
        "nine axes of an input",
        "inputs[0].axes: has 9 axes; at most 8 are allowed",
        changed(GOOD, "inputs", 0, "axes", value=["jet", *[1] * 8]),
    ),
    (
        "the entry axis twice",
        "inputs[0].axes[1]: the name 'jet' stands twice",
        changed(GOOD, "inputs", 0, "axes", value=["jet", "jet"]),
    ),
    (
        "an output on an axis of no input",
        "outputs[0].axes: has the sequence axis 'track', which no input has",
        changed(
            {**GOOD, "axes": {"jet": {"kind": "entry"}, "track": {"kind": "sequence", "of": "jet"}}},
            "outputs",
            0,
            "axes",
            value=["jet", "track"],
        ),
    ),
    (
        "an output of another type",
        "output 'y' is declared int64 [1, 4], but the graph gives float32 [1, 4",
        changed(GOOD, "outputs", 0, "type", value="int64"),
    ),
    (
        "an output of another shape",
        "output 'y' is declared float32 [1, 5], but the graph gives float32 [1,",
        changed(GOOD, "outputs", 0, "axes", value=["jet", 5]),
    ),
    (
        "an output of other axes",
        "output 'y' is declared float32 [1], but the graph gives float32 [1, 4]",
        changed(GOOD, "outputs", 0, "axes", value=["jet"]),
    ),
    (
        "an input of 16 bits",
        "output 'y' is declared float32 [1, 4], but the graph gives float16 [1,",
        changed(GOOD, "inputs", 0, "type", value="float16"),
    ),
    (
        "an input that is text",
        "inputs[0].type: no such type 'string' (has: 'int8', 'uint8', 'int16', ",
        changed(GOOD, "inputs", 0, "type", value="string"),
    ),
]


def cases() -> Iterator[Case]:
    for name, text, made in GRAPHS:
        yield bundle_case(f"graph: {name}", text, made)
