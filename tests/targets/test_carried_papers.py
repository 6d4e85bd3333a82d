"""Texts that lwtnn's JSON and Keras' files have no words for go along in them, and come back."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import lading

sys.path.insert(0, str(Path(__file__).parents[1] / "sources" / "lwtnn"))
from lwtnn_networks import NETWORKS

PAPERS: dict[str, Any] = {
    "name": "tau-id", "version": "1.2.0", "description": "taus of three prongs",
    "axes": {"collision": {"kind": "entry", "description": "one bunch crossing"}},
    "record": {"licence": "CC-BY-4.0", "authors": ["A. Author"], "training": {"sample": "mc23", "epochs": 40}},
}  # fmt: skip
SEQUENCE = {"kind": "sequence", "of": "collision", "order": "pt descending", "selection": "loose",
            "description": "tracks of the jet"}  # fmt: skip


def described(tmp_path: Path, name: str) -> lading.Model:
    """A network of lwtnn with papers for everything that has a text."""
    (tmp_path / "net.json").write_text(json.dumps(NETWORKS[name]))
    model = lading.convert(tmp_path / "net.json", compare=False)
    sequences = any(model.sequence_axis(given.axes) for given in model.input_list)
    inputs: list[dict[str, Any]] = []
    for given in model.input_list:
        variables = [{"name": v.name, "unit": "MeV", "description": f"{v.name} as calibrated"}
                     for v in given.variable_list]  # fmt: skip
        inputs.append({"of": given.name, "description": f"what {given.name} are", "variables": variables})
    outputs = [{"of": each.name, "description": "a score", "unit": "1", "range": [0, 1],
                "labels": [{"label": label.name, "description": "a class", "range": [0, 1]}
                           for label in each.label_list]} for each in model.output_list]  # fmt: skip
    axes = PAPERS["axes"] | ({"track": SEQUENCE} if sequences else {})
    return lading.describe.apply(model, PAPERS | {"axes": axes, "inputs": inputs, "outputs": outputs})


def texts_of(model: lading.Model) -> dict[str, Any]:
    record = {key: value for key, value in model.record.items() if key != "origin"}
    inputs = [(i.name, i.description, model.sequence_axis(i.axes),
               [(v.name, v.unit, v.description) for v in i.variable_list]) for i in model.input_list]  # fmt: skip
    outputs = [(o.name, o.description, o.unit, o.range, o.label_list) for o in model.output_list]
    return {"name": model.name, "version": model.version, "description": model.description, "record": record,
            "axes": model.axes, "inputs": inputs, "outputs": outputs}  # fmt: skip


@pytest.mark.parametrize("name", ["maxout_highway", "deep_sets"])
@pytest.mark.parametrize("file", ["again.json", "again.keras"])
def test_texts_come_back_without_loss(name: str, file: str, tmp_path: Path) -> None:
    model = described(tmp_path, name)
    if file.endswith(".keras"):  # which prepares in float32 or not at all
        for variable in [v for given in model.input_list for v in given.variable_list]:
            variable.prepare, variable.raw = [], None
    model.export(tmp_path / file)
    same = lading.convert(tmp_path / file, compare=False)
    assert texts_of(same) == texts_of(model)
    assert same.record["origin"]["before"] == model.record["origin"]
    assert same.record["origin"]["sha256"] != model.record["origin"]["sha256"]
    lading.bundle.to_buffers(same)


def test_units_of_what_is_prepared_already_stay_out(tmp_path: Path) -> None:
    model = described(tmp_path, "maxout_highway")
    model.input_list[0].variable_list[0].prepare = [{"subtract": 3.0}]
    model.export(tmp_path / "bare.keras", preparation=False)
    same = lading.convert(tmp_path / "bare.keras", compare=False)
    first = same.input_list[0].variable_list[0]
    assert (first.unit, first.description) == ("", model.input_list[0].variable_list[0].description)


@pytest.mark.parametrize("papers", [
    7, {}, {"lading": 1}, {"lading": 1, "inputs": [], "outputs": 3},
], ids=str)  # fmt: skip
def test_papers_that_are_none_are_passed_over(papers: Any, tmp_path: Path) -> None:
    model = described(tmp_path, "maxout_highway")
    model.export(tmp_path / "again.json")
    content = json.loads((tmp_path / "again.json").read_text())
    (tmp_path / "again.json").write_text(json.dumps(content | {"lading.papers": papers}))
    assert lading.convert(tmp_path / "again.json").name == "again"


def test_papers_that_do_not_fit_the_network_any_more_describe_what_they_can(tmp_path: Path) -> None:
    model = described(tmp_path, "deep_sets")
    model.export(tmp_path / "again.json")
    content = json.loads((tmp_path / "again.json").read_text())
    papers = content["lading.papers"]
    sequence = next(each for each in papers["inputs"] if "track" in each["axes"])
    sequence["variables"][0]["name"] = "another"
    papers["axes"] = {"label" if name == "track" else name: axis for name, axis in papers["axes"].items()}
    (tmp_path / "again.json").write_text(json.dumps(content))
    read = lading.convert(tmp_path / "again.json")  # a reserved name: none of the papers is taken
    assert read.name == "again" and "sequence" in read.axes


def test_keras_finds_its_own_in_the_metadata(tmp_path: Path) -> None:
    described(tmp_path, "maxout_highway").export(tmp_path / "net.keras")
    with zipfile.ZipFile(tmp_path / "net.keras") as archive:
        about = json.loads(archive.read("metadata.json"))
    assert about["keras_version"] and about["lading.papers"]["version"] == "1.2.0"
