"""Frozen graphs of TensorFlow (GraphDef, ``.pb``): recognised, and the names of what goes in and comes out of them.

A GraphDef is a list of nodes (field 1 of graph.proto), each with a name (1), an operator (2), what it reads (3) and
attributes (5).
"""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["endpoints_of", "is_frozen_graph"]

NODE, NAME, OPERATOR, READ, ATTRIBUTE = 1, 1, 2, 3, 5
BYTES = 2  # how a field of bytes is marked

MOST_FIELDS = 300_000  # of a graph and its nodes

#: Operators that give nothing that a model is asked for.
NO_OUTPUT = ("Const", "Placeholder", "NoOp", "Assert")


def is_frozen_graph(data: bytes) -> bool:
    """Whether a file that begins like this is a GraphDef: its first node has a name, an operator and attributes."""
    number, node = next(_fields(data), (0, b""))
    if number != NODE:
        return False
    told = dict(_fields(node))
    operator = told.get(OPERATOR, b"")
    return NAME in told and ATTRIBUTE in told and operator.isalnum() and operator[:1].isupper()


def endpoints_of(data: bytes) -> tuple[list[str], list[str]]:
    """The names of a graph's placeholders, and of the nodes that no other node reads; none of a very large graph."""
    given, made, read = [], [], set()
    left = MOST_FIELDS
    for number, node in _fields(data):
        left -= 1
        name = operator = ""
        for kind, value in _fields(node) if number == NODE else ():
            left -= 1
            if left < 0:
                break
            text = value.decode("utf-8", "replace") if kind in (NAME, OPERATOR, READ) else ""
            name, operator = (text if kind == NAME else name), (text if kind == OPERATOR else operator)
            if kind == READ:
                read.add(text.lstrip("^").partition(":")[0])
        if left < 0:
            return [], []
        given += [name] if operator == "Placeholder" else []
        made += [name] if number == NODE and operator not in NO_OUTPUT else []
    return given, [name for name in made if name not in read]


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Fields of bytes and, empty, of numbers, as far as they are whole; the last one is cut where ``data`` ends."""
    at = 0
    while at < len(data):
        tag, at = _number(data, at)
        length, at = _number(data, at)
        if not tag & 7:
            yield tag >> 3, b""
        elif tag & 7 == BYTES:
            yield tag >> 3, data[at : at + length]
            at += length
        else:
            return


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A varint, and the place behind it."""
    value = shift = 0
    while at < len(data):
        byte = data[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128 or shift > 63:
            break
    return value, at
