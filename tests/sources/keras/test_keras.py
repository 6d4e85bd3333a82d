"""Models of Keras 3 in all files that it writes give its numbers (stored by make.py), older ones those of formulas."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

import lading
from lading.agreement import run_engine
from lading.evaluation import evaluator

HERE = Path(__file__).parent
STORED = sorted(path.stem for path in HERE.glob("*.keras"))


@pytest.fixture(scope="module")
def numbers() -> dict[str, np.ndarray]:
    with np.load(HERE / "numbers.npz") as file:
        return {name: file[name] for name in file.files}


@pytest.fixture(scope="module")
def older(tmp_path_factory) -> Path:
    """A folder with the files of older forms."""
    folder = tmp_path_factory.mktemp("older")
    with zipfile.ZipFile(HERE / "older.zip") as archive:
        archive.extractall(folder)
    return folder


def of(numbers, name, kind):
    return {key.split("/")[2]: array for key, array in numbers.items() if key.startswith(f"{name}/{kind}/")}


def assert_numbers(model, numbers, name):
    """Engine and evaluator, to 1e-6 of the scale, simplified or not."""
    given, expected = of(numbers, name, "in"), list(of(numbers, name, "out").values())
    for run in (run_engine(model), evaluator(model)):
        results = run(given)
        assert len(results) == len(expected)
        for output, right in zip(model.output_list, expected, strict=True):
            got = results[output.name]
            assert got.shape == right.shape and got.dtype == right.dtype
            assert np.abs(got - right).max() <= 1e-6 * max(np.abs(right).max(), 1.0), output.name


@pytest.mark.parametrize("name", STORED)
def test_a_file_of_keras_3_gives_its_numbers(name, numbers, tmp_path):
    model = lading.convert(HERE / f"{name}.keras", compare=False)
    assert_numbers(model, numbers, name)
    model.save(tmp_path / name)
    again = lading.load(tmp_path / name)
    assert again.check()
    assert_numbers(again, numbers, name)


@pytest.mark.parametrize("name", STORED)
def test_so_it_does_before_it_is_simplified(name, numbers, tmp_path):
    model = lading.convert(HERE / f"{name}.keras", compare=False, simplify=False)
    assert_numbers(model, numbers, name)
    model.save(tmp_path / name)


def test_every_layer_that_needs_no_older_version_is_in_a_stored_file():
    from lading.sources.keras_file.kinds import KINDS

    seen = set()
    for name in STORED:
        with zipfile.ZipFile(HERE / f"{name}.keras") as archive:
            seen |= {part.split('"')[1] for part in archive.read("config.json").decode().split('"class_name": ')[1:]}
    only_older = {"TimeDistributedDense", "MaxoutDense", "Highway", "Merge", "ThresholdedReLU"}
    elsewhere = {  # in the live comparison, or the same builder as one that is here
        "EinsumDense", "GlobalMaxPooling2D", "GlobalAveragePooling2D", "MaxPooling1D", "AveragePooling1D", "Permute",
        "DepthwiseConv1D", "SeparableConv1D", "Conv1DTranspose", "UpSampling1D", "ZeroPadding1D", "Cropping1D",
        "RepeatVector", "RMSNormalization", "Rescaling", "Discretization", "CategoryEncoding", "Identity", "Dropout",
        "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
        "ActivityRegularization",
    }  # fmt: skip
    assert set(KINDS) - seen == only_older | elsewhere


def test_an_older_file_gives_the_same(older, numbers):
    assert_numbers(lading.convert(older / "tagger.h5", compare=False), numbers, "tagger")


def test_weights_stand_in_the_order_of_what_is_trained(older, numbers):
    assert_numbers(lading.convert(older / "frozen.h5", compare=False), numbers, "frozen")


def test_architecture_and_weights_may_be_two_files(older, numbers):
    model = lading.convert(older / "frozen.json", weights=older / "frozen.weights.h5", compare=False)
    assert_numbers(model, numbers, "frozen")


def test_names_and_axes_are_those_of_the_file():
    model = lading.convert(HERE / "tagger.keras", compare=False)
    axes = {given.name: given.axes for given in model.input_list}
    assert axes == {"tracks": ["entry", "track", 3], "jets": ["entry", 4]}
    assert [output.name for output in model.output_list] == ["flavour", "multiply"]
    nodes = {node.name for node in model.graphs["main"].nodes}
    assert {"embedding.dense", "summary", "encoder.batch_normalization", "norm", "flavour"} <= nodes
    assert model.record["origin"]["producer"].startswith("Keras 3.")


def test_a_masked_input_of_fixed_length_is_padded_by_what_is_masked(tmp_path):
    layers = [("Masking", {"name": "tracks", "mask_value": -1.0, "batch_input_shape": [None, 6, 2]}),
              ("GlobalAveragePooling1D", {"name": "mean"})]  # fmt: skip
    model = old_model(tmp_path, layers, {}, "2.4.0")
    axis = model.axes[model.input_list[0].axes[1]]
    assert (axis.min, axis.max, axis.pad) == (6, 6, -1.0)
    scores = model.run({"tracks_input": (np.array([[1.0, 3.0], [2.0, 5.0]]), [2])})
    assert np.array_equal(scores["mean"], [[1.5, 4.0]])


def test_a_fixed_length_stays_one_where_nothing_is_masked(numbers):
    model = lading.convert(HERE / "recurrent.keras", compare=False)
    assert model.inputs["tracks"].axes == ["entry", 6, 2]


def test_whole_numbers_are_asked_for_where_they_are_looked_up():
    model = lading.convert(HERE / "merging.keras", compare=False)
    assert model.inputs["category"].type == "int32"


# ------------------------------------------------------------------------------- lwtnn's variables file


VARIABLES = {
    "inputs": [{"name": f"v{i}", "offset": i - 1.0, "scale": 0.5, "default": 7 if i == 0 else None} for i in range(4)],
    "class_labels": ["signal", "background"],
}


def test_the_variables_of_lwtnn_name_inputs_and_prepare_them(older, numbers):
    files = {"weights": older / "frozen.weights.h5", "variables": VARIABLES}
    model = lading.convert(older / "frozen.json", **files, compare=False)
    (x,), (y,) = of(numbers, "frozen", "in").values(), of(numbers, "frozen", "out").values()
    raw = {f"v{i}": x[:, i].astype("float64") / 0.5 - (i - 1.0) for i in range(4)}
    scores = model.run(raw)
    assert np.abs(scores["signal"] - y[:, 0]).max() < 1e-6
    assert model.variables["v0"].missing.value == 7
    assert model.variables["v1"].prepare == [{"multiply": 0.5}]  # an offset of 0 is none


def test_of_two_equal_names_the_sequence_gets_another(older, numbers):
    node = {"name": "node_0", "variables": [{"name": f"v{i}"} for i in range(4)]}
    papers = {"inputs": [node], "input_sequences": [{**node, "variables": node["variables"][:3]}],
              "outputs": [{"name": "f", "labels": ["a", "b", "c"]}, {"name": "e", "labels": ["e"]}]}  # fmt: skip
    model = lading.convert(HERE / "tagger.keras", variables=papers, compare=False)
    assert [given.name for given in model.input_list] == ["node_0_sequence", "node_0"]
    assert model.record["origin"]["inputs"] == {"node_0_sequence": "tracks", "node_0": "jets"}
    given, expected = of(numbers, "tagger", "in"), of(numbers, "tagger", "out")
    results = run_engine(model)({"node_0_sequence": given["tracks"], "node_0": given["jets"]})
    assert np.abs(results["f"] - expected["0"]).max() < 1e-6


@pytest.mark.parametrize(("change", "said"), [
    ({"inputs": VARIABLES["inputs"][:3]}, "3 variables, and the input 'x' has 4"),
    ({"class_labels": ["one"]}, "1 labels, and the output"),
    ({"inputs": [{"name": "a", "scale": "much"}] * 4}, "'much' is no number"),
])  # fmt: skip
def test_variables_that_do_not_fit_are_refused(older, change, said):
    with pytest.raises(lading.FormatError, match=said):
        lading.convert(older / "frozen.json", weights=older / "frozen.weights.h5", variables=VARIABLES | change,
                       compare=False)  # fmt: skip


# ------------------------------------------------------------------------------------------ Keras 1, 2


def old_model(folder, layers, arrays, version="1.2.2"):
    """Files as Keras 1 wrote them: a flat list of layers, an array for each name."""
    (folder / "model.json").write_text(json.dumps({
        "class_name": "Sequential", "keras_version": version,
        "config": [{"class_name": kind, "config": config} for kind, config in layers]}))
    with h5py.File(folder / "weights.h5", "w") as file:
        file.attrs["layer_names"] = [config["name"].encode() for _, config in layers]
        for _, config in layers:
            group = file.create_group(config["name"])
            own = arrays.get(config["name"], {})
            group.attrs["weight_names"] = [name.encode() for name in own]
            for name, array in own.items():
                group[name] = array
    return lading.convert(folder / "model.json", weights=folder / "weights.h5", compare=False)


def test_maxout_and_highway_of_keras_1(tmp_path):
    random = np.random.default_rng(0)
    w, b = random.normal(size=(3, 4, 5)), random.normal(size=(3, 5))
    own = [random.normal(size=shape) for shape in ((5, 5), (5,), (5, 5), (5,))]
    model = old_model(
        tmp_path,
        [("MaxoutDense", {"name": "maxout", "output_dim": 5, "nb_feature": 3, "bias": True,
                          "batch_input_shape": [None, 4]}),
         ("Highway", {"name": "highway", "activation": "tanh", "bias": True})],
        {"maxout": {"W": w, "b": b}, "highway": dict(zip(("W", "b", "Wc", "bc"), own, strict=True))},
    )  # fmt: skip
    x = random.normal(size=(6, 4)).astype("float32")
    h = (np.einsum("ni,kio->nko", x, w) + b).max(axis=1)
    gate = 1 / (1 + np.exp(-(h @ own[2] + own[3])))
    expected = gate * np.tanh(h @ own[0] + own[1]) + (1 - gate) * h
    got = run_engine(model)({"maxout_input": x})["highway"]
    assert np.abs(got - expected).max() < 1e-6 * np.abs(expected).max()


@pytest.mark.parametrize(("kind", "gates"), [("LSTM", "icfo"), ("GRU", "zrh")])
def test_recurrent_layers_of_keras_1_have_arrays_for_each_gate(tmp_path, kind, gates):
    random = np.random.default_rng(0)
    w, u, b = ({g: random.normal(size=shape) * 0.5 for g in gates} for shape in ((3, 4), (4, 4), (4,)))
    arrays = {f"{letter}_{g}": each[g] for g in gates for letter, each in zip("WUb", (w, u, b), strict=True)}
    config = {"name": "r", "output_dim": 4, "activation": "tanh", "inner_activation": "hard_sigmoid",
              "batch_input_shape": [None, None, 3]}  # fmt: skip
    model = old_model(tmp_path, [(kind, config)], {"r": arrays})
    x = random.normal(size=(2, 5, 3)).astype("float32")
    inner = lambda v: np.clip(0.2 * v + 0.5, 0, 1)  # noqa: E731  Keras 1's
    h, c = np.zeros((2, 4)), np.zeros((2, 4))
    for t in range(5):
        a = {g: x[:, t] @ w[g] + b[g] for g in gates}
        if kind == "LSTM":
            i, f, o = (inner(a[g] + h @ u[g]) for g in "ifo")
            c = f * c + i * np.tanh(a["c"] + h @ u["c"])
            h = o * np.tanh(c)
        else:
            z, r = (inner(a[g] + h @ u[g]) for g in "zr")
            h = z * h + (1 - z) * np.tanh(a["h"] + (r * h) @ u["h"])
    got = run_engine(model)({"r_input": x})["r"]
    assert np.abs(got - h).max() < 1e-6 * np.abs(h).max()


def test_hard_sigmoid_is_that_of_the_version_of_the_file(tmp_path):
    x = np.array([[-2.75, 0.5, 2.6]], np.float32)
    for version, slope in (("2.4.0", 0.2), ("3.1.0", 1 / 6)):
        layers = [("Activation", {"name": "a", "activation": "hard_sigmoid", "batch_input_shape": [None, 3]})]
        got = run_engine(old_model(tmp_path, layers, {}, version))({"a_input": x})["a"]
        assert np.abs(got - np.clip(slope * x + 0.5, 0, 1)).max() < 1e-7


def test_a_model_of_keras_on_pytorch_is_one_of_keras() -> None:
    """It is a module of PyTorch too."""
    from lading.sources import keras, recognise_object

    module = type("Module", (), {"__module__": "torch.nn.modules.module", "forward": None})
    model = type("Functional", (module,), {"__module__": "keras.src.models", "get_config": None, "layers": []})
    assert recognise_object(model()) is keras
