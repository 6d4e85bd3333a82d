"""What looks wrong in one paper alone: remarks, for it may be right after all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .conventions.content import objects
from .scaling import Scaling, scaling

#: How many variables must look alike before that says anything.
SEVERAL = 3


def doubts(papers: dict[str, Any], where: str) -> list[str]:
    """Remarks on the preparation that papers write, one sentence each."""
    found = []
    for item in objects(papers.get("inputs")):
        said = {str(v["name"]): v["prepare"] for v in objects(item.get("variables"))
                if "name" in v and isinstance(v.get("prepare"), list)}  # fmt: skip
        found += [f"{where}: input '{item.get('of', item.get('name'))}': {text}" for text in odd_preparation(said)]
    return found


def odd_preparation(prepare: dict[str, list[Any]]) -> Iterator[str]:
    """Remarks on the steps of the variables of one input, by name."""
    for rule in RULES:
        yield from rule(prepare)


def lost_variables(prepare: dict[str, list[Any]]) -> Iterator[str]:
    """A factor of 0 makes every value the same."""
    lost = [name for name, steps in prepare.items() if {"multiply": 0} in steps or {"multiply": 0.0} in steps]
    if lost:
        yield f"{_list(lost)} is multiplied by 0: every value becomes the same"


def constant_cuts(prepare: dict[str, list[Any]]) -> Iterator[str]:
    """Limits that are equal make every value the same."""
    cuts = [
        name
        for name, steps in prepare.items()
        if any(isinstance(s, dict) and "clip" in s and s["clip"][0] == s["clip"][1] for s in steps)
    ]
    if cuts:
        yield f"{_list(cuts)} is cut to a single number"


def negative_scales(prepare: dict[str, list[Any]]) -> Iterator[str]:
    """Widths of distributions are positive."""
    scalings = _scalings(prepare)
    negative = [name for name, each in scalings.items() if each.width < 0]
    if negative and len(negative) == len(scalings):
        yield f"every scale is negative ({_list(negative)}); is a sign wrong?"


def placeholders(prepare: dict[str, list[Any]]) -> Iterator[str]:
    """Offset 0 and scale 1 for all: the numbers are left as they are, or somebody has yet to write them down."""
    if len(prepare) >= SEVERAL and not any(prepare.values()):
        yield (
            f"offset 0 and scale 1 for all {len(prepare)} variables: right if the graph normalises them itself, "
            "else placeholders"
        )


def far_scales(prepare: dict[str, list[Any]]) -> Iterator[str]:
    """Centres beyond many widths, in most variables: offset and scale may be swapped, or one be the inverse."""
    scalings = [each for each in _scalings(prepare).values() if not each.is_identity]
    far = [each for each in scalings if abs(each.centre) > 1000 * abs(each.width)]
    if len(scalings) >= SEVERAL and len(far) * 2 > len(scalings):
        yield (
            "most variables lie more than 1000 widths from 0: is the scale the inverse of what it should be, "
            "or are offset and scale swapped?"
        )


def _scalings(prepare: dict[str, list[Any]]) -> dict[str, Scaling]:
    known = {name: scaling(steps) for name, steps in prepare.items() if steps}
    return {name: each for name, each in known.items() if each is not None}


def _list(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


RULES: tuple[Callable[[dict[str, list[Any]]], Iterator[str]], ...] = (
    lost_variables, constant_cuts, negative_scales, placeholders, far_scales,
)  # fmt: skip
