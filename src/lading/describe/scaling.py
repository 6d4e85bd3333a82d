"""What steps of a preparation do as a whole, to hold two of them against each other.

Steps that only add, subtract, multiply, divide and cut at the end are (x - centre) / width, cut to some limits. Two of
them that should be equal and are not often stand in a relation that says which mistake was made.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

#: Numbers that differ by less are the same number, written with fewer digits.
SAME = 1e-6


@dataclass(frozen=True)
class Scaling:
    """(x - centre) / width, then cut to ``limits`` if there are any."""

    centre: float
    width: float
    limits: tuple[float, float] | None = None

    @property
    def is_identity(self) -> bool:
        return self.centre == 0 and self.width == 1 and self.limits is None

    def agrees(self, other: Scaling) -> bool:
        """Whether both give the same numbers, but for rounding."""
        return _near(self, other) and (
            self.limits is None
            or other.limits is None
            or all(_same(a, b, max(map(abs, self.limits))) for a, b in zip(self.limits, other.limits, strict=True))
        )

    def __str__(self) -> str:
        moved = f"(x {'-' if self.centre >= 0 else '+'} {abs(self.centre):.6g})" if self.centre else "x"
        scaled = f"{moved} / {self.width:.6g}" if self.width != 1 else moved
        return scaled + (f", cut to [{self.limits[0]:g}, {self.limits[1]:g}]" if self.limits else "")


def scaling(prepare: list[Any]) -> Scaling | None:
    """The steps as one; None if they are no scaling, or one that nobody can undo."""
    slope, shift, limits = 1.0, 0.0, None
    for step in prepare:
        if not isinstance(step, dict) or len(step) != 1 or limits is not None:
            return None
        ((verb, value),) = step.items()
        if verb == "clip":
            limits = (float(value[0]), float(value[1]))
            continue
        if not isinstance(value, (int, float)) or (verb == "divide" and value == 0):
            return None
        if verb in ("add", "subtract"):
            shift += value if verb == "add" else -value
        elif verb in ("multiply", "divide"):
            slope, shift = (slope * value, shift * value) if verb == "multiply" else (slope / value, shift / value)
        else:
            return None
    if slope == 0 or not math.isfinite(slope) or not math.isfinite(1 / slope):
        return None
    return Scaling(-shift / slope + 0.0, 1 / slope, limits)


#: Mistakes, each a change of (centre, width), in the order in which they are made.
MISTAKES = (
    ("offset and scale are swapped", lambda s: Scaling(s.width, s.centre)),
    ("the sign of the offset differs", lambda s: Scaling(-s.centre, s.width)),
    ("the sign of the scale differs", lambda s: Scaling(s.centre, -s.width)),
    ("one scale is the inverse of the other", lambda s: Scaling(s.centre, 1 / s.width)),
    ("the offset is applied after the scale in one of them", lambda s: Scaling(s.centre * s.width, s.width)),
    ("the offset is applied after the scale in one of them", lambda s: Scaling(s.centre / s.width, s.width)),
)


def relation(pairs: list[tuple[Scaling, Scaling]]) -> str:
    """The mistake, or two of them, that turns the one of every pair into the other; "" if none does."""
    if any(one.is_identity != other.is_identity for one, other in pairs):
        if all(one.is_identity for one, _ in pairs) or all(other.is_identity for _, other in pairs):
            return "one of them leaves the numbers as they are (an offset of 0 and a scale of 1 are often placeholders)"
        return ""
    for count in (1, 2, 3):
        for mistakes in itertools.permutations(MISTAKES, count):
            if all(_turns(one, other, mistakes) for one, other in pairs):
                return " and ".join(dict.fromkeys(text for text, _ in mistakes))
    return ""


def _turns(one: Scaling, other: Scaling, mistakes: Any) -> bool:
    try:
        for _, change in mistakes:
            one = change(one)
    except (ZeroDivisionError, OverflowError):
        return False
    return one.width != 0 and _near(one, other)


def _near(one: Scaling, other: Scaling) -> bool:
    about = max(abs(one.centre), abs(other.centre), SAME * abs(one.width))
    return _same(one.width, other.width, max(abs(one.width), abs(other.width))) and _same(
        one.centre, other.centre, about
    )


def _same(a: float, b: float, scale: float) -> bool:
    return a == b or abs(a - b) <= SAME * scale
