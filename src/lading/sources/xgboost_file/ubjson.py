"""UBJSON, XGBoost's binary form of JSON: every number and length big-endian, behind a letter for its type
(https://ubjson.org/type-reference/)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np

from ...errors import FormatError

#: Letters of numbers: their codes, which NumPy and struct share where they are of fixed size.
NUMBERS = {"i": ">b", "U": ">B", "I": ">h", "l": ">i", "L": ">q", "d": ">f", "D": ">d"}
CONSTANTS = {"Z": None, "T": True, "F": False}
DEPTH = 64  # of containers in containers; XGBoost needs 8


def parse(data: bytes, where: str) -> Any:
    """What ``data`` holds: dictionaries, lists, strings, numbers; arrays of typed numbers as NumPy arrays.

    Raises FormatError where the bytes end early, or are of no type that UBJSON has.
    """
    reader = _Reader(data, where)
    return reader.value(reader.letter(), 0)


class _Reader:
    def __init__(self, data: bytes, where: str):
        self._data, self._at, self._where = data, 0, where

    def letter(self) -> str:
        """The next letter that says something: N is a filler."""
        letter = "N"
        while letter == "N":
            letter = chr(self._take(1)[0])
        return letter

    def value(self, letter: str, depth: int) -> Any:
        """The value of the type ``letter``, which has been read."""
        if letter in NUMBERS:
            return self._number(letter)
        if letter in "{[":
            if depth >= DEPTH:
                self._fail(f"containers nest deeper than {DEPTH}")
            return self._object(depth + 1) if letter == "{" else self._array(depth + 1)
        if letter in ("S", "H"):
            return self._text()
        if letter == "C":
            return chr(self._take(1)[0])
        if letter not in CONSTANTS:
            self._fail(f"there is no type {letter!r}")
        return CONSTANTS[letter]

    def _object(self, depth: int) -> dict[str, Any]:
        kind, count = self._header()
        result: dict[str, Any] = {}
        for first in self._items(count, "}"):
            name = self._text(first)
            result[name] = self.value(kind or self.letter(), depth)
        return result

    def _array(self, depth: int) -> Any:
        kind, count = self._header()
        if kind in NUMBERS and count is not None:
            type_ = np.dtype(NUMBERS[kind])
            numbers = np.frombuffer(self._take(count * type_.itemsize), type_)
            return numbers.astype(type_.newbyteorder("="))
        return [self.value(kind or first or self.letter(), depth) for first in self._items(count, "]")]

    def _header(self) -> tuple[str, int | None]:
        """Of a container: the type of all that is in it, if it says one, and the number, if it says that."""
        kind = ""
        if self._peek() == "$":
            self._take(1)
            kind = self.letter()
            if kind in CONSTANTS or self._peek() != "#":
                self._fail(f"a container of type {kind!r} has no count, or its items no bytes")
        if self._peek() != "#":
            return kind, None
        self._take(1)
        count = self._length()
        if count > len(self._data) - self._at:  # every item has a byte or more
            self._fail(f"{count} items are announced, {len(self._data) - self._at} bytes are left")
        return kind, count

    def _items(self, count: int | None, end: str) -> Iterator[str]:
        """Once for each item; the letter that had to be read to see that this is not the end, if one was."""
        if count is not None:
            yield from ("" for _ in range(count))
            return
        while (letter := self.letter()) != end:
            yield letter

    def _text(self, first: str = "") -> str:
        length = self._length(first)
        try:
            return self._take(length).decode()
        except UnicodeDecodeError:
            self._fail("a text is no UTF-8")

    def _length(self, first: str = "") -> int:
        letter = first or self.letter()
        if letter not in "iUIlL":
            self._fail(f"a length has the type {letter!r}")
        length = int(self._number(letter))
        if length < 0:
            self._fail(f"a length is {length}")
        return length

    def _number(self, letter: str) -> int | float:
        code = NUMBERS[letter]
        number: int | float = struct.unpack(code, self._take(struct.calcsize(code)))[0]
        return number

    def _peek(self) -> str:
        return chr(self._data[self._at]) if self._at < len(self._data) else ""

    def _take(self, count: int) -> bytes:
        if count > len(self._data) - self._at:
            self._fail(f"{count} bytes are needed, {len(self._data) - self._at} are left")
        self._at += count
        return self._data[self._at - count : self._at]

    def _fail(self, why: str) -> NoReturn:
        raise FormatError(f"{self._where}: byte {self._at}: {why}; damaged UBJSON")
