"""A module as a function of a flat list of tensors, in inference mode while it is in use."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from ...errors import UnsupportedError
from .calls import Call, outputs_of

#: What stands before the names of a module's parameters in one that was made flat.
PREFIX = "module"


def flat(module: Any, call: Call, where: str) -> Any:
    """A module that takes the tensors of a call one by one, and gives those of its outputs."""
    import torch

    class Flat(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, *tensors: Any) -> Any:
            args, kwargs = call.arguments(tensors)
            seen = {id(tensor) for tensor in tensors}
            results = []
            for tensor in outputs_of(self.module(*args, **kwargs), where)[1]:  # each a tensor of its own
                results.append(tensor.clone() if id(tensor) in seen else tensor)
                seen.add(id(tensor))
            return tuple(results)

    return Flat()


def unwrapped(module: Any) -> Any:
    """The module inside what ``torch.compile`` or ``DataParallel`` made of it."""
    while True:
        inner = getattr(module, "_orig_mod", None)
        if inner is None and type(module).__name__ in ("DataParallel", "DistributedDataParallel"):
            inner = module.module
        if inner is None:
            return module
        module = inner


@contextlib.contextmanager
def inference(module: Any) -> Iterator[None]:
    """Puts a module and all in it into ``eval()`` without gradients, and back as it was."""
    import torch

    training = [each for each in module.modules() if each.training]
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # whose operators only PyTorch has
    with contextlib.suppress(NotImplementedError):  # of exported programs, which are what they are
        module.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        for each in training:
            each.training = True


def channels_of(module: Any) -> set[int]:
    """How many channels the convolutions and normalisations of a module take."""
    found = [getattr(part, name, None) for part in module.modules() for name in ("in_channels", "num_features")]
    return {number for number in found if isinstance(number, int)}


def check_module(module: Any, where: str) -> None:
    """Refuses quantised modules and complex parameters, by name."""
    for name, part in module.named_modules():
        kind = type(part)
        if ".quantized" in kind.__module__ or (kind.__name__ == "RecursiveScriptModule" and _is_quantized(part)):
            raise UnsupportedError(f"{where}: its layer '{name}' ({kind.__name__}) is quantised; lading computes with "
                                   "real numbers: convert the module from before it was quantised")
    for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
        if type(tensor).__name__ in ("UninitializedParameter", "UninitializedBuffer"):
            continue  # of a lazy module, which the first call sets up
        if tensor.is_complex() or tensor.is_quantized:
            what = "quantised" if tensor.is_quantized else f"of complex numbers ({tensor.dtype})"
            raise UnsupportedError(f"{where}: its parameter '{name}' is {what}; lading has dense real numbers")
        if tensor.dtype.itemsize == 2 and tensor.is_floating_point():
            raise UnsupportedError(f"{where}: its parameter '{name}' is {str(tensor.dtype).removeprefix('torch.')}; "
                                   "layers compute in float32 or float64: convert module.float()")


def _is_quantized(part: Any) -> bool:
    return ".quantized." in str(getattr(part, "_c", "")) or "PackedParams" in str(getattr(part, "original_name", ""))
