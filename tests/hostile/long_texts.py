"""Names, numbers, keys and lists without end."""

from __future__ import annotations

import json
from collections.abc import Iterator

from graph_making import GOOD, changed, graph, node
from making import Case, Document, bundle_case

WIDE = [node(f"n{'w' * 240}{at}", ["x"], [f"h{'v' * 240}{at}"]) for at in range(10_000)]

TEXTS: list[tuple[str, str, Document | bytes]] = [
    ("10000 nodes of operators that nobody knows", "no operator for 10000 nodes",
     graph(*(node(f"n{at}", ["x"], [f"h{at}"], f"Nonsense{at}") for at in range(10_000)), node("o", ["x"], ["y"]))),
    ("a wrong name among 10000 long ones", "no value", graph(*WIDE, node("o", ["h" + "v" * 247], ["y"]))),
    ("an output that nobody gives among 10000", "gives 'y'", graph(*WIDE)),
    ("a name of a million letters", "not a name", graph(node("n" * 10**6, ["x"], ["y"]))),
    ("an operand of a million letters", "not a name", graph(node("n", ["x" * 10**6], ["y"]))),
    ("an axis of a million letters", "inputs[0].axes[0]: no such axis 'jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj",
     changed(GOOD, "inputs", 0, "axes", 0, value="j" * 10**6)),
    ("a type of a million letters", "inputs[0].type: no such type 'ffffffffffffffffffffffffffffffffffffffff",
     changed(GOOD, "inputs", 0, "type", value="f" * 10**6)),
    ("a key of a million letters", "inputs[0]: has the unknown key 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
     changed(GOOD, "inputs", 0, "k" * 10**6, value=1)),
    ("a type with a NUL", "inputs[0].type: no such type 'float\\x0032'",
     changed(GOOD, "inputs", 0, "type", value="float\x0032")),
    ("a type of a million NULs", "inputs[0].type: no such type '\\x00\\x00\\x00",
     changed(GOOD, "inputs", 0, "type", value="\0" * 10**6)),
    ("a kind of a million letters", "axes.jet.kind: no such kind 'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
     changed(GOOD, "axes", "jet", "kind", value="e" * 10**6)),
    ("a text attribute of a million letters", "attribute 'approximate' is 'tttttttttttttttttttttttttttttttttttttttttt",
     graph(node("n", ["x"], ["y"], "Gelu", attributes={"approximate": "t" * 10**6}))),
    ("a number of a million digits", "64 bits", b'{"lading": ' + b"1" * 10**6 + b"}"),
    ("a real number of a million digits", "lading: should be an integer, is a real number",
     b'{"lading": 1.' + b"1" * 10**6 + b"}"),
    ("an exponent of a million digits", "too large", b'{"lading": 1e' + b"9" * 10**6 + b"}"),
    ("a million lists", "nested more than 64 deep", b'{"lading": ' + b"[" * 10**6),
    ("400000 keys of one name", "stands twice", b"{" + b'"a":1,' * 400_000 + b'"a":1}'),
    ("100000 keys", "not a bundle of lading: it lacks the key 'lading'",
     json.dumps({f"k{i}": 0 for i in range(10**5)}).encode()),
]  # fmt: skip


def cases() -> Iterator[Case]:
    for name, text, made in TEXTS:
        yield bundle_case(f"graph: {name}", text, made)
