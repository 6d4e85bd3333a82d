"""Sentences on a terminal are broken between words, at its width; elsewhere a line stays a line, for grep and logs."""

from __future__ import annotations

import shutil
import textwrap
from typing import TextIO


def wrapped(text: str, stream: TextIO, indent: str = "  ") -> str:
    """``text`` for ``stream``: lines that are broken go on behind ``indent``."""
    if not stream.isatty():
        return text
    width = shutil.get_terminal_size().columns
    return "\n".join(textwrap.fill(line, width, subsequent_indent=indent, break_long_words=False,
                                   break_on_hyphens=False, drop_whitespace=True) for line in text.split("\n"))
