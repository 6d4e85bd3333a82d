"""Outputs computed from outputs: a discriminant becomes a few nodes at the end of the graph.

The nodes are what counts; the words of the formula stay in ``record.computed`` for people.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..bundle.encode import encode_model
from ..bundle.evaluate import Bundle, as_type, plain, run_nodes
from ..bundle.values import is_name
from ..endpoints import Output, of_fold
from ..errors import LadingError, ValueRefused
from ..folds import by_fold
from ..graph import Graph, Node
from ..sources.naming import rename_values
from ..sources.wiring import Wiring
from .expression import parsed
from .nodes import FormulaNodes

if TYPE_CHECKING:
    from ..model import Model

__all__ = ["add_output", "append_nodes", "empty_value", "formulas", "given_by", "names_in", "short_numbers"]


def formulas(model: Model) -> dict[str, dict[str, Any]]:
    """By output: ``{"expression": text, "constants": {name: number}}`` of those that are computed from others."""
    said = model.record.get("computed")
    known = said.items() if isinstance(said, dict) else ()
    return {name: formula for name, formula in known if name in model.outputs and isinstance(formula, dict)}


def add_output(model: Model, name: str, expression: str, constants: Mapping[str, float]) -> Output:
    """Appends the output ``name`` to ``model`` itself, and gives it.

    Of a model with folds, every member computes it. Raises UnknownName or ValueRefused, both beginning with the name
    of the output.
    """
    try:
        _refuse_name(model, name)
        tree = parsed(expression, constants)
        _refuse_twice(model, constants)
        nodes = _nodes(model, name, tree)
    except LadingError as error:
        raise type(error)(f"output '{name}': {error}") from None
    output = Output(name, list(nodes.axes), nodes.type)
    outputs = {quantity.output.name: quantity.output for quantity in nodes.quantities.values()}
    output.when_empty = _when_empty(model, output, [*outputs.values()], nodes.wiring.nodes)
    append_nodes(model, nodes.wiring.nodes)
    model.output_list.append(output)
    said = {"expression": expression, **({"constants": dict(constants)} if constants else {})}
    model.record["computed"] = {**formulas(model), name: said}
    return output


def _refuse_name(model: Model, name: str) -> None:
    if not isinstance(name, str) or not is_name(name):
        raise ValueRefused("not a name: names have 1 to 256 characters, no '/' and no control characters")
    if name in model.outputs or name in model.inputs:
        kind = "output" if name in model.outputs else "input"
        raise ValueRefused(f"{model.where} has an {kind} of that name already")
    holder = next((output.name for output in model.output_list if name in output.labels), None)
    if holder is not None:  # scores["p_b"] would become the new output, where it was the label
        raise ValueRefused(f"'{name}' is a label of output '{holder}' already; call the new one something else")


def _refuse_twice(model: Model, constants: Mapping[str, float]) -> None:
    for name in constants:
        if name in model.outputs or any(name in output.labels for output in model.output_list):
            raise ValueRefused(f"'{name}' is a constant here, and an output or label of {model.where}; call the "
                               "constant something else")


def _nodes(model: Model, name: str, tree: Any) -> FormulaNodes:
    """The nodes, in a wiring of their own; what has the output's name inside the graph gets another."""
    taken = names_in(model)
    if name in taken:
        free = name
        while free in taken:
            free += "~"
        rename_inside(model, {name: free})
    wiring = Wiring(model, [], [*names_in(model), name], prefix=f"{name}.")
    return FormulaNodes(model, name, tree, wiring)


def names_in(model: Model) -> set[str]:
    """Names of values, nodes and weights; those of nodes also without the fold that they are in."""
    nodes = [node for graph in model.graphs.values() for node in graph.nodes]
    names = {name for node in nodes for name in (node.name, *node.outputs)} | set(model.weights)
    return names | {node.name.removeprefix(f"{fold}.") for fold in model.main_graphs for node in nodes}


def append_nodes(model: Model, nodes: list[Node]) -> None:
    """Puts ``nodes`` at the end of the main graph; of every fold's, with its name in front of theirs."""
    for fold in model.main_graphs:
        place = "" if model.folds is None else f"{fold}."
        model.graphs[fold].nodes += [replace(node, name=place + node.name, inputs=list(node.inputs),
                                             outputs=list(node.outputs)) for node in nodes]


def rename_inside(model: Model, new: Mapping[str, str]) -> None:
    """Other names for nodes, values and weights."""
    rename_values(model.graphs.values(), new)
    model.weights = {new.get(name, name): array for name, array in model.weights.items()}
    for graph in model.graphs.values():
        for node in graph.nodes:
            node.name = new.get(node.name, node.name)


# ---- what stands for an entry without elements


def _when_empty(model: Model, output: Output, read: list[Output], nodes: list[Node]) -> dict[str, list[float]]:
    """The formula of what stands for its outputs, which are replaced after the graph ran; by axis in their order."""
    found = {}
    for axis in (axis for axis in model.axes if any(axis in each.when_empty for each in read)):
        for each in read:
            if axis not in each.when_empty:
                other = next(each.name for each in read if axis in each.when_empty)
                raise ValueRefused(
                    f"output '{output.name}': for an entry without any {axis}, '{other}' is given by when_empty and "
                    f"'{each.name}' by the graph; say it in the papers of both, or of neither")
        found[axis] = by_fold([_given_instead(model, output, read, nodes, axis, fold)
                               for fold in range(len(model.main_graphs))])
    return found


def _given_instead(model: Model, output: Output, read: list[Output], nodes: list[Node], axis: str, fold: int
                   ) -> list[float]:
    values = {each.name: empty_value(model, each, axis, fold) for each in read}
    return short_numbers(given_by(nodes, values, output.name))


def empty_value(model: Model, output: Output, axis: str, fold: int = 0) -> np.ndarray:
    """What stands for an output of an entry whose ``axis`` is empty, as the graph (of a fold) would give it."""
    sizes = {axis.name: axis.size or 1 for axis in model.axes.values()} | {"label": len(output.label_list)}
    shape = [use if isinstance(use, int) else sizes.get(use, 1) for use in output.axes]
    return as_type(of_fold(output.when_empty[axis], fold), output.type, "when_empty").reshape(shape)


def given_by(nodes: list[Node], values: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """The value ``name`` as ``nodes`` compute it of ``values``, each operator rounded once."""
    from ..model import Model

    bundle = Bundle(encode_model(Model(graphs={"main": Graph(nodes)}), None, None), {})
    known = dict(values)
    with np.errstate(all="ignore"):
        run_nodes(bundle, "main", known)
    return known[name]


def short_numbers(array: np.ndarray) -> list[float]:
    """The numbers of an array, written as shortly as its type allows."""
    flat = plain(array).reshape(-1)
    if flat.dtype != np.float32:
        return [float(x) for x in flat.astype(np.float64)]
    short = [float(str(x)) for x in flat]
    return [x if np.float32(x) == y or math.isnan(x) else float(y) for x, y in zip(short, flat, strict=True)]
