"""What a graph says of its axes when it is run: which lengths are open, which must be equal, how long outputs are.

What a file declares is no contract: exporters make up names of lengths, give two names to one length, and declare
lengths open that they wrote into the graph. So the graph is run on a few made-up entries and looked at.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from ..errors import MemoryLimit

if TYPE_CHECKING:
    from ..endpoints import Input

#: Lengths that do not occur by chance, and are enough for a choice of the 25 nearest of something.
LENGTHS = (37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97)
ENTRIES = 2

#: Numbers that are made up for one input: beyond that a graph is no graph that anybody feeds.
MOST_NUMBERS = 1 << 30

#: Runs, and seconds, that are spent on finding lengths that a graph fixes.
TRIALS, SECONDS = 400, 10

Lengths = dict[str, int]
Shapes = dict[str, "tuple[int, ...]"]
Run = Callable[[Lengths], "Shapes | None"]


#: Lengths that are tried even where the graph does not hold them: some are written into it as n + 1.
OTHERS = 65


def equal_lengths(names: list[str], run: Run) -> list[set[str]] | None:
    """The open lengths in groups of those that must be equal; None if not even all equal ones run.

    ``run`` gives None for lengths with which the graph fails.
    """
    if run(distinct([{name} for name in names])) is not None:
        return [{name} for name in names]
    if len(names) < 2 or run(dict.fromkeys(names, LENGTHS[0])) is None:
        return None
    bound = [name for name in names if run(dict.fromkeys(names, LENGTHS[0]) | {name: LENGTHS[1]}) is None]
    groups: list[set[str]] = [{name} for name in names if name not in bound]
    while bound:
        pairs = (pair for pair in combinations(bound, 2) if _is_group(set(pair), names, run))
        group = next(pairs, tuple(bound))
        groups.append(set(group))
        bound = [name for name in bound if name not in group]
    return groups


def fixed_lengths(names: list[str], constants: Iterable[int], run: Run) -> Lengths:
    """Lengths that a graph fixes although they are declared open, told by the integers that stand in it.

    Empty if it runs with none of them. Lengths that can be changed alone after all are left out.
    """
    likely = sorted(set(constants))
    others = [number for number in range(1, OTHERS) if number not in likely]
    candidates = likely + (others if len(names) == 1 else [])
    begin = time.monotonic()
    for number, lengths in enumerate(product(candidates, repeat=len(names))):
        if number >= TRIALS or time.monotonic() - begin > SECONDS:
            return {}
        found = dict(zip(names, lengths, strict=True))
        if run(found) is not None:
            return {name: length for name, length in found.items() if run(found | {name: length + 1}) is None}
    return {}


def _is_group(group: set[str], names: list[str], run: Run) -> bool:
    return run({name: LENGTHS[1] if name in group else LENGTHS[0] for name in names}) is not None


def distinct(groups: list[set[str]], shift: int = 0) -> Lengths:
    """Another length for each group."""
    return {name: LENGTHS[(i + shift) % len(LENGTHS)] for i, group in enumerate(groups) for name in group}


def made_up(given: Input, lengths: Mapping[str, int], seed: int) -> np.ndarray:
    """Numbers for an input whose axes are numbers or names in ``lengths``."""
    random = np.random.default_rng(seed)
    shape = [axis if isinstance(axis, int) else lengths[axis] for axis in given.axes]
    if math.prod(shape) > MOST_NUMBERS:
        raise MemoryLimit(f"input '{given.name}' of shape {shape} would hold {math.prod(shape)} numbers; at most "
                          f"{MOST_NUMBERS} are made up to try a graph")
    if given.type.startswith(("float", "bfloat")):
        return random.normal(size=shape).astype(given.type)
    return random.integers(0, 2, size=shape).astype(given.type)
