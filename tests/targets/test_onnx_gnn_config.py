"""Models exported for ATLAS's framework, run as that framework runs them: one jet a call, names from gnn_config."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

import lading
from lading.describe import apply
from lading.errors import UnknownName, UnsupportedError

TAGGER = Path(__file__).parents[2] / "examples" / "tagger" / "tagger.onnx"
JETS = {"pt": (-150e3, 1.25e-5), "eta": (-0.1, 0.8), "mass": (-3e4, 5e-5), "sv_mass": (0.0, 1 / 1024)}
TRACKS = [f"t{i}" for i in range(8)]


def variable(name, offset, scale):
    return {"name": name, "raw": "float64", "prepare": [{"add": offset}, {"multiply": scale}]}


def papers(**more):
    jets = [variable(name, *numbers) for name, numbers in JETS.items()]
    jets[3]["prepare"] = [{"divide": 1024}]  # a power of two: its inverse is exact
    jets[3]["missing"] = {"when": ["nan"], "value": 1200}
    axis = {"kind": "sequence", "max": 12, "selection": "r22default", "order": "sd0sort"}
    return {
        "name": "toy-tagger", "axes": {"track": axis},
        "inputs": [{"of": "jet_features", "name": "jets", "variables": jets},
                   {"of": "track_features", "name": "tracks", "variables": [{"name": name} for name in TRACKS]}],
        "outputs": [{"name": "flavour", "when_empty": {"track": [0.25, 0.5, 0.125, 0.0]}, "labels": [
            {"label": f"p_{x}", "of": f"tagger_p{x}"} for x in ("b", "c", "u", "tau")]}],
    } | more  # fmt: skip


@pytest.fixture(scope="module")
def model():
    return lading.convert(TAGGER, describe=papers(), compare=False)


def framework(path):
    """What athena does with a file: names and scales from gnn_config, doubles until they are put into tensors."""
    config = json.loads({p.key: p.value for p in onnx.load(path).metadata_props}["gnn_config"])
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert config["onnx_model_version"] == "v1" and not config["layers"] and not config["nodes"]
    assert [list(output.shape) for output in session.get_outputs()] == [[]] * len(session.get_outputs())

    def columns(group, values):
        made = []
        for v in group["variables"]:
            x = np.where(np.isnan(values[v["name"]]), v.get("default", np.nan), values[v["name"]])
            made.append((x + np.float64(v["offset"])) * np.float64(v["scale"]))
        return np.stack(made, -1)

    def run(jet, tracks):
        (jets,), (sequence,) = config["inputs"], config["input_sequences"]
        assert (jets["name"], sequence["name"]) == ("jet_var", "tracks_r22default_sd0sort")
        fed = {"jet_features": columns(jets, jet)[None], "track_features": columns(sequence, tracks)}
        values = session.run(None, {name: each.astype(np.float32) for name, each in fed.items()})
        return dict(zip(config["output_names"], values, strict=True))

    return run


def test_the_file_gives_the_models_numbers_in_atlas_framework(model, tmp_path):
    path = str(tmp_path / "net.onnx")
    model.export(path, gnn_config="flavour")
    run, random = framework(path), np.random.default_rng(2)
    for count in (0, 1, 5, 12, 20):
        jet = {"pt": 9e4, "eta": 0.3, "mass": 2e4, "sv_mass": np.nan if count == 5 else 3000.0}
        tracks = {name: random.normal(size=count) for name in TRACKS}
        scores = model.run({"jets": {name: [value] for name, value in jet.items()},
                            "tracks": {name: (values, [count]) for name, values in tracks.items()}})  # fmt: skip
        for name, value in run({k: np.float64(v) for k, v in jet.items()}, tracks).items():
            wanted = scores["flavour", name.replace("tagger_p", "p_")][0]
            assert abs(value - wanted) < 1e-6, (count, name)
    assert [float(v) for v in run(jet, {n: np.empty(0) for n in TRACKS}).values()] == [0.25, 0.5, 0.125, 0.0]


def test_lading_reads_such_a_file_back(model, tmp_path):
    model.export(tmp_path / "net.onnx", gnn_config=["flavour"])
    back = lading.convert(tmp_path / "net.onnx")
    assert list(back.outputs) == ["tagger_pb", "tagger_pc", "tagger_pu", "tagger_ptau"]
    assert back.inputs["jet_features"].variables["pt"].prepare == [{"add": -150e3}, {"multiply": 1.25e-5}]


@pytest.mark.parametrize("change, text", [
    ({"raw": "float32"}, "'pt' is prepared in float32, there in float64"),
    ({"prepare": ["log"]}, "but not its step 'log'"),
    ({"prepare": [{"divide": 3}]}, "step 'divide 3'; to divide is not"),
    ({"missing": {"when": ["nan", -999], "value": 0}}, "replaces NaN alone"),
])  # fmt: skip
def test_what_gnn_config_cannot_say_is_refused(model, change, text, tmp_path):
    changed = apply(model, {"inputs": [{"of": "jets", "variables": [{"name": "pt", **change}]}]})
    with pytest.raises(UnsupportedError, match=text):
        changed.export(tmp_path / "net.onnx", gnn_config="flavour")
    assert not (tmp_path / "net.onnx").exists()


def test_sequences_outputs_and_batches_that_do_not_fit_are_refused(model, tmp_path):
    path = tmp_path / "net.onnx"
    with pytest.raises(UnsupportedError, match=r"output 'tagger_origin' is float32 \[track, 3\]"):
        model.export(path, gnn_config=True)
    with pytest.raises(UnknownName, match="no output 'flavor' .* did you mean 'flavour'"):  # noqa: RUF043
        model.export(path, gnn_config="flavor")
    bare = lading.convert(TAGGER, describe=papers(axes={"track": {"kind": "sequence"}}), compare=False)
    with pytest.raises(UnsupportedError, match="should say its selection in ATLAS's one word"):
        bare.export(path, gnn_config="flavour")
    batched = lading.convert(TAGGER.with_name("tagger_batched.onnx"), compare=False)
    with pytest.raises(UnsupportedError, match="one jet at a time"):
        batched.export(path, gnn_config=True)
