"""JSON as format 1 allows it: one text has one meaning, and every reader finds the same one."""

from __future__ import annotations

import json
import math
import re
from itertools import accumulate, pairwise
from typing import Any, NoReturn

from ..errors import FormatError

DEEPEST = 64
LARGEST = 64_000_000  # bytes of a model.json

_LITERAL_OR_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|(-?Infinity|NaN)')
_STRING, _NO_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"'), re.compile(r"[^\[{\]}]+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)")


def parse_json(data: bytes, where: str, largest: int = LARGEST) -> Any:
    """The value that ``data`` holds.

    Refused with a FormatError that begins with ``where``: a byte order mark, invalid UTF-8 (also as escapes
    of half a surrogate pair), NaN and Infinity, a key that stands twice in one object, integers beyond int64,
    numbers beyond float64, and nesting beyond 64: what some readers take one way and some another.
    """
    check_size(len(data), where, largest)
    return _Parser(_decoded(data, where), where).parse()


def check_size(size: int, where: str, largest: int = LARGEST) -> None:
    """Refuses a text of so many bytes if it is too long."""
    if size > largest:
        raise FormatError(f"{where}: larger than {largest // 1_000_000} MB")


def _decoded(data: bytes, where: str) -> str:
    if data.startswith(b"\xef\xbb\xbf"):
        raise FormatError(f"{where}: begins with a byte order mark; remove it")
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"{where}: not valid UTF-8 (byte {error.start})") from None


class _Parser:
    def __init__(self, text: str, where: str) -> None:
        self._text, self._where = text, where

    def parse(self) -> Any:
        try:
            value = json.loads(
                self._text,
                object_pairs_hook=self._object,
                parse_int=self._integer,
                parse_float=self._real,
                parse_constant=self._literal,
            )
        except json.JSONDecodeError as error:
            self._refuse_before(error.pos)
            self._syntax(error.pos)
        except RecursionError:
            self._refuse_before(len(self._text))
            raise
        self._refuse_before(len(self._text))
        return value

    def _refuse_before(self, end: int) -> None:
        """What the parser of the standard library lets pass, up to the character ``end``."""
        self._refuse_depth(end)
        self._refuse_surrogates(end)

    def _fail(self, why: str) -> NoReturn:
        raise FormatError(f"{self._where}: {why}") from None

    def _syntax(self, position: int) -> NoReturn:
        self._fail(f"not valid JSON (line {self._text.count(chr(10), 0, position) + 1})")

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            keys = sorted(key for key, _ in pairs)
            twice = next(a for a, b in pairwise(keys) if a == b)
            self._fail(f"the key '{twice}' stands twice in one object")
        return members

    def _integer(self, digits: str) -> int:
        if len(digits) > 20 or not -(1 << 63) <= int(digits) < 1 << 63:
            self._fail(f"the integer {digits} does not fit into 64 bits")
        return int(digits)

    def _real(self, digits: str) -> float:
        value = float(digits)
        if math.isinf(value):
            self._fail(f"the number {digits} is too large for a float64")
        return value

    def _literal(self, _: str) -> NoReturn:
        found = (match for match in _LITERAL_OR_STRING.finditer(self._text) if match.group(1))
        self._syntax(next(found).start())

    def _refuse_depth(self, end: int) -> None:
        if self._text.count("[") + self._text.count("{") <= DEEPEST:
            return
        brackets = _NO_BRACKETS.sub("", _STRING.sub("", self._text[:end]))
        if max(accumulate(1 if bracket in "[{" else -1 for bracket in brackets), default=0) > DEEPEST:
            self._fail(f"nested more than {DEEPEST} deep")

    def _refuse_surrogates(self, end: int) -> None:
        """An escape like \\ud83d is half a character and must be followed by the other half."""
        if "\\u" not in self._text:
            return
        half_ends = None  # where the first half of a pair ended
        for match in _ESCAPE.finditer(self._text, 0, end):
            code = int(match.group(1), 16) if match.group(1) else 0
            second = 0xDC00 <= code < 0xE000
            if second != (half_ends == match.start()) or (half_ends is not None and not second):
                self._syntax(match.start())
            half_ends = match.end() if 0xD800 <= code < 0xDC00 else None
        if half_ends is not None:
            self._syntax(half_ends)
