"""The engine gives the evaluator's margins to the bit, whatever way a forest and a number of rows make it go."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import random_forests
from instruction_sets import bits_on, every_instruction_set

from lading.agreement.forests import units_apart
from lading.trees import model_of


def differing(ours: np.ndarray, theirs: np.ndarray) -> int:
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    return int((ours.view(f"u{ours.itemsize}") != theirs.view(f"u{ours.itemsize}")).sum())


@pytest.mark.parametrize("kind", random_forests.KINDS)
def test_margins_are_those_of_the_evaluator_to_the_bit(kind):
    x = random_forests.rows(kind, 700)
    expected = random_forests.expected(kind, x)
    session = random_forests.model(kind).session()
    for size in (700, 256, 100, 33, 8, 3):
        for at in range(0, 700, size):
            margin = session.run({"features": x[at : at + size]})["margin"]
            assert differing(margin, expected["margin"][at : at + size]) == 0, f"{size} rows from {at}"
    for at in range(0, 700, 11):
        assert differing(session.run({"features": x[at : at + 1]})["margin"], expected["margin"][at : at + 1]) == 0


@pytest.mark.parametrize("link", ["identity", "logistic", "softmax", "exp", "tmva_gradient"])
@pytest.mark.parametrize("link_type", ["float32", "float64", "float32_exp"])
def test_scores_are_within_two_last_places(link, link_type):
    for kind in ("three outputs", "double"):
        made = random_forests.model(kind)
        made.graphs["main"].nodes[0].attributes |= {"link": link, "link_type": link_type, "link_scale": 0.7}
        x = random_forests.rows(kind, 500)
        expected = random_forests.evaluator(made)({"features": x})["score"]
        score = made.run({"features": x})["score"]
        assert score.dtype == expected.dtype
        if link_type != "float64":
            score, expected = score.astype(np.float32), expected.astype(np.float32)
        assert units_apart(score, expected).max() <= 2


@every_instruction_set
def test_bits_are_the_same_on_every_instruction_set(isa):
    assert bits_on(isa, "random_forests", "every_margin()", Path(__file__).parent) == random_forests.every_margin()


def test_threads_share_the_rows(kind="level mode"):
    x = random_forests.rows(kind, 3000)
    one, two = (random_forests.model(kind).session(threads=n).run({"features": x})["margin"] for n in (1, 2))
    assert differing(one, two) == 0


@pytest.mark.parametrize("kind", ["few sets", "many sets", "too many categories"])
def test_a_set_without_words_has_no_member(kind):
    """Also at -0.5, which is category 0 elsewhere, and where the words end."""
    forest = random_forests.forest(kind)
    asked = np.flatnonzero(forest.category_begin >= 0)
    forest.category_words[asked[::2]] = 0
    forest.category_begin[asked[::4]] = len(forest.categories)
    made = model_of(forest, kind, {}, kind)
    x = random_forests.rows(kind, 400)
    expected = random_forests.evaluator(made)({"features": x})["margin"]
    for size in (400, 1):
        got = [made.run({"features": x[at : at + size]})["margin"] for at in range(0, 400, size)]
        assert differing(np.concatenate(got), expected) == 0
