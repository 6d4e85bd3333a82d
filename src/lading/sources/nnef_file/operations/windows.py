"""Windows that slide over axes: padding, strides, dilations (specification, chapter 4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..building import Builder, Tensor
from .layout import BORDERS, pad


class Windows:
    """Windows of ``sizes`` on axes of ``lengths``. Without padding they give length / stride, rounded up; what they
    need beyond the border for it is divided between both ends, the odd one behind."""

    def __init__(self, build: Builder, lengths: Sequence[int], sizes: Sequence[int], padding: Sequence[Sequence[int]],
                 stride: Sequence[int], dilation: Sequence[int]):
        axes = len(lengths)
        self.build, self.inside, self.sizes = build, list(lengths), list(sizes)
        self.strides, self.dilations = list(stride) or [1] * axes, list(dilation) or [1] * axes
        self.is_automatic = not padding
        for name, listed in (("size", sizes), ("stride", self.strides), ("dilation", self.dilations)):
            if len(listed) != axes or min(listed, default=1) < 1:
                build.fail(f"its {name} is {list(listed)}: it has {axes} numbers of at least 1")
        if padding and len(padding) != axes:
            build.fail(f"its padding is {list(padding)}: it has {axes} pairs")
        self.reach = [(size - 1) * dilation + 1 for size, dilation in zip(self.sizes, self.dilations, strict=True)]
        self.padding = [(int(a), int(b)) for a, b in padding] if padding else self._automatic()

    def _automatic(self) -> list[tuple[int, int]]:
        found = []
        for length, reach, stride in zip(self.inside, self.reach, self.strides, strict=True):
            needed = max((-(-length // stride) - 1) * stride + reach - length, 0)
            found.append((needed // 2, needed - needed // 2))
        return found

    def lengths(self) -> list[int]:
        """How many windows there are on each axis."""
        found = []
        for length, (before, after), reach, stride in zip(self.inside, self.padding, self.reach, self.strides,
                                                          strict=True):
            room = length + before + after - reach
            if room < 0:
                self.build.fail(f"a window of {reach} does not fit on an axis of {length + before + after}")
            found.append(room // stride + 1)
        return found

    def attributes(self) -> dict[str, Any]:
        """As ONNX has them."""
        if any(number < 0 for pair in self.padding for number in pair):
            self.build.unsupported(f"the padding {self.padding}, which cuts numbers off; use slice()")
        befores, afters = zip(*self.padding, strict=True)
        return {"pads": [*befores, *afters], "strides": self.strides, "dilations": self.dilations}

    def bordered(self, input: Tensor, border: str) -> Tensor:
        """``input``, with numbers beyond the border written out where they are not zero."""
        if border == "constant":
            return input
        if border not in BORDERS:
            self.build.unsupported(f"the border '{border}'; {', '.join(BORDERS)} are read")
        free = [(0, 0)] * (input.rank - len(self.padding))
        made: Tensor = pad(self.build, input, [*free, *self.padding], border)
        self.inside = list(made.shape[input.rank - len(self.padding) :])
        self.padding = [(0, 0)] * len(self.padding)
        return made

    def transposed(self, wanted: list[int]) -> tuple[list[int], list[int]]:
        """Lengths of the result of a transposed convolution, and how much longer it is than its windows reach."""
        if self.is_automatic:
            wanted = wanted or [length * stride for length, stride in zip(self.inside, self.strides, strict=True)]
            self.padding = []
            for new, old, reach, stride in zip(wanted, self.inside, self.reach, self.strides, strict=True):
                needed = max((old - 1) * stride + reach - new, 0)
                self.padding.append((needed // 2, needed - needed // 2))
        natural = [(old - 1) * stride + reach - before - after for old, stride, reach, (before, after)
                   in zip(self.inside, self.strides, self.reach, self.padding, strict=True)]
        wanted = wanted or natural
        more = [new - old for new, old in zip(wanted, natural, strict=True)]
        if any(extra < 0 or extra >= stride for extra, stride in zip(more, self.strides, strict=True)):
            self.build.fail(f"gives {natural} numbers, which its output_shape {wanted} does not fit")
        return wanted, more
