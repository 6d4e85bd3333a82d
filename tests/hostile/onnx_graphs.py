"""ONNX files whose names, versions, shapes and types make no sense, and graphs in graphs without end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onnx import TensorProto, helper
from onnx_making import calls_itself, edited, laughing, loop, model, nested, nested_loops, node, opset, shaped, value

CASES: list[tuple[str, str, Callable[[], Any]]] = [
    # ---- names
    ("a ring", "node 'n_b' (Relu) needs its own result",
     lambda: model([node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"]), node("Relu", ["b"])])),
    ("a node that reads itself", "node 'n_y' (Add) needs its own result", lambda: model([node("Add", ["x", "y"])])),
    ("a value that nobody makes", "node 'n_y' (Add) reads 'z', which nothing in the file makes (has: 'y',",
     lambda: model([node("Add", ["x", "z"])])),
    ("a value made twice", "both node 'n_y' (Relu) and node 'n_y' (Abs) make 'y'",
     lambda: model([node("Relu", ["x"]), node("Abs", ["x"])])),
    ("an output that nobody makes", "nothing makes the output 'y'", lambda: model([node("Relu", ["x"], ["z"])])),
    ("an output that is the input", "read", lambda: model([], outputs=[value("x", "N", 4)])),
    ("two inputs of one name", "two inputs have the name 'x'",
     lambda: model([node("Relu", ["x"])], inputs=[value("x", "N", 4)] * 2)),
    ("two outputs of one name", "two outputs have the name 'y'",
     lambda: model([node("Relu", ["x"])], outputs=[value("y", "N", 4)] * 2)),
    ("two weights of one name", "two weights have the name 'w'",
     lambda: edited(lambda m: m.graph.initializer.append(m.graph.initializer[0]))),
    ("inputs without names", "read", lambda: model([node("Relu", [""])], inputs=[value("", "N", 4)])),
    ("a name of a million letters", "inputs[0] has a name of 1000000 letters",
     lambda: model([node("Relu", ["x" * 10**6])], inputs=[value("x" * 10**6, "N", 4)])),
    ("control characters in names", "inputs[0] has a name with a NUL in it",
     lambda: model([node("Relu", ["x\n\0"])], inputs=[value("x\n\0", "N", 4)])),
    ("no outputs", "its model.json would break a rule of the format: outputs: should have at least one output",
     lambda: model([node("Relu", ["x"])], outputs=[])),
    ("no nodes", "nothing makes the output 'y'", lambda: model([])),
    ("no graph", "without a graph", lambda: edited(lambda m: m.ClearField("graph"))),
    # ---- versions
    ("opset 0", "opset 0", lambda: opset(0)),
    ("opset -1", "opset -1", lambda: opset(-1)),
    ("opset 10^9", "opset 1000000000", lambda: opset(10**9)),
    ("opset 2^63 - 1", "opset 9223372036854775807", lambda: opset(2**63 - 1)),
    ("an opset of a domain nobody knows", "read", lambda: opset(1, "org.nobody")),
    ("no opset", "Domain '' (node type: 'MatMul') is not specified",
     lambda: edited(lambda m: m.ClearField("opset_import"))),
    ("two opsets", "read", lambda: edited(lambda m: m.opset_import.append(helper.make_opsetid("", 7)))),
    ("an operator nobody knows", "Nonsense", lambda: model([node("Nonsense", ["x"])])),
    ("an operator of a domain nobody knows", "org.nobody.Relu: no such operator in lading",
     lambda: model([helper.make_node("Relu", ["x"], ["y"], domain="org.nobody")])),
    ("an operator without a name", "an operator without a name: no such operator", lambda: model([node("", ["x"])])),
    # ---- shapes and types
    ("a negative length", "read", lambda: shaped(-3, 4)),
    ("a length of 2^62", "would hold 4611686018427387904 numbers", lambda: shaped(1, 2**62)),
    ("lengths that overflow", "would hold 13194139533312 numbers", lambda: shaped(2**40, 2**40, 4)),
    ("no lengths", "input 'x': the file does not say how many axes it has",
     lambda: edited(lambda m: m.graph.input[0].type.tensor_type.ClearField("shape"))),
    ("300 axes", "input 'x': has 300 axes; at most 8 are allowed", lambda: shaped(*[1] * 300)),
    ("no type", "input 'x': the file does not say its type",
     lambda: edited(lambda m: m.graph.input[0].ClearField("type"))),
    ("a type nobody knows", "input 'x': holds elements of type 99, which lading does not have",
     lambda: edited(lambda m: setattr(m.graph.input[0].type.tensor_type, "elem_type", 99))),
    ("an input of text", "input 'x': holds elements of type string, which lading does not have",
     lambda: model([node("Identity", ["x"])], inputs=[value("x", "N", kind=TensorProto.STRING)])),
    ("an input of complex numbers", "input 'x': holds elements of type complex64, which lading does not hav",
     lambda: model([node("Identity", ["x"])], inputs=[value("x", "N", kind=TensorProto.COMPLEX64)])),
    # ---- graphs in graphs, functions
    ("Ifs 5 deep", "read", lambda: nested(5)),
    ("Ifs 17 deep", "graphs within graphs more than 16 deep", lambda: nested(17)),
    ("Ifs 30 deep", "graphs within graphs more than 16 deep", lambda: nested(30)),
    ("a Loop of 2^63 - 1 turns", "on numbers that are made up, node 'n_y' (Loop): more than 500 turns of loops",
     lambda: loop(2**63 - 1)),
    ("a Loop of 10^6 turns", "more than 500 turns of loops", lambda: loop(10**6)),
    ("a Loop of -1 turns", "read", lambda: loop(-1)),
    ("a Loop of turns that are fed", "read", lambda: loop(0, True)),
    ("a Loop of two numbers of turns", "the number of turns must be one int64, it is int64 [2]", lambda: loop([1, 2])),
    ("three Loops in each other, 100 turns each", "more than 500 turns of loops", lambda: nested_loops(3, 100)),
    ("functions that double, 40 deep", "function 'f39' stands for more than 10000 others", lambda: laughing(40)),
    ("functions one in another, 5000 deep",
     "function 'f4999' stands for more than 10000 others, or holds others more than 50 deep", lambda: laughing(5000)),
    ("a function that calls itself", "one of them may call itself", calls_itself),
    ("an If without branches", "lacks the graph 'then_branch'", lambda: model([node("If", ["x"])])),
    ("a Loop without a body", "lacks the graph 'body'", lambda: model([node("Loop", ["", "", "x"])])),
    ("a Scan without a body", "node 'n_y' (Scan): lacks the graph 'body'",
     lambda: model([node("Scan", ["x"], num_scan_inputs=1)])),
]  # fmt: skip
