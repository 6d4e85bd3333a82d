"""``variables``, ``labels`` and ``axes`` of a call as papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...endpoints import Input, Output
from ...errors import UnknownName, ValueRefused, suggestion
from ..one_sequence import check_one_sequence

if TYPE_CHECKING:
    from ...model import Model

Names = Sequence[Any]


def by_name(given: Mapping[str, Names] | Names | None, known: Sequence[str], what: str, where: str) -> dict[str, Any]:
    """``variables`` or ``labels`` by input or output; a plain list is of the only one.

    Raises UnknownName or ValueRefused, naming the nearest right one.
    """
    kind = "input" if what == "variables" else "output"
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        if isinstance(given, str) or len(known) != 1:
            raise ValueRefused(f"{where}: {what} is a list, and there are {len(known)} {kind}s ({', '.join(known)}); "
                               f'say of which {kind} it is: {what}={{"{known[0]}": [...]}}')
        return {known[0]: list(given)}
    if kind == "output" and len(known) == len(given) == 1:
        return {known[0]: list(next(iter(given.values())))}  # its key names the only output
    for name, listed in given.items():
        if name not in known:
            raise UnknownName(f"{where}: {what}: no {kind} '{name}' {suggestion(str(name), known)}")
        if isinstance(listed, str):
            raise ValueRefused(f"{where}: {what}: of '{name}' they should be a list, not '{listed}'")
    return {name: list(listed) for name, listed in given.items()}


def described(model: Model, variables: Mapping[str, Any], labels: Mapping[str, Names] | Names | None,
              axes: Mapping[str, Sequence[str | int]], where: str) -> Model:
    """The model under the names that its converter gave."""
    from ...describe import apply

    names = [output.name for output in model.output_list]
    of_outputs = by_name(labels, names, "labels", where)
    inputs = [_input(given, variables.get(given.name), axes.get(given.name), where) for given in model.input_list]
    outputs = [{"of": output.name, "labels": of_outputs[output.name],
                "axes": _with_reserved(output, "label", len(of_outputs[output.name]), f"{where}: labels")}
               for output in model.output_list if output.name in of_outputs]  # fmt: skip
    new = _new_names(inputs, model)
    for each in (*inputs, *outputs):
        if "axes" in each:
            each["axes"] = [new.get(use, use) for use in each["axes"]]
    if isinstance(labels, Mapping) and len(outputs) == 1 == len(names):
        outputs[0]["name"] = next(iter(labels))
    papers = {"inputs": [each for each in inputs if len(each) > 1], "outputs": outputs}
    known = {key: listed for key, listed in papers.items() if listed}
    if known:  # which are refused else, in words of the format
        check_one_sequence(model)
    model = apply(model, known, where=f"{where}: variables and axes")
    if variables or outputs:
        model.names = {"from source": {}}
    return model


def _input(given: Input, variables: Names | None, axes: Sequence[str | int] | None, where: str) -> dict[str, Any]:
    papers: dict[str, Any] = {"of": given.name}
    if variables is not None:
        papers["variables"] = [{"name": each} if isinstance(each, str) else each for each in variables]
    if axes is not None:
        papers["axes"] = [_use(use, known, variables) for use, known in zip(axes, given.axes, strict=True)]
    elif variables is not None:
        papers["axes"] = _with_reserved(given, "variable", len(variables), f"{where}: variables")
    return papers


def _use(use: str | int, known: str | int, variables: Names | None) -> str | int:
    """An axis as papers have it: without variables, "variable" is a number."""
    return known if isinstance(use, int) or (use == "variable" and variables is None) else use


def _new_names(inputs: list[dict[str, Any]], model: Model) -> dict[str | int, str | int]:
    """What axes are called now, by their names in the model: papers that give axes to one tensor give them to all."""
    return {before: use for papers, given in zip(inputs, model.input_list, strict=True)
            for before, use in zip(given.axes, papers.get("axes", given.axes), strict=True)
            if isinstance(before, str) and before != use != "variable"}  # fmt: skip


def _with_reserved(endpoint: Input | Output, reserved: str, count: int, where: str) -> list[str | int]:
    """The axes with "variable" or "label" on the last one of that many."""
    at = [i for i, use in enumerate(endpoint.axes) if use == count]
    if not at:
        shape = ", ".join(map(str, endpoint.axes))
        raise ValueRefused(f"{where}: {count} for '{endpoint.name}', whose axes are [{shape}]: none has that length")
    return [reserved if i == at[-1] else use for i, use in enumerate(endpoint.axes)]
