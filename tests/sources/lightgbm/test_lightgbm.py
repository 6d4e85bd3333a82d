"""LightGBM's text files against LightGBM: margins to the bit, scores to two units in the last place."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest
from training import FOREST, TARGETS, X, train

import lading
from lading.agreement import run_engine
from lading.agreement.forests import ForestAgreement, compare_forest
from lading.bundle import to_buffers
from lading.errors import FormatError, UnsupportedError
from lading.evaluation import evaluator
from lading.model import Model
from lading.sources import lightgbm as source
from lading.sources import read, recognise
from lading.trees import Forest, forests_of

BINARY = {"target": "two", "objective": "binary", "sigmoid": 0.7}
CLASSES = {"target": "three", "objective": "multiclass", "num_class": 3}
NUMBER = {"target": "number", "objective": "regression"}

SETTINGS: dict[str, dict[str, Any]] = {
    "binary": BINARY,
    "classes": CLASSES,
    "one against all": {**CLASSES, "objective": "multiclassova", "sigmoid": 0.5},
    "zeros are missing": {**BINARY, "zero_as_missing": True},
    "nothing is missing": {**BINARY, "use_missing": False},
    "categories": {**BINARY, "categories": True},
    "categories of classes": {**CLASSES, "categories": True, "zero_as_missing": True},
    "one category against the others": {**NUMBER, "categories": True, "max_cat_to_onehot": 100},
    "random forest": {**BINARY, **FOREST},
    "random forest of classes": {**CLASSES, **FOREST},
    "dart": {**NUMBER, "boosting": "dart"},
    "stumps": {**CLASSES, "num_leaves": 2},
    "one leaf": {**NUMBER, "min_data_in_leaf": 2000},
    "one leaf for each class": {**CLASSES, "min_data_in_leaf": 2000},
    "square root": {**NUMBER, "reg_sqrt": True},
    "custom": {"target": "number", "objective": lambda raw, data: (raw - data.get_label(), np.ones_like(raw))},
    **{each: {"target": "fraction", "objective": each} for each in (
        "poisson", "gamma", "tweedie", "cross_entropy", "cross_entropy_lambda", "regression_l1", "huber", "fair",
        "quantile", "mape")},
    **{each: {"target": "two", "objective": each} for each in ("lambdarank", "rank_xendcg")},
}  # fmt: skip

LINEAR: dict[str, dict[str, Any]] = {
    "number": {**NUMBER, "linear_tree": True},
    "classes": {**CLASSES, "linear_tree": True, "categories": True},
    "random forest": {**BINARY, **FOREST, "linear_tree": True},
}


def text_of(booster: lightgbm.Booster) -> str:
    return booster.model_to_string()


def test_what_editors_and_people_leave_in_files_changes_nothing(tmp_path: Path) -> None:
    text = text_of(train(**BINARY))
    expected = source.read_bytes(text.encode(), "file").weights["trees.leaf"]
    for other in ("\ufeff" + text, "\n \n# trained in 2019\n" + text, text.replace("\n", "\r\n"),
                  "\ufeff# of all years\r\n\r\n" + "# x\n" * 5000 + text):  # fmt: skip
        (tmp_path / "model").write_text(other, encoding="utf-8", newline="")
        assert recognise(tmp_path / "model") is source
        np.testing.assert_array_equal(source.read(tmp_path / "model").weights["trees.leaf"], expected)
    (tmp_path / "model").write_bytes(gzip.compress(text.encode()))
    with pytest.raises(FormatError, match="a gzip file; unpack it first"):
        recognise(tmp_path / "model")
    for nothing in ("", "\n", "# a comment\n", "\n# tree\nversion=v4\n"):
        (tmp_path / "model").write_text(nothing)
        assert not source.recognises(tmp_path / "model")
        with pytest.raises(FormatError, match="no LightGBM model: the first line is"):
            source.read(tmp_path / "model")


def read_text(text: str) -> Model:
    return source.read_bytes(text.encode(), "forest.txt")


def forest_of(model: Model) -> Forest:
    return next(forest for _, forest in forests_of(model))


def exact(agreement: ForestAgreement) -> None:
    assert agreement.differing["margin"] == 0
    assert agreement.last_places["score"] <= 2


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_gives_the_numbers_of_lightgbm(settings: dict[str, Any]) -> None:
    booster = train(**settings)
    model = source.from_object(booster)
    for run in (evaluator(model), run_engine(model)):
        exact(compare_forest(model, source.predictor(booster), run, 600))


@pytest.mark.parametrize("settings", LINEAR.values(), ids=LINEAR)
def test_linear_leaves_give_the_numbers_of_lightgbm(settings: dict[str, Any]) -> None:
    booster = train(**settings)
    model = source.from_object(booster)
    assert model.requires == ["linear_leaves"]
    assert any(tree.linear for tree in forest_of(model).trees())
    for run in (evaluator(model), run_engine(model)):
        exact(compare_forest(model, source.predictor(booster), run, 600))


def test_linear_leaves_are_saved_and_come_back(tmp_path: Path) -> None:
    booster = train(**LINEAR["number"])
    lading.convert(booster).save(tmp_path / "linear")
    read_back = lading.load(tmp_path / "linear")
    for run in (evaluator(read_back), run_engine(read_back)):
        np.testing.assert_array_equal(run({"features": X})["score"], booster.predict(X))


def test_what_is_nearly_zero_is_zero_to_lightgbm() -> None:
    """It rounds such x away before a tree sees them, so that a threshold of -1e-35 takes them for positive."""
    tiny = float(np.float32(1e-35))
    x = np.zeros((7, 5))
    x[:, 0] = -tiny, tiny, np.nextafter(-tiny, -1), np.nextafter(tiny, 1), -1e-36, 1e-36, 0
    text = text_of(train(rounds=1, num_leaves=2, **{**NUMBER, "max_bin": 3}))
    place = text.index("\nthreshold=") + len("\nthreshold=")
    for threshold in (-tiny, tiny, 0.0, -1e-36, 1e-36):
        changed = text[:place] + repr(threshold) + text[text.index("\n", place) :]
        changed = re.sub(r"\ntree_sizes=.*", "", re.sub(r"\nsplit_feature=.*", r"\nsplit_feature=0", changed))
        expected = lightgbm.Booster(model_str=changed).predict(x)
        assert len(set(expected)) == 2
        np.testing.assert_array_equal(run_engine(read_text(changed))({"features": x})["margin"], expected)


def test_only_the_best_iterations_count() -> None:
    data = lightgbm.Dataset(X[:400], TARGETS["two"][:400])
    settings = {"objective": "binary", "verbose": -1, "num_threads": 1, "early_stopping_round": 2}
    other = lightgbm.Dataset(X[400:], TARGETS["two"][400:], reference=data)
    booster = lightgbm.train({**settings, "learning_rate": 0.5}, data, 100, valid_sets=[other],
                             keep_training_booster=True)  # fmt: skip
    assert 1 < booster.best_iteration < booster.current_iteration()
    model = source.from_object(booster)
    assert len(forest_of(model).roots) == booster.best_iteration
    exact(compare_forest(model, source.predictor(booster), run_engine(model), 400))


def test_a_random_forest_may_be_stopped_too() -> None:
    booster = train(**SETTINGS["random forest of classes"])
    booster.best_iteration = 4
    model = source.from_object(booster)
    assert len(forest_of(model).roots) == 12
    exact(compare_forest(model, source.predictor(booster), run_engine(model), 400))


def test_convert_takes_a_booster_and_its_file(tmp_path: Path) -> None:
    booster = train(**BINARY)
    booster.save_model(tmp_path / "forest.txt")
    assert recognise(tmp_path / "forest.txt") is source
    alive, read_back = lading.convert(booster), read(tmp_path / "forest.txt")
    assert alive.agreement is not None and alive.agreement["outputs"]["margin"]["differing rows"] == 0
    x = np.nan_to_num(X[:50])
    np.testing.assert_array_equal(run_engine(alive)({"features": x})["score"],
                                  run_engine(read_back)({"features": x})["score"])  # fmt: skip
    assert read_back.name == "forest"
    assert read_back.record["origin"]["objective"] == "binary sigmoid:0.7"
    assert set(read_back.record["origin"]["feature ranges"]) == {f"Column_{i}" for i in range(5)}


def test_names_and_categories_of_a_table_are_kept() -> None:
    import pandas

    table = pandas.DataFrame(X[:, [0, 2]], columns=["pt", "d0"])
    table["kind"] = pandas.Categorical.from_codes((X[:, 1] % 3).astype(int), categories=["jet", "tau", "muon"])
    booster = lightgbm.train({"verbose": -1, "num_threads": 1}, lightgbm.Dataset(table, TARGETS["number"]), 5)
    model = source.from_object(booster)
    assert list(model.inputs["features"].variables) == ["pt", "d0", "kind"]
    assert model.record["origin"]["pandas categories"] == [["jet", "tau", "muon"]]
    codes = table.assign(kind=table["kind"].cat.codes).to_numpy(float)
    np.testing.assert_array_equal(run_engine(model)({"features": codes})["margin"], booster.predict(table))


def test_names_that_lightgbm_made_up_are_none() -> None:
    given = source.from_object(train(**NUMBER)).inputs["features"]
    assert given.axes == ["entry", 5] and given.type == "float64"


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_older_versions_are_read(version: str) -> None:
    """They lack some keys; before 2.2 nothing stood between the last tree and the importances."""
    booster = train(**BINARY)
    lines = text_of(booster).replace("version=v4", f"version={version}").split("\n")
    lines = [line for line in lines if not line.startswith(("is_linear", "tree_sizes", "end of trees"))]
    model = read_text("\r\n".join(lines))
    exact(compare_forest(model, source.predictor(booster), run_engine(model), 200))


def test_an_unknown_objective_is_refused() -> None:
    text = text_of(train(**BINARY)).replace("objective=binary sigmoid:0.7", "objective=survival")
    with pytest.raises(UnsupportedError, match=r"forest\.txt: the objective is 'survival'.*known are binary"):
        read_text(text)


def wrong(key: str, value: str) -> str:
    """A file in which one line of the first tree, or of the header, says something else."""
    text = text_of(train(rounds=2, **{**BINARY, "categories": True}))
    start = text.index(f"\n{key}=") + 1
    return text[:start] + f"{key}={value}" + text[text.index("\n", start) :]


EIGHT = "0 1 2 3 4 5 6"
DAMAGES = [
    ("num_leaves", "9", "8 items of 'leaf_value', there should be 9"),
    ("num_leaves", "-1", "tree 0 has -1 leaves"),
    ("left_child", EIGHT, "node . of tree 0 has two parents, or is its own descendant"),
    ("left_child", "77 " * 7, "tree 0: 'left_child' leads to 77"),
    ("right_child", "-9 " * 7, "tree 0: 'right_child' leads to -9"),
    ("split_feature", "5 " * 7, "looks at feature 5, there are 5"),
    ("threshold", "nan " * 7, "nan|NaN"),
    ("threshold", "1 " * 6, "6 items of 'threshold', there should be 7"),
    ("decision_type", "12 " * 7, "'decision_type' holds 12"),
    ("cat_boundaries", "0 9", "has the set . which is not in the file|has the set .,"),
    ("cat_threshold", "-1", "damaged"),
    ("leaf_value", "x " * 8, "could not convert string to float: 'x'"),
    ("leaf_value", "nan " * 8, "is a leaf whose value is NaN"),
    ("num_tree_per_iteration", "3", "2 trees for 3 outputs"),
    ("num_tree_per_iteration", "0", "2 trees for 0 outputs"),
    ("max_feature_idx", "5", "5 names for 6 features"),
    ("tree_sizes", "1", "2 trees, 'tree_sizes' has 1"),
    ("objective", "binary sigmoid:x", "could not convert string to float"),
    ("objective", "binary sigmoid:nan", "the objective is 'binary sigmoid:nan'"),
    ("objective", "multiclass num_class:3", "'multiclass num_class:3' with 1 outputs"),
    ("Tree", "7", "line .*: 'Tree=7' in place of 'Tree=0'"),
    ("num_cat", "0\nnum_cat=0", "'num_cat' for the second time"),
]


@pytest.mark.parametrize(("key", "value", "message"), DAMAGES, ids=[f"{key} {value[:9]}" for key, value, _ in DAMAGES])
def test_damages_are_named(key: str, value: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_text(wrong(key, value))


def test_a_file_that_is_cut_off_is_refused() -> None:
    text = text_of(train(rounds=2, **{**BINARY, "categories": True}))
    whole = text.index("end of trees") + len("end of trees")
    for end in [*range(0, whole, 41), whole - 1]:
        with pytest.raises(FormatError, match=r"forest\.txt"):
            read_text(text[:end])


def test_random_damage_is_a_format_error_or_another_forest() -> None:
    random = np.random.default_rng(3)
    data = text_of(train(rounds=2, **{**BINARY, "categories": True, "linear_tree": True})).encode()
    end, refused = data.index(b"end of trees"), 0
    letters = np.frombuffer(b"0123456789 -=\n.ex\xff", np.uint8)
    for _ in range(400):
        changed = bytearray(data)
        for at in random.integers(0, end, random.integers(1, 4)):
            changed[at] = random.choice(letters)
        try:
            to_buffers(source.read_bytes(bytes(changed), "forest.txt"))
        except (FormatError, UnsupportedError) as error:
            assert str(error).startswith("forest.txt")
            refused += 1
    assert refused > 100


def test_categories_that_are_whole_numbers_are_fed_as_they_are() -> None:
    """Charges, PDG codes: a table holds them, not the codes that pandas gives them; unknown ones are as missing."""
    pandas = pytest.importorskip("pandas")
    random = np.random.default_rng(3)
    kind = random.choice([-211, 11, 13, 22, 211], len(X))
    table = pandas.DataFrame({"pt": X[:, 0], "pdg": pandas.Categorical(kind)})
    target = (np.isin(kind, [11, 13]) ^ (X[:, 0] > 0.5)).astype(int)
    settings = {"objective": "binary", "verbose": -1, "num_threads": 1, "min_data_per_group": 5}
    booster = lightgbm.train(settings, lightgbm.Dataset(table, target), 8)
    model = lading.convert(booster)
    assert model.input_list[0].variable_list[1].categories == [-211, 11, 13, 22, 211]
    expected = booster.predict(table, raw_score=True)
    for given in (table, {"pt": X[:, 0], "pdg": kind}, {"pt": X[:, 0], "pdg": kind.astype(float)}):
        np.testing.assert_array_equal(model.run(given)["margin"], expected)
    for other in (2212.0, np.nan):
        unseen = pandas.DataFrame({"pt": X[:, 0], "pdg": pandas.Categorical(np.full(len(X), other))})
        np.testing.assert_array_equal(model.run({"pt": X[:, 0], "pdg": np.full(len(X), other)})["margin"],
                                      booster.predict(unseen, raw_score=True))  # fmt: skip
