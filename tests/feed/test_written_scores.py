"""Scores in files of every format: what is written is what was computed."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import h5py
import numpy as np
import polars as pl
import pytest
import uproot
from events_files import COUNTS, D0, ENDINGS, ETA, write_events
from mirrors import jets_and_tracks, one_input, one_sequence

import lading
from lading.endpoints import Variable
from lading.feed.columns import read_columns
from lading.feed.files import READERS
from lading.feed.writing import WRITERS, write_scores


@pytest.mark.parametrize("ending", ENDINGS)
def test_scores_come_back_from_the_file(tmp_path: Path, ending: str) -> None:
    model = jets_and_tracks()
    scores = model.run(write_events(tmp_path / "events.npz"))
    path = tmp_path / f"scores{ending}"
    write_scores(path, model, scores)
    wanted = "out_jets" if ending in (".h5", ".npz") else "p_pt,p_eta"
    found = read_columns(path, wanted)
    if ending == ".npz":
        np.testing.assert_array_equal(found["out_jets"], scores["out_jets"])
    else:
        np.testing.assert_array_equal(np.float32(found["p_eta"]), ETA)
    assert sorted(file.name for file in tmp_path.iterdir() if file.suffix == ending or "out_tracks" in file.name) == (
        sorted(
            {"scores.csv", "scores.out_tracks.csv"}
            if ending == ".csv"
            else {"events.npz", path.name}
            if ending == ".npz"
            else {path.name}
        )
    )


def test_what_is_per_element_is_written_in_the_way_of_each_format(tmp_path: Path) -> None:
    model = jets_and_tracks()
    scores = model.run(write_events(tmp_path / "events.npz"))
    for ending in ENDINGS:
        write_scores(tmp_path / f"scores{ending}", model, scores)
    with h5py.File(tmp_path / "scores.h5") as file:
        padded = file["out_tracks"][:]
    np.testing.assert_array_equal(padded["p_d0"][padded["valid"]], D0)
    with np.load(tmp_path / "scores.npz") as file:
        np.testing.assert_array_equal(file["counts/track"], COUNTS)
    assert pl.read_parquet(tmp_path / "scores.parquet")["p_z0"].to_list() == [[4, 5], [], [6]]
    with uproot.open(tmp_path / "scores.root") as file:
        assert file["scores"]["p_z0"].array().tolist() == [[4, 5], [], [6]]
    lines = (tmp_path / "scores.out_tracks.csv").read_text().splitlines()
    assert lines == ["entry,p_d0,p_z0", "0,1.0,4.0", "0,2.0,5.0", "2,3.0,6.0"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_entries_are_written_too(tmp_path: Path, ending: str) -> None:
    model = jets_and_tracks()
    none = np.zeros(0, np.float32)
    scores = model.run({"pt": none, "eta": none, "d0": (none, []), "z0": (none, [])})
    write_scores(tmp_path / f"scores{ending}", model, scores)
    assert (tmp_path / f"scores{ending}").stat().st_size > 0


def test_float32_survives_csv(tmp_path: Path) -> None:
    values = np.random.default_rng(1).normal(size=100).astype(np.float32)
    model = one_input(Variable("pt"))
    write_scores(tmp_path / "scores.csv", model, model.run({"pt": values}))
    np.testing.assert_array_equal(np.float32(read_columns(tmp_path / "scores.csv", "p_pt")["p_pt"]), values)


def test_labels_of_two_outputs_with_one_name(tmp_path: Path) -> None:
    model = jets_and_tracks()
    model.output_list[1].label_list[0].name = "p_pt"
    write_scores(tmp_path / "scores.parquet", model, model.run(write_events(tmp_path / "events.npz")))
    assert pl.read_parquet(tmp_path / "scores.parquet").columns == ["out_jets_p_pt", "p_eta", "out_tracks_p_pt", "p_z0"]


def test_nothing_is_written_where_something_fails(tmp_path: Path) -> None:
    model = one_sequence(Variable("d0"))
    scores = model.run({"d0": ak.Array([[[1.0], [2.0]]])})
    (tmp_path / "scores.root").write_text("precious")
    with pytest.raises(lading.FormatError, match="'p_d0' is lists of lists, which a TTree cannot hold"):
        write_scores(tmp_path / "scores.root", model, scores)
    assert [file.name for file in tmp_path.iterdir()] == ["scores.root"]
    assert (tmp_path / "scores.root").read_text() == "precious"


def test_an_ending_or_folder_that_cannot_be_written(tmp_path: Path) -> None:
    model = one_input(Variable("pt"))
    scores = model.run({"pt": [1.0]})
    with pytest.raises(lading.FormatError, match=r"scores are written to files ending in \.h5, \.hdf5, \.csv"):
        write_scores(tmp_path / "scores.txt", model, scores)
    with pytest.raises(lading.MissingFile, match=r"no/scores.h5: the folder .*no is not there"):
        write_scores(tmp_path / "no" / "scores.h5", model, scores)


def test_what_is_read_is_also_written() -> None:
    assert set(READERS) == set(WRITERS)


@pytest.mark.parametrize("ending", [".csv", ".npz", ".parquet", ".root", ".h5"])
def test_scores_that_are_not_there_are_refused_with_the_nearest(tmp_path: Path, ending: str) -> None:
    model = one_input(Variable("pt"))
    path = tmp_path / f"scores{ending}"
    write_scores(path, model, model.run({"pt": [1.0]}))
    with pytest.raises(lading.UnknownName) as caught:
        read_columns(path, "p_bt")
    assert str(caught.value).startswith(f"{path}: there are no scores 'p_bt' (has: ")
