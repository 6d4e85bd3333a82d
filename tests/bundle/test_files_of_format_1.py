"""Bundles that were written once are read for ever, with the same numbers: tests/data/format/1."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

import lading
from lading import engine
from lading.bundle import evaluate

FOLDER = Path(__file__).parents[1] / "data" / "format" / "1"
FILES = dict(reversed(line.split("  ")) for line in (FOLDER / "files.sha256").read_text().splitlines())
BUNDLES = sorted({Path(name).parts[0] for name in FILES})


def test_no_file_was_changed() -> None:
    there = {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in FILES}
    assert there == FILES
    assert len(BUNDLES) >= 21


@pytest.mark.parametrize("name", BUNDLES)
def test_the_engine_gives_the_numbers_of_its_samples(name: str) -> None:
    """To the bit while the version of the numbers is the one that wrote them."""
    model = lading.load(FOLDER / name)
    samples = model.samples
    assert samples is not None
    report = model.check()
    assert report.passed, report.text()
    if samples.numerics == engine.numerics():
        assert all(each.difference == 0 for each in report.compared), report.text()


@pytest.mark.parametrize("name", [name for name in BUNDLES if not name.endswith(".lading")])
def test_the_evaluator_agrees(name: str) -> None:
    with np.errstate(all="ignore"):
        found = evaluate.self_test(FOLDER / name)
    assert found
    assert {output: numbers for output, numbers in found.items() if not numbers[0] <= numbers[1]} == {}


@pytest.mark.parametrize("name", BUNDLES)
def test_saving_it_again_writes_the_same_bytes(name: str, tmp_path: Path) -> None:
    lading.load(FOLDER / name).save(tmp_path / name)
    again = [tmp_path / each for each in FILES if Path(each).parts[0] == name]
    assert {str(path.relative_to(tmp_path)): hashlib.sha256(path.read_bytes()).hexdigest() for path in again} == {
        each: digest for each, digest in FILES.items() if Path(each).parts[0] == name
    }
