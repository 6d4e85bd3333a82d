"""The text form of protocol buffers, as far as configurations use it: fields, objects, lists, texts and numbers."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from ...errors import FormatError

DEEPEST = 32

_TOKEN = re.compile(r'\s*(?:#[^\n]*\n\s*)*("(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|[\w.+-]+|[{}<>\[\]:,;])')
_FIELD = re.compile(r"^\s*(input|output)\s*:?\s*[\[{]", re.M)


def looks_like_it(text: str) -> bool:
    """Whether a text has inputs or outputs as Triton writes them."""
    return _FIELD.search(text) is not None


def parse(text: str, where: str) -> dict[str, Any]:
    """Every field with the list of its values, in order. Raises FormatError with the line."""
    return _Parser(text, where).message("", 0)


class _Parser:
    def __init__(self, text: str, where: str):
        self._text, self._where, self._at = text, where, 0
        self._ahead = self._next()

    def _fail(self, why: str) -> NoReturn:
        line = self._text.count("\n", 0, self._at) + 1
        raise FormatError(f"{self._where}: line {line}: {why}")

    def _next(self) -> str:
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            rest = re.sub(r"#[^\n]*", "", self._text[self._at :]).strip()
            if rest:
                self._fail(f"cannot be read: {rest[:20]!r}")
            return ""
        self._at = found.end()
        return found[1]

    def _take(self) -> str:
        token, self._ahead = self._ahead, self._next()
        return token

    def message(self, end: str, depth: int) -> dict[str, Any]:
        if depth > DEEPEST:
            self._fail(f"nested more than {DEEPEST} deep")
        fields: dict[str, Any] = {}
        while self._ahead != end:
            name = self._take()
            if not re.match(r"[A-Za-z_]\w*$", name):
                self._fail(f"should be the name of a field, is {name!r}" if name else "ends too early")
            if self._ahead == ":":
                self._take()
            fields.setdefault(name, []).extend(self._values(depth))
            if self._ahead in (",", ";") and self._ahead:
                self._take()
        self._take()
        return fields

    def _values(self, depth: int) -> list[Any]:
        if self._ahead != "[":
            return [self._value(depth)]
        self._take()
        values = []
        while self._ahead != "]":
            values.append(self._value(depth))
            if self._ahead == ",":
                self._take()
        self._take()
        return values

    def _value(self, depth: int) -> Any:
        token = self._take()
        if token in ("{", "<"):
            return self.message("}" if token == "{" else ">", depth + 1)
        if token[:1] in ('"', "'"):
            return token[1:-1]
        if re.match(r"[+-]?\d+$", token):
            return int(token) if len(token) < 19 else self._fail(f"{token} is too large")
        if not token or not re.match(r"[\w.+-]+$", token):
            self._fail(f"should be a value, is {token!r}" if token else "ends too early")
        return token
