"""Events from files: HDF5, CSV, NPZ, Parquet and ROOT, told apart by their endings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..endpoints import usual_raw
from ..errors import FormatError, MissingFile, MissingPackage, UnknownName, suggestion
from .csv_files import header_of, read_csv_columns, refuse_other_separators
from .readable import readable
from .spelling import column_for
from .tables import Table, arrow_column

if TYPE_CHECKING:
    from ..endpoints import Input
    from ..model import Model


def read_file(path: Path, model: Model, columns: Mapping[str, str] | None = None) -> Any:
    """The columns of ``path`` that ``model`` reads: a mapping by input, or one table for all inputs.

    Raises MissingFile, FormatError for an ending that is not known, MissingPackage naming what to install.
    """
    path = Path(path)
    if not path.exists():
        raise MissingFile(f"{path}: there is no such file")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise FormatError(f"{path}: events are read from files ending in {', '.join(READERS)}")
    with readable(path):
        return reader(path, model, dict(columns or {}))


def wanted(model: Model, columns: Mapping[str, str], there: Collection[str]) -> dict[str, str]:
    """Of the names ``there`` those that the model's variables are read from, and the type of each: whole or not."""
    names: dict[str, str] = {}
    for given in model.input_list:
        for variable, column in _read_from(given, columns, there).items():
            whole = (given.variables[variable].raw or usual_raw(given.type)) == "int64"
            names.setdefault(column, "int64" if whole else "float64")
        if not given.variable_list and given.is_fed:
            names.setdefault(columns.get(given.name, given.name), "float64")
    return {name: type_ for name, type_ in names.items() if name in there}


def _read_from(given: Input, columns: Mapping[str, str], there: Collection[str]) -> dict[str, str]:
    """The column of each variable that is fed."""
    fed = [variable.name for variable in given.variable_list if variable.source is None]
    told = {name: columns.get(f"{given.name}.{name}", columns.get(name)) for name in fed}
    return {name: told[name] or column_for(name, there) for name in fed}


def package(name: str, extra: str, path: Path, doing: str = "reading") -> Any:
    """An optional package, or MissingPackage naming what to install."""
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingPackage(f"{path}: {doing} it needs {name}: pip install 'lading[{extra}]'") from None


def _read_hdf5(path: Path, model: Model, columns: dict[str, str]) -> Any:
    """Structured datasets named like the inputs (sequences padded, with a field ``valid``), groups, or columns."""
    h5py = package("h5py", "hdf5", path)
    with h5py.File(path) as file:
        datasets = _datasets(file, model, columns)
        if not datasets:
            names = list(wanted(model, columns, list(file)))
            if hasattr(file.get("valid"), "dtype"):
                names.append("valid")
            return _table({name: _whole(file[name]) for name in names}, list(file))
        events = {}
        for given, name in datasets:
            counts = f"counts/{model.sequence_axis(given.axes)}"
            if hasattr(file[name], "keys"):
                events[given.name] = _group(file[name], _whole(file[counts]) if counts in file else None)
            else:
                events[given.name] = _dataset(file[name], given, columns)
        return events


def _datasets(file: Any, model: Model, columns: dict[str, str]) -> list[tuple[Input, str]]:
    """The dataset or group of each input; none if the datasets are columns. Raises UnknownName for one not there."""
    inputs = [given for given in model.input_list if given.is_fed]
    variables = {variable.name for given in inputs for variable in given.variable_list}
    told = {key: name for key, name in columns.items() if key not in variables}
    names = [told.get(given.name, given.name) for given in inputs]
    if not any(name in file for name in names):
        if wanted(model, columns, list(file)) and not any(given.name in told for given in inputs):
            return []
        names = _only_dataset(file, inputs, names)
    for name, given in zip(names, inputs, strict=True):
        if name not in file:
            other = _with_variables(file, given)
            raise UnknownName(f"{file.filename}: dataset '{name}' is not there {suggestion(name, file)}"
                              f"; another is named by columns: {given.name}={other}")  # fmt: skip
    return list(zip(inputs, names, strict=True))


def _with_variables(file: Any, given: Input) -> str:
    """The first dataset that has all variables of an input; DATASET if none has."""
    for name, found in file.items():
        fields = getattr(getattr(found, "dtype", None), "names", None) or ()
        if given.variable_list and set(given.variables) <= set(fields):
            return str(name)
    return "DATASET"


def _only_dataset(file: Any, inputs: list[Input], names: list[str]) -> list[str]:
    """The one dataset of a file, whatever its name, if the model has one input and it can be nothing else."""
    datasets = [name for name, found in file.items() if hasattr(found, "dtype")]
    fits = len(datasets) == 1 and bool(file[datasets[0]].dtype.names) == bool(inputs[0].variable_list)
    if len(inputs) == 1 and fits and names == [inputs[0].name]:
        return datasets
    wrong = " or ".join(f"'{name}'" for name in names)
    raise UnknownName(f"{file.filename}: no dataset {wrong} {suggestion(names[0], file)}; "
                      f"another is named by columns: {inputs[0].name}=DATASET")  # fmt: skip


def _whole(dataset: Any, fields: list[str] | None = None) -> Any:
    with readable(Path(dataset.file.filename), f"dataset '{dataset.name.lstrip('/')}'"):
        return (dataset if fields is None else dataset.fields(fields))[()]


def _group(group: Any, counts: Any) -> Table:
    """A group with a dataset a column; beside ``counts/AXIS`` they hold the elements of all entries in a row."""
    columns = {name: _whole(dataset) for name, dataset in group.items() if hasattr(dataset, "dtype")}
    return _table({name: array if counts is None else (array, counts) for name, array in columns.items()})


def _dataset(dataset: Any, given: Any, columns: dict[str, str]) -> Any:
    """The fields of a structured dataset that the input reads; all of a plain one."""
    names = dataset.dtype.names
    if not names:
        return _whole(dataset)
    keys = list(_read_from(given, columns, names).values())
    fields = [name for name in dict.fromkeys([*keys, "valid"]) if name in names]
    # all names stay known, so that a wrong one is told the nearest right ones
    if not fields:
        return Table(list(names), lambda name: dataset[name])
    array = _whole(dataset, fields)
    valid = array["valid"] if "valid" in fields and "valid" not in keys and array.ndim == 2 else None
    return Table(list(names), lambda name: array[name], valid=None if valid is None else valid.astype(bool))


def _table(columns: Mapping[str, Any], names: list[str] | None = None) -> Table:
    """All ``names`` of a file, of which only ``columns`` were read."""
    return Table(names if names is not None else list(columns), columns.get)


def _read_csv(path: Path, model: Model, columns: dict[str, str]) -> Table:
    """One entry a line under a header of column names; columns that the model does not read may hold text."""
    header = header_of(path)
    present = wanted(model, columns, header)
    if not present:
        refuse_other_separators(path, header)
    return _table(read_csv_columns(path, present) if present else {}, header)


def _read_npz(path: Path, model: Model, columns: dict[str, str]) -> Any:
    """Arrays "jets/pt" (or "pt"); those of a sequence flat, beside "counts/track"; nameless inputs by their name.

    Counts of the entry axis, "counts/jet", are how many entries each event has.
    """
    arrays = {}
    with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
        for name in file.files:
            with readable(path, f"array '{name}'"):
                arrays[name] = file[name]
    events: dict[str, Any] = {}
    for given in model.input_list:
        prefix = given.name + "/"
        own = {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}
        for axis in (model.sequence_axis(given.axes), model.entry_axis):
            if (counts := arrays.get(f"counts/{axis}")) is not None:
                own = {name: (array, counts) for name, array in own.items()}
        if own:
            events[given.name] = _table(own)
        elif given.name in arrays:
            events[given.name] = arrays[given.name]
    return events or _table(arrays)


def _read_parquet(path: Path, model: Model, columns: dict[str, str]) -> Table:
    """One entry a row; list columns hold sequences."""
    parquet = package("pyarrow.parquet", "parquet", path)
    with parquet.ParquetFile(path) as file:
        names = file.schema_arrow.names
        table = file.read(list(wanted(model, columns, names)))
    return _table({name: arrow_column(table.column(name)) for name in table.column_names}, names)


def _read_root(path: Path, model: Model, columns: dict[str, str]) -> Any:
    """The first TTree or RNTuple; branches of lists hold sequences."""
    with first_tree(path) as tree:
        names = list(tree.keys())
        present = list(wanted(model, columns, names))
        arrays: Any = tree.arrays(present, library="ak") if present else None
    return _table({name: arrays[name] for name in present}, names)


@contextmanager
def first_tree(path: Path) -> Iterator[Any]:
    """The first TTree or RNTuple of a ROOT file, open."""
    uproot = package("uproot", "root", path)
    package("awkward", "root", path)
    with uproot.open(path) as file:
        trees = [key for key, kind in file.classnames().items() if kind.startswith(("TTree", "ROOT::RNTuple"))]
        if not trees:
            raise FormatError(f"{path}: it holds no tree (has: {', '.join(file.keys()) or 'nothing'})")
        yield file[trees[0]]


READERS = {
    ".h5": _read_hdf5,
    ".hdf5": _read_hdf5,
    ".csv": _read_csv,
    ".npz": _read_npz,
    ".parquet": _read_parquet,
    ".root": _read_root,
}
