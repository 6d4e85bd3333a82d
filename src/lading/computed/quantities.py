"""The numbers of a model's outputs that a formula can name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..endpoints import Output
from ..errors import UnknownName, ValueRefused, suggestion
from .expression import Name

if TYPE_CHECKING:
    from ..model import Model

Axes = list[str | int]


@dataclass(frozen=True)
class Quantity:
    """An output, or what stands at ``index`` on its axis number ``axis``: one label, one number."""

    output: Output
    axis: int | None = None
    index: int = 0

    @property
    def text(self) -> str:
        """ "p_b", "probabilities_1", "score": what the values of nodes are called after."""
        if self.axis is None:
            return self.output.name
        named = self.output.label_list
        return named[self.index].name if named else f"{self.output.name}_{self.index}"

    @property
    def axes(self) -> Axes:
        """The axes that are left."""
        return [use for at, use in enumerate(self.output.axes) if at != self.axis]

    def __hash__(self) -> int:
        return hash((self.output.name, self.axis, self.index))


def found(model: Model, name: Name) -> Quantity:
    """What ``name`` stands for. Raises UnknownName, or ValueRefused for what is several numbers."""
    if name.part is not None:
        return _part(model, name)
    labels = [_label(output, name.text) for output in model.output_list if name.text in output.labels]
    pairs = [_label(o, name.text[len(o.name) + 1 :]) for o in model.output_list
             if name.text.startswith(f"{o.name}.") and name.text[len(o.name) + 1 :] in o.labels]
    whole = [Quantity(output) for output in model.output_list if output.name == name.text]
    several = [*labels, *pairs, *(each for each in whole if not each.output.label_list)]
    if len(several) > 1:
        said = [f"{each.output.name}.{name.text}" if each.axis is not None else each.output.name for each in several]
        raise UnknownName(f"'{name}' is in several outputs; say which: {', '.join(said)}")
    if several:
        return _one_number(model, several[0])
    if whole:
        first = whole[0].output
        raise ValueRefused(f"output '{first.name}' has labels; say which of them: "
                           + ", ".join(f"{first.name}.{label}" for label in list(first.labels)[:8]))
    raise UnknownName(_unknown(model, name.text))


def _part(model: Model, name: Name) -> Quantity:
    if name.text not in model.outputs:
        raise UnknownName(_unknown(model, name.text))
    output = model.outputs[name.text]
    if isinstance(name.part, str):
        output.labels[name.part]  # raises with the nearest names
        return _label(output, name.part)
    if output.label_list:
        raise ValueRefused(f"{name}: output '{output.name}' has labels; write one of "
                           + ", ".join(f"{output.name}.{label}" for label in list(output.labels)[:8]))
    wide = [(at, size) for at, size in _sizes(model, output) if size > 1]
    if len(wide) != 1 or not 0 <= int(name.part or 0) < wide[0][1]:
        what = f"{wide[0][1]} numbers, 0 to {wide[0][1] - 1}" if len(wide) == 1 else f"the axes {output.axes}"
        raise ValueRefused(f"{name}: output '{output.name}' has {what}")
    return Quantity(output, wide[0][0], int(name.part or 0))


def _label(output: Output, label: str) -> Quantity:
    return Quantity(output, output.axes.index("label"), list(output.labels).index(label))


def _one_number(model: Model, whole: Quantity) -> Quantity:
    """Refuses an output without labels that holds several numbers."""
    count = math.prod(size for _, size in _sizes(model, whole.output))
    if whole.axis is None and count > 1:
        raise ValueRefused(f"output '{whole.output.name}' holds {count} numbers; say which: {whole.output.name}[0]")
    return whole


def _sizes(model: Model, output: Output) -> list[tuple[int, int]]:
    """Places and lengths of the axes of fixed length that hold no labels."""
    return [(at, use if isinstance(use, int) else model.axes[use].size or 1)
            for at, use in enumerate(output.axes) if model.is_fixed(use)]


def _unknown(model: Model, name: str) -> str:
    fed = [given.name for given in model.input_list if name in given.variables or name == given.name]
    if fed:
        return f"'{name}' is fed (input '{fed[0]}'); a formula is made of outputs {suggestion(name, known(model))}"
    near = suggestion(name, known(model))
    constant = "" if near.endswith("?") or "." in name else f"; a constant is given beside the formula, {name}=0.2"
    return f"'{name}' is no output or label of {model.where} {near}{constant}"


def known(model: Model) -> list[str]:
    """All names that stand for one number."""
    names = [o.name for o in model.output_list if not o.label_list] + [*model.labels]
    twice = [f"{o.name}.{label}" for o in model.output_list for label in o.labels if label not in names]
    return names + twice
