"""The graphs of several models side by side in one, fed by the same inputs."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..endpoints import Input, Variable
from ..errors import ValueRefused
from ..graph import Graph
from ..model import Model
from .graphs import Weights, graphs_of

if TYPE_CHECKING:
    from .members import Member

__all__ = ["side_by_side"]


def side_by_side(members: list[Member]) -> Model:
    """A model with the inputs, axes and folds of the first member, and the nodes of all; it has no outputs yet.

    1. The names of a member's nodes, values, graphs and weights get the member's in front: ``even.dense_1``.
    2. Weights that are equal to the bit are stored once.
    3. A member that prepares an input otherwise than the first has one of its own, ``odd.jets``, which takes what
       the first one's is fed.
    """
    joining = _Joining(members)
    for member in members:
        joining.take(member)
    return joining.made


@dataclass
class _OwnInput:
    """An input that some members prepare in this way."""

    of: str
    rules: list[Any]
    name: str


class _Joining:
    def __init__(self, members: list[Member]):
        self.first = members[0].model
        self.made = Model(axes=deepcopy(self.first.axes), input_list=deepcopy(self.first.input_list),
                          folds=deepcopy(self.first.folds), graphs={name: Graph() for name in self.first.main_graphs})
        values = [name for member in members for name in _values(member).values()]
        inputs = [name for given in self.first.input_list for name in (given.name, *(
            f"{member.name}.{given.name}" for member in members))]
        self._weights = Weights(members, [*values, *inputs, *self.first.outputs])
        self.made.weights = self._weights.kept
        self._own: list[_OwnInput] = []

    def take(self, member: Member) -> None:
        new = _values(member) | self._weights.names(member)
        new |= {given.name: self._input(member, given) for given in member.model.input_list}
        for name, graph in graphs_of(member, new).items():
            self.made.graphs.setdefault(name, Graph()).nodes += graph.nodes
        self.made.requires += [feature for feature in member.model.requires if feature not in self.made.requires]

    def _input(self, member: Member, given: Input) -> str:
        """The input that feeds a member: the first one's, or one with the member's own preparation."""
        first = self.first.inputs[given.name]
        rules = _rules(given)
        if rules == _rules(first):
            return given.name
        known = next((own for own in self._own if own.of == given.name and own.rules == rules), None)
        if known is None:
            known = _OwnInput(given.name, rules, f"{member.name}.{given.name}")
            self.made.input_list.append(_taking(known.name, first, given, member))
            self._own.append(known)
        return known.name


def _values(member: Member) -> dict[str, str]:
    """Other names for what the nodes of a member give."""
    nodes = [node for graph in member.model.graphs.values() for node in graph.nodes]
    return {name: f"{member.name}.{name}" for node in nodes for name in node.outputs if name}


def _rules(given: Input) -> list[Any]:
    return [(v.missing, v.prepare, v.categories, v.unknown, v.pad) for v in given.variable_list]


def _taking(name: str, first: Input, given: Input, member: Member) -> Input:
    """An input ``name``: the member's preparation of what ``first`` is fed."""
    variables = []
    for source, own in zip(first.variable_list, given.variable_list, strict=True):
        if own.missing is not None and any(isinstance(when, dict) and "flag" in when for when in own.missing.when):
            raise ValueRefused(
                f"'{member.name}' prepares input '{given.name}' otherwise than the first model, and '{own.name}' is "
                "missing where a flag says so; a flag is fed with its own input, so both cannot be one model")
        variables.append(Variable(own.name, source.unit, "", None, deepcopy(own.missing), deepcopy(own.prepare),
                                  own.categories, own.unknown, source.source or f"{first.name}.{source.name}", own.pad))
    return Input(name, list(first.axes), first.type, variables, description=f"as {member.name} prepares it")
