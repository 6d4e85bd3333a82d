"""Truncated and changed files of all three forms give FormatError, or a model; never anything else, and no hang."""

from __future__ import annotations

import time
import warnings
from pathlib import Path

import numpy as np
import pytest

from lading.errors import FormatError
from lading.sources import xgboost as source

HERE = Path(__file__).parent
FILES = ["0.90/dart.bin", "1.7.6/classes.bin", "1.7.6/categories.json", "3.1.3/vector.ubj", "3.1.3/categories.ubj"]
LONGEST = 5.0  # seconds for one of these small files; it takes milliseconds


def look(data: bytes) -> bool:
    """Whether a model can be made of the bytes."""
    began = time.monotonic()
    try:
        source.read_bytes(data, "file")
        return True
    except FormatError as error:
        assert str(error).startswith("file: ")
        return False
    finally:
        assert time.monotonic() - began < LONGEST


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """Some bytes changed, cut out, or doubled."""
    changed = bytearray(data)
    for _ in range(int(random.integers(1, 6))):
        at = int(random.integers(len(changed)))
        kind = random.integers(4)
        if kind == 0:
            changed[at] = int(random.integers(256))
        elif kind == 1:
            changed[at : at + 4] = random.choice([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"9999"])
        elif kind == 2:
            del changed[at : at + int(random.integers(1, 20))]
        else:
            changed[at:at] = changed[at : at + int(random.integers(1, 20))]
    return bytes(changed)


@pytest.mark.parametrize("name", FILES)
def test_truncated_files_are_refused(name: str) -> None:
    data = (HERE / name).read_bytes()
    assert look(data)
    ends = np.unique(np.linspace(0, len(data) - 1, 150).astype(int))
    # what stands behind the trees of a binary file may be cut off without harm, if it is all of it
    assert sum(look(data[:end]) for end in ends) <= (1 if name.endswith("bin") else 0)


@pytest.mark.parametrize("rounds", [150, pytest.param(20000, marks=pytest.mark.full)])
@pytest.mark.parametrize("name", FILES)
def test_changed_files_are_refused_or_read(name: str, rounds: int) -> None:
    data, random = (HERE / name).read_bytes(), np.random.default_rng(5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = [look(mutated(data, random)) for _ in range(rounds)]
    assert not all(results)
