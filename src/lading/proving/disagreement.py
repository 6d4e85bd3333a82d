"""Why a model and the training's scores disagree: what would make them agree, what the entries that differ share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import LadingError
from ..feed import Batch, Column
from . import differences_of, tolerance_of
from .exchanges import Search

if TYPE_CHECKING:
    from ..engine import Session
    from ..model import Model

#: Entries, those that differ most, on which other orders of the columns are tried.
TRIAL_ENTRIES = 64
#: Powers of ten by which a column may be off: another unit.
POWERS = (3, -3, 1, -1, 2, -2, 6, -6)
#: What stands for missing values in many files.
MARKS = (float("nan"), -1.0, -9.0, -99.0, -999.0, -9999.0, -99999.0)

Scores = dict[str, np.ndarray]


@dataclass(frozen=True)
class Cure:
    """What would make scores agree, and what to do about it ("" where the condition says it all)."""

    condition: str
    advice: str = ""

    def __str__(self) -> str:
        return f"They agree if {self.condition}" + (f": {self.advice}" if self.advice else "")


def explain(model: Model, batch: Batch, expected: Scores, differences: Scores) -> str:
    """One text: how far they are apart, and the exchange of columns or labels, the unit, the sign that would cure it.

    If there is none: what the entries that differ have in common, and what to look at.
    """
    label = max(differences, key=lambda label: float(differences[label].max()))
    entry = int(np.argmax(differences[label]))
    bad = np.any([d > tolerance_of(expected[name]) for name, d in differences.items()], axis=0)
    text = (f"model '{model.name}' and the training's scores disagree: '{label}' differs by "
            f"{differences[label][entry]:.2g} of its scale in entry {entry}, and {int(bad.sum())} of {batch.entries} "
            "entries differ.")
    few, few_expected, worst = _worst_entries(batch, expected, differences)
    search = Search(model, few, few_expected, worst)
    for cure in _cures(model, few, few_expected, search):
        return f"{text}\n{cure}."
    for shared in _in_common(model, batch, bad):
        return f"{text}\n{shared}."
    tried = "exchange of two columns" if search.complete else "exchange of two columns of those that were tried"
    return (f"{text}\nNo {tried}, no unit and no order of labels makes them agree: check the "
            "preparation, the missing values and the order of the elements.")


def _worst_entries(batch: Batch, expected: Scores, differences: Scores) -> tuple[Batch, Scores, int]:
    """The entries that differ most, and which of them is the worst."""
    from ..sampling import take_entries

    total = np.sum([np.minimum(d, 1e3) for d in differences.values()], axis=0)
    chosen = np.sort(np.argsort(-total, kind="stable")[:TRIAL_ENTRIES])
    few = {label: values[chosen] for label, values in expected.items()}
    return take_entries(batch, chosen), few, int(np.argmax(total[chosen]))


# ---- what would make them agree


def cures(model: Model, batch: Batch, expected: Scores, patience: float | None = None) -> Iterator[Cure]:
    """What would make ``model`` give the scores expected, by label, (n,) each; exchanges for ``patience`` seconds."""
    from ..engine import Session

    differences = differences_of(Session(model).run_batch(batch), expected)
    few, few_expected, worst = _worst_entries(batch, expected, differences)
    yield from _cures(model, few, few_expected, Search(model, few, few_expected, worst, patience))


def _cures(model: Model, batch: Batch, expected: Scores, search: Search) -> Iterator[Cure]:
    yield from _exchanged_labels(model, batch, expected)
    yield from _other_unit(model, batch, expected)
    yield from _exchanged_names(model, batch, expected, search)
    yield from _exchanged_places(model, batch, expected, search)


def _exchanged_labels(model: Model, batch: Batch, expected: Scores) -> Iterator[Cure]:
    """The model's labels stand in another order than the training's."""
    from ..engine import Session

    scores = Session(model).run_batch(batch)
    match = {}
    for label in expected:
        near = {other: differences_of({label: scores[other]}, {label: expected[label]})[label].max()
                for other in expected}
        match[label] = min(near, key=lambda other: float(near[other]))
        if not near[match[label]] <= tolerance_of(expected[label]):
            return
    moved = [label for label, other in match.items() if label != other]
    if len(moved) == 2:
        yield Cure(f"the labels '{moved[0]}' and '{moved[1]}' are exchanged", "swap them in the papers")
    elif moved:
        yield Cure("the labels are put right", ", ".join(
            f"what the papers call '{match[label]}' is '{label}'" for label in moved))


def _exchanged_names(model: Model, batch: Batch, expected: Scores, search: Search) -> Iterator[Cure]:
    """Two names of one input were exchanged, their preparation was not: feed each other's columns."""
    from ..engine import Session

    session = Session(model)
    for name, one, other in search.names(session):
        columns = batch.columns
        swapped = columns | {(name, one): columns[name, other], (name, other): columns[name, one]}
        if _agree(session, replace(batch, columns=swapped), expected):
            yield Cure(f"'{one}' and '{other}' of input '{name}' exchange their names",
                       "swap them in the papers, and leave unit and preparation where they are")


def _exchanged_places(model: Model, batch: Batch, expected: Scores, search: Search) -> Iterator[Cure]:
    """Two variables, preparation and all, stand in each other's place."""
    from ..engine import Session

    for name, one, other in search.places():
        if _agree(Session(_with_exchanged(model, name, one, other)), batch, expected):
            yield Cure(f"'{one}' and '{other}' of input '{name}' exchange their places",
                       "swap their order in the papers")


def _with_exchanged(model: Model, name: str, one: str, other: str) -> Model:
    """The model with two variables of an input in each other's place."""
    place = {one: model.inputs[name].variables[other], other: model.inputs[name].variables[one]}
    inputs = [given if given.name != name else
              replace(given, variable_list=[place.get(v.name, v) for v in given.variable_list])
              for given in model.input_list]
    return replace(model, input_list=inputs)


def _other_unit(model: Model, batch: Batch, expected: Scores) -> Iterator[Cure]:
    """One variable is fed in a unit that is a power of ten away, with the other sign, or as its inverse."""
    from ..engine import Session

    session = Session(model)
    for (name, variable), column in batch.columns.items():
        if variable is None or column.values.dtype.kind != "f":
            continue
        unit = model.inputs[name].variables[variable].unit
        for values, cure in _otherwise(column.values, f"'{variable}' of input '{name}'", unit):
            changed = batch.columns | {(name, variable): Column(values, column.unit)}
            if _agree(session, replace(batch, columns=changed), expected):
                yield cure


def _otherwise(values: np.ndarray, what: str, unit: str) -> Iterator[tuple[np.ndarray, Cure]]:
    """What else a column may hold."""
    for power in POWERS:
        yield _shifted(values, power), Cure(f"{what} is {_size_text(power)}", _unit_text(unit, power))
    yield -values, Cure(f"{what} has the other sign", "check which one the training used")
    with np.errstate(all="ignore"):
        inverse = np.reciprocal(values)
    yield inverse, Cure(f"{what} is one divided by it", "check which of the two the training used")


def _shifted(values: np.ndarray, power: int) -> np.ndarray:
    """``values`` times 10**power, by one exact factor as units are converted."""
    factor = np.asarray(10 ** abs(power), values.dtype)
    with np.errstate(all="ignore"):
        shifted: np.ndarray = values * factor if power > 0 else values / factor
    return shifted


def _size_text(power: int) -> str:
    return f"{10 ** abs(power)} times {'larger' if power > 0 else 'smaller'}"


def _unit_text(unit: str, power: int) -> str:
    from ..feed.units import KINDS

    for units in KINDS.values():
        for other, place in units.items():
            if unit in units and place == units[unit] + power:
                return f"the data seem to be in {other}, the papers say {unit}"
    return f"check the unit of the data, the papers say '{unit}'"


def _agree(session: Session, batch: Batch, expected: Scores) -> bool:
    try:
        differences = differences_of(session.run_batch(batch), expected)
    except LadingError:  # a category that is not listed, a number that does not fit
        return False
    return all(float(d.max(initial=0)) <= tolerance_of(expected[label]) for label, d in differences.items())


# ---- what the entries that differ have in common


def _in_common(model: Model, batch: Batch, bad: np.ndarray) -> Iterator[str]:
    """A sentence for each property that all entries that differ have, and of the others at most one in twenty."""
    who = "Those that differ are those"
    for axis, counts in batch.counts.items():
        if _marks(counts == 0, bad):
            yield f"{who} without any '{axis}': check 'when_empty' of the outputs"
        longest = int(counts[~bad].max(initial=0))
        if longest > 0 and _marks(counts > longest, bad):
            yield f"{who} with more than {longest} of '{axis}': check its 'max', 'keep' and the order of the elements"
    for given, variable in _fed(model):
        for mark in MARKS:
            if _marks(_entries_with(batch, given, variable, mark), bad):
                yield f"{who} in which '{variable}' of input '{given}' is {mark:g}: check its 'missing' in the papers"
    for axis, counts in batch.counts.items():
        if _marks(counts > 0, bad):
            yield (f"{who} with any '{axis}': look at the variables of each '{axis}', their preparation, their missing "
                   "values and the order of the elements")


def _marks(marked: np.ndarray, bad: np.ndarray) -> bool:
    return bool(marked[bad].all() and marked[~bad].sum() * 20 <= bad.sum() and not bad.all())


def _fed(model: Model) -> Iterator[tuple[str, str]]:
    for given in model.input_list:
        yield from ((given.name, v.name) for v in given.variable_list if v.source is None)


def _entries_with(batch: Batch, given: str, variable: str, mark: float) -> np.ndarray:
    """The entries in which the variable has this value anywhere."""
    values, axis = batch.columns[given, variable].values, batch.axis_of.get((given, variable))
    found = (np.isnan(values) if np.isnan(mark) else values == mark).reshape(len(values), -1).any(axis=1)
    entries = np.arange(batch.entries)
    return found if axis is None else np.isin(entries, np.repeat(entries, batch.counts[axis])[found])
