"""A damaged forest is refused by the engine with what is wrong, or it is another forest; it never crashes."""

from __future__ import annotations

import numpy as np
import pytest
import random_forests

import lading
from lading.model import Model
from lading.trees.modelling import ARRAYS


def damaged(kind: str, **arrays: object) -> Model:
    """A model whose forest has these arrays in place of its own; None: it lacks the array."""
    made = random_forests.model(kind)
    node = made.graphs["main"].nodes[0]
    node.inputs += [""] * (1 + len(ARRAYS) - len(node.inputs))
    for name, array in arrays.items():
        if array is None:
            node.inputs[1 + ARRAYS.index(name)] = ""
            made.weights.pop(f"trees.{name}")
        else:
            node.inputs[1 + ARRAYS.index(name)] = f"trees.{name}"
            made.weights[f"trees.{name}"] = np.asarray(array)
    while node.inputs[-1] == "":
        node.inputs.pop()
    return made


def changed(kind: str, name: str, at: int, value: float) -> np.ndarray:
    """An array of the forest with one other number in it."""
    array = getattr(random_forests.forest(kind), name).copy()
    array[at] = value
    return array


LINEAR = "linear leaves"
FORESTS = {kind: random_forests.forest(kind) for kind in (LINEAR, "leaves of two values", "three outputs")}
FIRST = int(np.argmax(FORESTS[LINEAR].linear_begin >= 0))  # the first leaf that is linear
TERMS, LEAVES = len(FORESTS[LINEAR].linear_feature), len(FORESTS[LINEAR].leaf)
NODES = len(FORESTS[LINEAR].feature)
BESIDE_TWO = {"linear_begin": np.full(1, -1, np.int32), "linear_terms": np.zeros(1, np.int32),
              "linear_constant": np.zeros(1), "linear_feature": np.zeros(0, np.int32),
              "linear_coefficient": np.zeros(0)}  # fmt: skip

DAMAGES = [
    (LINEAR, {"linear_begin": None}, "input 'linear_begin' is missing"),
    (LINEAR, {"linear_terms": None}, "input 'linear_terms' is missing"),
    (LINEAR, {"linear_constant": None}, "input 'linear_constant' is missing"),
    (LINEAR, {"linear_feature": None}, "input 'linear_feature' is missing"),
    (LINEAR, {"linear_coefficient": None}, "input 'linear_coefficient' is missing"),
    (LINEAR, {"linear_begin": np.zeros(3, np.int32)}, f"input 'linear_begin' has 3 items; it must have {LEAVES}, one"),
    (LINEAR, {"linear_terms": np.zeros(3, np.int32)}, f"input 'linear_terms' has 3 items; it must have {LEAVES}, one"),
    (LINEAR, {"linear_constant": np.zeros(3)}, f"input 'linear_constant' has 3 items; it must have {LEAVES}, one"),
    (LINEAR, {"linear_coefficient": np.zeros(3)}, f"input 'linear_coefficient' has 3 items; it must have {TERMS}, one"),
    (LINEAR, {"linear_coefficient": np.zeros(TERMS, np.int32)}, "input 'linear_coefficient' is int32"),
    (LINEAR, {"linear_begin": np.zeros(LEAVES, np.int64)}, "input 'linear_begin' is int64"),
    (LINEAR, {"linear_begin": np.zeros((LEAVES, 1), np.int32)}, "input 'linear_begin' has the shape"),
    (LINEAR, {"linear_begin": changed(LINEAR, "linear_begin", FIRST, TERMS + 1)},
     rf"tree leaf {FIRST} has its linear terms at {TERMS + 1} to \d+ of {TERMS}"),
    (LINEAR, {"linear_terms": changed(LINEAR, "linear_terms", FIRST, -1)},
     rf"tree leaf {FIRST} has its linear terms at 0 to -1 of {TERMS}"),
    (LINEAR, {"linear_terms": changed(LINEAR, "linear_terms", FIRST, 2**31 - 1)},
     rf"tree leaf {FIRST} has its linear terms at 0 to 2147483647 of {TERMS}"),
    (LINEAR, {"linear_feature": changed(LINEAR, "linear_feature", 1, -1)},
     "term 1 of its linear leaves looks at column -1"),
    (LINEAR, {"linear_feature": changed(LINEAR, "linear_feature", 1, 7)},
     "input 0 has 7 columns; the forest looks at column 7"),
    ("leaves of two values", BESIDE_TWO, "'linear_begin' does not go with leaves that hold a value for every output"),
    (LINEAR, {"left": changed(LINEAR, "left", 0, NODES)}, f"tree 0 leads to node {NODES}; there are {NODES}"),
    (LINEAR, {"left": changed(LINEAR, "left", 0, 0)}, "tree 0 leads to node 0 twice"),
    (LINEAR, {"right": changed(LINEAR, "right", 0, -2 - LEAVES)},
     f"tree 0 leads to leaf {LEAVES + 1}; there are {LEAVES}"),
    (LINEAR, {"threshold": changed(LINEAR, "threshold", 3, np.nan)}, "tree node 3 has the threshold NaN"),
    (LINEAR, {"feature": changed(LINEAR, "feature", 3, -1)}, "tree node 3 looks at column -1"),
    ("three outputs", {"tree_output": changed("three outputs", "tree_output", 2, -1)},
     "input 'tree_output' holds -1"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "arrays", "why"), DAMAGES, ids=[why for _, _, why in DAMAGES])
def test_the_engine_says_what_is_wrong(kind, arrays, why):
    x = random_forests.rows(kind, 3)
    with pytest.raises(lading.LadingError, match=why):
        damaged(kind, **arrays).run({"features": x})


def test_constants_and_coefficients_may_be_no_numbers():
    """They are data, as values of leaves are; NaN comes out."""
    made = damaged(LINEAR, linear_constant=np.full(LEAVES, np.nan), linear_coefficient=np.full(TERMS, np.inf))
    x = random_forests.rows(LINEAR, 200)
    margin = made.run({"features": x})["margin"]
    assert np.isnan(margin).any()
    np.testing.assert_array_equal(margin, random_forests.evaluator(made)({"features": x})["margin"])


ODD = (-(2**31), -2, -1, 0, 1, 5, 40, 300, 2**31 - 1)


def test_random_damage_is_an_error_or_another_forest():
    random = np.random.default_rng(5)
    x, refused = random_forests.rows(LINEAR, 20), 0
    for _ in range(150):
        name = str(random.choice(["roots", "feature", "left", "right", "linear_begin", "linear_terms",
                                  "linear_feature"]))  # fmt: skip
        array = getattr(FORESTS[LINEAR], name).copy()
        array[random.integers(len(array), size=2)] = random.choice(ODD, 2)
        made = damaged(LINEAR, **{name: array[: random.choice([len(array), len(array), len(array) - 1])]})
        try:
            margin = made.run({"features": x})["margin"]
        except lading.LadingError:
            refused += 1
        else:
            np.testing.assert_array_equal(margin, random_forests.evaluator(made)({"features": x})["margin"])
    assert 50 < refused < 150
