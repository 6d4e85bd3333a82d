"""Entries that stand in lists, in files of every format: read, and written without losing whose they are."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import h5py
import numpy as np
import polars as pl
import pyarrow
import pytest
import uproot
from events_files import COUNTS, D0, ENDINGS, Z0
from mirrors import jets_and_tracks, nameless, one_input, one_sequence

import lading
from lading.endpoints import Variable
from lading.feed.writing import write_scores


def test_collisions_of_photons_in_a_tree(tmp_path: Path) -> None:
    photons = ak.unflatten(D0, COUNTS)
    with uproot.recreate(tmp_path / "nano.root") as file:
        file["Events"] = {"Photon_pt": photons, "Photon_eta": photons}
    model = one_input(Variable("pt"), Variable("eta"), name="photons")
    scores = model.run(tmp_path / "nano.root", columns={"pt": "Photon_pt", "eta": "Photon_eta"})
    assert scores["p_pt"].tolist() == [[1, 2], [], [3]]
    for ending in (".root", ".parquet"):
        write_scores(tmp_path / f"scores{ending}", model, scores)
    with uproot.open(tmp_path / "scores.root") as file:
        assert file["scores"]["p_pt"].array().tolist() == [[1, 2], [], [3]]
    assert pl.read_parquet(tmp_path / "scores.parquet")["p_eta"].to_list() == [[1, 2], [], [3]]


MUONS = np.array([2, 0, 3])
MUON_PT = np.arange(1, 6, dtype=np.float32)


def muons():
    return one_input(Variable("pt"), name="muons")


def test_scores_of_lists_are_written_as_lists(tmp_path: Path) -> None:
    """Three events with 2, 0 and 3 muons: no format loses whose they are."""
    model = muons()
    scores = model.run({"pt": (MUON_PT, MUONS)})
    for ending in ENDINGS:
        write_scores(tmp_path / f"scores{ending}", model, scores)
    with h5py.File(tmp_path / "scores.h5") as file:
        rows = file["out"][:]
    np.testing.assert_array_equal(rows["valid"], np.arange(3) < MUONS[:, None])
    np.testing.assert_array_equal(rows["p_pt"][rows["valid"]], MUON_PT)
    assert (tmp_path / "scores.csv").read_text().split() == [
        "event,p_pt", "0,1.0", "0,2.0", "2,3.0", "2,4.0", "2,5.0"
    ]  # fmt: skip
    with np.load(tmp_path / "scores.npz") as file:
        np.testing.assert_array_equal(file["counts/jet"], MUONS)
    assert pl.read_parquet(tmp_path / "scores.parquet")["p_pt"].to_list() == [[1, 2], [], [3, 4, 5]]
    with uproot.open(tmp_path / "scores.root") as file:
        assert file["scores"]["p_pt"].array().tolist() == [[1, 2], [], [3, 4, 5]]


def test_lists_of_lists_are_written_with_all_their_levels(tmp_path: Path) -> None:
    model = jets_and_tracks()
    pair = (np.arange(1.0, 4.0), [2, 0, 1])
    tracks = ((np.arange(1.0, 5.0), [1, 3, 0]), [2, 0, 1])
    scores = model.run({"pt": pair, "eta": pair, "d0": tracks, "z0": tracks})
    for ending in (".h5", ".csv", ".npz", ".parquet"):
        write_scores(tmp_path / f"scores{ending}", model, scores)
    with h5py.File(tmp_path / "scores.h5") as file:
        rows = file["out_tracks"][:]
    assert rows.shape == (3, 2, 3) and rows["valid"].sum(axis=2).tolist() == [[1, 3], [0, 0], [0, 0]]
    np.testing.assert_array_equal(rows["p_d0"][rows["valid"]], np.arange(1.0, 5.0))
    lines = (tmp_path / "scores.out_tracks.csv").read_text().split()
    assert lines == ["event,entry,p_d0,p_z0", "0,0,1.0,1.0", "0,1,2.0,2.0", "0,1,3.0,3.0", "0,1,4.0,4.0"]
    with np.load(tmp_path / "scores.npz") as file:
        assert file["counts/jet"].tolist() == [2, 0, 1] and file["counts/track"].tolist() == [1, 3, 0]
    assert pl.read_parquet(tmp_path / "scores.parquet")["p_d0"].to_list() == [[[1], [2, 3, 4]], [], [[]]]


def test_counts_of_entries_in_npz(tmp_path: Path) -> None:
    np.savez(tmp_path / "muons.npz", **{"muons/pt": MUON_PT, "counts/jet": MUONS})
    assert muons().run(tmp_path / "muons.npz")["p_pt"].tolist() == [[1, 2], [], [3, 4, 5]]


@pytest.mark.parametrize("kind", ["structured", "columns", "mapping"])
def test_padding_in_place_of_entries_is_not_scored(tmp_path: Path, kind: str) -> None:
    valid = np.arange(3) < MUONS[:, None]
    pt = np.zeros(valid.shape, np.float32)
    pt[valid] = MUON_PT
    events: object = {"pt": pt, "valid": valid}
    if kind != "mapping":
        rows = np.zeros(valid.shape, [("pt", "f4"), ("valid", "?")])
        rows["pt"], rows["valid"] = pt, valid
        events = tmp_path / "events.h5"
        with h5py.File(events, "w") as file:
            if kind == "structured":
                file["muons"] = rows
            else:
                file["pt"], file["valid"] = pt, valid
    scores = muons().run(events)
    assert scores.entries == 5
    np.testing.assert_array_equal(scores["p_pt"], np.where(valid, pt, np.nan))
    assert scores["out"].shape == (3, 3, 1)
    write_scores(tmp_path / "scores.root", muons(), scores)
    with uproot.open(tmp_path / "scores.root") as file:
        assert file["scores"]["p_pt"].array().tolist() == [[1, 2], [], [3, 4, 5]]


def test_valid_of_other_shape_or_kind(tmp_path: Path) -> None:
    with pytest.raises(lading.ValueRefused, match=r"'valid' is bool of shape \(3, 2\), expected bool of shape \(3,\)"):
        muons().run({"pt": np.zeros(3), "valid": np.ones((3, 2), bool)})
    flags = pl.DataFrame({"pt": [1.0, 2.0], "valid": [True, False]})
    assert muons().run(flags)["p_pt"].tolist() == [1, 2]  # one of the columns that the model does not read
    lists = pl.DataFrame({"d0": [[1.0, 2.0], []], "valid": [[True, False], []]})
    lists.write_parquet(tmp_path / "tracks.parquet")
    model = one_sequence(Variable("d0"))
    for events in (tmp_path / "tracks.parquet", lists.to_arrow(), ak.Array({"d0": [[1, 2]], "valid": [[True, False]]})):
        assert model.run(events).flat("out").ravel().tolist() == [1, 2]
    tracks = {"d0": ROWS, "z0": ROWS, "valid": ROWS > 1}
    assert jets_and_tracks().run({"pt": [1, 2], "eta": [1, 2]} | tracks).counts("out_tracks").tolist() == [1, 2]


ROWS = np.array([[1.0, 2.0], [3.0, 4.0]])


def test_lists_of_parquet_lead_where_the_model_has_no_sequence(tmp_path: Path) -> None:
    photons = {"pt": ak.unflatten(D0, COUNTS), "eta": ak.unflatten(Z0, COUNTS)}
    ak.to_parquet(ak.Array(photons), tmp_path / "photons.parquet")
    model = one_input(Variable("pt"), Variable("eta"), name="photons")
    scores = model.run(tmp_path / "photons.parquet")
    assert scores["p_eta"].tolist() == [[4, 5], [], [6]] and scores.entries == 3
    lists = pyarrow.table({"pt": [[[1.0], [2.0, 3.0]], []], "eta": [[[4.0], [5.0, 6.0]], []]})
    assert model.run(lists)["p_eta"].tolist() == [[[4], [5, 6]], []]
    vectors = pyarrow.table({"x": pyarrow.array([[1.0, 2.0], [3.0, 4.0]], pyarrow.list_(pyarrow.float64(), 2))})
    assert nameless(2).run(vectors)["out"].tolist() == [[1, 2], [3, 4]]
