"""A Pipeline that ends in a model of another library gives that library's numbers, to the bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest
import xgboost
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn_models import FOUR, TARGET, TWO, WITH_NAN, X

import lading
from lading.sources import sklearn as source

SMALL: dict[str, Any] = {"n_estimators": 6}
QUIET: dict[str, Any] = SMALL | {"verbose": -1, "min_child_samples": 5}
MODELS = {
    "xgboost two": (xgboost.XGBClassifier(**SMALL), TWO), "xgboost four": (xgboost.XGBClassifier(**SMALL), FOUR),
    "xgboost regression": (xgboost.XGBRegressor(**SMALL), TARGET),
    "lightgbm two": (lightgbm.LGBMClassifier(**QUIET), TWO), "lightgbm four": (lightgbm.LGBMClassifier(**QUIET), FOUR),
    "lightgbm regression": (lightgbm.LGBMRegressor(**QUIET), TARGET),
}  # fmt: skip

pytestmark = pytest.mark.filterwarnings("ignore:X does not have valid feature names")


def fed(model: Any, rows: np.ndarray) -> dict[str, np.ndarray]:
    names = list(model.inputs["features"].variables)
    return model.run({"features": dict(zip(names, rows.T, strict=True)) if names else rows})


@pytest.mark.parametrize("name", MODELS)
def test_scaled_columns_go_into_the_forest_of_another_library(name: str) -> None:
    forest, target = MODELS[name]
    pipeline = make_pipeline(StandardScaler(), forest).fit(WITH_NAN, target)
    model = lading.convert(pipeline)
    assert model.inputs["features"].variables["x0"].prepare[0].keys() == {"subtract"}
    assert model.agreement["outputs"]["margin"]["differing rows"] == 0
    scores = fed(model, WITH_NAN)
    scaled = pipeline[0].transform(WITH_NAN)
    if name.startswith("xgboost"):
        margin = pipeline[1].predict(scaled, output_margin=True)
    else:
        margin = pipeline[1].predict(scaled, raw_score=True)
    np.testing.assert_array_equal(scores["margin"], margin)
    classes = hasattr(pipeline, "predict_proba")
    score = pipeline.predict_proba(WITH_NAN) if classes else pipeline.predict(WITH_NAN)
    expected = score[:, 1] if name.endswith("two") else score
    np.testing.assert_allclose(scores["score"], expected, rtol=3e-7 if name.startswith("xgb") else 1e-15)


def test_a_ranker_and_columns_in_another_order() -> None:
    columns = make_column_transformer((StandardScaler(), [2, 0]), remainder="passthrough")
    ranker = xgboost.XGBRanker(**SMALL)
    pipeline = make_pipeline(columns, ranker)
    pipeline.fit(X, TWO, xgbranker__qid=np.repeat(np.arange(20), 20))
    model = lading.convert(pipeline)
    np.testing.assert_array_equal(fed(model, X)["score"], pipeline.predict(X))


def test_behind_components_and_inside_a_vote() -> None:
    vote = VotingClassifier([("a", LogisticRegression()), ("b", lightgbm.LGBMClassifier(**QUIET))], voting="soft")
    pipeline = make_pipeline(StandardScaler(), PCA(3), vote).fit(X, FOUR)
    model = lading.convert(pipeline)
    np.testing.assert_allclose(fed(model, X)["score"], pipeline.predict_proba(X), rtol=0, atol=1e-12)


def test_a_number_that_means_missing_is_looked_for_behind_the_scaler() -> None:
    pipeline = make_pipeline(StandardScaler(), xgboost.XGBRegressor(**SMALL, missing=0.0))
    rows = np.where(np.abs(X) < 0.5, X.mean(axis=0), X)
    pipeline.fit(rows, TARGET)
    model = lading.convert(pipeline)
    np.testing.assert_array_equal(fed(model, rows)["score"], pipeline.predict(rows))


def test_a_file_says_that_it_is_to_be_converted_in_memory(tmp_path: Path) -> None:
    import skops.io

    pipeline = make_pipeline(StandardScaler(), lightgbm.LGBMClassifier(**QUIET)).fit(X, TWO)
    skops.io.dump(pipeline, tmp_path / "x.skops")
    with pytest.raises(lading.UnsupportedError, match="a LGBMClassifier of lightgbm, which a file of skops"):
        source.read(tmp_path / "x.skops")


@pytest.mark.full
def test_catboost_is_read_too() -> None:
    import catboost

    forest = catboost.CatBoostClassifier(n_estimators=5, verbose=0, allow_writing_files=False)
    pipeline = make_pipeline(StandardScaler(), forest).fit(X, FOUR)
    model = lading.convert(pipeline)
    margin = forest.predict(pipeline[0].transform(X), prediction_type="RawFormulaVal")
    np.testing.assert_array_equal(fed(model, X)["margin"], margin)
