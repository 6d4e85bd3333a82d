"""Why the scores of two models differ: what of a would make b give the scores of a.

First what the endpoints say otherwise is tried, each thing alone and then all of it; then what people get wrong:
exchanged columns and labels, a unit, a sign, an inverse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...agreement import difference_of, scale_of
from ...errors import LadingError
from ...proving.disagreement import cures
from ...sampling import take_entries
from .behaviour import ScoreDifferences, place_of
from .pairs import Matching
from .running import Run
from .slots import text_of

if TYPE_CHECKING:
    from ...feed import Batch
    from ...feed.scores import Scores
    from ...model import Model

#: Entries on which an explanation must hold; how near the scores must then be, in units of their scale.
ENTRIES, NEAR = 64, 1e-5
#: What is tried alone; the part of entries that differ where columns were exchanged, at least.
ALONE, EXCHANGED = 40, 0.2
#: Seconds for the search for exchanged columns.
PATIENCE = 5.0

Change = Callable[["Model"], "Model"]


def explanations(found: Matching, run: Run, scores: ScoreDifferences) -> Iterator[str]:
    """Sentences, the first that hold."""
    yield from _of_one_origin(run, scores)
    yield from _not_finite(run, scores)
    if found.a.folds is not None or found.b.folds is not None:
        return  # members have rules of their own: whoever wants to know compares them
    trial = _Trial(found, run, scores)
    if trial.wanted is None:
        return
    changes = list(_changes(found))
    for text, change in changes[:ALONE]:
        if trial.agrees(change):
            yield f"b gives a's scores if it takes over a's {text}"
            return
    if len(changes) > 1 and trial.agrees(lambda model: _all(changes, model)):
        more = f" and {len(changes) - 3} more" if len(changes) > 3 else ""
        names = ", ".join(text for text, _ in changes[:3])
        yield f"b gives a's scores if it takes over all that a says otherwise: {names}{more}; so the graphs agree"
        return
    if scores.differing >= EXCHANGED * scores.entries:
        yield from trial.exchanged()


def _of_one_origin(run: Run, scores: ScoreDifferences) -> Iterator[str]:
    """Where entries of one origin differ and no others."""
    origins: dict[str, bool] = {}
    first = 0
    for part in run.kept:
        here = scores.beyond[first : first + part.entries]
        origins[part.origin] = origins.get(part.origin, False) or bool(here.any())
        first += part.entries
    if len(origins) > 1 and list(origins.values()).count(True) == 1:
        yield f"all entries that differ are {next(origin for origin, differs in origins.items() if differs)}"


def _not_finite(run: Run, scores: ScoreDifferences) -> Iterator[str]:
    """Where entries differ that have a NaN, or an infinity, among their inputs, and no others."""
    for what, holds in (("NaN", np.isnan), ("NaN or infinite", lambda x: ~np.isfinite(x))):
        marked = np.concatenate([_entries_with(part.a, holds) for part in run.kept])
        if marked[scores.beyond].all() and not marked.all():
            yield f"all entries that differ have an input that is {what}"
            return


def _entries_with(batch: Batch, holds: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """The entries of which some value ``holds``."""
    found = np.zeros(batch.entries, bool)
    for key, column in batch.columns.items():
        if column.values.dtype.kind == "f" and column.values.size:
            rows = holds(column.values).reshape(len(column.values), -1).any(axis=1)
            axis = batch.axis_of.get(key)
            found |= rows if axis is None else np.bincount(
                np.repeat(np.arange(batch.entries), batch.counts[axis])[rows], minlength=batch.entries) > 0
    return found


def _all(changes: list[tuple[str, Change]], model: Model) -> Model:
    for _, change in changes:
        model = change(model)
    return model


class _Trial:
    """The entries of one part that differ most, and the scores of a for them."""

    def __init__(self, found: Matching, run: Run, scores: ScoreDifferences) -> None:
        self._found, self._run = found, run
        self.wanted: list[np.ndarray] | None = None
        if scores.worst is None:
            return
        part, _ = place_of(run, scores.worst.entry)
        first = sum(each.entries for each in run.kept[: run.kept.index(part)])
        apart = np.zeros(part.entries)
        for pair in (each for each in run.pairs if each is not None):
            size = difference_of(pair.a, pair.b).max(axis=1, initial=0)
            here = (pair.entry >= first) & (pair.entry < first + part.entries)
            np.maximum.at(apart, pair.entry[here] - first, np.minimum(size[here], 1e30))
        chosen = np.sort(np.argsort(-apart, kind="stable")[:ENTRIES])
        self._batches = take_entries(part.a, chosen), take_entries(part.b, chosen)
        self.wanted = self._scores(found.a, self._batches[0], 0)

    def _scores(self, model: Model, batch: Batch, side: int) -> list[np.ndarray]:
        from ...engine import Session

        scores: Scores = Session(model).run_batch(batch)
        pairs = zip(self._found.slots, self._run.pairs, strict=True)
        return [slots[side].values(model, scores) for slots, pair in pairs if pair is not None]

    def agrees(self, change: Change) -> bool:
        """Whether b, changed, gives the scores of a."""
        try:
            got = self._scores(change(self._found.b), self._batches[1], 1)
        except LadingError:
            return False
        return all(x.shape == y.shape and bool((difference_of(x, y) <= NEAR * scale_of([x])).all())
                   for x, y in zip(self.wanted or [], got, strict=True))

    def exchanged(self) -> Iterator[str]:
        """What people get wrong; only scores of one number per entry are looked at."""
        from ...engine import Session

        model, batch, expected = self._found.b, self._batches[1], {}
        mine = Session(self._found.a).run_batch(self._batches[0])
        for one, other in self._found.slots:
            values = one.values(self._found.a, mine)
            label = other.part if isinstance(other.part, str) and other.part in model.labels else (
                other.output if other.part is None else None)
            if label is not None and values.shape == (batch.entries, 1):
                expected[label] = values[:, 0]
        if expected:
            yield from (f"b gives a's scores if {cure.condition}" for cure in cures(model, batch, expected, PATIENCE))


# ---- what the endpoints of a say otherwise


def _changes(found: Matching) -> Iterator[tuple[str, Change]]:
    for (name, variable), (other, same) in found.variables:
        one = found.a.inputs[name].variables[str(variable)]
        two = found.b.inputs[other].variables[str(same)]
        keys = ("raw", "missing", "prepare", "categories", "unknown", "pad")
        differing = [key for key in keys if getattr(one, key) != getattr(two, key)]
        if differing and one.source is None and two.source is None:
            new = replace(two, **{key: getattr(one, key) for key in differing})
            words = {"prepare": "preparation", "missing": "missing values", "raw": "raw type"}
            text = " and ".join(words.get(key, key) for key in differing)
            yield f"{text} of {text_of(name, variable)}", _with_variable(other, str(same), new)
    for one_axis, other_axis in found.axes.items():
        first, second = found.a.axes[one_axis], found.b.axes[other_axis]
        rules = {key: getattr(first, key) for key in ("min", "max", "keep", "pad")
                 if getattr(first, key) != getattr(second, key)}
        if rules:
            yield f"{', '.join(rules)} of axis {one_axis}", _with_axis(other_axis, rules)
    for name, other in found.outputs:
        empty = {found.axes.get(axis, axis): values for axis, values in found.a.outputs[name].when_empty.items()}
        if empty != found.b.outputs[other].when_empty and all(axis in found.b.axes for axis in empty):
            yield f"when_empty of output {name}", _with_empty(other, empty)


def _with_variable(name: str, same: str, new: object) -> Change:
    def change(model: Model) -> Model:
        inputs = [given if given.name != name else replace(
            given, variable_list=[new if v.name == same else v for v in given.variable_list])  # type: ignore[misc]
            for given in model.input_list]
        return _without_samples(replace(model, input_list=inputs))

    return change


def _with_axis(name: str, rules: dict[str, object]) -> Change:
    def change(model: Model) -> Model:
        axes = {axis: replace(each, **rules) if axis == name else each  # type: ignore[arg-type]
                for axis, each in model.axes.items()}
        return _without_samples(replace(model, axes=axes))

    return change


def _with_empty(name: str, empty: dict[str, list[float]]) -> Change:
    def change(model: Model) -> Model:
        outputs = [replace(each, when_empty=empty) if each.name == name else each for each in model.output_list]
        return _without_samples(replace(model, output_list=outputs))

    return change


def _without_samples(model: Model) -> Model:
    model.samples = None
    return model
