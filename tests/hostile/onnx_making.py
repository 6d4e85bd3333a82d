"""Small ONNX models that files nobody should trust are made of."""

from __future__ import annotations

from collections.abc import Callable
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


def sparse(places: list[int], shape: list[int]) -> onnx.ModelProto:
    """The bias as one number at each of some places."""

    def change(made: Any) -> None:
        del made.graph.initializer[1]
        values = numpy_helper.from_array(np.ones(1, F), "b")
        indices = numpy_helper.from_array(np.array(places, I), "places")
        made.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, shape))

    return edited(change)


def endless() -> onnx.ModelProto:
    """A Loop without a number of turns, whose condition stays true."""
    made = loop(1)
    made.graph.node[0].input[0] = ""
    del made.graph.initializer[:]
    return made


def said(**metadata: str) -> onnx.ModelProto:
    """The good model that says of itself what only lading writes."""

    def change(made: Any) -> None:
        for key, text in metadata.items():
            made.metadata_props.add(key=f"lading.{key}", value=text)

    return edited(change)


def wide(count: int) -> onnx.ModelProto:
    """A node of as many inputs."""
    given = [value(f"x{at}", "N", 4) for at in range(count)]
    return model([node("Sum", [each.name for each in given])], inputs=given)


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


def loop(trips: Any, fed: bool = False, long: int = 1) -> onnx.ModelProto:
    """A Loop of a body of so many additions."""
    sums = [node("Add", [f"a{at}" if at else "a"] * 2, [f"a{at + 1}" if at + 1 < long else "b"]) for at in range(long)]
    body = helper.make_graph(
        [node("Identity", ["go"], ["again"]), *sums], "body",
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


def onnx_case(name: str, text: str, make: Callable[[], Any]) -> Case:
    def write(folder: Path) -> Path:
        folder.mkdir(parents=True)
        made = make()
        (folder / "model.onnx").write_bytes(made if isinstance(made, bytes) else made.SerializeToString())
        return folder / "model.onnx"

    return Case(f"onnx: {name}", write, text)
