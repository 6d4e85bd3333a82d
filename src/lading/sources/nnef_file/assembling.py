"""From the files of a model in NNEF to a Model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...endpoints import Axis, Input, Output, valid_name
from ...errors import UnsupportedError
from ...graph import Node
from ...model import Model
from ..naming import endpoints, give_readable_names, rename_values
from ..wiring import Wiring
from .building import Builder, Tensor
from .container import GRAPH, Container
from .entries import takes_entries
from .papers import SideFile
from .parsing import parse
from .reading import Reading
from .words import Words

ENTRY = "entry"

#: Names of graphs that exporters give.
SAYS_NOTHING = ("main", "graph", "network", "net", "model", "G")


def assemble(files: Container, text: str, origin: dict[str, Any], where: str) -> Model:
    """The Model of a file; ``origin`` is what the record says of where it came from."""
    try:
        return _assembled(files, Words(text, where), origin)
    except RecursionError:
        raise UnsupportedError(f"{where}: fragments and expressions are nested too deeply") from None


def _assembled(files: Container, words: Words, origin: dict[str, Any]) -> Model:
    document = parse(words)
    side = SideFile(files)
    name = valid_name(_name(document.graph.name, Path(files.where)))
    model = Model(name=name, names={"from source": {}}, record={"origin": origin}, origin=files.where)
    wiring = Wiring(model, model.graphs["main"].nodes, [*document.graph.parameters, *document.graph.results])
    reading = Reading(document, words, files, Builder(wiring), side.types)
    results = reading.run()
    given = [reading.declarations.inputs[each] for each in document.graph.parameters]
    model.input_list = [Input(each.name, list(each.shape), each.type) for each in given]
    _give_results(model, reading.build, results, side)
    _drop_unused(model)
    if side.entry_places:
        side.mark_entries(model, ENTRY)
    elif takes_entries(model):
        _mark_entries(model)
    give_readable_names(model)
    return side.applied(model)


def _name(name: str, path: Path) -> str:
    """The graph's own name, or where it says nothing that of its folder or archive."""
    if name not in SAYS_NOTHING:
        return name
    return (path.parent.resolve().name if path.name == GRAPH else path.resolve().name.split(".")[0]) or name


def _give_results(model: Model, build: Builder, results: dict[str, Tensor], side: SideFile) -> None:
    """Calls what the graph gives by the names of its results; a copy where two are one, or it is no node's."""
    nodes = model.graphs["main"].nodes
    made = {name for node in nodes for name in node.outputs}
    given: set[str] = set()
    build.place = model.origin
    for name, tensor in results.items():
        build.target = name
        type_ = side.types.get(name, tensor.type)
        if type_ != tensor.type:
            tensor = build.add("Cast", tensor, shape=tensor.shape, type=type_, to=type_)
            made.add(tensor.name)
        if tensor.array is None and tensor.name in made and tensor.name not in given:
            rename_values(model.graphs.values(), {tensor.name: name})
            results.update({other: Tensor(name, each.shape, each.type) for other, each in results.items()
                            if each is tensor and other != name})
            given.add(name)
            made.add(name)
        else:
            copied = build._read(tensor)
            nodes.append(Node(name, "Identity", [copied], [name]))
        model.output_list.append(Output(name, list(tensor.shape), type_))


def _drop_unused(model: Model) -> None:
    """Leaves out nodes whose results nobody uses, and weights that no node reads."""
    graph = model.graphs["main"]
    needed = {output.name for output in model.output_list}
    kept = []
    for node in reversed(graph.nodes):
        if needed & set(node.outputs):
            needed.update(node.reads())
            kept.append(node)
    graph.nodes = kept[::-1]
    model.weights = {name: array for name, array in model.weights.items() if name in needed}


def _mark_entries(model: Model) -> None:
    model.axes[ENTRY] = Axis(ENTRY, "entry")
    for endpoint in endpoints(model):
        endpoint.axes[0] = ENTRY
