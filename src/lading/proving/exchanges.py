"""Which two columns may have been exchanged: all pairs are tried on one entry, and only those that fit on many.

With a hundred variables there are five thousand pairs. To try them without a new plan for each, the model is
taken apart: one that only prepares, and one that takes what is prepared.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..endpoints import Input, Label, Output, Variable
from ..errors import LadingError
from ..feed import Batch, Column
from ..graph import Graph, Node
from ..sampling import take_entries
from . import tolerance_of

if TYPE_CHECKING:
    from ..engine import Session
    from ..model import Model

#: Seconds after which no more exchanges are tried.
PATIENCE = 20.0
#: How much more than the tolerance one entry may differ to be worth a trial on many.
LOOSE = 10.0

Scores = dict[str, np.ndarray]
Pair = tuple[str, str, str]  # input, variable, variable


class Search:
    """Pairs of columns whose exchange makes the entry ``worst`` of a batch agree with the scores expected."""

    def __init__(
        self, model: Model, batch: Batch, expected: Scores, worst: int, patience: float | None = None
    ) -> None:
        self._model = model
        self._one = take_entries(batch, np.array([worst]))
        self._wanted = {label: float(values[worst]) for label, values in expected.items()}
        self._limits = {label: LOOSE * tolerance_of(values) * _scale(values) for label, values in expected.items()}
        self._end = time.monotonic() + (PATIENCE if patience is None else patience)
        self.complete = True  # whether all pairs were tried

    def names(self, session: Session) -> Iterator[Pair]:
        """Pairs of which each may be fed the other's column."""
        yield from self._pairs(session, self._one)

    def places(self) -> Iterator[Pair]:
        """Pairs that, prepared as they are, may stand in each other's place."""
        from ..engine import Session

        if next(pairs(self._model), None) is None:
            return
        prepared = prepared_batch(self._model, self._one)
        yield from self._pairs(Session(_without_preparation(self._model)), prepared)

    def _pairs(self, session: Session, batch: Batch) -> Iterator[Pair]:
        for name, one, other in pairs(self._model):
            if time.monotonic() > self._end:
                self.complete = False
                return
            columns = batch.columns
            first, second = columns[name, one], columns[name, other]
            if np.array_equal(first.values, second.values, equal_nan=True):
                continue
            if self._near(session, replace(batch, columns=columns | {(name, one): second, (name, other): first})):
                yield name, one, other

    def _near(self, session: Session, batch: Batch) -> bool:
        try:
            scores = session.run_batch(batch)
        except LadingError:  # a category that is not listed, a number that does not fit
            return False
        for label, wanted in self._wanted.items():
            got = float(np.asarray(scores[label]).reshape(-1)[0])
            if not (abs(got - wanted) <= self._limits[label] or got == wanted or (got != got and wanted != wanted)):
                return False
        return True


def _scale(values: np.ndarray) -> float:
    return float(np.max(np.abs(values[np.isfinite(values)]), initial=0))


def pairs(model: Model) -> Iterator[Pair]:
    """Every two variables of one input that are fed."""
    for given in model.input_list:
        names = [v.name for v in given.variable_list if v.source is None]
        for i, one in enumerate(names):
            for other in names[i + 1 :]:
                yield given.name, one, other


def prepared_batch(model: Model, batch: Batch) -> Batch:
    """The batch behind cuts and preparation, variables taken from others written out."""
    from ..engine import Session

    mirror = replace(model, output_list=[], graphs={"main": Graph()}, weights={}, requires=[])
    mirror.samples = None
    columns: dict[tuple[str, str | None], Column] = {}
    for at, given in enumerate(model.input_list):
        if given.mask is None and given.variable_list:
            axes: list[str | int] = ["label" if axis == "variable" else axis for axis in given.axes]
            labels = [Label(v.name) for v in given.variable_list]
            mirror.output_list.append(Output(f"{given.name} prepared", axes, _plain_type(given), labels))
            mirror.graphs["main"].nodes.append(
                Node(f"prepare {at}", "Cast", [given.name], [f"{given.name} prepared"], {"to": _plain_type(given)}))
    scores = Session(mirror).run_batch(batch)
    for given in model.input_list:
        if not given.variable_list and given.mask is None:
            columns[given.name, None] = batch.columns[given.name, None]
        for at, variable in enumerate(given.variable_list):
            output = f"{given.name} prepared"
            values = np.take(scores.flat(output), at, axis=_label_axis(model, given))
            shape = (len(values), *model.fixed_shape(given))
            columns[given.name, variable.name] = Column(np.ascontiguousarray(values.reshape(shape)))
    return replace(batch, columns=columns, counts=_kept(model, batch))


def _kept(model: Model, batch: Batch) -> dict[str, np.ndarray]:
    most = {name: axis.max for name, axis in model.axes.items()}
    return {axis: np.minimum(n, m) if (m := most[axis]) is not None else n for axis, n in batch.counts.items()}


def _label_axis(model: Model, given: Input) -> int:
    """Where the variables stand in a flat output: behind the items, among the fixed axes."""
    inner = [axis for axis in given.axes if axis == "variable" or model.is_fixed(axis)]
    drops = not model.batched and bool(given.axes) and given.axes[0] == 1
    return 1 + inner[1 if drops else 0 :].index("variable")


def _plain_type(given: Input) -> str:
    return "float32" if given.type in ("float16", "bfloat16") else given.type


def _without_preparation(model: Model) -> Model:
    """The model behind the preparation; nothing is taken from elsewhere."""
    inputs = [replace(given, variable_list=[Variable(v.name, raw=_raw(given), pad=v.pad) for v in given.variable_list])
              for given in model.input_list]
    bare = replace(model, input_list=inputs)
    bare.samples = None
    return bare


def _raw(given: Input) -> str:
    return given.type if given.type in ("float32", "float64") else "float32" if "float" in given.type else "int64"
