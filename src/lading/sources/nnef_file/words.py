"""The words of graph.nnef, each with the line and column where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from ...errors import FormatError

WORD = re.compile(
    r"(?P<space>[ \t\r\n\f\v]+|\#[^\n\r]*)"
    r"|(?P<real>\d+\.\d*(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)"
    r"|(?P<integer>\d+)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>'[^'\n]*'|\"[^\"\n]*\")"
    r"|(?P<sign>->|<=|>=|==|!=|&&|\|\||[-+*/^!<>=(){}\[\],;:?.])"
)


class Word(NamedTuple):
    """``kind`` is one of real, integer, name, text, sign, end."""

    kind: str
    text: str
    at: int


class Words:
    """A text word by word; what goes wrong is told with its line and column."""

    def __init__(self, text: str, where: str):
        self.source, self.where = text, where
        self._words = list(self._split())
        self._next = 0

    def _split(self) -> Iterator[Word]:
        at = 0
        while at < len(self.source):
            found = WORD.match(self.source, at)
            if found is None:
                self.fail(at, f"the character {self.source[at]!r} has no meaning here")
            if found.lastgroup != "space":
                yield Word(str(found.lastgroup), found.group(), at)
            at = found.end()
        yield Word("end", "the end of the file", at)

    def fail(self, at: int, why: str) -> NoReturn:
        raise FormatError(f"{self.place(at)}: {why}")

    def place(self, at: int) -> str:
        """``graph.nnef, line 3, column 9``."""
        line = self.source.count("\n", 0, at) + 1
        return f"{self.where}, line {line}, column {at - self.source.rfind(chr(10), 0, at)}"

    @property
    def word(self) -> Word:
        return self._words[self._next]

    def take(self) -> Word:
        """This word; the next one is looked at from now on."""
        word = self.word
        if word.kind != "end":
            self._next += 1
        return word

    def has(self, text: str) -> bool:
        """Steps over ``text`` if it stands here, as a sign or a name."""
        found = self.word.text == text and self.word.kind in ("sign", "name")
        if found:
            self.take()
        return found

    def expect(self, text: str) -> None:
        if not self.has(text):
            self.fail(self.word.at, f"expected '{text}', found {self.shown()}")

    def name(self, what: str) -> str:
        if self.word.kind != "name":
            self.fail(self.word.at, f"expected {what}, found {self.shown()}")
        return self.take().text

    def shown(self) -> str:
        return self.word.text if self.word.kind == "end" else f"'{self.word.text}'"
