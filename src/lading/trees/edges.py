"""Rows on which two readings of a forest would differ, if they differ anywhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .forest import Forest

__all__ = ["edge_rows"]

ODD = (0.0, -0.0, np.nan, np.inf, -np.inf, 1e-45, -1e-45, 1e-36, -1e-36, 1e38, -1e38, -1.0, -0.5, 1.0)


def edge_rows(forests: Sequence[Forest], rows: int, seed: int = 1) -> np.ndarray:
    """(rows, features) values in the type that goes in: ordinary ones, thresholds, their neighbours, missing ones.

    A quarter of the rows holds ordinary values, a half thresholds and the numbers next to them, a quarter also odd
    ones: NaN, infinities, zeros of both signs, numbers below the normal range. Features with categories get whole
    numbers.
    """
    random = np.random.default_rng(seed)
    features, type_ = max(forest.features for forest in forests), forests[0].input_type
    with np.errstate(over="ignore"):
        columns = [_column(forests, at, rows, random) for at in range(features)]
        return np.stack(columns, axis=1).astype(type_) if columns else np.zeros((rows, 0), type_)


def _column(forests: Sequence[Forest], feature: int, rows: int, random: np.random.Generator) -> np.ndarray:
    of = [(forest, forest.feature == feature) for forest in forests]
    type_ = np.dtype(forests[0].input_type)
    thresholds = np.concatenate([f.threshold[here].astype(np.float64) for f, here in of])
    if any(f.category_begin is not None and (f.category_begin[here] >= 0).any() for f, here in of):
        top = max(32 * int(f.category_words[here].max(initial=1)) for f, here in of if f.category_words is not None)
        thresholds = np.arange(-2.0, top + 2)
    if not len(thresholds):
        thresholds = np.zeros(1)
    finite = thresholds[np.isfinite(thresholds)]
    spread = (float(finite.std()) if len(finite) else 0.0) or 1.0
    column = random.choice(finite if len(finite) else np.zeros(1), rows) + spread * random.normal(size=rows)
    on = random.choice(thresholds, rows).astype(type_)
    side = random.integers(-1, 2, rows)
    beside = np.where(side == 0, on, np.nextafter(on, np.where(side < 0, -np.inf, np.inf).astype(type_)))
    quarter = rows // 4
    column[quarter:] = beside[quarter:]
    odd = 3 * quarter + np.flatnonzero(random.random(rows - 3 * quarter) < 0.4)
    column[odd] = random.choice(ODD, len(odd))
    return column
