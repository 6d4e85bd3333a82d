"""A main graph that grows node by node."""

from __future__ import annotations

import numpy as np

from ...graph import Attribute, Node
from ...model import Model

__all__ = ["Wiring"]


class Wiring:
    """The nodes of a model so far. Names of values begin with ``prefix``, which says to what method they belong."""

    def __init__(self, model: Model, nodes: list[Node], prefix: str = ""):
        self.model, self.nodes, self.prefix = model, nodes, prefix

    def within(self, prefix: str) -> Wiring:
        """The same graph, for a method inside this one."""
        return Wiring(self.model, self.nodes, f"{self.prefix}{prefix}.")

    def name(self, wish: str) -> str:
        """A name that no value and no node has."""
        taken = {name for node in self.nodes for name in (node.name, *node.outputs)} | set(self.model.weights)
        taken |= {"margin", "score", *(each.name for each in self.model.input_list)}
        wish = self.prefix + wish
        return next(each for n in range(1, len(taken) + 2) if (each := wish if n == 1 else f"{wish}_{n}") not in taken)

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
