"""The variables file that lwtnn's converters take: names, offsets, scales and defaults of what goes in.

Its lists stand in the order of the model's inputs and outputs: ``inputs`` of those that are vectors,
``input_sequences`` of those that are sequences. The file of a sequential model is flat. The formula is
``(x + offset) * scale`` in double precision; ``default`` stands in for NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...bundle.place import Place
from ...bundle.strict_json import parse_json
from ...endpoints import Input, Label, Missing, Variable, valid_name
from ...errors import FormatError, MissingFile
from ...model import Model

__all__ = ["Described", "described", "named_again"]


@dataclass
class _Group:
    """The variables of one input, or the labels of one output; ``name`` is "" where the file has none."""

    name: str
    items: list[Any]
    place: Place


@dataclass
class Described:
    """What a variables file says of the inputs, in their order, and of the outputs."""

    inputs: list[_Group]
    sequences: list[bool]
    outputs: list[_Group]
    where: str

    def apply(self, model: Model) -> None:
        """Gives the inputs their variables and the outputs their labels. Raises FormatError where numbers differ."""
        from ..naming import endpoints, rename_values

        renamed: dict[str, dict[str, str]] = {"inputs": {}, "outputs": {}}
        taken = {each.name for each in endpoints(model)}
        for given, group in zip(model.input_list, self.inputs, strict=True):
            if given.axes[-1] != len(group.items):
                group.place.fail(f"{len(group.items)} variables, and the input '{given.name}' has {given.axes[-1]}")
            given.axes[-1], given.variable_list = "variable", [_variable(each) for each in group.items]
            _rename(given, group.name, taken, renamed["inputs"])
        if self.outputs and len(self.outputs) != len(model.output_list):
            raise FormatError(f"{self.where}: {len(self.outputs)} outputs, and the model has {len(model.output_list)}")
        for output, group in zip(model.output_list, self.outputs, strict=False):
            if output.axes[-1] != len(group.items):
                group.place.fail(f"{len(group.items)} labels, and the output '{output.name}' has {output.axes[-1]}")
            output.axes[-1], output.label_list = "label", [Label(valid_name(place.text())) for place in group.items]
            _rename(output, group.name, taken, renamed["outputs"])
        graphs = list(model.graphs.values())
        inside = {each: f"{each}~" for names in renamed.values() for each in names}
        rename_values(graphs, {name: other for name, other in inside.items() if name not in taken})
        rename_values(graphs, {old: new for names in renamed.values() for new, old in names.items()})
        model.record["origin"] |= {kind: names for kind, names in renamed.items() if names}


def _rename(endpoint: Any, name: str, taken: set[str], renamed: dict[str, str]) -> None:
    """Gives an input or output the name of the file, unless another one has it."""
    name = valid_name(name) if name else endpoint.name
    if name not in taken:
        renamed[name] = endpoint.name
        taken.discard(endpoint.name)
        endpoint.name = name
        taken.add(name)


def described(variables: Any, ranks: list[int], where: str) -> Described:
    """A variables file (a path or a dictionary) for inputs of these numbers of axes. Raises FormatError."""
    if isinstance(variables, dict):
        file, said = Place(variables, "variables"), "variables"
    else:
        path = Path(variables)
        if not path.is_file():
            raise MissingFile(f"{path}: no such file of variables")
        file, said = Place(parse_json(path.read_bytes(), str(path)), str(path)), str(path)
    file.object()
    vectors, sequences = _groups(file, "inputs"), _groups(file, "input_sequences")
    flat = file.find("inputs") is not None and bool(vectors) and vectors[0].place.find("variables") is None
    if flat:
        items = list(file["inputs"])
        vectors, sequences = [_Group("", items, file["inputs"])], []
        if ranks == [3]:
            vectors, sequences = sequences, vectors
    wanted = [sum(rank != 3 for rank in ranks), sum(rank == 3 for rank in ranks)]
    if [len(vectors), len(sequences)] != wanted:
        raise FormatError(f"{said}: {len(vectors)} inputs and {len(sequences)} sequences, and the model has "
                          f"{wanted[0]} and {wanted[1]}")  # fmt: skip
    for group in sequences:  # of two equal names the sequence gets another
        group.name += "_sequence" if group.name and group.name in [each.name for each in vectors] else ""
    groups = {False: iter(vectors), True: iter(sequences)}
    return Described([next(groups[rank == 3]) for rank in ranks], [rank == 3 for rank in ranks], _outputs(file), said)


def named_again(model: Model, said: Any) -> None:
    """Variables and labels as lading wrote them into the metadata of a file; what does not fit is passed over."""
    sides: dict[str, list[Any]] = {"variables": model.input_list, "labels": model.output_list}
    for key, side in sides.items():
        groups = said.get(key) if isinstance(said, dict) else None
        for endpoint, items in zip(side, groups if isinstance(groups, list) else [], strict=False):
            names = [valid_name(str(each.get("name", ""))[:200]) for each in items if isinstance(each, dict)]
            if not names or len(names) != endpoint.axes[-1] or len(set(names)) < len(names):
                continue
            endpoint.axes[-1] = key[:-1]
            units = [str(each.get("unit", ""))[:200] for each in items]
            if isinstance(endpoint, Input):
                endpoint.variable_list = [Variable(*each) for each in zip(names, units, strict=True)]
            else:
                endpoint.label_list = [Label(name) for name in names]


def _outputs(file: Place) -> list[_Group]:
    if (labels := file.find("class_labels")) is not None:
        return [_Group("", list(labels), labels)]
    return [_Group(_text(each, "name"), list(each["labels"]), each["labels"]) for each in file.find("outputs") or ()]


def _groups(file: Place, key: str) -> list[_Group]:
    found = []
    for each in file.find(key) or ():
        each.object()
        items = list(each["variables"]) if each.find("variables") is not None else []
        found.append(_Group(_text(each, "name"), items, each))
    return found


def _text(place: Place, key: str) -> str:
    return str(place[key].text())


def _variable(place: Place) -> Variable:
    place.object()
    variable = Variable(valid_name(_text(place, "name")))
    offset, scale = _number(place, "offset", 0.0), _number(place, "scale", 1.0)
    variable.prepare = [*([{"add": offset}] if offset else []), *([{"multiply": scale}] if scale != 1 else [])]
    if variable.prepare:
        variable.raw = "float64"
    if (default := place.find("default")) is not None and default.value is not None:
        variable.missing = Missing(["nan"], _number(place, "default", 0.0))
    return variable


def _number(place: Place, key: str, usual: float) -> float:
    found = place.find(key)
    if found is None:
        return usual
    try:
        number = float(found.value)
    except (TypeError, ValueError):
        number = float("nan")
    if not abs(number) < 1e300:
        found.fail(f"{found.value!r} is no number")
    return number
