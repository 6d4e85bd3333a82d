"""Steps that keep some of the columns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .columns import Growth, Table
from .state import State

__all__ = ["SELECTORS", "selected"]


def selected(step: State, table: Table, growth: Growth) -> Table:
    """The columns that a selector keeps."""
    mask = SELECTORS[step.kind](step)
    if mask.shape != (table.size,):
        raise step.damaged(f"it chooses among {mask.size} columns, and gets {table.size}")
    return growth.selected(table, np.flatnonzero(mask).tolist())


def _by_variance(step: State) -> np.ndarray:
    variances = step.array("variances_", 1, "f")
    kept: np.ndarray = variances > step.number("threshold")
    return kept


def _best(step: State) -> np.ndarray:
    """The k highest scores; of equal ones the last."""
    scores, k = _scores(step), step["k"]
    mask: np.ndarray = np.full(len(scores), bool(k == "all"))
    if k != "all" and step.whole("k"):
        mask[np.argsort(scores, kind="mergesort")[-k:]] = True
    return mask


def _percentile(step: State) -> np.ndarray:
    """Scores above the percentile, and as many that equal it as are due, the first ones."""
    scores, percentile = _scores(step), step.number("percentile")
    if percentile in (0, 100):
        every: np.ndarray = np.full(len(scores), bool(percentile))
        return every
    threshold = np.percentile(scores, 100 - percentile)
    mask: np.ndarray = np.asarray(scores > threshold)
    ties = np.flatnonzero(scores == threshold)
    due = int(len(scores) * percentile / 100) - int(mask.sum())
    mask[ties[: max(due, 0)]] = True
    return mask


def _scores(step: State) -> np.ndarray:
    """NaN counts as the lowest number there is."""
    scores = step.array("scores_", 1, "f")
    lowest: np.ndarray = np.where(np.isnan(scores), np.finfo(scores.dtype).min, scores)
    return lowest


def _below_alpha(step: State) -> np.ndarray:
    chosen: np.ndarray = np.asarray(step.array("pvalues_", 1, "f") < step.number("alpha"))
    return chosen


def _support(step: State) -> np.ndarray:
    support: np.ndarray = step.array("support_", 1, "b")
    return support


SELECTORS: dict[str, Callable[[State], np.ndarray]] = {
    "VarianceThreshold": _by_variance, "SelectKBest": _best, "SelectPercentile": _percentile,
    "SelectFpr": _below_alpha, **dict.fromkeys(("RFE", "RFECV", "SequentialFeatureSelector"), _support),
}  # fmt: skip
