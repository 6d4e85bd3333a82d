"""LSTM, GRU and SimpleRNN, alone and in Bidirectional.

Keras has its gates side by side in one kernel: LSTM i, f, c, o; GRU z, r, h. Steps that a mask says are not there leave
the state as it is and repeat what was given before, or give zeros (``zero_output_for_mask``, always in Bidirectional).
``go_backwards`` gives its steps in the order in which it met them: the last one first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..layers.recurrent import Cell
from ..layers.recurrent import recurrent as recurrent_nodes
from .functions import activation_of
from .layer import Layer
from .masking import compacted
from .roles import Role, trained
from .values import Value

__all__ = ["bidirectional", "recurrent", "recurrent_roles", "rnn"]

#: Gates as Keras orders them, by the letters of ``layers.recurrent``.
GATES = {"LSTM": "ifco", "GRU": "zrh", "SimpleRNN": "h"}
KINDS = {"LSTM": "LSTM", "GRU": "GRU", "SimpleRNN": "RNN"}

#: Keras 1 writes an array for each gate, in this order.
OLD_GATES = {"LSTM": "icfo", "GRU": "zrh", "SimpleRNN": "h"}


def recurrent_roles(layer: Layer) -> list[Role]:
    """Kernel, recurrent kernel and bias; of Keras 1 those of each gate."""
    if layer.era == 1:
        names = ("kernel", "recurrent_kernel", "bias")
        return trained(*(f"{name}_{gate}" for gate in OLD_GATES[layer.kind] for name in names))
    bias = ["bias"] if layer.flag("use_bias", True) else []
    return trained("kernel", "recurrent_kernel", *bias, part="cell")


def rnn_roles(layer: Layer) -> list[Role]:
    return recurrent_roles(_inner(layer))


def rnn(layer: Layer, x: Value, initial_state: Sequence[Value] | Value = ()) -> Value | list[Value]:
    """``RNN(LSTMCell(...))`` and its like: the layer of that cell."""
    inner = _inner(layer)
    inner.arrays, inner.wiring = layer.arrays, layer.wiring
    return recurrent(inner, x, initial_state)


def _inner(layer: Layer) -> Layer:
    cell = layer.parts.get("cell")
    if cell is None or cell.kind.removesuffix("Cell") not in GATES:
        layer.refuse(f"its cell is {cell.kind if cell else 'not one'}; read are LSTMCell, GRUCell and SimpleRNNCell")
    config = {**layer.config, **cell.config, "dtype": layer.config.get("dtype")}
    return Layer(cell.kind.removesuffix("Cell"), layer.name, config, layer.era, layer.where, path=layer.path)


@dataclass
class _Direction:
    """What one direction gives: all steps (entries, steps, units), aligned with the input; and its last states."""

    whole: str
    states: list[str]  # (entries, units): h, and c of an LSTM


def recurrent(layer: Layer, x: Value, initial_state: Sequence[Value] | Value = ()) -> Value | list[Value]:
    """All steps or the last one; with its states if they are asked for."""
    backwards, sequences = layer.flag("go_backwards", False), layer.flag("return_sequences", False)
    states = [initial_state] if isinstance(initial_state, Value) else list(initial_state)
    zeros = layer.flag("zero_output_for_mask", False)
    way = _direction(layer, layer, x, backwards, zeros, layer_states=states)
    units = layer.integer("units")
    if sequences:
        y = _reversed(layer, way.whole) if backwards else way.whole
        if backwards and x.mask is not None:
            layer.refuse("go_backwards with return_sequences on a masked sequence; put it into a Bidirectional")
        result = Value(y, (x.shape[0], x.shape[1], units), x.type, x.mask)
    else:
        if x.mask is not None and zeros:
            layer.refuse("zero_output_for_mask with the last step alone, on a masked sequence")
        result = Value(way.states[0], (x.shape[0], units), x.type)
    if not layer.flag("return_state", False):
        return result
    return [result, *(Value(each, (x.shape[0], units), x.type) for each in way.states)]


def _direction(layer: Layer, part: Layer, x: Value, backwards: bool, zeros: bool, name: str = "",
               layer_states: Sequence[Value] = ()) -> _Direction:
    """One direction over the steps that are there."""
    cell = cell_of(part, x)
    squash = compacted(layer, x, x.mask) if x.mask is not None else None
    if squash is not None and layer_states:
        layer.refuse("an initial state together with a masked sequence")
    steps = layer.add("Transpose", squash.values if squash else x, perm=[1, 0, 2])
    initial = [layer.add("Unsqueeze", each, np.array([0])) for each in layer_states]
    if len(initial) not in (0, _states(part.kind)):
        layer.refuse(f"{len(initial)} initial states; a {part.kind} has {_states(part.kind)}")
    whole, last = recurrent_nodes(layer.wiring, steps, [cell], name or "steps", x.type, backwards,
                                  squash.lengths if squash else "", initial)  # fmt: skip
    node = layer.wiring.nodes[-1]
    states = [last]
    if part.kind == "LSTM":
        states.append(layer.wiring.name("cell_state"))
        node.outputs.append(states[1])
    flat = layer.add("Transpose", layer.add("Squeeze", whole, np.array([1])), perm=[1, 0, 2])
    if squash is not None:
        flat = squash.spread(flat, backwards, zeros)
    return _Direction(flat, [layer.add("Squeeze", each, np.array([0])) for each in states])


def _states(kind: str) -> int:
    return 2 if kind == "LSTM" else 1


def _reversed(layer: Layer, y: str) -> str:
    """Steps in the opposite order."""
    begin, end = np.array([-1]), np.array([np.iinfo(np.int64).min])
    return layer.add("Slice", y, begin, end, np.array([1]), np.array([-1]))


def bidirectional(layer: Layer, x: Value, initial_state: Sequence[Value] = ()) -> Value | list[Value]:
    """Both directions, put together as ``merge_mode`` says."""
    from .weights import bidirectional_parts

    forward, backward = bidirectional_parts(layer)
    for part in (forward, backward):
        if part.kind not in GATES:
            layer.refuse(f"a Bidirectional around a {part.kind}; read are {', '.join(GATES)}")
    if initial_state:
        layer.refuse("an initial state")
    sequences = forward.flag("return_sequences", False)
    mode = layer.option("merge_mode", "concat")
    if mode == "concat" and x.mask is None and _alike(forward, backward) and not forward.flag("return_state", False):
        return _in_one(layer, x, forward, backward, sequences)
    ways = [_direction(layer, part, x, back, sequences, name)
            for part, back, name in ((forward, False, "forward"), (backward, True, "backward"))]  # fmt: skip
    units = forward.integer("units")
    shape = (x.shape[0], x.shape[1], units) if sequences else (x.shape[0], units)
    mask = x.mask if sequences else None
    results = [way.whole if sequences else way.states[0] for way in ways]
    states = [Value(each, (x.shape[0], units), x.type) for way in ways for each in way.states]
    merged = _merged(layer, mode, results, shape, x.type)
    merged = [each.masked(mask) for each in merged]
    if forward.flag("return_state", False):
        return [*merged, *states]
    return merged if mode is None else merged[0]


def _merged(layer: Layer, mode: object, both: list[str], shape: tuple[int | str, ...], type_: str) -> list[Value]:
    if mode is None:
        return [Value(each, shape, type_) for each in both]
    if mode == "concat":
        units = shape[-1]
        assert isinstance(units, int)
        return [Value(layer.add("Concat", *both, axis=len(shape) - 1), (*shape[:-1], 2 * units), type_)]
    operators = {"sum": "Add", "mul": "Mul", "ave": "Add"}
    if mode not in operators:
        layer.fail(f"its merge_mode is {mode!r}; it must be concat, sum, ave, mul or null")
    y = layer.add(operators[str(mode)], *both)
    return [Value(layer.add("Div", y, layer.constant(2, type_)) if mode == "ave" else y, shape, type_)]


def _alike(a: Layer, b: Layer) -> bool:
    keys = ("units", "reset_after", "activation", "recurrent_activation")
    return a.kind == b.kind and all(a.config.get(key) == b.config.get(key) for key in keys)


def _in_one(layer: Layer, x: Value, forward: Layer, backward: Layer, sequences: bool) -> Value:
    """One node for both directions."""
    units = forward.integer("units")
    steps = layer.add("Transpose", x, perm=[1, 0, 2])
    whole, last = recurrent_nodes(layer.wiring, steps, [cell_of(forward, x), cell_of(backward, x)], "steps", x.type)
    if not sequences:
        both = layer.add("Transpose", last, perm=[1, 0, 2])
        return layer.reshape(both, (x.shape[0], 2 * units))
    both = layer.add("Transpose", whole, perm=[2, 0, 1, 3])  # (entries, steps, directions, units)
    y = layer.add("Reshape", both, np.array([0, 0, 2 * units]))
    return Value(y, (x.shape[0], x.shape[1], 2 * units), x.type)


# ---------------------------------------------------------------------------------------------- cells


def cell_of(layer: Layer, x: Value) -> Cell:
    """The arrays of a layer gate by gate."""
    layer.rank(x, 3)
    if layer.flag("stateful", False):
        layer.refuse("it is stateful: what it gives depends on what was asked before; set stateful=False and save it")
    kind, units, (n,) = layer.kind, layer.integer("units"), layer.fixed(x, -1)
    gates, after = GATES[kind], layer.kind == "GRU" and layer.flag("reset_after", False)
    if layer.era == 1:
        arrays = _old_arrays(layer, n, units)
    else:
        wide = len(gates) * units
        arrays = {"kernel": _split(gates, layer.array("kernel", n, wide)),
                  "recurrent_kernel": _split(gates, layer.array("recurrent_kernel", units, wide))}  # fmt: skip
        if layer.flag("use_bias", True):
            bias = layer.array("bias", *([2, wide] if after else [wide]))
            arrays["bias"] = _split(gates, bias[0] if after else bias)
            arrays["recurrent_bias"] = _split(gates, bias[1]) if after else {}
    inner = activation_of(layer, "recurrent_activation", "sigmoid" if layer.era > 2 else "hard_sigmoid")
    biases = [arrays.get(name, {}) for name in ("bias", "recurrent_bias")]
    return Cell(KINDS[kind], arrays["kernel"], arrays["recurrent_kernel"], biases[0], biases[1],
                activation_of(layer, "activation", "tanh"), inner, after)  # fmt: skip


def _split(gates: str, array: np.ndarray) -> dict[str, np.ndarray]:
    """By gate, turned as the shared cells want them: (units, inputs)."""
    return {gate: part.T for gate, part in zip(gates, np.split(array, len(gates), axis=-1), strict=True)}


def _old_arrays(layer: Layer, n: int, units: int) -> dict[str, dict[str, np.ndarray]]:
    shapes = {"kernel": (n, units), "recurrent_kernel": (units, units), "bias": (units,)}
    return {name: {gate: layer.array(f"{name}_{gate}", *shape).T for gate in GATES[layer.kind]}
            for name, shape in shapes.items()}  # fmt: skip
