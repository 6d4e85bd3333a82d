"""TorchScript, which torch.export does not take.

PyTorch's older exporter to ONNX writes it with readable names; what that cannot do (attention, where it was traced) is
turned into a program first.
"""

from __future__ import annotations

import ctypes
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..traced.lengths import Lengths, moved, stretched
from .calls import Call
from .exporting import export, outputs_of_example, quiet
from .failures import failed_to_write
from .flat import inference

#: The newest opset that the older exporter knows well.
OPSET = 17


def is_script(module: Any) -> bool:
    """Whether a module is TorchScript."""
    return hasattr(module, "_c") and "ScriptModule" in " ".join(base.__name__ for base in type(module).__mro__)


def export_script(module: Any, call: Call, lengths: Lengths, told: set[str], where: str) -> tuple[bytes, bool]:
    """The bytes of an ONNX file for a scripted or traced module; its first axis may be one of entries.

    Raises UnsupportedError.
    """
    with inference(module), quiet(), _silent():
        outputs = outputs_of_example(module, call, where)
        lengths = _that_run(module, call, lengths, told)
        args, _ = call.arguments(call.like(stretched(lengths, call.arrays).values()))
        try:
            return _written(module, args, call.names, outputs, lengths), True
        except Exception as error:  # whatever an exporter may raise
            program = _program(module, args)
            if program is None:
                raise failed_to_write(error, where) from error
    return export(program.module(), call, lengths, told, where)


def _that_run(module: Any, call: Call, lengths: Lengths, told: set[str]) -> Lengths:
    """Guessed lengths with which the module runs: behind the channels, where it takes these first."""
    free = {name: {1} for name in lengths if name not in told}
    other = None if _runs(module, call, lengths) else moved(lengths, free, call.arrays, _channels(module))
    return other if other is not None and _runs(module, call, other) else lengths


def _runs(module: Any, call: Call, lengths: Lengths) -> bool:
    """Whether a module runs with other lengths than those of the example."""
    args, kwargs = call.arguments(call.like(stretched(lengths, call.arrays, more=1).values()))
    try:
        module(*args, **kwargs)
    except Exception:  # whatever a module may raise
        return False
    return True


def _channels(module: Any) -> set[int]:
    """How many channels a module takes somewhere: TorchScript keeps only the shapes of its numbers."""
    of_norms = {tensor.shape[0] for name, tensor in module.named_buffers() if name.endswith("running_mean")}
    return of_norms | {tensor.shape[1] for _, tensor in module.named_parameters() if tensor.dim() > 2}


def _written(module: Any, args: Any, inputs: list[str], outputs: list[str], lengths: Lengths) -> bytes:
    import torch

    file = io.BytesIO()
    open_ = {name: {i: axis for i, axis in enumerate(axes) if axis} for name, axes in lengths.items()}
    torch.onnx.export(module, args, file, dynamo=False, opset_version=OPSET, input_names=inputs,
                      output_names=outputs, dynamic_axes=open_)
    return file.getvalue()


def _program(module: Any, args: Any) -> Any:
    """The program of a module that was traced; None if PyTorch cannot tell it."""
    try:
        from torch._export.converter import TS2EPConverter

        return TS2EPConverter(module, args).convert()
    except Exception:  # of a part of PyTorch that comes and goes
        return None


@contextmanager
def _silent() -> Iterator[None]:
    """Without what PyTorch's C++ prints: the whole graph, where it cannot write it."""
    _flush()
    kept = [(number, os.dup(number)) for number in (1, 2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for number, _ in kept:
            os.dup2(nowhere, number)
        yield
    finally:
        _flush()
        for number, copy in kept:
            os.dup2(copy, number)
            os.close(copy)
        os.close(nowhere)


def _flush() -> None:
    """Nothing stays in a buffer that would come out elsewhere: of Python, or of the C library."""
    sys.stdout.flush()
    sys.stderr.flush()
    ctypes.CDLL(None).fflush(None)
