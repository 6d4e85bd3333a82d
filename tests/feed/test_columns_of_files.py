"""Which columns of a file are the variables, and in what units."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import polars as pl
import pytest
import uproot
from events_files import ETA, PT
from mirrors import one_input

from lading.endpoints import Variable


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".root", ".h5", ".npz"])
def test_a_column_that_a_converter_would_call_like_the_variable(tmp_path: Path, ending: str) -> None:
    path, table = tmp_path / f"events{ending}", {"d0/sigma": PT, "jet eta": ETA, "other": ETA}
    if ending == ".root":  # a branch cannot be called d0/sigma
        table = {"d0_sigma": PT, "jet eta": ETA}
        with uproot.recreate(path) as file:
            file["events"] = table
    elif ending == ".h5":
        with h5py.File(path, "w") as file:
            file["jets"] = np.array(list(zip(PT, ETA, strict=True)), [("d0/sigma", "f4"), ("jet eta", "f4")])
    elif ending == ".npz":
        np.savez(path, **{"jets/d0/sigma": PT, "jets/jet eta": ETA})
    else:
        frame = pl.DataFrame(table)
        frame.write_csv(path) if ending == ".csv" else frame.write_parquet(path)
    scores = one_input(Variable("d0_sigma"), Variable("jet_eta")).run(path)
    np.testing.assert_array_equal(scores["out"], np.stack([PT, ETA], axis=1))


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".root"])
def test_columns_and_units_of_a_file(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"events{ending}"
    table = {"Jet_pt": PT * 1000, "eta": ETA}
    if ending == ".root":
        with uproot.recreate(path) as file:
            file["events"] = table
    else:
        frame = pl.DataFrame(table)
        frame.write_csv(path) if ending == ".csv" else frame.write_parquet(path)
    model = one_input(Variable("pt", "GeV"), Variable("eta"))
    np.testing.assert_array_equal(model.run(path, columns={"pt": "Jet_pt"}, units={"pt": "MeV"})["p_pt"], PT)
