"""The readers in Python and in C++ accept and refuse the same files, with the same words."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import broken
import broken_files
import pytest
import small

import lading
from lading.bundle import read, safetensors
from lading.engine import _lading


def python_says(path: Path) -> str:
    try:
        read(path)
    except lading.LadingError as error:
        return f"{type(error).__name__}: {error}"
    return "accepted"


def engine_says(path: Path) -> str:
    try:
        _lading.Model.from_path(str(path))
    except lading.LadingError as error:
        return f"{type(error).__name__}: {error}"
    return "accepted"


def paths(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every broken bundle, written."""
    cases: list[tuple[str, Any, bytes | None]] = [(name, model, None) for name, model, _ in broken.refusals()]
    cases += [(name, model, None) for name, (model, _) in broken.TEXTS.items()]
    cases += [(name, broken.MODEL, weights) for name, (weights, _) in broken_files.TENSORS.items()]
    for at, (name, model, weights) in enumerate(cases):
        yield name, broken.write(folder / str(at), model, weights)
    for name, (data, _) in broken_files.ARCHIVES.items():
        path = folder / f"{name}.lading"
        path.write_bytes(data)
        yield name, path


def test_they_refuse_the_same_with_the_same_words(tmp_path: Path) -> None:
    found = {name: (python_says(path), engine_says(path)) for name, path in paths(tmp_path)}
    assert len(found) >= 300
    assert {name: said for name, said in found.items() if said[0] != said[1] or said[0] == "accepted"} == {}


@pytest.mark.parametrize("name", ["tau-id", "tau.lading"])
def test_they_accept_the_same(tmp_path: Path, name: str) -> None:
    small.model().save(tmp_path / name)
    assert python_says(tmp_path / name) == engine_says(tmp_path / name) == "accepted"
    for at, model in enumerate((broken.MODEL, broken.folded())):
        good = broken.write(tmp_path / f"good {at}", model)
        assert python_says(good) == engine_says(good) == "accepted"


VALUES: list[Any] = [
    None, True, 0, 1, -1, 2.5, 1e39, "", "nan", "inf", "x", "jet", "track", "variable", "label", "jets", "w",
    [], {}, [0], ["jet", "variable"], {"int64": [1]}, "sequence", "int64", 2**63 - 1, -(2**63), -0.0,
    "jets.pt", "..", "é", [[]], {"add": 1}, {"flag": "bad"}, {"by_fold": [[], []]}, ["odd", "even"], [0, 1, 1],
]  # fmt: skip


def damaged(generator: random.Random, good: dict[str, Any]) -> bytes:
    """A good model.json with another value in up to three places."""
    model = json.loads(json.dumps(good))
    for _ in range(generator.choice([1, 1, 2, 3])):
        place, key = generator.choice(list(places(model)))
        if generator.random() < 0.2:
            del place[key]
        else:
            place[key] = json.loads(json.dumps(generator.choice(VALUES)))
    return json.dumps(model, indent=1).encode()


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


@pytest.mark.parametrize("model", [broken.MODEL, broken.folded()], ids=["plain", "folds"])
def test_they_agree_on_damage_that_nobody_thought_of(tmp_path: Path, model: dict[str, Any]) -> None:
    generator = random.Random(20)
    good = broken.with_record(model, safetensors.to_bytes(broken.WEIGHTS))
    differ = {}
    for at in range(400):
        folder = broken.write(tmp_path / str(at), damaged(generator, good))
        python, compiled = python_says(folder), engine_says(folder)
        # What the bundle's reader accepts, the engine may still refuse: an operator's inputs, a type.
        if python != compiled and python != "accepted":
            differ[at] = python, compiled
    assert differ == {}
