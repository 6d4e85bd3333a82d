"""ONNX files in words of older opsets: the same numbers in ONNX Runtime, and the same bundle back."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import small
from click.testing import CliRunner
from test_onnx import session

import lading
from lading import UnsupportedError, ValueRefused
from lading.bundle import to_buffers
from lading.endpoints import Axis, Input, Output
from lading.evaluation import evaluator
from lading.graph import OPSET, Node
from lading.model import Model
from lading.sources.onnx import read_bytes
from lading.targets.onnx import to_bytes
from lading.targets.onnx_opsets import Lowering

DICE = np.random.default_rng(4)
W = DICE.normal(size=4).astype(np.float32)


def of_nodes(*nodes: Node, out: tuple[int | str, ...] = ("jet", 3, 4), type_: str = "float32", **weights) -> Model:
    """A model of ``x`` [jet, 3, 4] that gives ``y``."""
    made = Model("small")
    made.axes = {"jet": Axis("jet", "entry")}
    made.input_list, made.output_list = [Input("x", ["jet", 3, 4], "float32")], [Output("y", list(out), type_)]
    made.graphs["main"].nodes = list(nodes)
    made.weights = {name: np.asarray(array) for name, array in weights.items()}
    return made


def axes(*places: int) -> np.ndarray:
    return np.array(places, np.int64)


#: By name: a model whose nodes were written otherwise, and in which opsets they still can be said.
CASES = {
    "reduction": (of_nodes(Node("r", "ReduceMean", ["x", axes(1)], ["y"], {"keepdims": 0}), out=("jet", 4)), 11),
    "sum": (of_nodes(Node("r", "ReduceSum", ["x", axes(-1, 1)], ["y"], {"keepdims": 0}), out=("jet",)), 11),
    "no reduction": (of_nodes(Node("r", "ReduceMax", ["x"], ["y"], {"noop_with_empty_axes": 1})), 11),
    "softmax": (of_nodes(Node("s", "Softmax", ["x"], ["y"], {"axis": -1})), 11),
    "softmax of another axis": (of_nodes(Node("s", "Softmax", ["x"], ["y"], {"axis": 1})), 11),
    "new axis": (of_nodes(Node("u", "Unsqueeze", ["x", axes(1)], ["a"]),
                          Node("q", "Squeeze", ["a", axes(1)], ["y"])), 11),
    "split": (of_nodes(Node("s", "Split", ["x", axes(1, 3)], ["a", "b"], {"axis": 2}),
                       Node("c", "Concat", ["b", "a"], ["y"], {"axis": 2})), 11),
    "halves": (of_nodes(Node("s", "Split", ["x"], ["a", "b"], {"axis": 2, "num_outputs": 2}),
                        Node("c", "Concat", ["b", "a"], ["y"], {"axis": 2})), 11),
    "part of a shape": (of_nodes(Node("s", "Shape", ["x"], ["n"], {"start": 1}),
                                 Node("c", "ConstantOfShape", ["n"], ["z"]),
                                 Node("a", "Add", ["x", "z"], ["y"])), 11),
    "reshape": (of_nodes(Node("r", "Reshape", ["x", axes(-1, 12)], ["y"], {"allowzero": 1}), out=("jet", 12)), 11),
    "pad": (of_nodes(Node("p", "Pad", ["x", axes(1, 2), np.array(0.5, np.float32), axes(1)], ["y"]),
                     out=("jet", 6, 4)), 11),
    "norm": (of_nodes(Node("n", "LayerNormalization", ["x", "w", "w"], ["y"], {"axis": -1}), w=W), 11),
    "gelu": (of_nodes(Node("g", "Gelu", ["x"], ["y"], {"approximate": "tanh"})), 11),
    "rms": (of_nodes(Node("n", "RMSNormalization", ["x", "w"], ["y"]), w=W), 11),
    "swish": (of_nodes(Node("n", "HardSwish", ["x"], ["a"]), Node("m", "Mish", ["a"], ["y"])), 11),
    "attention": (of_nodes(Node("a", "Attention", ["x", "x", "x"], ["y"], {"q_num_heads": 2, "kv_num_heads": 2})), 11),
    "triangle": (of_nodes(Node("t", "Trilu", ["x"], ["y"])), 14),
    "samples": (of_nodes(Node("u", "Unsqueeze", ["x", axes(1)], ["a"]),
                         Node("g", "GridSample", ["a", "w"], ["y"], {"mode": "cubic"}),
                         out=("jet", 1, 2, 2), w=np.linspace(-1, 0.75, 8, dtype=np.float32).reshape(1, 2, 2, 2)), 16),
    "scatter": (of_nodes(Node("s", "ScatterElements", ["x", "at", "w"], ["y"], {"axis": 1, "reduction": "max"}),
                         at=np.zeros((1, 3, 4), np.int64), w=np.ones((1, 3, 4), np.float32)), 18),
}  # fmt: skip


@pytest.mark.parametrize("opset", [23, 19, 17, 15, 13, 12, 11])
@pytest.mark.parametrize("name", CASES)
def test_numbers_are_those_of_the_model_and_it_comes_back(name: str, opset: int) -> None:
    made, oldest = CASES[name]
    if opset < oldest:
        with pytest.raises(UnsupportedError, match=rf"node '[a-z]' \(\w+\) cannot be written in opset {opset}: "):
            to_bytes(made, "old.onnx", opset=opset)
        return
    data = to_bytes(made, "old.onnx", opset=opset)
    proto = onnx.load_model_from_string(data)
    assert [each.version for each in proto.opset_import if not each.domain] == [opset]
    x = DICE.normal(size=(1, 3, 4)).astype(np.float32)
    expected = evaluator(made)({"x": x})["y"]
    np.testing.assert_allclose(session(data).run(None, {"x": x})[0], expected, rtol=2e-6, atol=2e-7)
    back = read_bytes(data, "old.onnx")
    assert to_buffers(back) == to_buffers(made)


def test_regions_without_half_pixels_are_those_of_old() -> None:
    """Which hold without a word before opset 16; the others cannot be said there."""
    from lading.targets.onnx_older import RULES

    lowering = Lowering(onnx.ModelProto(), 15, "old.onnx")
    for mode in ("half_pixel", "output_half_pixel", None):
        said = {} if mode is None else {"coordinate_transformation_mode": mode}
        node = onnx.helper.make_node("RoiAlign", ["x", "r", "i"], ["y"], "n", **said)
        if mode == "output_half_pixel":
            assert not RULES["RoiAlign"][1](lowering, node)[0].attribute
        else:
            with pytest.raises(UnsupportedError, match=r"node 'n' \(RoiAlign\) cannot be written in opset 15"):
                RULES["RoiAlign"][1](lowering, node)


def test_papers_and_subgraphs_come_back() -> None:
    made = small.model()
    back = read_bytes(to_bytes(made, opset=14), "old.onnx")
    made.samples = None
    back.graphs = {name: back.graphs[name] for name in made.graphs}
    assert to_buffers(back) == to_buffers(made)


def test_a_graph_that_somebody_changed_is_read_as_it_is() -> None:
    made, _ = CASES["gelu"]
    proto = onnx.load_model_from_string(to_bytes(made, opset=13))
    proto.graph.node[-1].op_type = "Sub" if proto.graph.node[-1].op_type != "Sub" else "Add"
    assert read_bytes(proto.SerializeToString(), "old.onnx").function_digest != made.function_digest


@pytest.mark.parametrize("opset", [10, OPSET + 1, "12", True])
def test_other_opsets_are_refused(opset) -> None:
    with pytest.raises(ValueRefused, match="opset is a whole number from 11 to 24, not"):
        to_bytes(CASES["gelu"][0], "old.onnx", opset=opset)


def test_the_command(tmp_path) -> None:
    CASES["norm"][0].save(tmp_path / "norm")
    from lading.cli import main

    command = ["export", str(tmp_path / "norm"), "-o", str(tmp_path / "n.onnx"), "--opset", "12"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    assert lading.convert(tmp_path / "n.onnx").function_digest == CASES["norm"][0].function_digest
