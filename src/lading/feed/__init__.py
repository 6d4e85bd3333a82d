"""What users have (mappings, tables, jagged arrays, files) becomes named columns for the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UnknownName, ValueRefused, suggestion
from ..folds import key_of
from .batch import Batch, Column, Gathering
from .positional import Positional, positional
from .spelling import column_for
from .tables import Table, table_of

if TYPE_CHECKING:
    from ..endpoints import Input
    from ..model import Model

#: An input and its variable; None: the input itself.
Key = tuple[str, "str | None"]

__all__ = ["Batch", "Column", "batch_of", "positional"]


def batch_of(
    model: Model,
    events: Any,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> Batch:
    """The batch for ``events``: a mapping by input, one table for all inputs, or the path of a file.

    ``columns`` names the column of a variable where it differs ("pt" or "jets.pt" -> "Jet_pt"), and the dataset
    of an input in HDF5 ("jets" -> "events"), ``units`` the unit of a variable as fed.
    Raises UnknownName, UnitError or ValueRefused, naming the variable.
    """
    if events is None:
        raise ValueRefused(f"no events for model '{model.name}': None was given; feed a mapping by name, a table, or "
                           "the path of a file")  # fmt: skip
    columns, units = _texts(columns, "columns"), _texts(units, "units")
    whole = [i.name for i in model.input_list if i.is_fed and (_is_hdf5(events) or not i.variable_list)]
    column_of = _by_variable(model, columns, "columns", whole)
    if isinstance(events, (str, Path)):
        from .files import read_file

        events = read_file(Path(events), model, columns)
    gathered = Gathering(model, _by_variable(model, units, "units"))
    sources = _sources(model, events, column_of)
    key = None if model.folds is None else key_of(model)[0]
    for name, source in sorted(sources.items(), key=lambda item: item[0] == key):  # it may be spread over the others
        _gather_input(gathered, model.inputs[name], source, column_of)
    return gathered.batch()


def _texts(given: Mapping[str, str] | None, what: str) -> dict[str, str]:
    """A mapping from text to text; a column of pandas may be called 0."""
    if given is not None and not isinstance(given, Mapping):
        raise ValueRefused(f"{what} is {given!r:.60}; expected is a mapping by variable: {what}={{'pt': ...}}")
    return {str(name): str(value) for name, value in (given or {}).items()}


def _is_hdf5(events: Any) -> bool:
    """A file whose datasets are inputs."""
    return isinstance(events, (str, Path)) and Path(events).suffix.lower() in (".h5", ".hdf5")


def _by_variable(model: Model, given: Mapping[str, str], what: str, inputs: list[str] | None = None) -> dict[Key, str]:
    """``{"pt": x}`` or ``{"jets.pt": x}`` as ``{("jets", "pt"): x}``, one of ``inputs`` as ``{("jets", None): x}``."""
    known = {(i.name, v.name) for i in model.input_list for v in i.variable_list}
    result: dict[Key, str] = {}
    for key, value in given.items():
        matches: list[Key] = [pair for pair in known if key in (pair[1], ".".join(pair))]
        if not matches and key in (inputs or []):
            matches = [(key, None)]
        if not matches:
            names = sorted({v for _, v in known} | {".".join(pair) for pair in known} | {*(inputs or [])})
            raise UnknownName(f"{what}: '{key}' is no variable of model '{model.name}' {suggestion(key, names)}")
        for pair in matches:
            result[pair] = value
    return result


def _sources(model: Model, events: Any, columns: Mapping[Key, str]) -> dict[str, Any]:
    """What each input is fed from."""
    fed = [given.name for given in model.input_list if given.is_fed]
    if isinstance(events, Mapping) and _is_flat(model, events):
        return _from_flat(model, fed, events, columns)
    if isinstance(events, Mapping):
        return _by_input(model, fed, events)
    table = table_of(events)
    if table is not None:
        inner = {name: table.nested(name) for name in fed}
        return {name: table if found is None else found for name, found in inner.items()}
    if len(fed) == 1:
        return {fed[0]: events}
    raise ValueRefused(
        f"model '{model.name}' has {len(fed)} inputs ({', '.join(fed)}): feed a mapping by input, or a table "
        f"with all columns; {type(events).__name__} is neither"
    )


def _by_input(model: Model, fed: list[str], events: Mapping[str, Any]) -> dict[str, Any]:
    for name in events:
        if name not in fed:
            model.inputs[name]  # an unknown name raises here, with the nearest ones
            raise UnknownName(f"input '{name}' of model '{model.name}' is made by the engine: do not feed it")
    for name in fed:
        if name not in events:
            text = f"input '{name}' of model '{model.name}' was not given"
            raise ValueRefused(f"{text} {_picks(suggestion(name, events), model, name)}")
    return dict(events)


def _is_flat(model: Model, events: Mapping[str, Any]) -> bool:
    """One level of names only: {"pt": ..., "eta": ...} for a model whose variables have names."""
    inputs = {i.name for i in model.input_list}
    variables = {v.name for i in model.input_list for v in i.variable_list}
    if not variables or not events or any(name in inputs for name in events):
        return False
    return any(name in variables for name in events) or all(table_of(value) is None for value in events.values())


def _from_flat(
    model: Model, fed: list[str], events: Mapping[str, Any], columns: Mapping[Key, str]
) -> dict[str, Any]:
    """One mapping for all inputs; each of its names must be that of a variable of one of them."""
    table = table_of(events)
    assert table is not None
    if len(fed) == 1:
        return {fed[0]: table}
    expected = [name for given in model.input_list for name in _columns_read(given, table, columns).values()]
    for name in table.names:
        if name not in expected and name != "valid":
            raise UnknownName(f"variable '{name}' is in no input of model '{model.name}' {suggestion(name, expected)}")
    return dict.fromkeys(fed, replace(table, strict=False))


def _gather_input(gathered: Gathering, given: Input, source: Any, columns: Mapping[Key, str]) -> None:
    if not given.variable_list:
        gathered.add(given, None, _nameless(given, source, columns))
        return
    if isinstance(source, Positional):
        source = source.as_mapping(given)
    table = table_of(source)
    if table is None:
        raise _without_names(given)
    if "valid" not in given.variables:  # of an input without a sequence, the entries themselves may be padded
        table = table.with_valid(2 if gathered.model.sequence_axis(given.axes) is None else 1)
    read_from = _columns_read(given, table, columns)
    if table.strict:
        _refuse_unknown(table, given, list(read_from.values()))
    for variable in given.variable_list:
        if variable.source is None:
            name = read_from[variable.name]
            if name not in table.names:
                text = f"variable '{variable.name}' of input '{given.name}' was not given"
                tail = _picks(suggestion(name, table.names), gathered.model, given.name, variable.name)
                raise ValueRefused(f"{text} {tail}")
            if variable.categories is None:
                table.refuse_ambiguous(name)
            gathered.add(given, variable, table.column(name), table.valid)


def _picks(names: str, model: Model, name: str, variable: str | None = None) -> str:
    """What there is instead, and why a key is asked for: nothing stands in for it."""
    if model.folds is None or (name, variable or key_of(model)[1]) != key_of(model):
        return names
    why = f"picks which of {len(model.folds.graphs)} trainings is applied ({', '.join(model.folds.graphs)})"
    return f"{names} '{name if variable is None else variable}' {why}" if names.endswith("?") else f"{names}; it {why}"


def _without_names(given: Input) -> ValueRefused:
    names = [f"'{v.name}'" for v in given.variable_list]
    order = ", ".join(names if len(names) <= 8 else [*names[:3], "..."])
    return ValueRefused(
        f"input '{given.name}' has named variables: feed them by name, or say their order with "
        f"lading.positional(array, order=[{order}])"
    )


def _columns_read(given: Input, table: Table, columns: Mapping[Key, str]) -> dict[str, str]:
    """The column that each variable is read from. Raises ValueRefused if one that ``columns`` names is not there."""
    read_from = {}
    for variable in given.variable_list:
        if variable.source is not None:
            continue
        name = columns.get((given.name, variable.name))
        if name is not None and name not in table.names:
            text = f"column '{name}', from which variable '{variable.name}' of input '{given.name}' is read,"
            raise ValueRefused(f"{text} is not there {suggestion(name, table.names)}")
        read_from[variable.name] = name or column_for(variable.name, table.names)
    return read_from


def _nameless(given: Input, source: Any, columns: Mapping[Key, str]) -> Any:
    """The array of an input whose slots have no names; of a table the column called like the input."""
    if isinstance(source, Positional):
        raise ValueRefused(f"input '{given.name}' has no named variables: feed the array as it is, without an order")
    table = table_of(source)
    if table is None:
        return source
    name = columns.get((given.name, None), given.name)
    if name not in table.names:
        raise ValueRefused(
            f"input '{given.name}' was not given {suggestion(name, table.names)}; its variables have no names, so that "
            "columns cannot find theirs: feed an array (of a DataFrame df.to_numpy()), or convert the model with "
            "papers that name them"
        )
    return table.column(name)


def _refuse_unknown(table: Table, given: Input, expected: list[str]) -> None:
    for name in table.names:
        if name in expected:
            continue
        if name in given.variables and (source := given.variables[name].source):
            raise UnknownName(f"variable '{name}' of input '{given.name}' is taken from '{source}': do not feed it")
        raise UnknownName(f"variable '{name}' is not in input '{given.name}' {suggestion(name, expected)}")
