"""Which lengths of a function's inputs are open: declared by whoever converts it, else guessed; and examples that fit.

1. ``axes`` names the axes of an input one by one: a name is open, "variable" and numbers are fixed.
2. Else, where all inputs are equally long along their first axis, that is the entries.
3. The second axis of a tensor with three is a sequence (the third, if the module fixes the second). So is the second
   axis of a tensor with two that is as long, or that holds integers: a mask, an index.
4. Without entries in common (a graph: nodes, and edges between them) the first axis of each tensor is a sequence,
   and the second one of an array of integers.

What the module fixes is found when it is traced. Sequences are called after their input: those of "tracks" are "track".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...endpoints import RESERVED_AXES
from ...errors import UnknownName, ValueRefused, suggestion

#: What the axis of the entries is called until papers know better.
ENTRY = "batch"

#: By input, the name of each open length; None where a length is fixed.
Lengths = dict[str, "list[str | None]"]


def declared(axes: Mapping[str, Sequence[str | int]] | None, tensors: Mapping[str, np.ndarray], where: str) -> Lengths:
    """The open lengths of inputs whose axes are written down. Raises UnknownName or ValueRefused."""
    result: Lengths = {}
    for name, uses in (axes or {}).items():
        if name not in tensors:
            raise UnknownName(f"{where}: axes: no input '{name}' {suggestion(name, tensors)}")
        shape = list(tensors[name].shape)
        if isinstance(uses, str) or len(uses) != len(shape):
            raise ValueRefused(f"{where}: axes: input '{name}' has {len(shape)} axes in the example, {shape}; these "
                               f"are {uses!r}")
        for use, length in zip(uses, shape, strict=True):
            if isinstance(use, int) and use != length:
                raise ValueRefused(f"{where}: axes: an axis of input '{name}' is {use}, in the example {length}: "
                                   f"{shape}")
        result[name] = [use if isinstance(use, str) and use not in RESERVED_AXES else None for use in uses]
    _check_example(result, tensors, where)
    return result


def guessed(tensors: Mapping[str, np.ndarray], known: Lengths, variables: Mapping[str, int]) -> Lengths:
    """The open lengths of all inputs, those of ``known`` as they are. ``variables``: how many an input has."""
    result = dict(known)
    others = {name: tensor for name, tensor in tensors.items() if name not in known and tensor.ndim}
    leading = {tensor.shape[0] for tensor in tensors.values() if tensor.ndim}
    entry = _shared([*known.values()]) or ENTRY
    batched = len(leading) == 1 and (not known or all(axes[:1] == [entry] for axes in known.values()))
    sequences = _named_lengths(known, tensors, entry)
    for name, tensor in sorted(others.items(), key=lambda pair: -pair[1].ndim):
        axes: list[str | None] = [None] * tensor.ndim
        if batched:
            axes[0] = entry
        at = _sequence_at(tensor, batched, variables.get(name))
        if at is not None:
            axes[at] = _name_for(name, tensor.shape[at], sequences)
        result[name] = axes
    for name, tensor in others.items():  # masks and other numbers of each element
        place = 1 if batched else 0
        if tensor.ndim == place + 1 and tensor.shape[place] in sequences and variables.get(name) is None:
            result[name][place] = sequences[tensor.shape[place]]
    return {name: result.get(name, []) for name in tensors}


def moved(lengths: Lengths, fixed: Mapping[str, set[int]], tensors: Mapping[str, np.ndarray], channels: set[int]
          ) -> Lengths | None:
    """Guessed lengths after a module fixed some: a sequence moves from the second of three axes to the third.

    A module that takes ``channels`` first fixes the second axis to one of their numbers; other inputs with as many
    elements on their third follow. None if none of them moves.
    """
    three = [name for name, axes in lengths.items() if len(axes) == 3 and axes[0] and axes[1]]
    moving = [name for name in three if 1 in fixed.get(name, ()) and tensors[name].shape[1] in channels]
    elements = {tensors[name].shape[2] for name in moving}
    names: dict[int, str | None] = {}
    result = dict(lengths)
    for name in three:
        _, second, third = tensors[name].shape
        if third in elements and (name in moving or second not in elements):
            if third not in names:
                told = lengths[name][1]
                taken = {str(each) for each in names.values()}
                names[third] = told if told not in taken else sequence_name(name, taken)
            result[name] = [lengths[name][0], None, names[third]]
    return result if moving else None


def stretched(lengths: Lengths, arrays: Mapping[str, np.ndarray], more: int = 0) -> dict[str, np.ndarray]:
    """The example with at least two elements along every open axis, and another number along each.

    A tracer takes one element for the only number there is, and equal numbers for one number. Elements are repeated.
    ``more``: so many more of them than the example has.
    """
    wanted: dict[str, int] = {}
    for name, axes in lengths.items():
        for axis, length in zip(axes, arrays[name].shape, strict=True):
            if axis is not None:
                wanted[axis] = max(wanted.get(axis, 2), length + more)
    taken: set[int] = set()
    for axis in wanted:
        while wanted[axis] in taken:
            wanted[axis] += 1
        taken.add(wanted[axis])
    return {
        name: _repeated(arrays[name], [None if axis is None else wanted[axis] for axis in axes])
        for name, axes in lengths.items()
    }


def _repeated(array: np.ndarray, lengths: list[int | None]) -> np.ndarray:
    for i, length in enumerate(lengths):
        here = array.shape[i]
        if length is None or length == here:
            continue
        if here == 0:
            array = np.zeros([length if j == i else n for j, n in enumerate(array.shape)], array.dtype)
        else:
            array = np.take(array, np.arange(length) % here, i)
    return array


def _check_example(lengths: Lengths, tensors: Mapping[str, np.ndarray], where: str) -> None:
    """Whether the example is equally long along axes of one name."""
    seen: dict[str, tuple[int, str]] = {}
    for name, axes in lengths.items():
        for axis, length in zip(axes, tensors[name].shape, strict=True):
            if axis is not None and seen.setdefault(axis, (length, name))[0] != length:
                raise ValueRefused(f"{where}: axes: '{axis}' is {seen[axis][0]} long in input '{seen[axis][1]}' of the "
                                   f"example and {length} in '{name}'")


def _shared(listed: list[list[str | None]]) -> str | None:
    """The first name that all have."""
    return next((axis for axis in listed[0] if axis and all(axis in axes for axes in listed)), None) if listed else None


def _named_lengths(known: Lengths, tensors: Mapping[str, np.ndarray], entry: str) -> dict[int, str]:
    """The names of sequences by their lengths in the example."""
    return {length: axis for name, axes in known.items() for axis, length in zip(axes, tensors[name].shape, strict=True)
            if axis is not None and axis != entry}


def _sequence_at(tensor: np.ndarray, batched: bool, variables: int | None) -> int | None:
    """The axis of a tensor that is likely to be a sequence."""
    rank, integers = tensor.ndim, tensor.dtype.kind != "f"
    if not batched:
        return 1 if integers and rank == 2 else 0 if rank <= 3 and tensor.shape[0] != 1 else None
    if rank == 3:
        return 2 if variables is not None and tensor.shape[1] == variables != tensor.shape[2] else 1
    return 1 if rank == 2 and integers and variables is None else None


def _name_for(name: str, length: int, sequences: dict[int, str]) -> str:
    """The name of a sequence: that of another one of this length, else one after its input."""
    return sequences.setdefault(length, sequence_name(name, set(sequences.values())))


def sequence_name(name: str, taken: set[str]) -> str:
    """What the elements of an input are called: those of "tracks" are "track"."""
    bare = name.rpartition(".")[2]
    one = bare[:-1] if len(bare) > 2 and bare.endswith("s") and not bare.endswith("ss") else f"{bare}_sequence"
    return one if one not in taken else f"{name}_sequence"
