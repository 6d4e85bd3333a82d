"""The graph of a Model in memory, run by the one-file evaluator."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .model import Model

#: Runs a main graph once on prepared tensors: {name: array} -> {name: array}.
GraphRunner = Callable[[Mapping[str, np.ndarray]], "dict[str, np.ndarray]"]


#: Turns of loops in one run of a trial: on numbers that are made up, a loop may have no end.
TURNS_OF_TRIAL = 2000


def evaluator(model: Model, most_turns: int | None = None) -> GraphRunner:
    """Runs the main graph of ``model`` with NumPy alone; slow, and as near to the exact numbers as the types allow.

    A run whose loops take more than ``most_turns`` turns fails.
    """
    from .bundle.encode import encode_model
    from .bundle.evaluate import Bundle, run_graph

    bundle = Bundle(encode_model(model, None, None), model.weights)
    bundle.most_turns = most_turns or bundle.most_turns

    def run(tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the mean of an empty sequence is NaN, as it should be
            return run_graph(bundle, dict(tensors))

    return run
