"""Events from files of every format, and what cannot be read."""

from __future__ import annotations

import builtins
from pathlib import Path

import numpy as np
import pytest
from events_files import COUNTS, ENDINGS, ETA, PT, TRACKS, write_events
from mirrors import jets_and_tracks

import lading
from lading.feed.writing import write_scores


@pytest.mark.parametrize("ending", [e for e in ENDINGS if e != ".csv"])
def test_jets_and_tracks_are_read(tmp_path: Path, ending: str) -> None:
    scores = jets_and_tracks().run(write_events(tmp_path / f"events{ending}"))
    np.testing.assert_array_equal(scores.flat("out_jets"), np.stack([PT, ETA], axis=1))
    np.testing.assert_array_equal(scores.flat("out_tracks"), TRACKS)
    np.testing.assert_array_equal(scores.counts("out_tracks"), COUNTS)


def test_paths_may_be_text(tmp_path: Path) -> None:
    assert jets_and_tracks().run(str(write_events(tmp_path / "events.npz"))).entries == 3


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
