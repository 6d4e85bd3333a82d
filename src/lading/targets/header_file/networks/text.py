"""The lines of a run: blocks, loops, and lengths as expressions of C++."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from .lengths import Length

__all__ = ["Text"]


class Text:
    """``lines`` as they are written; ``pieces`` collects which functions of C++ they call."""

    def __init__(self, axes: Mapping[str, str]):
        self.lines: list[str] = []
        self.pieces: dict[str, None] = {}
        self.axes = dict(axes)
        self._indent = 1

    def line(self, text: str) -> None:
        self.lines.append("  " * self._indent + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """``head`` {, what is written within, }"""
        self.line(f"{head} {{".lstrip())
        self._indent += 1
        yield
        self._indent -= 1
        self.line("}")

    @contextmanager
    def loops(self, lengths: Sequence[tuple[str, Length]]) -> Iterator[None]:
        """A loop for each variable; none where the length is 1."""
        for variable, length in lengths:
            if length.number != 1:
                self.line(f"for (int {variable} = 0; {variable} < {self.text(length)}; ++{variable})")
                self._indent += 1
        start = self._indent
        yield
        self._indent = start - sum(length.number != 1 for _, length in lengths)

    def text(self, length: Length) -> str:
        return length.text(self.axes)

    def use(self, *pieces: str) -> None:
        self.pieces.update(dict.fromkeys(pieces))
