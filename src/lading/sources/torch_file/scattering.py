"""What is scattered and averaged, and distances of all pairs: for one torch.onnx has a wrong rule, for one none."""

from __future__ import annotations

from typing import Any

from ...errors import UnsupportedError

#: The modes of ``scatter_reduce`` as ONNX calls them.
_MODES = {"sum": "add", "prod": "mul", "amax": "max", "amin": "min"}

#: The norm of ``cdist`` and the operator that sums it up.
_NORMS = {1.0: "ReduceL1", 2.0: "ReduceL2"}


def averages(program: Any) -> bool:
    """Whether a ``scatter_reduce`` of a program takes means, which torch.onnx writes as the last value."""
    import torch

    return any(node.target is torch.ops.aten.scatter_reduce.two and node.args[4] == "mean"
               for node in program.graph.nodes)  # fmt: skip


def scattered(given: Any, dim: int, index: Any, src: Any, reduce: str, include_self: bool = True) -> Any:
    """A rule of ``torch.onnx`` for every ``scatter_reduce``, with the number that stood at a place or without it."""
    from onnxscript import opset18 as op

    nothing, one = (op.CastLike(op.Constant(value_float=x), src) for x in (0.0, 1.0))
    places = op.Expand(one, op.Shape(src))
    if include_self:
        base, count = given, op.Expand(one, op.Shape(given))
    else:
        count = op.Expand(nothing, op.Shape(given))
        touched = op.Greater(op.ScatterElements(count, index, places, axis=dim, reduction="add"), nothing)
        base = op.Where(touched, _start(op, reduce, src), given)
    result = op.ScatterElements(base, index, src, axis=dim, reduction=_MODES.get(reduce, "add"))
    if reduce != "mean":
        return result
    count = op.ScatterElements(count, index, places, axis=dim, reduction="add")
    return op.Div(result, count if include_self else op.Max(count, one))


def _start(op: Any, reduce: str, like: Any) -> Any:
    """The number that changes no result of this kind."""
    number = {"prod": 1.0, "amax": float("-inf"), "amin": float("inf")}.get(reduce, 0.0)
    return op.CastLike(op.Constant(value_float=number), like)


def check_distances(program: Any, where: str) -> None:
    """Raises UnsupportedError for a ``cdist`` of another norm than 1 or 2."""
    import torch

    aten = torch.ops.aten
    for node in program.graph.nodes:
        if node.target in (aten.cdist.default, aten._cdist_forward.default):
            p = node.args[2] if len(node.args) > 2 else node.kwargs.get("p", 2.0)
            if p not in _NORMS:
                raise UnsupportedError(f"{where}: torch.cdist with p={p}: written are 1 and 2; write it with other "
                                       "functions (a difference, a power, a sum)")


def distances(x1: Any, x2: Any, p: float, compute_mode: Any = None) -> Any:
    """A rule of ``torch.onnx`` for ``torch.cdist``: (..., m, n) distances between (..., m, k) and (..., n, k)."""
    from onnxscript import opset18 as op

    apart = op.Sub(op.Unsqueeze(x1, [-2]), op.Unsqueeze(x2, [-3]))
    return getattr(op, _NORMS[p])(apart, [-1], keepdims=0)
