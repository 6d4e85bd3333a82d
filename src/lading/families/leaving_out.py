"""Of trainings that saw one fold each, an entry gets the average of those that did not see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..copying import copy_of
from ..model import drop_unread_weights
from .average import give_average, refuse_other_outputs
from .members import Member
from .samples import renew_samples
from .side_by_side import side_by_side

if TYPE_CHECKING:
    from ..model import Model


def each_left_out(members: list[Member]) -> list[Member]:
    """For each of ``members`` a model of all others: their average, ``without_NAME``. All have the same inputs.

    Its self-test has the entries of the one that is left out. Raises ValueRefused for models that have no average.
    """
    refuse_other_outputs(members, "fold models that keep real outputs only: lading.average has ")
    joined = side_by_side(members)
    return [Member(f"without_{left.name}", _without(left, members, joined)) for left in members]


def _without(left: Member, members: list[Member], joined: Model) -> Model:
    made = copy_of(joined)
    own = f"{left.name}."  # no name of a member has a dot
    for graph in made.graphs.values():
        graph.nodes = [node for node in graph.nodes if not node.name.startswith(own)]
    made.graphs = {name: graph for name, graph in made.graphs.items() if not name.startswith(own)}
    drop_unread_weights(made)
    made.name = left.model.name
    give_average(made, [member for member in members if member is not left])
    renew_samples(made, [left.model])
    return made
