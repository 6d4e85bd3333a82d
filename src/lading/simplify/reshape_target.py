"""The constant that a Reshape needs as its target, if one constant serves for all lengths."""

from __future__ import annotations

from .sizes import Size


def constant_target(before: tuple[Size, ...], after: tuple[Size, ...]) -> list[int] | None:
    """The second input of a Reshape from one shape to another, None if no constant does it.

    Fixed sizes are written out; 0 copies a length that stands at the same place in the input. What is left,
    if it is one axis, is -1, but only beside fixed sizes: beside a length that may be 0 a Reshape cannot
    tell what -1 stands for, and runtimes refuse it.
    """
    target = [_entry(i, size, before) for i, size in enumerate(after)]
    if None not in target:
        return target  # type: ignore[return-value]
    rest = [size for size, entry in zip(after, target, strict=True) if entry is not None]
    if target.count(None) > 1 or not all(isinstance(size, int) for size in rest):
        return None
    return [-1 if entry is None else entry for entry in target]


def _entry(axis: int, size: Size, before: tuple[Size, ...]) -> int | None:
    if isinstance(size, int) and size != 0:
        return size
    return 0 if axis < len(before) and before[axis] == size else None
