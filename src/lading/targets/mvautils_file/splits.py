"""Splits as MVAUtils knows them: float32 cuts, one comparison, and a side for NaN."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import UnsupportedError
from ...trees import Forest
from ...trees.forest import MISSING_LEFT, NAN_IS_ZERO, ZERO_IS_MISSING, ZERO_LIMIT

__all__ = ["MIRRORED", "float32_cuts", "mirrored", "plain_missing"]

MIRRORED = {"x > t": "x <= t", "x >= t": "x < t"}


def float32_cuts(forest: Forest) -> np.ndarray:
    """The thresholds as float32 that part float32 inputs in the same way: the nearest one above for ``<`` and ``>=``,
    below for ``<=`` and ``>``."""
    with np.errstate(over="ignore"):
        near = forest.threshold.astype(np.float32)
        if forest.left_if in ("x < t", "x >= t"):
            return np.where(near < forest.threshold, np.nextafter(near, np.float32(np.inf)), near)
        return np.where(near > forest.threshold, np.nextafter(near, np.float32(-np.inf)), near)


def plain_missing(forest: Forest, where: str) -> np.ndarray:
    """1 where NaN goes left. NaN that counts as 0 goes where 0 does; zeros that are missing have to go there anyway."""
    left = (forest.missing & MISSING_LEFT) > 0
    zero_left = forest.goes_left(0.0)
    aside = (forest.missing & ZERO_IS_MISSING > 0) & (forest.missing & NAN_IS_ZERO == 0)
    same = (forest.goes_left(-ZERO_LIMIT) == left) & (forest.goes_left(ZERO_LIMIT) == left)
    wrong = np.flatnonzero(aside & ~same)
    if len(wrong):
        raise UnsupportedError(f"{where}: node {wrong[0]} takes 0 as missing and sends it against its cut "
                               f"{forest.threshold[wrong[0]]}, which MVAUtils cannot")  # fmt: skip
    return np.where(forest.missing & NAN_IS_ZERO > 0, zero_left, left).astype(np.uint8)


def mirrored(forest: Forest) -> Forest:
    """The same forest with children exchanged, for comparisons that MVAUtils has in the other direction only."""
    return replace(forest, left=forest.right, right=forest.left, missing=forest.missing ^ 1,
                   left_if=MIRRORED[forest.left_if])  # fmt: skip
