"""The headers of lading/compat give the numbers of what they replace, called as existing code calls it."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from building import ROOT
from compat import Shim, numbers, rows_file

import lading

sys.path.insert(0, str(ROOT / "tests" / "sources" / "tmva"))
import tmva_oracle as oracle

SOURCES = ROOT / "tests" / "sources"


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
    model, spectators = lading.load(bundle), ("--", "eta", "nVertices")
    expected = model.run(dict(zip(model.inputs["features"].variables, x.T, strict=True)))["score"]
    *lines, refused = shim("tmva_reader", "spectators", bundle, rows_file(tmp_path, x), *NAMES, *spectators)
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
