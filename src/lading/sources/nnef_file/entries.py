"""Whether a graph of fixed lengths takes several entries at once, although it is written for one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...bundle.evaluate import BundleError
from ...evaluation import evaluator
from ..naming import endpoints
from ..trial import made_up

if TYPE_CHECKING:
    from ...model import Model

#: Entries that are tried, and numbers of an entry beyond which nothing is tried: such a graph runs entry by entry.
ENTRIES, MOST = 3, 1 << 22

#: How near an entry must come to itself when it is alone.
CLOSE = 1e-5


def takes_entries(model: Model) -> bool:
    """Whether all inputs and outputs begin with a 1 that may be longer, without any entry changing another."""
    ends = endpoints(model)
    if not model.input_list or any(not each.axes or each.axes[0] != 1 for each in ends):
        return False
    if sum(math.prod(int(axis) for axis in each.axes) for each in ends) + _weights(model) > MOST:
        return False
    run = evaluator(model)
    alone = [{given.name: made_up(given, {}, 10 * i + seed) for i, given in enumerate(model.input_list)}
             for seed in range(ENTRIES)]  # fmt: skip
    together = {name: np.concatenate([each[name] for each in alone]) for name in alone[0]}
    try:
        ours = run(together)
        return all(_is_same(ours, run(each), entry) for entry, each in enumerate(alone))
    except BundleError:
        return False


def _weights(model: Model) -> int:
    """Numbers of the weights, where filters pass over many places."""
    return sum(array.size for array in model.weights.values())


def _is_same(together: dict[str, np.ndarray], alone: dict[str, np.ndarray], entry: int) -> bool:
    for name, array in alone.items():
        if together[name].shape != (ENTRIES, *array.shape[1:]):
            return False
        scale = float(np.abs(np.nan_to_num(array.astype(np.float64))).max(initial=0)) or 1.0
        if not np.allclose(together[name][entry], array[0], rtol=0, atol=CLOSE * scale, equal_nan=True):
            return False
    return True
