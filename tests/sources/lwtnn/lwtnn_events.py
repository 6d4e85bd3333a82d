"""Raw events for a model of lwtnn, and one of them as lwtnn would take it."""

from __future__ import annotations

from typing import Any

import numpy as np

from lading.model import Model

LENGTHS = (0, 1, 2, 7, 15)


def events_for(model: Model, shortest: int = 0, entries: int = 6) -> dict[str, Any]:
    """Raw numbers by input and variable, such that the network sees standard normal ones; sequences with counts."""
    random = np.random.default_rng(5)
    events: dict[str, Any] = {}
    for given in model.input_list:
        is_sequence = model.sequence_axis(given.axes) is not None
        counts = np.array([max(LENGTHS[(at + len(events)) % len(LENGTHS)], shortest) for at in range(entries)])
        size = int(counts.sum()) if is_sequence else entries
        columns = {}
        for variable in given.variable_list:
            values = random.normal(size=size)
            if variable.categories is not None:
                values = random.choice(variable.categories, size).astype(float)
            for step in reversed(variable.prepare):
                values = values - step["add"] if "add" in step else values / step["multiply"]
            columns[variable.name] = (values, counts) if is_sequence else values
        events[given.name] = columns
    return events


def entry_of(model: Model, events: dict[str, Any], at: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Vectors and sequences of one event under the names of the file."""
    sides: dict[str, dict[str, Any]] = {"inputs": {}, "input_sequences": {}}
    for name, columns in events.items():
        side, _, own = model.record["origin"]["inputs"][name].partition("/")
        picked = {}
        for variable, values in columns.items():
            if isinstance(values, tuple):
                ends = np.cumsum(values[1])
                picked[variable] = values[0][ends[at] - values[1][at] : ends[at]]
            else:
                picked[variable] = values[at]
        sides[side][own] = picked
    return sides["inputs"], sides["input_sequences"]
