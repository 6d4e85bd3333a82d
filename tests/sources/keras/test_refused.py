"""What is not read is refused by name, and damaged files with one clear error."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

import lading
from lading.errors import FormatError, LadingError, MissingFile, UnsupportedError
from lading.sources import keras

HERE = Path(__file__).parent


def changed(tmp_path, change, name="tagger"):
    """A stored file whose architecture is changed."""
    with zipfile.ZipFile(HERE / f"{name}.keras") as source:
        members = {each: source.read(each) for each in source.namelist()}
    config = json.loads(members["config.json"])
    change(config)
    members["config.json"] = json.dumps(config).encode()
    return written(tmp_path, members)


def written(tmp_path, members):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as target:
        for name, data in members.items():
            target.writestr(name, data)
    return path


def layer_of(config, name):
    return next(layer for layer in config["config"]["layers"] if layer["name"] == name)


def reads(path, **options):
    return lading.convert(path, compare=False, **options)


@pytest.mark.parametrize(("change", "said"), [
    ({"class_name": "Lambda"}, r"layer 'norm' \(Lambda\): its function is Python code"),
    ({"class_name": "MyNorm", "module": "training.layers"}, "of the module training.layers: what it computes is in the "
                                                             "Python code of the class 'MyNorm'"),
    ({"class_name": "QDense"}, "rounded weights"),
    ({"class_name": "Conv3D"}, "layers of this class are not read .*did you mean 'Conv"),
])  # fmt: skip
def test_layers_that_are_not_read_are_named(tmp_path, change, said):
    with pytest.raises(UnsupportedError, match=said):
        reads(changed(tmp_path, lambda config: layer_of(config, "norm").update(change)))


@pytest.mark.parametrize(("layer", "key", "value", "said"), [
    ("summary", "stateful", True, "'summary'.*stateful"),
    ("summary", "units", 5, r"weight 'kernel' has the shape \[6, 16\]; it must be \[6, 20\]"),
    ("summary", "units", "many", "its 'units' is 'many'; it must be an integer from 1"),
    ("flavour", "activation", "sofmax", "'sofmax', which is not one of Keras .*did you mean 'softmax'"),
    ("flavour", "dtype", "mixed_float16", "it computes in mixed_float16"),
    ("norm", "axis", [1], r"normalises over the axes \[1\] of 3"),
    ("attention", "attention_axes", [1, 2], r"attention_axes are \[1, 2\]"),
])  # fmt: skip
def test_options_that_do_not_fit_are_named(tmp_path, layer, key, value, said):
    with pytest.raises(FormatError, match=said):
        reads(changed(tmp_path, lambda config: layer_of(config, layer)["config"].update({key: value})))


def test_a_cycle_is_refused(tmp_path):
    def change(config):
        text = json.dumps(layer_of(config, "norm")["inbound_nodes"]).replace('"residual"', '"summary"')
        layer_of(config, "norm")["inbound_nodes"] = json.loads(text)

    with pytest.raises(FormatError, match="form a cycle"):
        reads(changed(tmp_path, change))


def test_a_missing_layer_is_refused(tmp_path):
    def change(config):
        config["config"]["layers"].remove(layer_of(config, "norm"))

    with pytest.raises(FormatError, match=r"there is no layer 'norm' .*has:|weights of it"):
        reads(changed(tmp_path, change))


def test_a_subclassed_model_is_refused(tmp_path):
    def change(config):
        config.update({"class_name": "Tagger", "config": {"units": 3}})

    with pytest.raises(UnsupportedError, match="class 'Tagger': its graph is in the Python code"):
        reads(changed(tmp_path, change))


def test_weights_alone_and_an_architecture_alone_are_refused(tmp_path):
    with zipfile.ZipFile(HERE / "older.zip") as archive:
        archive.extractall(tmp_path)
    with pytest.raises(UnsupportedError, match=r"without its architecture; give both: .*weights="):
        reads(tmp_path / "frozen.weights.h5")
    with pytest.raises(FormatError, match=r'without weights; give them too: .*weights="weights.h5"'):
        reads(tmp_path / "frozen.json")
    with pytest.raises(MissingFile, match="no such file of weights"):
        reads(tmp_path / "frozen.json", weights=tmp_path / "no.h5")


def test_a_saved_model_is_refused_and_told_the_way(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"\x08\x01")
    with pytest.raises(UnsupportedError, match=r"a SavedModel of TensorFlow.*save\(\"m.keras\"\)"):
        reads(tmp_path)


def test_hdf5_of_another_kind_is_refused(tmp_path):
    with h5py.File(tmp_path / "events.h5", "w") as file:
        file["pt"] = np.zeros(3)
    with pytest.raises(FormatError, match="holds no model of Keras; if it holds events"):
        reads(tmp_path / "events.h5")


def test_links_out_of_the_file_are_not_followed(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["w"] = np.ones((4, 2))
    with zipfile.ZipFile(HERE / "older.zip") as archive:
        archive.extractall(tmp_path)
    with h5py.File(tmp_path / "frozen.h5", "a") as file:
        group = file["model_weights/inner"]
        name = group.attrs["weight_names"][0]
        del group[name]
        group[name] = h5py.ExternalLink("other.h5", "w")
    with pytest.raises(FormatError, match="leads to another place or file"):
        reads(tmp_path / "frozen.h5")


def test_nesting_without_end_is_refused(tmp_path):
    path = tmp_path / "deep.json"
    path.write_text('{"class_name": "Sequential", "config": ' + "[" * 100000 + "]" * 100000 + "}")
    with pytest.raises(FormatError, match="nested too deep"):
        reads(path, weights=HERE / "make.py")


def damaged(data: bytes, seed: int) -> bytes:
    """Some bytes of a file changed, some left out, or its end cut off."""
    random = np.random.default_rng(seed)
    changed = bytearray(data)
    for _ in range(random.integers(1, 6)):
        at = int(random.integers(len(changed)))
        changed[at] = int(random.integers(256))
    return bytes(changed[: int(random.integers(len(changed)))] if seed % 5 == 0 else changed)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_give_a_model_or_one_error(tmp_path, seed):
    with zipfile.ZipFile(HERE / "tagger.keras") as source:
        members = {each: source.read(each) for each in source.namelist()}
    broken = ("config.json", "model.weights.h5")[seed % 2]
    members[broken] = damaged(members[broken], seed)
    path = written(tmp_path, members)
    try:
        keras.read(path)
    except LadingError as error:
        assert str(error)


@pytest.mark.parametrize("seed", range(20))
def test_so_do_files_of_hdf5_and_archives_as_a_whole(tmp_path, seed):
    with zipfile.ZipFile(HERE / "older.zip") as archive:
        archive.extract("frozen.h5", tmp_path)
    path = tmp_path / "frozen.h5"
    if seed % 2:
        path = tmp_path / "x.keras"
        path.write_bytes(damaged((HERE / "image.keras").read_bytes(), seed))
    else:
        path.write_bytes(damaged(path.read_bytes(), seed))
    try:
        keras.read(path)
    except LadingError as error:
        assert str(error)
