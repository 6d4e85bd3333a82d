"""What every value of a graph looks like: found by running the engine on made-up entries of all lengths.

A header is made for one entry. Its shapes are numbers, or follow from the lengths of the entry's sequences; so do the
whole numbers that networks work out from shapes. Nothing of this is inferred operator by operator. What depends on the
numbers of an entry was refused before (moving): made-up ones do not show what others would do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from ....errors import UnsupportedError
from .formulas import first_step
from .lengths import Length, fitted, product, said
from .moving import live_nodes, moving_values, refuse_moving_shapes
from .runs import Run, Runner
from .tries import MOST_AT_ONCE, STARTS, every_length, first_lengths, some_lengths

if TYPE_CHECKING:
    from ....model import Model

__all__ = ["MOST", "Probes"]

#: Sequences of no or one element may be computed in another way than all longer ones; a header then takes none such.
SHORT = 1

#: Whole numbers are int in a header.
MOST = (1 << 31) - 1


class Probes:
    """Shapes and types of all values, and the numbers of those that no entry changes.

    ``capacity`` holds the most elements of each sequence axis, ``least`` the fewest that a header takes.
    """

    def __init__(self, model: Model, capacity: Mapping[str, int], where: str):
        self.model, self.capacity, self.where = model, dict(capacity), where
        self.moving = moving_values(model)
        refuse_moving_shapes(model, self.moving, where)
        lowest = {axis: model.axes[axis].min for axis in capacity}
        self._known: dict[tuple[int | None, ...], Length | None] = {}
        self.least, self._runner = dict(lowest), Runner(model, self.moving, where)
        self.runs = self._first_runs(lowest)
        self.first = [run.lengths for run in self.runs]
        self.types, self.arrays = self._runner.types, self._runner.arrays
        self.shapes = {name: self._shape(name) for name in self.types}
        self._try_more(lowest)
        self.shapes = {name: self._shape(name) for name in self.types}

    def _first_runs(self, lowest: Mapping[str, int]) -> list[Run]:
        """Of lengths that a formula is found from; a network may want long sequences."""
        choices = [first_lengths(lowest, self.capacity, start) for start in STARTS]
        chosen = next((each for each in choices if self._runner.maybe(each[0]) is not None), choices[-1])
        runs = map(self._runner.maybe, chosen[1:])
        return [self._runner.surely(chosen[0]), *(run for run in runs if run is not None)]

    # ------------------------------------------------------------------------------- what is asked

    def constant(self, name: str) -> np.ndarray | None:
        """The numbers of a value that is the same for all entries."""
        if name in self.moving or name not in self.types:
            return self.model.weights.get(name)
        first = self.runs[0].numbers[name]
        other = [run for run in self._taken() if run.numbers[name].digest != first.digest]
        return self.arrays[name] if not other or self._leave_out(other) else None

    def filled(self, name: str) -> np.generic | None:
        """The one number that all elements of a value are, whatever its length."""
        if name in self.moving:
            return None
        found = [run for run in self._taken() if not run.numbers[name].empty]
        first = found[0].numbers[name].filled if found else None
        if first is None:
            return None
        same = [each.numbers[name].filled for each in found]
        other = [run for run, one in zip(found, same, strict=True) if one is None or one.tobytes() != first.tobytes()]
        return first if not other or self._leave_out(other) else None

    def lengths(self, name: str) -> list[Length] | None:
        """The numbers of a value that is made of lengths, in order."""
        few = [None if name in self.moving else run.numbers[name].few for run in self.runs]
        count = len(few[0] or ())
        if few[0] is None:
            return None
        short = [run for run, numbers in zip(self.runs, few, strict=True)
                 if self._takes(run.lengths) and (numbers is None or len(numbers) != count)]  # fmt: skip
        if short and not self._leave_out(short):
            return None
        found = [self._fitted([numbers[i] if numbers is not None and len(numbers) == count else None
                               for numbers in few]) for i in range(count)]  # fmt: skip
        known = [each for each in found if each is not None]
        return known if len(known) == count and all(self.holds(each) for each in known) else None

    def follows(self, rule: Callable[[Mapping[str, int]], int | None]) -> Length | None:
        """The length that ``rule`` gives for every length that a header takes; None of a rule stands for any."""
        return self._fitted([rule(run.lengths) if self._takes(run.lengths) else None for run in self.runs])

    def same(self, a: Length, b: Length) -> bool:
        """Two formulas of the same lengths, as a header takes them."""
        return all(a.at(run.lengths) == b.at(run.lengths) for run in self._taken())

    def holds(self, length: Length) -> bool:
        """No part of it is beyond an int of C++."""
        return Length({term: abs(factor) for term, factor in length.terms.items()}).at(self.capacity) <= MOST

    # ------------------------------------------------------------------------------------ formulas

    def _shape(self, name: str) -> tuple[Length, ...]:
        shapes = [run.shapes[name] for run in self.runs]
        rank = len(shapes[0])
        found = [self._fitted([len(shape) for shape in shapes])]
        found += [self._fitted([shape[axis] if len(shape) == rank else -1 for shape in shapes], elements=True)
                  for axis in range(rank)]  # fmt: skip
        if found[0] != Length.of(rank) or any(each is None for each in found):
            self._refuse_shape(name)
        shape = tuple(each for each in found[1:] if each is not None)
        if not self.holds(product(shape)):
            longest = ", ".join(f"{most} of '{axis}'" for axis, most in self.capacity.items())
            raise UnsupportedError(f"{self.where}: with {longest}, '{name}' would hold more than {MOST} numbers, which "
                                   "a header does not count; export for shorter sequences")
        return shape

    def _refuse_shape(self, name: str) -> NoReturn:
        """Two shapes that show it: the first one, and one that does not follow."""
        seen = [self.runs[0], *(run for run in self.runs if len(run.shapes[name]) != len(self.runs[0].shapes[name])),
                *(run for run in self.runs[1:] if run.shapes[name] != self.runs[0].shapes[name])]  # fmt: skip
        texts = [f"{list(run.shapes[name])} with {said(run.lengths)}" for run in seen[:3]]
        raise UnsupportedError(f"{self.where}: the shape of '{name}' does not follow from the lengths of sequences by "
                               f"one formula, as in a header: it is {', '.join(texts)}; use the library")

    def _fitted(self, numbers: Sequence[int | None], elements: bool = False) -> Length | None:
        """The formula of the first runs, if all others have it; those of the shortest sequences may be left out.

        ``elements``: it counts elements. Where there are none and the formula has some, or fewer than none, sequences
        are too short.
        """
        key = (elements, *numbers, *self.least.values())
        if key not in self._known:
            self._known[key] = self._formula(numbers, elements)
        return self._known[key]

    def _formula(self, numbers: Sequence[int | None], elements: bool) -> Length | None:
        first = [(number, run.lengths) for number, run in zip(numbers, self.runs[: len(self.first)], strict=False)
                 if number is not None]  # fmt: skip
        found = fitted([number for number, _ in first], [lengths for _, lengths in first]) if first else Length.of(0)
        if found is None:
            return None
        other = {i: run for i, (number, run) in enumerate(zip(numbers, self.runs, strict=True))
                 if number is not None and self._takes(run.lengths) and found.at(run.lengths) != number}  # fmt: skip
        empty = [min(run.lengths.values(), default=0) for i, run in other.items() if elements and numbers[i] == 0]
        return found if not other or self._leave_out([*other.values()], max([SHORT, *empty])) else None

    # --------------------------------------------------------------------------- which are looked at

    def _takes(self, lengths: Mapping[str, int]) -> bool:
        return all(lengths[axis] >= least for axis, least in self.least.items())

    def _taken(self) -> list[Run]:
        return [run for run in self.runs if self._takes(run.lengths)]

    def _leave_out(self, runs: list[Run], short: int = SHORT) -> bool:
        """Raises ``least`` so that the header takes no such lengths, if they are those of the shortest sequences."""
        least = dict(self.least)
        for run in runs:
            axis = min(run.lengths, key=run.lengths.__getitem__, default="")
            if not axis or run.lengths[axis] > short or run.lengths[axis] >= self.first[0][axis]:
                return False
            least[axis] = max(least[axis], run.lengths[axis] + 1)
        self.least = least
        return True

    # --------------------------------------------------------------------------------- all lengths

    def _try_more(self, lowest: Mapping[str, int]) -> None:
        """Runs of all lengths; of some, where all are too many and the operators make no other formulas of others."""
        total = Length.of(0)
        for shape in self.shapes.values():
            total = total + product(shape)
        if total.at(self.capacity) > MOST_AT_ONCE:
            raise UnsupportedError(f"{self.where}: with {said(self.capacity)}, the values of the graph would hold "
                                   f"{total.at(self.capacity)} numbers, more than are tried for a header; export for "
                                   "shorter sequences")
        lengths = every_length(lowest, self.capacity, total)
        if lengths is None:
            self._refuse_steps()
            lengths = some_lengths(lowest, self.capacity)
        refused = []
        for each in lengths:
            if each not in self.first:
                run = self._runner.maybe(each)
                refused += [each] if run is None else []
                self.runs += [] if run is None else [run]
        self._need(refused)

    def _refuse_steps(self) -> None:
        node = first_step(live_nodes(self.model), self.moving, self.shapes, self.constant)
        if node is not None:
            raise UnsupportedError(f"{self.where}: with {said(self.capacity)} there are too many lengths to try, and "
                                   f"node '{node.name}' ({node.operator}) may compute some in another way; export for "
                                   "shorter sequences, or use the library")

    def _need(self, refused: list[dict[str, int]]) -> None:
        """Raises ``least`` above the lengths that the engine does not take."""
        start = self.first[0]
        for axis in self.capacity:
            alone = [each[axis] for each in refused if {**start, axis: each[axis]} == each]
            self.least[axis] = max([self.least[axis], *(length + 1 for length in alone if length < start[axis])])
        left = [each for each in refused if self._takes(each)]
        if left:
            self._runner.surely(left[0])
