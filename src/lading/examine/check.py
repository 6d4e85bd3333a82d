"""``check``: the self-test of a bundle on this machine, and what its papers lack."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import FormatError
from ..feed import Batch, Column
from ..feed.leading import Leading
from ..feed.numbers import numbers
from .lint import Remark, lint

if TYPE_CHECKING:
    from ..model import Model, Samples


@dataclass
class Compared:
    """One output of the self-test: the greatest difference, and how much was allowed there."""

    output: str
    difference: float  # max |a - b|
    scale: float  # max |b|
    passed: bool
    entry: int = 0  # where it was greatest: item of the flat output

    def text(self) -> str:
        if self.difference == 0:
            return f"pass  {self.output}: equal"
        size = self.difference / self.scale if self.scale else self.difference
        return f"{'pass' if self.passed else 'FAIL'}  {self.output}: differs by {size:.1e} of scale" + (
            "" if self.passed else f", most in item {self.entry}"
        )


@dataclass
class Report:
    """What ``check`` found: ``passed`` is the self-test's answer, remarks are advice."""

    model: str
    entries: int
    compared: list[Compared]
    isa: str
    numerics: int
    remarks: list[Remark] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """All outputs agree. A model without self-test has not passed."""
        return bool(self.compared) and all(c.passed for c in self.compared)

    def text(self) -> str:
        """The report for a terminal."""
        if not self.compared:
            lines = [f"FAIL  {self.model} has no self-test (samples); convert it anew to get one"]
        else:
            lines = [c.text() for c in self.compared]
            same = "the same bits" if all(c.difference == 0 for c in self.compared) else "within its tolerance"
            gives = f"gives its {self.entries} sample entries here: {same}"
            answer = gives if self.passed else "does NOT give its samples"
            lines.append(f"{self.model} {answer} ({self.isa}, numerics {self.numerics})")
        return "\n".join(lines + [f"note  {r.text}" for r in self.remarks])

    def to_json(self) -> str:
        """The report for scripts."""
        return json.dumps({
            "model": self.model, "passed": self.passed, "entries": self.entries, "isa": self.isa,
            "numerics": self.numerics, "outputs": [_plain(vars(c)) for c in self.compared],
            "remarks": [vars(r) for r in self.remarks],
        }, indent=2)

    def __str__(self) -> str:
        return self.text()

    def __bool__(self) -> bool:
        return self.passed


def _plain(compared: dict[str, Any]) -> dict[str, Any]:
    """Infinite differences as text, for JSON has none."""
    return {key: str(x) if isinstance(x, float) and not np.isfinite(x) else x for key, x in compared.items()}


def check(model: Model) -> Report:
    """Runs the self-test of ``model`` on this machine and reads its papers.

    A number passes if |a - b| <= absolute + relative * max|b| (max over its output).
    """
    from ..engine import Session, isa, numerics

    compared: list[Compared] = []
    entries = 0
    if model.samples is not None:
        batch = sample_batch(model)
        entries = batch.entries
        scores = Session(model).run_batch(batch)
        compared = [_compare(model, name, scores.flat(name), wanted) for name, wanted in model.samples.outputs.items()]
    return Report(model.name, entries, compared, isa(), numerics(), lint(model))


def sample_batch(model: Model) -> Batch:
    """The raw values of the self-test, ready to run."""
    samples = model.samples
    assert samples is not None
    _refuse_incomplete(model, samples)
    columns = {key: Column(numbers(values, f"{model.where}: samples: in/{'/'.join(filter(None, key))}"))
               for key, values in samples.inputs.items()}
    axis_of: dict[tuple[str, str | None], str] = {}
    for given in model.input_list:
        axis = model.sequence_axis(given.axes)
        if axis is not None:
            axis_of |= {key: axis for key in columns if key[0] == given.name}
    entries = _entries(samples.counts, columns, axis_of)
    return Batch(entries, Leading((entries,)), columns, dict(samples.counts), dict.fromkeys(samples.counts, "counts"),
                 axis_of=axis_of)


#: What stands for the name of a variable where slots have none.
_UNNAMED: list[str | None] = [None]


def _refuse_incomplete(model: Model, samples: Samples) -> None:
    """Whoever wrote the samples knew the model: every variable and sequence is there, and no other output."""
    wanted = [(given.name, variable) for given in model.input_list if given.is_fed
              for variable in ([v.name for v in given.variable_list if v.source is None] or _UNNAMED)]
    for key in wanted:
        if key not in samples.inputs:
            raise FormatError(f"{model.where}: samples: 'in/{'/'.join(filter(None, key))}' is not there")
    for axis in (axis.name for axis in model.axes.values() if axis.kind == "sequence"):
        if axis not in samples.counts:
            raise FormatError(f"{model.where}: samples: 'counts/{axis}' is not there")
    for name in samples.outputs:
        model.outputs[name]  # raises with the nearest names


def _entries(counts: dict[str, np.ndarray], columns: dict[Any, Column], axis_of: dict[Any, str]) -> int:
    for n in counts.values():
        return len(n)
    return next((len(c.values) for key, c in columns.items() if key not in axis_of), 0)


def _compare(model: Model, name: str, got: np.ndarray, wanted: np.ndarray) -> Compared:
    relative, absolute = model.tolerance
    a, b = got.astype(np.float64).reshape(-1), wanted.astype(np.float64).reshape(-1)
    if a.shape != b.shape:
        return Compared(name, float("inf"), 1.0, False)
    scale = float(np.max(np.abs(b[np.isfinite(b)]), initial=0))
    with np.errstate(invalid="ignore"):
        difference = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0, np.abs(a - b))
    difference = np.where(np.isnan(difference), np.inf, difference)
    worst = float(np.max(difference, initial=0))
    item = int(np.argmax(difference)) // max(1, b.size // max(1, len(wanted))) if b.size else 0
    return Compared(name, worst, scale, worst <= absolute + relative * scale, item)
