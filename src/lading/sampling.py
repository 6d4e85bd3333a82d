"""The self-test of a model: a few entries, chosen for what can go wrong, and the outputs they must give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .feed import Batch, Column
from .feed.leading import Leading

if TYPE_CHECKING:
    from .engine import Session
    from .model import Model

#: Entries kept of each sort: worst, best, longest and shortest sequences, with missing values.
EACH = 4
#: Entries drawn evenly from the rest.
SPREAD = 12


def keep_samples(model: Model, batch: Batch, difference: np.ndarray, session: Session) -> None:
    """Makes entries of ``batch`` the model's self-test, with the outputs that the engine gives them.

    ``difference`` (n_entries,) is how far each entry was from the training's scores.
    """
    few = take_entries(batch, _choose(model, batch, difference))
    store_samples(model, few, session)


def store_samples(model: Model, batch: Batch, session: Session) -> None:
    """Makes all entries of ``batch`` the model's self-test."""
    from .model import Samples

    scores = session.run_batch(batch)
    model.samples = Samples(
        inputs={key: np.ascontiguousarray(column.values) for key, column in batch.columns.items()},
        counts=dict(batch.counts),
        outputs={name: scores.flat(name) for name in scores},
    )


def take_entries(batch: Batch, chosen: np.ndarray) -> Batch:
    """The entries ``chosen`` (indices, rising) of a batch, in flat form."""
    columns, counts = {}, {axis: n[chosen] for axis, n in batch.counts.items()}
    elements = {axis: _elements(n, chosen) for axis, n in batch.counts.items()}
    for key, column in batch.columns.items():
        axis = batch.axis_of.get(key)
        rows = chosen if axis is None else elements[axis]
        columns[key] = Column(column.values[rows], column.unit)
    few = Batch(len(chosen), Leading((len(chosen),)), columns, counts)
    few.forms = dict.fromkeys(counts, "counts")
    few.axis_of = dict(batch.axis_of)
    return few


def _elements(counts: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Flat indices of all elements of the chosen entries."""
    first = np.concatenate([[0], np.cumsum(counts)])
    spans = [np.arange(first[entry], first[entry + 1]) for entry in chosen]
    return np.concatenate(spans) if spans else np.zeros(0, np.int64)


def _choose(model: Model, batch: Batch, difference: np.ndarray) -> np.ndarray:
    order = np.argsort(difference, kind="stable")
    chosen = [*order[:EACH], *order[::-1][:EACH]]
    for counts in batch.counts.values():
        by_length = np.argsort(counts, kind="stable")
        chosen += [*by_length[:EACH], *by_length[::-1][:EACH]]
    chosen += list(_with_missing(model, batch)[:EACH])
    chosen += list(np.linspace(0, batch.entries - 1, min(SPREAD, batch.entries)).astype(int))
    return np.unique(np.array(chosen, np.int64))


def _with_missing(model: Model, batch: Batch) -> np.ndarray:
    """Entries in which some variable counts as missing by a number or a NaN."""
    missing = np.zeros(batch.entries, bool)
    for given in model.input_list:
        for variable in given.variable_list:
            column = batch.columns.get((given.name, variable.name))
            if column is None or variable.missing is None:
                continue
            numbers = [x for x in variable.missing.when if isinstance(x, (int, float))]
            marked = np.isin(column.values, numbers)
            if column.values.dtype.kind == "f":
                marked |= ~np.isfinite(column.values)
            axis = batch.axis_of.get((given.name, variable.name))
            if axis is None:
                missing |= marked.reshape(batch.entries, -1).any(axis=1)
            else:
                entries = np.repeat(np.arange(batch.entries), batch.counts[axis])
                missing[entries[marked.reshape(len(entries), -1).any(axis=1)]] = True
    return np.flatnonzero(missing)
