"""The key among the inputs: a variable that is there, or one of a new input ``event``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..endpoints import Input, Variable
from ..errors import ValueRefused

if TYPE_CHECKING:
    from ..model import Model

#: The input that holds a key which no input has.
EVENT = "event"


def with_key(model: Model, leaves_out: bool = False) -> Model:
    """``model`` with its key in full, "input.variable", and the input that holds it.

    ``leaves_out``: what it picks is the training that is not applied.
    """
    assert model.folds is not None
    key = model.folds.key
    holding = [given for given in model.input_list if key in given.variables]
    if len(holding) > 1:
        names = " or ".join(f"'{given.name}.{key}'" for given in holding)
        raise ValueRefused(f"key: several inputs have the variable '{key}'; say {names}")
    if holding:
        model.folds.key = f"{holding[0].name}.{key}"
    elif key not in model.inputs:
        _add(model, key, "left out" if leaves_out else "applied")
    return model


def _add(model: Model, key: str, picked: str) -> None:
    """Adds an input for the key, where no input has it. Raises ValueRefused if its name is that of a value."""
    name, dot, variable = key.partition(".")
    name, variable = (name, variable) if dot else (EVENT, key)
    assert model.folds is not None
    model.folds.key = f"{name}.{variable}"
    if name in model.inputs:
        if dot and variable in model.inputs[name].variables:
            return
        raise ValueRefused(f"key: the input '{name}' is there and has no variable '{variable}'; a key that the models "
                           f"do not have gets an input of its own: key='NAME.{variable}' with another name")
    made = {value for graph in model.graphs.values() for node in graph.nodes for value in node.outputs}
    if name in made or name in model.weights:
        raise ValueRefused(f"key: '{name}' is the name of a value in the graphs; say key='NAME.{variable}'")
    axes: list[str | int] = [model.entry_axis if model.batched else 1, "variable"]
    meaning = f"picks which of {len(model.folds.graphs)} trainings is {picked}"
    model.input_list.append(Input(name, axes, "int64", [Variable(variable, description=meaning)]))
