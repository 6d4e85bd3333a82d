"""Which open length is that of the entries: the function is asked, which gives an entry its numbers in any company."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ...agreement import difference_of, scale_of
from ...errors import UnsupportedError
from .lengths import ENTRY, Lengths, sequence_name, stretched

Shapes = list[list["str | int"]]

#: Gives arrays for arrays.
Run = Callable[[Sequence[np.ndarray]], "list[np.ndarray]"]

#: A difference of this part of an output's scale is no rounding.
APART = 1e-4


def with_entries(run: Run, arrays: Mapping[str, np.ndarray], lengths: Lengths, given: Shapes, made: Shapes) -> Shapes:
    """All shapes, with ENTRY for the first length that all inputs and outputs have and along which nothing mixes.

    Where there is none, a length called ENTRY gets another name: the graph knows one entry. ``arrays`` are an example.
    """
    shared = [axis for axis in given[0] if isinstance(axis, str) and axis != "?"
              and all(axis in shape for shape in (*given, *made))]  # fmt: skip
    entry = next((axis for axis in shared if not mixes(run, arrays, lengths, axis, given, made)), None)
    others = {str(axis) for shape in (*given, *made) for axis in shape}
    before, after = (entry, ENTRY) if entry is not None else (ENTRY, sequence_name(next(iter(arrays)), others))
    return [[after if axis == before else axis for axis in shape] for shape in (*given, *made)]


def check_repeatable(run: Run, arrays: Mapping[str, np.ndarray], names: Sequence[str], where: str) -> None:
    """Refuses a function that gives other numbers for the same inputs the second time."""
    once, again = (run(list(arrays.values())) for _ in range(2))
    for name, a, b in zip(names, once, again, strict=True):
        if a.shape != b.shape or difference_of(a, b).max(initial=0.0) > 0:
            raise UnsupportedError(f"{where}: output '{name}' is another one each time: random numbers are drawn, or "
                                   "something is kept from call to call (PyTorch's functional.dropout needs "
                                   "training=self.training)")


def mixes(run: Run, arrays: Mapping[str, np.ndarray], lengths: Lengths, axis: str, given: Shapes, made: Shapes) -> bool:
    """Whether an element along an open length gets other numbers in company than alone."""
    places = [shape.index(axis) for shape in given]
    longer = [_varied(array, at) for array, at in zip(stretched(lengths, arrays).values(), places, strict=True)]
    try:
        together = run(longer)
        for i in range(2):
            alone = run([np.take(array, [i], at) for array, at in zip(longer, places, strict=True)])
            for shape, whole, one in zip(made, together, alone, strict=True):
                part = np.take(whole, [i], shape.index(axis))
                if part.shape != one.shape or difference_of(part, one).max(initial=0.0) > APART * scale_of([whole]):
                    return True
    except Exception:  # a function that cannot do with one element cannot be asked
        return False
    return False


def _varied(array: np.ndarray, at: int) -> np.ndarray:
    """Numbers that differ from entry to entry, though the example may hold but one."""
    if array.dtype.kind != "f":
        return array
    factor = (1 + np.arange(array.shape[at]) / 4).astype(array.dtype)
    varied: np.ndarray = array * factor.reshape([-1 if i == at else 1 for i in range(array.ndim)])
    return varied
