"""``average``: an ensemble of models as one that gives their mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from ..computed import append_nodes, empty_value, formulas, given_by, names_in, short_numbers
from ..errors import ValueRefused
from ..folds import by_fold
from ..sources.wiring import Wiring
from .alike import refuse_differences
from .keeping import with_outputs
from .members import Member, members_of
from .papers import give_papers
from .samples import renew_samples
from .side_by_side import side_by_side

if TYPE_CHECKING:
    from ..endpoints import Output
    from ..model import Model

#: In what members may differ: each has an input of its own then.
MAY_DIFFER = "how they prepare their variables"

#: The type in which outputs of a type are averaged.
_SUMMED_IN = {"float32": "float32", "float64": "float64", "float16": "float32", "bfloat16": "float32"}


def average(
    models: Any, weights: Sequence[float] | None = None, *, outputs: Sequence[str] | None = None, name: str = ""
) -> Model:
    """One model that gives the average of the outputs of ``models``: paths or models, or a mapping of them by name.

    >>> lading.average(["seed1/", "seed2/", "seed3/"]).save("tagger/")                         # doctest: +SKIP

    All must take the same variables and give the same outputs; how they prepare variables may differ. Of models with
    folds, which have the same key and rule then, the average is that of the members of each fold. Outputs are
    summed in the order of the models, in the outputs' type, and divided by their number; with ``weights``, positive
    numbers, each is multiplied by its share of their sum instead. So is what they give for entries without elements.
    ``outputs``: which of them are kept, else all. ``name``: what the model is called; else as its members, if all are
    called the same.

    The self-test has the entries of all members' and is computed anew. ``record.members`` says what each was.

    Raises ValueRefused for models that cannot be one, saying what differs, UnknownName for an output that one has not.
    """
    members = whole = members_of(models)
    shares = _shares(members, weights)
    if outputs is not None:
        members = [Member(member.name, _keeping(member.model, outputs)) for member in whole]
    refuse_other_outputs(members, "say which outputs are kept: ")
    made = side_by_side(members)
    give_average(made, members, shares)
    give_papers(made, whole, min, shares)
    made.name = name or made.name or f"average of {len(members)}"
    made.record = {"origin": {"format": f"average of {len(members)} models"}, **made.record}
    renew_samples(made, [member.model for member in members])
    return made


def _shares(members: list[Member], weights: Sequence[float] | None) -> list[float] | None:
    if weights is None:
        return None
    if len(weights) != len(members):
        raise ValueRefused(f"weights: {len(weights)} for {len(members)} models")
    for member, weight in zip(members, weights, strict=True):
        if not (isinstance(weight, Real) and math.isfinite(weight) and weight > 0):
            raise ValueRefused(f"weights: that of '{member.name}' is {weight!r}; weights are positive, and a model "
                               "that does not count is left out")
    total = math.fsum(weights)
    return [float(weight) / total for weight in weights]


def _keeping(model: Model, outputs: Sequence[str]) -> Model:
    if isinstance(outputs, str) or not outputs:
        raise ValueRefused(f"outputs: {outputs!r}; give a list of those that are kept, [\"score\"]")
    return with_outputs(model, outputs)


def refuse_other_outputs(members: list[Member], keeping: str) -> None:
    """Raises ValueRefused for models that are not alike, or outputs without an average; ``keeping`` says what helps."""
    refuse_differences(members, MAY_DIFFER, prepared=True)
    for output in members[0].model.output_list:
        if output.type not in _SUMMED_IN:
            raise ValueRefused(f"output '{output.name}' is {output.type}; only real numbers are averaged; say "
                               f"which outputs are kept: {_others(members)}")
        for member in members:
            if output.name in formulas(member.model):
                raise ValueRefused(
                    f"output '{output.name}' of '{member.name}' is computed from others, and the average of a formula "
                    f"is not the formula of averages: keep the others only ({_others(members)}), then use "
                    "lading.discriminant")


def _others(members: list[Member]) -> str:
    """How to ask for the outputs that have an average."""
    computed = {name for member in members for name in formulas(member.model)}
    listed = members[0].model.output_list
    return f"outputs={[o.name for o in listed if o.type in _SUMMED_IN and o.name not in computed]}"


# ---- the mean


def give_average(made: Model, members: list[Member], shares: list[float] | None = None) -> None:
    """Gives a model, in which ``members`` stand side by side, their outputs: the mean of all."""
    made.output_list = [_averaged(made, members, shares, output) for output in members[0].model.output_list]


def _averaged(made: Model, members: list[Member], shares: list[float] | None, output: Output) -> Output:
    """Appends the nodes of one output, and gives it."""
    wiring = Wiring(made, [], [*names_in(made), *members[0].model.outputs])
    values = [f"{member.name}.{output.name}" for member in members]
    type_name = _SUMMED_IN[output.type]
    terms = [_term(wiring, value, None if shares is None else shares[at], output.type)
             for at, value in enumerate(values)]
    half = type_name != output.type
    last = "" if half else output.name
    if shares is None:
        total = wiring.add("Sum", *terms, gives=wiring.name(f"{output.name}.sum"))
        mean = wiring.add("Div", total, np.array(len(members), type_name),
                          gives=last or wiring.name(f"{output.name}.mean"))
    else:
        mean = wiring.add("Sum", *terms, gives=last or wiring.name(f"{output.name}.mean"))
    if half:
        wiring.add("Cast", mean, gives=output.name, to=output.type)
    append_nodes(made, wiring.nodes)
    new = deepcopy(output)
    new.when_empty = {axis: _empty(members, values, output, axis, wiring) for axis in output.when_empty}
    return new


def _term(wiring: Wiring, value: str, share: float | None, type_name: str) -> str:
    summed_in = _SUMMED_IN[type_name]
    if summed_in != type_name:
        value = wiring.add("Cast", value, gives=wiring.name(f"{value}.cast"), to=summed_in)
    if share is not None:
        value = wiring.add("Mul", value, np.array(share, summed_in), gives=wiring.name(f"{value}.weighed"))
    return value


def _empty(members: list[Member], values: list[str], output: Output, axis: str, wiring: Wiring) -> Any:
    """The average of what stands for the output, computed as the graph would; by fold where that differs."""
    found = []
    for fold in range(len(members[0].model.main_graphs)):
        known = {value: empty_value(member.model, member.model.outputs[output.name], axis, fold)
                 for value, member in zip(values, members, strict=True)}
        found.append(short_numbers(given_by(wiring.nodes, known, output.name)))
    return by_fold(found)
