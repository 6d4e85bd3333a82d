"""Plain columns of a file by name: the training's scores beside the events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import FormatError, MissingFile, UnknownName, suggestion
from .readable import readable


def read_columns(path: Path, wanted: str) -> dict[str, np.ndarray]:
    """``wanted`` is the name of a dataset with fields, or "p_u,p_c,p_b": columns of the file.

    Returns each column (n_entries,) by name. Raises UnknownName with the nearest names that the file has.
    """
    if not path.exists():
        raise MissingFile(f"{path}: there is no such file")
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise FormatError(f"{path}: scores are read from files ending in {', '.join(READERS)}")
    with readable(path):
        return reader(path, names)


def _refuse(path: Path, name: str, there: Any) -> UnknownName:
    return UnknownName(f"{path}: there are no scores '{name}' {suggestion(name, list(there))}")


def _read_hdf5(path: Path, names: list[str]) -> dict[str, np.ndarray]:
    from .files import package

    with package("h5py", "hdf5", path).File(path) as file:
        fields = {f: d for d in file.values() for f in _fields(d)}
        columns: dict[str, np.ndarray] = {}
        for name in names:
            if name not in file and name not in fields:
                raise _refuse(path, name, [*file, *fields])
            found = file.get(name)
            if found is None:
                columns[name] = fields[name][name][()]
            elif _fields(found):
                columns |= {field: found[field][()] for field in _fields(found)}
            else:
                columns[name] = found[()]
        return columns


def _fields(found: Any) -> list[str]:
    """The fields of a structured dataset, the datasets of a group."""
    return list(found) if hasattr(found, "keys") else list(found.dtype.names or ())


def _read_npz(path: Path, names: list[str]) -> dict[str, np.ndarray]:
    with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
        columns: dict[str, np.ndarray] = {}
        for name in names:
            inside = [key for key in file.files if key.startswith(name + "/")]
            if name not in file.files and not inside:
                raise _refuse(path, name, file.files)
            if inside:
                columns |= {key[len(name) + 1 :]: file[key] for key in inside}
            elif file[name].dtype.names:
                columns |= {field: file[name][field] for field in file[name].dtype.names}
            else:
                columns[name] = file[name]
        return columns


def _read_csv(path: Path, names: list[str]) -> dict[str, np.ndarray]:
    from .csv_files import header_of, read_csv_columns, refuse_other_separators

    header = header_of(path)
    for name in names:
        if name not in header:
            refuse_other_separators(path, header)
            raise _refuse(path, name, header)
    return read_csv_columns(path, dict.fromkeys(names, "float64"))


def _read_parquet(path: Path, names: list[str]) -> dict[str, np.ndarray]:
    from .files import package

    parquet = package("pyarrow.parquet", "parquet", path)
    there = parquet.read_schema(path).names
    for name in names:
        if name not in there:
            raise _refuse(path, name, there)
    table = parquet.read_table(path, columns=names)
    return {name: table.column(name).to_numpy() for name in names}


def _read_root(path: Path, names: list[str]) -> dict[str, np.ndarray]:
    from .files import first_tree

    with first_tree(path) as tree:
        for name in names:
            if name not in tree:
                raise _refuse(path, name, tree.keys())
        return {name: tree[name].array(library="np") for name in names}


READERS = {
    ".h5": _read_hdf5,
    ".hdf5": _read_hdf5,
    ".csv": _read_csv,
    ".npz": _read_npz,
    ".parquet": _read_parquet,
    ".root": _read_root,
}
