"""What every value of a graph looks like: found by running the engine on made-up entries of several lengths.

A header is made for one entry. Its shapes are numbers, or follow from the lengths of the entry's sequences; so do the
whole numbers that networks work out from shapes. Nothing of this is inferred operator by operator.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ....endpoints import Output
from ....errors import LadingError, UnsupportedError
from .lengths import Length, fitted

if TYPE_CHECKING:
    from ....endpoints import Input
    from ....model import Model

__all__ = ["Probes"]

#: Operators whose result depends on the shape of what they read, not on its numbers.
SHAPE_ONLY = ("Shape", "Size")

#: Lengths that are tried, from the capacity or this one downwards.
LONGEST, TRIED = 13, 11


class Probes:
    """Shapes and types of all values, and the numbers of those that no entry changes.

    ``capacity`` holds the most elements of each sequence axis, ``least`` the fewest that the graph takes.
    """

    def __init__(self, model: Model, capacity: Mapping[str, int], where: str):
        self.model, self.capacity, self.where = model, dict(capacity), where
        self.moving = _moving(model)
        self._session = _session(model)
        self.probes = self._choose()
        try:
            self._runs = [self._run(probe) for probe in self.probes]
        except LadingError as error:
            raise UnsupportedError(f"{where}: a header needs the shapes of one entry, which the engine cannot run: "
                                   f"{error}") from None
        self.types = {name: str(array.dtype) for name, array in self._runs[0].items()}
        self.shapes = {name: self._shape(name) for name in self._runs[0]}
        self.least = {axis: self._least(axis) for axis in capacity}
        self._check_longest()

    # ------------------------------------------------------------------------------- what is asked

    def constant(self, name: str) -> np.ndarray | None:
        """The numbers of a value that is the same for all entries."""
        if name in self.moving:
            return None
        first = self._runs[0][name]
        same = all(run[name].shape == first.shape and run[name].tobytes() == first.tobytes() for run in self._runs)
        return first if same else None

    def filled(self, name: str) -> float | None:
        """The one number that all elements of a value are, whatever its length."""
        if name in self.moving:
            return None
        numbers = {float(each) for run in self._runs for each in np.unique(run[name])}
        return numbers.pop() if len(numbers) == 1 else None

    def lengths(self, name: str) -> list[Length] | None:
        """The numbers of a value that is made of lengths, in order."""
        arrays = [run[name].ravel() for run in self._runs]
        if name in self.moving or len({array.size for array in arrays}) > 1 or arrays[0].size > 64:
            return None
        if any((array != np.rint(array)).any() for array in arrays):
            return None
        found = [fitted([int(array[i]) for array in arrays], self.probes) for i in range(arrays[0].size)]
        return None if any(each is None for each in found) else [each for each in found if each is not None]

    # ------------------------------------------------------------------------------------ the runs

    def _choose(self) -> list[dict[str, int]]:
        """Lengths that tell polynomials apart: each axis alone, then all at once."""
        lowest = {axis: max(self.model.axes[axis].min, min(1, most)) for axis, most in self.capacity.items()}
        tried = {axis: list(range(max(lowest[axis], min(most, LONGEST) - TRIED + 1), min(most, LONGEST) + 1))[::-1]
                 or [lowest[axis]] for axis, most in self.capacity.items()}  # fmt: skip
        tried = {axis: each if lowest[axis] <= LONGEST else [*range(lowest[axis], min(lowest[axis] + 3,
                 self.capacity[axis] + 1))] for axis, each in tried.items()}  # fmt: skip
        start = {axis: each[0] for axis, each in tried.items()}
        probes = [start]
        for axis, each in tried.items():
            probes += [{**start, axis: length} for length in each[1:4]]
        places = np.random.default_rng(0).integers(0, 1 << 30, (6, max(len(tried), 1)))
        for row in places.tolist():
            probes.append({axis: each[place % len(each)]
                           for (axis, each), place in zip(tried.items(), row, strict=False)})
        return [dict(each) for each in dict.fromkeys(tuple(probe.items()) for probe in probes)]

    def _run(self, lengths: Mapping[str, int]) -> dict[str, np.ndarray]:
        random = np.random.default_rng(1)
        given = {each.name: _made_up(self.model, each, lengths, random) for each in self.model.input_list}
        return {**given, **self._session.run_graph(given)}

    def _shape(self, name: str) -> tuple[Length, ...]:
        shapes = [run[name].shape for run in self._runs]
        axes = list(zip(*shapes, strict=False)) if len({len(shape) for shape in shapes}) == 1 else []
        found = [fitted(axis, self.probes) for axis in axes]
        if (not found and any(shapes)) or any(each is None for each in found):
            seen = ", ".join(str(list(shape)) for shape in shapes[:3])
            raise UnsupportedError(f"{self.where}: the shape of '{name}' does not follow from the lengths of sequences "
                                   f"in a way that a header can hold; it was {seen}")
        return tuple(each for each in found if each is not None)

    def _fits(self, lengths: Mapping[str, int]) -> bool:
        try:
            run = self._run(lengths)
        except LadingError:
            return False
        return all(tuple(length.at(lengths) for length in self.shapes[name]) == array.shape
                   for name, array in run.items())  # fmt: skip

    def _least(self, axis: str) -> int:
        """The shortest sequence for which the shapes are what they are for all longer ones."""
        length = self.probes[0][axis]
        while length > self.model.axes[axis].min and self._fits({**self.probes[0], axis: length - 1}):
            length -= 1
        return length

    def _check_longest(self) -> None:
        longest = {axis: min(most, 256) for axis, most in self.capacity.items()}
        if longest and not self._fits(longest):
            text = ", ".join(f"{length} of '{axis}'" for axis, length in longest.items())
            raise UnsupportedError(f"{self.where}: with {text}, the shapes in the graph are not what they are for "
                                   "shorter sequences; a header cannot hold that")


def _moving(model: Model) -> set[str]:
    """Values whose numbers depend on the entry."""
    moving = {given.name for given in model.input_list}
    for node in model.graphs["main"].nodes:
        if node.operator not in SHAPE_ONLY and moving & set(node.reads()):
            moving |= set(filter(None, node.outputs))
    return moving


def _session(model: Model):  # type: ignore[no-untyped-def]
    """A session that gives all values of the graph."""
    shadow = copy.copy(model)
    shadow.read_from, shadow.samples = None, None
    axes: list[str | int] = [model.entry_axis] if model.batched else [1]
    names = [name for node in model.graphs["main"].nodes for name in node.outputs if name]
    shadow.output_list = [Output(name, list(axes)) for name in names]
    return shadow.session()


def _made_up(model: Model, given: Input, lengths: Mapping[str, int], random: np.random.Generator) -> np.ndarray:
    shape = [_length(model, given, use, lengths) for use in given.axes]
    if given.type == "bool":
        return np.ones(shape, bool)
    made = random.normal(size=shape) if given.type.startswith("float") else np.zeros(shape)
    return made.astype(given.type)


def _length(model: Model, given: Input, use: str | int, lengths: Mapping[str, int]) -> int:
    if isinstance(use, int):
        return use
    if use == "variable":
        return len(given.variable_list)
    if use in lengths:
        return lengths[use]
    axis = model.axes.get(use)
    return 1 if axis is None or axis.kind == "entry" else axis.size or 1
