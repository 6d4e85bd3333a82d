"""From a function to a Model under readable names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...endpoints import Axis, Input, Output
from ...errors import LadingError, UnsupportedError
from ...graph import Graph
from ...model import Model, drop_unread_weights
from ..naming import snake
from ..traced.authors import author_line, depends_on_numbers, first_line
from ..traced.describing import by_name, described
from ..traced.entries import check_repeatable, with_entries
from ..traced.lengths import ENTRY, Lengths, declared, guessed
from ..wiring import Wiring
from .functions import Function, function_of
from .lowering import Lowering

if TYPE_CHECKING:
    from collections.abc import Mapping


#: Errors of JAX where a program asks for the numbers it computes with.
_ON_NUMBERS = ("TracerBoolConversionError", "ConcretizationTypeError", "TracerIntegerConversionError")


def model_of(thing: Any, example: Any, variables: Any, labels: Any, axes: Any) -> Model:
    """The model of a function, traced on an example and named. Raises LadingError of several kinds."""
    function = function_of(thing, example)
    where, arrays = function.where, function.arrays
    named = by_name(variables, list(arrays), "variables", where)
    known = declared(axes, arrays, where)
    lengths = guessed(arrays, known, {name: len(listed) for name, listed in named.items()})
    outputs = _outputs(function)
    check_repeatable(function.run, arrays, outputs, where)
    traced, lengths = _traced(function, lengths, set(known))
    model = _model(function, traced, lengths, outputs)
    return described(model, named, labels, axes or {}, where)


def _outputs(function: Function) -> list[str]:
    try:
        return function.outputs(function.call(list(function.weights.values()), list(function.arrays.values())))[0]
    except LadingError:
        raise
    except Exception as error:  # whatever a function may raise
        first = first_line(str(error)) or type(error).__name__
        raise UnsupportedError(f"{function.where}: it fails on the example{author_line(error)}: {first}") from error


def _traced(function: Function, lengths: Lengths, told: set[str]) -> tuple[Any, Lengths]:
    """The program, open along as many lengths as the function allows; those of inputs in ``told`` must be."""
    only_entries: Lengths = {name: [axis if axis == ENTRY or name in told else None for axis in axes]
                             for name, axes in lengths.items()}  # fmt: skip
    nothing: Lengths = {name: [axis if name in told else None for axis in axes] for name, axes in lengths.items()}
    failed: Exception | None = None
    for tried in (lengths, only_entries, nothing):
        try:
            return _trace(function, tried), tried
        except Exception as error:  # whatever a tracer and a function may raise
            failed = failed or error
    assert failed is not None
    if type(failed).__name__ in _ON_NUMBERS:
        raise depends_on_numbers(function.where, author_line(failed), "jnp.where") from failed
    text = first_line(str(failed)) or type(failed).__name__
    raise UnsupportedError(f"{function.where}: JAX cannot trace it{author_line(failed)}: {text}") from failed


def _trace(function: Function, lengths: Lengths) -> Any:
    import jax
    from jax import export

    names = list(dict.fromkeys(axis for axes in lengths.values() for axis in axes if axis))
    symbols = dict(zip(names, export.symbolic_shape(", ".join(names)), strict=True)) if names else {}
    fed = [jax.ShapeDtypeStruct([symbols[axis] if axis else n for axis, n in zip(axes, array.shape, strict=True)],
                                array.dtype)
           for axes, array in zip(lengths.values(), function.arrays.values(), strict=True)]  # fmt: skip
    flat = jax.make_jaxpr(lambda weights, arrays: function.outputs(function.call(weights, arrays))[1])
    return flat(list(function.weights.values()), fed)


def _model(function: Function, traced: Any, lengths: Lengths, outputs: list[str]) -> Model:
    count = len(function.weights)
    inputs = traced.jaxpr.invars[count:]
    given, made = ([[n if isinstance(n, int) else str(n) for n in each.aval.shape] for each in listed]
                   for listed in (inputs, traced.jaxpr.outvars))  # fmt: skip
    shapes = with_entries(function.run, function.arrays, lengths, given, made)
    model = Model(name=snake(function.kind), names={"from source": {}}, origin=function.where)
    _give_endpoints(model, function, dict(zip(function.arrays, shapes, strict=False)), inputs)
    nodes: list[Any] = []
    lowering = Lowering(Wiring(model, nodes, outputs), list(function.arrays), inputs, function.where)
    names = lowering.program(traced, function.weights, list(function.arrays))
    for name, value, shape, var in zip(outputs, names, shapes[len(inputs) :], traced.jaxpr.outvars, strict=True):
        lowering.give(name, value)
        model.output_list.append(Output(name, shape, np.dtype(var.aval.dtype).name))
    model.graphs["main"] = Graph(nodes)
    _check_outputs(model)
    drop_unread_weights(model)
    import jax

    model.record["origin"] = {"format": "jax", "class": function.kind, "producer": f"JAX {jax.__version__}"}
    return model


def _give_endpoints(model: Model, function: Function, shapes: Mapping[str, list[str | int]], inputs: list[Any]) -> None:
    for (name, shape), var in zip(shapes.items(), inputs, strict=True):
        axes = ["entry" if axis == ENTRY else axis for axis in shape]
        model.input_list.append(Input(name, axes, np.dtype(var.aval.dtype).name))
        for axis in axes:
            if isinstance(axis, str) and axis not in model.axes:
                model.axes["entry"] = Axis("entry", "entry")
                if axis != "entry":
                    model.axes[axis] = Axis(axis, "sequence", of="entry")


def _check_outputs(model: Model) -> None:
    for output in model.output_list:
        output.axes = ["entry" if axis == ENTRY else axis for axis in output.axes]
        unknown = [axis for axis in output.axes if isinstance(axis, str) and axis not in model.axes]
        if unknown:
            raise UnsupportedError(f"{model.origin}: output '{output.name}': an axis of it is {unknown[0]} long: "
                                   "neither fixed nor the length of an input's axis; take the output out")

