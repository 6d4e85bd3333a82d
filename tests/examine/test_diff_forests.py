"""Forests of several libraries against each other: on thresholds, with missing values, to the last place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import xgboost
from two_models import plain

import lading
from lading.graph import Node
from lading.trees import Tree, grow, model_of

NAMES = ("pt", "eta", "mass")
TMVA = Path(__file__).parents[1] / "sources" / "tmva" / "grad.weights.xml.gz"


@pytest.fixture(scope="module")
def forest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with forest.json, and forest.onnx without any paper."""
    folder = tmp_path_factory.mktemp("forests")
    random = np.random.default_rng(1)
    x = random.normal(size=(500, 3)).astype(np.float32)
    data = xgboost.DMatrix(x, x @ [1, -2, 0.5] > 0, feature_names=list(NAMES))
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": 3, "nthread": 1}, data, 20)
    booster.save_model(folder / "forest.json")
    lading.convert(folder / "forest.json", compare=False).export(folder / "forest.onnx", operators="classic")
    bare = onnx.load(folder / "forest.onnx")
    del bare.metadata_props[:]
    onnx.save(bare, folder / "forest.onnx")
    return folder


def test_a_file_and_an_export_of_it(forest: Path) -> None:
    refused = lading.diff(forest / "forest.json", forest / "forest.onnx")
    assert "whose input 'features' has no names" in refused.not_run or "no names for its columns" in refused.not_run
    found = lading.diff(forest / "forest.json", forest / "forest.onnx", match={"features": "features"})
    assert found.scores is not None and not found.scores.differ
    assert found.scores.origin == "1000 entries: 500 made up, 500 made up on thresholds"


def test_one_threshold_that_moved_by_one_place_is_found(forest: Path) -> None:
    model = lading.convert(forest / "forest.json", compare=False)
    moved = lading.convert(forest / "forest.json", compare=False)
    model.samples = moved.samples = None
    at = next(i for i, x in enumerate(moved.weights["trees.left"]) if x >= 0)
    thresholds = moved.weights["trees.threshold"].copy()
    thresholds[at] = np.nextafter(thresholds[at], np.float32(np.inf))
    moved.weights["trees.threshold"] = thresholds
    found = lading.diff(model, moved)
    assert found and not found.endpoints
    assert found.scores.explanations == ["all entries that differ are made up on thresholds"]


def test_scores_that_differ_in_the_last_place_are_told_as_rounding() -> None:
    third, tenth = plain("x"), plain("x")
    third.graphs["main"].nodes = [Node("n", "Div", ["values", np.float32(10)], ["out"])]
    tenth.graphs["main"].nodes = [Node("n", "Mul", ["values", np.float32(0.1)], ["out"])]
    found = lading.diff(third, tenth)
    output = found.scores.outputs[0]
    assert not found and output.last_places == 1 and 100 < output.unequal < 900 and output.differing == 0
    assert "last places" in str(found) and "worst entry" not in str(found)
    exact = lading.diff(third, tenth, tolerance=0)
    assert exact and "worst entry" in str(exact)


def test_values_that_are_missing_on_the_other_side() -> None:
    def stump(missing: int) -> lading.Model:
        tree = Tree(np.array([1, -1, -1]), np.array([2, -1, -1]), np.zeros(3, int), np.float32([0.5, 0, 0]),
                    np.float32([0, -1, 1]), np.full(3, bool(missing)))
        return model_of(grow([tree], 1, "stump", feature_names=["x"]), "stump", {}, "stump")

    found = lading.diff(stump(0), stump(1))
    assert found.scores.differing > 1
    assert np.isnan(found.scores.worst.inputs["features.x"])
    assert found.scores.explanations == [
        "all entries that differ are made up on thresholds", "all entries that differ have an input that is NaN"]


def test_xgboost_against_tmva(forest: Path) -> None:
    """Two formats, two trainings; the one has a variable that the other has not, so its entries feed both."""
    tmva = lading.diff(forest / "forest.json", TMVA, run=False)
    assert tmva.scores is None and tmva.not_run == "" and tmva.summary.endswith("scores not compared")
    names = [v.name for v in tmva.b.model.input_list[0].variable_list]
    assert len(names) > len(NAMES)
    match = dict(zip(NAMES, names, strict=False)) | {"score": tmva.b.model.output_list[-1].name}
    found = lading.diff(forest / "forest.json", TMVA, match=match)
    assert found.scores is not None and found.scores.differing > 900
    assert [row.part for row in found.endpoints if row.what == "variable"] == names[len(NAMES) :]
    assert set(found.scores.worst.inputs) == {f"{tmva.b.model.input_list[0].name}.{name}" for name in names}


def test_types_of_the_columns_do_not_count_as_differences_of_the_trees() -> None:
    """Made-up values are such that both types hold them."""
    trees = [Tree(np.array([1, -1, -1]), np.array([2, -1, -1]), np.zeros(3, int), np.array([0.5, 0, 0], type_),
                  np.array([0, -1, 1], type_)) for type_ in (np.float32, np.float64)]
    forests = [grow([tree], 1, "stump", feature_names=["x"], input_type=type_, sum_type=type_)
               for tree, type_ in zip(trees, ("float32", "float64"), strict=True)]
    models = [model_of(forest, "stump", {}, "stump") for forest in forests]
    found = lading.diff(*models)
    assert {row.what for row in found.endpoints} >= {"type", "raw"} and not found.scores.unequal
