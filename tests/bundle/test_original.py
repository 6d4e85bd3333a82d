"""A model that nobody changed is compiled from the bytes that it was read from; any change reaches the engine."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import small

import lading
from lading.bundle import to_buffers, to_engine


@pytest.fixture
def read(tmp_path: Path) -> lading.Model:
    small.model().save(tmp_path / "tau-id")
    return lading.load(tmp_path / "tau-id")


def test_a_model_as_it_was_read_gives_its_own_files(read: lading.Model, tmp_path: Path) -> None:
    text, weights = to_engine(read)
    assert text == (tmp_path / "tau-id" / "model.json").read_bytes()
    assert bytes(weights) == (tmp_path / "tau-id" / "weights.safetensors").read_bytes()
    assert np.shares_memory(np.frombuffer(weights, np.uint8), next(iter(read.weights.values())))


def test_an_edit_of_white_space_by_hand_is_kept(tmp_path: Path) -> None:
    """What a person wrote otherwise than we would is the same model."""
    small.model().save(tmp_path / "tau-id")
    path = tmp_path / "tau-id" / "model.json"
    path.write_bytes(path.read_bytes().replace(b'"lading": 1', b'"lading":   1'))
    assert b'"lading":   1' in to_engine(lading.load(tmp_path / "tau-id"))[0]


def _scale_first_weights(model: lading.Model) -> None:
    name = next(iter(model.weights))
    model.weights[name] = model.weights[name] * 2


CHANGES: dict[str, Callable[[lading.Model], object]] = {
    "a text": lambda model: setattr(model, "description", "another"),
    "a sign of zero": lambda model: setattr(model.axes["track"], "pad", -0.0),
    "preparation": lambda model: model.input_list[0].variable_list[0].prepare.append({"add": 1.0}),
    "weights in the place of others": _scale_first_weights,
    "weights left out": lambda model: model.weights.popitem(),
    "weights more": lambda model: model.weights.update(more=np.zeros(3, np.float32)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_model_is_written_anew(read: lading.Model, change: str) -> None:
    assert read.read_from is not None
    CHANGES[change](read)
    assert read.read_from.buffers_if_unchanged(read) is None


def test_a_copy_is_its_own_model(read: lading.Model) -> None:
    other = copy.deepcopy(read)
    other.input_list[0].variable_list[0].prepare.append({"add": 1.0})
    assert to_engine(other) == to_buffers(other)
    assert to_engine(read)[0] != to_engine(other)[0]


def test_weights_that_were_read_cannot_be_written_to(read: lading.Model) -> None:
    with pytest.raises(ValueError, match="read-only"):
        next(iter(read.weights.values()))[...] = 0
