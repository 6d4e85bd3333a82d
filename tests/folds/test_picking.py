"""Which fold an entry takes: the vectors of the format page, in the package and in the one-file evaluator."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from lading.bundle import evaluate
from lading.folds import Folds, splitmix64

PAGE = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")


def number(text: str) -> int:
    """A key as the page writes it: ``−2⁶³ + 1``."""
    return int(eval(text.replace("−", "-").replace("⁶³", "**63")))


ROWS = re.findall(r"\| (.+) \| (\d, \d, \d) \| ([0-9a-f]{16}) \| (\d, \d, \d) \|", PAGE)
VECTORS = [(number(key), [int(n) for n in plain.split(", ")], int(h, 16), [int(n) for n in mixed.split(", ")])
           for key, plain, h, mixed in ROWS]  # fmt: skip


def test_the_page_has_vectors() -> None:
    assert len(VECTORS) == 7
    assert {key for key, *_ in VECTORS} >= {-1, 2**63 - 1, -(2**63) + 1}


@pytest.mark.parametrize(("key", "plain", "h", "mixed"), VECTORS)
def test_a_vector(key: int, plain: list[int], h: int, mixed: list[int]) -> None:
    assert int(splitmix64(np.array([key]))[0]) == h == evaluate.splitmix64(key)
    for at, modulo in enumerate((2, 4, 5)):
        names = [f"fold {i}" for i in range(modulo)]
        for hash_, residues in (("", plain), ("splitmix64", mixed)):
            folds = Folds("event.number", modulo, names, hash_)
            rule = {"modulo": modulo} | ({"hash": hash_} if hash_ else {})
            assert folds.pick(np.array([key])).tolist() == [residues[at]]
            assert evaluate.pick({"pick": rule}, np.array([key])).tolist() == [residues[at]]


def test_residues_go_to_the_members_that_take_them() -> None:
    folds = Folds("event.number", 4, ["low", "high"], members=[0, 0, 1, 1])
    keys = np.arange(-4, 6)
    assert folds.pick(keys).tolist() == [0, 0, 1, 1, 0, 0, 1, 1, 0, 0]
    rule = {"pick": {"modulo": 4, "members": [0, 0, 1, 1]}}
    assert evaluate.pick(rule, keys).tolist() == folds.pick(keys).tolist()


@pytest.mark.parametrize("folds", [
    Folds("k", 2, ["a", "b"]), Folds("k", 5, list("abcde"), "splitmix64"), Folds("k", 9, ["a", "b"], "", [0] * 8 + [1]),
    Folds("k", 64, ["a", "b"], "splitmix64", [0] * 63 + [1]),
])  # fmt: skip
def test_keys_are_found_for_given_picks(folds: Folds) -> None:
    picks = np.random.default_rng(4).integers(0, len(folds.graphs), 50)
    keys = folds.keys(picks)
    assert folds.pick(keys).tolist() == picks.tolist()
    assert len(set(keys.tolist())) == 50
