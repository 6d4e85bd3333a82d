"""Scores into files: HDF5, CSV, NPZ, Parquet and ROOT, told apart by their endings."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import FormatError, MissingFile
from ..whole_file import whole_file
from .files import package

if TYPE_CHECKING:
    from ..model import Model
    from .scores import Scores


def write_scores(path: Path, model: Model, scores: Scores) -> None:
    """Writes every output of ``scores``, one column per label.

    Lists are those of sequences, and those that the entries came in: a collision's photons. HDF5: a structured
    dataset per output, lists padded with a field ``valid``. CSV: one line per entry, with its ``event`` if events
    are lists of entries, and one file per sequence (``scores.track_origin.csv``). NPZ: flat arrays, with
    "counts/<axis>". Parquet and ROOT: lists. All is written or nothing.
    Raises FormatError for an ending that is not known.
    """
    writer = writer_of(path)
    with whole_file(path) as beside:
        writer(beside, model, scores)


def writer_of(path: Path) -> Callable[[Path, Model, Scores], None]:
    """What writes files of this ending. Raises FormatError, and MissingFile if the folder is not there."""
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise FormatError(f"{path}: scores are written to files ending in {', '.join(WRITERS)}")
    if not path.parent.is_dir():
        raise MissingFile(f"{path}: the folder {path.parent} is not there")
    for name in _PACKAGES.get(path.suffix.lower(), ()):
        package(name, _EXTRAS[path.suffix.lower()], path, "writing")
    return writer


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
    import h5py

    with h5py.File(path, "w") as file:
        for output in scores:
            rows = _padded(_structured(columns_of(model, scores, output)), scores.levels(output))
            file.create_dataset(output, data=rows, compression="gzip", shuffle=True, chunks=True if rows.size else None)


def _padded(rows: np.ndarray, levels: list[np.ndarray]) -> np.ndarray:
    """Lists as rows of one length; ``valid`` tells what is real in them."""
    if levels:
        marked = np.ones(rows.shape, [*rows.dtype.descr, ("valid", np.bool_)])
        for name in rows.dtype.names or ():
            marked[name] = rows[name]
        rows = marked
    for counts in reversed(levels):
        width = int(counts.max(initial=0))
        padded = np.zeros((len(counts), width, *rows.shape[1:]), rows.dtype)
        padded[np.arange(width) < counts[:, None]] = rows
        rows = padded
    return rows


def _write_csv(path: Path, model: Model, scores: Scores) -> None:
    entries: dict[str, np.ndarray] = {}
    for name, (output, values) in _unique_columns(model, scores).items():
        if scores.counts(output) is None:
            entries |= _places(scores, output) | {name: values}
    if entries:
        _lines(path, entries)
    for output in scores:
        if scores.counts(output) is not None:
            columns = _places(scores, output) | columns_of(model, scores, output)
            _lines(path.with_suffix(f".{output}.csv"), columns)


def _places(scores: Scores, output: str) -> dict[str, np.ndarray]:
    """Where each item of ``output`` stands: in which event, if events are lists of entries, and in which entry."""
    levels = scores.levels(output)
    sequence = scores.counts(output) is not None
    names = ["event", *(f"list_{depth}" for depth in range(1, len(levels)))][: len(levels) - sequence]
    places: dict[str, np.ndarray] = {}
    for name, counts in zip([*names, "entry"], levels, strict=False):
        places = {outer: np.repeat(at, counts) for outer, at in places.items()}
        places[name] = np.repeat(np.arange(len(counts)), counts)
    return places


def _lines(path: Path, columns: dict[str, np.ndarray]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*([str(x) for x in values] for values in columns.values()), strict=True))


def _write_npz(path: Path, model: Model, scores: Scores) -> None:
    arrays = {output: scores.flat(output) for output in scores}
    for output in scores:
        levels = scores.levels(output)
        if scores.counts(output) is not None:
            arrays[f"counts/{model.sequence_axis(model.outputs[output].axes)}"] = levels.pop()
        for depth, lists in enumerate(reversed(levels)):
            arrays[f"counts/{model.entry_axis}" + (f"_{depth}" if depth else "")] = lists
    with path.open("wb") as file:  # a path would be given another ending
        np.savez(file, **arrays)  # type: ignore[arg-type]


def _write_parquet(path: Path, model: Model, scores: Scores) -> None:
    import pyarrow as arrow
    from pyarrow import parquet

    columns = {}
    for name, (output, values) in _unique_columns(model, scores).items():
        column = arrow.array(values)
        for counts in reversed(scores.levels(output)):
            offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
            column = arrow.ListArray.from_arrays(arrow.array(offsets), column)
        columns[name] = column
    parquet.write_table(arrow.table(columns), path)


def _write_root(path: Path, model: Model, scores: Scores) -> None:
    import awkward
    import uproot

    columns = {}
    for name, (output, values) in _unique_columns(model, scores).items():
        levels = scores.levels(output)
        if len(levels) > 1:
            raise FormatError(f"{path}: '{name}' is lists of lists, which a TTree cannot hold; write .parquet instead")
        values = values.astype(np.float32) if values.dtype == np.float16 else values
        columns[name] = awkward.unflatten(values, levels[0]) if levels else values
    with uproot.recreate(path) as file:
        file["scores"] = columns


#: What the writers need beyond NumPy, and the extra that installs it.
_PACKAGES = {".h5": ("h5py",), ".hdf5": ("h5py",), ".parquet": ("pyarrow",), ".root": ("uproot", "awkward")}
_EXTRAS = {".h5": "hdf5", ".hdf5": "hdf5", ".parquet": "parquet", ".root": "root"}

WRITERS: dict[str, Callable[[Path, Model, Scores], None]] = {}
WRITERS.update({
    ".h5": _write_hdf5,
    ".hdf5": _write_hdf5,
    ".csv": _write_csv,
    ".npz": _write_npz,
    ".parquet": _write_parquet,
    ".root": _write_root,
})
