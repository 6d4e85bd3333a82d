"""Which open length is that of the entries: the module is asked, which gives an entry its numbers in any company."""

from __future__ import annotations

from typing import Any

from ...errors import UnsupportedError
from .calls import Call, outputs_of
from .lengths import ENTRY, Lengths, sequence_name, stretched

Shapes = list[list["str | int"]]

#: A difference of this part of an output's scale is no rounding.
APART = 1e-4


def with_entries(module: Any, call: Call, lengths: Lengths, given: Shapes, made: Shapes, where: str) -> Shapes:
    """All shapes, with ENTRY for the first length that all inputs and outputs have and along which nothing mixes.

    Where there is none, a length called ENTRY gets another name: the graph knows one entry.
    """
    shared = [axis for axis in given[0] if isinstance(axis, str) and axis != "?"
              and all(axis in shape for shape in (*given, *made))]  # fmt: skip
    entry = next((axis for axis in shared if not mixes(module, call, lengths, axis, given, made, where)), None)
    others = {str(axis) for shape in (*given, *made) for axis in shape}
    before, after = (entry, ENTRY) if entry is not None else (ENTRY, sequence_name(call.names[0], others))
    return [[after if axis == before else axis for axis in shape] for shape in (*given, *made)]


def check_repeatable(module: Any, call: Call, where: str) -> None:
    """Refuses a module that gives other numbers for the same inputs the second time."""
    args, kwargs = call.arguments(call.tensors)
    once, again = (outputs_of(module(*args, **kwargs), where) for _ in range(2))
    for name, a, b in zip(once[0], once[1], again[1], strict=True):
        if a.shape != b.shape or _apart(a, b) > 0:
            raise UnsupportedError(f"{where}: output '{name}' is another one each time: forward draws random numbers, "
                                   "or keeps something from call to call (functional.dropout needs "
                                   "training=self.training)")


def mixes(module: Any, call: Call, lengths: Lengths, axis: str, given: Shapes, made: Shapes, where: str) -> bool:
    """Whether an element along an open length gets other numbers in company than alone."""
    import torch

    longer = stretched(lengths, dict(zip(call.names, call.tensors, strict=True)))
    places = [shape.index(axis) for shape in given]
    tensors = [_varied(tensor, at) for tensor, at in zip(longer.values(), places, strict=True)]
    try:
        together = _outputs(module, call, tensors, where)
        for i in range(2):
            index = torch.tensor([i])
            alone = _outputs(module, call, [t.index_select(at, index.to(t.device))
                                            for t, at in zip(tensors, places, strict=True)], where)
            for shape, whole, one in zip(made, together, alone, strict=True):
                at = shape.index(axis)
                if _apart(whole.index_select(at, index.to(whole.device)), one) > APART * _scale(whole):
                    return True
    except Exception:  # a module that cannot do with one element cannot be asked
        return False
    return False


def _outputs(module: Any, call: Call, tensors: Any, where: str) -> list[Any]:
    args, kwargs = call.arguments(tensors)
    return outputs_of(module(*args, **kwargs), where)[1]


def _varied(tensor: Any, at: int) -> Any:
    """Numbers that differ from entry to entry, though the example may hold but one."""
    import torch

    if not tensor.dtype.is_floating_point:
        return tensor
    shape = [-1 if i == at else 1 for i in range(tensor.dim())]
    factor = 1 + torch.arange(tensor.shape[at], dtype=tensor.dtype, device=tensor.device) / 4
    return tensor * factor.reshape(shape)


def _scale(tensor: Any) -> float:
    finite = tensor[tensor.isfinite()].abs().double()
    return float(finite.max()) if finite.numel() else 1.0


def _apart(a: Any, b: Any) -> float:
    if a.shape != b.shape:
        return float("inf")
    a, b = a.double(), b.double()
    difference = (a - b).abs()[~((a == b) | (a.isnan() & b.isnan()))]
    return float(difference.nan_to_num(nan=float("inf")).max()) if difference.numel() else 0.0
