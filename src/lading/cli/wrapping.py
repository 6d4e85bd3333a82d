"""Sentences on a terminal are broken between words, at its width; elsewhere a line stays a line, for grep and logs.

Control characters in them, which come out of files, are written out.
"""

from __future__ import annotations

import shutil
import textwrap
from typing import TextIO

from ..examine.terminal import visible


def wrapped(text: str, stream: TextIO, indent: str = "  ") -> str:
    """``text`` for ``stream``: lines that are broken go on behind ``indent``."""
    text = visible(text)
    if not stream.isatty():
        return text
    width = shutil.get_terminal_size().columns
    return "\n".join(textwrap.fill(line, width, subsequent_indent=indent, break_long_words=False,
                                   break_on_hyphens=False, drop_whitespace=True) for line in text.split("\n"))
