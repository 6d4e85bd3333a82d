"""Steps of a long command on standard error: a spinner in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from ..examine.terminal import visible
from .wrapping import wrapped

if TYPE_CHECKING:
    from rich.status import Status


#: Characters of a bar.
WIDTH = 24


class Progress:
    """``step(text)`` says what is being done now, ``done(text)`` what has been done."""

    def __init__(self, quiet: bool = False) -> None:
        from rich.console import Console  # here, so that `lading --help` is quick

        self._console = Console(stderr=True, quiet=quiet, highlight=False)
        self._status: Status | None = None
        self._begin = time.monotonic()

    def step(self, text: str, finished: bool = False) -> None:
        """Shows ``text`` as the step under way, or, ``finished``, as a result that stays."""
        if finished:
            self._say(f"  {text}")
        elif self._status is not None:
            self._status.update(visible(text))

    def bar(self, text: str, total: int) -> Callable[[int], None]:
        """What is to be told how many of ``total`` are done: a bar in a terminal, nothing elsewhere."""
        self.step(text)

        def show(done: int) -> None:
            full = WIDTH * done // max(total, 1)
            self.step(f"{text} {'━' * full}{' ' * (WIDTH - full)} {100 * done // max(total, 1)} % of {total:,} entries")

        return show

    def done(self, text: str) -> None:
        self._say(f"{text} ({time.monotonic() - self._begin:.1f} s)")

    def _say(self, text: str) -> None:
        self._console.print(wrapped(text, sys.stderr, "    "), soft_wrap=True, markup=False)

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            self._status = self._console.status("reading")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()
