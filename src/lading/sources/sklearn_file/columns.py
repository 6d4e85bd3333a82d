"""Columns on their way from the table that is fed to the estimator that looks at them.

As long as every step does one thing to one column (a scaler, an imputer), columns are variables with the preparation so
far, and nothing stands in the graph. What preparation cannot say makes a value of the graph of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...endpoints import Axis, Input, Missing, Variable
from ...errors import UnsupportedError
from ...graph import Node, rename
from ...model import Model
from ...trees.modelling import OPERATOR, unique_names
from ..wiring import Wiring

__all__ = ["WIDE", "Column", "Growth", "Table"]

#: The name of the input.
FEATURES = "features"

Step = tuple[Any, ...]  # ("subtract", 4.3), ("log",), ("clip", 0.0, 1.0)

#: Behind a step of float32 columns that was computed in float64 and rounded.
WIDE: Step = ("wide",)


@dataclass(frozen=True)
class Column:
    """A variable, by its place in the table that is fed, with what was done to it so far."""

    variable: int
    missing: tuple[Any, float] | None = None  # what is missing ("nan" or a number), and what stands in for it
    categories: tuple[int, ...] | None = None
    unknown: int | None = None  # None: refused
    unknown_code: float | None = None  # what an encoder has for unknown categories, where it is not ``unknown`` itself
    steps: tuple[Step, ...] = ()

    @property
    def untouched(self) -> bool:
        """Whether it is as it was fed."""
        return self == Column(self.variable)

    def then(self, *steps: Step) -> Column:
        """With further steps of preparation."""
        return replace(self, steps=self.steps + steps)


@dataclass
class Table:
    """Columns between two steps: ``columns`` while they are all variables, else ``value``, (entries, size)."""

    columns: list[Column] | None = None
    value: str = ""
    size: int = 0
    type: str = "float64"


@dataclass
class Growth:
    """A model that grows from the fed table to its outputs.

    ``names`` are those of the table that was fitted ([]: it had none), ``type`` that of its numbers.
    """

    where: str
    names: list[str]
    features: int
    type: str
    model: Model = field(default_factory=Model)
    remarks: list[str] = field(default_factory=list)  # what whoever converts it should know

    def __post_init__(self) -> None:
        self.model.axes["entry"] = Axis("entry", "entry")
        self.model.input_list = [Input(FEATURES, ["entry", "variable"], self.type)]
        self.wiring = Wiring(self.model, self.model.graphs["main"].nodes, ("margin", "score", "class", "transformed"))
        self._gathered: dict[tuple[Column, ...], Node] = {}

    def name_of(self, column: int) -> str:
        """What a column of the fed table is called."""
        return self.names[column] if self.names else f"x{column}"

    def fed(self) -> Table:
        """The table as it is fed."""
        return Table([Column(i) for i in range(self.features)], size=self.features, type=self.type)

    def value_of(self, table: Table) -> str:
        """The value of a table in the graph."""
        if table.columns is None:
            return table.value
        key = tuple(replace(column, unknown_code=None) for column in table.columns)
        if key not in self._gathered:
            self.wiring.add("Gather", FEATURES, np.zeros(0, np.int64), axis=1)
            self._gathered[key] = self.wiring.nodes[-1]
        return self._with_codes(self._gathered[key].outputs[0], table)

    def _with_codes(self, value: str, table: Table) -> str:
        """What encoders have for unknown categories, in place of the number behind the last one."""
        columns = table.columns or []
        if all(each.unknown_code is None for each in columns):
            return value
        last = [np.nan if each.unknown_code is None else len(each.categories or ()) for each in columns]
        codes = [0.0 if each.unknown_code is None else each.unknown_code for each in columns]
        unknown = self.wiring.add("Equal", value, np.array(last, table.type))
        return self.wiring.add("Where", unknown, np.array(codes, table.type), value)

    def settled(self, table: Table) -> Table:
        """A table whose columns are as they stand: a value, if encoders have numbers of their own for the unknown."""
        if table.columns is None or all(each.unknown_code is None for each in table.columns):
            return table
        return self.of_value(self.value_of(table), table.size, table.type)

    def typed(self, table: Table, type_: str) -> str:
        """The value of a table, in a floating-point type."""
        value = self.value_of(table)
        return value if table.type == type_ else self.wiring.add("Cast", value, to=type_)

    def of_value(self, value: str, size: int, type_: str) -> Table:
        """The table that a value is."""
        return Table(None, value, size, type_)

    def selected(self, table: Table, places: Sequence[int]) -> Table:
        """Some columns of a table, in that order."""
        size = len(places)
        if any(not 0 <= place < table.size for place in places):
            raise UnsupportedError(f"{self.where}: columns {list(places)[:8]} of a table of {table.size} columns")
        if table.columns is not None:
            return Table([table.columns[place] for place in places], size=size, type=table.type)
        if list(places) == list(range(table.size)):
            return table
        picked = self.wiring.add("Gather", table.value, np.array(places, np.int64), axis=1)
        return self.of_value(picked, size, table.type)

    def joined(self, tables: Sequence[Table]) -> Table:
        """Tables side by side; empty ones are left out."""
        parts: list[Table] = []
        for table in tables:
            if parts and table.columns is not None and parts[-1].columns is not None and table.type == parts[-1].type:
                both = parts[-1].columns + table.columns
                parts[-1] = Table(both, size=len(both), type=table.type)
            elif table.size:
                parts.append(table)
        if not parts:
            raise UnsupportedError(f"{self.where}: all columns are dropped; nothing is left to look at")
        if len(parts) == 1:
            return parts[0]
        type_ = "float32" if all(part.type == "float32" for part in parts) else "float64"
        values = [self.typed(part, type_) for part in parts]
        return self.of_value(self.wiring.add("Concat", *values, axis=1), sum(p.size for p in parts), type_)

    # The input, when all is known that reads it.

    def finish(self) -> list[str]:
        """Makes the input of the columns that were asked for; gives the names of those that nobody looks at."""
        wanted = dict.fromkeys(column for key in self._gathered for column in key)
        slots = sorted(wanted, key=lambda column: column.variable)
        place = {column: i for i, column in enumerate(slots)}
        nodes = self.model.graphs["main"].nodes
        for key, node in self._gathered.items():
            at = [place[column] for column in key]
            node.inputs[1] = np.array(at, np.int64)
            if at == list(range(len(slots))):
                nodes.remove(node)
                rename(nodes, node.outputs[0], FEATURES)
        self._declare(slots)
        for node in nodes:
            _to_weight(self.model, node)
        read = {column.variable for column in slots}
        return [self.name_of(i) for i in range(self.features) if i not in read]

    def _declare(self, slots: list[Column]) -> None:
        given = self.model.input_list[0]
        readers = [node for node in self.model.graphs["main"].nodes if FEATURES in node.reads()]
        if all(node.operator == OPERATOR and node.attributes["input_type"] == "float32" for node in readers):
            given.type = "float32"
        if not self.names and slots == [Column(i) for i in range(self.features)]:
            given.axes = ["entry", self.features]
            return
        plain = all(slot.untouched for slot in slots)
        raw = None if plain or given.type == self.type else self.type
        names = unique_names([self.name_of(i) for i in range(self.features)])
        fed: set[int] = set()
        taken = [names[variable] for variable in dict.fromkeys(slot.variable for slot in slots)]
        for slot in slots:
            name, again = names[slot.variable], slot.variable in fed
            fed.add(slot.variable)
            if again:
                taken.append(name)
                name = unique_names(taken)[-1]
                taken[-1] = name
            variable = _variable(slot, name, raw)
            if again:
                variable.raw, variable.source = None, f"{FEATURES}.{names[slot.variable]}"
            given.variable_list.append(variable)


def _variable(slot: Column, name: str, raw: str | None) -> Variable:
    made = Variable(name, raw=raw, prepare=[_verb(step) for step in slot.steps])
    if WIDE in slot.steps:
        rounded = [each for step in slot.steps if step != WIDE for each in (_verb(step), "float32")]
        made.raw, made.prepare = "float64", ["float32", *rounded]
    if slot.missing is not None:
        made.missing = Missing([slot.missing[0]], slot.missing[1])
    if slot.categories is not None:
        made.categories, made.unknown = list(slot.categories), slot.unknown
    return made


def _verb(step: Step) -> Any:
    verb, *numbers = step
    return verb if not numbers else {verb: numbers[0] if len(numbers) == 1 else numbers}


def _to_weight(model: Model, node: Node) -> None:
    """Moves what is too large to stand in a node among the weights."""
    for i, operand in enumerate(node.inputs):
        if isinstance(operand, np.ndarray) and (operand.size > 64 or operand.ndim > 1):
            name = f"{node.name}.{i}"
            model.weights[name], node.inputs[i] = operand, name
