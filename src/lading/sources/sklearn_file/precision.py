"""Which type the columns had that something was fitted on: float32 columns are scaled in float32."""

from __future__ import annotations

import numpy as np

from .state import State

__all__ = ["type_of"]

#: Thresholds are the middle of two values, which has one bit more than they have, or a few if they are far apart.
BITS_OF_A_MIDDLE = 28


#: Steps behind which float64 columns have no round numbers left.
DIVIDING = ("StandardScaler", "RobustScaler", "MinMaxScaler", "MaxAbsScaler", "PowerTransformer")


def type_of(state: State) -> str:
    """ "float32" if what was learned says so, else "float64".

    Scalers, PCA, networks and linear models learn numbers of the type of their columns. HistGradientBoosting
    puts its thresholds between two values: between float32 ones they have few bits.
    """
    if state.single_precision() or _between_float32(state):
        return "float32"
    return "float64"


def _between_float32(state: State) -> bool:
    """Whether a Pipeline scales columns, and ends in HistGradientBoosting whose thresholds are of float32 columns."""
    steps = state.get("steps") if state.kind == "Pipeline" else None
    if not isinstance(steps, list) or len(steps) < 2 or not isinstance(steps[-1], list):
        return False
    last = steps[-1][-1]
    if not any(isinstance(step, list) and isinstance(step[-1], State) and step[-1].kind in DIVIDING for step in steps):
        return False
    if not isinstance(last, State) or not last.kind.startswith("HistGradientBoosting"):
        return False
    if "_bin_mapper" not in last.items():
        return False
    thresholds = last.state("_bin_mapper")["bin_thresholds_"]
    each = [np.asarray(one, np.float64).ravel() for one in thresholds if isinstance(one, np.ndarray)]
    values = np.concatenate([one for one in each if len(one)] or [np.zeros(0)])
    mantissa, _ = np.frexp(values[np.isfinite(values) & (values != 0)])
    if not len(mantissa):
        return False
    scaled = mantissa * 2.0**BITS_OF_A_MIDDLE
    return bool((scaled == np.rint(scaled)).mean() > 0.5)
