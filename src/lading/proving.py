"""Names are proven, not asserted: named raw columns go through the whole model and must give the training's scores."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import AgreementError, LadingError, UnknownName, ValueRefused, suggestion
from .feed import Batch, batch_of

if TYPE_CHECKING:
    from .model import Model

Progress = Callable[..., None]

#: Greatest difference, relative to the largest score, at which names count as proven. Training frameworks
#: sum in another order; scores stored in half precision are compared to its resolution.
TOLERANCE = 1e-5
#: Entries on which other orders of the columns are tried when the scores disagree.
TRIAL_ENTRIES = 64


@dataclass
class Proof:
    """Model and training agree: on how many entries, how well, and on which data."""

    entries: int
    difference: float  # greatest |a - b| / max|b| over all labels
    labels: list[str]
    data: str  # "sha256:..." of the events

    def __str__(self) -> str:
        return (f"names proven on {self.entries} entries: {', '.join(self.labels)} agree with the training "
                f"to {self.difference:.1e} of scale")


def prove(model: Model, data: Any, scores: Any, progress: Progress | None = None) -> Proof:
    """Compares the model on raw named ``data`` with the training's own ``scores``; on success marks the names proven.

    ``data`` is anything that ``Model.run`` takes; ``scores`` a mapping label -> (n_entries,) or, if ``data`` is a
    file, the name of its dataset or a comma-separated list of its columns. The entries that agree best and worst,
    and those with missing values, empty and longest sequences, become the model's self-test.

    Raises AgreementError where they disagree: naming the exchange of columns, the unit or the labels that would
    make them agree, if there is one.
    """
    from .engine import Session
    from .sampling import keep_samples

    say = progress or (lambda *_: None)
    say("reading the events")
    expected = _training_scores(model, data, scores)
    batch = batch_of(model, data)
    _refuse_other_length(batch, expected)
    say(f"running {batch.entries} entries")
    session = Session(model)
    differences = _differences(session.run_batch(batch), expected)
    worst = max(float(d.max(initial=0)) for d in differences.values())
    if not worst <= max(_tolerance(s) for s in expected.values()):
        say("scores differ: looking for columns that were exchanged")
        raise AgreementError(_explain(model, batch, expected, differences))
    per_entry = np.max(np.stack(list(differences.values())), axis=0)
    keep_samples(model, batch, per_entry, session)
    proof = Proof(batch.entries, worst, list(expected), _digest(data, batch))
    model.names = {"proven": {"entries": proof.entries, "data": proof.data}}
    return proof


def _training_scores(model: Model, data: Any, scores: Any) -> dict[str, np.ndarray]:
    """The training's scores by label, (n_entries,) each."""
    if isinstance(scores, str):
        if not isinstance(data, (str, Path)):
            raise ValueRefused("scores: a name needs a file to be looked up in; give a mapping by label instead")
        from .feed.columns import read_columns

        scores = read_columns(Path(data), scores)
    if not isinstance(scores, Mapping):
        raise ValueRefused("scores: expected a mapping from label to numbers, or the name of a dataset")
    labels = _labels(model)
    found = {label: np.asarray(scores[label]) for label in labels if label in scores}
    if not found:
        raise UnknownName(
            f"the scores have none of the labels of model '{model.name}' "
            f"{suggestion(labels[0] if labels else '', list(scores))}"
        )
    return found


def _labels(model: Model) -> list[str]:
    """Labels, and names of outputs of one number, of all outputs that are one per entry."""
    names = []
    for output in model.output_list:
        if model.sequence_axis(output.axes) is None:
            names += list(output.labels) or [output.name]
    return names


def _refuse_other_length(batch: Batch, expected: dict[str, np.ndarray]) -> None:
    for label, values in expected.items():
        if values.shape != (batch.entries,):
            raise ValueRefused(f"scores: '{label}' has shape {values.shape}, the events have {batch.entries} entries")


def _tolerance(values: np.ndarray) -> float:
    return max(TOLERANCE, 4 * float(np.finfo(values.dtype).eps)) if values.dtype.kind == "f" else TOLERANCE


def _differences(scores: Any, expected: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Per label: |a - b| / max|b| of every entry; infinite where only one of the two is a number."""
    result = {}
    for label, wanted in expected.items():
        got = np.asarray(scores[label], np.float64).reshape(-1)
        wanted = wanted.astype(np.float64)
        scale = np.max(np.abs(wanted[np.isfinite(wanted)]), initial=0) or 1.0
        with np.errstate(invalid="ignore"):
            difference = np.where(got == wanted, 0, np.abs(got - wanted)) / scale
        both_nan = np.isnan(got) & np.isnan(wanted)
        result[label] = np.where(both_nan, 0, np.where(np.isnan(difference), np.inf, difference))
    return result


def _digest(data: Any, batch: Batch) -> str:
    """sha256 of the file, or of the columns that were fed."""
    if isinstance(data, (str, Path)):
        return "sha256:" + hashlib.sha256(Path(data).read_bytes()).hexdigest()
    digest = hashlib.sha256()
    for (name, variable), column in sorted(batch.columns.items(), key=str):
        digest.update(f"{name}.{variable}:{column.values.dtype.str}".encode())
        digest.update(np.ascontiguousarray(column.values).tobytes())
    return "sha256:" + digest.hexdigest()


# ---- what would make them agree


def _explain(
    model: Model, batch: Batch, expected: dict[str, np.ndarray], differences: dict[str, np.ndarray]
) -> str:
    worst_label = max(differences, key=lambda label: float(differences[label].max()))
    entry = int(np.argmax(differences[worst_label]))
    size = float(differences[worst_label][entry])
    bad = sum(d > _tolerance(expected[label]) for label, d in differences.items()) > 0
    text = (f"model '{model.name}' and the training's scores disagree: '{worst_label}' differs by {size:.2g} of its "
            f"scale in entry {entry}, and {int(np.sum(bad))} of {batch.entries} entries differ")
    few, few_expected = _worst_entries(batch, expected, differences)
    for cure in _cures(model, few, few_expected):
        return f"{text}. {cure}"
    return (f"{text}. No exchange of two columns, no unit and no order of labels makes them agree: check the "
            "preparation, the missing values and the order of the elements")


def _worst_entries(
    batch: Batch, expected: dict[str, np.ndarray], differences: dict[str, np.ndarray]
) -> tuple[Batch, dict[str, np.ndarray]]:
    from .sampling import take_entries

    total = np.sum([np.minimum(d, 1e3) for d in differences.values()], axis=0)
    chosen = np.sort(np.argsort(-total, kind="stable")[:TRIAL_ENTRIES])
    return take_entries(batch, chosen), {label: values[chosen] for label, values in expected.items()}


def _cures(model: Model, batch: Batch, expected: dict[str, np.ndarray]) -> Iterator[str]:
    yield from _exchanged_labels(model, batch, expected)
    yield from _exchanged_names(model, batch, expected)
    yield from _exchanged_slots(model, batch, expected)
    yield from _other_unit(model, batch, expected)


def _agrees(scores: Any, expected: dict[str, np.ndarray]) -> bool:
    differences = _differences(scores, expected)
    return all(float(d.max(initial=0)) <= _tolerance(expected[label]) for label, d in differences.items())


def _exchanged_labels(model: Model, batch: Batch, expected: dict[str, np.ndarray]) -> Iterator[str]:
    """The model's labels stand in another order than the training's."""
    from .engine import Session

    scores = Session(model).run_batch(batch)
    labels = list(expected)
    match = {}
    for label in labels:
        near = {other: _differences({label: scores[other]}, {label: expected[label]})[label].max() for other in labels}
        match[label] = min(near, key=lambda other: float(near[other]))
        if not near[match[label]] <= _tolerance(expected[label]):
            return
    moved = [f"'{label}' of the training is the model's '{other}'" for label, other in match.items() if label != other]
    if moved:
        yield "They agree if the labels are put right: " + ", ".join(moved)


def _exchanged_names(model: Model, batch: Batch, expected: dict[str, np.ndarray]) -> Iterator[str]:
    """Two names of one input were exchanged, their preparation was not: feed each other's columns."""
    from .engine import Session

    session = Session(model)
    for name, one, other in _pairs(model):
        swapped = dict(batch.columns)
        swapped[name, one], swapped[name, other] = batch.columns[name, other], batch.columns[name, one]
        if _tried(partial(session.run_batch, _with(batch, swapped)), expected):
            yield (f"They agree if '{one}' and '{other}' of input '{name}' exchange their names: "
                   "swap them in the papers")


def _exchanged_slots(model: Model, batch: Batch, expected: dict[str, np.ndarray]) -> Iterator[str]:
    """Two variables, preparation and all, stand in each other's place."""
    from .engine import Session

    for name, one, other in _pairs(model):
        variables = model.inputs[name].variable_list
        at, to = (next(i for i, v in enumerate(variables) if v.name == n) for n in (one, other))
        variables[at], variables[to] = variables[to], variables[at]
        try:
            if _tried(lambda: Session(model).run_batch(batch), expected):
                yield (f"They agree if '{one}' and '{other}' of input '{name}' exchange their places: "
                       "swap their order in the papers")
        finally:
            variables[at], variables[to] = variables[to], variables[at]


def _other_unit(model: Model, batch: Batch, expected: dict[str, np.ndarray]) -> Iterator[str]:
    """One variable is fed in a unit that is a power of ten away."""
    from .engine import Session

    session = Session(model)
    for (name, variable), column in batch.columns.items():
        if variable is None or column.values.dtype.kind != "f":
            continue
        for factor, text in ((1e3, "1000 times larger"), (1e-3, "1000 times smaller"), (10.0, "10 times larger"),
                             (0.1, "10 times smaller"), (-1.0, "of the other sign")):
            changed = dict(batch.columns)
            changed[name, variable] = type(column)(column.values * column.values.dtype.type(factor), column.unit)
            if _tried(partial(session.run_batch, _with(batch, changed)), expected):
                unit = model.inputs[name].variables[variable].unit
                yield (f"They agree if '{variable}' of input '{name}' is {text}: "
                       f"is the data's unit really '{unit}'?")


def _pairs(model: Model) -> Iterator[tuple[str, str, str]]:
    for given in model.input_list:
        names = [v.name for v in given.variable_list if v.source is None]
        for i, one in enumerate(names):
            for other in names[i + 1 :]:
                yield given.name, one, other


def _tried(run: Callable[[], Any], expected: dict[str, np.ndarray]) -> bool:
    try:
        return _agrees(run(), expected)
    except LadingError:  # a category that is not listed, a number that does not fit
        return False


def _with(batch: Batch, columns: dict[tuple[str, str | None], Any]) -> Batch:
    return replace(batch, columns=columns)
