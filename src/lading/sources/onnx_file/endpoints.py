"""Inputs and outputs of a file, their axes as the file has them: numbers, or the name of an open length."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from onnx import GraphProto, ValueInfoProto

from ...endpoints import Input, Output, valid_name
from ...errors import UnsupportedError
from ..naming import endpoints, rename_values
from .scope import refuse_twice
from .tensors import HIGHEST_RANK, type_name
from .types import Types

if TYPE_CHECKING:
    from ...model import Model

#: An open length without a name.
OPEN = "?"

#: Letters of a name that the file may give an input or an output; longer than 256 are shortened.
LONGEST_NAME = 4096


def endpoints_of(graph: GraphProto, fed: list[str], outputs: dict[str, str], types: Types, model: Model) -> None:
    """Gives ``model`` its inputs and outputs. Open lengths stand in ``axes`` as text, to be judged by ``guess_axes``.

    ``fed`` are the inputs that are no weights, ``outputs`` the model's names of outputs by those of the file.
    """
    declared = {given.name: given for given in graph.input}
    _check_names(fed, "inputs", model.where)
    _check_names([made.name for made in graph.output], "outputs", model.where)
    for name in fed:
        given = declared[name]
        where = f"{model.origin}: input '{name}'"
        kind = _element_type(given, where)
        axes = _dimensions(given)
        if axes is None:
            raise UnsupportedError(f"{where}: the file does not say how many axes it has; export it with shapes")
        if len(axes) > HIGHEST_RANK:
            raise UnsupportedError(f"{where}: has {len(axes)} axes; at most {HIGHEST_RANK} are allowed")
        model.input_list.append(Input(name, axes, kind, description=given.doc_string))
    for made in graph.output:
        name = outputs.get(made.name, made.name)
        kind = types.type(name) or _element_type(made, f"{model.origin}: output '{made.name}'")
        axes = _best(_dimensions(made), types.dimensions(name))
        axes = [UNKNOWN_RANK] if axes is None else axes
        model.output_list.append(Output(name, axes, kind, description=made.doc_string))
        if name != made.name:
            model.record["origin"].setdefault("outputs", {})[name] = made.name
    _make_valid(model)


#: The only axis of an output of which not even the number of axes is known.
UNKNOWN_RANK = "??"


def _element_type(value: ValueInfoProto, where: str) -> str:
    kind = value.type.WhichOneof("value")
    if kind is None:
        raise UnsupportedError(f"{where}: the file does not say its type; export it with types")
    if kind != "tensor_type":
        text = kind.removesuffix("_type")
        raise UnsupportedError(f"{where}: is a {text}; lading takes and gives tensors")
    return type_name(value.type.tensor_type.elem_type, where)


def _check_names(names: list[str], what: str, where: str) -> None:
    """Refuses a name that stands twice, and one that is too long for any reader."""
    for at, name in enumerate(names):
        if len(name) > LONGEST_NAME:
            raise UnsupportedError(f"{where}: {what}[{at}] has a name of {len(name)} letters; give it a shorter one")
        if "\0" in name:
            raise UnsupportedError(f"{where}: {what}[{at}] has a name with a NUL in it; give it another one")
    refuse_twice(names, what, where)


def _dimensions(value: ValueInfoProto) -> list[str | int] | None:
    tensor = value.type.tensor_type
    if not tensor.HasField("shape"):
        return None
    return [dim.dim_value if dim.HasField("dim_value") and dim.dim_value > 0 else dim.dim_param or OPEN
            for dim in tensor.shape.dim]  # fmt: skip


def _best(declared: list[str | int] | None, inferred: list[int | str] | None) -> list[str | int] | None:
    """What ONNX's rules tell for certain, and for the rest what the file declares."""
    if declared is None or inferred is None or len(declared) != len(inferred):
        return [each or OPEN for each in inferred] if inferred is not None else declared
    return [i if isinstance(i, int) or not d else d for d, i in zip(declared, inferred, strict=True)]


def _make_valid(model: Model) -> None:
    """Names that format 1 does not allow are changed, and the file's own ones kept in the record."""
    taken = {each.name for each in endpoints(model)}
    kinds: list[tuple[str, list[Any]]] = [("inputs", model.input_list), ("outputs", model.output_list)]
    for kind, listed in kinds:
        for endpoint in listed:
            name = valid_name(endpoint.name)
            if name == endpoint.name:
                continue
            while name in taken:
                name += "_"
            taken.add(name)
            model.record["origin"].setdefault(kind, {}).setdefault(name, endpoint.name)
            new = {endpoint.name: name}
            rename_values(model.graphs.values(), new)
            endpoint.name = name


_OF_MACHINES = re.compile(r"^(s\d+|u\d+|unk_*\d+|.*_dim_\d+|dim_?\d*|\?|[0-9]+|.*[^\w. -].*)$")


def is_of_a_machine(name: str) -> bool:
    """Whether an exporter made this name of an open length up."""
    return bool(_OF_MACHINES.match(name))
