"""Events from files of every format, scores into them, and back: what is written is what was computed."""

from __future__ import annotations

import builtins
from pathlib import Path

import awkward as ak
import h5py
import numpy as np
import polars as pl
import pyarrow
import pytest
import uproot
from mirrors import jets_and_tracks, nameless, one_input, one_sequence

import lading
from lading.endpoints import Variable
from lading.feed.columns import read_columns
from lading.feed.files import READERS
from lading.feed.writing import WRITERS, write_scores

ENDINGS = (".h5", ".csv", ".npz", ".parquet", ".root")
PT, ETA = np.array([1.5, -2.25, 3.0], np.float32), np.array([0.5, 0.0, -7.0], np.float32)
COUNTS = np.array([2, 0, 1])
D0, Z0 = np.array([1, 2, 3], np.float32), np.array([4, 5, 6], np.float32)
TRACKS = np.stack([D0, Z0], axis=1)


def write_events(path: Path) -> Path:
    """Three jets with three tracks in all, and columns that the model does not know."""
    if path.suffix == ".npz":
        np.savez(path, **{"jets/pt": PT, "jets/eta": ETA, "tracks/d0": D0, "tracks/z0": Z0, "counts/track": COUNTS})
    elif path.suffix == ".parquet":
        lists = {name: ak.unflatten(values, COUNTS).tolist() for name, values in (("d0", D0), ("z0", Z0))}
        pl.DataFrame({"pt": PT, "eta": ETA, "sample": ["a", "b", "c"], **lists}).write_parquet(path)
    elif path.suffix == ".root":
        with uproot.recreate(path) as file:
            file["events"] = {
                "pt": PT,
                "eta": ETA,
                "d0": ak.unflatten(D0, COUNTS),
                "z0": ak.unflatten(Z0, COUNTS),
                "weight": ETA,
            }
    else:
        jets = np.array(list(zip(PT, ETA, PT, strict=True)), [("pt", "f4"), ("eta", "f4"), ("label", "i4")])
        tracks = np.zeros((3, 2), [("d0", "f4"), ("z0", "f4"), ("charge", "i1"), ("valid", "?")])
        tracks["valid"] = np.arange(2) < COUNTS[:, None]
        tracks["d0"][tracks["valid"]], tracks["z0"][tracks["valid"]] = D0, Z0
        with h5py.File(path, "w") as file:
            file["jets"], file["tracks"] = jets, tracks
    return path


@pytest.mark.parametrize("ending", [e for e in ENDINGS if e != ".csv"])
def test_jets_and_tracks_are_read(tmp_path: Path, ending: str) -> None:
    scores = jets_and_tracks().run(write_events(tmp_path / f"events{ending}"))
    np.testing.assert_array_equal(scores.flat("out_jets"), np.stack([PT, ETA], axis=1))
    np.testing.assert_array_equal(scores.flat("out_tracks"), TRACKS)
    np.testing.assert_array_equal(scores.counts("out_tracks"), COUNTS)


def test_paths_may_be_text(tmp_path: Path) -> None:
    assert jets_and_tracks().run(str(write_events(tmp_path / "events.npz"))).entries == 3


# ---- HDF5


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


# ---- CSV

CSV = 'pt,"a, b",eta,n\n1.5,"x, y",0.5,9007199254740993\n,z,-7,3\n'


def model_of_csv():
    return one_input(Variable("pt"), Variable("eta"), Variable("n", raw="int64"), type="float64")


def test_csv_with_text_quotes_and_empty_cells(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("\ufeff" + CSV, encoding="utf-8")
    model = one_input(Variable("pt"), Variable("eta"))
    np.testing.assert_array_equal(model.run(tmp_path / "events.csv")["out"], [[1.5, 0.5], [np.nan, -7]])


def test_csv_keeps_whole_numbers_whole(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(CSV)
    model = one_input(Variable("n"), type="int64")
    np.testing.assert_array_equal(model.run(tmp_path / "events.csv")["p_n"], [9007199254740993, 3])
    (tmp_path / "real.csv").write_text("n\n1.0\n2\n")
    np.testing.assert_array_equal(model.run(tmp_path / "real.csv")["p_n"], [1, 2])


def test_csv_keeps_whole_numbers_whole_beside_empty_cells(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(CSV)
    model = model_of_csv()
    assert lading.feed.batch_of(model, tmp_path / "events.csv").columns["jets", "n"].values.tolist() == [2**53 + 1, 3]
    (tmp_path / "events.csv").write_text("pt,eta,n\n1,1,\n1,,9007199254740993\n")
    with pytest.raises(lading.ValueRefused, match="9007199254740993 is too large to stand beside NaN"):
        model.run(tmp_path / "events.csv")


def test_csv_with_infinity_and_without_trailing_cells(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("pt,eta,sample\ninf,-Infinity,a\n1,2\n")
    model = one_input(Variable("pt"), Variable("eta"))
    np.testing.assert_array_equal(model.run(tmp_path / "events.csv")["out"], [[np.inf, -np.inf], [1, 2]])


def test_csv_without_entries(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("pt,eta\n")
    assert one_input(Variable("pt"), Variable("eta")).run(tmp_path / "events.csv")["out"].shape == (0, 2)


@pytest.mark.parametrize(("text", "told"), [
    ("pt\n1\nabc\n", "line 3, column 'pt': 'abc' is no number"),
    ("a,pt\n1,2\n3\n", "line 3 has 1 cells, column 'pt' is the 2th"),
    ("a,pt\n1,2\n\n\"x\ny\",3,4\n", "line 5 has 3 cells, the header names 2 columns; a comma inside a"),
    ("pt\n1\n2,5\n", "line 3 has 2 cells, the header names 1 columns"),
    ("pt\n1_000\n", "line 2, column 'pt': '1_000' is no number"),
    ("pt\n١\n", "line 2, column 'pt': '١' is no number"),
    ("pt\n1\n-1e400\n", "line 3, column 'pt': -1e400 is beyond float64"),
    ("pt;eta\n1;2\n", "seems to be separated by ';'; commas are expected, as in 'pt,eta'"),
    ("pt\teta\n1\t2\n", "seems to be separated by tabs; commas are expected, as in 'pt,eta'"),
    ("pt,pt\n1,2\n", "column 'pt' is there 2 times; which is meant?"),
    ("pT\n1\n", "variable 'pt' of input 'jets' was not given (has: 'pT'); did you mean 'pT'?"),
    ("", "variable 'pt' of input 'jets' was not given (there are none)"),
])  # fmt: skip
def test_what_is_wrong_in_a_csv_file(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "events.csv").write_text(text, encoding="utf-8")
    with pytest.raises(lading.LadingError) as caught:
        one_input(Variable("pt")).run(tmp_path / "events.csv")
    assert told in str(caught.value)


# ---- columns and units


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


# ---- what cannot be read


def test_a_file_that_is_not_there_or_of_no_known_ending(tmp_path: Path) -> None:
    with pytest.raises(lading.MissingFile, match=r"events\.h5: there is no such file"):
        jets_and_tracks().run(tmp_path / "events.h5")
    (tmp_path / "events.txt").write_text("")
    with pytest.raises(lading.FormatError) as caught:
        jets_and_tracks().run(tmp_path / "events.txt")
    assert str(caught.value) == (
        f"{tmp_path}/events.txt: events are read from files ending in .h5, .hdf5, .csv, .npz, .parquet, .root"
    )


@pytest.mark.parametrize("ending", [".h5", ".npz", ".parquet", ".root"])
def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path, ending: str) -> None:
    for content in (b"no such format", b"", write_events(tmp_path / f"good{ending}").read_bytes()[:100]):
        (tmp_path / f"events{ending}").write_bytes(content)
        with pytest.raises(lading.FormatError) as caught:
            jets_and_tracks().run(tmp_path / f"events{ending}")
        assert str(caught.value).startswith(f"{tmp_path}/events{ending}: cannot be read as {ending}: ")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("ending", "blocked", "extra"), [
    (".h5", "h5py", "hdf5"), (".parquet", "pyarrow", "parquet"), (".root", "uproot", "root"),
    (".root", "awkward", "root"),
])  # fmt: skip
def test_a_missing_package_is_named_with_what_installs_it(tmp_path, monkeypatch, ending, blocked, extra) -> None:
    path = write_events(tmp_path / f"events{ending}")
    scores = jets_and_tracks().run(path)
    imported = builtins.__import__

    def without(name, *rest, **how):
        if name.partition(".")[0] == blocked:
            raise ImportError(name)
        return imported(name, *rest, **how)

    monkeypatch.setattr("builtins.__import__", without)
    monkeypatch.setattr("importlib.import_module", lambda name: without(name))
    for doing, work in (
        ("reading", lambda: jets_and_tracks().run(path)),
        ("writing", lambda: write_scores(path, jets_and_tracks(), scores)),
    ):
        with pytest.raises(lading.MissingPackage) as caught:
            work()
        assert str(caught.value).startswith(f"{path}: {doing} it needs {blocked}")
        assert str(caught.value).endswith(f": pip install 'lading[{extra}]'")


# ---- writing


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


# ---- columns of scores


@pytest.mark.parametrize("ending", [".csv", ".npz", ".parquet", ".root", ".h5"])
def test_scores_that_are_not_there_are_refused_with_the_nearest(tmp_path: Path, ending: str) -> None:
    model = one_input(Variable("pt"))
    path = tmp_path / f"scores{ending}"
    write_scores(path, model, model.run({"pt": [1.0]}))
    with pytest.raises(lading.UnknownName) as caught:
        read_columns(path, "p_bt")
    assert str(caught.value).startswith(f"{path}: there are no scores 'p_bt' (has: ")
