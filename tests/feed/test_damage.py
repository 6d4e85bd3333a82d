"""Damaged files of events: whatever a library makes of them, they are refused by name or read."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import awkward as ak
import h5py
import numpy as np
import pytest
import uproot
from mirrors import jets_and_tracks, one_input

import lading
from lading.endpoints import Variable
from lading.feed.columns import read_columns

COUNTS = np.arange(200) % 4
PT, D0 = np.arange(200.0), np.arange(float(COUNTS.sum()))
LISTS = ak.unflatten(D0, COUNTS)
SCORES = {".h5": "jets", ".npz": "jets"}  # where "pt" is not at the top
ENDINGS = (".h5", ".npz", ".parquet", ".root")
KINDS = [(".csv", False), *((ending, packed) for ending in ENDINGS for packed in (False, True))]


def write(path: Path, packed: bool) -> None:
    """Jets and tracks; ``packed`` is compressed, where checksums and inflating find damage."""
    columns = {"pt": PT, "eta": PT, "d0": LISTS, "z0": LISTS}
    if path.suffix == ".h5":
        with h5py.File(path, "w") as file:
            how = {"compression": "gzip", "fletcher32": True} if packed else {}
            for name, values in {"jets/pt": PT, "jets/eta": PT, "tracks/d0": D0, "tracks/z0": D0}.items():
                file.create_dataset(name, data=values, **how)
            file["counts/track"] = COUNTS
    elif path.suffix == ".csv":
        path.write_text("pt,eta\n" + "".join(f"{x},{x}\n" for x in PT[:20]))
    elif path.suffix == ".npz":
        arrays = {"jets/pt": PT, "jets/eta": PT, "tracks/d0": D0, "tracks/z0": D0, "counts/track": COUNTS}
        (np.savez_compressed if packed else np.savez)(path, **arrays)
    elif path.suffix == ".parquet":
        ak.to_parquet(ak.Array(columns), path, compression="zstd" if packed else None)
    else:
        with uproot.recreate(path, compression=uproot.ZLIB(4) if packed else None) as file:
            file["events"] = columns


def mutated(good: bytes, number: int) -> Iterator[bytes]:
    """``number`` files that differ from ``good`` in a few bytes, or lack a part."""
    random = np.random.default_rng(20240601)
    for case in range(number):
        content = bytearray(good)
        if case % 5 == 0:
            first = int(random.integers(len(good)))
            del content[first : first + int(random.integers(1, 1 + len(good) // 2))]
        else:
            for place in random.integers(0, len(good), case % 5 * 2):
                content[place] = int(random.choice([0, 255, int(random.integers(256))]))
        yield bytes(content)


@pytest.mark.parametrize(("ending", "packed"), KINDS)
def test_a_mutated_file_is_refused_or_read(tmp_path: Path, ending: str, packed: bool) -> None:
    write(tmp_path / f"good{ending}", packed)
    path = tmp_path / f"events{ending}"
    model = one_input(Variable("pt"), Variable("eta")) if ending == ".csv" else jets_and_tracks()
    refused = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for content in mutated((tmp_path / f"good{ending}").read_bytes(), 300):
            path.write_bytes(content)
            refused += is_refused(lambda: model.run(path)) + is_refused(
                lambda: read_columns(path, SCORES.get(ending, "pt"))
            )
    assert 40 < refused < 600


def is_refused(work: Callable[[], object]) -> bool:
    try:
        work()
    except lading.LadingError as error:
        assert "\n" not in str(error)
        return True
    return False


def test_what_is_damaged_is_named(tmp_path: Path) -> None:
    for ending, part in ((".h5", "dataset 'jets/pt'"), (".npz", "array 'jets/pt'")):
        path = tmp_path / f"events{ending}"
        write(path, packed=True)
        content = bytearray(path.read_bytes())
        at = place_of_pt(path)
        content[at : at + 4] = b"\0\0\0\0"
        path.write_bytes(content)
        with pytest.raises(lading.FormatError) as caught:
            jets_and_tracks().run(path)
        assert str(caught.value).startswith(f"{path}: {part} cannot be read as {ending}: ")


def place_of_pt(path: Path) -> int:
    """A byte inside the packed numbers of pt."""
    if path.suffix == ".npz":
        return path.read_bytes().index(b"jets/pt.npy") + 60
    with h5py.File(path) as file:
        return file["jets/pt"].id.get_chunk_info(0).byte_offset + 20


def test_a_csv_file_that_is_no_utf8(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_bytes("pt,höhe\n1,2\n".encode("latin-1"))
    with pytest.raises(lading.FormatError) as caught:
        one_input(Variable("pt")).run(tmp_path / "events.csv")
    assert str(caught.value) == (
        f"{tmp_path}/events.csv: cannot be read as .csv: byte 5 is no UTF-8 (0xf6); save it as UTF-8"
    )


def test_scores_in_the_groups_of_hdf5(tmp_path: Path) -> None:
    write(tmp_path / "events.h5", packed=False)
    assert list(read_columns(tmp_path / "events.h5", "jets")) == ["eta", "pt"]
    np.testing.assert_array_equal(read_columns(tmp_path / "events.h5", "d0")["d0"], D0)
