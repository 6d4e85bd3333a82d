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
TURNS_OF_TRIAL = 500


def has_turns(model: Model) -> bool:
    """Whether it has loops."""
    return any(node.operator in ("Loop", "Scan") for graph in model.graphs.values() for node in graph.nodes)


def too_many_turns(model: Model, tensors: Mapping[str, np.ndarray]) -> str | None:
    """What is said of loops that take more turns than a trial may; None if they end, or fail, before."""
    from .bundle.evaluate import BundleError, TooManyTurns

    if not has_turns(model):
        return None
    try:
        evaluator(model, TURNS_OF_TRIAL)(tensors)
    except TooManyTurns as error:
        return str(error)
    except BundleError:
        return None
    return None


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
