"""The way out to a terminal: texts of files may hold characters that command one, which are shown and not obeyed."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

__all__ = ["as_json", "page_text", "print_page", "visible"]

#: Control characters, but for the new line and the tab, which lay a text out.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

#: Those that JSON leaves as they are.
LEFT_BY_JSON = re.compile(r"[\x7f-\x9f]")


def visible(text: str) -> str:
    r"""``text`` with its control characters written out, as in ``\x1b[31m``."""
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def as_json(value: Any, default: Callable[[Any], Any] | None = None) -> str:
    """JSON to be printed: its texts are as they are, but for control characters."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=default)
    return LEFT_BY_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def print_page(page: RenderableType) -> None:
    """A page of tables and texts on the terminal."""
    from rich.console import Console  # here, so that `lading --help` is quick

    Console(highlight=False, soft_wrap=False).print(_Visible(page))


def page_text(page: RenderableType, width: int) -> str:
    """What ``print_page`` prints, without colours."""
    from rich.console import Console

    console = Console(width=width, highlight=False, color_system=None, record=True, file=io.StringIO())
    console.print(_Visible(page))
    return console.export_text()


class _Visible:
    """A page whose texts are visible; what rich itself tells the terminal, colours, stays."""

    def __init__(self, page: RenderableType):
        self._page = page

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.segment import Segment

        for segment in console.render(self._page, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)
