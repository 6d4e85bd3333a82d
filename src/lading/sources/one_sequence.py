"""A tensor has one sequence axis at most (docs/format.md): numbers for each pair of elements need a fixed length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..endpoints import Input
from ..errors import UnsupportedError
from .naming import endpoints

if TYPE_CHECKING:
    from ..model import Model


def check_one_sequence(model: Model) -> None:
    """Refuses a tensor with several sequence axes, or the same one twice. Raises UnsupportedError."""
    for each in endpoints(model):
        open_ = [axis for axis in each.axes if axis in model.axes and model.axes[str(axis)].kind == "sequence"]
        if len(open_) < 2:
            continue
        kind = "input" if isinstance(each, Input) else "output"
        pair = f"pair of '{open_[0]}'" if len(set(open_)) == 1 else "pair of " + " and ".join(f"'{a}'" for a in open_)
        shape = ", ".join(map(str, each.axes))
        raise UnsupportedError(
            f"{model.where}: {kind} '{each.name}' is [{shape}]: numbers for each {pair}, and a tensor has one open "
            "length at most besides the entries. Give the length a number (PyTorch and JAX: in axes; Keras: in Input; "
            "ONNX: in the shapes of the export, or in the axes of papers) and pad what is shorter, or reduce one of "
            "the two axes in the network (a sum, a maximum)")
