"""``show``: a model on one screen, from a bundle, any file that is read, or a URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .facts import axis_text, facts, formula_text, names_text
from .terminal import as_json, page_text, print_page

if TYPE_CHECKING:
    from ..model import Model


#: What the score of a forest is.
LINKS = {"identity": "the margin", "logistic": "logistic of the margin", "softmax": "softmax of the margins",
         "exp": "exp of the margin", "tmva_gradient": "2/(1+exp(-2 margin))-1"}  # fmt: skip


def facts_of(target: str | Model, graph: bool = False) -> dict[str, Any]:
    """The facts of a model, or of a bundle, model file, store name or URL."""
    if not isinstance(target, str):
        return facts(target, graph)
    if target == "-":
        return facts(_read_stream(), graph)
    if "://" in target:
        from .remote import read_remote

        return facts(read_remote(target), graph)
    from ..opening import open_model

    return facts(open_model(target), graph)


def _read_stream() -> Model:
    """A model.json, which begins with a brace, or a model file, on standard input."""
    import sys

    data = sys.stdin.buffer.read()
    if data.lstrip()[:1] == b"{":
        from ..bundle import read_json

        return read_json(data, where="standard input")
    from ..sources.onnx import read_bytes

    return read_bytes(data, where="standard input")


def json_text(found: dict[str, Any]) -> str:
    """The facts as JSON."""
    return as_json(found, _plain)


def print_facts(found: dict[str, Any]) -> None:
    """The facts on the terminal."""
    print_page(render(found))


def text(model: Model, width: int = 100) -> str:
    """What ``lading show`` prints, without colours."""
    return page_text(render(facts(model)), width)


def render(found: dict[str, Any]) -> RenderableType:
    """The facts as tables that fit the terminal."""
    parts: list[RenderableType] = [_title(found)]
    for given in found["inputs"]:
        parts += ["", _heading("in", given, found)]
        if given.get("variables"):
            parts.append(Padding(_variables(given["variables"]), (0, 0, 0, 5)))
    for given in found["outputs"]:
        parts += ["", _heading("out", given, found), *_output_lines(given)]
    parts += ["", _summary(found)]
    if "nodes" in found:
        parts += ["", _nodes(found["nodes"])]
    return Group(*parts)


def _title(found: dict[str, Any]) -> Text:
    title = Text(found["name"], style="bold")
    title.append(f" {found['version']}" if found["version"] else "", style="dim")
    if found["description"]:
        title.append(f"\n{found['description']}", style="not bold")
    return title


def _heading(kind: str, given: dict[str, Any], found: dict[str, Any]) -> Text:
    line = Text(f"{kind:<4} ", style="cyan" if kind == "in" else "green")
    line.append(given["name"], style="bold default")
    line.append(f"  [{', '.join(map(str, given['axes']))}] {given['type']}", style="dim")
    if given.get("mask"):
        line.append(f"  made by the engine: {given['mask']['present']:g} {given['mask']['of']}, "
                    f"{given['mask']['absent']:g} padding", style="default")
    if given.get("description"):
        line.append(f"  {given['description']}", style="default")
    return line


def _variables(variables: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    columns = [("name", "variable"), ("unit", "unit"), ("missing", "missing"), ("prepare", "preparation"),
               ("description", "meaning")]
    shown = [(key, head) for key, head in columns if key == "name" or any(v.get(key) for v in variables)]
    for key, head in shown:
        table.add_column(head, no_wrap=key in ("name", "unit"), overflow="fold")
    for variable in variables:
        cells = [Text(_few(str(variable.get(key) or "")), style="bold" if key == "name" else "") for key, _ in shown]
        if variable.get("from"):
            cells[-1].append(f" (is {variable['from']})", style="dim")
        table.add_row(*cells)
    return table


def _few(text: str) -> str:
    """Two folds beside each other; what differs between more is for ``--json``."""
    return "by fold" if text.count(" | ") > 1 else text


def _output_lines(given: dict[str, Any]) -> list[RenderableType]:
    lines: list[RenderableType] = []
    if given["labels"]:
        described = [f"{item['label']} ({item['description']})" if item["description"] else item["label"]
                     for item in given["labels"]]
        lines.append(Padding(Text(", ".join(described)), (0, 0, 0, 5)))
    if "computed" in given:
        lines.append(Padding(Text(f"= {formula_text(given['computed'])}"), (0, 0, 0, 5)))
    for axis, values in given["when_empty"].items():
        folds = values if values and isinstance(values[0], list) else [values]
        numbers = " | ".join(map(_numbers_text, folds))
        lines.append(Padding(Text(f"without any {axis}: {numbers}", style="dim"), (0, 0, 0, 5)))
    return lines


def _numbers_text(values: list[Any]) -> str:
    return " ".join(f"{x:g}" if isinstance(x, (int, float)) else str(x) for x in values)


def _summary(found: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, axis in found["axes"].items():
        if axis["kind"] == "sequence":
            table.add_row(name, axis_text(_axis_object(name, axis)))
    proven = "proven" in found["names"]
    table.add_row("names", Text(names_text(found["names"]), style="green" if proven else "yellow"))
    if "folds" in found:
        table.add_row("folds", _folds_text(found["folds"]))
    size = found["size"]
    table.add_row("size", f"{size['nodes']} nodes, {size['numbers']:,} numbers, {_bytes(size['bytes'])}")
    operators = (f"{name} {count}" if count > 1 else name for name, count in size["operators"].items())
    table.add_row("made of", ", ".join(operators))
    for forest in found["forests"]:
        score = f"; score: {LINKS[forest['link']]}" if forest["link"] else ""
        size = f"{forest['trees']:,} trees, {forest['leaves']:,} leaves, up to {forest['deepest']} deep"
        table.add_row("forest", size + score)
    if found["samples"]:
        kept = found["samples"]
        table.add_row("self-test", f"{kept['entries']} entries to {kept['relative']:g} of scale")
    if found["agreement"].get("outputs"):
        agreement = found["agreement"]
        table.add_row("compared", f"with {agreement['with']}: {_agreement_text(agreement['outputs'])}")
    if small := found["agreement"].get("small weights"):
        table.add_row("weights", _small_weights_text(small))
    for label, value in _origin(found["record"]):
        table.add_row(label, value)
    if found["digest"]:
        table.add_row("digest", found["digest"])
    return table


def _folds_text(folds: dict[str, Any]) -> str:
    """ "even, odd by event.event_number modulo 2 (3 of 8 variables prepared by fold)"."""
    differing = f" ({len(folds['by_fold'])} of {folds['of']} variables by fold)" if folds["by_fold"] else ""
    return f"{folds['text']}{differing}"


def _small_weights_text(small: dict[str, Any]) -> str:
    worst = max(found["difference"] for found in small["outputs"].values())
    return f"{small['weights']} are {small['type']}, which changes results by up to {worst:.1e} of scale"


def _agreement_text(outputs: dict[str, dict[str, Any]]) -> str:
    """Of networks by their scale, of forests in units in the last place."""
    networks = [output["difference"] for output in outputs.values() if "difference" in output]
    if networks:
        return f"agrees to {max(networks):.1e} of scale"
    places = {name: output.get("units in the last place", 0) for name, output in outputs.items()}
    return ", ".join(f"{name} within {most} units in the last place" if most else f"{name} equal to the bit"
                     for name, most in places.items())  # fmt: skip


def _axis_object(name: str, axis: dict[str, Any]) -> Any:
    from ..endpoints import Axis

    return Axis(name, **axis)


def _origin(record: dict[str, Any]) -> list[tuple[str, str]]:
    rows = []
    origin = record.get("origin")
    if origin and isinstance(origin, dict):
        producer = f" by {origin['producer']}" if origin.get("producer") else ""
        digest = f" (sha256:{str(origin['sha256'])[:12]}...)" if origin.get("sha256") else ""
        rows.append(("from", f"{origin.get('format', '?')}{producer}{digest}"))
    if isinstance(members := record.get("members"), dict):
        rows.append(("members", ", ".join(members)))
    training = record.get("training")
    said = {key: value for key, value in training.items() if isinstance(value, (str, int, float))} if isinstance(
        training, dict) else {}  # fmt: skip
    if said:
        rows.append(("training", "; ".join(f"{key} {value}" for key, value in said.items())))
    authors = record.get("authors")
    if authors and isinstance(authors, list):
        names = [str(a.get("name", "?") if isinstance(a, dict) else a) for a in authors]
        rows.append(("authors", ", ".join(names)))
    if record.get("licence"):
        rows.append(("licence", str(record["licence"])))
    return rows


def _nodes(nodes: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for head in ("node", "operator", "reads", "gives"):
        table.add_column(head, overflow="fold")
    for node in nodes:
        table.add_row(node["node"], node["operator"], ", ".join(str(i) or "-" for i in node["inputs"]),
                      ", ".join(node["outputs"]))
    return table


def _bytes(count: int) -> str:
    for unit, size in (("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} B"


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else str(value)
