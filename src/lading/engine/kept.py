"""The session that ``Model.run`` keeps for its next call, as long as the model stays what it was."""

from __future__ import annotations

import copy
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ..model import Model
    from . import Session

__all__ = ["kept_session"]

_sessions = threading.local()


def kept_session(model: Model, threads: int) -> Session:
    """This thread's session of the last call, or a new one if the model is another or was changed since."""
    last = getattr(_sessions, "last", None)
    if last is None or last[0].model is not model or last[0].threads != threads or not last[1].holds():
        last = model.session(threads), AsItWas(model)
        _sessions.last = last
    session: Session = last[0]
    return session


class AsItWas:
    """What decides a model's numbers, to be compared in microseconds.

    Arrays are compared by identity, so they are made read-only: another number is another array.
    """

    def __init__(self, model: Model):
        self.model, self.weights = model, dict(model.weights)
        nodes = [node for graph in model.graphs.values() for node in graph.nodes]
        in_place = [each for node in nodes for each in (*node.inputs, *node.attributes.values())]
        arrays = [*self.weights.values(), *(each for each in in_place if isinstance(each, np.ndarray))]
        for array in arrays:
            array.flags.writeable = False
        self.parts = copy.deepcopy(_parts(model), {id(array): array for array in arrays})

    def holds(self) -> bool:
        """Nothing was changed."""
        weights = self.model.weights
        try:
            return (weights.keys() == self.weights.keys()
                    and all(array is self.weights[name] for name, array in weights.items())
                    and _parts(self.model) == self.parts)  # fmt: skip
        except ValueError:  # an array in place of another has no truth value
            return False


def _parts(model: Model) -> tuple[Any, ...]:
    return model.axes, model.input_list, model.output_list, model.graphs, model.folds
