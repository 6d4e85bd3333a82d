"""From a module to a program of torch.export that is open along all lengths that the module leaves open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...errors import UnsupportedError
from ..traced.entries import Shapes
from ..traced.lengths import ENTRY, Lengths, moved, sequence_name, stretched
from .calls import Call
from .failures import failed_to_trace
from .flat import channels_of, flat
from .recurrent import by_shape_only

_SYMBOL = re.compile(r"[su]\d+")


def traced(module: Any, call: Call, lengths: Lengths, told: set[str], where: str) -> tuple[Any, Lengths]:
    """The program, and the lengths that are open in it; those of inputs in ``told`` must be.

    Raises UnsupportedError, naming the author's line where one is to blame.
    """
    example = call.arrays
    program = _trace(module, call, lengths, where)
    fixed = _fixed(program, lengths)
    free = {name: at for name, at in fixed.items() if name not in told}
    if (other := moved(lengths, free, example, channels_of(module))) is not None:
        program, lengths = _trace(module, call, other, where), other
        fixed = _fixed(program, lengths)
    check_told(lengths, {name: at for name, at in fixed.items() if name in told}, where)
    open_ = {name: [None if i in fixed.get(name, ()) else axis for i, axis in enumerate(axes)]
             for name, axes in lengths.items()}  # fmt: skip
    if open_ != lengths:  # an expression of other lengths, or a batch that is fixed
        _check_entries(lengths, open_, example, where)
        program = _trace(module, call, open_, where)
    return program, open_


def open_lengths(program: Any, lengths: Lengths) -> Lengths:
    """The lengths that are open in a program that was traced elsewhere, by the names that they have in ``lengths``."""
    return {
        name: [None if isinstance(n, int) else axis or sequence_name(name, set())
               for n, axis in zip(shape, axes, strict=True)]
        for (name, axes), shape in zip(lengths.items(), shapes_of(program)[0], strict=True)
    }  # fmt: skip


def check_told(lengths: Lengths, fixed: Mapping[str, set[int]], where: str) -> None:
    """Refuses lengths that were declared open and are not."""
    for name, at in fixed.items():
        axes = [f"'{lengths[name][i]}'" for i in sorted(at)]
        if axes:
            raise UnsupportedError(
                f"{where}: input '{name}': forward works only for the example's length along {' and '.join(axes)}: the "
                "length is written into it (a loop over it, a reshape to a number, a parameter of this length); write "
                "a number in axes, or -1 in the reshape")


def shapes_of(program: Any) -> tuple[list[Any], list[Any]]:
    """The shapes of the inputs that are no parameters, and of the outputs; what is no tensor is left out."""
    values = {node.name: node.meta["val"] for node in program.graph.nodes if "val" in node.meta}

    def shapes(names: Any) -> list[Any]:
        return [values[name].shape for name in names if isinstance(name, str) and hasattr(values.get(name), "shape")]

    signature = program.graph_signature
    return shapes(signature.user_inputs), shapes(signature.user_outputs)


def named_shapes(program: Any, lengths: Lengths, told: set[str], where: str) -> tuple[Shapes, Shapes]:
    """The shapes of inputs and of outputs; an open length that no input has is "?"."""
    names = _names_of_symbols(program, lengths, told, where)

    def named(shapes: list[Any]) -> Shapes:
        return [[n if isinstance(n, int) else names.get(str(n), "?") for n in shape] for shape in shapes]

    given, made = shapes_of(program)
    return named(given), named(made)


def _names_of_symbols(program: Any, lengths: Lengths, told: set[str], where: str) -> dict[str, str]:
    """The names of open lengths by their symbols in the program.

    A guessed name belongs to one symbol: where the module does not need two lengths to be equal, they are two.
    """
    names: dict[str, str] = {}
    for (name, axes), shape in zip(lengths.items(), shapes_of(program)[0], strict=True):
        for axis, length in zip(axes, shape, strict=True):
            symbol = str(length)
            if axis is None:
                continue
            if symbol not in names:
                again = axis in names.values() and axis != ENTRY and name not in told
                names[symbol] = sequence_name(name, set(names.values())) if again else axis
            elif names[symbol] != axis and (name in told or ENTRY in (axis, names[symbol])):
                raise UnsupportedError(f"{where}: forward needs '{names[symbol]}' and '{axis}' to be equally long "
                                       f"(input '{name}'); give these axes one name")
    return names


def _trace(module: Any, call: Call, lengths: Lengths, where: str) -> Any:
    import torch

    tensors = call.like(stretched(lengths, call.arrays).values())
    open_ = tuple({i: torch.export.Dim.AUTO for i, axis in enumerate(axes) if axis} for axes in lengths.values())
    try:
        with by_shape_only():
            return torch.export.export(flat(module, call, where), tuple(tensors), dynamic_shapes=(open_,),
                                       strict=False)
    except Exception as error:  # whatever a tracer and a module may raise
        raise failed_to_trace(error, where) from error


def _fixed(program: Any, lengths: Lengths) -> dict[str, set[int]]:
    """By input, the axes that should be open and are not: of a number, or of an expression of other lengths."""
    found: dict[str, set[int]] = {}
    for (name, axes), shape in zip(lengths.items(), shapes_of(program)[0], strict=True):
        at = {i for i, axis in enumerate(axes) if axis and not _SYMBOL.fullmatch(str(shape[i]))}
        if at:
            found[name] = at
    return found


def _check_entries(lengths: Lengths, open_: Lengths, example: Mapping[str, Any], where: str) -> None:
    """Refuses a module that takes only as many entries as the example has, more than one."""
    for name, axes in lengths.items():
        if ENTRY in axes and ENTRY not in open_[name] and example[name].shape[axes.index(ENTRY)] > 1:
            raise UnsupportedError(
                f"{where}: forward works only for as many entries as the example has "
                f"({example[name].shape[axes.index(ENTRY)]}, in input '{name}'): the number is written into it (in a "
                "reshape, say, or by len(x), for which write x.shape[0]). If the first axis is none of entries, say in "
                "axes what it is")
