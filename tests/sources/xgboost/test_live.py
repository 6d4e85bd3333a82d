"""Models of the XGBoost that is installed, compared with itself on thresholds, missing and infinite values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lading
from lading.agreement import run_engine
from lading.agreement.forests import LAST_PLACES, compare_forest
from lading.model import Model
from lading.sources import recognise, recognise_object
from lading.sources import xgboost as source

xgboost = pytest.importorskip("xgboost", reason="the oracle of these tests; the extra 'test' installs xgboost-cpu")

ROWS, NAMES = 400, ["pt", "eta", "phi", "mass", "charge"]
_random = np.random.default_rng(0)
X = np.where(_random.random((ROWS, 5)) < 0.1, np.nan, _random.normal(size=(ROWS, 5))).astype(np.float32)
_signal = np.nan_to_num(X[:, 0]) + 0.5 * np.nan_to_num(X[:, 1])
TARGETS = {
    "signal": (_signal > 0).astype(np.float32), "kind": np.digitize(_signal, [-0.5, 0.5]), "positive": np.exp(_signal),
    "count": np.floor(np.exp(_signal)), "several": np.stack([_signal, -_signal, np.exp(_signal)], 1),
    "flags": np.stack([_signal > 0, _signal < 0.2], 1).astype(np.float32),
}  # fmt: skip
CLASSES, VECTOR = {"num_class": 3}, {"multi_strategy": "multi_output_tree", "tree_method": "hist"}
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("binary:logistic", "signal", {}), ("reg:logistic", "signal", {}), ("binary:logitraw", "signal", {}),
    ("binary:hinge", "signal", {}), ("reg:squarederror", "positive", {}), ("reg:squaredlogerror", "positive", {}),
    ("reg:pseudohubererror", "positive", {}), ("reg:absoluteerror", "positive", {}), ("reg:gamma", "positive", {}),
    ("reg:tweedie", "positive", {}), ("survival:cox", "positive", {}), ("survival:aft", "positive", {}),
    ("count:poisson", "count", {}), ("multi:softmax", "kind", CLASSES), ("multi:softprob", "kind", CLASSES),
    ("reg:quantileerror", "positive", {"quantile_alpha": 0.3}),
    ("reg:quantileerror", "positive", {"quantile_alpha": [0.1, 0.5, 0.9]}),
    ("rank:ndcg", "signal", {}), ("rank:pairwise", "signal", {}), ("rank:map", "signal", {}),
    ("reg:squarederror", "several", {}), ("binary:logistic", "flags", {}), ("reg:squarederror", "several", VECTOR),
    ("binary:logistic", "flags", VECTOR), ("multi:softprob", "kind", {**CLASSES, **VECTOR}),
    ("binary:logistic", "signal", {"booster": "dart", "rate_drop": 0.4}),
    ("multi:softprob", "kind", {"booster": "dart", "rate_drop": 0.4, **CLASSES}),
    ("reg:squarederror", "positive", {"num_parallel_tree": 3, "subsample": 0.6, "base_score": 0.37}),
    ("multi:softprob", "kind", {"num_parallel_tree": 3, "subsample": 0.6, "base_score": 0.37, **CLASSES}),
]  # fmt: skip


def trained(objective: str, target: str, more: dict[str, Any], names: list[str] | None = NAMES) -> Any:
    """A small booster."""
    y = TARGETS[target]
    data = xgboost.DMatrix(X, y if objective != "survival:aft" else None, feature_names=names)
    if objective == "survival:aft":
        data.set_float_info("label_lower_bound", y)
        data.set_float_info("label_upper_bound", y + 1)
    if objective.startswith("rank:"):
        data.set_group([40] * 10)
    return xgboost.train({"objective": objective, "max_depth": 3, "seed": 1, **more}, data, 6)


def agrees(thing: Any) -> Model:
    """The model of a booster or XGBModel, which gives its numbers: margins to the bit."""
    model = source.from_object(thing)
    agreement = compare_forest(model, source.predictor(thing), run_engine(model))
    assert agreement.differing["margin"] == 0
    assert max(agreement.last_places.values()) <= LAST_PLACES
    return model


@pytest.mark.parametrize(("objective", "target", "more"), CASES, ids=lambda value: str(value) if value else "-")
def test_numbers_are_xgboosts(objective: str, target: str, more: dict[str, Any], tmp_path: Path) -> None:
    booster = trained(objective, target, more)
    model = agrees(booster)
    assert [variable.name for variable in model.input_list[0].variable_list] == NAMES
    assert model.record["origin"]["objective"] == objective
    for form in ("json", "ubj"):
        booster.save_model(tmp_path / f"model.{form}")
        read = recognise(tmp_path / f"model.{form}").read(tmp_path / f"model.{form}")
        assert read.weights.keys() == model.weights.keys()
        for name, array in model.weights.items():
            np.testing.assert_array_equal(read.weights[name], array)


@pytest.mark.parametrize("one_hot", [1, 100], ids=["sets", "one category a split"])
@pytest.mark.parametrize("names", [[f"decay {i}" for i in range(11)], list(range(10, 21))], ids=["text", "numbers"])
def test_categories_go_where_xgboost_sends_them(one_hot: int, names: list[Any]) -> None:
    pandas = pytest.importorskip("pandas")
    codes = _random.integers(0, 11, ROWS)
    table = pandas.DataFrame({"decay": pandas.Categorical.from_codes(codes, names), "pt": X[:, 0]})
    target = TARGETS["signal"].astype(int) ^ (codes % 3 == 0)
    parameters = {"objective": "binary:logistic", "max_cat_to_onehot": one_hot, "tree_method": "hist", "max_depth": 4}
    booster = xgboost.train(parameters, xgboost.DMatrix(table, target, enable_categorical=True), 10)
    model = agrees(booster)
    assert model.record["origin"]["categories"] == {"0": names}
    assert model.input_list[0].variable_list[0].description.startswith(f"category code: 0 {names[0]}, 1 {names[1]}, ")
    odd = np.float32([-0.5, -1, -0.0, 3.7, 10, 11, 31, 32, 64, 2**24, 2.0**40, np.inf, -np.inf, np.nan])
    rows = np.stack([odd, np.zeros_like(odd)], axis=1)
    np.testing.assert_array_equal(run_engine(model)({"features": rows})["margin"],
                                  source.predictor(booster).predict(rows)["margin"])  # fmt: skip


def test_early_stopping_is_applied_to_a_live_model_and_not_to_a_file(tmp_path: Path) -> None:
    model = xgboost.XGBClassifier(n_estimators=60, early_stopping_rounds=3, max_depth=2, learning_rate=0.8)
    y = TARGETS["signal"].astype(int)
    model.fit(X[:200], y[:200], eval_set=[(X[200:], y[200:])], verbose=False)
    rounds = model.get_booster().num_boosted_rounds()
    assert model.best_iteration + 1 < rounds
    live = agrees(model)
    got = run_engine(live)({"features": X})["score"]
    np.testing.assert_array_equal(got, model.predict_proba(X)[:, 1])
    assert len(live.weights["trees.roots"]) == model.best_iteration + 1
    model.save_model(tmp_path / "model.json")
    read = source.read(tmp_path / "model.json")
    assert len(read.weights["trees.roots"]) == rounds
    assert read.record["origin"]["attributes"]["best_iteration"] == str(model.best_iteration)
    assert recognise_object(model) is source


def test_softmax_gives_probabilities_as_score_and_the_number_as_class() -> None:
    soft, hard = (source.from_object(trained(f"multi:{name}", "kind", CLASSES)) for name in ("softprob", "softmax"))
    expected, got = run_engine(soft)({"features": X}), run_engine(hard)({"features": X})
    np.testing.assert_array_equal(got["score"], expected["score"])
    assert [label.name for label in hard.outputs["score"].label_list] == ["class_0", "class_1", "class_2"]
    np.testing.assert_array_equal(got["class"], expected["margin"].argmax(axis=1))


def test_linear_boosters_are_refused_with_the_reason() -> None:
    data = xgboost.DMatrix(X, TARGETS["positive"])
    booster = xgboost.train({"booster": "gblinear", "updater": "coord_descent"}, data, 2)
    with pytest.raises(ValueError, match=r"the booster is 'gblinear'; those of trees are read .* a linear model"):
        source.from_object(booster)


@pytest.mark.parametrize("case", [0, 3, 13, 14, 22, 25], ids=lambda place: f"{CASES[place][0]} {CASES[place][2]}")
def test_a_converted_model_survives_saving(case: int, tmp_path: Path) -> None:
    booster = trained(*CASES[case])
    model = lading.convert(booster)
    model.save(tmp_path / "bdt")
    got = lading.load(tmp_path / "bdt").run({name: X[:, place] for place, name in enumerate(NAMES)})
    expected = booster.predict(xgboost.DMatrix(X, feature_names=NAMES), output_margin=True)
    np.testing.assert_array_equal(got["margin"], expected)


@pytest.mark.parametrize("objective", ["binary:logistic", "count:poisson"])
def test_sums_start_at_the_bits_that_xgboost_makes_of_base_score(objective):
    """Margins of one stump, whose leaves are 0: the base alone."""
    wrong = []
    for base_score in [0.4964, *np.linspace(0.45, 0.55, 41), *np.linspace(0.01, 0.99, 20)]:
        how = {"objective": objective, "base_score": float(np.float32(base_score)), "max_depth": 1, "eta": 0.0}
        booster = xgboost.train(how, xgboost.DMatrix(X, label=TARGETS["signal"]), 1)
        margin = booster.inplace_predict(X[:1], predict_type="margin", validate_features=False)
        made = run_engine(source.from_object(booster))({"features": X[:1]})["margin"]
        if margin.tobytes() != made.tobytes():
            wrong.append(base_score)
    assert wrong == []


def test_a_number_that_means_missing_stays_missing() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(np.where(np.isnan(X), -999, X), columns=NAMES)
    regressor = xgboost.XGBRegressor(n_estimators=6, missing=-999).fit(table, TARGETS["positive"])
    model = lading.convert(regressor)
    assert model.input_list[0].variable_list[0].missing.when == [-999]
    np.testing.assert_array_equal(model.run(table)["score"], regressor.predict(table))
    nameless = xgboost.XGBRegressor(n_estimators=6, missing=-999).fit(table.to_numpy(), TARGETS["positive"])
    with pytest.raises(lading.UnsupportedError, match=r"missing=-999.*feed NaN in its place"):
        lading.convert(nameless)


def test_whoever_converts_a_file_hears_that_training_stopped_early(tmp_path: Path) -> None:
    half = slice(0, ROWS // 2), slice(ROWS // 2, ROWS)
    parts = [xgboost.DMatrix(X[rows], TARGETS["signal"][rows]) for rows in half]
    booster = xgboost.train({"objective": "binary:logistic", "eta": 1.0}, parts[0], 40, evals=[(parts[1], "other")],
                            early_stopping_rounds=3, verbose_eval=False)  # fmt: skip
    booster.save_model(tmp_path / "stopped.json")
    said: list[str] = []
    lading.convert(tmp_path / "stopped.json", progress=lambda text, done=False: said.append(text))
    assert any(f"iteration {booster.best_iteration} best" in text for text in said), said
    booster[: booster.best_iteration + 1].save_model(tmp_path / "best.json")
    said.clear()
    lading.convert(tmp_path / "best.json", progress=lambda text, done=False: said.append(text))
    assert not any("early stopping" in text for text in said), said
