"""LSTM, GRU and RNN with constant weights, in both directions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..literals import CPP, number
from .activations import formula_of

if TYPE_CHECKING:
    from .....graph import Node
    from ..writing import Value, Writer

__all__ = ["OPERATORS"]

DEFAULTS = {"LSTM": ("Sigmoid", "Tanh", "Tanh"), "GRU": ("Sigmoid", "Tanh"), "RNN": ("Tanh",)}
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}

#: Activations with numbers of their own, and the defaults of those.
NUMBERS = {"LeakyRelu": (0.01,), "Elu": (1.0,), "HardSigmoid": (0.2, 0.5), "ThresholdedRelu": (1.0,),
           "Affine": (1.0, 0.0), "ScaledTanh": (1.0, 1.0)}  # fmt: skip
PLAIN = ("Relu", "Tanh", "Sigmoid", "Softsign", "Softplus", *NUMBERS)


@dataclass
class Direction:
    """What one direction multiplies by, as pointers of C++; ``state`` [hidden][gates * hidden]."""

    inputs: str
    input_bias: str
    state: str
    state_bias: str
    reset: str
    reset_bias: str


def _recurrent(writer: Writer, node: Node) -> None:
    x, sizes = writer.operand(0), [writer.constant(place) for place in (1, 2)]
    w, r = sizes
    if w is None or r is None or (writer.has(3) and writer.constant(3) is None):
        writer.refuse("its weights are computed, and a header wants them fixed")
    batch_first, direction = writer.integer("layout", 0), str(writer.attribute("direction", "forward"))
    directions = 2 if direction == "bidirectional" else 1
    functions = _functions(writer, node, directions, x.type)
    outputs = [writer.result(place) if writer.wants(place) else None for place in range(len(node.outputs))]
    optional = [writer.operand(place) if writer.has(place) else None for place in (4, 5, 6, 7)]
    hidden, inputs = r.shape[2], w.shape[2]
    for d in range(directions):
        product = _weights(writer, node, d, w, r)
        with writer.block(""):
            writer.line(f"detail::Sequence<{CPP[x.type]}> s{{}};")
            _places(writer, x, outputs, optional, d, directions, hidden, inputs, bool(batch_first))
            writer.line(f"s.backward = {'true' if d == 1 or direction == 'reverse' else 'false'};")
            _step(writer, node, d, product, functions[d], optional[3], hidden, inputs, x.type)


def _places(writer: Writer, x: Value, outputs: list[Value | None], optional: list[Value | None], d: int,
            directions: int, hidden: int, inputs: int, batch_first: bool) -> None:  # fmt: skip
    steps, rows = x.shape[int(batch_first)], x.shape[int(not batch_first)]
    text, all_hidden = writer.text, directions * hidden
    writer.line(f"s.steps = {text(steps)}, s.rows = {text(rows)};")
    whole = writer.whole
    if batch_first:
        at_x = (whole(inputs), steps * whole(inputs))
        at_y = (whole(all_hidden), steps * whole(all_hidden))
        state, state_row, y = whole(d * hidden), whole(all_hidden), whole(d * hidden)
    else:
        at_x = (rows * whole(inputs), whole(inputs))
        at_y = (rows * whole(all_hidden), whole(hidden))
        state, state_row, y = rows * whole(d * hidden), whole(hidden), rows * whole(d * hidden)
    writer.line(f"s.x = {writer.pointer(x)}, s.at_x = {{{text(at_x[0])}, {text(at_x[1])}}};")
    if outputs[0] is not None:
        writer.line(f"s.y = {outputs[0].text} + {text(y)}, s.at_y = {{{text(at_y[0])}, {text(at_y[1])}}};")
    writer.line(f"s.state_row = {text(state_row)};")
    if optional[0] is not None:
        writer.line(f"s.lengths = {writer.pointer(optional[0])};")
    members = [("h", optional[1]), ("c", optional[2])]
    members += [(f"last_{name}", value) for name, value in zip("hc", outputs[1:], strict=False)]
    for member, value in members:
        if value is not None:
            writer.line(f"s.{member} = {writer.pointer(value)} + {text(state)};")


def _weights(writer: Writer, node: Node, d: int, w: np.ndarray, r: np.ndarray) -> Direction:
    hidden, gates = r.shape[2], GATES[node.operator]
    apart = node.operator == "GRU" and not writer.integer("linear_before_reset", 0)
    together = (gates - apart) * hidden
    bias = writer.constant(3) if writer.has(3) else None
    width = gates * hidden

    def table(array: np.ndarray | None) -> str:
        null = f"static_cast<const {CPP[str(w.dtype)]}*>(nullptr)"
        return null if array is None else writer.table(array).text

    own = None if bias is None else bias[d]
    return Direction(
        table(np.ascontiguousarray(w[d].T)), table(None if own is None else own[:width]),
        table(np.ascontiguousarray(r[d, :together].T)), table(None if own is None else own[width : width + together]),
        table(np.ascontiguousarray(r[d, together:].T) if apart else None),
        table(own[width + together :] if apart and own is not None else None))  # fmt: skip


def _step(writer: Writer, node: Node, d: int, own: Direction, functions: list[str], peephole: Value | None, hidden: int,
          inputs: int, type_: str) -> None:  # fmt: skip
    kind, gates = CPP[type_], GATES[node.operator]
    usual = type_ == "float32" and functions == _usual(writer, node)
    writer.use("recurrent", *(["cells"] if usual else []))
    names = "f", "g", "l"
    for name, function in zip(names, functions, strict=False):
        writer.line(f"const auto {name} = []({kind} v) {{ return {function}; }};")
    sizes = f"{inputs}, {hidden}, {gates * hidden}"
    writer.line(f"detail::recur<{sizes}>(s, {own.inputs}, {own.input_bias},")
    writer.line(f"    [&](const {kind}* part, {kind}* h, {kind}* c, bool from_zero) {{")
    for line in BODIES[node.operator](writer, own, usual, hidden, kind, _peephole(writer, peephole, d, hidden)):
        writer.line(f"  {line}")
    writer.line("});")
    unused = [name for name, _ in zip(names, functions, strict=False)]
    writer.line(" ".join(f"static_cast<void>({name});" for name in unused))


def _peephole(writer: Writer, value: Value | None, d: int, hidden: int) -> str:
    return "nullptr" if value is None else f"{writer.pointer(value)} + {d * 3 * hidden}"


def _lstm(writer: Writer, own: Direction, usual: bool, hidden: int, kind: str, peephole: str) -> list[str]:
    coupled = bool(writer.integer("input_forget", 0))
    lines = [f"{kind} gates[{4 * hidden}];", f"detail::state_product<{hidden}, {4 * hidden}>(h, {own.state}, "
             f"{own.state_bias}, part, gates, from_zero);"]  # fmt: skip
    if usual and peephole == "nullptr" and not coupled:
        return [*lines, f"detail::lstm_cell<{hidden}>(gates, c, h);"]
    pointer = peephole if peephole != "nullptr" else f"static_cast<const {kind}*>(nullptr)"
    return [*lines, f"detail::lstm_step<{hidden}, {'true' if coupled else 'false'}>(gates, c, h, {pointer}, f, g, l);"]


def _gru(writer: Writer, own: Direction, usual: bool, hidden: int, kind: str, peephole: str) -> list[str]:
    blend = [f"for (int k = 0; k < {hidden}; ++k) h[k] = detail::blend(gates[k], h[k], g(candidate[k]));",
             "static_cast<void>(c);"]  # fmt: skip
    if writer.integer("linear_before_reset", 0):  # the state is multiplied by its weights, then reset
        lines = [f"{kind} gates[{3 * hidden}];",
                 f"detail::state_product<{hidden}, {3 * hidden}>(h, {own.state}, {own.state_bias}, "
                 f"static_cast<const {kind}*>(nullptr), gates, from_zero);"]  # fmt: skip
        if usual:
            return [*lines, f"detail::gru_cell<{hidden}>(part, gates, h);", "static_cast<void>(c);"]
        return [*lines, f"{kind}* candidate = gates + {2 * hidden};",
                f"for (int k = 0; k < {2 * hidden}; ++k) gates[k] = f(gates[k] + part[k]);",
                f"for (int k = 0; k < {hidden}; ++k) candidate[k] = gates[{hidden} + k] * candidate[k] + "
                f"part[{2 * hidden} + k];", *blend]  # fmt: skip
    return [f"{kind} gates[{2 * hidden}], candidate[{hidden}];",
            f"detail::state_product<{hidden}, {2 * hidden}>(h, {own.state}, {own.state_bias}, part, gates, from_zero);",
            f"for (int k = 0; k < {2 * hidden}; ++k) gates[k] = f(gates[k]);",
            f"for (int k = 0; k < {hidden}; ++k) gates[{hidden} + k] *= h[k];",
            f"detail::state_product<{hidden}, {hidden}>(gates + {hidden}, {own.reset}, {own.reset_bias}, "
            f"part + {2 * hidden}, candidate, from_zero);", *blend]  # fmt: skip


def _rnn(writer: Writer, own: Direction, usual: bool, hidden: int, kind: str, peephole: str) -> list[str]:
    return [f"{kind} gates[{hidden}];",
            f"detail::state_product<{hidden}, {hidden}>(h, {own.state}, {own.state_bias}, part, gates, from_zero);",
            f"for (int k = 0; k < {hidden}; ++k) h[k] = f(gates[k]);", "static_cast<void>(c);"]  # fmt: skip


BODIES = {"LSTM": _lstm, "GRU": _gru, "RNN": _rnn}


def _functions(writer: Writer, node: Node, directions: int, type_: str) -> list[list[str]]:
    """The activations of each direction, as formulas of v."""
    defaults = DEFAULTS[node.operator]
    names = [str(each) for each in writer.attribute("activations") or ()]  # type: ignore[attr-defined]
    names = names[:directions] if node.operator == "RNN" and len(set(names)) == 1 else names
    names = names or [*defaults] * directions
    given = [[float(each) for each in writer.attribute(f"activation_{name}") or ()]  # type: ignore[attr-defined]
             for name in ("alpha", "beta")]  # fmt: skip
    known = {name.lower(): name for name in PLAIN}
    made = []
    for each in names:
        name = known.get(each.lower())
        if name is None:
            writer.refuse(f"a header has no activation '{each}'")
        own = [np.float32(given[i].pop(0) if given[i] else default) for i, default in enumerate(NUMBERS.get(name, ()))]
        made.append(_function(writer, name, own, type_))
    return [made[d * len(defaults) : (d + 1) * len(defaults)] for d in range(directions)]


def _function(writer: Writer, name: str, own: list[np.float32], type_: str) -> str:
    x = "v"
    if (clip := writer.attribute("clip")) is not None:
        writer.use("bits")
        limit = number(np.float32(clip), "float32" if type_ == "float32" else "float64")  # type: ignore[arg-type]
        x = f"detail::within(v, -{limit}, {limit})"
    if name in ("ThresholdedRelu", "Affine", "ScaledTanh"):
        return _in_double(writer, name, own, x, type_)
    return formula_of(writer, name, type_, *own)(f"({x})" if x != "v" else x)


def _in_double(writer: Writer, name: str, own: list[np.float32], x: str, type_: str) -> str:
    """What the engine has no kernel of: float64, rounded once."""
    a, b = (number(each, "float64") for each in (*own, np.float32(0))[:2])
    x = f"static_cast<double>({x})"
    if name == "ScaledTanh":
        writer.use("double_hyperbolic")
    text = {"ThresholdedRelu": f"({x} < {a} ? 0 : {x})", "Affine": f"({a} * {x} + {b})",
            "ScaledTanh": f"({a} * detail::tanh({b} * {x}))"}[name]  # fmt: skip
    return f"static_cast<{CPP[type_]}>{text}"


def _usual(writer: Writer, node: Node) -> list[str]:
    return [formula_of(writer, name, "float32")("v") for name in DEFAULTS[node.operator]]


OPERATORS: dict[str, Callable[[Writer, Node], None]] = dict.fromkeys(DEFAULTS, _recurrent)
