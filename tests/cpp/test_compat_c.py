"""XGBoost's and LightGBM's C interfaces of lading/compat, against the libraries themselves in the same program."""

from __future__ import annotations

from pathlib import Path

import lightgbm
import numpy as np
import pytest
import xgboost
from compat import Shim, numbers, rows_file

import lading


def training(seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Rows with missing values, and three classes that they tell roughly."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(400, 3)).round(1).astype(np.float32)
    x[random.random(x.shape) < 0.1] = np.nan
    seen = np.nan_to_num(x[:, :2]) + random.normal(size=(400, 2))
    return x, (seen[:, 0] > 0.3).astype(int) + (seen[:, 1] > 0.5)


@pytest.mark.parametrize("objective", ["binary:logistic", "multi:softprob", "multi:softmax", "reg:squarederror"])
def test_xgboost(objective: str, shim: Shim, tmp_path: Path) -> None:
    x, y = training()
    classes = {"num_class": 3} if objective.startswith("multi") else {}
    data = xgboost.DMatrix(x, y if classes else y > 0)
    booster = xgboost.train({"objective": objective, "max_depth": 4, "nthread": 1, **classes}, data, 20)
    lading.convert(booster, compare=False).save(tmp_path / "bdt.lading")
    booster.save_model(tmp_path / "bdt.json")
    rows = rows_file(tmp_path, np.where(np.isnan(x), np.float32(-999), x))
    got = numbers(shim("xgboost", tmp_path / "bdt.lading", rows, 3, tmp_path / "bdt.json"))
    scores, margins = booster.predict(data).reshape(len(x), -1), booster.predict(data, output_margin=True)
    margins, width = margins.reshape(len(x), -1), scores.shape[1]
    assert np.array_equal(got[:, width:][:, : margins.shape[1]], margins) and len(np.unique(margins)) > 50
    np.testing.assert_allclose(got[:, :width], scores, rtol=2.4e-7)
    same, rest = np.split(got[:, width + margins.shape[1] :], [width], axis=1)
    assert np.array_equal(same, got[:, :width])  # XGBoosterPredictFromDMatrix
    ours, theirs = np.split(rest, 2, axis=1)
    np.testing.assert_allclose(ours, theirs, rtol=2.4e-7)
    assert np.array_equal(ours[:, -margins.shape[1] :], theirs[:, -margins.shape[1] :])


def test_xgboost_refuses(shim: Shim, tmp_path: Path) -> None:
    x, y = training()
    bundle = str(tmp_path / "bdt")
    lading.convert(xgboost.train({"nthread": 1}, xgboost.DMatrix(x, y), 2), compare=False).save(bundle)
    said = shim("xgboost", bundle)
    assert said[1].startswith("-1 nowhere: ")
    assert said[:1] + said[2:] == [
        "-1 the booster is empty: call XGBoosterLoadModel before",
        f"-1 '{bundle}' has 3 features, the matrix 9 columns",
        "-1 XGBoosterPredict: option_mask is 4; a bundle gives predictions (0) and margins (1)",
        "-1 XGBoosterPredict: ntree_limit is 7; a bundle has all its trees: convert the booster cut to these, with 0 "
        "here",
        "-1 the handle of the booster is null",
        "-1 XGBoosterSetParam: 'base_score' is part of the model: set it before converting",
        *(f"-1 the configuration of a prediction: '{name}' is not what is taken here, in {json}" for name, json in (
            ("type", '{"type": 2}'), ("iteration_end", '{"type": 0, "iteration_end": 10}'),
            ("missing", '{"type": 0, "missing": nothing}'))),
        *(f"-1 the array of a prediction: '{name}' is not what is taken here, in {json}" for name, json in (
            ("shape", "{}"), ("shape", '{"shape": [1], "data": [1, true], "typestr": "<f4"}'),
            ("data", '{"shape": [1, 3], "data": [0, true], "typestr": "<f4"}'),
            ("typestr", '{"shape": [1, 3], "data": [1, true], "typestr": "<i4"}'),
            ("strides", '{"shape": [1, 3], "data": [1, true], "typestr": "<f4", "strides": [24, 8]}'))),
    ]  # fmt: skip


@pytest.mark.parametrize("objective", ["binary", "multiclass", "regression"])
def test_lightgbm(objective: str, shim: Shim, tmp_path: Path) -> None:
    x, y = training()
    options = {"objective": objective, "verbose": -1, "num_threads": 1, "min_data_in_leaf": 5}
    options |= {"num_class": 3} if objective == "multiclass" else {}
    target = y if objective == "multiclass" else y > 0
    booster = lightgbm.train(options, lightgbm.Dataset(x, target), 20)
    lading.convert(booster, compare=False).save(tmp_path / "bdt.lading")
    booster.save_model(tmp_path / "bdt.txt")
    told, *lines = shim("lightgbm", tmp_path / "bdt.lading", rows_file(tmp_path, x), 3, tmp_path / "bdt.txt")
    ours, theirs = np.split(numbers(lines), 2, axis=1)
    scores, margins = (np.reshape(booster.predict(x, raw_score=raw), (len(x), -1)) for raw in (False, True))
    width = scores.shape[1]
    assert told == f"3 {width}" and np.array_equal(theirs, np.hstack([scores, margins]))
    assert np.array_equal(ours[:, width:], margins) and len(np.unique(margins)) > 50
    np.testing.assert_allclose(ours[:, :width], scores, rtol=5e-16)


def test_lightgbm_refuses(shim: Shim, tmp_path: Path) -> None:
    x, y = training()
    bundle = str(tmp_path / "bdt")
    booster = lightgbm.train({"verbose": -1, "num_threads": 1}, lightgbm.Dataset(x, y), 2)
    lading.convert(booster, compare=False).save(bundle)
    nowhere, *said = shim("lightgbm", bundle)
    assert nowhere.startswith("-1 nowhere: ")
    assert said == [
        f"-1 '{bundle}': it has 3 features, the row 9",
        f"-1 '{bundle}': predict_type is 3; a bundle gives predictions (C_API_PREDICT_NORMAL) and margins "
        "(C_API_PREDICT_RAW_SCORE)",
        f"-1 '{bundle}': iterations 0 and 7 on; a bundle has all its trees: convert the booster cut to these, with 0 "
        "and -1 here",
        f"-1 '{bundle}': data_type is 2; it should be C_API_DTYPE_FLOAT32 or _FLOAT64",
        f"-1 '{bundle}': pred_early_stop would leave trees out; a bundle adds all",
        "-1 the handle of the booster is null",
        "-1 the handle of the configuration is null",
    ]
