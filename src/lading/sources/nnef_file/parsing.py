"""From the words of graph.nnef to fragments and a graph of assignments (NNEF 1.0.5, chapters 3 and 4).

Expressions of the compositional syntax are read too: ``y = relu(x * 2.0 + b)``.
"""

from __future__ import annotations

from typing import Any

from .syntax import Assignment, Call, Choice, Document, Fragment, Items, Literal, Name, Operation, Pick
from .words import Words

__all__ = ["parse"]

#: Deeper expressions are refused, before Python's own stack ends.
DEEPEST = 100

#: How strongly operators bind, from the weakest.
STRENGTH = {"||": 1, "&&": 1, "<": 2, "<=": 2, ">": 2, ">=": 2, "==": 2, "!=": 2, "+": 3, "-": 3, "*": 4, "/": 4,
            "^": 5}  # fmt: skip

TYPES = ("tensor", "integer", "scalar", "logical", "string")


def parse(words: Words) -> Document:
    """The document in ``words``. Raises FormatError with the line and column of the first mistake."""
    _version(words)
    extensions = []
    while words.has("extension"):
        text = []
        while words.word.text != ";" and words.word.kind != "end":
            text.append(words.take().text)
        words.expect(";")
        extensions.append(" ".join(text))
    fragments: dict[str, Fragment] = {}
    while words.word.text == "fragment":
        made = _Parser(words).fragment()
        if made.name in fragments:
            words.fail(made.at, f"the fragment '{made.name}' is defined twice")
        fragments[made.name] = made
    words.expect("graph")
    document = Document(fragments, _Parser(words).graph(), extensions)
    if words.word.kind != "end":
        words.fail(words.word.at, f"expected the end of the file behind the graph, found {words.shown()}")
    return document


def _version(words: Words) -> None:
    words.expect("version")
    version = words.take()
    if version.kind != "real" or version.text.split(".")[0] != "1":
        words.fail(version.at, f"version {version.text}; lading reads version 1.0")
    words.expect(";")


def _is_target(item: Any) -> bool:
    """A name, or a list of such."""
    return isinstance(item, Name) or (isinstance(item, Items) and bool(item.items) and all(map(_is_target, item.items)))


class _Parser:
    def __init__(self, words: Words):
        self.words = words
        self._depth = 0

    # ------------------------------------------------------------------------ fragments and graphs

    def graph(self) -> Fragment:
        at = self.words.word.at
        name = self.words.name("the name of the graph")
        parameters = dict.fromkeys(self._names("a parameter"))
        self.words.expect("->")
        return Fragment(name, parameters, self._names("a result"), self._body(), at)

    def _names(self, what: str) -> list[str]:
        self.words.expect("(")
        names: list[str] = []
        while not self.words.has(")"):
            at = self.words.word.at
            name = self.words.name(what)
            if name in names:
                self.words.fail(at, f"'{name}' stands there twice")
            names.append(name)
            if self.words.word.text != ")":
                self.words.expect(",")
        return names

    def fragment(self) -> Fragment:
        self.words.expect("fragment")
        at = self.words.word.at
        made = Fragment(self.words.name("the name of a fragment"), {}, [], at=at)
        if self.words.has("<"):
            self._type()
            self.words.expect(">")
        made.parameters = self._declarations()
        self.words.expect("->")
        made.results = list(self._declarations())
        if not self.words.has(";"):
            made.body = self._body()
        return made

    def _declarations(self) -> dict[str, Any]:
        """Parameters by name, with their defaults: an expression, or None."""
        self.words.expect("(")
        found: dict[str, Any] = {}
        while not self.words.has(")"):
            name = self.words.name("a parameter")
            self.words.expect(":")
            self._type()
            found[name] = self.expression() if self.words.has("=") else None
            if self.words.word.text != ")":
                self.words.expect(",")
        return found

    def _type(self) -> None:
        """Steps over a type: what a parameter may be shows in what is done with it."""
        open_brackets = 0
        while True:
            text = self.words.word.text
            if self.words.word.kind == "end" or text in ("{", "}", ";"):
                self.words.fail(self.words.word.at, f"expected a type, found {self.words.shown()}")
            if open_brackets == 0 and text in (",", ")", "=", ">"):
                return
            open_brackets += (text in ("(", "[", "<")) - (text in (")", "]", ">"))
            self.words.take()
            if open_brackets == 0 and text == "?" and self.words.has("="):
                self.words.name("a type")

    def _body(self) -> list[Assignment]:
        self.words.expect("{")
        body = []
        while not self.words.has("}"):
            at = self.words.word.at
            target = self._target()
            self.words.expect("=")
            body.append(Assignment(target, self.expression(), at))
            self.words.expect(";")
        return body

    def _target(self) -> Any:
        at = self.words.word.at
        items = [self._primary()]
        while self.words.has(","):
            items.append(self._primary())
        if not all(map(_is_target, items)):
            self.words.fail(at, "only names stand on the left of '='")
        return items[0] if len(items) == 1 else Items(items, False, at)

    # -------------------------------------------------------------------------------- expressions

    def expression(self, weakest: int = 0) -> Any:
        self._depth += 1
        if self._depth > DEEPEST:
            self.words.fail(self.words.word.at, f"an expression is nested deeper than {DEEPEST}")
        left = self._unary()
        while (strength := STRENGTH.get(self.words.word.text, 0)) > weakest and self.words.word.kind == "sign":
            sign = self.words.take()
            left = Operation(sign.text, [left, self.expression(strength)], sign.at)
        if weakest == 0 and self.words.word.text == "if":
            at = self.words.take().at
            condition = self.expression()
            self.words.expect("else")
            left = Choice(condition, left, self.expression(), at)
        self._depth -= 1
        return left

    def _unary(self) -> Any:
        word = self.words.word
        if word.kind == "sign" and word.text in ("-", "+", "!"):
            self.words.take()
            if word.text != "!" and self.words.word.kind in ("integer", "real"):
                number = self._number()
                return Literal(-number if word.text == "-" else number, word.at)
            return Operation(word.text, [self.expression(STRENGTH["*"])], word.at)
        made = self._primary()
        while self.words.word.text == "[" and isinstance(made, (Name, Pick, Call)):
            at = self.words.take().at
            made = Pick(made, self.expression(), at)
            self.words.expect("]")
        return made

    def _number(self) -> int | float:
        word = self.words.take()
        if word.kind == "real":
            return float(word.text)
        if len(word.text) > 18:
            self.words.fail(word.at, f"the integer {word.text} is too large")
        return int(word.text)

    def _primary(self) -> Any:
        word = self.words.word
        if word.kind in ("integer", "real"):
            return Literal(self._number(), word.at)
        if word.kind == "text":
            return Literal(self.words.take().text[1:-1], word.at)
        if word.text in ("[", "("):
            return self._items()
        if word.kind != "name":
            self.words.fail(word.at, f"expected a value, found {self.words.shown()}")
        self.words.take()
        if word.text in ("true", "false"):
            return Literal(word.text == "true", word.at)
        if self.words.word.text == "(" or (self.words.word.text == "<" and self._is_typed_call()):
            return self._call(word.text, word.at)
        return Name(word.text, word.at)

    def _is_typed_call(self) -> bool:
        """Whether ``<`` opens a type, as in ``variable<scalar>(``."""
        at = self.words.word.at + 1
        rest = self.words.source[at : at + 40].lstrip()
        return rest.startswith((*TYPES, "?"))

    def _items(self) -> Any:
        opened = self.words.take()
        close = "]" if opened.text == "[" else ")"
        items: list[Any] = []
        while not self.words.has(close):
            if self.words.word.text == "for":
                self.words.fail(self.words.word.at, "lists made by 'for' are not read; write the list out")
            items.append(self.expression())
            if self.words.word.text != close:
                self.words.expect(",")
        if opened.text == "(" and len(items) == 1:
            return items[0]
        return Items(items, opened.text == "[", opened.at)

    def _call(self, name: str, at: int) -> Call:
        kind = ""
        if self.words.has("<"):
            kind = self.words.take().text
            self.words.expect(">")
        self.words.expect("(")
        call = Call(name, kind, [], {}, at)
        while not self.words.has(")"):
            self._argument(call)
            if self.words.word.text != ")":
                self.words.expect(",")
        return call

    def _argument(self, call: Call) -> None:
        at = self.words.word.at
        value = self.expression()
        if isinstance(value, Name) and self.words.has("="):
            if value.name in call.names:
                self.words.fail(at, f"'{call.name}' is given '{value.name}' twice")
            call.names[value.name] = self.expression()
        elif call.names:
            self.words.fail(at, f"an argument of '{call.name}' without a name stands behind one with a name")
        else:
            call.places.append(value)
