"""A main graph that grows node by node."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..graph import Attribute, Node
from ..model import Model

__all__ = ["Wiring"]


class Wiring:
    """The nodes of a model so far.

    Names of values begin with ``prefix``, which says to what part they belong. No value gets the name of an input of
    the model or one of ``reserved``, its outputs to come.
    """

    def __init__(self, model: Model, nodes: list[Node], reserved: Iterable[str] = (), prefix: str = ""):
        self.model, self.nodes, self.prefix = model, nodes, prefix
        self.taken = dict.fromkeys([*(each.name for each in model.input_list), *reserved], 1)

    def within(self, prefix: str) -> Wiring:
        """The same graph, for a part inside this one."""
        inner = Wiring(self.model, self.nodes, prefix=f"{self.prefix}{prefix}.")
        inner.taken = self.taken
        return inner

    def name(self, wish: str) -> str:
        """A name that no value and no node has: ``wish``, or with a number behind it."""
        wish = free = self.prefix + wish
        while free in self.taken:
            self.taken[wish] += 1
            free = f"{wish}_{self.taken[wish]}"
        self.taken[free] = 1
        return free

    def add(self, operator: str, *inputs: str | np.ndarray, gives: str = "", **attributes: Attribute) -> str:
        """Appends a node and gives the name of what it gives: ``gives``, or one after the operator."""
        output = gives or self.name(operator.lower())
        self.nodes.append(Node(output, operator, list(inputs), [output], attributes))
        return output

    def weight(self, name: str, array: np.ndarray) -> str:
        """Puts an array among the weights and gives its name."""
        name = self.name(name)
        self.model.weights[name] = array
        return name
