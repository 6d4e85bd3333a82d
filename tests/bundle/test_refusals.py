"""What breaks a rule of the format is refused, and the text says what, where, and what would be right."""

from __future__ import annotations

from pathlib import Path

import broken
import broken_files
import pytest

import lading
from lading import errors
from lading.bundle import read


def refusal(path: Path) -> lading.LadingError:
    with pytest.raises(lading.LadingError) as caught:
        read(path)
    return caught.value


@pytest.mark.parametrize(("model", "text"), [pytest.param(m, t, id=name) for name, m, t in broken.refusals()])
def test_a_fault_in_model_json(tmp_path: Path, model: bytes, text: str) -> None:
    folder = broken.write(tmp_path / "tau-id", model)
    kind, _, text = text.partition(": ")
    error = refusal(folder)
    assert str(error) == f"{folder}/{text}"
    assert type(error) is getattr(errors, kind)


@pytest.mark.parametrize("name", broken.TEXTS)
def test_a_fault_in_the_bytes_of_model_json(tmp_path: Path, name: str) -> None:
    model, text = broken.TEXTS[name]
    folder = broken.write(tmp_path / "tau-id", model)
    assert str(refusal(folder)) == f"{folder}/model.json: {text}"


@pytest.mark.parametrize("name", broken_files.TENSORS)
def test_a_fault_in_the_weights(tmp_path: Path, name: str) -> None:
    weights, text = broken_files.TENSORS[name]
    folder = broken.write(tmp_path / "tau-id", broken.MODEL, weights)
    assert str(refusal(folder)) == f"{folder}/weights.safetensors: {text}"


@pytest.mark.parametrize("name", broken_files.ARCHIVES)
def test_a_fault_in_an_archive(tmp_path: Path, name: str) -> None:
    data, text = broken_files.ARCHIVES[name]
    path = tmp_path / "tau.lading"
    path.write_bytes(data)
    assert str(refusal(path)) == f"{path}: {text}"


def test_the_good_ones_are_accepted(tmp_path: Path) -> None:
    assert read(broken.write(tmp_path / "tau-id", broken.MODEL)).name == "tau-id"
    (tmp_path / "tau.lading").write_bytes(broken_files.ARCHIVE)
    assert read(tmp_path / "tau.lading").name == "tau-id"
    (tmp_path / "plain.lading").write_bytes(broken_files.packed())
    assert read(tmp_path / "plain.lading").name == "tau-id"


def test_a_path_that_is_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "network.onnx").write_bytes(b"\x08\x07")
    (tmp_path / "empty").mkdir()
    for path, text in {
        "network.onnx": "network.onnx: not a bundle: that is a folder, its model.json or a .lading file. A model of "
                        f"another format becomes one by: lading convert {tmp_path}/network.onnx -o FOLDER",
        "nowhere": "nowhere: no such file",
        "empty": "empty/model.json: no such file",
        "empty/model.json": "empty/model.json: no such file",
    }.items():
        assert str(refusal(tmp_path / path)) == f"{tmp_path}/{text}"
    assert isinstance(refusal(tmp_path / "nowhere"), lading.MissingFile)


def test_samples_that_are_damaged_are_refused_when_they_are_asked_for(tmp_path: Path) -> None:
    model = {**broken.MODEL, "samples": {"file": "samples.safetensors", "sha256": "0" * 64}}
    loaded = read(broken.write(tmp_path / "tau-id", model))
    with pytest.raises(lading.MissingFile):
        _ = loaded.samples
    (tmp_path / "tau-id" / "samples.safetensors").write_bytes(b"no tensors")
    with pytest.raises(lading.FormatError, match="the file was changed or damaged"):
        _ = read(tmp_path / "tau-id").samples
