"""A model exported to ONNX runs there with the same numbers, and comes back as the same model."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
import small
from hypothesis import HealthCheck, given, settings

import lading
from lading.bundle import to_buffers
from lading.bundle.papers import papers_json
from lading.bundle.safetensors import to_bytes as weight_bytes
from lading.endpoints import Axis, Input, Label, Output
from lading.evaluation import evaluator
from lading.graph import BFLOAT16, Graph, Node
from lading.model import Model
from lading.sources.onnx import read_bytes
from lading.targets import TARGETS
from lading.targets.onnx import FUNCTION, PAPERS, to_bytes


def session(data: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def assert_comes_back(made: Model) -> Model:
    back = read_bytes(to_bytes(made), "tau.onnx")
    assert back.function_digest == made.function_digest
    assert papers_json(back) == papers_json(made)
    assert weight_bytes(back.weights) == weight_bytes(made.weights)
    return back


def test_all_papers_subgraphs_and_tensors_in_place_come_back() -> None:
    made = small.model()
    back = assert_comes_back(made)
    made.samples = None
    back.graphs = {name: back.graphs[name] for name in made.graphs}  # in which order they stand means nothing
    assert to_buffers(back) == to_buffers(made)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(small.models())
def test_any_model_comes_back(made: Model) -> None:
    made.graphs["main"].nodes[0].attributes = {}  # an Identity has none; the strategy gives it one of each kind
    assert_comes_back(made)


def test_half_precision_comes_back() -> None:
    bits = np.array([0x3F80, 0x7FC0, 0x0001], np.uint16).view(BFLOAT16)
    made = Model("half")
    made.axes = {"jet": Axis("jet", "entry")}
    made.input_list = [Input("x", ["jet", 3], "bfloat16")]
    made.output_list = [Output("y", ["jet", 3], "bfloat16")]
    made.graphs["main"].nodes = [Node("add", "Add", ["x", "w"], ["y"])]
    made.weights = {"w": bits}
    assert assert_comes_back(made).weights["w"].tobytes() == bits.tobytes()


def test_the_same_model_gives_the_same_bytes() -> None:
    assert to_bytes(small.model()) == to_bytes(small.model())


def test_other_programs_take_the_file() -> None:
    made = small.model()
    data = to_bytes(made)
    onnx.checker.check_model(data, full_check=True)
    shapes = {each.name: each.shape for each in session(data).get_inputs()}
    assert shapes == {"jets": ["jet", 2], "tracks": ["jet", "track", 2], "track_mask": ["jet", "track"]}
    proto = onnx.load_model_from_string(data)
    assert proto.doc_string == made.description and proto.graph.name == "tau-id"
    assert {each.key for each in proto.metadata_props} == {PAPERS, FUNCTION}


def test_onnx_runtime_gives_the_same_numbers() -> None:
    made = small.model()
    made.weights["w"] = np.random.default_rng(1).normal(size=(2, 2)).astype(np.float32)
    jets = np.random.default_rng(2).normal(size=(7, 2)).astype(np.float32)
    tensors = {"jets": jets, "tracks": np.zeros((7, 3, 2), np.float32), "track_mask": np.ones((7, 3), bool)}
    wanted = evaluator(made)(tensors)["flavour"]
    fed = {each.name: tensors[each.name] for each in session(to_bytes(made)).get_inputs()}
    got = session(to_bytes(made)).run(None, fed)[0]
    np.testing.assert_allclose(got, wanted, rtol=1e-6)


def test_a_file_that_was_changed_is_read_as_any_other() -> None:
    proto = onnx.load_model_from_string(to_bytes(small.model()))
    weight = next(each for each in proto.graph.initializer if each.name == "w")
    weight.raw_data = np.full(4, 7, np.float32).tobytes()
    back = read_bytes(proto.SerializeToString(), "changed.onnx")
    assert back.names == {"from source": {}}  # what was proven was another function
    assert "metadata" not in back.record["origin"]


def test_converting_keeps_the_graph_as_it_was(tmp_path) -> None:
    made = small.model()
    made.record["origin"] = {"inputs": {"jets": "x"}}  # the names that another file gave them
    made.export(tmp_path / "tau.onnx")
    back = lading.convert(tmp_path / "tau.onnx")
    assert back.function_digest == made.function_digest and back.agreement["outputs"]["flavour"]["difference"] < 1e-6


def test_only_papers_are_needed_to_show_it(tmp_path) -> None:
    from lading.sources.onnx import describe_only

    made = small.model()
    made.export(tmp_path / "tau.onnx")
    shown = describe_only(tmp_path / "tau.onnx")
    assert shown.inputs["jets"].variables["pt"].unit == "MeV" and shown.names == made.names


def test_what_onnx_does_not_have_is_refused_by_node() -> None:
    made = small.model()
    made.graphs["main"].nodes.append(Node("pad", "lading.Unknown", ["jets"], ["score"], {"scale": 1.0}))
    with pytest.raises(lading.UnsupportedError, match=r"node 'pad' is a lading\.Unknown, which ONNX"):
        to_bytes(made, "tau.onnx")


def test_a_wrong_ending_is_refused(tmp_path) -> None:
    with pytest.raises(lading.FormatError) as caught:
        small.model().export(tmp_path / "tau.pb")
    told = f"models are exported to files ending in {', '.join(TARGETS)}; save() writes bundles"
    assert str(caught.value) == f"{tmp_path}/tau.pb: {told}"
    assert not list(tmp_path.iterdir())


def test_a_model_that_breaks_a_rule_writes_nothing(tmp_path) -> None:
    made = Model("broken", output_list=[Output("y", ["label"], label_list=[Label("a")])], graphs={"main": Graph()})
    with pytest.raises(lading.FormatError):
        made.export(tmp_path / "x.onnx")
    assert not list(tmp_path.iterdir())


def test_without_onnx_it_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr("lading.targets.onnx._onnx", None)
    with pytest.raises(lading.MissingPackage) as caught:
        to_bytes(small.model(), "tau.onnx")
    assert str(caught.value) == "tau.onnx: writing ONNX needs the package onnx: pip install 'lading[onnx]'"


def test_every_target_offers_write_and_is_light_to_import() -> None:
    from importlib import import_module

    assert all(hasattr(import_module(f"lading.targets.{name}"), "write") for name in TARGETS.values())
    code = "import sys, lading.targets; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "onnx" not in loaded
