"""LSTM, GRU and simple recurrent layers from the arrays of their gates, as ONNX's LSTM, GRU and RNN.

    LSTM   i, o, f = inner(...), g = act(...);  c <- f c + i g;   h <- o act(c)
    GRU    z, r = inner(...);  n = act(W x + b + U (r h)), or act(W x + b + r (U h + b_U)) where "reset after";
           h <- z h + (1 - z) n
    RNN    h <- act(W x + b + U h)

with W x + b + U h in all gates that say "...". States begin with zeros.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..wiring import Wiring
from .activations import Activation, gate_function

__all__ = ["GATES", "Cell", "recurrent"]

#: The gates of each kind, in the order of ONNX.
GATES = {"LSTM": "iofc", "GRU": "zrh", "RNN": "h"}

#: The activations that ONNX takes where none are given.
USUAL = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}

TANH, SIGMOID = Activation("tanh"), Activation("sigmoid")


@dataclass
class Cell:
    """One direction of a layer. Arrays by the letter of the gate (``GATES``).

    ``kernel``: (units, inputs). ``recurrent``: (units, units). ``bias``: (units), absent: zeros.
    ``recurrent_bias``: (units), what is added to ``recurrent`` times the state; absent: zeros.
    ``inner`` is the activation of the gates, ``activation`` that of the state.
    """

    kind: str
    kernel: Mapping[str, np.ndarray]
    recurrent: Mapping[str, np.ndarray]
    bias: Mapping[str, np.ndarray] = field(default_factory=dict)
    recurrent_bias: Mapping[str, np.ndarray] = field(default_factory=dict)
    activation: Activation = TANH
    inner: Activation = SIGMOID
    reset_after: bool = False  # GRU only

    @property
    def units(self) -> int:
        return len(self.kernel[GATES[self.kind][0]])

    def functions(self) -> list[Activation]:
        """The activations in ONNX's order."""
        return {"LSTM": [self.inner, self.activation, self.activation], "GRU": [self.inner, self.activation],
                "RNN": [self.activation]}[self.kind]  # fmt: skip


def recurrent(
    wiring: Wiring,
    x: str,
    cells: Sequence[Cell],
    name: str,
    type_: str = "float32",
    backwards: bool = False,
    lengths: str = "",
    initial: Sequence[str] = (),
) -> tuple[str, str]:
    """The nodes of a layer on ``x`` (steps, entries, inputs): what it gives for all steps, and at the last one.

    The former is (steps, directions, entries, units), the latter (directions, entries, units). Two cells are two
    directions, the second runs backwards; one runs so with ``backwards``, whose "last" step is the first. ``lengths``:
    int32 (entries), how many steps count; ``initial``: names of initial states (directions, entries, units).
    Weights are called ``name``.w, .r and .b. Raises UnsupportedError for an activation that cannot be had here.
    """
    kind = cells[0].kind
    operands = [x, *(wiring.weight(f"{name}.{letter}", np.ascontiguousarray(array, type_))
                     for letter, array in zip("wrb", _stacked(cells), strict=True))]  # fmt: skip
    operands += [lengths, *initial]
    while not operands[-1]:
        operands.pop()
    whole = wiring.add(kind, *operands, gives=wiring.name(name), **_attributes(cells, backwards))
    last = wiring.name(f"{name}_last")
    wiring.nodes[-1].outputs = [whole, last]
    return whole, last


def _stacked(cells: Sequence[Cell]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """W, R and B of ONNX: gates one after the other, directions in front."""
    gates = GATES[cells[0].kind]
    zeros = np.zeros(cells[0].units)
    w = np.stack([np.concatenate([cell.kernel[gate] for gate in gates]) for cell in cells])
    r = np.stack([np.concatenate([cell.recurrent[gate] for gate in gates]) for cell in cells])
    b = np.stack([np.concatenate([biases.get(gate, zeros) for biases in (cell.bias, cell.recurrent_bias)
                                  for gate in gates]) for cell in cells])  # fmt: skip
    return w, r, b


def _attributes(cells: Sequence[Cell], backwards: bool) -> dict[str, Any]:
    """Activations are left out where they are ONNX's own."""
    attributes: dict[str, Any] = {"hidden_size": cells[0].units}
    if len(cells) == 2 or backwards:
        attributes["direction"] = "bidirectional" if len(cells) == 2 else "reverse"
    if cells[0].kind == "GRU" and cells[0].reset_after:
        attributes["linear_before_reset"] = 1
    written = [gate_function(function) for cell in cells for function in cell.functions()]
    names = [name for name, _, _ in written]
    if names != USUAL[cells[0].kind] * len(cells):
        attributes["activations"] = names
    if alphas := [each for _, alpha, _ in written for each in alpha]:
        attributes["activation_alpha"] = alphas
    if betas := [each for _, _, beta in written for each in beta]:
        attributes["activation_beta"] = betas
    return attributes
