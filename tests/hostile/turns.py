"""Loops and scans that cannot run: bodies that are missing or do not fit, wrong axes, turns that disagree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from making import Case, Document, bundle_case, document, result

N, YES = {"int64": 2}, {"bool": True}
X = {"name": "x", "axes": [3, 2], "type": "float32"}


def node(name: str, operator: str, inputs: Any, outputs: Any, **attributes: Any) -> Document:
    return {"node": name, "operator": operator, "inputs": inputs, "outputs": outputs, "attributes": attributes}


def keep(made: str, *outputs: str) -> list[Document]:
    """A body that hands on what it is given."""
    return [node(f"id_{out}", "Identity", [name], [out]) for name, out in zip(made.split(), outputs, strict=True)]


def loop(inputs: Any = (N, YES, "x"), body: Any = None, given: str = "i c v", outputs: str = "d w", gives: str = "y",
         **more: Any) -> Document:  # fmt: skip
    """A graph of one loop 'turn'."""
    body = keep("c v", "d", "w") if body is None else body
    held = {"body": {"graph": "b", "inputs": given.split(), "outputs": outputs.split()}, **more}
    made = {"main": [node("turn", "Loop", list(inputs), gives.split(), **held)], "b": body}
    return document([], [X], [result(each, 3, 2) for each in gives.split()], graphs=made)


def scan(inputs: Any = ("x", "x"), body: Any = None, given: str = "v s", outputs: str = "w o", gives: str = "y z",
         count: Any = 1, **more: Any) -> Document:  # fmt: skip
    """A graph of one scan 'each', whose body adds a slice to a state."""
    body = keep("v s", "w", "o") if body is None else body
    held = {"num_scan_inputs": count, "body": {"graph": "b", "inputs": given.split(), "outputs": outputs.split()}}
    held = {key: value for key, value in (held | more).items() if value is not None}
    made = {"main": [node("each", "Scan", list(inputs), gives.split(), **held)], "b": body}
    return document([], [X], [result(each, 3, 2) for each in gives.split()], graphs=made)


def bare(operator: str, **attributes: Any) -> Document:
    """A node with these attributes alone."""
    return document([node("bare", operator, [N, YES, "x"], ["y"], **attributes)], [X], [result("y", 3, 2)])


def in_each_other(depth: int, turns: int) -> Document:
    """Loops, each of which is the body of the one around it."""
    graphs: dict[str, list[Document]] = {}
    for level in range(depth + 1):
        given, gives = ("x", "y") if level == 0 else (f"v{level}", f"w{level}")
        held = {"graph": f"b{level}", "inputs": [f"{name}{level + 1}" for name in "icv"],
                "outputs": [f"{name}{level + 1}" for name in "dw"]}  # fmt: skip
        inner = (node(f"n{level}", "Loop", [{"int64": turns}, "", given], [gives], body=held)
                 if level < depth else node(f"n{level}", "Identity", [given], [gives]))  # fmt: skip
        own = [] if level == 0 else [node(f"c{level}", "Identity", [f"c{level}"], [f"d{level}"])]
        graphs["main" if level == 0 else f"b{level - 1}"] = [*own, inner]
    return document([], [X], [result("y", 3, 2)], graphs=graphs)


def behind_each_other(count: int, turns: int) -> Document:
    graphs: dict[str, list[Document]] = {"main": []}
    for at in range(count):
        held = {"graph": f"b{at}", "inputs": [f"i{at}", f"c{at}", f"v{at}"], "outputs": [f"d{at}", f"w{at}"]}
        graphs["main"].append(node(f"n{at}", "Loop", [{"int64": turns}, "", f"h{at}" if at else "x"],
                                   [f"h{at + 1}" if at + 1 < count else "y"], body=held))  # fmt: skip
        graphs[f"b{at}"] = [node(f"k{at}", "Identity", [f"c{at}"], [f"d{at}"]),
                            node(f"m{at}", "Identity", [f"v{at}"], [f"w{at}"])]  # fmt: skip
    return document([], [X], [result("y", 3, 2)], graphs=graphs)


ENDLESS = "more than 2000000 turns of loops in one evaluation"
GROWS = [*keep("c", "d"), node("join", "Concat", ["v", "v"], ["w"], axis=0)]
CASTS = [*keep("c", "d"), node("cast", "Cast", ["v"], ["w"], to="float64")]
TWO = [*keep("c v", "d", "w"), node("join", "Concat", ["v", "v"], ["o"], axis=0)]

CASES: list[tuple[str, str, Document]] = [
    ("a loop without a body", "node 'bare' (Loop): attribute 'body' is missing", bare("Loop")),
    ("a loop whose body is a number", "attribute 'body' must be a graph, it is an integer", bare("Loop", body=1)),
    ("a scan without a body", "node 'bare' (Scan): attribute 'body' is missing", bare("Scan", num_scan_inputs=1)),
    ("a loop whose body takes too much", "the body takes 4 inputs; here it must take 3", loop(given="i c v z")),
    ("a loop whose body takes too little", "the body takes 2 inputs; here it must take 3",
     loop(given="i v", body=keep("v v", "d", "w"))),
    ("a loop whose body gives too little", "the body gives 1 result; here it must give at least 2", loop(outputs="d")),
    ("a loop that gives more than its body", "the body gives 2 results; here it must give at least 3",
     loop(gives="y z")),
    ("a loop that is given nothing", "the body takes 3 inputs; here it must take 2", loop(inputs=())),
    ("a loop that lacks what it carries", "node 'turn' (Loop): input 2 is missing",
     loop(inputs=(N, YES, "", "x"), given="i c v z")),
    ("a number of turns that is real", "the number of turns must be one int64, it is float32 []",
     loop(inputs=({"float32": 2.0}, YES, "x"))),
    ("two numbers of turns", "the number of turns must be one int64, it is int64 [2]",
     loop(inputs=({"int64": [2, 2]}, YES, "x"))),
    ("a condition that is a number", "the condition must be one bool, it is int64 []", loop(inputs=(N, N, "x"))),
    ("two conditions", "the condition must be one bool, it is bool [2]", loop(inputs=(N, {"bool": [True, True]}, "x"))),
    ("a body whose condition is a number", "the condition that the body gives must be one bool, it is int64 []",
     loop(body=keep("i v", "d", "w"))),
    ("a body whose condition is a table", "the condition that the body gives must be one bool, it is float32 [3, 2]",
     loop(body=keep("v v", "d", "w"))),
    ("a loop that changes a type", "carried value 0 is float32 [3, 2] before turn 1 and float64 [3, 2] after it",
     loop(body=CASTS)),
    ("a loop that stacks other shapes", "output 1 is float32 [1, 6, 2] before turn 2, which gives float32 [12, 2] to",
     loop(body=[*GROWS, node("more", "Concat", ["v", "v"], ["o"], axis=0)], outputs="d w o", gives="y z")),
    ("a loop that doubles without end", "more than the memory limit",
     loop(inputs=({"int64": 99}, YES, "x"), body=GROWS)),
    ("a loop of 1e18 doublings", "more than the memory limit", loop(inputs=({"int64": 10**18}, "", "x"), body=GROWS)),
    ("a loop of 1e18 turns that grows nothing", ENDLESS, loop(inputs=({"int64": 10**18}, "", "x"))),
    ("a loop without a number and a condition", ENDLESS, loop(inputs=("", "", "x"))),
    ("2^63 - 1 turns while true", ENDLESS, loop(inputs=({"int64": 2**63 - 1}, YES, "x"))),
    ("three loops in each other, 1000 turns each", ENDLESS, in_each_other(3, 1000)),
    ("sixteen loops in each other, 3 turns each", ENDLESS, in_each_other(16, 3)),
    ("a hundred loops one behind the other, 30000 turns each", ENDLESS, behind_each_other(100, 30_000)),
    ("a scan of nothing along an axis", "the graph gives float32 [0]",
     scan(inputs=("x", {"float32": []}), scan_output_axes=[0])),
    ("a scan without a number of inputs", "node 'each' (Scan): attribute 'num_scan_inputs' is missing",
     scan(count=None)),
    ("a scan of nothing", "attribute 'num_scan_inputs' is 0; the node has 2 inputs", scan(count=0)),
    ("a scan of less than nothing", "attribute 'num_scan_inputs' is -1; the node has 2 inputs", scan(count=-1)),
    ("a scan of more than there is", "attribute 'num_scan_inputs' is 3; the node has 2 inputs", scan(count=3)),
    ("a scan of 2**63 inputs", "attribute 'num_scan_inputs' is 9223372036854775807; the node has 2 inputs",
     scan(count=2**63 - 1)),
    ("a scan of text", "attribute 'num_scan_inputs' must be an integer, it is text", scan(count="one")),
    ("a scan along two axes of one input", "attribute 'scan_input_axes' has 2 numbers; it must have 1",
     scan(scan_input_axes=[0, 0])),
    ("a scan whose axis is a number", "attribute 'scan_input_axes' must be a list of integers",
     scan(scan_input_axes=0)),
    ("a scan along a third axis", "node 'each' (Scan): axis 2 is not one of a tensor of 2 axes",
     scan(scan_input_axes=[2])),
    ("a scan that stacks along a fourth axis", "node 'each' (Scan): axis 3 is not one of a tensor of 2 axes",
     scan(scan_output_axes=[3])),
    ("a scan that goes sideways", "attribute 'scan_input_directions' has 2 in it; a direction is 0",
     scan(scan_input_directions=[2])),
    ("a scan that stacks sideways", "attribute 'scan_output_directions' has -1 in it; a direction is 0",
     scan(scan_output_directions=[-1])),
    ("a scan of a number", "node 'each' (Scan): input 1 is one number; it has no axis to scan",
     scan(inputs=("x", {"float32": 1.0}))),
    ("a scan of two lengths", "input 2 has 2 elements to scan, input 1 has 3; they must have as many",
     scan(inputs=("x", "x", "x"), count=2, given="v s t", scan_input_axes=[0, 1])),
    ("a scan whose state grows", "it must keep its type and shape",
     scan(body=[node("join", "Concat", ["v", "v"], ["w"], axis=0), *keep("s", "o")])),
    ("a scan whose body takes too little", "the body takes 1 input; here it must take 2",
     scan(given="v", body=keep("v v", "w", "o"))),
    ("a branch with inputs of its own", "then_branch has inputs; only the bodies of Loop and Scan have any",
     document([], [X], [result("y", 3, 2)], graphs={
         "main": [node("choose", "If", [YES], ["y"], then_branch={"graph": "t", "inputs": ["v"], "outputs": ["a"]},
                       else_branch={"graph": "e", "outputs": ["b"]})],
         "t": keep("v", "a"), "e": keep("x", "b")})),
    ("a body for an operator that has none", "attribute 'body' is a graph; only If, Loop and Scan have graphs",
     document([], [X], [result("y", 3, 2)], graphs={
         "main": [node("turn", "Identity", ["x"], ["y"], body={"graph": "b", "outputs": ["a"]})],
         "b": keep("x", "a")})),
    ("a body that reads what the next turn gives", "read before it is made, or outside its graph",
     loop(body=[*keep("c", "d"), node("swap", "Identity", ["z"], ["w"]), node("late", "Identity", ["v"], ["z"])])),
    ("a body given one name twice", "the name 'i' stands twice", loop(given="i i v")),
    ("a body given a name of outside", "the name 'x' stands twice", loop(given="i c x", body=keep("c x", "d", "w"))),
]  # fmt: skip


def cases() -> Iterator[Case]:
    for name, text, made in CASES:
        yield bundle_case(name, text, made)
