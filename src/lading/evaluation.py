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


#: Turns of loops in one run of a trial, and nodes of all turns: on numbers that are made up, a loop may have no end.
TURNS_OF_TRIAL, NODES_OF_TRIAL = 500, 6_000
#: After so many trials that took too many turns, others are not made.
ENDLESS = 2
#: Bytes of what a node gives in a trial: doublings of doublings end before they take the memory of the machine.
BYTES_OF_TRIAL = 512 << 20


def has_turns(model: Model) -> bool:
    """Whether it has loops."""
    return any(node.operator in ("Loop", "Scan") for graph in model.graphs.values() for node in graph.nodes)


def too_many_turns(model: Model, tensors: Mapping[str, np.ndarray]) -> str | None:
    """What is said of loops that take more turns than a trial may; None if they end, or fail, before."""
    from .bundle.evaluate import BundleError, TooManyTurns

    if not has_turns(model):
        return None
    try:
        evaluator(model, trial=True)(tensors)
    except TooManyTurns as error:
        return str(error)
    except BundleError:
        return None
    return None


def evaluator(model: Model, trial: bool = False) -> GraphRunner:
    """Runs the main graph of ``model`` with NumPy alone; slow, and as near to the exact numbers as the types allow.

    A ``trial`` fails where loops take more than TURNS_OF_TRIAL turns or NODES_OF_TRIAL nodes, or a node gives more than
    BYTES_OF_TRIAL.
    """
    from .bundle.encode import encode_model
    from .bundle.evaluate import Bundle, run_graph

    bundle = Bundle(encode_model(model, None, None), model.weights)
    if trial:
        bundle.most_turns, bundle.most_turned_nodes, bundle.most_bytes = TURNS_OF_TRIAL, NODES_OF_TRIAL, BYTES_OF_TRIAL

    def run(tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the mean of an empty sequence is NaN, as it should be
            return run_graph(bundle, dict(tensors))

    return run
