"""ONNX files that nobody should trust, for the converter."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from making import Case
from onnx import TensorProto, helper, numpy_helper

F, I = np.float32, np.int64  # noqa: E741
FLOAT = TensorProto.FLOAT


def value(name: str, *shape: Any, kind: int = FLOAT) -> Any:
    return helper.make_tensor_value_info(name, kind, list(shape))


def model(nodes: Any, weights: Any = (), inputs: Any = None, outputs: Any = None, **more: Any) -> onnx.ModelProto:
    given = [value("x", "N", 4)] if inputs is None else inputs
    results = [value("y", "N", 4)] if outputs is None else outputs
    named = [numpy_helper.from_array(np.asarray(array), name) for name, array in dict(weights).items()]
    graph = helper.make_graph(list(nodes), "g", given, results, named)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], **{"ir_version": 10, **more})


def node(operator: str, inputs: Any, outputs: Any = ("y",), **attributes: Any) -> Any:
    return helper.make_node(operator, list(inputs), list(outputs), name="n_" + outputs[0], **attributes)


GOOD = model(
    [node("MatMul", ["x", "w"], ["h"]), node("Add", ["h", "b"])], {"w": np.ones((4, 4), F), "b": np.ones(4, F)}
)


def edited(change: Callable[[Any], Any]) -> onnx.ModelProto:
    made = onnx.ModelProto()
    made.CopyFrom(GOOD)
    change(made)
    return made


def weight(**fields: Any) -> onnx.ModelProto:
    """The good model, whose bias says other things of itself."""

    def change(made: Any) -> None:
        bias = made.graph.initializer[1]
        for name, content in fields.items():
            if isinstance(content, list):
                bias.ClearField(name)
                getattr(bias, name).extend(content)
            else:
                setattr(bias, name, content)

    return edited(change)


def outside(location: str, **keys: str) -> onnx.ModelProto:
    """The bias in another file."""

    def change(made: Any) -> None:
        bias = made.graph.initializer[1]
        bias.ClearField("raw_data")
        bias.data_location = TensorProto.EXTERNAL
        for key, content in {"location": location, **keys}.items():
            entry = bias.external_data.add()
            entry.key, entry.value = key, content

    return edited(change)


def opset(version: int, domain: str = "") -> onnx.ModelProto:
    def change(made: Any) -> None:
        made.opset_import[0].version, made.opset_import[0].domain = version, domain

    return edited(change)


def shaped(*sizes: Any) -> onnx.ModelProto:
    """The good model whose input has this shape."""
    return edited(lambda made: made.graph.input[0].CopyFrom(value("x", *sizes)))


def nested(depth: int) -> onnx.ModelProto:
    inner = helper.make_graph([node("Relu", ["x"], ["z"])], "leaf", [], [value("z", "N", 4)])
    for level in range(depth):
        other = helper.make_graph([node("Relu", ["x"], [f"o{level}"])], f"e{level}", [], [value(f"o{level}", "N", 4)])
        one = node("If", ["c"], [f"z{level}"], then_branch=inner, else_branch=other)
        inner = helper.make_graph([one], f"g{level}", [], [value(f"z{level}", "N", 4)])
    made = model(
        [node("Identity", [inner.output[0].name])], inputs=[value("x", "N", 4), value("c", kind=TensorProto.BOOL)]
    )
    del made.graph.node[:]
    made.graph.node.extend([*inner.node, node("Identity", [inner.output[0].name])])
    return made


def loop(trips: Any, fed: bool = False) -> onnx.ModelProto:
    body = helper.make_graph(
        [node("Identity", ["go"], ["again"]), node("Add", ["a", "a"], ["b"])], "body",
        [value("i", kind=TensorProto.INT64), value("go", kind=TensorProto.BOOL), value("a", "N", 4)],
        [value("again", kind=TensorProto.BOOL), value("b", "N", 4)])  # fmt: skip
    given = [value("x", "N", 4)] + ([value("t", kind=TensorProto.INT64)] if fed else [])
    return model([node("Loop", ["t", "", "x"], body=body)], {} if fed else {"t": I(trips)}, given)


def nested_loops(depth: int, trips: int) -> onnx.ModelProto:
    inner: Any = [node("Add", ["a0", "a0"], ["b0"])]
    for level in range(depth):
        body = helper.make_graph(
            [node("Identity", [f"go{level}"], [f"again{level}"]), *inner], f"body{level}",
            [value(f"i{level}", kind=TensorProto.INT64), value(f"go{level}", kind=TensorProto.BOOL), value(f"a{level}", "N", 4)],  # noqa: E501
            [value(f"again{level}", kind=TensorProto.BOOL), value(f"b{level}", "N", 4)])  # fmt: skip
        last = level == depth - 1
        inner = [
            node("Loop", ["t", "", "x" if last else f"a{level + 1}"], ["y" if last else f"b{level + 1}"], body=body)
        ]
    return model(inner, {"t": I(trips)})


def laughing(depth: int, domain: str = "here") -> onnx.ModelProto:
    """Functions each of which calls the one below it twice."""
    functions = [helper.make_function(domain, "f0", ["a"], ["b"], [node("Relu", ["a"], ["b"])],
                                      [helper.make_opsetid("", 20)])]  # fmt: skip
    for level in range(1, depth):
        calls = [helper.make_node(f"f{level - 1}", [a], [b], domain=domain) for a, b in (("a", "h"), ("h", "b"))]
        functions.append(
            helper.make_function(
                domain, f"f{level}", ["a"], ["b"], calls, [helper.make_opsetid("", 20), helper.make_opsetid(domain, 1)]
            )
        )
    made = model([helper.make_node(f"f{depth - 1}", ["x"], ["y"], domain=domain)])
    made.opset_import.append(helper.make_opsetid(domain, 1))
    made.functions.extend(functions)
    return made


def calls_itself() -> onnx.ModelProto:
    made = laughing(2)
    made.functions[0].node[0].CopyFrom(helper.make_node("f1", ["a"], ["b"], domain="here"))
    return made


def folded(operator: str, weights: Any, then: str = "Add", **attributes: Any) -> onnx.ModelProto:
    """A node of constants, whose result is added to the input."""
    return model([node(operator, list(weights), ["big"], **attributes), node(then, ["x", "big"])], weights)


def chain(count: int, operator: str = "Concat") -> onnx.ModelProto:
    nodes = [node(operator, [f"h{at}", f"h{at}"], [f"h{at + 1}"], **({"axis": 0} if operator == "Concat" else {}))
             for at in range(count)]  # fmt: skip
    return model([*nodes, node("Add", ["x", f"h{count}"])], {"h0": np.ones((2, 4), F)})


def forest(**changes: Any) -> onnx.ModelProto:
    attributes = {
        "n_targets": 1, "nodes_treeids": [0, 0, 0], "nodes_nodeids": [0, 1, 2], "nodes_featureids": [0, 0, 0],
        "nodes_modes": ["BRANCH_LT", "LEAF", "LEAF"], "nodes_values": [0.5, 0.0, 0.0], "nodes_truenodeids": [1, 0, 0],
        "nodes_falsenodeids": [2, 0, 0], "nodes_missing_value_tracks_true": [0, 0, 0], "target_treeids": [0, 0],
        "target_nodeids": [1, 2], "target_ids": [0, 0], "target_weights": [1.0, 2.0], **changes}  # fmt: skip
    made = model([helper.make_node("TreeEnsembleRegressor", ["x"], ["y"], domain="ai.onnx.ml",
                                   **{k: v for k, v in attributes.items() if v is not None})],
                 outputs=[value("y", "N", 1)])  # fmt: skip
    made.opset_import.append(helper.make_opsetid("ai.onnx.ml", 3))
    return made


MODELS: list[tuple[str, str, Callable[[], onnx.ModelProto]]] = [
    # ---- names
    (
        "a ring",
        "node 'n_b' (Relu) needs its own result",
        lambda: model([node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"]), node("Relu", ["b"])]),
    ),
    ("a node that reads itself", "node 'n_y' (Add) needs its own result", lambda: model([node("Add", ["x", "y"])])),
    (
        "a value that nobody makes",
        "node 'n_y' (Add) reads 'z', which nothing in the file makes (has: 'y',",
        lambda: model([node("Add", ["x", "z"])]),
    ),
    (
        "a value made twice",
        "both node 'n_y' (Relu) and node 'n_y' (Abs) make 'y'",
        lambda: model([node("Relu", ["x"]), node("Abs", ["x"])]),
    ),
    ("an output that nobody makes", "nothing makes the output 'y'", lambda: model([node("Relu", ["x"], ["z"])])),
    ("an output that is the input", "read", lambda: model([], outputs=[value("x", "N", 4)])),
    (
        "two inputs of one name",
        "inputs[1]: the name 'x' stands twice",
        lambda: model([node("Relu", ["x"])], inputs=[value("x", "N", 4)] * 2),
    ),
    (
        "two outputs of one name",
        "outputs[1]: the name 'y' stands twice",
        lambda: model([node("Relu", ["x"])], outputs=[value("y", "N", 4)] * 2),
    ),
    (
        "two weights of one name",
        "two weights have the name 'w'",
        lambda: edited(lambda m: m.graph.initializer.append(m.graph.initializer[0])),
    ),
    ("inputs without names", "read", lambda: model([node("Relu", [""])], inputs=[value("", "N", 4)])),
    (
        "a name of a million letters",
        "damaged, or not what its format allows",
        lambda: model([node("Relu", ["x" * 10**6])], inputs=[value("x" * 10**6, "N", 4)]),
    ),
    (
        "control characters in names",
        "the converted model cannot be compared with its source",
        lambda: model([node("Relu", ["x\n\0"])], inputs=[value("x\n\0", "N", 4)]),
    ),
    ("no outputs", "outputs: should have at least one output", lambda: model([node("Relu", ["x"])], outputs=[])),
    ("no nodes", "nothing makes the output 'y'", lambda: model([])),
    ("no graph", "without a graph", lambda: edited(lambda m: m.ClearField("graph"))),
    # ---- versions
    ("opset 0", "opset 0", lambda: opset(0)),
    ("opset -1", "opset -1", lambda: opset(-1)),
    ("opset 10^9", "opset 1000000000", lambda: opset(10**9)),
    ("opset 2^63 - 1", "opset 9223372036854775807", lambda: opset(2**63 - 1)),
    ("an opset of a domain nobody knows", "read", lambda: opset(1, "org.nobody")),
    (
        "no opset",
        "the converted model cannot be compared with its source",
        lambda: edited(lambda m: m.ClearField("opset_import")),
    ),
    ("two opsets", "read", lambda: edited(lambda m: m.opset_import.append(helper.make_opsetid("", 7)))),
    ("an operator nobody knows", "Nonsense", lambda: model([node("Nonsense", ["x"])])),
    (
        "an operator of a domain nobody knows",
        "1 node cannot be converted:",
        lambda: model([helper.make_node("Relu", ["x"], ["y"], domain="org.nobody")]),
    ),
    ("an operator without a name", "1 node cannot be converted:", lambda: model([node("", ["x"])])),
    # ---- shapes and types
    ("a negative length", "read", lambda: shaped(-3, 4)),
    ("a length of 2^62", "damaged, or not what its format allows", lambda: shaped(1, 2**62)),
    ("lengths that overflow", "needs more memory than there is", lambda: shaped(2**40, 2**40, 4)),
    (
        "no lengths",
        "input 'x': the file does not say how many axes it has",
        lambda: edited(lambda m: m.graph.input[0].type.tensor_type.ClearField("shape")),
    ),
    ("300 axes", "damaged, or not what its format allows", lambda: shaped(*[1] * 300)),
    ("no type", "input 'x': is a no", lambda: edited(lambda m: m.graph.input[0].ClearField("type"))),
    (
        "a type nobody knows",
        "input 'x': holds elements of type type 99, which lading does not have",
        lambda: edited(lambda m: setattr(m.graph.input[0].type.tensor_type, "elem_type", 99)),
    ),
    (
        "an input of text",
        "input 'x': holds elements of type string, which lading does not have",
        lambda: model([node("Identity", ["x"])], inputs=[value("x", "N", kind=TensorProto.STRING)]),
    ),
    (
        "an input of complex numbers",
        "input 'x': holds elements of type complex64, which lading does not hav",
        lambda: model([node("Identity", ["x"])], inputs=[value("x", "N", kind=TensorProto.COMPLEX64)]),
    ),
    # ---- weights
    ("fewer bytes than the shape says", "tensor 'b' is damaged", lambda: weight(raw_data=b"\0" * 3)),
    ("more bytes than the shape says", "tensor 'b' is damaged", lambda: weight(raw_data=b"\0" * 99)),
    ("no bytes", "tensor 'b' is damaged", lambda: weight(raw_data=b"")),
    ("a weight of negative length", "weight 'b': its shape [-4] has a negative length", lambda: weight(dims=[-4])),
    ("a weight of 2^62 numbers", "tensor 'b' is damaged", lambda: weight(dims=[2**62])),
    ("lengths of a weight that overflow", "tensor 'b' is damaged", lambda: weight(dims=[2**32, 2**32])),
    ("a weight of 10^12 numbers in no bytes", "tensor 'b' is damaged", lambda: weight(dims=[10**12], raw_data=b"")),
    ("a weight of 300 axes", "tensor 'b' is damaged", lambda: weight(dims=[1] * 300, raw_data=b"\0" * 4)),
    (
        "a weight of a type nobody knows",
        "weight 'b': holds elements of type type 99, which lading does not have",
        lambda: weight(data_type=99),
    ),
    (
        "a weight of no type",
        "weight 'b': holds elements of type undefined, which lading does not ha",
        lambda: weight(data_type=0),
    ),
    (
        "a weight of text",
        "weight 'b': holds elements of type string, which lading does not have",
        lambda: weight(data_type=TensorProto.STRING),
    ),
    ("a weight in two places", "read", lambda: weight(float_data=[1.0, 2.0])),
    (
        "a weight of parts",
        "tensor 'b' is damaged",
        lambda: edited(lambda m: setattr(m.graph.initializer[1].segment, "begin", 5)),
    ),
    ("weights in a parent folder", "its external weights cannot be read", lambda: outside("../" * 20 + "etc/passwd")),
    ("weights at an absolute path", "its external weights cannot be read", lambda: outside("/etc/passwd")),
    (
        "weights in a device",
        "its weight 'b' is in '/dev/zero', a file beside it that is not there",
        lambda: outside("/dev/zero"),
    ),
    ("weights in a file that is not there", "not there", lambda: outside("weights.bin")),
    ("weights in no file", "its weight 'b' is in '', a file beside it that is not there", lambda: outside("")),
    ("weights in this folder", "its weight 'b' is in '.', a file beside it that is not there", lambda: outside(".")),
    ("weights in the model itself", "read", lambda: outside("model.onnx", offset="0", length="16")),
    (
        "weights from a negative offset",
        "its external weights cannot be read",
        lambda: outside("model.onnx", offset="-1", length="16"),
    ),
    (
        "weights from an offset of text",
        "its external weights cannot be read",
        lambda: outside("model.onnx", offset="zero", length="16"),
    ),
    (
        "weights from behind the end",
        "its external weights cannot be read",
        lambda: outside("model.onnx", offset="99999999999", length="16"),
    ),
    (
        "weights of 2^62 bytes",
        "its external weights cannot be read",
        lambda: outside("model.onnx", offset="0", length=str(2**62)),
    ),
    ("weights of fewer bytes", "tensor 'b' is damaged", lambda: outside("model.onnx", offset="0", length="3")),
    # ---- graphs in graphs, functions
    ("Ifs 5 deep", "read", lambda: nested(5)),
    ("Ifs 17 deep", "graphs['n_z1.then'][0].attributes.else_branch.graph: graphs within gra", lambda: nested(17)),
    ("Ifs 30 deep", "graphs['n_z14.then'][0].attributes.else_branch.graph: graphs within gr", lambda: nested(30)),
    ("a Loop of 2^63 - 1 turns", "more than 500 turns of loops; they may have no end", lambda: loop(2**63 - 1)),
    ("a Loop of 10^6 turns", "more than 500 turns of loops; they may have no end", lambda: loop(10**6)),
    ("a Loop of -1 turns", "read", lambda: loop(-1)),
    ("a Loop of turns that are fed", "read", lambda: loop(0, True)),
    ("a Loop of two numbers of turns", "'Loop' input 'M' should be a scalar", lambda: loop([1, 2])),
    ("three Loops in each other, 100 turns each", "more than 500 turns of loops", lambda: nested_loops(3, 100)),
    (
        "functions that double, 40 deep",
        "node '/f39/f38/f37/f36/f35/f34/f33/f32/f31/f30/f29/f28/f27/f26/f25/f24",
        lambda: laughing(40),
    ),
    (
        "functions one in another, 5000 deep",
        "node '/f4999/f4998/f4997/f4996/f4995/f4994/f4993/f4992/f4991/f4990/f49",
        lambda: laughing(5000),
    ),
    (
        "a function that calls itself",
        "node '/f1/f0/f1/f0/f1/f0/f1/f0/f1/f0/f1/f0/f1/f0/f1/f0/f1/f0/f1/f0/f1/",
        calls_itself,
    ),
    ("an If without branches", "lacks the graph 'then_branch'", lambda: model([node("If", ["x"])])),
    ("a Loop without a body", "lacks the graph 'body'", lambda: model([node("Loop", ["", "", "x"])])),
    ("a Scan without a body", "node 'n_y' (Scan): lacks the graph 'body'",
     lambda: model([node("Scan", ["x"], num_scan_inputs=1)])),
    # ---- attributes
    (
        "axis as text",
        "attribute 'axis' must be an integer, it is text",
        lambda: model([node("Softmax", ["x"], axis="last")]),
    ),
    (
        "axis as a tensor",
        "attribute 'axis' must be an integer, it is a tensor",
        lambda: model([node("Softmax", ["x"], axis=numpy_helper.from_array(I([1])))]),
    ),
    (
        "axis out of range",
        "the converted model cannot be compared with its source",
        lambda: model([node("Softmax", ["x"], axis=7)]),
    ),
    (
        "axis of 2^63 - 1",
        "the converted model disagrees with its source",
        lambda: model([node("Softmax", ["x"], axis=2**63 - 1)]),
    ),
    ("an attribute nobody knows", "1 node cannot be converted:", lambda: model([node("Relu", ["x"], colour=1)])),
    (
        "an attribute twice",
        "1 node cannot be converted:",
        lambda: edited(lambda m: m.graph.node[0].attribute.extend([helper.make_attribute("a", 1)] * 2)),
    ),
    (
        "a reference to no function",
        "1 node cannot be converted:",
        lambda: edited(
            lambda m: m.graph.node[0].attribute.append(onnx.AttributeProto(name="a", ref_attr_name="b", type=2))
        ),
    ),
    ("too many inputs", "takes at most 1 input, it has 9", lambda: model([node("Relu", ["x"] * 9)])),
    ("no inputs", "damaged, or not what its format allows", lambda: model([node("Relu", [])])),
    (
        "shapes that do not meet",
        "the converted model cannot be compared with its source",
        lambda: model([node("MatMul", ["x", "w"])], {"w": np.ones((3, 4), F)}),
    ),
    ("Cast to nothing", "attribute 'to' is missing", lambda: model([node("Cast", ["x"], to=0)])),
    (
        "Cast to a type nobody knows",
        "node 'n_y' (Cast): holds elements of type type 99, which lading does n",
        lambda: model([node("Cast", ["x"], to=99)]),
    ),
    (
        "a perm that is none",
        "the converted model cannot be compared with its source",
        lambda: model([node("Transpose", ["x"], perm=[0, 0])]),
    ),
    (
        "negative pads",
        "outputs[0].axes[0]: should be 1 or more, is 0",
        lambda: model([node("Pad", ["x", "p"])], {"p": I([-9, -9, -9, -9])}),
    ),
    (
        "an equation without end",
        "the converted model cannot be compared with its source",
        lambda: model([node("Einsum", ["x"], equation="i" * 10**5)]),
    ),
    (
        "a Constant of nothing",
        "damaged, or not what its format allows",
        lambda: model([node("Constant", [], ["c"]), node("Add", ["x", "c"])]),
    ),
    (
        "a Constant of two things",
        "read",
        lambda: model([node("Constant", [], ["c"], value_int=1, value_float=1.0), node("Add", ["x", "c"])]),
    ),
    (
        "a Constant of text",
        "node 'n_c' (Constant): it holds text, which lading does not have",
        lambda: model([node("Constant", [], ["c"], value_string="x"), node("Add", ["x", "c"])]),
    ),
    # ---- what folding would make large
    (
        "ConstantOfShape of 10^12",
        "the converted model cannot be compared with its source",
        lambda: folded("ConstantOfShape", {"s": I([10**12])}),
    ),
    (
        "ConstantOfShape of 2^64",
        "output shape [4294967296, 4294967296] is too large",
        lambda: folded("ConstantOfShape", {"s": I([2**32, 2**32])}),
    ),
    (
        "ConstantOfShape of a negative length",
        "the converted model cannot be compared with its source",
        lambda: folded("ConstantOfShape", {"s": I([-4])}),
    ),
    (
        "Expand to 10^12",
        "the converted model cannot be compared with its source",
        lambda: folded("Expand", {"a": F([1]), "s": I([10**6, 10**6])}),
    ),
    (
        "Tile to 10^12",
        "output shape [4000000, 400000] is too large",
        lambda: folded("Tile", {"a": np.ones((4, 4), F), "s": I([10**6, 10**5])}),
    ),
    (
        "Range of 10^12",
        "the converted model cannot be compared with its source",
        lambda: folded("Range", {"a": F(0), "b": F(1e12), "c": F(1)}),
    ),
    ("Range without end", "delta must not be 0", lambda: folded("Range", {"a": F(0), "b": F(1), "c": F(0)})),
    (
        "Resize to 10^12",
        "the converted model cannot be compared with its source",
        lambda: model(
            [node("Resize", ["a", "", "", "s"], ["big"]), node("Add", ["x", "big"])],
            {"a": np.ones((1, 1, 4, 4), F), "s": I([1, 1, 10**6, 10**6])},
        ),
    ),
    (
        "Pad to 10^12",
        "the converted model cannot be compared with its source",
        lambda: folded("Pad", {"a": np.ones((4, 4), F), "s": I([0, 0, 10**6, 10**6])}),
    ),
    (
        "OneHot of 10^12",
        "the converted model cannot be compared with its source",
        lambda: folded("OneHot", {"a": I([1]), "d": I(10**12), "v": F([0, 1])}),
    ),
    (
        "EyeLike of 10^12",
        "the converted model cannot be compared with its source",
        lambda: model(
            [node("ConstantOfShape", ["s"], ["a"]), node("EyeLike", ["a"], ["big"]), node("Add", ["x", "big"])],
            {"s": I([10**6, 10**6])},
        ),
    ),
    (
        "MatMul of two lines",
        "needs more memory than there is",
        lambda: folded("MatMul", {"a": np.ones((2**19, 1), F), "b": np.ones((1, 2**19), F)}),
    ),
    ("60 doublings", "needs more memory than there is", lambda: chain(60)),
    (
        "Einsum of four lines",
        "needs more memory than there is",
        lambda: folded("Einsum", {name: np.ones(2**10, F) for name in "abcd"}, equation="a,b,c,d->abcd"),
    ),
    (
        "Shape arithmetic that overflows",
        "damaged, or not what its format allows",
        lambda: model(
            [node("Shape", ["x"], ["s"]), node("Mul", ["s", "m"], ["t"]), node("Reshape", ["x", "t"])],
            {"m": I([2**62, 2**62])},
        ),
    ),
    (
        "Div of shapes by zero",
        "read",
        lambda: model(
            [node("Shape", ["x"], ["s"]), node("Div", ["s", "m"], ["t"]), node("Reshape", ["x", "t"])], {"m": I([0, 0])}
        ),
    ),
    # ---- forests
    (
        "forest: a node that is its own child",
        "1 node cannot be converted:",
        lambda: forest(nodes_truenodeids=[0, 0, 0]),
    ),
    (
        "forest: a child that is not there",
        "TreeEnsembleRegressor: tree 0 has no node 7, which is needed",
        lambda: forest(nodes_truenodeids=[7, 0, 0]),
    ),
    (
        "forest: a negative child",
        "TreeEnsembleRegressor: tree 0 has no node -1, which is needed",
        lambda: forest(nodes_truenodeids=[-1, 0, 0]),
    ),
    (
        "forest: lists of two lengths",
        "TreeEnsembleRegressor: 1 nodes_values for 3 nodes",
        lambda: forest(nodes_values=[0.5]),
    ),
    ("forest: no modes", "TreeEnsembleRegressor: 3 nodes_featureids for 0 nodes", lambda: forest(nodes_modes=None)),
    (
        "forest: a mode nobody knows",
        "TreeEnsembleRegressor: 'BRANCH_NEAR' is no mode of a node",
        lambda: forest(nodes_modes=["BRANCH_NEAR", "LEAF", "LEAF"]),
    ),
    (
        "forest: a column that is negative",
        "TreeEnsembleRegressor: node 0 of tree 0 looks at feature -1, there are",
        lambda: forest(nodes_featureids=[-1, 0, 0]),
    ),
    (
        "forest: a column that is not there",
        "TreeEnsembleRegressor: node 0 of tree 0 looks at feature 9, there are ",
        lambda: forest(nodes_featureids=[9, 0, 0]),
    ),
    (
        "forest: two nodes of one number",
        "TreeEnsembleRegressor: a node stands twice in its tree",
        lambda: forest(nodes_nodeids=[0, 1, 1]),
    ),
    ("forest: a target that is negative", "1 node cannot be converted:", lambda: forest(target_ids=[-1, 0])),
    ("forest: a target that is not there", "1 node cannot be converted:", lambda: forest(target_ids=[2**40, 0])),
    (
        "forest: a leaf that is not there",
        "TreeEnsembleRegressor: tree 0 has no node 9, which is needed",
        lambda: forest(target_nodeids=[1, 9]),
    ),
    ("forest: -1 targets", "1 node cannot be converted:", lambda: forest(n_targets=-1)),
    ("forest: 2^40 targets", "needs more memory than there is", lambda: forest(n_targets=2**40)),
    (
        "forest: a threshold NaN",
        "TreeEnsembleRegressor: node 0 of tree 0 has the threshold NaN",
        lambda: forest(nodes_values=[float("nan"), 0.0, 0.0]),
    ),
    (
        "forest: a link nobody knows",
        "the converted model cannot be compared with its source",
        lambda: forest(post_transform="NONSENSE"),
    ),
]


def onnx_case(name: str, text: str, make: Callable[[], Any]) -> Case:
    def write(folder: Path) -> Path:
        folder.mkdir(parents=True)
        made = make()
        (folder / "model.onnx").write_bytes(made if isinstance(made, bytes) else made.SerializeToString())
        return folder / "model.onnx"

    return Case(f"onnx: {name}", write, text)


def linked(folder: Path) -> Path:
    path = onnx_case("", "", lambda: outside("weights.bin")).write(folder)
    os.symlink("/etc/passwd", folder / "weights.bin")
    return path


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def cases() -> Iterator[Case]:
    for name, text, make in MODELS:
        yield onnx_case(name, text, make)
    yield Case("onnx: weights behind a link out of the folder", linked, "")
    whole = GOOD.SerializeToString()
    for at in range(0, len(whole), max(1, len(whole) // 30)):
        yield onnx_case(f"cut at {at}", "", lambda at=at: whole[:at])
    yield onnx_case(
        "a field longer than the file",
        "no ONNX file, or a damaged one: Error parsing message with type 'onnx.",
        lambda: whole + b"\x3a" + varint(2**31),
    )
    yield onnx_case(
        "a field of 2^63 bytes",
        "no ONNX file, or a damaged one: Error parsing message with type 'onnx.",
        lambda: whole + b"\x3a" + varint(2**63),
    )
    yield onnx_case(
        "a varint without end",
        "no ONNX file, or a damaged one: Error parsing message with type 'onnx.",
        lambda: whole + b"\x08" + b"\xff" * 100,
    )
    yield onnx_case(
        "groups without end",
        "no ONNX file, or a damaged one: Error parsing message with type 'onnx.",
        lambda: whole + b"\x0b" * 10_000,
    )
    deep = b""
    for _ in range(3000):  # a graph in an attribute of a node in a graph …
        attribute = b"\x32" + varint(len(deep)) + deep
        inner = b"\x2a" + varint(len(attribute)) + attribute
        deep = b"\x0a" + varint(len(inner)) + inner
    yield onnx_case(
        "graphs 3000 deep",
        "no ONNX file, or a damaged one: Error parsing message with type 'onnx.",
        lambda: b"\x08\x0a\x3a" + varint(len(deep)) + deep,
    )
    yield onnx_case(
        "names that are no UTF-8",
        "its field graph.node.name is no valid text",
        lambda: whole.replace(b"n_h", b"\xff\xfe\xfd"),
    )
    yield onnx_case(
        "an input that is no UTF-8",
        "its field graph.node.input is no valid text",
        lambda: whole.replace(b"\x01x", b"\x01\xff"),
    )
    yield onnx_case(
        "a float where a length is meant",
        "damaged, or not what its format allows (DecodeError: a broken field)",
        lambda: whole + struct.pack("<Bf", 0x3D, 1.0),
    )
