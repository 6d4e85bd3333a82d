"""lwtnn's JSON: what is written is read back as the same model, and gives the model's numbers in lwtnn's formulas."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import correctionlib
import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

import lading
from lading.endpoints import Axis

sys.path.insert(0, str(Path(__file__).parents[1] / "sources" / "lwtnn"))
from lwtnn_events import entry_of, events_for
from lwtnn_formulas import evaluate
from lwtnn_networks import NETWORKS, Maker, sequential

#: Networks with something that lwtnn has and this target does not write.
REFUSED = {"embedded": "is a category; embeddings are not written", "embedding_twice": "is a category"}
WRITTEN = [name for name in NETWORKS if name not in REFUSED]


def converted(tmp_path: Path, network: Any, **options: Any) -> lading.Model:
    path = tmp_path / "net.json"
    path.write_text(json.dumps(network))
    return lading.convert(path, compare=False, **options)


def again(model: lading.Model, tmp_path: Path, **options: Any) -> lading.Model:
    model.export(tmp_path / "again.json", **options)
    return lading.convert(tmp_path / "again.json", type=model.input_list[0].type)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_is_read_as_the_same_model(name, tmp_path):
    model = converted(tmp_path, NETWORKS[name], type="float32")
    same = again(model, tmp_path)
    assert same.function_digest == model.function_digest
    assert [*same.inputs] == [*model.inputs] and [*same.outputs] == [*model.outputs]
    assert [*same.variables] == [*model.variables] and [*same.labels] == [*model.labels]


@pytest.mark.parametrize("name", REFUSED)
def test_embeddings_are_refused(name, tmp_path):
    with pytest.raises(lading.UnsupportedError, match=REFUSED[name]):
        converted(tmp_path, NETWORKS[name]).export(tmp_path / "again.json")


def test_a_list_of_layers_runs_in_lwtnn_itself(tmp_path):
    model = converted(tmp_path, NETWORKS["maxout_highway"])
    model.export(tmp_path / "again.json")
    network = json.loads((tmp_path / "again.json").read_text())
    assert "nodes" not in network
    node = {"nodetype": "lwtnn", "opaque": network, "finalizer": {
        "nodetype": "formula", "parser": "TFormula", "expression": "x", "variables": ["y"]}}  # fmt: skip
    correction = {"name": "y", "version": 1, "inputs": [{"name": each, "type": "real"} for each in "abcd"],
                  "output": {"name": "y", "type": "real"}, "data": node}  # fmt: skip
    loaded = correctionlib.CorrectionSet.from_string(json.dumps({"schema_version": 2, "corrections": [correction]}))
    events = events_for(model)
    expected = loaded["y"].evaluate(*(events["inputs"][each] for each in "abcd"))
    assert np.abs(model.run(events)["y"] - expected).max() <= 1e-6 * np.abs(expected).max()


# ------------------------------------------------------------------------------------------ any list of layers

ACTIVATIONS = ["linear", "sigmoid", "rectified", "tanh", "abs", "hard_sigmoid", "elu", "softmax"]


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    make = Maker(draw(st.integers(0, 2**31)))
    width = draw(st.integers(1, 4))
    variables, layers = make.variables(*(f"v{at}" for at in range(width))), []
    kinds = st.sampled_from(["dense", "normalization", "maxout", "highway"])
    for kind in draw(st.lists(kinds, min_size=1, max_size=5)):
        outputs = width if kind in ("normalization", "highway") else draw(st.integers(1, 4))
        function = draw(st.sampled_from(ACTIVATIONS))
        layers.append(
            make.dense(width, outputs, function) if kind == "dense"
            else make.normalization(width) if kind == "normalization"
            else make.maxout(width, outputs, draw(st.integers(2, 3))) if kind == "maxout"
            else make.highway(width, function))  # fmt: skip
        width = outputs
    return sequential(variables, layers, [f"y{at}" for at in range(width)])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(network=networks())
def test_any_list_of_layers_comes_back(network, tmp_path):
    model = converted(tmp_path, network, type="float64")
    same = again(model, tmp_path)
    events = events_for(model)
    a, b = model.run(events)["outputs"], same.run(events)["outputs"]
    assert np.abs(a - b).max() <= 1e-12 * np.abs(a).max()


# ------------------------------------------------------------------------------------------ from other formats


def onnx_file(path: Path, nodes: list[Any], weights: dict[str, np.ndarray], inputs: dict[str, list[Any]],
              outputs: dict[str, list[Any]]) -> Path:  # fmt: skip
    values = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in side.items()]
              for side in (inputs, outputs)]  # fmt: skip
    tensors = [numpy_helper.from_array(np.asarray(w, np.int64 if np.asarray(w).dtype.kind == "i" else np.float32), name)
               for name, w in weights.items()]  # fmt: skip
    graph = helper.make_graph(nodes, "net", *values, tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_a_network_of_onnx(tmp_path):
    """MatMul and Add, BatchNormalization, Relu and Softmax, as exporters write them."""
    draw = np.random.default_rng(1).normal
    weights = {"w1": draw(size=(3, 5)), "b1": draw(size=5), "s": draw(size=5), "t": draw(size=5), "m": draw(size=5),
               "v": draw(size=5) ** 2, "w2": draw(size=(2, 5)), "b2": draw(size=2)}  # fmt: skip
    nodes = [
        helper.make_node("MatMul", ["x", "w1"], ["a"]), helper.make_node("Add", ["b1", "a"], ["b"]),
        helper.make_node("Relu", ["b"], ["c"]), helper.make_node("BatchNormalization", [*"cstmv"], ["d"]),
        helper.make_node("Gemm", ["d", "w2", "b2"], ["e"], transB=1), helper.make_node("Softmax", ["e"], ["y"], axis=1),
    ]  # fmt: skip
    model = lading.convert(onnx_file(tmp_path / "n.onnx", nodes, weights, {"x": ["n", 3]}, {"y": ["n", 2]}))
    model.export(tmp_path / "n.json", form="sequential")
    network = json.loads((tmp_path / "n.json").read_text())
    assert [each["architecture"] for each in network["layers"]] == ["dense", "normalization", "dense", "dense"]
    x = draw(size=(20, 3)).astype(np.float32)
    given_ = model.run({"x": x})["y"]
    for row, scores in zip(x, given_, strict=True):
        expected = evaluate(network, {"inputs": {f"variable_{at}": each for at, each in enumerate(row)}}, {})
        assert np.abs(scores - expected["compute/outputs"]).max() <= 1e-6


def test_a_batched_recurrent_network_of_onnx(tmp_path):
    """(entries, steps, values) through Transpose and LSTM, its last state joined with a vector."""
    draw = np.random.default_rng(2).normal
    weights = {"w": draw(size=(1, 16, 3)), "r": draw(size=(1, 16, 4)) / 2, "b": draw(size=(1, 32)),
               "w2": draw(size=(6, 2)), "b2": draw(size=2), "zero": np.array([0])}  # fmt: skip
    nodes = [
        helper.make_node("Transpose", ["tracks"], ["t"], perm=[1, 0, 2]),
        helper.make_node("LSTM", ["t", "w", "r", "b"], ["", "h"], hidden_size=4),
        helper.make_node("Squeeze", ["h", "zero"], ["s"]), helper.make_node("Concat", ["jet", "s"], ["c"], axis=1),
        helper.make_node("Gemm", ["c", "w2", "b2"], ["d"]), helper.make_node("Sigmoid", ["d"], ["y"]),
    ]  # fmt: skip
    inputs = {"jet": ["n", 2], "tracks": ["n", "steps", 3]}
    model = lading.convert(onnx_file(tmp_path / "n.onnx", nodes, weights, inputs, {"y": ["n", 2]}))
    model.export(tmp_path / "n.json")
    network = json.loads((tmp_path / "n.json").read_text())
    jet, tracks = draw(size=(1, 2)).astype(np.float32), draw(size=(1, 7, 3)).astype(np.float32)
    given_ = model.run({"jet": jet, "tracks": (tracks[0], [7])})["y"][0]
    fed = [{f"variable_{at}": each for at, each in enumerate(columns)} for columns in (jet[0], tracks[0].T)]
    expected = evaluate(network, {"jet": fed[0]}, {"tracks": fed[1]})["compute/y"]
    assert np.abs(given_ - expected).max() <= 1e-6


# ------------------------------------------------------------------------------------------------- refusals


def changed(tmp_path: Path, change: Any, name: str = "deep_sets") -> lading.Model:
    model = converted(tmp_path, NETWORKS[name], type="float32")
    change(model)
    return model


def test_preparation_is_an_offset_and_a_scale(tmp_path):
    def steps(model):
        model.inputs["jet"].variables["pt"].prepare = [{"subtract": 3.0}, {"divide": 4.0}, {"add": 1.0}]

    model = changed(tmp_path, steps)
    same = again(model, tmp_path).inputs["jet"].variables["pt"]
    assert same.prepare == [{"add": 1.0}, {"multiply": 0.25}]


def cut(model):
    model.axes["sequence"] = Axis("sequence", "sequence", of="entry", max=40)


def logarithm(model):
    model.inputs["jet"].variables["pt"].prepare = ["log"]


def hardmax(model):
    model.graphs["main"].nodes[-1].operator = "Hardmax"


def empty(model):
    model.outputs["flavour"].when_empty = {"sequence": [0.2, 0.3, 0.5]}


@pytest.mark.parametrize(("change", "text"), [
    (cut, r"sequences along 'sequence' are cut or padded \(min 0, max 40\)"),
    (logarithm, "variable 'pt' of 'jet': the step 'log' of its preparation is none of lwtnn"),
    (hardmax, "node 'softmax_1' is a Hardmax, which lwtnn does not have"),
    (empty, "output 'flavour' says what entries without 'sequence' give"),
])  # fmt: skip
def test_what_lwtnn_does_not_do_is_refused(change, text, tmp_path):
    with pytest.raises(lading.UnsupportedError, match=text):
        changed(tmp_path, change).export(tmp_path / "again.json")
    assert not (tmp_path / "again.json").exists()


def test_a_graph_is_no_list_of_layers(tmp_path):
    with pytest.raises(lading.UnsupportedError, match="is no list of layers from one input to one output"):
        converted(tmp_path, NETWORKS["deep_sets"]).export(tmp_path / "again.json", form="sequential")
    with pytest.raises(lading.ValueRefused, match="form is sequential or graph, not 'list'"):
        converted(tmp_path, NETWORKS["dense"]).export(tmp_path / "again.json", form="list")


def test_events_go_the_same_way_through_a_graph(tmp_path):
    network = NETWORKS["deep_sets"]
    model = converted(tmp_path, network)
    model.export(tmp_path / "again.json")
    written, events = json.loads((tmp_path / "again.json").read_text()), events_for(model)
    for at in range(6):
        fed = entry_of(model, events, at)
        a, b = (evaluate(each, *fed)["compute/flavour"] for each in (network, written))
        assert np.abs(a - b).max() <= 1e-6
