"""Weights of half the bytes: what is kept, what that changes, and that it is said."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "written_files"))

from onnx_files import file, node, normal

import lading
from lading.errors import AgreementError, ValueRefused

KINDS = ("float16", "bfloat16", "int8")


def network(tmp_path: Path, reach: float = 0.05) -> Path:
    """30 numbers, a layer of 48, a softmax of 6, whose weights are ``reach`` times as large as usual."""
    weights = {"w": normal(30, 48), "b": normal(48), "v": normal(6, 48) * np.float32(reach), "c": normal(6)}
    nodes = [node("MatMul", "x w", "m"), node("Add", "m b", "a"), node("Relu", "a", "r"),
             node("Gemm", "r v c", "g", transB=1), node("Softmax", "g", "p", axis=-1)]  # fmt: skip
    path = tmp_path / "network.onnx"
    path.write_bytes(file(nodes, {"x": ["n", 30]}, {"p": ["n", 6]}, weights))
    return path


@pytest.fixture
def events():
    return np.random.default_rng(5).normal(size=(200, 30)).astype(np.float32)


def scores(model: lading.Model, events: np.ndarray) -> np.ndarray:
    return model.session().run({"x": events})["p"]


@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_kept_small_and_biases_as_they_are(tmp_path, events, kind):
    path = network(tmp_path)
    whole, small = lading.convert(path), lading.convert(path, small_weights=kind)
    types = {str(array.dtype) if array.dtype.names is None else "bfloat16" for array in small.weights.values()}
    assert types == {kind, "float32"}
    bytes_of = [sum(array.nbytes for array in model.weights.values()) for model in (small, whole)]
    assert bytes_of[0] < bytes_of[1] * (0.4 if kind == "int8" else 0.57)
    change = np.abs(scores(small, events) - scores(whole, events)).max()
    said = small.agreement["small weights"]
    assert said["type"] == kind and said["weights"] == 2
    assert 0 < change < 4 * said["outputs"]["p"]["difference"] < 0.04
    assert small.function_digest != whole.function_digest


@pytest.mark.parametrize("kind", KINDS)
def test_the_self_test_holds_float32_to_the_tolerance_that_was_measured(tmp_path, kind):
    whole = lading.convert(network(tmp_path))
    small = lading.convert(whole, small_weights=kind)
    np.testing.assert_array_equal(small.samples.outputs["p"], whole.samples.outputs["p"])
    small.save(tmp_path / "small")
    again = lading.load(tmp_path / "small")
    assert again.tolerance == small.tolerance and small.tolerance[0] > whole.tolerance[0]
    assert again.agreement == small.agreement
    assert "numerics" not in json.loads((tmp_path / "small/model.json").read_text())["samples"]
    from lading.examine.check import check

    assert check(again).passed
    assert whole.samples.numerics == 1
    assert set(whole.agreement) == {"with", "outputs", "compared", "not compared"}  # the other stays as it is


@pytest.mark.parametrize("kind", KINDS)
def test_onnx_runtime_gives_the_same_from_the_file_that_is_written(tmp_path, events, kind):
    onnxruntime = pytest.importorskip("onnxruntime", reason="ONNX Runtime is the oracle here")
    small = lading.convert(network(tmp_path), small_weights=kind)
    small.export(tmp_path / "small.onnx")
    assert (tmp_path / "small.onnx").stat().st_size < 16000
    theirs = onnxruntime.InferenceSession(tmp_path / "small.onnx").run(None, {"x": events})[0]
    np.testing.assert_allclose(scores(small, events), theirs, atol=2e-6)
    again = lading.convert(tmp_path / "small.onnx")
    assert again.function_digest == small.function_digest


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", ["hpp", "json", "keras", "nnef"])
def test_other_formats_get_the_weights_as_float32(tmp_path, events, ending, kind):
    small = lading.convert(network(tmp_path), small_weights=kind)
    path = tmp_path / f"small.{ending}"
    small.export(path)
    if ending == "hpp":
        assert "Cast" not in path.read_text()
        return
    again = lading.convert(path, compare=False)
    given, out = again.input_list[0], again.output_list[0]
    fed = lading.positional(events, order=list(given.variables)) if given.variable_list else events
    np.testing.assert_allclose(again.session().run({given.name: fed})[out.name], scores(small, events), atol=2e-6)


def test_a_bundle_is_taken_too_and_nothing_else_said_about_it(tmp_path):
    whole = lading.convert(network(tmp_path))
    whole.save(tmp_path / "whole")
    small = lading.convert(tmp_path / "whole", small_weights="float16")
    assert small.function_digest == lading.convert(whole, small_weights="float16").function_digest
    with pytest.raises(ValueRefused, match=r"describe: .* only its weights can be made small"):
        lading.convert(tmp_path / "whole", small_weights="float16", describe={"name": "other"})


def test_int8_weights_that_harm_stay_float32(tmp_path):
    steps = []
    small = lading.convert(network(tmp_path, reach=0.5), small_weights="int8",
                           progress=lambda text, done=False: steps.append(text))
    assert [str(array.dtype) for array in small.weights.values()].count("int8") < 2
    assert "that int8 would harm stay float32" in steps[-1]
    assert small.agreement["small weights"]["outputs"]["p"]["difference"] <= 0.02


def test_weights_that_change_results_too_much_are_refused(tmp_path):
    said = r"with bfloat16 weights, output 'p' of .* more than 0.02; float16 is nearer"
    with pytest.raises(AgreementError, match=said):
        lading.convert(network(tmp_path, reach=1), small_weights="bfloat16")


def test_other_kinds_and_models_without_weights_are_refused(tmp_path):
    with pytest.raises(ValueRefused, match="'float8' is none of float16, bfloat16, int8"):
        lading.convert(network(tmp_path), small_weights="float8")
    path = tmp_path / "none.onnx"
    path.write_bytes(file([node("Relu", "x", "y")], {"x": ["n", 3]}, {"y": ["n", 3]}, {}))
    with pytest.raises(ValueRefused, match="has no layer with 256 float32 weights or more"):
        lading.convert(path, small_weights="float16")


def test_numbers_beyond_float16_stay_float32(tmp_path):
    path = network(tmp_path)
    model = lading.convert(path)
    name = max(model.weights, key=lambda name: model.weights[name].size)
    model.weights[name] = model.weights[name].copy()
    model.weights[name][0, 0] = 1e5
    said = []
    small = lading.convert(model, small_weights="float16", progress=lambda text, done=False: said.append(text))
    assert small.weights[name].dtype == np.float32
    assert said[-1].startswith("1 weights are float16")
    assert said[-1].endswith("1 beyond the range of float16 stay float32")
