"""What users have (mappings, tables, jagged arrays, files) becomes named columns for the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UnknownName, ValueRefused, suggestion
from .jagged import Items, Leading, items_of
from .positional import Positional, positional
from .tables import Table, table_of

if TYPE_CHECKING:
    from ..endpoints import Input, Variable
    from ..model import Model

__all__ = ["Batch", "Column", "batch_of", "positional"]


@dataclass
class Column:
    """The numbers of one variable: ``values`` (items, ...) as fed, in ``unit`` (None: the model's)."""

    values: np.ndarray
    unit: str | None = None


@dataclass
class Batch:
    """All that one run needs. ``columns`` by (input, variable); variable None where slots have no names."""

    entries: int
    leading: Leading
    columns: dict[tuple[str, str | None], Column] = field(default_factory=dict)
    counts: dict[str, np.ndarray] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)  # sequence axis -> form its elements came in
    widths: dict[str, int] = field(default_factory=dict)  # sequence axis -> length of padded or regular rows
    valid: dict[str, np.ndarray] = field(default_factory=dict)  # sequence axis -> real elements of padded rows
    axis_of: dict[tuple[str, str | None], str] = field(default_factory=dict)  # columns that run along a sequence


def batch_of(
    model: Model,
    events: Any,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> Batch:
    """The batch for ``events``: a mapping by input, one table for all inputs, or the path of a file.

    ``columns`` names the column of a variable where it differs ("pt" or "jets.pt" -> "Jet_pt"), ``units``
    the unit of a variable as fed. Raises UnknownName, UnitError or ValueRefused, naming the variable.
    """
    if isinstance(events, (str, Path)):
        from .files import read_file

        events = read_file(Path(events), model, columns)
    column_of = _by_variable(model, columns or {}, "columns")
    gathered = _Gathering(model, _by_variable(model, units or {}, "units"))
    for name, source in _sources(model, events).items():
        _gather_input(gathered, model.inputs[name], source, column_of)
    return gathered.batch()


def _by_variable(model: Model, given: Mapping[str, str], what: str) -> dict[tuple[str, str], str]:
    """``{"pt": x}`` or ``{"jets.pt": x}`` as ``{("jets", "pt"): x}``."""
    known = {(i.name, v.name) for i in model.input_list for v in i.variable_list}
    result = {}
    for key, value in given.items():
        matches = [pair for pair in known if key in (pair[1], ".".join(pair))]
        if not matches:
            names = sorted({v for _, v in known} | {".".join(pair) for pair in known})
            raise UnknownName(f"{what}: '{key}' is no variable of model '{model.name}' {suggestion(key, names)}")
        for pair in matches:
            result[pair] = value
    return result


def _fed_inputs(model: Model) -> list[str]:
    """Inputs that the caller feeds: masks are made by the engine, and some inputs copy all from others."""
    return [
        i.name
        for i in model.input_list
        if i.mask is None and (not i.variable_list or any(v.source is None for v in i.variable_list))
    ]


def _sources(model: Model, events: Any) -> dict[str, Any]:
    """What each input is fed from."""
    fed = _fed_inputs(model)
    if isinstance(events, Mapping) and not _is_flat(model, events):
        for name in events:
            if name not in fed:
                model.inputs[name]  # an unknown name raises here, with the nearest ones
                raise UnknownName(f"input '{name}' of model '{model.name}' is made by the engine: do not feed it")
        for name in fed:
            if name not in events:
                raise ValueRefused(
                    f"input '{name}' of model '{model.name}' was not given {suggestion(name, events)}"
                )
        return dict(events)
    table = table_of(events)
    if table is not None:
        return {name: table.nested(name) or table for name in fed}
    if len(fed) == 1:
        return {fed[0]: events}
    raise ValueRefused(
        f"model '{model.name}' has {len(fed)} inputs ({', '.join(fed)}): feed a mapping by input, or a table "
        f"with all columns; {type(events).__name__} is neither"
    )


def _is_flat(model: Model, events: Mapping[str, Any]) -> bool:
    """One level of names only: {"pt": ..., "eta": ...} for a model whose variables have unique names."""
    inputs = {i.name for i in model.input_list}
    variables = {v.name for i in model.input_list for v in i.variable_list}
    return bool(events) and not any(name in inputs for name in events) and any(n in variables for n in events)


def _gather_input(gathered: _Gathering, given: Input, source: Any, columns: Mapping[tuple[str, str], str]) -> None:
    if not given.variable_list:
        gathered.add(given, None, source)
        return
    if isinstance(source, Positional):
        source = source.as_mapping(given)
    table = table_of(source)
    if table is None:
        order = ", ".join(f"'{v.name}'" for v in given.variable_list[:3])
        raise ValueRefused(
            f"input '{given.name}' has named variables: feed them by name, or say their order with "
            f"lading.positional(array, order=[{order}, ...])"
        )
    fed = [v for v in given.variable_list if v.source is None]
    if table.strict:
        _refuse_unknown(table, given, fed, columns)
    for variable in fed:
        name = columns.get((given.name, variable.name), variable.name)
        if name not in table.names:
            raise ValueRefused(
                f"variable '{variable.name}' of input '{given.name}' was not given {suggestion(name, table.names)}"
            )
        gathered.add(given, variable, table.get(name), table.valid)


def _refuse_unknown(
    table: Table, given: Input, fed: list[Variable], columns: Mapping[tuple[str, str], str]
) -> None:
    expected = [columns.get((given.name, v.name), v.name) for v in fed]
    for name in table.names:
        if name not in expected:
            raise UnknownName(f"variable '{name}' is not in input '{given.name}' {suggestion(name, expected)}")


class _Gathering:
    """Collects columns and holds them against each other: entries and lengths must agree."""

    def __init__(self, model: Model, units: Mapping[tuple[str, str], str]) -> None:
        self.model, self.units = model, units
        self.columns: dict[tuple[str, str | None], Column] = {}
        self.leading: tuple[str, Leading] | None = None
        self.sequences: dict[str, tuple[str, Items]] = {}
        self.axis_of: dict[tuple[str, str | None], str] = {}

    def add(self, given: Input, variable: Variable | None, values: Any, valid: np.ndarray | None = None) -> None:
        text = f"input '{given.name}'" if variable is None else f"variable '{variable.name}' of input '{given.name}'"
        axis = self.model.sequence_axis(given.axes)
        items = items_of(values, axis is not None, self.model.item_shape(given), text, valid)
        items.values = items.values.reshape((len(items.values), *self.model.fixed_shape(given)))
        self._agree_on_entries(text, items)
        if axis is not None:
            self._agree_on_lengths(axis, text, items)
        name = variable.name if variable is not None else None
        unit = self.units.get((given.name, name)) if name is not None else None
        self.columns[given.name, name] = Column(items.values, unit)
        if axis is not None:
            self.axis_of[given.name, name] = axis

    def _agree_on_entries(self, text: str, items: Items) -> None:
        if self.leading is None:
            self.leading = (text, items.leading)
        elif not self.leading[1].same(items.leading):
            other, leading = self.leading
            raise ValueRefused(f"{text} has {items.leading} entries, {other} has {leading}")

    def _agree_on_lengths(self, axis: str, text: str, items: Items) -> None:
        assert items.counts is not None
        other, first = self.sequences.setdefault(axis, (text, items))
        if first is items:
            return
        assert first.counts is not None
        if not np.array_equal(first.counts, items.counts):
            at = int(np.flatnonzero(first.counts != items.counts)[0])
            raise ValueRefused(
                f"{text} and {other} share axis '{axis}' but differ in length: {items.counts[at]} and "
                f"{first.counts[at]} elements in entry {at}"
            )

    def batch(self) -> Batch:
        leading = self.leading[1] if self.leading else Leading((1,))
        batch = Batch(leading.count, leading, self.columns, axis_of=self.axis_of)
        for axis, (_, items) in self.sequences.items():
            assert items.counts is not None
            batch.counts[axis], batch.forms[axis] = items.counts, items.form
            batch.widths[axis] = items.width
            if items.valid is not None:
                batch.valid[axis] = items.valid
        return batch
