"""Categories and the steps of a Pipeline become preparation of variables, and give the library's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler
from sklearn_models import CATEGORIES, TARGET, TWO, WITH_NAN, X, fitted

import lading
from lading.sources import sklearn as source

PIPELINES = {
    "mean": [SimpleImputer()],
    "a number": [SimpleImputer(strategy="constant", fill_value=-7.25)],
    "standard": [StandardScaler()],
    "no mean": [StandardScaler(with_mean=False)],
    "no deviation": [StandardScaler(with_std=False)],
    "all": [SimpleImputer(strategy="median"), RobustScaler(), "passthrough", MinMaxScaler(clip=True), MaxAbsScaler()],
}


def run(model: Any, rows: np.ndarray) -> dict[str, np.ndarray]:
    names = list(model.inputs["features"].variables)
    return model.run({"features": dict(zip(names, rows.T, strict=True))})


def rows() -> np.ndarray:
    random = np.random.default_rng(8)
    far = np.where(random.random((500, 4)) < 0.05, np.nan, 10 * random.normal(size=(500, 4)))
    return np.concatenate([WITH_NAN, X, far])


@pytest.mark.parametrize("steps", PIPELINES.values(), ids=PIPELINES)
def test_a_pipeline_gives_its_numbers_from_raw_values(steps: list[Any]) -> None:
    pipeline = make_pipeline(*steps, RandomForestRegressor(10, random_state=1)).fit(WITH_NAN, TARGET)
    model = source.from_object(pipeline)
    assert all(variable.raw == "float64" for variable in model.inputs["features"].variables.values())
    np.testing.assert_array_equal(run(model, rows())["score"], pipeline.predict(rows()))
    lading.convert(pipeline)


def test_categories_go_through_the_numbers_that_the_library_gives_them() -> None:
    estimator = fitted("Hist four categories")
    model = source.from_object(estimator)
    assert model.inputs["features"].variables["x1"].categories == list(range(0, 36, 3))
    events = CATEGORIES.copy()
    events[::3, 1] = np.tile([1.0, 37.0, -3.0, 0.5, np.nan, 300.0, 256.0, 1e30], len(events))[: len(events[::3])]
    np.testing.assert_array_equal(run(model, events)["margin"], estimator.decision_function(events))


def test_categories_stay_what_they_are_behind_other_columns_that_are_imputed() -> None:
    pipeline = make_pipeline(SimpleImputer(strategy="most_frequent"),
                             HistGradientBoostingClassifier(max_iter=5, categorical_features=[1, 3]))  # fmt: skip
    pipeline.fit(CATEGORIES, TWO)
    np.testing.assert_array_equal(run(source.from_object(pipeline), CATEGORIES)["margin"],
                                  pipeline.decision_function(CATEGORIES))  # fmt: skip


@pytest.mark.filterwarnings("ignore:Skipping features without any")
def test_scaled_categories_are_refused_and_empty_columns_left_out() -> None:
    scaled = make_pipeline(MaxAbsScaler(), HistGradientBoostingClassifier(max_iter=2, categorical_features=[3]))
    with pytest.raises(lading.UnsupportedError, match=r"category"):
        source.from_object(scaled.fit(CATEGORIES, TWO))
    empty = WITH_NAN.copy()
    empty[:, 2] = np.nan
    pipeline = make_pipeline(SimpleImputer(keep_empty_features=False), RandomForestRegressor(2))
    with pytest.warns(UserWarning, match="without any observed values"):
        pipeline.fit(empty, TARGET)
    model = source.from_object(pipeline)
    assert list(model.inputs["features"].variables) == ["x0", "x1", "x3"]
    np.testing.assert_array_equal(run(model, rows()[:, [0, 1, 3]])["score"], pipeline.predict(rows()))


@pytest.mark.parametrize("unknown", [-1, np.nan, 99], ids=str)
@pytest.mark.parametrize("behind", ["categories", "one of them", "none"])
def test_categories_unknown_to_an_encoder_are_unknown_to_the_forest(unknown: float, behind: str) -> None:
    """What a forest calls no category of its own, and what it compares as a number."""
    from sklearn.compose import make_column_transformer
    from sklearn.preprocessing import OrdinalEncoder

    categorical = {"categories": [0, 1], "one of them": [1], "none": []}[behind]
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=unknown)
    columns = make_column_transformer((encoder, [1, 3]), (StandardScaler(), [0]))
    pipeline = make_pipeline(columns, HistGradientBoostingClassifier(max_iter=9, categorical_features=categorical))
    events = CATEGORIES.copy() if np.isnan(unknown) else np.nan_to_num(CATEGORIES)
    pipeline.fit(events, TWO)
    events[::3, 1], events[::5, 3] = 1000, -7
    model = lading.convert(pipeline)
    given = model.inputs["features"].variables
    found = model.run({"features": {name: events[:, int(name[1:])] for name in given}})
    np.testing.assert_array_equal(found["margin"], pipeline.decision_function(events))


def test_the_library_may_be_unable_to_say_anything_of_numbers() -> None:
    pandas = pytest.importorskip("pandas", reason="columns of true and false come with tables")
    from sklearn.compose import make_column_transformer
    from sklearn.preprocessing import OrdinalEncoder

    table = pandas.DataFrame({"pt": X[:, 0], "charge": CATEGORIES[:, 3], "tagged": X[:, 1] > 0})
    columns = make_column_transformer((OrdinalEncoder(), ["charge"]), remainder="passthrough")
    pipeline = make_pipeline(columns, HistGradientBoostingClassifier(max_iter=3, categorical_features=[0]))
    with pytest.raises(lading.AgreementError, match="gives no numbers for a made-up table of numbers: TypeError"):
        lading.convert(pipeline.fit(table, TWO))
