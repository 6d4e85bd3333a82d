"""The ways to make one arrangement of axes of another with Reshape, Transpose, Squeeze and Unsqueeze."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .axes import Axes, Axis
from .reshape_target import constant_target


@dataclass(frozen=True)
class Step:
    """A node: its operator, and its order of axes (Transpose), axes (Squeeze, Unsqueeze) or target (Reshape)."""

    operator: str
    numbers: list[int]


def ways(axes: Axes) -> Iterator[list[Step]]:
    """Lists of nodes that make the result of the source, each right for all lengths; at most three nodes each."""
    flat = [part for axis in axes.result for part in axis]
    if flat == [part for axis in axes.source for part in axis]:
        step = _reshape(axes, axes.source, axes.result)
        if step is not None:
            yield step
        return
    for groups in (_filled(axes.source), _in_order_of(axes.source, axes.result), _coarsest(axes, flat)):
        if all(_together(group, flat) for group in groups):
            yield from _through(axes, groups, sorted(groups, key=lambda group: flat.index(group[0])))


def _through(axes: Axes, groups: list[Axis], ordered: list[Axis]) -> Iterator[list[Step]]:
    """Reshape to ``groups`` if that is needed, Transpose to ``ordered``, Reshape to the result if that is needed."""
    starts = [groups, groups + [[]] * axes.result.count([])]
    if groups == _filled(axes.source):
        starts.append(axes.source)
    for before in starts:
        after = ordered + [[]] * before.count([])
        if ordered == _filled(axes.result) and before.count([]) == axes.result.count([]):
            after = axes.result
        first, last = _reshape(axes, axes.source, before), _reshape(axes, after, axes.result)
        if first is not None and last is not None:
            yield [*first, Step("Transpose", _order(before, after)), *last]


def _reshape(axes: Axes, before: list[Axis], after: list[Axis]) -> list[Step] | None:
    """No node, one node, or None if no constant target does it."""
    if before == after:
        return []
    for operator, many, few in (("Squeeze", before, after), ("Unsqueeze", after, before)):
        extra = _extra_units(many, few)
        if extra is not None:
            return [Step(operator, extra)]
    target = constant_target(axes.shape(before), axes.shape(after))
    return None if target is None else [Step("Reshape", target)]


def _extra_units(many: list[Axis], few: list[Axis]) -> list[int] | None:
    """The axes of size 1 by which ``many`` exceeds ``few``, None if that is not the whole difference."""
    extra, matched = [], 0
    for place, axis in enumerate(many):
        if matched < len(few) and few[matched] == axis:
            matched += 1
        elif not axis:
            extra.append(place)
        else:
            return None
    return extra if matched == len(few) else None


def _order(before: list[Axis], after: list[Axis]) -> list[int]:
    """Where each axis of ``after`` stands in ``before``; axes of size 1 are taken in turn."""
    left = list(range(len(before)))
    order = []
    for axis in after:
        place = next(place for place in left if before[place] == axis)
        left.remove(place)
        order.append(place)
    return order


def _filled(axes: list[Axis]) -> list[Axis]:
    return [axis for axis in axes if axis]


def _in_order_of(source: list[Axis], result: list[Axis]) -> list[Axis]:
    """The axes of the result as they follow each other in the source; none if their parts do not stand together."""
    flat = [part for axis in source for part in axis]
    groups = sorted(_filled(result), key=lambda group: flat.index(group[0]))
    return groups if [part for group in groups for part in group] == flat else _filled(source)


def _coarsest(axes: Axes, flat: list[int]) -> list[Axis]:
    """The parts of the source, joined as far as they stand together in the result."""
    groups: list[Axis] = []
    for part in (part for axis in axes.source for part in axis):
        if groups and _together([*groups[-1], part], flat):
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _together(group: Axis, flat: list[int]) -> bool:
    start = flat.index(group[0])
    return flat[start : start + len(group)] == group
