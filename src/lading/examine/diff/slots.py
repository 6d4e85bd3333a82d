"""A place in a model that holds numbers, by name: an input, a variable, an output, a label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...errors import UnknownName, suggestion

if TYPE_CHECKING:
    from ...endpoints import Input, Output
    from ...feed.scores import Scores
    from ...model import Model

#: An input and its variable; None: the input itself.
Key = tuple[str, "str | None"]


@dataclass(frozen=True)
class Slot:
    """One label of an output (``part`` its name), one number of it (its place), or all of it (None)."""

    output: str
    part: str | int | None = None

    def __str__(self) -> str:
        """ "flavour.p_b", "probabilities[1]", "score"."""
        return self.output if self.part is None else text_of(self.output, self.part)

    @property
    def name(self) -> str:
        """What people call it: the label, else the output."""
        return self.part if isinstance(self.part, str) else str(self)

    def values(self, model: Model, scores: Scores) -> np.ndarray:
        """(items, numbers of one item): items are the entries, or all elements of a sequence in a row."""
        given, flat = model.outputs[self.output], scores.flat(self.output)
        if isinstance(self.part, str):
            place = list(given.labels).index(self.part)
            flat = np.take(flat, place, axis=flat_axis(model, given, "label"))
        elif self.part is not None:
            flat = flat.reshape(len(flat), -1)[:, self.part]
        return flat.reshape(len(flat), -1)


def text_of(endpoint: str, part: str | int | None) -> str:
    """ "jets.pt", "x[3]", "x"."""
    return endpoint if part is None else f"{endpoint}[{part}]" if isinstance(part, int) else f"{endpoint}.{part}"


def flat_axis(model: Model, given: Input | Output, name: str) -> int:
    """Where the variables, or labels, stand in flat values (items, fixed axes ...)."""
    inner = [axis for axis in given.axes if axis == name or model.is_fixed(axis)]
    drops = not model.batched and bool(given.axes) and given.axes[0] == 1
    return 1 + inner[1 if drops else 0 :].index(name)


def columns(model: Model, given: Input) -> int:
    """Numbers of one item of an input."""
    return int(np.prod(model.item_shape(given), dtype=np.int64)) * max(1, len(given.variable_list))


def width(model: Model, output: Output) -> int:
    """How many numbers an item of an output holds."""
    return int(np.prod(model.item_shape(output), dtype=np.int64))


def fed(given: Input) -> list[Key]:
    """What a caller gives for an input."""
    if not given.is_fed:
        return []
    return [(given.name, v.name) for v in given.variable_list if v.source is None] or [(given.name, None)]


def find(text: str, model: Model) -> tuple[str, str, str | int | None]:
    """("input" or "output", its name, a variable, label or place) for a name as people write it.

    Raises UnknownName with the nearest names.
    """
    known = dict(_known(model))
    if text in known:
        return known[text]
    name, bracket, place = text.removesuffix("]").rpartition("[")
    if bracket and place.isdecimal() and name in model.outputs and not model.outputs[name].label_list:
        if int(place) >= width(model, model.outputs[name]):
            raise UnknownName(f"output '{name}' of {model.where} has {width(model, model.outputs[name])} numbers, "
                              f"no [{place}]; the first is [0]")
        return "output", name, int(place)
    raise UnknownName(f"'{text}' is no input, variable, output or label of {model.where} {suggestion(text, known)}")


def _known(model: Model) -> list[tuple[str, tuple[str, str, str | int | None]]]:
    """Every name that says one thing: long ones, and short ones that only one thing has."""
    long: list[tuple[str, tuple[str, str, str | int | None]]] = []
    short: list[tuple[str, tuple[str, str, str | int | None]]] = []
    for given in model.input_list:
        long.append((given.name, ("input", given.name, None)))
        for variable in given.variable_list:
            long.append((text_of(given.name, variable.name), ("input", given.name, variable.name)))
            short.append((variable.name, long[-1][1]))
    for output in model.output_list:
        long.append((output.name, ("output", output.name, None)))
        for label in output.label_list:
            long.append((text_of(output.name, label.name), ("output", output.name, label.name)))
            short.append((label.name, long[-1][1]))
    names = [name for name, _ in short]
    return [*(pair for pair in short if names.count(pair[0]) == 1), *long]
