"""Which lengths of sequences are tried before a header says that shapes follow from them by a formula."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .lengths import Length

__all__ = ["MOST_AT_ONCE", "STARTS", "every_length", "first_lengths", "some_lengths"]

Lengths = dict[str, int]

#: Lengths that a formula is found from: so many, from the capacity or the first of these downwards that can be run.
STARTS, TRIED = (13, 40, 256), 11

#: How many runs, and numbers in all of them, it may take to try every length.
MOST_RUNS, MOST_NUMBERS = 4096, 300_000_000

#: How many numbers one run may compute.
MOST_AT_ONCE = 50_000_000

#: Lengths that are tried one by one where not all can be.
ONE_BY_ONE = 32


def first_lengths(lowest: Mapping[str, int], capacity: Mapping[str, int], longest: int) -> list[Lengths]:
    """Lengths up to ``longest`` that tell polynomials apart: each axis alone, then all at once."""
    tried = {axis: _upper(max(lowest[axis], min(1, most)), most, longest) for axis, most in capacity.items()}
    start = {axis: each[0] for axis, each in tried.items()}
    found = [start]
    for axis, each in tried.items():
        found += [{**start, axis: length} for length in each[1:4]]
    places = np.random.default_rng(0).integers(0, 1 << 30, (6, max(len(tried), 1)))
    for row in places.tolist():
        found.append({axis: each[place % len(each)] for (axis, each), place in zip(tried.items(), row, strict=False)})
    return _different(found)


def every_length(lowest: Mapping[str, int], capacity: Mapping[str, int], numbers: Length) -> list[Lengths] | None:
    """All lengths of all sequences; None if they are too many. ``numbers``: how many one run computes."""
    ranges = [range(lowest[axis], most + 1) for axis, most in capacity.items()]
    if np.prod([float(len(each)) for each in ranges]) > MOST_RUNS:
        return None
    found = [dict(zip(capacity, each, strict=True)) for each in itertools.product(*ranges)]
    return found if sum(numbers.at(each) for each in found) <= MOST_NUMBERS else None


def some_lengths(lowest: Mapping[str, int], capacity: Mapping[str, int]) -> list[Lengths]:
    """The shortest of all axes in all ways, each axis alone beside short and long ones, and the longest."""
    corner = [range(lowest[axis], min(lowest[axis] + 2, most) + 1) for axis, most in capacity.items()]
    found = [dict(zip(capacity, each, strict=True)) for each in itertools.islice(itertools.product(*corner), 243)]
    for others in (dict(lowest), first_lengths(lowest, capacity, STARTS[0])[0]):
        for axis, most in capacity.items():
            powers = [2**i + step for i in range(5, most.bit_length() + 1) for step in (-1, 0, 1)]
            near = [*range(lowest[axis], lowest[axis] + ONE_BY_ONE), *powers, most - 1, most]
            found += [{**others, axis: length} for length in near if lowest[axis] <= length <= most]
    return _different([*found, dict(capacity)])


def _upper(lowest: int, most: int, longest: int) -> list[int]:
    if lowest > longest:
        return [*range(lowest, min(lowest + 3, most + 1))][::-1]
    return [*range(max(lowest, min(most, longest) - TRIED + 1), min(most, longest) + 1)][::-1] or [lowest]


def _different(lengths: list[Lengths]) -> list[Lengths]:
    return [dict(each) for each in dict.fromkeys(tuple(each.items()) for each in lengths)]
