"""Recurrent layers for the tracer: their lengths stay open.

PyTorch's tracer finds the shapes of a recurrent layer by unrolling it, which writes the length of the example into
the graph. The shapes need no unrolling: they follow from the layer's input and its state.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

_LAYERS = ("lstm", "gru", "rnn_tanh", "rnn_relu")


@contextlib.contextmanager
def by_shape_only() -> Iterator[None]:
    """While this lasts, shapes of recurrent layers are told without running them."""
    import torch

    operators = [getattr(torch.ops.aten, name).input for name in _LAYERS]
    if not all(hasattr(operator, "py_kernels") and hasattr(operator, "_dispatch_cache") for operator in operators):
        yield  # another PyTorch: lengths of recurrent layers are those of the example, and refused as such
        return
    from torch._decomp import decomposition_table as unrolled  # torch.onnx keeps these layers, and asks this for shapes

    before = [(dict(operator.py_kernels), unrolled.get(operator)) for operator in operators]
    for operator, (kernels, rule) in zip(operators, before, strict=True):
        shape = _lstm if operator is operators[0] else _simple
        _replace(operator, dict.fromkeys(kernels, shape))
        if rule is not None:
            unrolled[operator] = shape
    try:
        yield
    finally:
        for operator, (kernels, rule) in zip(operators, before, strict=True):
            _replace(operator, kernels)
            if rule is not None:
                unrolled[operator] = rule


def _replace(operator: Any, kernels: dict[Any, Any]) -> None:
    operator.py_kernels.clear()
    operator.py_kernels.update(kernels)
    operator._dispatch_cache.clear()


def _lstm(given: Any, states: Any, *settings: Any) -> Any:
    hidden, cell = states
    return _sequence(given, hidden, settings), hidden.new_empty(hidden.shape), cell.new_empty(cell.shape)


def _simple(given: Any, hidden: Any, *settings: Any) -> Any:
    return _sequence(given, hidden, settings), hidden.new_empty(hidden.shape)


def _sequence(given: Any, hidden: Any, settings: tuple[Any, ...]) -> Any:
    """``settings``: parameters, has_biases, layers, dropout, training, bidirectional, batch_first."""
    return given.new_empty((*given.shape[:-1], hidden.shape[-1] * (2 if settings[5] else 1)))
