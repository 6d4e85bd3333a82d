"""Whether a forest gives its training library's numbers: margins to the bit, scores to two units in the last place.

The rows are those of ``trees.edges``: thresholds and their neighbours, missing, infinite and tiny values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..errors import AgreementError
from ..trees import forests_of
from ..trees.edges import edge_rows
from . import difference_of, scale_of

if TYPE_CHECKING:
    from ..evaluation import GraphRunner
    from ..model import Model

__all__ = ["ForestAgreement", "Predictor", "compare_forest"]

ROWS = 2000

#: Scores may differ by as many units in the last place; what differs by more than this part of the scale is wrong.
LAST_PLACES, FAR = 2, 1e-6


class Predictor(Protocol):
    """The training library, asked for its own numbers."""

    name: str  # "xgboost 3.2.0"

    def predict(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Outputs by name ("margin", "score", or one of them) for rows (n, features)."""


@dataclass
class ForestAgreement:
    """What was compared: per output the rows that differ in a bit and the greatest difference in last places."""

    library: str
    rows: int
    differing: dict[str, int] = field(default_factory=dict)
    last_places: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        texts = [
            f"{output} equal to the bit" if not count else
            f"{output} within {self.last_places[output]} units in the last place ({count} rows differ)"
            for output, count in self.differing.items()
        ]  # fmt: skip
        return f"agrees with {self.library} on {self.rows} rows, ties and missing values among them: {', '.join(texts)}"

    def as_json(self) -> dict[str, Any]:
        """What ``agreement.json`` holds."""
        outputs = {output: {"differing rows": count, "units in the last place": self.last_places[output]}
                   for output, count in self.differing.items()}  # fmt: skip
        return {"with": self.library, "rows": self.rows, "outputs": outputs}


def compare_forest(model: Model, predictor: Predictor, run: GraphRunner, rows: int = ROWS) -> ForestAgreement:
    """Compares ``run``, which runs the main graph of ``model``, with the library. Raises AgreementError."""
    forests = [forest for _, forest in forests_of(model)]
    given = model.input_list[0]
    x = edge_rows(forests, rows).astype(given.type)
    ours, theirs = run({given.name: x}), predictor.predict(x)
    agreement = ForestAgreement(predictor.name, rows)
    for output, expected in theirs.items():
        got = ours[output]
        if expected.shape != got.shape:
            expected = expected.reshape(got.shape)
        units = units_apart(got, expected)
        agreement.differing[output] = int((units.reshape(rows, -1) > 0).any(axis=1).sum())
        agreement.last_places[output] = int(units.max(initial=0))
        _check(model, predictor, output, got, expected)
    return agreement


def units_apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How many numbers of their type lie between a and b, plus one; 0 where they are equal or both NaN."""
    kind = np.float64 if a.dtype == np.float64 and b.dtype == np.float64 else np.float32
    a, b = a.astype(kind), b.astype(kind)
    whole = np.int64 if kind is np.float64 else np.int32

    def place(x: np.ndarray) -> Any:
        bits = (x + kind(0)).view(whole).astype(np.int64)
        return np.where(bits < 0, np.iinfo(whole).min - np.minimum(bits, 0), bits)

    # Doubles would lose the last bits of a place: whole numbers until the difference is known.
    high, low = np.maximum(place(a), place(b)), np.minimum(place(a), place(b))
    units = (high.view(np.uint64) - low.view(np.uint64)).astype(np.float64)
    return np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, units)


def _check(model: Model, predictor: Predictor, output: str, got: np.ndarray, expected: np.ndarray) -> None:
    scale = scale_of([expected])
    difference = difference_of(got, expected).reshape(len(got), -1).max(axis=1)
    wrong = int((difference > FAR * scale).sum())
    if wrong:
        row = int(difference.argmax())
        raise AgreementError(
            f"{model.where}: the converted model disagrees with {predictor.name}: output '{output}' differs in {wrong} "
            f"of {len(got)} rows, most in row {row}: {got[row]} instead of {expected[row]}")
