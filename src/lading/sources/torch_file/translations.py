"""Rules for torch.onnx where it has none, or one that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .projecting import lstm, projects, stacked
from .scattering import averages, check_distances, distances, scattered


def translations(program: Any, where: str) -> dict[Any, Callable[..., Any]]:
    """The rules that a program needs. Raises UnsupportedError for what no operator does.

    Elman's layer is the ONNX operator RNN; a squeeze of an axis longer than 1 does nothing; distances are written out;
    LSTM layers that project and means of what is scattered have rules only where there are some, for all such layers.
    """
    import torch

    aten = torch.ops.aten
    check_distances(program, where)
    rules: dict[Any, Callable[..., Any]] = {
        aten.rnn_tanh.input: _rnn("Tanh"), aten.rnn_relu.input: _rnn("Relu"), aten.squeeze.dim: _squeeze,
        aten._cdist_forward.default: distances,
    }  # fmt: skip
    if projects(program, where):
        rules[aten.lstm.input] = lstm
    if averages(program):
        rules[aten.scatter_reduce.two] = scattered
    return rules


def _squeeze(given: Any, dim: int) -> Any:
    from onnxscript import opset18 as op

    if given.shape is None or not len(given.shape) or given.shape[dim] != 1:
        return op.Identity(given)
    return op.Squeeze(given, [dim])


def _rnn(activation: str) -> Callable[..., Any]:
    """A rule of ``torch.onnx``: one ONNX RNN for each layer, weights of its directions stacked."""

    def rule(given: Any, hidden: Any, params: Any, has_biases: bool, num_layers: int, dropout: float, train: bool,
             bidirectional: bool, batch_first: bool) -> Any:
        from onnxscript import opset18 as op

        directions, parts = (2 if bidirectional else 1), (4 if has_biases else 2)
        value = op.Transpose(given, perm=[1, 0, 2]) if batch_first else given
        last = []
        for layer in range(num_layers):
            own = [params[(layer * directions + i) * parts : (layer * directions + i + 1) * parts]
                   for i in range(directions)]
            weights = [stacked(op, [each[i] for each in own]) for i in (0, 1)]
            bias = stacked(op, [op.Concat(each[2], each[3], axis=0) for each in own]) if has_biases else None
            state = op.Slice(hidden, [layer * directions], [(layer + 1) * directions], [0])
            every, end = op.RNN(value, *weights, bias, None, state, activations=[activation] * directions,
                                direction="bidirectional" if bidirectional else "forward",
                                hidden_size=hidden.shape[-1])
            value = op.Reshape(op.Transpose(every, perm=[0, 2, 1, 3]), op.Constant(value_ints=[0, 0, -1]))
            last.append(end)
        result = op.Transpose(value, perm=[1, 0, 2]) if batch_first else value
        return result, op.Concat(*last, axis=0) if num_layers > 1 else last[0]

    return rule
