"""The headers of lading/compat give the numbers of what they replace, called as existing code calls it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from building import ROOT, run

import lading
from lading.engine.installation import installation
from test_linking import COMPILER, STRICT

SOURCES = ROOT / "tests" / "sources"
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
