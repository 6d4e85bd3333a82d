"""What a file whose first nodes prepare says of itself: its columns, and what the nodes leave to the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...model import Model

__all__ = ["columns_and_rest", "left_to_the_caller"]


def left_to_the_caller(model: Model) -> list[str]:
    """What the nodes do not do, in sentences."""
    said = []
    for axis in model.axes.values():
        rules = [f"{what} ({text})" for what, text in (("selected", axis.selection), ("sorted", axis.order)) if text]
        if axis.kind == "sequence" and rules:
            said.append(f"elements along '{axis.name}' come {' and '.join(rules)}: the nodes do neither")
    for output in model.output_list:
        along = model.axes.get(str(model.sequence_axis(output.axes)))
        if along is not None and along.min:
            said.append(f"'{output.name}' has rows for padding where there are fewer than {along.min} elements along "
                        f"'{along.name}': the nodes do not drop them")
        if output.when_empty:
            said.append(f"for entries without elements along {', '.join(output.when_empty)} the papers say what "
                        f"'{output.name}' is: the nodes do not")
    return said


def columns_and_rest(model: Model) -> dict[str, Any]:
    """The columns of the inputs, with units, and what is left."""
    columns = {given.name: [{"name": each.name, **({"unit": each.unit} if each.unit else {})}
                            for each in given.variable_list if each.source is None]
               for given in model.input_list if given.variable_list and given.is_fed}  # fmt: skip
    return {"inputs": columns, "left to the caller": left_to_the_caller(model)}
