"""Scores into files: HDF5, CSV, NPZ, Parquet and ROOT, told apart by their endings."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import FormatError
from .files import package

if TYPE_CHECKING:
    from ..model import Model
    from .scores import Scores


def write_scores(path: Path, model: Model, scores: Scores) -> None:
    """Writes every output of ``scores``, one column per label.

    HDF5: a structured dataset per output, sequences padded with a field ``valid``. CSV: one line per entry, and
    one file per sequence (``scores.track_origin.csv``). NPZ: flat arrays, with "counts/<axis>". Parquet and
    ROOT: one row per entry, lists for sequences. Raises FormatError for an ending that is not known.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise FormatError(f"{path}: scores are written to files ending in {', '.join(WRITERS)}")
    writer(path, model, scores)


def columns_of(model: Model, scores: Scores, output: str) -> dict[str, np.ndarray]:
    """Flat columns of one output by name: its labels, or its own name with the place of each number."""
    values = scores.flat(output)
    flat = values.reshape(len(values), int(np.prod(values.shape[1:], dtype=np.int64)))
    labels = list(model.outputs[output].labels)
    if len(labels) == flat.shape[1]:
        return {label: flat[:, i] for i, label in enumerate(labels)}
    if flat.shape[1] == 1:
        return {output: flat[:, 0]}
    return {f"{output}_{i}": flat[:, i] for i in range(flat.shape[1])}


def _unique_columns(model: Model, scores: Scores) -> dict[str, tuple[str, np.ndarray]]:
    """Columns of all outputs: name -> (output, values); a name that two outputs share gets the output's before it."""
    named = {output: columns_of(model, scores, output) for output in scores}
    names = [name for columns in named.values() for name in columns]
    return {
        name if names.count(name) == 1 else f"{output}_{name}": (output, values)
        for output, columns in named.items()
        for name, values in columns.items()
    }


def _structured(columns: dict[str, np.ndarray]) -> np.ndarray:
    first = next(iter(columns.values()))
    rows = np.empty(len(first), [(name, values.dtype) for name, values in columns.items()])
    for name, values in columns.items():
        rows[name] = values
    return rows


def _write_hdf5(path: Path, model: Model, scores: Scores) -> None:
    h5py = package("h5py", "hdf5", path)
    with h5py.File(path, "w") as file:
        for output in scores:
            rows, counts = _structured(columns_of(model, scores, output)), scores.counts(output)
            if counts is not None:
                rows = _padded(rows, counts)
            file.create_dataset(output, data=rows, compression="gzip", shuffle=True, chunks=True if rows.size else None)


def _padded(rows: np.ndarray, counts: np.ndarray) -> np.ndarray:
    width = int(counts.max(initial=0))
    valid = np.arange(width) < counts[:, None]
    padded = np.zeros((len(counts), width), [*rows.dtype.descr, ("valid", np.bool_)])
    for name in rows.dtype.names or ():
        padded[name][valid] = rows[name]
    padded["valid"] = valid
    return padded


def _write_csv(path: Path, model: Model, scores: Scores) -> None:
    entries: dict[str, np.ndarray] = {}
    for name, (output, values) in _unique_columns(model, scores).items():
        if scores.counts(output) is None:
            entries[name] = values
    if entries:
        _lines(path, entries)
    for output in scores:
        counts = scores.counts(output)
        if counts is not None:
            places = {"entry": np.repeat(np.arange(len(counts)), counts)}
            _lines(path.with_suffix(f".{output}.csv"), places | columns_of(model, scores, output))


def _lines(path: Path, columns: dict[str, np.ndarray]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*([str(x) for x in values] for values in columns.values()), strict=True))


def _write_npz(path: Path, model: Model, scores: Scores) -> None:
    arrays = {output: scores.flat(output) for output in scores}
    for output in scores:
        axis, counts = model.sequence_axis(model.outputs[output].axes), scores.counts(output)
        if counts is not None:
            arrays[f"counts/{axis}"] = counts
    np.savez(path, **arrays)  # type: ignore[arg-type]


def _write_parquet(path: Path, model: Model, scores: Scores) -> None:
    arrow, parquet = package("pyarrow", "parquet", path), package("pyarrow.parquet", "parquet", path)
    columns = {}
    for name, (output, values) in _unique_columns(model, scores).items():
        counts = scores.counts(output)
        columns[name] = arrow.array(values)
        if counts is not None:
            offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
            columns[name] = arrow.ListArray.from_arrays(arrow.array(offsets), columns[name])
    parquet.write_table(arrow.table(columns), path)


def _write_root(path: Path, model: Model, scores: Scores) -> None:
    uproot, awkward = package("uproot", "root", path), package("awkward", "root", path)
    columns = {}
    for name, (output, values) in _unique_columns(model, scores).items():
        counts = scores.counts(output)
        columns[name] = values if counts is None else awkward.unflatten(values, counts)
    with uproot.recreate(path) as file:
        file["scores"] = columns


WRITERS: dict[str, Callable[[Path, Model, Scores], None]] = {}
WRITERS.update({
    ".h5": _write_hdf5,
    ".hdf5": _write_hdf5,
    ".csv": _write_csv,
    ".npz": _write_npz,
    ".parquet": _write_parquet,
    ".root": _write_root,
})
