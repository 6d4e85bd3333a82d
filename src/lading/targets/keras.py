"""Keras' ``.keras``: a functional model of Keras 3, written with h5py alone.

What it can say: dense and convolutional layers, pooling, normalizations, activations, LSTM, GRU and simple recurrent
layers in one or both directions, sums, products and joins of values, other shapes and parts of values; what has no
layer is a function of ``keras.ops``, as Keras writes it too. Layers are called after nodes, inputs and outputs keep
their names; names of variables and labels go along in metadata.json, and all other papers under its key
``lading.papers``, where lading finds them again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UnsupportedError, suggestion
from ..sources.carried_papers import carried
from ..whole_file import whole_file

if TYPE_CHECKING:
    from ..endpoints import Output, Variable
    from ..model import Model
    from .keras_file.growth import Growth, Item


def write(model: Model, path: Path, preparation: bool = True) -> None:
    """Writes ``model`` as a ``.keras`` file, all of it or nothing.

    ``preparation``: as layers behind the inputs, where they give the very numbers; False: the file takes what is
    prepared already, as the papers say.

    Raises UnsupportedError, with the first node or variable that Keras has nothing for, or MissingPackage (h5py).
    """
    data = to_bytes(model, str(path), preparation)
    with whole_file(path) as beside:
        beside.write_bytes(data)


def to_bytes(model: Model, where: str = "model.keras", preparation: bool = True) -> bytes:
    """The bytes of the file: the same model gives the same bytes."""
    from .keras_file.archive import archive_of
    from .keras_file.growth import Growth
    from .keras_file.inputs import entries_of, input_item

    entries = entries_of(model)
    growth = Growth(not any(given.axes[:1] == entries for given in model.input_list))
    items, inputs = {}, []
    for given in model.input_list:
        inputs.append(len(growth.made))
        items[given.name] = input_item(model, given, growth, preparation, where)
    growth.reserve(output.name for output in model.output_list)
    _grow(model, items, growth, where)
    outputs = [_output(model, output.name, items, growth, where) for output in model.output_list]
    about = {"lading": _names(model, preparation), **carried(model)}
    return archive_of(model.name or "model", growth.made, inputs, outputs, about, where)


def _grow(model: Model, items: dict[str, Item], growth: Growth, where: str) -> None:
    from .keras_file.operators import OPERATORS
    from .keras_file.reading import Reading

    nodes = model.graphs["main"].nodes
    readers = Counter(name for node in nodes for name in node.reads())
    readers.update(output.name for output in model.output_list)
    for node in nodes:
        if node.operator not in OPERATORS:
            raise UnsupportedError(f"{where}: node '{node.name}' is a {node.operator}, which is not written for Keras "
                                   f"{suggestion(node.operator, OPERATORS)}")  # fmt: skip
        try:
            read = [name if readers[name] else "" for name in node.outputs]
            made = OPERATORS[node.operator](Reading(replace(node, outputs=read), items, model.weights, growth))
        except UnsupportedError as error:
            raise UnsupportedError(f"{where}: {error}") from None
        for name, item in zip(node.outputs, made, strict=False):
            items[name] = replace(item, shared=item.shared or readers[name] > 1)


def _output(model: Model, name: str, items: dict[str, Item], growth: Growth, where: str) -> int:
    """The layer that gives an output, which gets its name."""
    output = model.outputs[name]
    if output.when_empty:
        raise UnsupportedError(f"{where}: output '{name}' says what entries without '{next(iter(output.when_empty))}' "
                               "give, which Keras does not")  # fmt: skip
    if name not in items:
        raise UnsupportedError(f"{where}: output '{name}' is a constant")
    try:
        item = growth.plain(_without_one(items[name], growth, output), name)
    except UnsupportedError as error:
        raise UnsupportedError(f"{where}: output '{name}': {error}") from None
    made = growth.made[item.made]
    if made.kind == "InputLayer" or not made.is_layer or made.named:
        item = growth.layer("Identity", "", [item], item.shape)
    growth.made[item.made].name, growth.made[item.made].named = growth.reserved(name), True
    return item.made


def _without_one(item: Item, growth: Growth, output: Output) -> Item:
    """Where the graph is of one entry, a 1 in front of an output stands for the entries."""
    if not growth.alone or output.axes[:1] != [1]:
        return item
    if item.axes[0] == -1:
        return replace(item, axes=item.axes[1:])
    return growth.reshaped(growth.plain(item, output.name), item.lengths()[1:], output.name)


def _names(model: Model, preparation: bool) -> dict[str, Any]:
    """Names of variables, with the units of what goes in, and of labels; a list for each input and output."""
    def said(variable: Variable) -> dict[str, str]:
        raw = preparation or not variable.prepare
        return {"name": variable.name, **({"unit": variable.unit} if raw and variable.unit else {})}

    return {"variables": [[said(each) for each in given.variable_list] for given in model.input_list],
            "labels": [[{"name": label.name} for label in output.label_list] for output in model.output_list]}
