"""Graphs in graphs: branches that are missing, do not fit, belong to two nodes, or hold themselves."""

from __future__ import annotations

from collections.abc import Iterator

from graph_making import X, changed, graph, node
from making import Case, Document, bundle_case


def choice(depth: int) -> Document:
    """An If in an If, and so on."""
    graphs = {"main": [branch("main", "d0" if depth else None, "y")]}
    for level in range(depth):
        deeper = f"d{level + 1}" if level + 1 < depth else None
        graphs[f"d{level}"] = [branch(f"d{level}", deeper, f"y{level}")]
        graphs[f"e{level}"] = [node(f"e{level}", ["x"], [f"z{level}"])]
    return {**graph(), "graphs": graphs}


def branch(name: str, then: str | None, made: str) -> Document:
    if then is None:
        return node(name, ["x"], [made])
    level = then[1:]
    return taking(name, made, (then, f"y{level}"), (f"e{level}", f"z{level}"))


def taking(name: str, made: str, then: tuple[str, str], otherwise: tuple[str, str]) -> Document:
    """An If, which takes the first of two graphs; a graph and what it gives."""
    sides = {"then_branch": then, "else_branch": otherwise}
    return node(name, [{"bool": True}], [made], "If", attributes={
        side: {"graph": graph, "outputs": [output]} for side, (graph, output) in sides.items()})  # fmt: skip


def itself() -> Document:
    made = choice(1)
    made["graphs"]["d0"] = [taking("again", "y0", ("d0", "y0"), ("d0", "y0"))]
    return made


def main_in_main() -> Document:
    return graph(taking("again", "y", ("main", "y"), ("main", "y")))


CHOICE = choice(1)

GRAPHS: list[tuple[str, str, Document]] = [
    ("If without branches", "attribute 'then_branch' is missing", graph(node("n", [{"bool": True}], ["y"], "If"))),
    (
        "If with one branch",
        "attribute 'else_branch' is missing",
        graph(node("n", [{"bool": True}], ["y"], "If", attributes={"then_branch": {"graph": "t", "outputs": ["z"]}}))
        | {
            "graphs": {
                "main": graph(
                    node(
                        "n", [{"bool": True}], ["y"], "If", attributes={"then_branch": {"graph": "t", "outputs": ["z"]}}
                    )
                )["graphs"]["main"],
                "t": [node("m", ["x"], ["z"])],
            }
        },
    ),
    ("If on a number", "node 'main' (If): the condition must be one bool, it is float32 []",
     changed(CHOICE, "graphs", "main", 0, "inputs", value=[{"float32": 1.0}])),
    ("If on two conditions", "node 'main' (If): the condition must be one bool, it is bool [2]",
     changed(CHOICE, "graphs", "main", 0, "inputs", value=[{"bool": [True, False]}])),
    ("If on nothing", "node 'main' (If): takes 1 input, the condition",
     changed(CHOICE, "graphs", "main", 0, "inputs", value=[])),
    (
        "branches of two shapes",
        "inputs[1].axes: lacks the entry axis 'jet', which other inputs have",
        changed(
            changed(CHOICE, "graphs", "main", 0, "inputs", value=["b"]),
            "graphs",
            "e0",
            value=[node("e0", ["x"], ["z0"], "Flatten", attributes={"axis": 0})],
        )
        | {"inputs": [X, {"name": "b", "axes": [1], "type": "bool"}]},
    ),
    ("a branch of two results", "node 'main' (If): a branch gives 2 results, the node 1",
     changed(CHOICE, "graphs", "main", 0, "attributes", "then_branch", "outputs", value=["y0", "y0"])),
    ("a branch of no results", "node 'main' (If): a branch gives 0 results, the node 1",
     changed(CHOICE, "graphs", "main", 0, "attributes", "then_branch", "outputs", value=[])),
    ("a branch that reads the other", "outside its graph",
     changed(CHOICE, "graphs", "d0", value=[node("d", ["z0"], ["y0"])])),
    ("a branch that is not there", "did you mean",
     changed(CHOICE, "graphs", "main", 0, "attributes", "then_branch", "graph", value="dO")),
    ("a branch that is text", "graphs.d0: no node uses this graph",
     changed(CHOICE, "graphs", "main", 0, "attributes", "then_branch", value="d0")),
    ("one branch for both", "belongs to another node",
     changed(CHOICE, "graphs", "main", 0, "attributes", "else_branch", value={"graph": "d0", "outputs": ["y0"]})),
    ("a branch that holds itself", "belongs to another node", itself()),
    ("main in main", "belongs to another node", main_in_main()),
    ("graphs 17 deep", "more than 16 deep", choice(17)),
    ("graphs 3000 deep", "more than 16 deep", choice(3000)),
]  # fmt: skip


def cases() -> Iterator[Case]:
    for name, text, made in GRAPHS:
        yield bundle_case(f"graph: {name}", text, made)
