"""Whether a model of a table gives its training library's numbers, from the raw columns to the scores.

Rows are made up such that preparation brings them to ordinary numbers; some hold what counts as missing, and unknown
categories where those are taken. Numbers may differ by 1e-6 of the scale of an output; what they do differ by is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..endpoints import Input, Variable
from ..errors import AgreementError
from . import CLOSE, difference_of, scale_of
from .events import made_up_events

if TYPE_CHECKING:
    from ..model import Model

__all__ = ["TableAgreement", "TablePredictor", "compare_table", "made_up_rows"]

ROWS = 500


class TablePredictor(Protocol):
    """The training library, asked for the numbers of a table."""

    name: str  # "scikit-learn 1.9.1"
    columns: list[str]  # of the table that it was fitted on

    def predict_table(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Outputs by name for raw rows (n, columns)."""


@dataclass
class TableAgreement:
    """What was compared: the largest difference of each output, in its scale."""

    library: str
    rows: int
    differences: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        texts = [f"{output} to {size:.1e} of its scale" if size else f"{output} equal"
                 for output, size in self.differences.items()]  # fmt: skip
        return f"agrees with {self.library} on {self.rows} rows: {', '.join(texts)}"

    def as_json(self) -> dict[str, Any]:
        """What ``agreement.json`` holds."""
        return {"with": self.library, "rows": self.rows,
                "outputs": {output: {"difference": size} for output, size in self.differences.items()}}  # fmt: skip


def compare_table(model: Model, predictor: TablePredictor, rows: int = ROWS) -> TableAgreement:
    """Compares the model with the library on made-up rows. Raises AgreementError."""
    table = made_up_rows(model, predictor.columns, rows)
    try:
        theirs = predictor.predict_table(table)
    except ValueError:  # the logarithm of a negative number, say
        table = np.abs(table)
        theirs = _asked(model, predictor, table)
    except Exception:  # whatever a library may raise, of columns that were no numbers when it was fitted
        theirs = _asked(model, predictor, table)
    ours = model.run(feed_of(model, predictor.columns, table))
    agreement = TableAgreement(predictor.name, rows)
    for output in model.output_list:
        if output.name not in theirs:
            continue
        got, expected = np.asarray(ours[output.name]), np.asarray(theirs[output.name])
        if expected.size == 2 * got.size:  # of two classes the model gives the second's
            expected = expected[:, 1]
        apart = difference_of(got, expected.reshape(got.shape)) / scale_of([expected])
        agreement.differences[output.name] = float(apart.max(initial=0))
        if not agreement.differences[output.name] <= CLOSE:
            row = int(apart.reshape(rows, -1).max(axis=1).argmax())
            raise AgreementError(
                f"{model.where}: the converted model disagrees with {predictor.name}: output '{output.name}' differs "
                f"most in row {row}: {got[row]} instead of {expected[row]}, fed {table[row].tolist()[:8]}"
            )
    if not agreement.differences:
        raise AgreementError(
            f"{model.where}: {predictor.name} gives no number to compare with; convert without "
            "comparing (compare=False)"
        )
    return agreement


def _asked(model: Model, predictor: TablePredictor, table: np.ndarray) -> dict[str, np.ndarray]:
    try:
        return predictor.predict_table(table)
    except Exception as error:  # whatever a library may raise
        first = (str(error).splitlines() or [""])[0][:200]
        raise AgreementError(
            f"{model.where}: {predictor.name} gives no numbers for a made-up table of numbers: {type(error).__name__}: "
            f"{first}; if it was fitted on columns that are none (true and false beside numbers, say), make numbers "
            "of them and fit it again, or convert without comparing (compare=False)") from error


def made_up_rows(model: Model, columns: list[str], rows: int, seed: int = 3) -> np.ndarray:
    """(rows, columns) raw values; 0 in columns that the model does not have."""
    given = model.input_list[0]
    events = made_up_events(model, seed, rows)[given.name]
    if not given.variable_list:
        return np.asarray(events, np.float64)
    table, random = np.zeros((rows, len(columns))), np.random.default_rng(seed)
    for variable in _fed(given):
        values = np.asarray(events[variable.name], np.float64).copy()
        odd = _odd(variable, given)
        some = np.flatnonzero(random.random(rows) < 0.1) if odd else np.zeros(0, np.int64)
        values[some] = random.choice(odd or [0.0], len(some))
        if variable.missing is not None and variable.categories is not None:  # what stands in is no value itself
            values[values == variable.missing.value] = odd[0]
        table[:, columns.index(variable.name)] = values
    return table


def feed_of(model: Model, columns: list[str], table: np.ndarray) -> Any:
    """What ``Model.run`` takes: the columns of a table that the model has."""
    given = model.input_list[0]
    if not given.variable_list:
        return {given.name: table}
    return {given.name: {variable.name: table[:, columns.index(variable.name)] for variable in _fed(given)}}


def _fed(given: Input) -> list[Variable]:
    return [variable for variable in given.variable_list if variable.source is None]


def _odd(variable: Variable, given: Input) -> list[float]:
    """What counts as missing, and an unknown category, in a variable or one that is made of it."""
    same = [
        each for each in given.variable_list if each is variable or (each.source or "").endswith(f".{variable.name}")
    ]
    odd = [
        float(when)
        for each in same
        if each.missing
        for when in each.missing.when
        if isinstance(when, (str, float, int))
    ]
    taken = [each for each in same if each.categories is not None]
    if taken and all(isinstance(each.unknown, int) for each in taken):
        odd.append(max(max(each.categories or [0]) for each in taken) + 7.0)
    return odd
