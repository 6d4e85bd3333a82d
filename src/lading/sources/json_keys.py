"""The keys of a JSON object in a file, in whatever order they stand, without reading what is behind them."""

from __future__ import annotations

import codecs
import mmap
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

__all__ = ["json_keys"]

#: A text (which the end of the file may cut off), with the colon behind it if it is a key; or a bracket.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.?[^"\\]*)*(?:"|\Z)(\s*:)?|[{}\[\]]', re.S)
_SPACE = b" \t\r\n"

#: Bytes of a file that are looked at, and texts and brackets in them.
SEARCHED, MOST_TOKENS = 1 << 25, 1 << 20


def json_keys(path: Path, *mentioned: bytes) -> Iterator[str]:
    """The keys at the first level of the object in a file, one after the other.

    None for a file that does not begin with ``{``, or lacks one of the words ``mentioned``, which is quickly seen. Of a
    very large file only the beginning is looked at.
    """
    with path.open("rb") as file:
        beginning = file.read(1 << 10)
        start = beginning.removeprefix(codecs.BOM_UTF8).lstrip(_SPACE)
        if not start.startswith(b"{"):
            return
        size = min(path.stat().st_size, SEARCHED)
        with mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as data:
            if all(data.find(word) >= 0 for word in mentioned):
                yield from _first_level(data)


def _first_level(data: mmap.mmap) -> Iterator[str]:
    depth = 0
    for token in islice(_TOKEN.finditer(data), MOST_TOKENS):
        sign = token[0]
        if sign in (b"{", b"["):
            depth += 1
        elif sign in (b"}", b"]"):
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1 and token[1]:
            yield sign[1:].partition(b'"')[0].decode("latin-1")
