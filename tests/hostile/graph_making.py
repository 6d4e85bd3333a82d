"""Graphs of a few nodes on one input ``x`` of jets."""

from __future__ import annotations

import copy
from typing import Any

from making import Document, document, result

X = {"name": "x", "axes": ["jet", 4], "type": "float32"}


def node(name: str, inputs: Any, outputs: Any, operator: str = "Identity", **more: Any) -> Document:
    return {"node": name, "operator": operator, "inputs": inputs, "outputs": outputs, **more}


def graph(*nodes: Document, outputs: Any = None, **more: Any) -> Document:
    return document(nodes, [X], outputs or [result("y", "jet", 4)], **more)


def changed(made: Document, *path: Any, value: Any) -> Document:
    made = copy.deepcopy(made)
    place: Any = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return made


GOOD = graph(node("n", ["x"], ["y"]))


def without(made: Document, *path: Any) -> Document:
    made = copy.deepcopy(made)
    place: Any = made
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return made
