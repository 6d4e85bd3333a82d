"""How far two outputs are apart, in the scale of one of them."""

from __future__ import annotations

import numpy as np


def distance_of(ours: np.ndarray, theirs: np.ndarray, scale: float) -> float:
    """Largest |a - b| / scale; infinite where only one is NaN, or an infinity of this sign."""
    if ours.shape != theirs.shape:
        return float("inf")
    return float(difference_of(ours, theirs).max(initial=0)) / scale


def scale_of(arrays: list[np.ndarray]) -> float:
    """The greatest finite |a| of an output; 1 if there is none."""
    finite = [np.abs(a[np.isfinite(a)].astype(np.float64)) for a in arrays]
    return max((float(a.max(initial=0)) for a in finite), default=0.0) or 1.0


def difference_of(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """|a - b| of every number; infinite where only one is NaN, or an infinity of this sign."""
    a, b = ours.astype(np.float64), theirs.astype(np.float64)
    with np.errstate(invalid="ignore"):
        apart = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, np.abs(a - b))
    return np.where(np.isnan(apart), np.inf, apart)
