"""A model that is written and read is the same model, and gives the same bytes again."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import small
from hypothesis import HealthCheck, given, settings

import lading
from lading.bundle import from_buffers, read, read_json, to_buffers, to_files
from lading.graph import BFLOAT16, Subgraph, type_name

pytestmark = pytest.mark.filterwarnings("default::UserWarning")


def same(a: object, b: object) -> bool:
    """Equal in all parts; arrays to the bit."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        assert isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
        return type_name(a) == type_name(b) and a.shape == b.shape and a.tobytes() == b.tobytes()
    if dataclasses.is_dataclass(a) and not isinstance(a, type):
        return type(a) is type(b) and same(vars(a), vars(b))
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return isinstance(b, (list, tuple)) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or (a != a and b != b))


def assert_same_model(a: lading.Model, b: lading.Model) -> None:
    assert same(a.axes, b.axes)
    assert same(a.input_list, b.input_list)
    assert same(a.output_list, b.output_list)
    assert list(a.graphs) == list(b.graphs)
    for name in a.graphs:
        for one, other in zip(a.graphs[name].nodes, b.graphs[name].nodes, strict=True):
            assert same(
                [one.name, one.operator, one.inputs, one.outputs],
                [other.name, other.operator, other.inputs, other.outputs],
            )
            assert same(dict(sorted(one.attributes.items())), other.attributes)
    assert same(dict(sorted(a.weights.items())), dict(sorted(b.weights.items())))
    assert same(
        [a.name, a.version, a.description, a.names, a.record, a.extra],
        [b.name, b.version, b.description, b.names, b.record, b.extra],
    )


@pytest.mark.parametrize("name", ["tau-id", "tau.lading"])
def test_a_saved_model_is_loaded_as_it_was(tmp_path: Path, name: str) -> None:
    made = small.model()
    made.save(tmp_path / name)
    loaded = lading.load(tmp_path / name)
    assert_same_model(made, loaded)
    assert loaded.agreement == made.agreement
    assert loaded.tolerance == made.tolerance
    assert loaded.samples is not None and made.samples is not None
    assert same(dict(sorted(made.samples.inputs.items())), dict(sorted(loaded.samples.inputs.items())))
    assert same(made.samples.outputs, loaded.samples.outputs)
    assert same(made.samples.counts, loaded.samples.counts)
    assert loaded.samples.numerics == 2
    assert loaded.digest == made.digest
    assert loaded.function_digest == made.function_digest


@given(small.models())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_model_survives_the_way_through_bytes(model: lading.Model) -> None:
    text, weights = to_buffers(model)
    again = from_buffers(text, weights)
    assert to_buffers(again) == (text, weights)
    assert again.function_digest == model.function_digest
    assert same(model.record, again.record)
    assert same(dict(sorted(model.weights.items())), dict(sorted(again.weights.items())))
    for one, other in zip(model.input_list, again.input_list, strict=True):
        assert same(
            [one.name, one.axes, one.type, one.description],
            [other.name, other.axes, other.type, other.description],
        )
        for a, b in zip(one.variable_list, other.variable_list, strict=True):
            assert same(vars(a), vars(b))
    assert same(
        dict(sorted(model.graphs["main"].nodes[0].attributes.items())),
        again.graphs["main"].nodes[0].attributes,
    )


def test_the_folder_and_its_model_json_are_the_same_bundle(tmp_path: Path) -> None:
    small.model().save(tmp_path / "tau-id")
    for path in (f"{tmp_path}/tau-id/", tmp_path / "tau-id", tmp_path / "tau-id" / "model.json"):
        assert read(path).where == str(tmp_path / "tau-id")


def test_weights_are_used_in_place_and_cannot_be_written(tmp_path: Path) -> None:
    for name in ("tau-id", "tau.lading"):
        small.model().save(tmp_path / name)
        w = lading.load(tmp_path / name).weights["w"]
        assert w.base is not None and w.flags.aligned and not w.flags.writeable


def test_a_model_json_alone_can_be_shown(tmp_path: Path) -> None:
    files = to_files(small.model())
    model = read_json(files["model.json"], "https://example.org/tau-id/model.json")
    assert model.inputs["jets"].variables["pt"].unit == "MeV"
    assert model.function_digest == ""
    assert to_buffers(model)[0] == files["model.json"]
    with pytest.raises(lading.FormatError, match="its weights were not read"):
        to_files(model)


def test_bfloat16_keeps_its_name() -> None:
    model = small.model()
    model.weights["b"] = np.array([0x3F80, 0x4000], np.uint16).view(BFLOAT16)
    again = from_buffers(*to_buffers(model))
    assert type_name(again.weights["b"]) == "bfloat16"
    assert again.weights["b"]["bfloat16"].tolist() == [0x3F80, 0x4000]


def test_subgraphs_keep_their_inputs() -> None:
    model = small.model()
    loop = Subgraph("then", ["chosen"], ["i"])
    model.graphs["main"].nodes[-1].attributes["then_branch"] = loop
    assert from_buffers(*to_buffers(model)).graphs["main"].nodes[-1].attributes["then_branch"] == loop


def test_numbers_of_the_other_byte_order_and_layout_are_written_alike() -> None:
    model, other = small.model(), small.model()
    other.weights["w"] = np.asfortranarray(model.weights["w"].astype(">f4"))
    assert to_buffers(other) == to_buffers(model)
    assert other.function_digest == model.function_digest
