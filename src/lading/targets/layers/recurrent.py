"""LSTM, GRU and RNN gate by gate: the inverse of ``sources.layers.recurrent``."""

from __future__ import annotations

import numpy as np

from ...sources.layers.recurrent import GATES, USUAL, Cell
from .activations import gate_functions
from .operands import Operands

__all__ = ["cells_of", "summed_bias"]


def cells_of(r: Operands) -> list[Cell]:
    """The directions of a recurrent node. Raises UnsupportedError for what no format of layers has."""
    _refuse(r)
    kind, w, state = r.node.operator, r.need(1), r.need(2)
    b = r.need(3) if r.has(3) else np.zeros((len(w), 2 * w.shape[1]))
    count = len(USUAL[kind])
    functions = gate_functions(r, USUAL[kind] * len(w))
    found = []
    for at in range(len(w)):
        chosen = functions[at * count : (at + 1) * count]
        if chosen[1:] and any(each != chosen[1] for each in chosen[1:]):
            raise r.refuse(f"has two activations for its state; {r.format} has one")
        bias, of_state = np.split(b[at], 2)
        found.append(Cell(kind, _by_gate(kind, w[at]), _by_gate(kind, state[at]), _by_gate(kind, bias),
                          _by_gate(kind, of_state), chosen[-1], chosen[0],
                          bool(r.get("linear_before_reset", 0))))  # fmt: skip
    return found


def summed_bias(cell: Cell) -> dict[str, np.ndarray]:
    """What is added in each gate, where nothing comes between its two parts."""
    return {gate: cell.bias[gate] + cell.recurrent_bias[gate] for gate in cell.kernel}


def _by_gate(kind: str, array: np.ndarray) -> dict[str, np.ndarray]:
    gates = GATES[kind]
    return dict(zip(gates, np.split(array, len(gates)), strict=True))


def _refuse(r: Operands) -> None:
    if any(r.has(at) for at in range(4, 8)):
        raise r.refuse(f"has lengths, an initial state or peepholes, which {r.format} does not have")
    if r.get("input_forget", 0) or "clip" in r.node.attributes:
        raise r.refuse(f"has input_forget or clip, which {r.format} does not have")
    if r.gives(2):
        raise r.refuse(f"gives its cell state, which {r.format} does not")

