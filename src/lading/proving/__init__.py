"""Names are proven, not asserted: named raw columns go through the whole model and must give the training's scores."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import AgreementError, UnknownName, ValueRefused, suggestion
from ..feed import Batch, batch_of

if TYPE_CHECKING:
    from ..model import Model

Progress = Callable[..., None]

#: Greatest difference, relative to the largest score, at which names count as proven. Training frameworks
#: sum in another order; scores stored in half precision are compared to its resolution.
TOLERANCE = 1e-5


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
    from ..engine import Session
    from ..sampling import keep_samples

    say = progress or (lambda *_: None)
    say("reading the events")
    expected = _training_scores(model, data, scores)
    batch = batch_of(model, data)
    _refuse_other_length(batch, expected)
    say(f"running {batch.entries} entries")
    session = Session(model)
    differences = differences_of(session.run_batch(batch), expected)
    worst = max(float(d.max(initial=0)) for d in differences.values())
    if not all(float(d.max(initial=0)) <= tolerance_of(expected[label]) for label, d in differences.items()):
        from .disagreement import explain
        from .folds import explain_folds

        say("scores differ: looking for columns that were exchanged")
        reason = explain if model.folds is None else explain_folds
        raise AgreementError(reason(model, batch, expected, differences))
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
        from ..feed.columns import read_columns

        scores = read_columns(Path(data), scores)
    if not isinstance(scores, Mapping):
        raise ValueRefused("scores: expected a mapping from label to numbers, or the name of a dataset")
    labels = _labels(model)
    found = {label: np.asarray(scores[label]) for label in labels if label in scores}
    if not found:
        raise UnknownName(
            f"the scores have none of what model '{model.name}' gives: {_quoted(labels)} "
            f"{suggestion(labels[0] if labels else '', list(scores))}"
        )
    return found


def _quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names[:8]) + (", ..." if len(names) > 8 else "")


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


def tolerance_of(values: np.ndarray) -> float:
    """The difference that the type of the training's scores allows."""
    return max(TOLERANCE, 4 * float(np.finfo(values.dtype).eps)) if values.dtype.kind == "f" else TOLERANCE


def differences_of(scores: Any, expected: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
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
