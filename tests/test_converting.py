"""``lading.convert``: from a file to a model that is described, readable and compared."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "written_files"))

from onnx_files import file, node, normal

import lading
from lading.bundle import to_buffers


@pytest.fixture
def network(tmp_path):
    """Jets [1, 2] and tracks [n, 3]: a deep set with two numbers per jet."""
    weights = {"w": normal(3, 4), "b": normal(4), "v": normal(6, 2), "zero": np.array([0])}
    nodes = [
        node("MatMul", "trk w", "m", name="/phi/phi.0/MatMul"), node("Add", "b m", "h", name="/phi/phi.0/Add"),
        node("Relu", "h", "r", name="/phi/phi.1/Relu"), node("ReduceSum", "r zero", "s", name="/ReduceSum"),
        node("Concat", "jet s", "c", axis=1, name="/Concat"), node("MatMul", "c v", "o", name="/rho/MatMul"),
        node("Identity", "o", "i"), node("Softmax", "i", "probabilities", axis=-1, name="/Softmax"),
    ]  # fmt: skip
    path = tmp_path / "network.onnx"
    path.write_bytes(file(nodes, {"jet": [1, 2], "trk": ["n", 3]}, {"probabilities": [1, 2]}, weights))
    return path


PAPERS = {
    "name": "tagger", "axes": {"jet": {"kind": "entry"}, "track": {"kind": "sequence", "of": "jet", "max": 40}},
    "inputs": [{"of": "jet", "name": "jets", "variables": [{"name": "pt"}, {"name": "eta"}]},
               {"of": "trk", "name": "tracks", "variables": [{"name": "d0"}, {"name": "z0"}, {"name": "pt"}]}],
    "outputs": [{"of": "probabilities", "name": "flavour", "labels": ["p_b", "p_u"]}],
}  # fmt: skip


def test_a_network_becomes_a_model(network):
    steps = []
    model = lading.convert(network, describe=PAPERS, progress=lambda text, done=False: steps.append((text, done)))
    assert (model.name, list(model.inputs), list(model.labels)) == ("tagger", ["jets", "tracks"], ["p_b", "p_u"])
    assert "phi.0.w" in model.weights
    assert "Identity" not in [each.operator for each in model.graphs["main"].nodes]
    assert model.agreement["outputs"]["flavour"]["difference"] < 1e-6
    results = [text for text, done in steps if done]
    assert "nodes became" in results[0] and "agrees with" in results[1]
    to_buffers(model)


def test_papers_from_files_and_a_name_of_its_own(network, tmp_path):
    (tmp_path / "units.json").write_text('{"name": "other", "licence": "MIT"}')
    model = lading.convert(network, describe=[PAPERS, tmp_path / "units.json"], name="mine", compare=False)
    assert (model.name, model.record["licence"], model.agreement) == ("mine", "MIT", {})


def test_the_graph_can_be_kept_as_it_is(network):
    model = lading.convert(network, simplify=False, compare=False)
    assert "Identity" in [each.operator for each in model.graphs["main"].nodes]


def test_the_same_file_and_papers_give_the_same_bytes(network):
    made = [lading.convert(network, describe=PAPERS, compare=compare) for compare in (True, False)]
    assert to_buffers(made[0]) == to_buffers(made[1])


def test_data_and_scores_come_together(network):
    with pytest.raises(lading.ValueRefused, match="events prove nothing without the training's scores"):
        lading.convert(network, data="events.h5")
    with pytest.raises(lading.ValueRefused, match="scores prove nothing without the events"):
        lading.convert(network, scores="scores")


def test_a_network_that_never_runs_is_refused_also_without_comparing(tmp_path):
    """As an old converter wrote it: one entry, turned so that its variables stand where entries should."""
    weights = {name: normal(4) ** 2 for name in ("scale", "bias", "mean", "var")}
    nodes = [node("Transpose", "x", "t"), node("BatchNormalization", "t scale bias mean var", "y")]
    (tmp_path / "net.onnx").write_bytes(file(nodes, {"x": [1, 4]}, {"y": None}, weights))
    with pytest.raises(lading.FormatError, match=r"net.onnx: the network does not run: .* for each of 1 channels"):
        lading.convert(tmp_path / "net.onnx", compare=False)


def test_a_file_of_no_known_format(tmp_path):
    (tmp_path / "notes.txt").write_text("no model")
    with pytest.raises(lading.FormatError, match="of no format that is read"):
        lading.convert(tmp_path / "notes.txt")
