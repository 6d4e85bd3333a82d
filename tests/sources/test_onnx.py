"""Reading ONNX files: what ONNX Runtime reads is read as it reads it, all else is refused by name."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, external_data_helper, helper, numpy_helper
from onnx_files import agrees, file, graph, model, node, normal, read, run

from lading.bundle import to_buffers
from lading.errors import FormatError, LadingError, MissingFile, UnsupportedError
from lading.evaluation import evaluator
from lading.graph import Subgraph
from lading.sources import onnx as source
from lading.sources import read as read_any
from lading.sources import recognise

X = normal(4, 3)
BATCH = {"x": ["batch", 3]}


def dense(weights=None, **more):
    made = [node("Gemm", "x w b", "h", name="/net/0/Gemm"), node("Relu", "h", "y", name="/net/1/Relu")]
    return file(made, BATCH, {"y": ["batch", 2]}, weights or {"w": normal(3, 2), "b": normal(2)}, **more)


# ------------------------------------------------------------------------------------- order and use of nodes


def test_nodes_out_of_order_are_sorted():
    data = file([node("Add", "h x", "y"), node("Relu", "g", "h"), node("Neg", "x", "g")], BATCH, {"y": None})
    assert [each.operator for each in read(data).graphs["main"].nodes] == ["Neg", "Relu", "Add"]
    assert np.array_equal(run(data, {"x": X})["y"], np.maximum(-X, 0) + X)


def test_nodes_that_nobody_reads_are_dropped_whatever_they_read():
    nodes = [node("Identity", "nowhere", "nothing"), node("Relu", "x", "y"), node("Neg", "y", "z")]
    data = file(nodes, BATCH, {"y": None})
    assert [each.operator for each in read(data).graphs["main"].nodes] == ["Relu"]


def test_a_value_that_nothing_makes_is_named_with_the_nearest():
    with pytest.raises(FormatError, match=r"network\.onnx: node 'r' \(Relu\) reads 'hiden', .*did you mean 'hidden'\?"):
        read(file([node("Neg", "x", "hidden"), node("Relu", "hiden", "y", name="r")], BATCH, {"y": None}))


def test_a_circle_is_refused():
    with pytest.raises(FormatError, match="needs its own result"):
        read(file([node("Add", "x b", "a"), node("Neg", "a", "b")], BATCH, {"b": None}))


def test_a_value_made_twice_is_refused():
    with pytest.raises(FormatError, match=r"both node 'one'.*and node 'two'.*make 'y'"):
        read(file([node("Neg", "x", "y", name="one"), node("Relu", "x", "y", name="two")], BATCH, {"y": None}))


def test_a_deep_graph_needs_no_deep_stack():
    nodes = [node("Neg", f"v{i}" if i else "x", f"v{i + 1}") for i in range(3000)]
    assert len(read(file(nodes[::-1], BATCH, {"v3000": None})).graphs["main"].nodes) == 3000


# ------------------------------------------------------------------------------------------ weights, constants


def test_initializers_that_are_listed_as_inputs_are_weights():
    data = file([node("Gemm", "x w b", "y")], {**BATCH, "w": [3, 2], "b": [2]}, {"y": None},
                {"w": normal(3, 2), "b": normal(2)}, opset=9)
    assert [each.name for each in read(data).input_list] == ["x"]
    agrees(data, {"x": X})


def test_weights_that_nobody_reads_are_left_out():
    assert len(read(dense({"w": normal(3, 2), "b": normal(2), "step": np.array(7)})).weights) == 2


@pytest.mark.parametrize("attribute", [
    {"value": numpy_helper.from_array(np.float32([1, 2, 3]))}, {"value_floats": [1.0, 2.0, 3.0]}, {"value_float": 0.5},
])  # fmt: skip
def test_constant_nodes_become_weights(attribute):
    data = file([node("Constant", "", "c", **attribute), node("Add", "x c", "y")], BATCH, {"y": None})
    assert "Constant" not in [each.operator for each in read(data).graphs["main"].nodes]
    agrees(data, {"x": X})


def test_sparse_weights_are_written_out():
    values = helper.make_tensor("w", TensorProto.FLOAT, [2], [2.0, -1.0])
    indices = helper.make_tensor("w_places", TensorProto.INT64, [2], [1, 5])
    made = model([node("MatMul", "x w", "y")], BATCH, {"y": None})
    made.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [3, 2]))
    expected = X @ np.float32([[0, 2], [0, 0], [0, -1]])
    assert np.array_equal(run(made.SerializeToString(), {"x": X})["y"], expected)


@pytest.mark.parametrize(("kind", "name"), [
    (TensorProto.FLOAT16, "float16"), (TensorProto.DOUBLE, "float64"), (TensorProto.INT32, "int32"),
    (TensorProto.INT64, "int64"), (TensorProto.UINT8, "uint8"),
])  # fmt: skip
def test_types(kind, name):
    array = np.array([1, 2, 3]).astype(name)
    data = file([node("Add", "x w", "y")], {"x": (["batch", 3], kind)}, {"y": (None, kind)}, {"w": array})
    assert read(data).inputs["x"].type == read(data).outputs["y"].type == name
    assert run(data, {"x": array[None]})["y"].dtype == name


def test_bfloat16_weights_keep_their_bits():
    tensor = helper.make_tensor("w", TensorProto.BFLOAT16, [2], [1.5, -2.0])
    nodes = [node("Cast", "w", "c", to=TensorProto.FLOAT), node("Add", "x c", "y")]
    made = model(nodes, {"x": ["n", 2]}, {"y": None}, opset=21)
    made.graph.initializer.append(tensor)
    assert np.array_equal(run(made.SerializeToString(), {"x": np.zeros((1, 2), np.float32)})["y"], [[1.5, -2.0]])


def test_text_is_refused_where_it_stands():
    text = ([3], TensorProto.STRING)
    with pytest.raises(UnsupportedError, match=r"input 'x': holds elements of type string"):
        read(file([node("Identity", "x", "y")], {"x": text}, {"y": text}))


def test_external_data_is_read_and_missing_data_named(tmp_path):
    made = onnx.load_model_from_string(dense({"w": normal(3, 2), "b": normal(2)}))
    external_data_helper.convert_model_to_external_data(made, location="weights.bin", size_threshold=0)
    onnx.save(made, tmp_path / "net.onnx")
    found = source.read(tmp_path / "net.onnx")
    assert {array.shape for array in found.weights.values()} == {(3, 2), (2,)}
    (tmp_path / "weights.bin").unlink()
    with pytest.raises(MissingFile, match=r"its weight 'w' is in 'weights\.bin', a file beside it"):
        source.read(tmp_path / "net.onnx")


# ------------------------------------------------------------------------------------------------- functions


def scaled_function():
    nodes = [node("Constant", "", "two", value_float=2.0), node("Mul", "a two", "h"),
             node("LeakyRelu", "h", "b", name="act")]
    nodes[2].attribute.add(name="alpha", type=onnx.AttributeProto.FLOAT, ref_attr_name="slope")
    return helper.make_function("own", "Scaled", ["a"], ["b"], nodes, [helper.make_opsetid("", 17)],
                                attributes=[], attribute_protos=[helper.make_attribute("slope", 0.25)])


def test_functions_of_the_file_become_their_nodes():
    nodes = [node("Scaled", "x", "h", domain="own", slope=0.5), node("Scaled", "h", "y", domain="own")]
    data = file(nodes, BATCH, {"y": None}, functions=[scaled_function()], opsets={"own": 1})
    found = read(data)
    assert [each.operator for each in found.graphs["main"].nodes] == ["Mul", "LeakyRelu"] * 2
    assert [n.attributes["alpha"] for n in found.graphs["main"].nodes if n.operator == "LeakyRelu"] == [0.5, 0.25]
    agrees(data, {"x": X})


def test_a_function_may_be_written_in_another_opset():
    old = helper.make_function("own", "Sum", ["a"], ["b"], [helper.make_node("ReduceSum", ["a"], ["b"], axes=[1])],
                               [helper.make_opsetid("", 11)])
    data = file([node("Sum", "x", "y", domain="own")], BATCH, {"y": None}, functions=[old], opsets={"own": 1})
    np.testing.assert_allclose(run(data, {"x": X})["y"], X.sum(1, keepdims=True), rtol=1e-6)


def test_functions_of_onnx_stay_what_the_author_wrote():
    nodes = [node("LayerNormalization", "x s", "h"), node("Gelu", "h", "y")]
    data = file(nodes, BATCH, {"y": None}, {"s": normal(3)}, opset=20)
    assert [each.operator for each in read(data).graphs["main"].nodes] == ["LayerNormalization", "Gelu"]


def test_functions_of_onnx_that_format_1_does_not_have_become_their_nodes():
    kinds = {"y": (None, TensorProto.UINT8), "s": None, "z": (None, TensorProto.UINT8)}
    data = file([node("DynamicQuantizeLinear", "x", "y s z")], {"x": [4, 3]}, kinds)
    agrees(data, {"x": X})


# -------------------------------------------------------------------------------------------------------- If


def choice(condition, weights, **more):
    then = graph([node("Mul", "x w", "a")], {}, {"a": None}, {"w": np.float32(2)}, name="then")
    other = graph([node("Neg", "x", "a")], {}, {"a": None}, name="other")
    nodes = [*condition, node("If", "c", "y", name="choose", then_branch=then, else_branch=other)]
    return file(nodes, {"x": ["batch", 3]}, {"y": None}, weights, **more)


@pytest.mark.parametrize("truth", [True, False])
def test_an_if_whose_condition_is_in_the_file_is_its_branch(truth):
    data = choice([], {"c": np.array(truth)})
    assert [each.operator for each in read(data).graphs["main"].nodes] == ["Mul" if truth else "Neg"]
    agrees(data, {"x": X})


def test_so_is_one_whose_condition_is_computed_from_the_file():
    data = choice([node("Shape", "k", "s"), node("Size", "s", "r"), node("Equal", "r two", "c")],
                  {"k": normal(3, 2), "two": np.array(2)})
    assert "If" not in [each.operator for each in read(data).graphs["main"].nodes]
    agrees(data, {"x": X})


def test_an_if_that_depends_on_the_input_keeps_both_branches():
    data = choice([node("ReduceSum", "x", "s", keepdims=0), node("Greater", "s zero", "c")], {"zero": np.float32(0)})
    found = read(data)
    chosen = next(each for each in found.graphs["main"].nodes if each.operator == "If")
    branches = [chosen.attributes[f"{kind}_branch"] for kind in ("then", "else")]
    assert all(isinstance(each, Subgraph) and each.graph in found.graphs for each in branches)
    assert branches[0].outputs != branches[1].outputs  # both are called "a" in the file
    for sign in (1, -1):
        agrees(data, {"x": sign * np.abs(X)})
    to_buffers(found)


def test_a_branch_may_give_what_is_outside_of_it():
    then = graph([], {}, {"x": None}, name="then")
    other = graph([], {}, {"w": None}, {"w": np.zeros((4, 3), np.float32)}, name="other")
    nodes = [node("ReduceSum", "x", "s", keepdims=0), node("Greater", "s zero", "c"),
             node("If", "c", "y", then_branch=then, else_branch=other)]
    data = file(nodes, {"x": [4, 3]}, {"y": [4, 3]}, {"zero": np.float32(0)})
    to_buffers(read(data))
    assert np.array_equal(run(data, {"x": -np.abs(X)})["y"], np.zeros((4, 3)))


# ------------------------------------------------------------------------------------------------- sequences


def test_sequences_of_known_length_are_followed():
    axis = {"i": np.array(1), "last": np.array(-1)}
    nodes = [
        node("SplitToSequence", "x", "pieces", axis=1, keepdims=0), node("SequenceAt", "pieces i", "middle"),
        node("SequenceInsert", "pieces middle", "more"), node("SequenceErase", "more i", "fewer"),
        node("ConcatFromSequence", "fewer", "y", axis=1, new_axis=1), node("SequenceLength", "fewer", "n"),
        node("SequenceConstruct", "middle middle", "pair"), node("SequenceAt", "pair last", "z"),
    ]
    data = file(nodes, BATCH, {"y": None, "z": None, "n": (None, TensorProto.INT64)}, axis)
    agrees(data, {"x": X})


def test_pieces_of_pieces_are_followed_too():
    """A flow cuts in two what it joined before; an exporter says neither shape."""
    size = {"half": np.array(2), "one": np.array(1), "i": np.array(0), "j": np.array(1)}
    nodes = [
        node("SplitToSequence", "x half", "halves", axis=1), node("SequenceAt", "halves i", "a"),
        node("SequenceAt", "halves j", "b"), node("Relu", "a", "c"), node("Concat", "b c", "x2", axis=1),
        node("SplitToSequence", "x2 one", "parts", axis=1), node("SequenceInsert", "parts a", "more"),
        node("ConcatFromSequence", "more", "x3", axis=1), node("SplitToSequence", "x3 half", "rest", axis=1),
        node("SequenceAt", "rest i", "y"),
    ]  # fmt: skip
    agrees(file(nodes, BATCH, {"y": None}, size), {"x": X})


# ------------------------------------------------------------------------------------------ names and texts


def test_what_the_file_says_of_itself_survives():
    made = onnx.load_model_from_string(dense())
    made.producer_name, made.producer_version, made.doc_string = "trainer", "1.2", "tags jets"
    made.graph.doc_string, made.domain, made.model_version = "the graph", "org.example", 3
    helper.set_model_props(made, {"key": "value", "where": "/data/run7"})
    made.graph.input[0].doc_string = "kinematics"
    made.graph.node[0].doc_string = "first layer"
    made.graph.node[1].doc_string = 'File "train.py", line 3, in forward'
    found = read(made.SerializeToString())
    origin = found.record["origin"]
    assert (found.name, found.description, found.inputs["x"].description) == ("network", "tags jets", "kinematics")
    assert origin["metadata"] == {"key": "value", "where": "/data/run7"}
    assert (origin["producer"], origin["domain"], origin["model_version"]) == ("trainer 1.2", "org.example", 3)
    assert (origin["opset"], origin["graph_description"]) == ({"ai.onnx": 17}, "the graph")
    assert origin["nodes"] == {"/net/0/Gemm": "first layer"}
    assert len(origin["sha256"]) == 64


def test_names_that_format_1_does_not_allow_are_changed_and_kept():
    data = file([node("Relu", "in/x", "out/y:0")], {"in/x": ["n", 3]}, {"out/y:0": None})
    found = read(data)
    assert (list(found.inputs), list(found.outputs)) == (["in_x"], ["out_y:0"])
    assert found.record["origin"]["inputs"] == {"in_x": "in/x"}
    to_buffers(found)


def test_an_output_that_is_a_weight():
    data = file([node("Add", "x w", "y")], {"x": [4, 3]}, {"w": [3], "y": None}, {"w": normal(3)})
    to_buffers(read(data))
    agrees(data, {"x": X})


def test_an_output_that_is_an_input_gets_another_name():
    found = read(file([node("Neg", "x", "y")], BATCH, {"x": ["batch", 3], "y": None}))
    to_buffers(found)
    assert list(found.outputs) == ["x_output", "y"]
    assert found.record["origin"]["outputs"] == {"x_output": "x"}
    assert np.array_equal(evaluator(found)({"x": X})["x_output"], X)


def test_the_model_is_of_a_source():
    assert read(dense()).names == {"from source": {}}


# ---------------------------------------------------------------------------------------------------- faults


def test_all_that_is_not_supported_is_listed_in_one_error():
    nodes = [
        node("NonZero", "x", "a"), node("RandomNormalLike", "x", "r", name="noise"),
        node("SVMRegressor", "x", "t", name="forest", domain="ai.onnx.ml"),
        node("Quant", "x", "q", name="quantise", domain="qonnx.custom_op.general"),
        node("Add", "r t", "s", name="fine"), node("Add", "s q", "y"),
    ]
    data = file(nodes, BATCH, {"y": None}, opsets={"ai.onnx.ml": 3, "qonnx.custom_op.general": 1})
    with pytest.raises(UnsupportedError) as caught:
        read(data)
    text = str(caught.value)
    assert text.startswith("network.onnx: 3 nodes cannot be converted:")
    for said in ("'noise'", "model.eval()", "'forest'", "an operator of ONNX-ML", "'quantise'", "QDQ"):
        assert said in text
    assert "fine" not in text


def loop(nodes, weights=None, turns="n", more=(), outputs="y", given=None, fed=None):
    """A file with a loop whose ``nodes`` make "d" (whether it goes on), "u" and ``more`` of "i", "c" and "v"."""
    inputs = {"i": ([], TensorProto.INT64), "c": ([], TensorProto.BOOL), "v": ["batch", 3]}
    made = {"d": ([], TensorProto.BOOL), "u": None, **dict.fromkeys(more)}
    body = graph(nodes, inputs, made, weights, name="body")
    turn = node("Loop", f"{turns} x", outputs, name="turn", body=body)
    return file([turn], fed or {"x": ["batch", 3]}, dict.fromkeys(outputs.split()),
                {"n": np.array(3), "yes": np.array(True), **(given or {})})  # fmt: skip


STAYS = node("Identity", "c", "d")
COUNTS = [node("Cast", "i", "f", to=1), node("Add", "f one", "g"), node("Mul", "v g", "u")]


@pytest.mark.parametrize("turns", ["n -", "n yes"])
def test_a_loop_of_a_fixed_number_of_turns_is_written_out(turns):
    data = loop([STAYS, *COUNTS], {"one": np.float32(1)}, turns)
    assert "Loop" not in [each.operator for each in read(data).graphs["main"].nodes]
    agrees(data, {"x": X})
    to_buffers(read(data))


def test_so_is_one_that_counts_to_a_number_of_the_file():
    until = [node("Less", "i last", "d"), *COUNTS]
    data = loop(until, {"one": np.float32(1), "last": np.array(4)}, "- yes")
    assert [each.operator for each in read(data).graphs["main"].nodes].count("Mul") == 5  # the last one is made, too
    agrees(data, {"x": X})


def test_what_a_loop_gives_turn_by_turn_is_stacked_and_a_loop_may_make_none():
    nodes = [STAYS, *COUNTS, node("Neg", "u", "each")]
    data = loop(nodes, {"one": np.float32(1)}, "n yes", ["each"], "y s")
    agrees(data, {"x": X})
    none = loop([STAYS, *COUNTS], {"one": np.float32(1)}, "n yes", given={"n": np.array(0)})
    agrees(none, {"x": X})


UNTIL = [node("ReduceSum", "v", "s", keepdims=0), node("Less", "s far", "d"), node("Add", "v v", "u")]


@pytest.mark.parametrize(("turns", "nodes", "given"), [
    ("k yes", [STAYS, node("Neg", "v", "u")], {}),  # as many turns as the input says
    ("n yes", [STAYS, node("Neg", "v", "u")], {"n": np.array(129)}),
    ("- yes", UNTIL, {"far": np.float32(1000)}),
    ("n -", UNTIL, {"far": np.float32(10)}),  # ends as ONNX Runtime does
    ("n yes", UNTIL, {"far": np.float32(10), "n": np.array([3])}),  # a list of one is a number
])  # fmt: skip
def test_other_loops_stay_loops(turns, nodes, given):
    fed = {"x": ["batch", 3], "k": ([], TensorProto.INT64)}
    data = loop(nodes, turns=turns, given=given, fed=fed)
    assert [each.operator for each in read(data).graphs["main"].nodes] == ["Loop"]
    for k in (0, 1, 4):
        agrees(data, {"x": abs(X), "k": np.array(k)})


def test_a_loop_that_hands_on_a_sequence_is_refused():
    made = model([node("SequenceEmpty", "", "s"), node("Loop", "k yes s", "t", name="turn", body=onnx.GraphProto())],
                 {"x": ["batch", 3], "k": ([], TensorProto.INT64)}, {"t": None}, {"yes": np.array(True)})  # fmt: skip
    with pytest.raises(UnsupportedError, match="Loop: hands on a sequence of tensors from turn to turn; stack them"):
        read(made.SerializeToString())


def test_loops_in_loops_are_written_out_up_to_a_number_of_nodes():
    inner = [node("Identity", "c_", "d_"), node("Neg", "v_", "u_")]
    inputs = {"i_": ([], TensorProto.INT64), "c_": ([], TensorProto.BOOL), "v_": ["batch", 3]}
    for turns, good in ((2, True), (128, False)):
        body = graph(inner, inputs, {"d_": ([], TensorProto.BOOL), "u_": None}, name="inner")
        outer = [STAYS, node("Loop", "n yes v", "u", name="turn_inside", body=body)]
        data = loop(outer, turns="n yes", given={"n": np.array(turns)})
        if good:
            agrees(data, {"x": X})
        else:
            assert "Loop" in [each.operator for inside in read(data).graphs.values() for each in inside.nodes]


def test_scans_of_opset_8_are_refused():
    body = graph([node("Identity", "v", "u")], {"v": [3]}, {"u": None}, name="body")
    nodes = [node("Scan", "- x", "y", name="each", body=body, num_scan_inputs=1)]
    with pytest.raises(UnsupportedError, match="Scan: of opset 8, which meant something else; export the network"):
        read(file(nodes, BATCH, {"y": None}, opset=8))


@pytest.mark.parametrize(("kind", "name"), [(TensorProto.FLOAT16, "float16"), (TensorProto.BFLOAT16, "bfloat16")])
def test_networks_in_half_precision_are_refused_with_a_way(kind, name):
    nodes = [node("Cast", "x", "h", to=kind), node("Cast", "w", "v", to=kind), node("MatMul", "h v", "y", name="layer")]
    with pytest.raises(UnsupportedError, match=rf"computes in {name}, .* at node 'layer' \(MatMul\). Export"):
        read(file(nodes, BATCH, {"y": (["batch", 2], kind)}, {"w": normal(3, 2)}))
    moved = [node("Cast", "x", "h", to=kind), node("Cast", "h", "z", to=1), node("MatMul", "z w", "y")]
    read(file(moved, BATCH, {"y": None}, {"w": normal(3, 2)}))


def test_of_a_file_that_was_one_of_keras_that_one_is_asked_for():
    data = onnx.load_from_string(file([node("Erfc", "x", "y", name="gelu")], BATCH, {"y": None}))
    with pytest.raises(UnsupportedError, match="Erfc: no such operator, in lading or in ONNX; at node 'gelu'"):
        read(data.SerializeToString())
    data.producer_name = "tf2onnx"
    with pytest.raises(UnsupportedError, match="give the model of Keras itself"):
        read(data.SerializeToString())
    data.producer_name = "skl2onnx"
    with pytest.raises(UnsupportedError, match="give the estimator of scikit-learn itself"):
        read(data.SerializeToString())


# -------------------------------------------------------------------------------------------- whole files


def test_files_are_recognised_by_content(tmp_path):
    (tmp_path / "network.bin").write_bytes(dense())
    (tmp_path / "text.onnx").write_text('{"lading": 1}')
    (tmp_path / "empty").write_bytes(b"")
    assert read_any(tmp_path / "network.bin").name == "network"
    for name, why in (("text.onnx", "of no format that is read"), ("empty", "is empty")):
        with pytest.raises(FormatError, match=why):
            recognise(tmp_path / name)
    with pytest.raises(MissingFile):
        recognise(tmp_path / "nowhere.onnx")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_recognised_or_not(data):
    from lading.sources.onnx_file.recognising import is_model

    assert is_model(data, len(data)) in (True, False)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_files_are_refused_with_an_error_of_lading(data):
    good = bytearray(dense())
    for _ in range(data.draw(st.integers(1, 3))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    cut = good[: data.draw(st.integers(0, len(good)))]
    for damaged in (bytes(good), bytes(cut)):
        try:
            read(damaged)
        except LadingError as error:
            assert str(error).startswith("network.onnx: ")


def test_the_same_file_gives_the_same_bytes():
    data = dense()
    assert to_buffers(read(data)) == to_buffers(read(data))


# ---------------------------------------------------------------------------------------- without the weights


def test_endpoints_alone(tmp_path):
    made = onnx.load_model_from_string(dense({"w": normal(3, 2), "b": normal(2)}))
    helper.set_model_props(made, {"key": "value"})
    (tmp_path / "net.onnx").write_bytes(made.SerializeToString())
    found = source.describe_only(tmp_path / "net.onnx")
    assert (found.inputs["x"].axes, found.outputs["y"].axes) == (["entry", 3], ["entry", 2])
    assert found.record["origin"]["metadata"] == {"key": "value"}
    assert not found.weights and not found.graphs["main"].nodes
    repr(found), found.digest


def test_endpoints_from_the_tail():
    large = {"w": normal(3, 2), "b": normal(2), "big": normal(100, 100)}
    made = [node("MatMul", "x w", "h"), node("MatMul", "big big", "k"), node("ReduceSum", "k", "s", keepdims=0),
            node("Add", "h b", "g"), node("Add", "g s", "y")]
    data = file(made, BATCH, {"y": ["batch", 2]}, large)
    found = source.read_tail(data[-400:], "https://example.org/net.onnx")
    assert found is not None
    assert (found.inputs["x"].axes, found.outputs["y"].axes) == (["entry", 3], ["entry", 2])
    assert source.read_tail(data[-20:], "there") is None


def test_a_damaged_file_has_no_endpoints(tmp_path):
    (tmp_path / "net.onnx").write_bytes(dense()[:-30])
    with pytest.raises(FormatError, match="no ONNX file, or a damaged one"):
        source.describe_only(tmp_path / "net.onnx")


def test_no_root_file_is_taken_for_onnx():
    """Its first letters may pass for a field of 111 bytes, and the last byte of its time for the tag of a graph."""
    from lading.sources.onnx_file.recognising import is_model

    data = b"root" + bytes(109) + b"\x3a\x20" + bytes(100)
    assert not is_model(data, len(data))
    assert is_model(b"\x08\x09" + data[113:], len(data) - 111)
