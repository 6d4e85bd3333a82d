"""What in one model is what in the other: by name, never by position unless somebody says so.

1. What ``match`` says.
2. Inputs and outputs of the same name; those that came from the same tensor of the same file.
3. Inputs that share names of variables; then variables, and labels, whose name occurs once in each model.
4. Columns without names: matched by their place if both models have none and there is only one such input, if both
   models were made of the same file, or if ``match`` says so. An output without labels, if it or what
   it is matched with is the last of its model, and no other has its form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...errors import ValueRefused
from .matching_outputs import explicit_outputs, pair_outputs
from .pairs import Matching, of_the_same_file
from .slots import Key, Slot, columns, fed, find
from .wording import axes_text

if TYPE_CHECKING:
    from ...endpoints import Input
    from ...model import Model


def matched(a: Model, b: Model, match: Mapping[str, str] | None = None) -> Matching:
    """The pairs of two models. Raises UnknownName or ValueRefused for a ``match`` that says what cannot be."""
    found = Matching(a, b)
    _explicit(found, match or {})
    _pair_inputs(found)
    _pair_variables(found)
    pair_outputs(found)
    return found


# ---- what the user says


def _explicit(found: Matching, match: Mapping[str, str]) -> None:
    for one, other in match.items():
        kind, name, part = find(one, found.a)
        other_kind, other_name, other_part = find(other, found.b)
        if kind != other_kind:
            raise ValueRefused(f"match {one}={other}: '{one}' of {found.a.where} is an {kind}, '{other}' of "
                               f"{found.b.where} an {other_kind}")
        if kind == "output":
            explicit_outputs(found, Slot(name, part), Slot(other_name, other_part), f"match {one}={other}")
        elif part is None and other_part is None:
            _explicit_inputs(found, found.a.inputs[name], found.b.inputs[other_name], f"match {one}={other}")
        elif isinstance(part, str) and isinstance(other_part, str):
            found.variables.append(((name, part), (other_name, other_part)))
        else:
            raise ValueRefused(f"match {one}={other}: one is a whole input, the other one variable of it; give the "
                               "columns names by converting with papers (--describe)")


def _explicit_inputs(found: Matching, one: Input, other: Input, what: str) -> None:
    found.inputs.append((one.name, other.name))
    mine, theirs = [key[1] for key in fed(one)], [key[1] for key in fed(other)]
    if set(mine) == set(theirs) and None not in mine:
        return
    if columns(found.a, one) != columns(found.b, other):
        texts = [f"{axes_text(given)}, {columns(model, given)} numbers {_item(model, given)}"
                 for model, given in ((found.a, one), (found.b, other))]
        raise ValueRefused(f"{what}: '{one.name}' of {found.a.where} is {texts[0]}; '{other.name}' of "
                           f"{found.b.where} {texts[1]}")
    if None in mine or None in theirs:
        found.by_place.append((one.name, other.name))
    else:
        found.variables += [((one.name, x), (other.name, y)) for x, y in zip(mine, theirs, strict=True)]


# ---- inputs


def _pair_inputs(found: Matching) -> None:
    a, b = found.a, found.b
    for name in a.inputs:
        if name in b.inputs:
            _pair(found, a.inputs[name], b.inputs[name])
    for name, same in of_the_same_file(a, b, "inputs"):
        _pair(found, a.inputs[name], b.inputs[same])
    by_names = [(len(_names(one) & _names(other)), one, other) for one in a.input_list for other in b.input_list]
    for common, one, other in sorted(by_names, key=lambda each: -each[0]):
        if common:
            _pair(found, one, other)
    _pair_masks(found)
    _pair_the_only(found)


def _pair(found: Matching, one: Input, other: Input) -> None:
    """Pairs two inputs, if neither is paired; their columns by place where their file tells that they are the same."""
    if one.name in dict(found.inputs) or other.name in dict(found.inputs).values():
        return
    found.inputs.append((one.name, other.name))
    nameless = [not given.variable_list and given.mask is None for given in (one, other)]
    same_file = (one.name, other.name) in of_the_same_file(found.a, found.b, "inputs")
    if any(nameless) and (all(nameless) or same_file) and columns(found.a, one) == columns(found.b, other):
        found.by_place.append((one.name, other.name))


def _pair_masks(found: Matching) -> None:
    """Masks of sequences that belong together."""
    for one in found.a.input_list:
        for other in found.b.input_list:
            if one.mask is not None and other.mask is not None and found.axes.get(one.mask.of) == other.mask.of:
                _pair(found, one, other)


def _pair_the_only(found: Matching) -> None:
    """The only input without names that is left on either side, if they are of one shape."""
    taken = {name for pair in found.inputs for name in pair}
    left = [[given for given in model.input_list if given.name not in taken and given.mask is None]
            for model in (found.a, found.b)]
    if len(left[0]) == len(left[1]) == 1 and not left[0][0].variable_list and not left[1][0].variable_list:
        one, other = left[0][0], left[1][0]
        along = [bool(m.sequence_axis(g.axes)) for m, g in ((found.a, one), (found.b, other))]
        if found.a.item_shape(one) == found.b.item_shape(other) and along[0] == along[1]:
            _pair(found, one, other)


def _names(given: Input) -> set[str]:
    return {variable.name for variable in given.variable_list}


def _item(model: Model, given: Input) -> str:
    axis = model.sequence_axis(given.axes)
    return "an entry" if axis is None else f"an element of '{axis}'"


def _pair_variables(found: Matching) -> None:
    """Variables of paired inputs by name; then those whose name is left over once in each model."""
    taken = ({x for x, _ in found.variables}, {y for _, y in found.variables})
    for one, other in found.inputs:
        for name in found.a.inputs[one].variables:
            if name in found.b.inputs[other].variables:
                _take(found, (one, name), (other, name), taken)
    left = [[key for given in model.input_list for key in fed(given) if key[1] is not None and key not in done]
            for model, done in zip((found.a, found.b), taken, strict=True)]
    for key in left[0]:
        same = [each for each in left[1] if each[1] == key[1]]
        if len(same) == 1 and [each[1] for each in left[0]].count(key[1]) == 1:
            _take(found, key, same[0], taken)


def _take(found: Matching, one: Key, other: Key, taken: tuple[set[Key], set[Key]]) -> None:
    if one not in taken[0] and other not in taken[1]:
        found.variables.append((one, other))
        taken[0].add(one)
        taken[1].add(other)
