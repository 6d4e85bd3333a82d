"""Three jets with tracks, in a file of any format that is read."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import h5py
import numpy as np
import polars as pl
import uproot

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
