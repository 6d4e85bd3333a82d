"""Events from HDF5 files: which dataset is taken, and the ways in which lists stand there."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from events_files import COUNTS, D0, ETA, PT, TRACKS, Z0, write_events
from mirrors import jets_and_tracks, nameless, one_input

import lading
from lading.endpoints import Variable


def test_ragged_datasets_of_hdf5(tmp_path: Path) -> None:
    path = tmp_path / "events.h5"
    with h5py.File(path, "w") as file:
        file["jets/pt"], file["jets/eta"], file["counts/track"] = PT, ETA, COUNTS
        file["tracks/d0"], file["tracks/z0"] = D0, Z0
    np.testing.assert_array_equal(jets_and_tracks().run(path).flat("out_tracks"), TRACKS)


def test_variable_length_datasets_of_hdf5(tmp_path: Path) -> None:
    path = tmp_path / "events.h5"
    with h5py.File(path, "w") as file:
        file["pt"], file["eta"] = PT, ETA
        for name, values in (("d0", D0), ("z0", Z0)):
            dataset = file.create_dataset(name, 3, h5py.vlen_dtype(np.float32))
            for entry, row in enumerate(np.split(values, np.cumsum(COUNTS)[:-1])):
                dataset[entry] = row
    np.testing.assert_array_equal(jets_and_tracks().run(path).flat("out_tracks"), TRACKS)


def test_an_input_without_names_is_a_dataset(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "events.h5", "w") as file:
        file["x"] = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(nameless(3).run(tmp_path / "events.h5")["out"], np.arange(6.0).reshape(2, 3))


def test_a_dataset_that_is_not_there(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "events.h5", "w") as file:
        file["jet"] = np.zeros(2, [("pt", "f4")])
    with pytest.raises(lading.UnknownName) as caught:
        jets_and_tracks().run(tmp_path / "events.h5")
    assert str(caught.value) == (
        f"{tmp_path}/events.h5: no dataset 'jets' or 'tracks' (has: 'jet'); did you mean 'jet'?; "
        "another is named by columns: jets=DATASET"
    )


def test_the_only_dataset_is_taken_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "events.h5"
    with h5py.File(path, "w") as file:
        file["events"] = np.array(list(zip(PT, ETA, strict=True)), [("pt", "f4"), ("eta", "f4")])
    model = one_input(Variable("pt"), Variable("eta"))
    np.testing.assert_array_equal(model.run(path)["p_pt"], PT)
    with h5py.File(path, "a") as file:
        file["other/events"] = file["events"][:1]
        file["truth"] = PT
    with pytest.raises(lading.UnknownName) as caught:
        model.run(path)
    assert str(caught.value) == (
        f"{path}: no dataset 'jets' (has: 'events', 'truth', 'other'); another is named by columns: jets=DATASET"
    )
    np.testing.assert_array_equal(model.run(path, columns={"jets": "events"})["p_pt"], PT)
    np.testing.assert_array_equal(model.run(path, columns={"jets": "other/events"})["p_pt"], PT[:1])
    with pytest.raises(lading.UnknownName, match=r"no dataset 'event' \(has: 'events', .*did you mean 'events'"):
        model.run(path, columns={"jets": "event"})
    with pytest.raises(lading.UnknownName, match="columns: 'jets' is no variable of model 'mirror'"):
        model.run({"pt": PT, "eta": ETA}, columns={"jets": "events"})


def test_the_only_dataset_of_an_input_without_names(tmp_path: Path) -> None:
    path = tmp_path / "events.h5"
    with h5py.File(path, "w") as file:
        file["features"] = np.arange(6.0).reshape(2, 3)
    assert nameless(3).run(path)["out"].shape == (2, 3)
    with pytest.raises(lading.UnknownName, match="no dataset 'jets'"):
        one_input(Variable("pt")).run(path)
    with h5py.File(path, "a") as file:
        file["truth"] = np.zeros(2)
    assert nameless(3).run(path, columns={"x": "features"})["out"].shape == (2, 3)


def test_a_field_that_is_not_there(tmp_path: Path) -> None:
    with h5py.File(write_events(tmp_path / "events.h5"), "a") as file:
        del file["jets"]
        file["jets"] = np.zeros(3, [("PT", "f4"), ("eta", "f4")])
    with pytest.raises(lading.ValueRefused) as caught:
        jets_and_tracks().run(tmp_path / "events.h5")
    assert str(caught.value) == "variable 'pt' of input 'jets' was not given (has: 'PT', 'eta'); did you mean 'PT'?"
