"""A model with some of its outputs only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..copying import copy_of
from ..folds import scope
from ..model import drop_unread_weights
from ..simplify.unused import apply
from ..simplify.view import View

if TYPE_CHECKING:
    from ..graph import Graph
    from ..model import Model


def with_outputs(model: Model, names: Iterable[str]) -> Model:
    """Another model that gives these outputs, in its own order, without the nodes and weights that nobody needs then.

    Raises UnknownName for an output that it has not.
    """
    kept = {model.outputs[name].name for name in names}
    made = copy_of(model)
    made.output_list = [output for output in made.output_list if output.name in kept]
    if model.samples is not None:
        outputs = {name: values for name, values in model.samples.outputs.items() if name in kept}
        made.samples = replace(model.samples, outputs=outputs)
    kept_graphs: dict[str, Graph] = {}
    for main in made.main_graphs:
        view = View(replace(made, graphs=scope(made, main)))
        for node in reversed(view.nodes()):
            if view.holds(node):
                apply(view, node)
        kept_graphs |= view.model.graphs
    made.graphs = {name: kept_graphs[name] for name in made.graphs if name in kept_graphs}
    drop_unread_weights(made)
    return made
