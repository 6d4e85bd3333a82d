"""The headers of lading/compat give the numbers of what they replace, called as existing code calls it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import lightgbm
import numpy as np
import pytest
import xgboost
from building import ROOT, run

import lading
from lading.engine.installation import installation
from test_linking import COMPILER, STRICT

SOURCES = ROOT / "tests" / "sources"
sys.path.insert(0, str(SOURCES / "tmva"))
import tmva_oracle as oracle

Shim = Callable[..., list[str]]


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Shim:
    """shim("gbrforest", argument...): the lines that the program of this name prints. Each is compiled once."""
    folder, found = tmp_path_factory.mktemp("compat"), installation()

    def lines(name: str, *arguments: object) -> list[str]:
        if not (folder / name).exists():
            source = ROOT / "cpp" / "tests" / "compat" / f"{name}.cpp"
            run(COMPILER, *STRICT, "-Wconversion", source, *f"{found.cflags} {found.libs}".split(), "-o", folder / name)
        return run(folder / name, *map(str, arguments)).splitlines()

    return lines


def numbers(lines: list[str]) -> np.ndarray:
    return np.array([[float.fromhex(each) for each in line.split()] for line in lines])


def rows_file(folder: Path, rows: np.ndarray) -> Path:
    path = folder / "rows"
    path.write_bytes(np.float32(rows).tobytes())
    return path


# ---- MVAUtils


@pytest.mark.parametrize("function", ["response", "classification", "gradient", "multi"])
@pytest.mark.parametrize("flavour", ["xgboost", "lgbm", "tmva_ada", "tmva_grad"])
def test_mvautils(flavour: str, function: str, shim: Shim, tmp_path: Path) -> None:
    stored = np.load(SOURCES / "mvautils" / "numbers.npz")
    response = "multi:3" if function == "multi" else function
    model = lading.convert(SOURCES / "mvautils" / f"{flavour}.root", response=response, compare=False)
    model.save(tmp_path / "bdt")
    rows, expected = stored[f"{flavour}/X"], stored[f"{flavour}/{function}"].reshape(len(stored[f"{flavour}/X"]), -1)
    got = numbers(shim("mvautils", function, tmp_path / "bdt", rows_file(tmp_path, rows), rows.shape[1]))
    assert np.array_equal(got, np.tile(expected, 3), equal_nan=True)


def test_mvautils_refuses_what_the_bundle_is_not(shim: Shim, tmp_path: Path) -> None:
    lading.convert(SOURCES / "mvautils" / "tmva_grad.root", response="response", compare=False).save(tmp_path / "bdt")
    bundle = str(tmp_path / "bdt")
    assert shim("mvautils", "refusals", bundle) == [
        f"'{bundle}' was not converted for GetClassification (it has: GetResponse); convert the ROOT file with "
        "--response classification",
        f"'{bundle}' was not converted for GetMultiResponse (it has: GetResponse); convert the ROOT file with "
        "--response multi:N",
        f"'{bundle}' takes 5 values, was given 2",
        "-9999 0 5",
    ]


# ---- GBRForest


def test_gbrforest(shim: Shim, tmp_path: Path) -> None:
    stored = np.load(SOURCES / "gbrforest" / "memberwise.npz")
    lading.convert(SOURCES / "gbrforest" / "memberwise.root", compare=False).save(tmp_path / "forest.lading")
    names, *lines = shim("gbrforest", tmp_path / "forest.lading", rows_file(tmp_path, stored["X"]))
    response = stored["gbrForest"]
    assert names.split()[:2] == ["pt", "eta"] and len(np.unique(response)) > 20
    got = numbers(lines)
    assert np.array_equal(got[:, :2], np.stack([response, response], 1))
    np.testing.assert_allclose(got[:, 2], 2 / (1 + np.exp(-2 * response)) - 1, rtol=1e-14, atol=1e-15)
    assert np.array_equal(got[:, 2], got[:, 3])


# ---- TMVA

#: What the files of tests/sources/tmva are fed, as they spell it.
NAMES = ["pt", "abs( eta )", "d0 := d0/sigma(d0)", "nTracks"]


def tmva_rows(columns: int) -> np.ndarray:
    """Values on the cuts (which are quarters) and between; numbers of tracks are whole."""
    random = np.random.default_rng(3)
    x = random.integers(-2, 20, (200, columns)) / np.float32(4)
    x[::5] = random.normal(2, 2, x[::5].shape)
    x[:, 3] = np.floor(x[:, 3])
    x[7, 1] = np.nan
    return np.float32(x)


def tmva_bundle(name: str, folder: Path) -> tuple[Path, ElementTree.Element]:
    (path,) = (SOURCES / "tmva").glob(f"{name}.weights.xml*")
    lading.convert(path, compare=False).save(folder / "bdt")
    return folder / "bdt", oracle.root_of(path)


@pytest.mark.parametrize("name", ["grad", "purity"])
def test_tmva_reader(name: str, shim: Shim, tmp_path: Path) -> None:
    (bundle, root), x = tmva_bundle(name, tmp_path), tmva_rows(4)
    got = numbers(shim("tmva_reader", "mva", bundle, rows_file(tmp_path, x), *NAMES))
    formula = (lambda row: oracle.grad(root, row, True)) if name == "grad" else (
        lambda row: oracle.weighted_mean(root, row, False, oracle.purity))  # fmt: skip
    expected = [-999.0 if np.isnan(row).any() else formula(row)[1] for row in x]
    np.testing.assert_allclose(got, np.stack([expected] * 3, 1), rtol=5e-16, atol=5e-16)
    assert len(np.unique(expected)) > 20


def test_tmva_reader_of_several_numbers(shim: Shim, tmp_path: Path) -> None:
    (bundle, root), x = tmva_bundle("multiclass", tmp_path), tmva_rows(4)
    *lines, one, third, late = shim("tmva_reader", "multiclass", bundle, rows_file(tmp_path, x), *NAMES)
    expected = np.array([oracle.multiclass(root, row, 3)[1] for row in x])
    np.testing.assert_allclose(numbers(lines), np.column_stack([expected, expected[:, 2]]), rtol=1.2e-7)
    assert one == f"'{bundle}' gives 3 numbers, EvaluateMVA one: call EvaluateMulticlass or EvaluateRegression"
    assert third == "number 3 of 'BDT' is asked for, it gives 3"
    assert late == "'late' was added after BookMVA: add all variables before"


def test_tmva_reader_of_a_regression(shim: Shim, tmp_path: Path) -> None:
    (bundle, root), x = tmva_bundle("regression", tmp_path), tmva_rows(4)
    expected = [oracle.regression(root, row, True)[1] for row in x]
    got = numbers(shim("tmva_reader", "regression", bundle, rows_file(tmp_path, x), *NAMES))
    assert np.array_equal(got, np.stack([np.float32(expected)] * 2, 1))


def test_tmva_reader_with_spectators_of_categories(shim: Shim, tmp_path: Path) -> None:
    (bundle, _), x = tmva_bundle("category", tmp_path), tmva_rows(6)
    expected = lading.load(bundle).run({"features": lading.positional(x, order=list(
        lading.load(bundle).inputs["features"].variables))})["score"]  # fmt: skip
    *lines, refused = shim("tmva_reader", "spectators", bundle, rows_file(tmp_path, x), *NAMES, "--", "eta", "nVertices")
    assert np.array_equal(numbers(lines)[:, 0], expected, equal_nan=True) and len(np.unique(expected)) > 20
    assert refused == ("EvaluateMVA of 'BDT': 4 values are given, but it looks at spectators too: use their addresses")


@pytest.mark.parametrize(("names", "text"), [
    (["pT", *NAMES[1:]], "variable 'pT' is not in input 'features' (has: 'pt', 'nTracks', 'abs(eta)', 'd0_sigma(d0)'); "
                         "did you mean 'pt'?"),
    (NAMES[1:], "variable 'pt' of '{}' was not given to TMVA::Reader: call AddVariable (or AddSpectator) before "
                "BookMVA"),
])  # fmt: skip
def test_tmva_reader_refuses_other_variables(names: list[str], text: str, shim: Shim, tmp_path: Path) -> None:
    bundle, _ = tmva_bundle("grad", tmp_path)
    assert shim("tmva_reader", "refusals", bundle, "-", *names) == [
        text.format(bundle), "no model is booked as 'BDTG' (booked: none)"]  # fmt: skip


# ---- XGBoost and LightGBM


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
    scores, margins = booster.predict(data), booster.predict(data, output_margin=True)
    fed = np.where(np.isnan(x), np.float32(-999), x)
    got = numbers(shim("xgboost", tmp_path / "bdt.lading", rows_file(tmp_path, fed), 3))
    scores, margins = scores.reshape(len(x), -1), margins.reshape(len(x), -1)
    by_matrix, by_array = np.split(got, 2, axis=1)  # XGBoosterPredict; PredictFromDMatrix and PredictFromDense
    assert np.array_equal(by_matrix, by_array)
    assert np.array_equal(by_matrix[:, scores.shape[1] :], margins) and len(np.unique(margins)) > 50
    np.testing.assert_allclose(by_matrix[:, : scores.shape[1]], scores, rtol=2.4e-7)


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
        "-1 XGBoosterPredict: ntree_limit is 7; a bundle has all its trees: convert the booster cut to these, with 0 here",
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
    scores, margins = (np.reshape(booster.predict(x, raw_score=raw), (len(x), -1)) for raw in (False, True))
    got = numbers(shim("lightgbm", tmp_path / "bdt.lading", rows_file(tmp_path, x), 3))
    assert np.array_equal(got[:, scores.shape[1] :], margins) and len(np.unique(margins)) > 50
    np.testing.assert_allclose(got[:, : scores.shape[1]], scores, rtol=5e-16)


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
