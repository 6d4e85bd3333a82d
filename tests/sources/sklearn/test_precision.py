"""A Pipeline that was fitted on float32 columns is prepared as scikit-learn prepares float32 columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler
from sklearn_models import WITH_NAN

import lading
from lading.sources import sklearn as source

RANDOM = np.random.default_rng(4)
EVENTS = RANDOM.normal(5000, 2000, size=(2000, 3))
TARGET = np.sin(EVENTS[:, 0] / 1000) + EVENTS[:, 1] / 3000
HISTOGRAM = HistGradientBoostingRegressor(max_iter=8)
STEPS = {"standard": [StandardScaler()], "robust": [RobustScaler()], "min and max": [MinMaxScaler()],
         "largest": [MaxAbsScaler()], "imputed": [SimpleImputer(), StandardScaler(), MinMaxScaler(clip=True)],
         "robust then standard": [RobustScaler(), StandardScaler()]}  # fmt: skip


@pytest.mark.parametrize("type_", ["float32", "float64"])
@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_margins_are_those_of_the_type_that_it_was_fitted_on(steps: list[Any], type_: str) -> None:
    events = EVENTS.astype(type_)
    pipeline = make_pipeline(*steps, HISTOGRAM).fit(events, TARGET)
    model = lading.convert(pipeline)
    scores = model.run({"features": dict(zip(["x0", "x1", "x2"], events.T, strict=True))})["score"]
    np.testing.assert_array_equal(scores, pipeline.predict(events))
    assert source.predictor(pipeline).is_alone(model)


def test_the_type_can_be_chosen() -> None:
    pipeline = make_pipeline(StandardScaler(), RandomForestRegressor(5, random_state=1)).fit(EVENTS, TARGET)
    model = lading.convert(pipeline, raw="float32")
    assert {variable.raw for variable in model.inputs["features"].variables.values()} == {None}
    single = EVENTS.astype("f4")
    scores = model.run({"features": dict(zip(["x0", "x1", "x2"], single.T, strict=True))})["score"]
    np.testing.assert_array_equal(scores, pipeline.predict(single))
    with pytest.raises(lading.ValueRefused, match="raw='half': columns are float32 or float64"):
        lading.convert(pipeline, raw="half")
    with pytest.raises(lading.ValueRefused, match=r"no option .row..*did you mean .raw."):
        lading.convert(pipeline, row="float32")


def test_columns_of_round_numbers_say_nothing() -> None:
    pipeline = make_pipeline(SimpleImputer(), HISTOGRAM).fit(np.round(WITH_NAN), WITH_NAN[:, 0] > 0)
    assert source.from_object(pipeline).inputs["features"].type == "float64"
