"""A value of a JSON file together with the way to it, so that every message can say where it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from ..errors import FormatError, LadingError, suggestion

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

#: What a text may say where a number is meant.
SPECIAL_NUMBERS = ("nan", "inf", "-inf")


_KINDS = {bool: "true or false", int: "an integer", float: "a real number", str: "text", list: "a list",
          dict: "an object"}  # fmt: skip


class Place:
    """``place["inputs"]``, ``place[0]`` and ``place.find(key)`` lead on; what stands there is asked by kind.

    >>> file = Place({"axes": {"track": {"size": "3"}}}, "tau-id/model.json")
    >>> file["axes"]["track"]["size"].integer()
    Traceback (most recent call last):
    lading.errors.FormatError: tau-id/model.json: axes.track.size: should be an integer, is text
    """

    __slots__ = ("_key", "_parent", "file", "value")

    def __init__(self, value: Any, file: str, parent: Place | None = None, key: str | int = "") -> None:
        self.value, self.file = value, file
        self._parent, self._key = parent, key

    @property
    def path(self) -> str:
        """``inputs[1].name``; "" for the whole file."""
        if self._parent is None:
            return ""
        before = self._parent.path
        if isinstance(self._key, int):
            return f"{before}[{self._key}]"
        if not _WORD.match(self._key):
            return f"{before}['{self._key}']"
        return f"{before}.{self._key}" if before else self._key

    def fail(self, why: str, kind: type[LadingError] = FormatError) -> NoReturn:
        path = self.path
        raise kind(f"{self.file}: {path}: {why}" if path else f"{self.file}: {why}")

    def expected(self, what: str) -> NoReturn:
        self.fail(f"should be {what}, is {described(self.value)}")

    # Values of one kind.

    def text(self) -> str:
        return self.value if isinstance(self.value, str) else self.expected("text")

    def integer(self) -> int:
        return self.value if type(self.value) is int else self.expected("an integer")

    def boolean(self) -> bool:
        return self.value if isinstance(self.value, bool) else self.expected("true or false")

    def integer_from(self, least: int) -> int:
        value = self.integer()
        if value < least:
            self.fail(f"should be {least} or more, is {value}")
        return value

    def integers_from(self, least: int) -> list[int]:
        """Of a list, none of them below ``least``."""
        values: list[int] = self.list().value
        for i, value in enumerate(values):
            if type(value) is not int or value < least:
                self[i].integer_from(least)
        return values

    def real(self) -> int | float:
        """A number; an integer will do."""
        value: int | float = self.value
        return value if type(value) in (int, float) else self.expected("a number")

    def number(self) -> int | float:
        """A number, or "nan", "inf", "-inf"."""
        if not isinstance(self.value, str):
            return self.real()
        if self.value not in SPECIAL_NUMBERS:
            self.fail(f"should be a number, 'nan', 'inf' or '-inf', is '{self.value}'")
        return float(self.value)

    def is_object(self) -> bool:
        return isinstance(self.value, dict)

    def object(self) -> Place:
        """Itself, being an object."""
        return self if isinstance(self.value, dict) else self.expected("an object")

    def list(self) -> Place:
        """Itself, being a list."""
        return self if isinstance(self.value, list) else self.expected("a list")

    def __bool__(self) -> bool:
        """A place is there, whatever stands in it (``find`` gives None where it is not)."""
        return True

    # Lists.

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Place]:
        """The items of a list."""
        return (Place(item, self.file, self, i) for i, item in enumerate(self.list().value))

    # Objects.

    def members(self) -> Iterator[tuple[str, Place]]:
        """Keys and values of an object."""
        return ((key, Place(value, self.file, self, key)) for key, value in self.object().value.items())

    def find(self, key: str) -> Place | None:
        if key not in self.object().value:
            return None
        return Place(self.value[key], self.file, self, key)

    def __getitem__(self, key: str | int) -> Place:
        """A member that must be there, or an item of a list."""
        if isinstance(key, int):
            return Place(self.value[key], self.file, self, key)
        found = self.find(key)
        return found if found is not None else self.fail(f"lacks '{key}'")

    def allow(self, keys: Iterable[str]) -> None:
        """Refuses every other key of an object."""
        allowed = list(keys)
        for key in self.object().value:
            if key not in allowed:
                self.fail(f"has the unknown key '{key}' {suggestion(key, allowed)}")


def described(value: Any) -> str:
    """The kind of a JSON value, in words."""
    return next((words for kind, words in _KINDS.items() if isinstance(value, kind)), "null")
