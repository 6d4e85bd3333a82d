"""From a module to the bytes of an ONNX file: traced by torch.export, written by torch.onnx."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from ...errors import UnsupportedError
from ..traced.entries import check_repeatable, with_entries
from ..traced.lengths import ENTRY, Lengths, stretched
from .calls import Call, outputs_of
from .failures import failed_to_run
from .flat import inference
from .tracing import check_told, named_shapes, open_lengths, traced
from .writing import written


def export(module: Any, call: Call, lengths: Lengths, told: set[str], where: str) -> tuple[bytes, bool]:
    """The bytes of an ONNX file for a module that is open along ``lengths``, and whether it has an axis of entries.

    The lengths of inputs in ``told`` must stay open. Raises UnsupportedError, naming the author's line where one is
    to blame.
    """
    with inference(module), quiet():
        outputs = outputs_of_example(module, call, where)
        check_repeatable(call.runner(module, where), call.arrays, outputs, where)
        lengths = _without_entries_of_one(module, call, lengths, told, where)
        program, lengths = traced(module, call, lengths, told, where)
        return _written(program, module, call, outputs, lengths, told, where)


def export_program(program: Any, module: Any, call: Call, lengths: Lengths, told: set[str], where: str
                   ) -> tuple[bytes, bool]:
    """As ``export``, for a module that torch.export has traced before: its program says which lengths are open."""
    with inference(module), quiet():
        outputs = outputs_of_example(module, call, where)
        check_repeatable(call.runner(module, where), call.arrays, outputs, where)
        open_ = open_lengths(program, lengths)
        check_told(lengths, {name: {i for i, axis in enumerate(lengths[name]) if axis and not open_[name][i]}
                             for name in told}, where)  # fmt: skip
        return _written(program, module, call, outputs, open_, told, where)


def outputs_of_example(module: Any, call: Call, where: str) -> list[str]:
    """The names of a module's outputs: none is that of an input."""
    names = _run(module, call, call.tensors, where, f"the example{call.note}")
    return [f"{name}_output" if name in call.names else name for name in names]


def _written(program: Any, module: Any, call: Call, outputs: list[str], lengths: Lengths, told: set[str], where: str
             ) -> tuple[bytes, bool]:
    given, made = named_shapes(program, lengths, told, where)
    shapes = with_entries(call.runner(module, where), call.arrays, lengths, given, made)
    return written(program, call.names, outputs, shapes, where), any(ENTRY in shape for shape in shapes)


def _run(module: Any, call: Call, tensors: Any, where: str, what: str) -> list[str]:
    args, kwargs = call.arguments(tensors)
    try:
        return outputs_of(module(*args, **kwargs), where)[0]
    except Exception as error:  # whatever a module may raise
        raise failed_to_run(error, where, what) from error


def _without_entries_of_one(module: Any, call: Call, lengths: Lengths, told: set[str], where: str) -> Lengths:
    """The lengths without that of the entries, if the example has one entry and the module runs with one only."""
    longer = stretched(lengths, call.arrays)
    try:
        _run(module, call, call.like(longer.values()), where, _said(longer))
    except UnsupportedError:
        if told or not all(tensor.shape[:1] == (1,) for tensor in call.tensors):
            raise
        return {name: [None if axis == ENTRY else axis for axis in axes] for name, axes in lengths.items()}
    return lengths


def _said(tensors: Mapping[str, Any]) -> str:
    return "the example made longer, " + ", ".join(f"{name} {list(t.shape)}" for name, t in tensors.items())


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings and the progress of PyTorch; what fails is said in one sentence."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), \
                contextlib.redirect_stderr(io.StringIO()):  # fmt: skip
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
