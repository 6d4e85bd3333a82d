"""LSTM layers that project their state (``proj_size``), which the ONNX operator LSTM does not know.

h_t = P m_t with m_t = o_t * tanh(c_t) (Sak et al., Long short-term memory based recurrent neural network
architectures, 2014), so what goes back into the gates is W_h h = (W_h P) m: an LSTM without projection, whose state is
m and whose recurrent weights are W_h P; its results are projected behind it. That holds from the first step on if the
state begins with zeros, and is refused if it does not.
"""

from __future__ import annotations

from typing import Any

from ...errors import UnsupportedError

#: Operators that give zeros, and those that do if they are given zero.
_ZEROS, _FULL = ("zeros", "zeros_like", "new_zeros"), ("full", "new_full", "full_like")
_MOVED = ("expand", "reshape", "view", "clone", "alias", "contiguous", "unsqueeze", "repeat", "to", "_to_copy")

#: The gates as PyTorch orders them (input, forget, cell, output), in ONNX's order: input, output, forget, cell.
_ORDER = (0, 3, 1, 2)


def projects(program: Any, where: str) -> bool:
    """Whether an LSTM of a program projects its state. Raises UnsupportedError if that does not begin with zeros."""
    import torch

    found = False
    for node in program.graph.nodes:
        if node.target is not torch.ops.aten.lstm.input:
            continue
        hidden, cell = node.args[1]
        if hidden.meta["val"].shape[-1] != cell.meta["val"].shape[-1]:
            found = True
            if not _is_zero(hidden):
                raise UnsupportedError(
                    f"{where}: the LSTM {_module_of(node)} has a projection (proj_size) and a first state that is "
                    "given to it: no operator of ONNX does that. Leave the first state out (zeros), or train without "
                    "proj_size and put a Linear behind the layer")
    return found


def _is_zero(node: Any) -> bool:
    """Whether a value is zero whatever is fed."""
    name = getattr(node.target, "__name__", str(node.target)).partition(".")[0]
    if name in _FULL:
        return bool(node.args[-1 if name != "full_like" else 1] == 0)
    return name in _ZEROS or (name in _MOVED and _is_zero(node.args[0]))


def _module_of(node: Any) -> str:
    """The name of the layer within its module."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    name = str(stack[-1][0]).rpartition(".")[2] if stack else ""
    return f"'{name}'" if name else "layer"


def lstm(given: Any, states: Any, params: Any, has_biases: bool, num_layers: int, dropout: float, train: bool,
         bidirectional: bool, batch_first: bool) -> Any:
    """A rule of ``torch.onnx`` for every LSTM of a program of which one projects: ONNX LSTMs, projected behind."""
    from onnxscript import opset18 as op

    hidden, cell = states
    directions, projected = (2 if bidirectional else 1), hidden.shape[-1] != cell.shape[-1]
    parts = 2 + 2 * has_biases + projected
    value = op.Transpose(given, perm=[1, 0, 2]) if batch_first else given
    ends: list[list[Any]] = [[], []]
    for layer in range(num_layers):
        at = layer * directions
        own = [params[(at + i) * parts : (at + i + 1) * parts] for i in range(directions)]
        first = [op.Slice(state, [at], [at + directions], [0]) for state in states]
        value, last = _layer(op, value, own, first, projected, int(cell.shape[-1]))
        for kept, end in zip(ends, last, strict=True):
            kept.append(end)
    result = op.Transpose(value, perm=[1, 0, 2]) if batch_first else value
    return result, *(op.Concat(*each, axis=0) if num_layers > 1 else each[0] for each in ends)


def _layer(op: Any, value: Any, own: list[Any], first: list[Any], projected: bool, size: int) -> tuple[Any, list[Any]]:
    """One layer: its results (length, entries, directions * width), and the last state and cell."""
    projections = [each[-1] for each in own] if projected else []
    recurrent = [op.MatMul(each[1], each[-1]) if projected else each[1] for each in own]
    weights = [stacked(op, [_in_order(op, each[0]) for each in own]),
               stacked(op, [_in_order(op, each) for each in recurrent])]  # fmt: skip
    biases = [each[2:4] for each in own if len(each) - projected == 4]
    bias = stacked(op, [op.Concat(*(_in_order(op, each) for each in pair), axis=0) for pair in biases]) \
        if biases else None  # fmt: skip
    every, hidden, cell = op.LSTM(value, *weights, bias, None, None if projected else first[0], first[1],
                                  direction="bidirectional" if len(own) > 1 else "forward", hidden_size=size)
    if projected:  # (directions, 1, cells, width), for (length, directions, entries, cells)
        turned = stacked(op, [op.Transpose(each, perm=[1, 0]) for each in projections])
        every, hidden = op.MatMul(every, op.Unsqueeze(turned, [0])), op.MatMul(hidden, turned)
    return op.Reshape(op.Transpose(every, perm=[0, 2, 1, 3]), op.Constant(value_ints=[0, 0, -1])), [hidden, cell]


def _in_order(op: Any, gates: Any) -> Any:
    """Weights or biases with the gates, along the first axis, in ONNX's order."""
    parts = op.Split(gates, axis=0, num_outputs=4)
    return op.Concat(*(parts[i] for i in _ORDER), axis=0)


def stacked(op: Any, arrays: list[Any]) -> Any:
    """One array for each direction, along a new first axis."""
    rows = [op.Unsqueeze(array, [0]) for array in arrays]
    return op.Concat(*rows, axis=0) if len(rows) > 1 else rows[0]
