"""Saving writes all files or none, and overwrites nothing but a bundle."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import small

import lading
from lading.bundle import saving, to_buffers
from lading.graph import Node


def test_a_folder_says_what_it_is(tmp_path: Path) -> None:
    small.model().save(tmp_path / "tau-id")
    assert sorted(os.listdir(tmp_path / "tau-id")) == [
        "README.md",
        "agreement.json",
        "model.json",
        "samples.safetensors",
        "weights.safetensors",
    ]
    readme = (tmp_path / "tau-id" / "README.md").read_text()
    assert readme.startswith("# tau-id\n") and "docs/format.md" in readme and len(readme.splitlines()) < 20


def test_nothing_is_left_beside_it(tmp_path: Path) -> None:
    small.model().save(tmp_path / "deep" / "tau-id")
    small.model().save(tmp_path / "deep" / "tau-id")
    small.model().save(tmp_path / "deep" / "tau.lading")
    assert sorted(os.listdir(tmp_path / "deep")) == ["tau-id", "tau.lading"]


def test_a_bundle_is_replaced_also_by_a_model_that_was_read_from_it(tmp_path: Path) -> None:
    small.model().save(tmp_path / "tau-id")
    model = lading.load(tmp_path / "tau-id")
    model.version, model.samples = "2.0.0", None
    model.save(tmp_path / "tau-id")
    assert lading.load(tmp_path / "tau-id").version == "2.0.0"
    assert not (tmp_path / "tau-id" / "samples.safetensors").exists()
    assert model.weights["w"].tolist() == [[0, 1], [2, 3]]


def test_what_is_no_bundle_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("\\section{Taus}")
    (tmp_path / "notes.txt").write_text("notes")
    (tmp_path / "notes.lading").write_text("notes")
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "README.md").write_text("# mine")
    for name, text in {
        "thesis": "holds 'chapter.tex', which is no file of a bundle; save to a new folder",
        "notes.txt": "is a file; save under another name, or one that ends in .lading",
        "notes.lading": "is there and no .lading file; save under another name",
        "half": "is a folder that holds no model.json; save to a new folder",
    }.items():
        with pytest.raises(lading.FormatError) as caught:
            small.model().save(tmp_path / name)
        assert str(caught.value) == f"{tmp_path / name}: {text}"
    assert (tmp_path / "notes.txt").read_text() == "notes"


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    small.model().save(tmp_path / "new")
    assert lading.load(tmp_path / "new").name == "tau-id"


NOWHERE = {
    "a file among its folders": ("file/tau", r"file/tau: cannot be written: .*/file is a file, no folder"),
    "far below a file": ("file/a/b/tau.lading", r"tau\.lading: cannot be written: .*/file is a file, no folder"),
    "a folder of the system's": ("/proc/tau", r"/proc/tau: cannot be written: No such file or directory"),
    "a name that is too long": ("t" * 300, r"t: cannot be written: File name too long"),
    "a link to itself": ("loop/tau", r"loop/tau: cannot be written: "),
    "a zero in the name": ("tau\0id", r"cannot be written: embedded null"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOWHERE)
def test_where_nothing_can_be_written_a_sentence_says_so(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    Path("loop").symlink_to("loop")
    path, text = NOWHERE[name]
    with pytest.raises(lading.MissingFile, match=text) as caught:
        small.model().save(path)
    shown = path.replace("\0", "\\x00")  # where the text would end in C
    assert str(caught.value).startswith(f"{shown}: ") and isinstance(caught.value, OSError)
    assert sorted(os.listdir(tmp_path)) == ["file", "loop"]


def test_a_pipe_is_not_looked_into(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tau.lading")
    with pytest.raises(lading.FormatError, match=r"tau\.lading: is there and no \.lading file"):
        small.model().save(tmp_path / "tau.lading")


def test_a_model_that_breaks_a_rule_is_not_written(tmp_path: Path) -> None:
    model = small.model()
    model.graphs["main"].nodes.append(Node("odd", "Relu", ["nothing"], ["odd"]))
    with pytest.raises(lading.FormatError, match="no value 'nothing'"):
        model.save(tmp_path / "tau-id")
    assert os.listdir(tmp_path) == []


def test_a_failing_disk_leaves_the_old_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small.model().save(tmp_path / "tau-id")
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError("no space left on device")
        return rename(self, target)

    monkeypatch.setattr(saving.Path, "rename", fail)
    with pytest.raises(OSError, match="no space"):
        small.model().save(tmp_path / "tau-id")
    assert lading.load(tmp_path / "tau-id").digest == small.model().digest
    assert os.listdir(tmp_path) == ["tau-id"]


@pytest.mark.parametrize(
    ("operand", "text"),
    [
        (np.zeros((2, 2)), "a float64 tensor of shape [2, 2] cannot be written in place"),
        (np.zeros(65), "a float64 tensor of shape [65] cannot be written in place"),
        (np.zeros(1, np.float16), "a float16 tensor of shape [1] cannot be written in place"),
    ],
)
def test_large_tensors_are_weights(operand: np.ndarray, text: str) -> None:
    model = small.model()
    model.graphs["main"].nodes[1].inputs = [operand]
    with pytest.raises(lading.FormatError, match=f"node 'any': {text}".replace("[", r"\[")):
        to_buffers(model)
