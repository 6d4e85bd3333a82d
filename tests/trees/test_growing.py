"""Trees become a forest, or an error that says where they are damaged."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import random_forests

import lading
from lading.trees import Forest, Tree, forest_of, forests_of, grow, model_of


def stump(**changes) -> Tree:
    fields = {"left": [1, -1, -1], "right": [2, -1, -1], "feature": [0, 0, 0], "threshold": [0.5, 0, 0],
              "value": [0, 1, 2]}  # fmt: skip
    return Tree(**{name: np.asarray(value) for name, value in (fields | changes).items()})


def test_a_stump_becomes_a_split_and_two_leaves():
    forest = grow([stump()], 1, "t.json")
    assert (forest.roots.tolist(), forest.left.tolist(), forest.right.tolist()) == ([0], [-1], [-2])
    assert (forest.leaf.tolist(), forest.outputs, forest.single) == ([1, 2], 1, True)


def test_nodes_out_of_reach_are_left_out():
    pruned = stump(left=[1, -1, -1, -1], right=[2, -1, -1, -1], feature=[0] * 4, threshold=[0.5, 0, 0, 9],
                   value=[0, 1, 2, 7])  # fmt: skip
    assert grow([pruned], 1, "t.json").leaf.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"left": [3, -1, -1]}, "node 0 of tree 0 has the child 3, its tree has 3 nodes"),
        ({"left": [0, -1, -1]}, "node 0 of tree 0 has two parents, or is its own descendant"),
        ({"left": [2, -1, -1]}, "node 2 of tree 0 has two parents, or is its own descendant"),
        ({"right": [-5, -1, -1]}, "node 0 of tree 0 has the child -5"),
        ({"feature": [1, 0, 0]}, "node 0 of tree 0 looks at feature 1, there are 1"),
        ({"feature": [-1, 0, 0]}, "node 0 of tree 0 looks at feature -1"),
        ({"threshold": [np.nan, 0, 0]}, "node 0 of tree 0 has the threshold NaN"),
        ({"value": [0, np.nan, 1]}, "node 1 of tree 0 is a leaf whose value is NaN"),
        ({"value": [0, 1]}, "tree 0: 2 items of 'value' for 3 nodes"),
        ({"left": [], "right": [], "feature": [], "threshold": [], "value": []}, "tree 0 has no nodes"),
    ],
)
def test_damage_is_found(changes, message):
    with pytest.raises(lading.FormatError, match=rf"t\.json: {message}"):
        grow([stump(**changes)], 1, "t.json")


def test_categories_out_of_range_are_refused():
    with pytest.raises(lading.FormatError, match="node 0 of tree 0 has the category -1; categories are 0 to"):
        grow([dataclasses.replace(stump(), categories={0: [3, -1]})], 1, "t.json")


@pytest.mark.parametrize("kind", random_forests.KINDS)
def test_trees_taken_out_of_a_forest_make_the_same_forest(kind):
    before = random_forests.forest(kind)
    kept = ("left_if", "input_type", "sum_type", "sum_order", "base_at", "combine", "scale", "base")
    rules = {field.name: getattr(before, field.name) for field in dataclasses.fields(Forest) if field.name in kept}
    after = grow(list(before.trees()), before.features, kind, **rules)
    x = random_forests.rows(kind, 300)
    models = [model_of(each, kind, {}, kind) for each in (before, after)]
    margins = [random_forests.evaluator(each)({"features": x})["margin"] for each in models]
    assert np.array_equal(*margins, equal_nan=True)


def test_a_model_gives_its_forest_back():
    made = random_forests.model("three outputs")
    ((node, forest),) = forests_of(made)
    assert forest_of(made, node).outputs == forest.outputs == 3
    assert np.array_equal(forest.threshold, random_forests.forest("three outputs").threshold)
    assert forest.features == random_forests.FEATURES


def test_a_million_nodes_and_sixty_levels_are_fine():
    nodes = np.arange(2**20 - 1)
    inner = nodes < 2**19 - 1
    full = Tree(np.where(inner, 2 * nodes + 1, -1), np.where(inner, 2 * nodes + 2, -1), nodes % 3,
                (nodes % 97).astype(np.float32), nodes.astype(np.float32))  # fmt: skip
    order, numbers = np.arange(121), np.arange(121.0).astype(np.float32)
    inner = (order % 2 == 0) & (order < 120)
    vine = Tree(np.where(inner, order + 1, -1), np.where(inner, order + 2, -1), order * 0, numbers, numbers)
    made = model_of(grow([full, vine], 3, "large"), "large", {}, "large")
    x = np.random.default_rng(1).normal(size=(50, 3)).astype(np.float32) * 50
    expected = random_forests.evaluator(made)({"features": x})["margin"]
    assert np.array_equal(made.run({"features": x})["margin"], expected)
