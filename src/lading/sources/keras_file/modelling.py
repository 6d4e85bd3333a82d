"""From an architecture with its weights to a Model: inputs, outputs, axes."""

from __future__ import annotations

import re
from typing import Any

from ...endpoints import Axis, Input, Output, valid_name
from ...errors import FormatError, UnsupportedError
from ...graph import Graph, free_name
from ...model import Model
from ..naming import endpoints
from .architecture import Architecture, refs_in
from .calling import run
from .layer import OpenLength, PlacedWiring
from .names import Described, described
from .values import ENTRY, Shape, Value

__all__ = ["end_names", "model_of"]

TYPES = ("float32", "float64", "int32", "int64", "bool")

#: Inputs whose name says nothing: Keras gave it.
_MADE_UP = re.compile(r"(input|input_layer|.*_input)(_\d+)?$")


def model_of(architecture: Architecture, origin: dict[str, Any], where: str, variables: Any = None) -> Model:
    """The model. ``variables``: what an lwtnn variables file says, its names and preparation.

    A fixed length that lwtnn's file calls a sequence is left open where the layers do not need it.
    """
    said = None
    if variables is not None:
        said = described(variables, [len(shape) for _, shape, _ in _given(architecture, where)], where)
    if said is not None and any(said.sequences):
        try:
            return _model_of(architecture, origin, where, said, open_sequences=True)
        except OpenLength:
            _forget(architecture)
    return _model_of(architecture, origin, where, said, open_sequences=False)


def _forget(architecture: Architecture) -> None:
    """Weights that an attempt put into its graph."""
    for layer in architecture.layers:
        layer._weights.clear()
        for part in layer.parts.values():
            part._weights.clear()
        if layer.inner is not None:
            _forget(layer.inner)


def _model_of(architecture: Architecture, origin: dict[str, Any], where: str, said: Described | None,
              open_sequences: bool) -> Model:  # fmt: skip
    model = Model(name=valid_name(architecture.name), origin=where, names={"from source": {}})
    model.axes[ENTRY] = Axis(ENTRY, "entry")
    model.record = {"origin": origin}
    model.graphs = {"main": Graph()}
    given = _given(architecture, where)
    names = _unique([valid_name(name) for name, _, _ in given])
    values = []
    for number, (name, (_, shape, type_)) in enumerate(zip(names, given, strict=True)):
        sequence = open_sequences and said is not None and said.sequences[number]
        values.append(Value(name, _shape(shape, name, sequence, where), _type(architecture, number, type_, where)))
    _name_lengths(values, where)
    model.input_list = [Input(v.name, list(v.shape), v.type) for v in values]
    outputs = _unique([valid_name(name) for name in architecture.output_names], names)
    wiring = PlacedWiring(model, model.graphs["main"].nodes, outputs)
    results = run(wiring, architecture, values, where)
    if len(results) != len(outputs):  # the last of some layers gives several
        outputs = _unique([valid_name(architecture.output_names[0])] * len(results), names)
    for name, value in zip(outputs, results, strict=True):
        wiring.add("Identity", value.name, gives=name)
        model.output_list.append(Output(name, list(value.shape), value.type))
    _join_lengths(model, wiring.same)
    _declare(model, architecture, where)
    if said is not None:
        said.apply(model)
    return model


# ---------------------------------------------------------------------------------------------- inputs


def _given(architecture: Architecture, where: str) -> list[tuple[str, list[Any], str]]:
    """Names, shapes and types of the inputs, as the file has them."""
    if architecture.sequential:
        first = architecture.layers[0]
        while first.inner is not None and first.inner.sequential and first.config.get("batch_shape") is None:
            first = first.inner.layers[0]
        if first.inner is not None:
            return _given(first.inner, where)
        shape = first.config.get("batch_shape") or architecture.shape
        if shape is None and first.parts.get("layer") is not None:
            shape = first.parts["layer"].config.get("batch_shape")
        if shape is None:
            raise UnsupportedError(f"{where}: the model does not say what goes in; give it an Input layer "
                                   "(keras.Input(shape=(5,))), or call it once before it is saved")  # fmt: skip
        name = first.name if first.kind == "InputLayer" else f"{first.name}_input"
        return [(name, shape, _input_type(first.config, first.kind == "InputLayer"))]
    layers = {layer.name: layer for layer in architecture.layers}
    found = []
    for name, ref in zip(architecture.input_names, architecture.inputs, strict=True):
        layer = layers.get(ref.layer)
        if layer is None or "batch_shape" not in layer.config:
            raise FormatError(f"{where}: its input '{ref.layer}' is no InputLayer with a shape")
        found.append((name, layer.config["batch_shape"], _input_type(layer.config, True)))
    return found


def _input_type(config: dict[str, Any], is_input: bool) -> str:
    type_ = config.get("dtype") or config.get("input_dtype") if is_input else config.get("input_dtype") or "float32"
    type_ = (type_.get("config") or {}).get("name") if isinstance(type_, dict) else type_
    return str(type_ or "float32")


def _type(architecture: Architecture, number: int, type_: str, where: str) -> str:
    """Numbers of categories are whole, though Keras has all its inputs in float32 unless told otherwise."""
    if type_ not in TYPES:
        raise UnsupportedError(f"{where}: input {number + 1} is of the type {type_}; read are {', '.join(TYPES)}")
    if type_.startswith("float") and _only_looked_up(architecture, number):
        return "int32"
    return type_


def _only_looked_up(architecture: Architecture, number: int) -> bool:
    if architecture.sequential:
        rest = [layer for layer in architecture.layers if layer.kind != "InputLayer"]
        return bool(rest) and rest[0].kind == "Embedding"
    name = architecture.inputs[number].layer
    readers = [layer for layer in architecture.layers for call in layer.calls
               if any(ref.layer == name for ref in refs_in([call.args, call.kwargs]))]  # fmt: skip
    return bool(readers) and all(layer.kind == "Embedding" for layer in readers)


def _shape(shape: Any, name: str, sequence: bool, where: str) -> Shape:
    good = isinstance(shape, list) and shape and all(n is None or (type(n) is int and 0 < n < 1 << 31) for n in shape)
    if not good or len(shape) > 8:
        raise FormatError(f"{where}: input '{name}' has the shape {shape!r}")
    opens = [f"{name}.{axis}" if n is None or (sequence and axis == 1 and len(shape) == 3) else n
             for axis, n in enumerate(shape)]  # fmt: skip
    return (ENTRY, *opens[1:])


def _name_lengths(values: list[Value], where: str) -> None:
    for value in values:
        if sum(isinstance(n, str) for n in value.shape) > 2:
            shape = ", ".join(map(str, value.shape))
            raise UnsupportedError(f"{where}: input '{value.name}' has several open lengths besides the entries, "
                                   f"[{shape}]; give all but one a number in Input, and pad what is shorter")


def end_names(model: Any, count: int) -> tuple[list[str], list[str]]:
    """What the inputs of a model in memory, and so many outputs, are called here, in the order of Keras."""
    from .architecture import architecture_of
    from .files import json_of

    architecture = architecture_of(json_of(model.to_json(), "model"), 3, "model")
    inputs = _unique([valid_name(name) for name, _, _ in _given(architecture, "model")])
    said = architecture.output_names
    outputs = said if len(said) == count else said[:1] * count
    return inputs, _unique([valid_name(name) for name in outputs], inputs)


def _unique(names: list[str], taken: list[str] | None = None) -> list[str]:
    used = set(taken or [])
    return [free_name(name, used) for name in names]


# ------------------------------------------------------------------------------------------------ axes


def _join_lengths(model: Model, same: list[tuple[str, str]]) -> None:
    """Gives lengths that must be equal one name: that of the first input."""
    known = [n for given in model.input_list for n in given.axes if isinstance(n, str) and n != ENTRY]
    for a, b in same:
        if a not in known or b not in known:
            continue
        first, second = sorted((a, b), key=known.index)
        for each in endpoints(model):
            each.axes = [first if n == second else n for n in each.axes]
        same[:] = [(first if x == second else x, first if y == second else y) for x, y in same]


def _declare(model: Model, architecture: Architecture, where: str) -> None:
    """Sequence axes, called after their inputs: "track" of "tracks"; "sequence" where Keras made up the name."""
    lengths = [n for given in model.input_list for n in given.axes if isinstance(n, str) and n != ENTRY]
    opens = list(dict.fromkeys(lengths))
    names: dict[str | int, str] = {}
    for length in opens:
        name = _axis_name(length.rpartition(".")[0])
        taken = {*names.values(), ENTRY, "variable", "label"}
        names[length] = next(each for each in (name, *(f"{name}_{i}" for i in range(2, 66))) if each not in taken)
    for each in endpoints(model):
        each.axes = [names.get(n, n) if isinstance(n, str) else n for n in each.axes]
        for n in each.axes:
            if isinstance(n, str) and n != ENTRY and n not in names.values():
                raise OpenLength(
                    f"{where}: the output '{each.name}' is as long as {n}: neither fixed nor the length of an input; "
                    "give the Input of the model its length (shape=(20, 4) instead of (None, 4))")  # fmt: skip
    for name in names.values():
        model.axes[name] = Axis(name, "sequence", of=ENTRY)
    _fix_masked(model, architecture)


def _axis_name(given: str) -> str:
    if _MADE_UP.match(given):
        return "sequence"
    return given[:-1] if len(given) > 2 and given.endswith("s") and not given.endswith("ss") else f"{given}_element"


def _fix_masked(model: Model, architecture: Architecture) -> None:
    """A fixed length with a Masking right behind its input is a sequence that is padded up to it."""
    for number, given in enumerate(model.input_list):
        value = _masked_by(architecture, number)
        if value is None or len(given.axes) != 3 or not isinstance(given.axes[1], int):
            continue
        name = _axis_name(given.name)
        name = next(each for each in (name, *(f"{name}_{i}" for i in range(2, 66))) if each not in model.axes)
        steps = given.axes[1]
        model.axes[name] = Axis(name, "sequence", of=ENTRY, min=steps, max=steps, pad=value)
        given.axes[1] = name


def _masked_by(architecture: Architecture, number: int) -> float | None:
    """The mask_value of the only layer that reads an input, if that is a Masking."""
    if architecture.sequential:
        readers = [layer for layer in architecture.layers if layer.kind != "InputLayer"][:1]
    else:
        name = architecture.inputs[number].layer
        readers = [layer for layer in architecture.layers for call in layer.calls
                   if any(ref.layer == name for ref in refs_in([call.args, call.kwargs]))
                   and layer.kind not in ("NotEqual", "Any")]  # fmt: skip
    if len(readers) != 1 or readers[0].kind != "Masking":
        return None
    return readers[0].number("mask_value", 0.0)
