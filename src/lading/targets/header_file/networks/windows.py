"""Where the windows of convolutions and pools stand along one spatial axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .lengths import Length

if TYPE_CHECKING:
    from .writing import Value, Writer

__all__ = ["Window", "windows_of"]


@dataclass
class Window:
    """Window o meets the elements o * stride + k * dilation - before, for k below ``kernel``."""

    length: Length
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int
    windows: Length

    @property
    def reach(self) -> int:
        return (self.kernel - 1) * self.dilation + 1


def windows_of(writer: Writer, x: Value, kernel: list[int], counts: tuple[Length, ...],
               met: tuple[Length, ...] | None = None) -> list[Window]:  # fmt: skip
    """Along each spatial axis of ``x``; ``counts`` are the windows that the engine found.

    Of a transposed convolution the elements of ``x`` are the windows, and ``met`` the lengths of what they meet.
    """
    rank = x.rank - 2
    strides, dilations = (writer.integers(name) or [1] * rank for name in ("strides", "dilations"))
    pads, padding = writer.integers("pads") or [0] * (2 * rank), str(writer.attribute("auto_pad", "NOTSET"))
    found = []
    for i in range(rank):
        window = Window((met or x.shape[2:])[i], kernel[i], strides[i], dilations[i], 0, 0, counts[i])
        if met is not None and (padding.startswith("SAME") or writer.integers("output_shape")):
            extra = (writer.integers("output_padding") or [0] * rank)[i]
            _share(writer, window, padding == "SAME_UPPER", extra)
        elif padding == "NOTSET":
            window.before, window.after = pads[i], pads[i + rank]
        elif padding != "VALID":
            _share(writer, window, upper=padding == "SAME_UPPER")
        found.append(window)
    return found


def _share(writer: Writer, window: Window, upper: bool, extra: int = 0) -> None:
    """Padding of both ends; of an odd number, SAME_UPPER puts the larger part at the upper end."""
    total = (window.windows + Length.of(-1)) * Length.of(window.stride) + Length.of(window.reach + extra)
    total = total + window.length * Length.of(-1)
    if total.number is None:
        writer.refuse("auto_pad shares out padding that depends on the length of a sequence")
    padding = max(0, total.number)
    window.before = padding // 2 if upper else padding - padding // 2
    window.after = padding - window.before
